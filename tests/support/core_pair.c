/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/core_pair.h"

#include "core/link.h"
#include "core/session.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <string.h>

#define ENDS_CHUNK_BYTES 4096u

const struct core_pair_keys *core_pair_keys(void)
{
    static struct core_pair_keys keys;
    for (unsigned i = 0; i < SNET_KEY_BYTES; i++) {
        keys.server.bytes[i] = (uint8_t)(i + 1);
        keys.client.bytes[i] = (uint8_t)(i + 101);
        keys.psk.bytes[i] = (uint8_t)(i + 201);
    }
    assert_int_equal(snet_key_public(&keys.server, &keys.server_public), SNET_OK);
    assert_int_equal(snet_key_public(&keys.client, &keys.client_public), SNET_OK);
    return &keys;
}

struct core_pair_config core_pair_config_for(enum snet_wire wire, bool mixed)
{
    const struct core_pair_keys *keys = core_pair_keys();
    struct core_pair_config config = {
        .client = {.wire = wire},
        .server = {.wires = mixed ? SNET_WIRES_ALL : (unsigned)wire,
                   .keys = {.secrets = &keys->server, .secret_count = 1}},
    };
    if (wire == SNET_WIRE_3) {
        config.client.keys.server = &keys->server_public;
    }
    return config;
}

void core_pair_open(struct core_pair *ends, const struct core_pair_config *config)
{
    memset(ends, 0, sizeof *ends);
    ends->now = SNET_SECOND_NS;
    for (unsigned i = 0; i < 2; i++) {
        test_env_init(&ends->env[i], i + 1);
        assert_int_equal(snet_core_new(&ends->env[i].env, &config->cores[i], &ends->cores[i]),
                         SNET_OK);
    }
    assert_int_equal(snet_server_new(ends->cores[CORE_PAIR_SERVER], &config->server, &ends->server),
                     SNET_OK);
    assert_int_equal(
        snet_client_open(ends->cores[CORE_PAIR_CLIENT], &config->client, &ends->client, ends->now),
        SNET_OK);
    core_pair_drain(ends);
}

void core_pair_close(struct core_pair *ends)
{
    for (unsigned i = 0; i < 2; i++) {
        snet_core_free(ends->cores[i]);
        assert_int_equal(ends->env[i].live_count, 0);
    }
}

static struct core_pair_link *core_pair_find(struct core_pair *ends, const snet_link *link)
{
    for (unsigned i = 0; i < ends->conn_count; i++) {
        for (unsigned side = 0; side < 2; side++) {
            if (ends->conns[i].sides[side].link == link) {
                return &ends->conns[i].sides[side];
            }
        }
    }
    return NULL;
}

static void core_pair_check(const struct core_pair *ends)
{
    for (unsigned i = 0; i < 2; i++) {
        struct snet_list_node *node = snet_list_first(&ends->cores[i]->sessions);
        for (; node != NULL; node = snet_list_next(&ends->cores[i]->sessions, node)) {
            snet_session_check(SNET_CONTAINER(node, snet_session, task.node));
        }
        node = snet_list_first(&ends->cores[i]->links);
        for (; node != NULL; node = snet_list_next(&ends->cores[i]->links, node)) {
            snet_link_check(SNET_CONTAINER(node, snet_link, task.node));
        }
    }
}

void core_pair_drain(struct core_pair *ends)
{
    struct snet_core_event event;
    for (unsigned i = 0; i < 2; i++) {
        while (snet_core_next_event(ends->cores[i], &event)) {
            ends->events[i][event.type]++;
            if (event.type == SNET_CORE_EVENT_OPENED && i == CORE_PAIR_SERVER) {
                ends->served = event.session;
            } else if (event.type == SNET_CORE_EVENT_ENDED) {
                ends->ended[i] = event.err;
            } else if (event.type == SNET_CORE_EVENT_LINK_CLOSE) {
                struct core_pair_link *side = core_pair_find(ends, event.link);
                assert_non_null(side);
                side->how = event.close_how;
                side->err = event.err;
            }
        }
    }
    core_pair_check(ends);
}

void core_pair_pass(struct core_pair *ends, uint64_t duration_ns)
{
    const uint64_t end = ends->now + duration_ns;
    uint64_t due = 0;
    while (due <= end) {
        due = SNET_NEVER;
        for (unsigned i = 0; i < 2; i++) {
            const uint64_t next = snet_core_deadline(ends->cores[i]);
            due = next < due ? next : due;
        }
        if (due <= end) {
            ends->now = due > ends->now ? due : ends->now;
            snet_core_tick(ends->cores[0], ends->now);
            snet_core_tick(ends->cores[1], ends->now);
            core_pair_drain(ends);
        }
    }
    ends->now = end;
}

static struct core_pair_conn *core_pair_new_conn(struct core_pair *ends)
{
    assert_true(ends->conn_count < CORE_PAIR_CONNS_MAX);
    struct core_pair_conn *conn = &ends->conns[ends->conn_count++];
    assert_int_equal(
        snet_server_accepted(ends->server, &conn->sides[CORE_PAIR_SERVER].link, ends->now),
        SNET_OK);
    return conn;
}

struct core_pair_conn *core_pair_dial(struct core_pair *ends)
{
    assert_true(ends->conn_count < CORE_PAIR_CONNS_MAX);
    struct core_pair_conn *conn = &ends->conns[ends->conn_count++];
    assert_int_equal(
        snet_client_connected(ends->client, &conn->sides[CORE_PAIR_CLIENT].link, ends->now),
        SNET_OK);
    core_pair_drain(ends);
    return conn;
}

void core_pair_restart(struct core_pair *ends, const struct snet_server_config *config)
{
    snet_core_free(ends->cores[CORE_PAIR_SERVER]);
    assert_int_equal(ends->env[CORE_PAIR_SERVER].live_count, 0);
    for (unsigned i = 0; i < ends->conn_count; i++) {
        ends->conns[i].sides[CORE_PAIR_SERVER].link = NULL;
    }
    ends->served = NULL;
    assert_int_equal(snet_core_new(&ends->env[CORE_PAIR_SERVER].env, &(struct snet_core_config){0},
                                   &ends->cores[CORE_PAIR_SERVER]),
                     SNET_OK);
    assert_int_equal(snet_server_new(ends->cores[CORE_PAIR_SERVER], config, &ends->server),
                     SNET_OK);
    for (unsigned i = 0; i < ends->conn_count; i++) {
        core_pair_cut(ends, &ends->conns[i]);
    }
}

struct core_pair_conn *core_pair_intrude(struct core_pair *ends)
{
    struct core_pair_conn *conn = core_pair_new_conn(ends);
    core_pair_drain(ends);
    return conn;
}

struct core_pair_conn *core_pair_connect(struct core_pair *ends)
{
    struct core_pair_conn *conn = core_pair_new_conn(ends);
    assert_int_equal(
        snet_client_connected(ends->client, &conn->sides[CORE_PAIR_CLIENT].link, ends->now),
        SNET_OK);
    core_pair_drain(ends);
    return conn;
}

size_t core_pair_take(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side from,
                      uint8_t *ret_data, size_t max)
{
    struct snet_span span;
    size_t taken = 0;
    snet_link *link = conn->sides[from].link;
    while (link != NULL && taken < max && snet_link_send(link, &span, 1) == 1) {
        const size_t part = span.len < max - taken ? span.len : max - taken;
        memcpy(ret_data + taken, span.data, part);
        snet_link_sent(link, part, ends->now);
        taken += part;
        core_pair_drain(ends);
    }
    return taken;
}

void core_pair_feed(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side to,
                    const uint8_t *data, size_t len)
{
    snet_link *link = conn->sides[to].link;
    size_t done = 0;
    while (link != NULL && done < len) {
        size_t room = snet_link_room(link);
        size_t taken = 0;
        assert_true(room > 0);
        room = room < len - done ? room : len - done;
        snet_link_recv(link, data + done, room, &taken, ends->now);
        assert_int_equal(taken, room);
        done += taken;
        core_pair_drain(ends);
    }
}

size_t core_pair_move(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side from,
                      size_t max)
{
    const enum core_pair_side to = from == CORE_PAIR_CLIENT ? CORE_PAIR_SERVER : CORE_PAIR_CLIENT;
    size_t moved = 0;
    size_t len = 1;
    while (moved < max && len > 0) {
        uint8_t chunk[ENDS_CHUNK_BYTES];
        snet_link *link = conn->sides[to].link;
        size_t want = link == NULL ? sizeof chunk : snet_link_room(link);
        if (want == 0) {
            snet_link_await_room(link);
        }
        want = want < sizeof chunk ? want : sizeof chunk;
        want = want < max - moved ? want : max - moved;
        len = core_pair_take(ends, conn, from, chunk, want);
        core_pair_feed(ends, conn, to, chunk, len);
        moved += len;
    }
    return moved;
}

/* Frees a side that its core wants closed; the other end sees how. */
static bool core_pair_finish_close(struct core_pair *ends, struct core_pair_conn *conn,
                                   enum core_pair_side side)
{
    struct core_pair_link *own = &conn->sides[side];
    struct core_pair_link *other = &conn->sides[1 - side];
    if (own->link == NULL || own->how == SNET_CLOSE_NONE) {
        return false;
    }
    snet_link_free(own->link, ends->now);
    own->link = NULL;
    if (other->link != NULL && own->how == SNET_CLOSE_FIN) {
        snet_link_eof(other->link, ends->now);
    } else if (other->link != NULL) {
        snet_link_failed(other->link, SNET_ERR_LINK_RESET, ends->now);
    }
    core_pair_drain(ends);
    return true;
}

void core_pair_settle(struct core_pair *ends, struct core_pair_conn *conn)
{
    bool moved = true;
    core_pair_drain(ends);
    while (moved) {
        moved = core_pair_move(ends, conn, CORE_PAIR_CLIENT, ENDS_CHUNK_BYTES) > 0;
        moved = core_pair_move(ends, conn, CORE_PAIR_SERVER, ENDS_CHUNK_BYTES) > 0 || moved;
        if (!moved) {
            moved = core_pair_finish_close(ends, conn, CORE_PAIR_CLIENT) ||
                    core_pair_finish_close(ends, conn, CORE_PAIR_SERVER);
        }
    }
}

void core_pair_eof(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side side)
{
    if (conn->sides[side].link != NULL) {
        snet_link_eof(conn->sides[side].link, ends->now);
    }
    core_pair_drain(ends);
}

void core_pair_cut(struct core_pair *ends, struct core_pair_conn *conn)
{
    for (unsigned side = 0; side < 2; side++) {
        struct core_pair_link *own = &conn->sides[side];
        if (own->link != NULL) {
            snet_link_failed(own->link, SNET_ERR_LINK_LOST, ends->now);
            core_pair_drain(ends);
            snet_link_free(own->link, ends->now);
            own->link = NULL;
        }
    }
    core_pair_drain(ends);
}

struct core_pair_conn *core_pair_reconnect(struct core_pair *ends, struct core_pair_conn *conn,
                                           uint64_t duration_ns)
{
    core_pair_cut(ends, conn);
    core_pair_pass(ends, duration_ns);
    return core_pair_connect(ends);
}

void core_pair_reconnect_until_ended(struct core_pair *ends)
{
    const uint64_t by_ns = ends->now + 60 * SNET_SECOND_NS;
    while (ends->now < by_ns && ends->client->state != SNET_SESSION_ENDED) {
        if (ends->client->dial.state == SNET_DIAL_ASKED) {
            core_pair_settle(ends, core_pair_connect(ends));
        } else {
            core_pair_pass(ends, SNET_SECOND_NS / 10);
        }
    }
}

struct core_pair_conn *core_pair_begin(struct core_pair *ends)
{
    struct core_pair_conn *conn = core_pair_connect(ends);
    core_pair_settle(ends, conn);
    if (ends->served == NULL) {
        core_pair_pass(ends, SNET_GRACE_DEFAULT_NS); /* a mixed listener looks for padding */
        core_pair_settle(ends, conn);
    }
    assert_non_null(ends->served);
    assert_int_equal(ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
    return conn;
}

struct core_pair_conn *core_pair_begin_on(struct core_pair *ends, enum snet_wire wire)
{
    const struct core_pair_config config = core_pair_config_for(wire, false);
    core_pair_open(ends, &config);
    return core_pair_begin(ends);
}

struct snet_session_info core_pair_info(const snet_session *session)
{
    struct snet_session_info info;
    snet_session_get_info(session, &info);
    return info;
}

void core_pair_write(struct core_pair *ends, snet_session *session, size_t len)
{
    const uint64_t from = core_pair_info(session).written;
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte = test_pattern_byte(from + i);
        size_t written = 0;
        assert_int_equal(snet_session_write(session, &byte, 1, &written, ends->now), SNET_OK);
    }
    core_pair_drain(ends);
}

size_t core_pair_read(struct core_pair *ends, snet_session *session, uint64_t offset)
{
    uint8_t chunk[ENDS_CHUNK_BYTES];
    size_t total = 0;
    size_t len = 0;
    while (snet_session_read(session, chunk, sizeof chunk, &len, ends->now) == SNET_OK) {
        test_pattern_expect(chunk, len, offset + total);
        total += len;
    }
    core_pair_drain(ends);
    return total;
}
