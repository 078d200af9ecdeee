/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/connect_session.h"

#include <snet/apply.h>

#include "app/eof_wait.h"

#include <stdio.h>

snet_err snet_connect_session_open(struct snet_connect *connect, snet_session **ret_session)
{
    struct snet_client_config config;
    const snet_err err = snet_apply_client(connect->options.config, &config, NULL);
    return err != SNET_OK ? err
                          : snet_uv_connect(connect->runner.driver,
                                            connect->options.config->address, &config, ret_session);
}

uint64_t snet_connect_session_eof_wait_ms(const struct snet_connect *connect)
{
    const uint64_t wait_ns = connect->options.eof_wait_ns;
    return wait_ns == 0 ? SNET_EOF_WAIT_DEFAULT_MS : wait_ns / SNET_MS_NS + 1;
}

/* What to check when there was no answer at all. */
static const char *session_no_answer_hint(const struct snet_connect *connect)
{
    if (connect->options.config->psk != NULL) {
        return "no answer: wrong shared secret, or not snet/3; compare --psk at both ends";
    }
    if (connect->options.config->server_key != NULL) {
        return "no answer: wrong server key, or not snet/3; compare --server-key with what "
               "snet keygen --public FILE prints there";
    }
    return connect->options.wires == SNET_WIRE_1
               ? "no valid answer to the hello: is it snet/1? servers of 2017 want --wire 1-padded"
               : "no valid answer to the hello: is the server snet, and does it serve this wire?";
}

/* What to check, by the error, behind its message. */
static const char *session_hint(const struct snet_connect *connect, snet_err err)
{
    if (err == SNET_ERR_DENIED) {
        return connect->options.config->key != NULL
                   ? ": is what snet keygen --public prints of --key in its --authorized?"
                   : ": it may want a --key that it knows by --authorized";
    }
    if (err == SNET_ERR_BAD_PATTERN) {
        return connect->options.config->psk != NULL ? ": --server-key, perhaps"
                                                    : ": --key or --psk, perhaps";
    }
    return "";
}

void snet_connect_session_explain_err(const struct snet_connect *connect, snet_err err, int os_err,
                                      char *ret_text, size_t size)
{
    if (err == SNET_ERR_NO_ANSWER) {
        (void)snprintf(ret_text, size, "%s", session_no_answer_hint(connect));
    } else {
        (void)snprintf(ret_text, size, "%s%s%s%s", snet_err_message(err),
                       session_hint(connect, err), os_err != 0 ? ": " : "",
                       os_err != 0 ? uv_strerror(os_err) : "");
    }
}

void snet_connect_session_explain(const struct snet_runner *runner, const snet_session *session,
                                  snet_err err, char *ret_text, size_t size)
{
    const struct snet_connect *connect = (const struct snet_connect *)runner;
    struct snet_session_info info;
    char said[SNET_CODE_TEXT_MAX_BYTES + 1];
    const bool over = err == SNET_ERR_CLOSED || err == SNET_ERR_ABORTED;
    snet_session_get_info(session, &info);
    snet_log_escape(snet_session_peer_text(session), said, sizeof said);
    if (info.retry_after_ns > 0) {
        (void)snprintf(ret_text, size, "%s: in %.1f s", snet_err_message(err),
                       (double)info.retry_after_ns / (double)SNET_SECOND_NS);
    } else if (err == SNET_ERR_PEER_ABORTED && said[0] != '\0') {
        (void)snprintf(ret_text, size, "%s: %s", snet_err_message(err), said);
    } else {
        snet_connect_session_explain_err(connect, err, over ? 0 : snet_uv_session_os_err(session),
                                         ret_text, size);
    }
}
