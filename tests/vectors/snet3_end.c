/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/vectors/snet3_end.h"

#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <string.h>

static const struct snet_key *end_key(const char *hex, struct snet_key *key)
{
    if (hex[0] == '\0') {
        return NULL;
    }
    assert_int_equal(test_hex_decode(hex, key->bytes, sizeof key->bytes), sizeof key->bytes);
    return key;
}

static void end_serve(struct snet3_end *end)
{
    const struct snet3_setup *setup = end->setup;
    struct snet_key keys[3];
    const struct snet_key *secret = end_key(setup->server_secret, &keys[0]);
    const struct snet_key *psk = end_key(setup->psk, &keys[1]);
    const struct snet_key *authorized = end_key(setup->authorized, &keys[2]);
    const struct snet_server_config config = {
        .session = {.pad_bytes = setup->pad_bytes},
        .wires = SNET_WIRE_3,
        .keys = {.secrets = secret,
                 .secret_count = secret != NULL ? 1 : 0,
                 .psks = psk,
                 .psk_count = psk != NULL ? 1 : 0,
                 .authorized = authorized,
                 .authorized_count = authorized != NULL ? 1 : 0},
    };
    assert_int_equal(snet_core_new(&end->env.env, &(struct snet_core_config){0}, &end->core),
                     SNET_OK);
    assert_int_equal(snet_server_new(end->core, &config, &end->server), SNET_OK);
}

static void end_open(struct snet3_end *end)
{
    const struct snet3_setup *setup = end->setup;
    struct snet_key secret;
    struct snet_key server;
    struct snet_key client;
    struct snet_key psk;
    struct snet_client_config config = {
        .session = {.pad_bytes = setup->pad_bytes},
        .wire = SNET_WIRE_3,
        .suite = (uint8_t)setup->suite,
        .service = setup->service[0] == '\0' ? NULL : setup->service,
        .early_data = setup->early,
    };
    config.keys.psk = end_key(setup->psk, &psk);
    if (end_key(setup->server_secret, &secret) != NULL) {
        assert_int_equal(snet_key_public(&secret, &server), SNET_OK);
        config.keys.server = &server;
        config.keys.client_secret = end_key(setup->client_secret, &client);
    }
    assert_int_equal(snet_client_open(end->core, &config, &end->session, end->now), SNET_OK);
}

void snet3_end_begin(struct snet3_end *end, const struct snet3_setup *setup, bool is_server)
{
    memset(end, 0, sizeof *end);
    end->setup = setup;
    end->is_server = is_server;
    end->now = SNET_SECOND_NS;
    test_env_init(&end->env, is_server ? 2 : 1);
    if (is_server) {
        end_serve(end);
    } else {
        assert_int_equal(snet_core_new(&end->env.env, &(struct snet_core_config){0}, &end->core),
                         SNET_OK);
    }
}

void snet3_end_draw(struct snet3_end *end, enum snet_random_purpose purpose, const char *hex)
{
    uint8_t bytes[SNET_KEY_BYTES];
    const size_t len = test_hex_decode(hex, bytes, sizeof bytes);
    for (size_t at = 0; at < len; at += 8) {
        uint64_t value = 0;
        for (size_t i = 0; i < 8 && at + i < len; i++) {
            value |= (uint64_t)bytes[at + i] << (8 * i);
        }
        test_env_queue(&end->env, purpose, value);
    }
}

/* --- What the application sees ------------------------------------------------------------ */

static void told_add(struct snet3_result *result, const char *text)
{
    const size_t used = strlen(result->told);
    const int len = snprintf(result->told + used, sizeof result->told - used, "%s%s",
                             used == 0 ? "" : "; ", text);
    assert_true(len >= 0 && (size_t)len < sizeof result->told - used);
}

static void told_opened(const struct snet3_end *end, char *ret_text, size_t size)
{
    struct snet_key key;
    const char *service = end->is_server ? snet_session_service(end->session) : "";
    int len =
        snprintf(ret_text, size, "opened%s%s", service[0] == '\0' ? "" : " service=", service);
    if (end->is_server && snet_session_peer_key(end->session, &key)) {
        len += snprintf(ret_text + len, size - (size_t)len, " key=");
        for (size_t i = 0; i < sizeof key.bytes; i++) {
            len += snprintf(ret_text + len, size - (size_t)len, "%02x", key.bytes[i]);
        }
    }
}

static void told_ended(const struct snet3_end *end, snet_err err, char *ret_text, size_t size)
{
    struct snet_session_info info;
    snet_session_get_info(end->session, &info);
    const int len = snprintf(ret_text, size, "ended %s", snet_err_name(err));
    if (info.peer_code != 0) {
        (void)snprintf(ret_text + len, size - (size_t)len, " code=%u text=%s", info.peer_code,
                       snet_session_peer_text(end->session));
    }
}

static unsigned end_connection(const struct snet3_end *end, const snet_link *link)
{
    for (unsigned i = 0; i < SNET3_CONNECTIONS_MAX; i++) {
        if (end->links[i] == link) {
            return i;
        }
    }
    fail_msg("a link that was not made");
    return 0;
}

static void told_event(struct snet3_end *end, const struct snet_core_event *event,
                       struct snet3_result *result)
{
    char text[SNET3_TOLD_MAX / 2] = "";
    switch (event->type) {
    case SNET_CORE_EVENT_DIAL:
        told_add(result, "dial");
        break;
    case SNET_CORE_EVENT_OPENED:
        end->session = event->session;
        told_opened(end, text, sizeof text);
        break;
    case SNET_CORE_EVENT_LOST:
        (void)snprintf(text, sizeof text, "lost %s", snet_err_name(event->err));
        break;
    case SNET_CORE_EVENT_RESUMED:
        told_add(result, "resumed");
        break;
    case SNET_CORE_EVENT_READABLE:
        told_add(result, "readable");
        break;
    case SNET_CORE_EVENT_ENDED:
        told_ended(end, event->err, text, sizeof text);
        break;
    case SNET_CORE_EVENT_LINK_CLOSE:
        (void)snprintf(text, sizeof text, "close %u %s %s", end_connection(end, event->link),
                       event->close_how == SNET_CLOSE_FIN ? "FIN" : "RESET",
                       snet_err_name(event->err));
        break;
    case SNET_CORE_EVENT_BARREN:
    case SNET_CORE_EVENT_WRITABLE:
    case SNET_CORE_EVENT_FREED:
    case SNET_CORE_EVENT_LINK_SEND:
    case SNET_CORE_EVENT_LINK_RECV:
        break;
    }
    if (text[0] != '\0') {
        told_add(result, text);
    }
}

static void end_drain(struct snet3_end *end, struct snet3_result *result)
{
    struct snet_core_event event;
    while (snet_core_next_event(end->core, &event)) {
        told_event(end, &event, result);
    }
}

/* --- Steps -------------------------------------------------------------------------------- */

static void end_connect(struct snet3_end *end, unsigned connection)
{
    assert_true(connection < SNET3_CONNECTIONS_MAX && end->links[connection] == NULL);
    snet_link **link = &end->links[connection];
    assert_int_equal(end->is_server ? snet_server_accepted(end->server, link, end->now)
                                    : snet_client_connected(end->session, link, end->now),
                     SNET_OK);
}

static void end_send(struct snet3_end *end, snet_link *link, struct snet3_result *result)
{
    struct snet_span span;
    while (link != NULL && snet_link_send(link, &span, 1) == 1) {
        assert_true(span.len <= sizeof result->data - result->len);
        memcpy(result->data + result->len, span.data, span.len);
        result->len += span.len;
        snet_link_sent(link, span.len, end->now);
        end_drain(end, result);
    }
}

static void end_receive(struct snet3_end *end, snet_link *link, const char *hex,
                        struct snet3_result *result)
{
    uint8_t data[SNET3_BYTES_MAX];
    const size_t len = test_hex_decode(hex, data, sizeof data);
    size_t done = 0;
    while (link != NULL && done < len) {
        size_t taken = 0;
        size_t room = snet_link_room(link);
        assert_true(room > 0);
        room = room < len - done ? room : len - done;
        snet_link_recv(link, data + done, room, &taken, end->now);
        assert_int_equal(taken, room);
        done += taken;
        end_drain(end, result);
    }
}

static void end_write(struct snet3_end *end, const char *hex)
{
    uint8_t data[SNET3_BYTES_MAX];
    const size_t len = test_hex_decode(hex, data, sizeof data);
    size_t written = 0;
    assert_int_equal(snet_session_write(end->session, data, len, &written, end->now), SNET_OK);
    assert_int_equal(written, len);
}

static void end_read(struct snet3_end *end, struct snet3_result *result)
{
    size_t len = 0;
    do {
        result->len += len;
        result->err = snet_session_read(end->session, result->data + result->len,
                                        sizeof result->data - result->len, &len, end->now);
    } while (result->err == SNET_OK);
}

/* Time passes to the exact deadlines on the way. */
static void end_wait(struct snet3_end *end, uint64_t duration_ns, struct snet3_result *result)
{
    const uint64_t until = end->now + duration_ns;
    uint64_t due = snet_core_deadline(end->core);
    while (due <= until) {
        end->now = due > end->now ? due : end->now;
        snet_core_tick(end->core, end->now);
        end_drain(end, result);
        due = snet_core_deadline(end->core);
    }
    end->now = until;
}

static void end_restart(struct snet3_end *end)
{
    snet_core_free(end->core);
    end->session = NULL;
    memset(end->links, 0, sizeof end->links);
    end_serve(end);
}

static void end_link_step(struct snet3_end *end, const struct snet3_step *step)
{
    assert_true(step->connection < SNET3_CONNECTIONS_MAX);
    snet_link *link = end->links[step->connection];
    if (link == NULL) {
        return; /* closed here already: this end does not see it */
    }
    if (step->op == SNET3_EOF) {
        snet_link_eof(link, end->now);
        return;
    }
    if (step->op != SNET3_CLOSE) {
        snet_link_failed(link, step->op == SNET3_CUT ? SNET_ERR_LINK_LOST : SNET_ERR_LINK_RESET,
                         end->now);
    }
}

/* The steps of the application. */
static void end_application_step(struct snet3_end *end, const struct snet3_step *step,
                                 struct snet3_result *result)
{
    if (step->op == SNET3_WRITE) {
        end_write(end, step->hex);
    } else if (step->op == SNET3_READ) {
        end_read(end, result);
    } else if (step->op == SNET3_SHUTDOWN) {
        snet_session_shutdown(end->session, end->now);
    } else if (step->op == SNET3_ABORT) {
        snet_session_abort_with(end->session, (uint16_t)step->number, step->text, end->now);
    } else if (step->op == SNET3_MOVE) {
        snet_client_network_changed(end->session, end->now);
    } else {
        assert_int_equal(snet_session_migrate(end->session,
                                              step->text[0] == '\0' ? NULL : step->text,
                                              step->number * SNET_MS_NS, end->now),
                         SNET_OK);
    }
}

/* Gives a link back after its last events were taken. */
static void end_free_link(struct snet3_end *end, const struct snet3_step *step,
                          struct snet3_result *result)
{
    const bool over = step->op == SNET3_CUT || step->op == SNET3_RESET || step->op == SNET3_CLOSE;
    if (over && end->links[step->connection] != NULL) {
        end_drain(end, result);
        snet_link_free(end->links[step->connection], end->now);
        end->links[step->connection] = NULL;
    }
}

void snet3_end_do(struct snet3_end *end, const struct snet3_step *step,
                  struct snet3_result *ret_result)
{
    ret_result->len = 0;
    ret_result->err = SNET_OK;
    ret_result->told[0] = '\0';
    assert_true(step->connection < SNET3_CONNECTIONS_MAX);
    switch (step->op) {
    case SNET3_OPEN:
        end_open(end);
        break;
    case SNET3_CONNECT:
        end_connect(end, step->connection);
        break;
    case SNET3_SEND:
        end_send(end, end->links[step->connection], ret_result);
        break;
    case SNET3_RECEIVE:
        end_receive(end, end->links[step->connection], step->hex, ret_result);
        break;
    case SNET3_WRITE:
    case SNET3_READ:
    case SNET3_SHUTDOWN:
    case SNET3_ABORT:
    case SNET3_MOVE:
    case SNET3_MIGRATE:
        end_application_step(end, step, ret_result);
        break;
    case SNET3_WAIT:
        end_wait(end, step->number * SNET_MS_NS, ret_result);
        break;
    case SNET3_CUT:
    case SNET3_EOF:
    case SNET3_RESET:
    case SNET3_CLOSE:
        end_link_step(end, step);
        end_free_link(end, step, ret_result);
        break;
    case SNET3_RESTART:
        end_restart(end);
        break;
    }
    end_drain(end, ret_result);
}

void snet3_end_finish(struct snet3_end *end)
{
    snet_core_free(end->core);
    assert_int_equal(end->env.live_count, 0);
}
