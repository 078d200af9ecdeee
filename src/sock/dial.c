/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Dialing, as <snet/socket.h> has it.
 */
#include "sock/added.h"
#include "sock/apply.h"
#include "sock/call.h"
#include "sock/closing.h"
#include "sock/config.h"
#include "sock/events.h"
#include "sock/fail.h"
#include "sock/library.h"

#include <errno.h>
#include <stdio.h>

#define DIAL_SUBJECT_BYTES 400u

struct dial {
    const char *address;
    struct snet_uv_connector connector;
    struct snet_client_config client;
    struct snet_config config;
    snet_socket *socket;
    snet_err err;
};

/* On the loop's thread. */
static void dial_job(void *arg)
{
    struct dial *dial = arg;
    snet_uv *driver = snet_loop_driver();
    snet_session *session = NULL;
    dial->err = dial->connector.connect == NULL
                    ? snet_uv_connect(driver, dial->address, &dial->client, &session)
                    : snet_uv_connect_by(driver, &dial->connector, &dial->client, &session);
    if (dial->err == SNET_OK) {
        snet_socket_take(dial->socket, session);
        snet_events_begin(dial->socket, &dial->config);
        snet_list_push(snet_loop_sockets(), &dial->socket->node);
    }
}

/* What a person is told it was about. */
static const char *dial_subject(const char *address, char ret_text[DIAL_SUBJECT_BYTES])
{
    (void)snprintf(ret_text, DIAL_SUBJECT_BYTES, "connecting to %s",
                   address == NULL ? "the server" : address);
    return ret_text;
}

/* Takes the config. Errors: as snet_config_take; VALUE (no such suite). */
static snet_err dial_take(struct dial *dial, const struct snet_config *config,
                          struct snet_error *ret_error)
{
    const snet_err err = snet_config_take(config, SNET_USE_DIAL, &dial->config, ret_error);
    if (err == SNET_OK && !snet_added_has_suite(dial->config.suite)) {
        return snet_error_set(ret_error, SNET_ERR_VALUE, "suite",
                              "suite %u is one that the program has not registered: see "
                              "snet_library_add_suite",
                              (unsigned)dial->config.suite);
    }
    return err;
}

/* The socket of a dial that has begun, with its memory kept by one more user; NULL with errno. */
static snet_socket *dial_begin(const char *address, const struct snet_config *config, bool waits,
                               struct snet_error *ret_error)
{
    char subject[DIAL_SUBJECT_BYTES];
    struct dial dial = {.err = SNET_OK};
    struct snet_error error;
    if (dial_take(&dial, config, &error) != SNET_OK) {
        snet_fail_errno(&error);
        if (ret_error != NULL) {
            *ret_error = error;
        }
        return NULL;
    }
    dial.address = address == NULL ? dial.config.address : address;
    dial.connector = (struct snet_uv_connector){dial.config.connect, dial.config.user};
    snet_apply_own_client(&dial.config, &dial.client);
    if (dial.address == NULL && dial.connector.connect == NULL) {
        dial.err = SNET_ERR_ADDRESS;
    }
    if (dial.err == SNET_OK) {
        dial.err = snet_library_start();
    }
    waits = waits && !dial.config.nonblocking;
    if (dial.err == SNET_OK && waits && snet_loop_is_here()) {
        dial.err = SNET_ERR_STATE; /* it would wait for itself */
    }
    if (dial.err == SNET_OK) {
        dial.socket = snet_socket_new(&dial.config);
        dial.err = dial.socket == NULL ? SNET_ERR_NO_MEMORY : SNET_OK;
    }
    if (dial.err == SNET_OK) {
        snet_loop_lock();
        dial.socket->users++;
        dial.socket->dialing = waits;
        snet_loop_do(dial_job, &dial);
        if (dial.err != SNET_OK) {
            dial.socket->users--;
            snet_socket_free(dial.socket);
        }
        snet_loop_unlock();
    }
    if (dial.err != SNET_OK) {
        const int number = dial.err == SNET_ERR_STATE ? EDEADLK : 0;
        snet_fail(ret_error, dial.err, number, dial_subject(dial.address, subject));
        return NULL;
    }
    return dial.socket;
}

/* Waits until the session is up, or cannot come up any more: 0, or what errno is to say. */
static int dial_await(struct snet_call *call)
{
    const snet_socket *socket = call->socket;
    int number = 0;
    while (number == 0 && !socket->opened && !socket->ended) {
        number = snet_call_wait(call, false);
    }
    return number;
}

/* Why a dial has failed, for its caller: by the session, or `number` of errno. */
static void dial_explain(const snet_socket *socket, int number, struct snet_error *ret_error)
{
    char subject[DIAL_SUBJECT_BYTES];
    (void)dial_subject(NULL, subject);
    if (socket->closed) {
        snet_fail(ret_error, SNET_ERR_ABORTED, 0, subject); /* by its own hook */
    } else if (socket->ended) {
        const int os_err = -snet_uv_session_os_err(socket->session);
        const bool by_system = socket->err == SNET_ERR_CONNECT || socket->err == SNET_ERR_OS;
        snet_fail(ret_error, socket->err, by_system ? os_err : 0, subject);
    } else {
        snet_fail(ret_error,
                  number == ECANCELED   ? SNET_ERR_CANCELED
                  : number == ETIMEDOUT ? SNET_ERR_NO_ANSWER
                                        : SNET_ERR_STATE,
                  number, subject);
    }
}

snet_socket *snet_dial_start(const char *address, const struct snet_config *config,
                             struct snet_error *ret_error)
{
    snet_socket *socket = dial_begin(address, config, false, ret_error);
    if (socket != NULL) {
        snet_loop_lock();
        socket->users--;
        snet_loop_unlock();
    }
    return socket;
}

int snet_dial_wait(snet_socket *socket, struct snet_error *ret_error)
{
    struct snet_call call;
    int number = snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_SESSION);
    if (number != 0) {
        snet_fail(ret_error, number == EBADF ? SNET_ERR_STATE : SNET_ERR_INVALID, number,
                  "waiting for a dial");
        return -1;
    }
    number = dial_await(&call);
    const bool up = socket->opened;
    if (!up) {
        dial_explain(socket, number, ret_error);
    }
    const int result = errno;
    snet_call_leave(&call);
    if (!up) {
        errno = result;
    }
    return up ? 0 : -1;
}

snet_socket *snet_dial(const char *address, const struct snet_config *config,
                       struct snet_error *ret_error)
{
    snet_socket *socket = dial_begin(address, config, true, ret_error);
    if (socket == NULL) {
        return NULL;
    }
    snet_loop_lock();
    if (!socket->dialing) {
        socket->users--;
        snet_loop_unlock();
        return socket;
    }
    struct snet_call call = {.socket = socket, .kind = SNET_CALL_READ, .until_ns = SNET_NEVER};
    const int number = dial_await(&call);
    socket->dialing = false;
    /* One that was up has bytes, or the code of a refusal, to read. */
    const bool up = socket->opened && !socket->closed;
    int why = 0;
    if (!up) {
        dial_explain(socket, number, ret_error);
        why = errno;
        snet_closing_drop(socket);
    }
    snet_call_leave(&call);
    if (!up) {
        errno = why;
    }
    return up ? socket : NULL;
}

snet_socket *snet_dial_url(const char *url, const struct snet_config *config,
                           struct snet_error *ret_error)
{
    struct snet_config own = SNET_CONFIG_INIT;
    struct snet_error error;
    snet_socket *socket = NULL;
    if (snet_config_copy(&own, config, &error) == SNET_OK &&
        snet_config_parse_url(&own, url, &error) == SNET_OK) {
        socket = snet_dial(NULL, &own, ret_error);
    } else {
        snet_fail_errno(&error);
        if (ret_error != NULL) {
            *ret_error = error;
        }
    }
    const int number = errno;
    snet_config_clear(&own);
    if (socket == NULL) {
        errno = number;
    }
    return socket;
}
