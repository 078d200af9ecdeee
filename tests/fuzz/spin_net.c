/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/link.h"
#include "tests/fuzz/spin.h"

#include <string.h>

static struct spin_conn *net_new_conn(struct spin *spin)
{
    for (unsigned i = 0; i < SPIN_CONNS_MAX; i++) {
        struct spin_conn *conn = &spin->conns[i];
        if (!conn->used) {
            conn->used = true;
            conn->stranger = false;
            conn->record = spin->record_count++ % SPIN_RECORDS_MAX;
            spin->records[conn->record].len = 0;
            for (unsigned index = 0; index < 2; index++) {
                struct spin_side *side = &conn->sides[index];
                side->link = NULL;
                side->closing = side->fin = side->reset = false;
                side->queued = 0;
            }
            return conn;
        }
    }
    return NULL;
}

static void net_release(struct spin_conn *conn)
{
    if (conn->sides[0].link == NULL && conn->sides[1].link == NULL) {
        conn->used = false;
    }
}

static void net_open_server_side(struct spin *spin, struct spin_conn *conn)
{
    struct spin_side *side = &conn->sides[SPIN_SERVER];
    if (snet_server_accepted(spin->server, &side->link, spin->now) == SNET_OK) {
        snet_link_set_user(side->link, conn);
    } else {
        side->link = NULL;
        conn->sides[SPIN_CLIENT].reset = true;
    }
}

void spin_net_dial(struct spin *spin, unsigned pair, bool refuse)
{
    struct spin_app *app = &spin->pairs[pair].apps[SPIN_CLIENT];
    if (spin->pairs[pair].dials == 0 || app->session == NULL) {
        return;
    }
    spin->pairs[pair].dials--;
    struct spin_conn *conn = refuse ? NULL : net_new_conn(spin);
    if (conn == NULL) {
        snet_client_dial_failed(app->session, SNET_ERR_CONNECT, spin->now);
        return;
    }
    struct spin_side *side = &conn->sides[SPIN_CLIENT];
    if (snet_client_connected(app->session, &side->link, spin->now) != SNET_OK) {
        side->link = NULL;
        conn->used = false;
        return;
    }
    conn->pair = pair;
    spin->records[conn->record].pair = pair;
    snet_link_set_user(side->link, conn);
    net_open_server_side(spin, conn);
}

/* This end is closed: frees its link, and the other end sees it. */
static void net_close_side(struct spin *spin, struct spin_conn *conn, unsigned index, bool fin)
{
    struct spin_side *side = &conn->sides[index];
    struct spin_side *other = &conn->sides[1 - index];
    snet_link_free(side->link, spin->now);
    side->link = NULL;
    side->closing = false;
    side->queued = 0;
    other->fin = other->fin || fin;
    other->reset = other->reset || !fin;
    net_release(conn);
}

/* Keeps the first bytes of a client's connection for later replays. */
static void net_record(struct spin *spin, struct spin_conn *conn, const uint8_t *data, size_t len)
{
    struct spin_record *record = &spin->records[conn->record];
    const bool first = spin->wire == SNET_WIRE_1 || spin->wire == SNET_WIRE_1_PADDED;
    const size_t max = first ? SPIN_RECORD_1_MAX_BYTES : SPIN_RECORD_MAX_BYTES;
    for (size_t i = 0; i < len && record->len < max; i++) {
        record->data[record->len++] = data[i];
    }
}

bool spin_net_send(struct spin *spin, struct spin_conn *conn, unsigned index, size_t max)
{
    struct spin_side *side = &conn->sides[index];
    struct spin_side *other = &conn->sides[1 - index];
    struct snet_span span;
    if (side->link == NULL || max == 0 || other->queued >= spin->flight_bytes) {
        return false;
    }
    if (snet_link_send(side->link, &span, 1) == 0) {
        if (side->closing) {
            net_close_side(spin, conn, index, true);
            return true;
        }
        return false;
    }
    FUZZ_CHECK(span.len > 0);
    if (other->link == NULL && !(conn->stranger && index == SPIN_SERVER)) {
        side->reset = true; /* there is no other end any more */
        return false;
    }
    size_t len = span.len < max ? span.len : max;
    len = len < spin->flight_bytes - other->queued ? len : spin->flight_bytes - other->queued;
    if (index == SPIN_CLIENT) {
        net_record(spin, conn, span.data, len);
    }
    memcpy(other->queue + other->queued, span.data, len);
    other->queued += len;
    snet_link_sent(side->link, len, spin->now);
    return true;
}

bool spin_net_deliver(struct spin *spin, struct spin_conn *conn, unsigned index, size_t max)
{
    struct spin_side *side = &conn->sides[index];
    if (side->link == NULL) {
        return false;
    }
    if (side->queued == 0 || (side->reset && max == 0)) {
        if (side->reset) {
            spin_net_break(spin, conn, index);
            return true;
        }
        if (side->fin) {
            side->fin = false;
            snet_link_eof(side->link, spin->now);
            return true;
        }
        return false;
    }
    size_t len = snet_link_room(side->link);
    len = len < side->queued ? len : side->queued;
    len = len < max ? len : max;
    if (len == 0) {
        snet_link_await_room(side->link);
        return false;
    }
    size_t taken = 0;
    snet_link_recv(side->link, side->queue, len, &taken, spin->now);
    if (taken < len) {
        /* Only a machine without memory may take less than it had room for. */
        FUZZ_CHECK(spin->memory_failed);
        snet_link_failed(side->link, SNET_ERR_NO_MEMORY, spin->now);
        return true;
    }
    memmove(side->queue, side->queue + len, side->queued - len);
    side->queued -= len;
    return true;
}

void spin_net_break(struct spin *spin, struct spin_conn *conn, unsigned index)
{
    struct spin_side *side = &conn->sides[index];
    if (side->link != NULL) {
        snet_link_failed(side->link, SNET_ERR_LINK_LOST, spin->now);
        net_close_side(spin, conn, index, false);
    }
}

void spin_net_fin(struct spin *spin, struct spin_conn *conn)
{
    conn->sides[0].fin = conn->sides[1].fin = true;
    /* To a client of the legacy wires this may look like the server's own close [PROTO 7.5]. */
    spin->pairs[conn->pair].doubtful = !spin_secure(spin);
}

/* Bytes that no end has sent are on their way. */
static void net_taint(struct spin *spin, const struct spin_conn *conn)
{
    if (!spin_secure(spin)) {
        spin->pairs[conn->pair].tainted = true;
    }
}

void spin_net_flip(struct spin *spin, struct spin_conn *conn, unsigned index, size_t bit)
{
    struct spin_side *side = &conn->sides[index];
    if (side->queued > 0) {
        side->queue[bit / 8 % side->queued] ^= (uint8_t)(1u << bit % 8);
        net_taint(spin, conn);
    }
}

void spin_net_insert(struct spin *spin, struct spin_conn *conn, unsigned index,
                     struct snet_bytes bytes)
{
    struct spin_side *side = &conn->sides[index];
    if (side->link != NULL && bytes.len > 0 && bytes.len <= SPIN_QUEUE_MAX_BYTES - side->queued) {
        memcpy(side->queue + side->queued, bytes.data, bytes.len);
        side->queued += bytes.len;
        net_taint(spin, conn);
    }
}

void spin_net_stranger(struct spin *spin, struct snet_bytes bytes, unsigned pair)
{
    struct spin_conn *conn = net_new_conn(spin);
    if (conn == NULL) {
        return;
    }
    conn->stranger = true;
    conn->pair = pair;
    net_open_server_side(spin, conn);
    struct spin_side *side = &conn->sides[SPIN_SERVER];
    if (side->link == NULL) {
        conn->used = false;
    } else if (bytes.len > 0 && bytes.len <= sizeof side->queue) {
        memcpy(side->queue, bytes.data, bytes.len);
        side->queued = bytes.len;
    }
}

void spin_net_settle(struct spin *spin)
{
    bool moved = true;
    for (unsigned round = 0; moved && round < SPIN_SETTLE_MAX; round++) {
        moved = false;
        for (unsigned i = 0; i < spin->pair_count; i++) {
            if (spin->pairs[i].dials > 0) {
                spin_net_dial(spin, i, false);
                spin_drain(spin);
                moved = true;
            }
        }
        for (unsigned i = 0; i < 2 * SPIN_CONNS_MAX; i++) {
            struct spin_conn *conn = &spin->conns[i / 2];
            if (conn->used) {
                moved = spin_net_send(spin, conn, i % 2, SPIN_QUEUE_MAX_BYTES) || moved;
                spin_drain(spin);
            }
            if (conn->used) {
                moved = spin_net_deliver(spin, conn, i % 2, SPIN_QUEUE_MAX_BYTES) || moved;
                spin_drain(spin);
            }
        }
    }
}

void spin_net_event(struct spin *spin, const struct snet_core_event *event)
{
    struct spin_conn *conn = snet_link_user(event->link);
    if (event->type != SNET_CORE_EVENT_LINK_CLOSE || conn == NULL) {
        return; /* the program decides when bytes move */
    }
    const unsigned index = event->link == conn->sides[SPIN_CLIENT].link ? SPIN_CLIENT : SPIN_SERVER;
    const bool alone = conn->sides[1 - index].link == NULL && !conn->stranger;
    if (event->close_how == SNET_CLOSE_FIN && !alone) {
        conn->sides[index].closing = true;
    } else {
        net_close_side(spin, conn, index, false);
    }
}

void spin_net_check(const struct spin *spin)
{
    for (unsigned i = 0; i < SPIN_CONNS_MAX; i++) {
        for (unsigned index = 0; spin->conns[i].used && index < 2; index++) {
            if (spin->conns[i].sides[index].link != NULL) {
                snet_link_check(spin->conns[i].sides[index].link);
            }
        }
    }
}
