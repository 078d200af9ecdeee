/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A listener takes other options while it serves: snet_socket_update of <snet/socket.h>.
 */
#include "sock/apply.h"
#include "sock/backlog.h"
#include "sock/call.h"
#include "sock/config.h"
#include "sock/fail.h"
#include "sock/fork_guard.h"
#include "sock/option.h"

#include <errno.h>
#include <string.h>

#define UPDATE_SUBJECT "updating the listener"
#define UPDATE_TEXT_BYTES 384u /* of a value: an address is the longest */

static snet_err update_refuse(const char *name, struct snet_error *ret_error)
{
    return snet_error_set(ret_error, SNET_ERR_OPTION, name,
                          "%s cannot change while the listener serves: close it and listen again",
                          name);
}

/* Whether an option has the same value, be it by default. */
static bool update_is_same(const struct snet_schema_row *row, const struct snet_config *own,
                           const struct snet_config *next)
{
    char own_text[UPDATE_TEXT_BYTES] = "";
    char next_text[UPDATE_TEXT_BYTES] = "";
    size_t len = 0;
    if (row->offset == offsetof(struct snet_config, address) && next->address == NULL) {
        return true; /* it was an argument */
    }
    return snet_config_get(own, row->option.name, own_text, sizeof own_text, &len) == SNET_OK &&
           snet_config_get(next, row->option.name, next_text, sizeof next_text, &len) == SNET_OK &&
           strcmp(own_text, next_text) == 0;
}

/* Names what differs and cannot change. Errors: OPTION. */
static snet_err update_check(const struct snet_config *own, const struct snet_config *next,
                             struct snet_error *ret_error)
{
    const struct snet_schema *schema = snet_option_schema();
    for (size_t i = 0; i < schema->row_count; i++) {
        const struct snet_schema_row *row = &schema->rows[i];
        const bool fixed =
            (row->option.uses & SNET_USE_LISTEN) != 0 && (row->option.uses & SNET_USE_UPDATE) == 0;
        if (fixed && !update_is_same(row, own, next)) {
            return update_refuse(row->option.name, ret_error);
        }
    }
    if (next->events != own->events) {
        return update_refuse("events", ret_error);
    }
    if (next->user != own->user) {
        return update_refuse("user", ret_error);
    }
    if (next->on_event != own->on_event) {
        return update_refuse("on_event", ret_error);
    }
    return next->on_accept != own->on_accept ? update_refuse("on_accept", ret_error) : SNET_OK;
}

/* What the listener has, with the options of `next` that can change. */
static struct snet_config update_merge(const struct snet_config *own,
                                       const struct snet_config *next)
{
    const struct snet_schema *schema = snet_option_schema();
    struct snet_config merged = *own;
    merged.key = next->key;
    merged.key_count = next->key_count;
    merged.psk = next->psk;
    merged.psk_count = next->psk_count;
    merged.authorized = next->authorized;
    merged.authorized_count = next->authorized_count;
    for (size_t i = 0; i < schema->row_count; i++) {
        const struct snet_schema_row *row = &schema->rows[i];
        if ((row->option.uses & SNET_USE_UPDATE) != 0 && row->option.type >= SNET_TYPE_FLAG) {
            snet_schema_set_number(row, &merged, snet_schema_number(row, next));
        }
    }
    return merged;
}

/* With the lock. Errors: as snet_socket_update, with `*ret_error` filled. */
static snet_err update_run(struct snet_backlog *backlog, const struct snet_config *config,
                           struct snet_error *ret_error)
{
    struct snet_config next;
    struct snet_server_config server;
    snet_err err = snet_config_take(config, SNET_USE_LISTEN, &next, ret_error);
    if (err == SNET_OK) {
        err = update_check(&backlog->config, &next, ret_error);
    }
    if (err != SNET_OK) {
        return err;
    }
    const struct snet_config merged = update_merge(&backlog->config, &next);
    snet_apply_own_server(&merged, &server);
    err = snet_uv_server_update(backlog->server, &server);
    if (err == SNET_OK) {
        snet_backlog_set_config(backlog, &merged);
        snet_loop_wake(); /* sessions may have ended: their clients are told by that thread */
    } else {
        snet_fail(ret_error, err, 0, UPDATE_SUBJECT);
    }
    return err;
}

int snet_socket_update(snet_socket *listener, const struct snet_config *config,
                       struct snet_error *ret_error)
{
    struct snet_call call;
    struct snet_error error;
    const int number = snet_call_enter(&call, listener, SNET_CALL_READ, SNET_CALL_LISTENER);
    if (number != 0) {
        if (snet_fork_guard_is_child()) {
            snet_fail(ret_error, SNET_ERR_FORKED, 0, UPDATE_SUBJECT);
        } else {
            snet_fail(ret_error, SNET_ERR_INVALID, number, UPDATE_SUBJECT);
        }
        return -1;
    }
    listener->backlog->config.events = listener->events.queue; /* it may have been freed */
    const snet_err err = update_run(listener->backlog, config, &error);
    snet_call_leave(&call);
    if (err == SNET_OK) {
        return 0;
    }
    snet_fail_errno(&error); /* after leaving, which may have changed it */
    if (ret_error != NULL) {
        *ret_error = error;
    }
    return -1;
}
