/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/fail.h"

#include "sock/posix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

/* What the person who reads it can do, for errors that have one usual cause; empty for others. */
static const char *fail_advice(snet_err err, int os_err)
{
    if (err == SNET_ERR_CONNECT && os_err == ECONNREFUSED) {
        return "; is the server running? `retry` waits for one that is not";
    }
    if (err == SNET_ERR_RESOLVE) {
        return "; `retry` waits for a name server that is not there yet";
    }
    if (err == SNET_ERR_NO_ANSWER) {
        return "; is it an snet server, and is its key the right one?";
    }
    if (err == SNET_ERR_BAD_MAC || err == SNET_ERR_DENIED) {
        return "; compare the keys of both ends";
    }
    if (err == SNET_ERR_FORKED) {
        return "; open it after fork, or exec first";
    }
    return "";
}

void snet_fail(struct snet_error *ret_error, snet_err err, int os_err, const char *subject)
{
    if (ret_error != NULL) {
        char system[64] = "";
        if (os_err != 0) {
            (void)snprintf(system, sizeof system, " (%s)", uv_strerror(-os_err));
        }
        *ret_error = (struct snet_error){.err = err, .os_err = os_err};
        (void)snprintf(ret_error->text, sizeof ret_error->text, "%s%s%s%s%s",
                       subject == NULL ? "" : subject, subject == NULL ? "" : ": ",
                       snet_err_message(err), system, fail_advice(err, os_err));
    }
    errno = os_err != 0 ? os_err : snet_posix_of(err);
}

void snet_fail_errno(const struct snet_error *error)
{
    errno = error->os_err != 0 ? error->os_err : snet_posix_of((snet_err)error->err);
}
