/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Replays recorded conversations of the published implementations through the core, in both roles:
 * every byte that our end sends must be the recorded one, but for what a resume's reply declares
 * [PROTO 6.7] [PROTO 3.2] [PROTO 3.3] [PROTO 3.4]
 * [PROTO 3.5] [PROTO 5.1] [PROTO 5.5].
 */
#include <snet/core.h>

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <string.h>

#define VECTOR_LINKS_MAX 8u
#define VECTOR_BYTES_MAX 4096u

enum vector_way {
    VECTOR_CLIENT_TO_SERVER,
    VECTOR_SERVER_TO_CLIENT
};

struct vector_link {
    const char *sent[2]; /* hex, by enum vector_way: what arrived, handshake included */
    const char *lost[2]; /* and what was lost after it with the connection */
};

struct vector {
    const char *name;
    enum snet_wire wire;
    bool plain;
    uint32_t history_bytes;
    uint64_t private_keys[2];
    uint64_t conn_id;
    const char *app[2];
    unsigned link_count;
    struct vector_link links[VECTOR_LINKS_MAX];
};

/* tidy: allow layer because vectors_to_c.py makes it from tests/data while building */
#include "vectors.inc"

#define VECTOR_COUNT (sizeof vectors / sizeof vectors[0])

struct bytes {
    uint8_t data[VECTOR_BYTES_MAX];
    size_t len;
};

/* Our end of a conversation. */
struct replay {
    const struct vector *vector;
    enum vector_way out; /* the way our end's bytes go */
    struct test_env env;
    snet_core *core;
    snet_server *server; /* NULL when our end is the client */
    snet_session *session;
    snet_link *link;
    struct bytes app; /* what our application writes */
    size_t written;
    struct bytes got; /* what it has read */
    uint64_t now;
};

static unsigned hex_digit(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a' + 10);
}

static void bytes_from_hex(struct bytes *bytes, const char *hex)
{
    bytes->len = strlen(hex) / 2;
    assert_true(bytes->len <= sizeof bytes->data);
    for (size_t i = 0; i < bytes->len; i++) {
        bytes->data[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    }
}

/* How many of the sender's first bytes are handshake. */
static size_t replay_handshake_len(const struct replay *replay, unsigned index, enum vector_way way)
{
    const bool proven = replay->vector->wire == SNET_WIRE_2;
    const size_t hello = replay->vector->wire == SNET_WIRE_1_PADDED ? 40 : 16;
    if (way == VECTOR_CLIENT_TO_SERVER) {
        return proven ? (index == 0 ? 9 + 16 : 41 + 16) : (index == 0 ? hello : 40);
    }
    return proven ? 24 : 16;
}

static void replay_drain(struct replay *replay)
{
    struct snet_core_event event;
    while (snet_core_next_event(replay->core, &event)) {
        if (event.type == SNET_CORE_EVENT_OPENED) {
            replay->session = event.session;
        }
        if (event.type == SNET_CORE_EVENT_ENDED) {
            fail_msg("the session ended: %s", snet_err_name(event.err));
        }
    }
}

/* Puts more of the application's bytes into the stream, never beyond `target` in all. */
static bool replay_write(struct replay *replay, size_t target)
{
    size_t written = 0;
    if (replay->session == NULL || replay->written >= target) {
        return false;
    }
    assert_true(target <= replay->app.len);
    const snet_err err = snet_session_write(replay->session, replay->app.data + replay->written,
                                            target - replay->written, &written, replay->now);
    replay->written += err == SNET_OK ? written : 0;
    return err == SNET_OK;
}

/* Takes what our end sends, at most `len` bytes; returns how many. */
static size_t replay_take(struct replay *replay, uint8_t *ret_data, size_t len)
{
    struct snet_span span;
    if (snet_link_send(replay->link, &span, 1) == 0) {
        return 0;
    }
    const size_t part = span.len < len ? span.len : len;
    memcpy(ret_data, span.data, part);
    snet_link_sent(replay->link, part, replay->now);
    replay_drain(replay);
    return part;
}

static void replay_feed(struct replay *replay, const uint8_t *data, size_t len)
{
    size_t done = 0;
    while (done < len) {
        size_t taken = 0;
        size_t room = snet_link_room(replay->link);
        assert_true(room > 0);
        room = room < len - done ? room : len - done;
        snet_link_recv(replay->link, data + done, room, &taken, replay->now);
        assert_int_equal(taken, room);
        done += taken;
        replay_drain(replay);
    }
}

static void replay_read(struct replay *replay)
{
    size_t len = 0;
    while (replay->session != NULL &&
           snet_session_read(replay->session, replay->got.data + replay->got.len,
                             sizeof replay->got.data - replay->got.len, &len,
                             replay->now) == SNET_OK) {
        replay->got.len += len;
    }
}

static void replay_open(struct replay *replay, const struct vector *vector, enum vector_way out)
{
    memset(replay, 0, sizeof *replay);
    replay->vector = vector;
    replay->out = out;
    replay->now = SNET_SECOND_NS;
    bytes_from_hex(&replay->app, vector->app[out]);
    test_env_init(&replay->env, 1);
    test_env_queue(&replay->env, SNET_RANDOM_KEY, vector->private_keys[out]);
    test_env_queue(&replay->env, SNET_RANDOM_SESSION_ID, vector->conn_id);
    const struct snet_session_config session = {
        .plain = vector->plain,
        .history_bytes = vector->history_bytes,
    };
    assert_int_equal(snet_core_new(&replay->env.env, &(struct snet_core_config){0}, &replay->core),
                     SNET_OK);
    if (out == VECTOR_CLIENT_TO_SERVER) {
        const struct snet_client_config config = {.session = session, .wire = vector->wire};
        assert_int_equal(snet_client_open(replay->core, &config, &replay->session, replay->now),
                         SNET_OK);
    } else {
        const struct snet_server_config config = {
            .session = session,
            .wires = vector->wire,
        };
        assert_int_equal(snet_server_new(replay->core, &config, &replay->server), SNET_OK);
    }
}

static void replay_connect(struct replay *replay, const struct bytes *sent)
{
    if (replay->server == NULL) {
        replay->now += SNET_SECOND_NS; /* past any backoff */
        snet_core_tick(replay->core, replay->now);
        replay_drain(replay);
        assert_int_equal(snet_client_connected(replay->session, &replay->link, replay->now),
                         SNET_OK);
        return;
    }
    if (replay->vector->wire == SNET_WIRE_2) {
        uint64_t challenge = 0;
        for (unsigned i = 0; i < 8; i++) {
            challenge |= (uint64_t)sent->data[16 + i] << (8 * i);
        }
        test_env_queue(&replay->env, SNET_RANDOM_CHALLENGE, challenge);
    }
    assert_int_equal(snet_server_accepted(replay->server, &replay->link, replay->now), SNET_OK);
}

/* What the peer had read when the link began: it stands in its resume or in its answer. */
static size_t replay_peer_read(const struct replay *replay, unsigned index, const struct bytes *in)
{
    if (index == 0) {
        return 0;
    }
    const bool prefixed = replay->vector->wire == SNET_WIRE_2;
    const size_t at = replay->server == NULL ? 8 : (prefixed ? 17 : 16);
    return (size_t)(in->data[at] | in->data[at + 1] << 8);
}

/* Checks that our end now sends exactly `expected`, writing new bytes up to `target` as it goes. */
static void replay_expect(struct replay *replay, const uint8_t *expected, size_t len, size_t target)
{
    size_t done = 0;
    while (done < len) {
        uint8_t sent[VECTOR_BYTES_MAX];
        const size_t part = replay_take(replay, sent, len - done);
        if (part == 0) {
            assert_true(replay_write(replay, target));
            continue;
        }
        assert_memory_equal(sent, expected + done, part);
        done += part;
    }
}

static void replay_link(struct replay *replay, unsigned index)
{
    const struct vector_link *recorded = &replay->vector->links[index];
    const enum vector_way in_way = (enum vector_way)(1 - replay->out);
    struct bytes out;
    struct bytes in;
    struct bytes lost;
    bytes_from_hex(&out, recorded->sent[replay->out]);
    bytes_from_hex(&in, recorded->sent[in_way]);
    bytes_from_hex(&lost, recorded->lost[replay->out]);
    const size_t out_handshake = replay_handshake_len(replay, index, replay->out);
    const size_t in_handshake = replay_handshake_len(replay, index, in_way);
    if (replay->server != NULL && index > 0) {
        /* A server of ours promises what its client has, not what it has written [PROTO 6.7]. */
        const size_t read_at = replay->vector->wire == SNET_WIRE_2 ? 17 : 16;
        memcpy(out.data, in.data + read_at, 8);
    }
    const size_t target = replay_peer_read(replay, index, &in) + out.len - out_handshake + lost.len;
    replay_connect(replay, &out);
    if (replay->server == NULL) {
        /* A proof, where there is one, follows the server's answer. */
        const size_t before =
            replay->vector->wire == SNET_WIRE_2 ? out_handshake - 16 : out_handshake;
        replay_expect(replay, out.data, before, 0);
        replay_feed(replay, in.data, in_handshake);
        replay_expect(replay, out.data + before, out_handshake - before, 0);
    } else {
        const size_t before =
            replay->vector->wire == SNET_WIRE_2 ? in_handshake - 16 : in_handshake;
        replay_feed(replay, in.data, before);
        replay_expect(replay, out.data, out_handshake, 0);
        replay_feed(replay, in.data + before, in_handshake - before);
    }
    replay_feed(replay, in.data + in_handshake, in.len - in_handshake);
    replay_read(replay);
    replay_expect(replay, out.data + out_handshake, out.len - out_handshake, target);
    replay_expect(replay, lost.data, lost.len, target);
    assert_int_equal(replay->written, target > replay->written ? target : replay->written);
    snet_link_failed(replay->link, SNET_ERR_LINK_LOST, replay->now);
    replay_drain(replay);
    snet_link_free(replay->link, replay->now);
}

static void replay_run(const struct vector *vector, enum vector_way out)
{
    struct replay replay;
    struct bytes theirs;
    replay_open(&replay, vector, out);
    replay_drain(&replay);
    for (unsigned i = 0; i < vector->link_count; i++) {
        replay_link(&replay, i);
    }
    bytes_from_hex(&theirs, vector->app[1 - out]);
    assert_int_equal(replay.got.len, theirs.len);
    assert_memory_equal(replay.got.data, theirs.data, theirs.len);
    assert_int_equal(replay.written, replay.app.len);
    snet_core_free(replay.core);
    assert_int_equal(replay.env.live_count, 0);
}

static void vector_replays_as_client(void **state)
{
    replay_run(*state, VECTOR_CLIENT_TO_SERVER);
}

static void vector_replays_as_server(void **state)
{
    replay_run(*state, VECTOR_SERVER_TO_CLIENT);
}

int main(void)
{
    struct CMUnitTest tests[2 * VECTOR_COUNT];
    static char names[2 * VECTOR_COUNT][128];
    for (size_t i = 0; i < VECTOR_COUNT; i++) {
        static const struct {
            const char *role;
            CMUnitTestFunction run;
        } roles[] = {{"client", vector_replays_as_client}, {"server", vector_replays_as_server}};
        for (size_t role = 0; role < 2; role++) {
            const size_t at = 2 * i + role;
            (void)snprintf(names[at], sizeof names[at], "%s as %s", vectors[i].name,
                           roles[role].role);
            tests[at] = (struct CMUnitTest){
                .name = names[at],
                .test_func = roles[role].run,
                .initial_state = (void *)(uintptr_t)&vectors[i],
            };
        }
    }
    return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
