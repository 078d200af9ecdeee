/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A program of somebody else, to build against an installed library: a server and a client on one
 * loop, then the same by blocking calls. The client says a line and ends its direction, the server
 * sends it back and ends its own. Exits 0 when the same line came back both times.
 */
#include <snet/cipher.h>
#include <snet/core.h>
#include <snet/digest.h>
#include <snet/env.h>
#include <snet/error.h>
#include <snet/key.h>
#include <snet/socket.h>
#include <snet/stream.h>
#include <snet/suite.h>
#include <snet/uv.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONSUMER_SECONDS_MAX 20u
#define CONSUMER_LINE "still here\n"

struct consumer {
    snet_uv *driver;
    char received[sizeof CONSUMER_LINE];
    size_t received_len;
    int ended;
    snet_err err;
};

/* What the server does with bytes: send them back. The line fits into any buffer. */
static void consumer_echo(struct consumer *consumer, snet_session *session)
{
    uint8_t data[sizeof CONSUMER_LINE];
    size_t len = 0;
    const uint64_t now = snet_uv_now(consumer->driver);
    snet_err err = snet_session_read(session, data, sizeof data, &len, now);
    while (err == SNET_OK) {
        size_t written = 0;
        err = snet_session_write(session, data, len, &written, now);
        if (err == SNET_OK) {
            err = snet_session_read(session, data, sizeof data, &len, now);
        }
    }
    if (err == SNET_ERR_CLOSED) {
        snet_session_shutdown(session, now);
    }
}

static void consumer_take(struct consumer *consumer, snet_session *session)
{
    size_t len = 0;
    while (snet_session_read(session, (uint8_t *)consumer->received + consumer->received_len,
                             sizeof consumer->received - consumer->received_len, &len,
                             snet_uv_now(consumer->driver)) == SNET_OK &&
           len > 0) {
        consumer->received_len += len;
    }
}

static void consumer_say(struct consumer *consumer, snet_session *session)
{
    const uint64_t now = snet_uv_now(consumer->driver);
    size_t written = 0;
    consumer->err = snet_session_write(session, (const uint8_t *)CONSUMER_LINE,
                                       strlen(CONSUMER_LINE), &written, now);
    snet_session_shutdown(session, now);
}

static void consumer_on_event(void *user, const struct snet_core_event *event)
{
    struct consumer *consumer = user;
    const int is_client = event->server == NULL;
    if (event->type == SNET_CORE_EVENT_OPENED && is_client) {
        consumer_say(consumer, event->session);
    } else if (event->type == SNET_CORE_EVENT_READABLE && is_client) {
        consumer_take(consumer, event->session);
    } else if (event->type == SNET_CORE_EVENT_READABLE) {
        consumer_echo(consumer, event->session);
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        if (event->err != SNET_ERR_CLOSED) {
            consumer->err = event->err;
        }
        snet_session_free(event->session, snet_uv_now(consumer->driver));
        consumer->ended++;
        if (consumer->ended == 2) {
            uv_stop(uv_default_loop());
        }
    }
}

static snet_err consumer_begin(struct consumer *consumer, const struct snet_key *secret,
                               const struct snet_key *public_key)
{
    const struct snet_uv_config config = {.on_event = consumer_on_event, .user = consumer};
    snet_err err = snet_uv_new(uv_default_loop(), &config, &consumer->driver);
    if (err != SNET_OK) {
        return err;
    }
    const struct snet_server_config server_config = {
        .wires = SNET_WIRE_3,
        .keys = {.secrets = secret, .secret_count = 1},
    };
    snet_uv_server *server = NULL;
    int os_err = 0;
    err = snet_uv_serve(consumer->driver, "127.0.0.1:0", &server_config, &server, &os_err);
    if (err != SNET_OK) {
        return err;
    }
    const struct snet_client_config client_config = {
        .wire = SNET_WIRE_3,
        .keys = {.server = public_key},
    };
    snet_session *session = NULL;
    return snet_uv_connect(consumer->driver, snet_uv_server_address(server), &client_config,
                           &session);
}

/* The line through the loop. */
static snet_err consumer_loop(const struct snet_key *secret, const struct snet_key *public_key)
{
    struct consumer consumer = {.driver = NULL};
    snet_err err = consumer_begin(&consumer, secret, public_key);
    if (err == SNET_OK) {
        (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
        err = consumer.err;
    }
    snet_uv_free(consumer.driver);
    (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    (void)uv_loop_close(uv_default_loop());
    const size_t len = strlen(CONSUMER_LINE);
    if (err == SNET_OK &&
        (consumer.received_len != len || memcmp(consumer.received, CONSUMER_LINE, len) != 0)) {
        err = SNET_ERR_STATE;
    }
    return err;
}

/* The line by blocking calls: from the client to the server and back. */
static int consumer_talk(snet_socket *client, snet_socket *server, char *ret_line, size_t size)
{
    const size_t len = strlen(CONSUMER_LINE);
    if (snet_write(client, CONSUMER_LINE, len) != (ssize_t)len || snet_shutdown(client) != 0) {
        return -1;
    }
    ssize_t got = snet_read(server, ret_line, size);
    while (got > 0) {
        if (snet_write(server, ret_line, (size_t)got) != got) {
            return -1;
        }
        got = snet_read(server, ret_line, size);
    }
    (void)snet_shutdown(server);
    size_t taken = 0;
    got = snet_read(client, ret_line, size);
    while (got > 0 && taken + (size_t)got < size) {
        taken += (size_t)got;
        got = snet_read(client, ret_line + taken, size - taken);
    }
    return got == 0 && taken == len && memcmp(ret_line, CONSUMER_LINE, len) == 0 ? 0 : -1;
}

static int consumer_sockets(const struct snet_key *secret, const struct snet_key *public_key)
{
    struct snet_config server_config = SNET_CONFIG_INIT;
    struct snet_config client_config = SNET_CONFIG_INIT;
    server_config.key = secret;
    client_config.server_key = public_key;
    struct snet_info info;
    snet_socket *listener = snet_listen("127.0.0.1:0", &server_config, NULL);
    if (listener == NULL || snet_socket_info(listener, &info, sizeof info) != 0) {
        return -1;
    }
    int result = -1;
    char line[sizeof CONSUMER_LINE];
    snet_socket *client = snet_dial(info.address, &client_config, NULL);
    snet_socket *server = client != NULL ? snet_accept(listener) : NULL;
    if (server != NULL) {
        result = consumer_talk(client, server, line, sizeof line);
        snet_close(server);
    }
    if (client != NULL) {
        snet_close(client);
    }
    snet_close(listener);
    return result;
}

int main(void)
{
    const struct snet_key secret = {.bytes = {1, 2, 3}};
    struct snet_key public_key;
    (void)alarm(CONSUMER_SECONDS_MAX);
    snet_err err = snet_key_public(&secret, &public_key);
    if (err == SNET_OK) {
        err = consumer_loop(&secret, &public_key);
    }
    if (err != SNET_OK) {
        (void)fprintf(stderr, "consumer: loop: %s\n", snet_err_message(err));
        return 1;
    }
    if (consumer_sockets(&secret, &public_key) != 0) {
        perror("consumer: sockets");
        return 1;
    }
    (void)fputs(CONSUMER_LINE, stdout);
    return 0;
}
