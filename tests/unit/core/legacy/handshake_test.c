/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Every row of the handshake's table: each step is entered as on the network, and then meets each
 * event, a complete but wrong message, an end in the middle, silence, and a peer that sends one
 * byte per second.
 */
#include "core/legacy/handshake.h"

#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

static struct core_pair ends;

struct row {
    enum snet_legacy_step step;
    enum core_pair_side side; /* which end is in it */
    enum snet_wire wire;
    bool mixed;
    size_t message_len;            /* what the step waits for in all */
    enum snet_legacy_step alarmed; /* where an alarm leads; the step itself: nowhere */
    bool alarm_legal;
    snet_err truncated; /* the link's end when the peer closes in the middle */
    snet_err garbage;   /* and when it sends 0xEE instead of the message; OK: it is no garbage */
};

static const struct row rows[] = {
    {.step = SNET_LEGACY_C_HELLO,
     .side = CORE_PAIR_CLIENT,
     .wire = SNET_WIRE_2,
     .message_len = 24,
     .truncated = SNET_ERR_LINK_FIN},
    {.step = SNET_LEGACY_C_RESUME,
     .side = CORE_PAIR_CLIENT,
     .wire = SNET_WIRE_2,
     .message_len = 24,
     .truncated = SNET_ERR_LINK_FIN,
     .garbage = SNET_ERR_BAD_COUNT},
    {.step = SNET_LEGACY_S_HELLO,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_1,
     .message_len = 16,
     .truncated = SNET_ERR_TRUNCATED},
    {.step = SNET_LEGACY_S_GRACE,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_1,
     .mixed = true,
     .message_len = 1,
     .alarmed = SNET_LEGACY_STREAM,
     .alarm_legal = true,
     .truncated = SNET_ERR_TRUNCATED},
    {.step = SNET_LEGACY_S_PADDING,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_1,
     .mixed = true,
     .message_len = 23,
     .truncated = SNET_ERR_TRUNCATED,
     .garbage = SNET_ERR_BAD_PADDING},
    {.step = SNET_LEGACY_S_PROOF,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_2,
     .message_len = 16,
     .truncated = SNET_ERR_TRUNCATED,
     .garbage = SNET_ERR_BAD_MAC},
    {.step = SNET_LEGACY_S_RESUME,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_2,
     .message_len = 40,
     .truncated = SNET_ERR_TRUNCATED,
     .garbage = SNET_ERR_UNKNOWN_SESSION},
    {.step = SNET_LEGACY_S_RESUME_PROOF,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_2,
     .message_len = 16,
     .truncated = SNET_ERR_TRUNCATED,
     .garbage = SNET_ERR_BAD_MAC},
    {.step = SNET_LEGACY_S_GOODBYE,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_2,
     .message_len = 16,
     .truncated = SNET_ERR_TRUNCATED,
     .garbage = SNET_ERR_BAD_MAC},
    {.step = SNET_LEGACY_S_GOODBYE_SEEN,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_2,
     .message_len = 16,
     .alarmed = SNET_LEGACY_REFUSED,
     .alarm_legal = true,
     .truncated = SNET_ERR_TRUNCATED,
     .garbage = SNET_ERR_CLOSED},
    {.step = SNET_LEGACY_STREAM,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_1,
     .mixed = true,
     .message_len = 0,
     .alarmed = SNET_LEGACY_STREAM,
     .alarm_legal = true,
     .truncated = SNET_ERR_LINK_FIN},
    {.step = SNET_LEGACY_REFUSED,
     .side = CORE_PAIR_SERVER,
     .wire = SNET_WIRE_2,
     .message_len = 0,
     .truncated = SNET_ERR_UNKNOWN_SESSION},
};
#define ROWS (sizeof rows / sizeof rows[0])
_Static_assert(ROWS == SNET_LEGACY_STEPS, "every step has its row");

static void feed_byte(struct core_pair_conn *conn, enum core_pair_side side, uint8_t byte,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        core_pair_feed(&ends, conn, side, &byte, 1);
    }
}

/* The client's session is open and lost its link; it resumes on a new connection. */
static struct core_pair_conn *lose_and_connect(void)
{
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 10);
    core_pair_settle(&ends, conn);
    return core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
}

/* The server has ended its stream, and its client comes back for the goodbye. */
static struct core_pair_conn *end_and_connect(bool answers)
{
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 10);
    core_pair_write(&ends, ends.served, 10);
    snet_session_shutdown(ends.served, ends.now);
    core_pair_settle(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS);
    conn = core_pair_connect(&ends);
    assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 41), 41);
    if (answers) {
        assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_SERVER, 24), 24);
        assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 16), 16);
    }
    return conn;
}

/* Opens both ends and brings one into the row's step. */
static struct core_pair_conn *enter(const struct row *row)
{
    struct core_pair_config config = core_pair_config_for(row->wire, row->mixed);
    config.client.connect_timeout_ns =
        60 * SNET_SECOND_NS; /* beyond the handshake's own deadline */
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = NULL;
    switch (row->step) {
    case SNET_LEGACY_C_HELLO:
        return core_pair_connect(&ends);
    case SNET_LEGACY_C_RESUME:
        return lose_and_connect();
    case SNET_LEGACY_S_RESUME_PROOF:
        conn = lose_and_connect();
        assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 41), 41);
        return conn;
    case SNET_LEGACY_S_GOODBYE:
    case SNET_LEGACY_S_GOODBYE_SEEN:
        return end_and_connect(row->step == SNET_LEGACY_S_GOODBYE_SEEN);
    case SNET_LEGACY_STREAM:
        conn = core_pair_connect(&ends);
        core_pair_settle(&ends, conn);
        core_pair_pass(&ends, SNET_GRACE_DEFAULT_NS);
        core_pair_settle(&ends, conn);
        return conn;
    case SNET_LEGACY_S_HELLO:
    case SNET_LEGACY_S_GRACE:
    case SNET_LEGACY_S_PADDING:
        conn = core_pair_intrude(&ends);
        feed_byte(conn, CORE_PAIR_SERVER, 0, 8);
        feed_byte(conn, CORE_PAIR_SERVER, 9, row->step == SNET_LEGACY_S_HELLO ? 0 : 8);
        feed_byte(conn, CORE_PAIR_SERVER, 0, row->step == SNET_LEGACY_S_PADDING ? 1 : 0);
        return conn;
    case SNET_LEGACY_S_PROOF:
        conn = core_pair_intrude(&ends);
        feed_byte(conn, CORE_PAIR_SERVER, 0, 1);
        feed_byte(conn, CORE_PAIR_SERVER, 9, 8);
        return conn;
    case SNET_LEGACY_S_RESUME:
    case SNET_LEGACY_REFUSED:
        conn = core_pair_intrude(&ends);
        feed_byte(conn, CORE_PAIR_SERVER, 0xFF, 1);
        feed_byte(conn, CORE_PAIR_SERVER, 0xEE, row->step == SNET_LEGACY_REFUSED ? 40 : 0);
        return conn;
    }
    return conn;
}

static snet_link *link_in(const struct row *row, struct core_pair_conn *conn)
{
    snet_link *link = conn->sides[row->side].link;
    assert_non_null(link);
    assert_int_equal(snet_legacy_link_of(link)->step, row->step);
    return link;
}

static void handshake_waits_for_the_right_number_of_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct core_pair_conn *conn = enter(&rows[i]);
        const size_t sniffed = rows[i].step == SNET_LEGACY_S_HELLO ? 8 : 0;
        assert_int_equal(snet_legacy_handshake_need(link_in(&rows[i], conn)),
                         rows[i].message_len - sniffed);
        core_pair_close(&ends);
    }
}

static void handshake_moves_on_an_alarm_only_where_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct core_pair_conn *conn = enter(&rows[i]);
        snet_link *link = link_in(&rows[i], conn);
        ends.now += SNET_PADDING_DEFAULT_NS; /* no step has a later one */
        assert_int_equal(snet_legacy_handshake_alarm(link, ends.now),
                         rows[i].alarm_legal ? SNET_OK : SNET_ERR_INTERNAL);
        assert_int_equal(snet_legacy_link_of(link)->step,
                         rows[i].alarm_legal ? rows[i].alarmed : rows[i].step);
        core_pair_drain(&ends);
        core_pair_close(&ends);
    }
}

/* [PROTO 8.1]: a close inside a handshake costs that connection only. */
static void handshake_ends_when_the_peer_closes_at_any_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        for (size_t len = 0; len < row->message_len || len == 0; len++) {
            struct core_pair_conn *conn = enter(row);
            const size_t done = row->step == SNET_LEGACY_S_HELLO ? 8 : 0;
            feed_byte(conn, row->side, 0, len < done ? 0 : len - done);
            core_pair_eof(&ends, conn, row->side);
            assert_int_equal(conn->sides[row->side].err, row->truncated);
            assert_int_not_equal(conn->sides[row->side].how, SNET_CLOSE_NONE);
            core_pair_close(&ends);
        }
    }
}

static void handshake_refuses_a_wrong_message(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].garbage != SNET_OK) {
            struct core_pair_conn *conn = enter(&rows[i]);
            feed_byte(conn, rows[i].side, 0xEE, rows[i].message_len);
            assert_int_equal(conn->sides[rows[i].side].err, rows[i].garbage);
            core_pair_close(&ends);
        }
    }
}

/* [PROTO 8.1] */
static void handshake_runs_out_of_time_in_silence_and_at_one_byte_per_second(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * ROWS; i++) {
        const struct row *row = &rows[i / 2];
        /* A hello's last 8 bytes are through in 8 seconds: that is slow, but in time. */
        const bool drips = i % 2 == 1 && row->step != SNET_LEGACY_S_HELLO;
        if (row->message_len == 0 || row->alarm_legal) {
            continue;
        }
        struct core_pair_conn *conn = enter(row);
        struct core_pair_link *side = &conn->sides[row->side];
        for (unsigned second = 0; second < 12 && side->how == SNET_CLOSE_NONE; second++) {
            feed_byte(conn, row->side, 0, drips ? 1 : 0);
            core_pair_pass(&ends, SNET_SECOND_NS);
        }
        assert_int_equal(side->err, SNET_ERR_HANDSHAKE_TIMEOUT);
        assert_int_equal(side->how, SNET_CLOSE_RESET);
        core_pair_close(&ends);
    }
}

/* [PROTO 4.4]: before the wire is known there is a shorter deadline. */
static void handshake_of_an_unknown_wire_runs_out_of_time_sooner(void **state)
{
    (void)state;
    for (unsigned bytes = 0; bytes < 8; bytes++) {
        const struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, true);
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_intrude(&ends);
        feed_byte(conn, CORE_PAIR_SERVER, 0, bytes);
        core_pair_pass(&ends, SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS - 1);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
        core_pair_pass(&ends, 1);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_HANDSHAKE_TIMEOUT);
        core_pair_close(&ends);
    }
}

/* What comes after a refusal is dropped, and costs no memory. */
static void handshake_drops_what_follows_a_refusal(void **state)
{
    (void)state;
    struct core_pair_conn *conn = enter(&rows[SNET_LEGACY_REFUSED]);
    struct snet_core_stats stats;
    feed_byte(conn, CORE_PAIR_SERVER, 1, 5000);
    snet_core_totals(ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.recv_bytes, 0);
    uint8_t reply[64];
    assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_SERVER, reply, sizeof reply), 24);
    for (size_t i = 0; i < 24; i++) {
        assert_int_equal(reply[i], 0);
    }
    core_pair_close(&ends);
}

/* A challenge comes before all of the client's question is on its way: nothing can be queued. */
static void handshake_refuses_a_challenge_before_the_question(void **state)
{
    static const enum snet_legacy_step steps[] = {SNET_LEGACY_C_HELLO, SNET_LEGACY_C_RESUME};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const struct row *row = &rows[steps[i]];
        uint8_t some[1];
        struct core_pair_conn *conn = enter(row);
        assert_int_equal(core_pair_take(&ends, conn, row->side, some, sizeof some), 1);
        /* A public key that is one, or counts that are possible. */
        feed_byte(conn, row->side, row->step == SNET_LEGACY_C_HELLO ? 9 : 0, 16);
        feed_byte(conn, row->side, 0xEE, 8);
        assert_int_equal(conn->sides[row->side].how, SNET_CLOSE_RESET);
        assert_int_equal(conn->sides[row->side].err, SNET_ERR_BAD_HELLO);
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshake_waits_for_the_right_number_of_bytes),
        cmocka_unit_test(handshake_moves_on_an_alarm_only_where_the_table_says),
        cmocka_unit_test(handshake_ends_when_the_peer_closes_at_any_byte),
        cmocka_unit_test(handshake_refuses_a_wrong_message),
        cmocka_unit_test(handshake_runs_out_of_time_in_silence_and_at_one_byte_per_second),
        cmocka_unit_test(handshake_of_an_unknown_wire_runs_out_of_time_sooner),
        cmocka_unit_test(handshake_drops_what_follows_a_refusal),
        cmocka_unit_test(handshake_refuses_a_challenge_before_the_question),
    };
    return cmocka_run_group_tests_name("handshake", tests, NULL, NULL);
}
