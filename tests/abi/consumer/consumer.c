/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A program of somebody else, to build against an installed library: a server and a client on one
 * loop. The client says a line and ends its direction, the server sends it back and ends its own.
 * Exits 0 when the same line came back.
 */
#include <snet/cipher.h>
#include <snet/core.h>
#include <snet/digest.h>
#include <snet/env.h>
#include <snet/error.h>
#include <snet/key.h>
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

static void consumer_on_event(void *user, const struct snet_event *event)
{
    struct consumer *consumer = user;
    const int is_client = event->server == NULL;
    if (event->type == SNET_EVENT_OPENED && is_client) {
        consumer_say(consumer, event->session);
    } else if (event->type == SNET_EVENT_READABLE && is_client) {
        consumer_take(consumer, event->session);
    } else if (event->type == SNET_EVENT_READABLE) {
        consumer_echo(consumer, event->session);
    } else if (event->type == SNET_EVENT_ENDED) {
        if (event->err != SNET_ERR_CLOSED) {
            consumer->err = event->err;
        }
        snet_uv_session_free(consumer->driver, event->session);
        consumer->ended++;
        if (consumer->ended == 2) {
            uv_stop(uv_default_loop());
        }
    }
}

static snet_err consumer_begin(struct consumer *consumer)
{
    const struct snet_key secret = {.bytes = {1, 2, 3}};
    struct snet_key public_key;
    snet_err err = snet_key_public(&secret, &public_key);
    if (err != SNET_OK) {
        return err;
    }
    const struct snet_uv_config config = {.on_event = consumer_on_event, .user = consumer};
    err = snet_uv_new(uv_default_loop(), &config, &consumer->driver);
    if (err != SNET_OK) {
        return err;
    }
    const struct snet_server_config server_config = {
        .wires = SNET_WIRE_BIT(SNET_WIRE_3),
        .keys = {.secrets = &secret, .secret_count = 1},
    };
    snet_uv_server *server = NULL;
    int os_err = 0;
    err = snet_uv_serve(consumer->driver, "127.0.0.1:0", &server_config, &server, &os_err);
    if (err != SNET_OK) {
        return err;
    }
    const struct snet_client_config client_config = {
        .wire = SNET_WIRE_3,
        .keys = {.server = &public_key},
    };
    snet_session *session = NULL;
    return snet_uv_connect(consumer->driver, snet_uv_server_address(server), &client_config,
                           &session);
}

int main(void)
{
    struct consumer consumer = {.driver = NULL};
    (void)alarm(CONSUMER_SECONDS_MAX);
    snet_err err = consumer_begin(&consumer);
    if (err == SNET_OK) {
        (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
        err = consumer.err;
    }
    snet_uv_free(consumer.driver);
    (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    (void)uv_loop_close(uv_default_loop());
    if (err != SNET_OK) {
        (void)fprintf(stderr, "consumer: %s\n", snet_err_message(err));
        return 1;
    }
    (void)fwrite(consumer.received, 1, consumer.received_len, stdout);
    return consumer.received_len == strlen(CONSUMER_LINE) &&
                   memcmp(consumer.received, CONSUMER_LINE, consumer.received_len) == 0
               ? 0
               : 1;
}
