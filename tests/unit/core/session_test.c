/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/session.h"

#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

static struct core_pair ends;

static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2};
#define WIRES (sizeof wires / sizeof wires[0])

static void open_over(enum snet_wire wire)
{
    const struct core_pair_config config = core_pair_config_for(wire, false);
    core_pair_open(&ends, &config);
}

/* The client asks for its next connection, now or after a backoff, and gets it. */
static struct core_pair_conn *resume(void)
{
    core_pair_pass(&ends, SNET_BACKOFF_MAX_NS);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    return conn;
}

static void session_refuses_a_history_out_of_range(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, false);
    core_pair_open(&ends, &config);
    static const uint32_t bad[] = {1, SNET_HISTORY_MIN_BYTES - 1, SNET_HISTORY_MAX_BYTES + 1};
    for (size_t i = 0; i < 3; i++) {
        snet_session *session = NULL;
        snet_server *server = NULL;
        config.client.session.history_bytes = bad[i];
        config.server.session.history_bytes = bad[i];
        assert_int_equal(
            snet_client_open(ends.cores[CORE_PAIR_CLIENT], &config.client, &session, ends.now),
            SNET_ERR_INVALID);
        assert_int_equal(snet_server_new(ends.cores[CORE_PAIR_SERVER], &config.server, &server),
                         SNET_ERR_INVALID);
    }
    core_pair_close(&ends);
}

/* OPENING */
static void session_cannot_be_written_before_it_opens(void **state)
{
    (void)state;
    uint8_t byte = 1;
    size_t done = 0;
    open_over(SNET_WIRE_2);
    assert_int_equal(snet_session_write(ends.client, &byte, 1, &done, ends.now), SNET_ERR_AGAIN);
    assert_int_equal(snet_session_room(ends.client), 0);
    assert_int_equal(snet_session_read(ends.client, &byte, 1, &done, ends.now), SNET_ERR_AGAIN);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE], 0);
    (void)core_pair_begin(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE], 1);
    core_pair_close(&ends);
}

/* OPENING -> ENDED */
static void session_ends_when_it_is_shut_before_it_opens(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    snet_session_shutdown(ends.client, ends.now);
    core_pair_drain(&ends);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_ABORTED);
    core_pair_close(&ends);
}

/* OPENING -> LIVE -> ENDED; [PROTO 3.1] [PROTO 3.2] [PROTO 3.4] */
static void session_carries_bytes_both_ways_over_every_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * WIRES; i++) {
        struct core_pair_config config = core_pair_config_for(wires[i / 2], false);
        config.client.session.plain = config.server.session.plain = i % 2 == 1;
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        core_pair_write(&ends, ends.client, 1000);
        core_pair_write(&ends, ends.served, 500);
        core_pair_settle(&ends, conn);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 1000);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 500);
        assert_int_equal(core_pair_info(ends.client).id, core_pair_info(ends.served).id);
        assert_int_equal(core_pair_info(ends.served).wire, wires[i / 2]);
        snet_session_abort(ends.client, ends.now);
        core_pair_settle(&ends, conn);
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_ABORTED);
        assert_int_equal(conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
        assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 1);
        core_pair_close(&ends);
    }
}

/* LIVE -> DETACHED -> LIVE; [PROTO 6.1] */
static void session_sends_exactly_what_was_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_over(wires[i]);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        core_pair_write(&ends, ends.client, 300);
        core_pair_write(&ends, ends.served, 200);
        uint8_t lost[300];
        assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 100), 100);
        assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_CLIENT, lost, 150), 150);
        assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_SERVER, 60), 60);
        assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_SERVER, lost, 40), 40);
        core_pair_cut(&ends, conn);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 1);
        assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 1);
        (void)resume();
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 300);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 200);
        const struct snet_session_info client = core_pair_info(ends.client);
        const struct snet_session_info served = core_pair_info(ends.served);
        assert_int_equal(client.last_resent_bytes, 150);
        assert_int_equal(client.last_missing_bytes, 0); /* a server does not say [PROTO 6.7] */
        assert_int_equal(served.last_resent_bytes, 40);
        assert_int_equal(served.last_missing_bytes, 150);
        assert_int_equal(served.resumes, 1);
        core_pair_close(&ends);
    }
}

/* [PROTO 6.6]: lost again, and again, before the resent bytes were read. */
static void session_survives_losses_of_what_it_resends(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * WIRES; i++) {
        open_over(wires[i / 2]);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        const bool reads = i % 2 == 1; /* whether the applications read in between */
        uint8_t lost[400];
        uint64_t read[2] = {0, 0};
        core_pair_write(&ends, ends.client, 400);
        core_pair_write(&ends, ends.served, 400);
        for (unsigned round = 0; round < 12; round++) {
            (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, (size_t)7 * round);
            (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, (size_t)5 * round);
            (void)core_pair_take(&ends, conn, CORE_PAIR_CLIENT, lost, 90);
            (void)core_pair_take(&ends, conn, CORE_PAIR_SERVER, lost, 120);
            core_pair_cut(&ends, conn);
            if (reads) {
                read[0] += core_pair_read(&ends, ends.served, read[0]);
                read[1] += core_pair_read(&ends, ends.client, read[1]);
            }
            core_pair_pass(&ends, SNET_BACKOFF_MAX_NS);
            conn = core_pair_connect(&ends);
            if (round % 3 != 0) {
                /* The handshake and little more gets through. */
                (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 41);
                (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, 24);
                (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 16);
            }
        }
        core_pair_settle(&ends, conn);
        assert_int_equal(read[0] + core_pair_read(&ends, ends.served, read[0]), 400);
        assert_int_equal(read[1] + core_pair_read(&ends, ends.client, read[1]), 400);
        core_pair_close(&ends);
    }
}

/* DETACHED: bytes enter the history until it is full; [PROTO 5.3] */
static void session_without_a_link_takes_a_history_and_then_waits(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, false);
    config.client.session.history_bytes = 128;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_cut(&ends, conn);
    uint8_t byte = 1;
    size_t done = 0;
    core_pair_write(&ends, ends.client, 128);
    assert_int_equal(snet_session_write(ends.client, &byte, 1, &done, ends.now), SNET_ERR_AGAIN);
    assert_int_equal(snet_session_room(ends.client), 0);
    const unsigned before = ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE];
    (void)resume();
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE], before + 1);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 128);
    core_pair_close(&ends);
}

/* DETACHED -> ENDED */
static void session_expires_at_both_ends_after_its_wait_time(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, false);
    config.client.session.resume_timeout_ns = config.server.session.resume_timeout_ns =
        60 * SNET_SECOND_NS;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 5);
    core_pair_settle(&ends, conn);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, 60 * SNET_SECOND_NS - 1);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&ends, 1);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_EXPIRED);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_EXPIRED);
    /* What arrived can still be read; then the reason comes. */
    uint8_t byte = 0;
    size_t done = 0;
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 5);
    assert_int_equal(snet_session_read(ends.served, &byte, 1, &done, ends.now), SNET_ERR_EXPIRED);
    assert_int_equal(snet_session_write(ends.served, &byte, 1, &done, ends.now), SNET_ERR_EXPIRED);
    core_pair_close(&ends);
}

/* LIVE -> LIVE at the server; [PROTO 6.3] */
static void session_moves_over_while_the_old_link_looks_alive(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_over(wires[i]);
        struct core_pair_conn *old = core_pair_begin(&ends);
        uint8_t lost[64];
        core_pair_write(&ends, ends.client, 100);
        core_pair_write(&ends, ends.served, 100);
        assert_int_equal(core_pair_take(&ends, old, CORE_PAIR_SERVER, lost, 30), 30);
        snet_client_network_changed(ends.client, ends.now);
        core_pair_drain(&ends);
        struct core_pair_conn *next = core_pair_connect(&ends);
        assert_int_equal(core_pair_move(&ends, old, CORE_PAIR_CLIENT, 100),
                         0); /* it stands still */
        core_pair_settle(&ends, next);
        assert_int_equal(old->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
        assert_int_equal(old->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_REPLACED);
        assert_int_equal(old->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
        assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 100);
        assert_int_equal(core_pair_info(ends.client).last_detached_ns, 0);
        core_pair_close(&ends);
    }
}

/* [PROTO 6.3]: bytes that the old link delivers after the counts were agreed come only once. */
static void session_skips_what_the_old_link_delivered_meanwhile(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *old = core_pair_begin(&ends);
    uint8_t late[100];
    core_pair_write(&ends, ends.client, 100);
    assert_int_equal(core_pair_take(&ends, old, CORE_PAIR_CLIENT, late, 100), 100);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    struct core_pair_conn *next = core_pair_connect(&ends);
    assert_int_equal(core_pair_move(&ends, next, CORE_PAIR_CLIENT, 41), 41);
    /* The server has promised; now the old connection delivers. */
    core_pair_feed(&ends, old, CORE_PAIR_SERVER, late, 70);
    core_pair_write(&ends, ends.client, 20);
    core_pair_settle(&ends, next);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 120);
    core_pair_close(&ends);
}

/* [PROTO 7.1] [PROTO 7.2] [PROTO 7.3]: the server's end is clean for both. */
static void session_ended_by_the_server_arrives_whole_and_clean(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_over(wires[i]);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        core_pair_write(&ends, ends.served, 300);
        snet_session_shutdown(ends.served, ends.now);
        uint8_t byte = 0;
        size_t done = 0;
        assert_int_equal(snet_session_write(ends.served, &byte, 1, &done, ends.now),
                         SNET_ERR_STATE);
        core_pair_settle(&ends, conn);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
        for (unsigned tries = 0; tries < 8 && ends.ended[CORE_PAIR_CLIENT] == SNET_OK; tries++) {
            if (ends.client->dial.state == SNET_DIAL_ASKED) {
                core_pair_settle(&ends, core_pair_connect(&ends));
            }
            core_pair_pass(&ends, 4 * SNET_SECOND_NS);
        }
        assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 300);
        core_pair_close(&ends);
    }
}

/* [PROTO 7.4]: the tail was lost with the connection, and is served again. */
static void session_ended_by_the_server_serves_a_lost_tail(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    uint8_t lost[300];
    core_pair_write(&ends, ends.served, 300);
    assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_SERVER, 100), 100);
    snet_session_shutdown(ends.served, ends.now);
    assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_SERVER, lost, 300), 200);
    core_pair_eof(&ends, conn, CORE_PAIR_CLIENT); /* a proxy cuts the tail and closes politely */
    (void)resume();
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 300);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_OK);
    (void)resume();
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    core_pair_close(&ends);
}

/* [PROTO 7.3]: a session of snet/2 that sent nothing ends with a proof, too. */
static void session_of_snet_2_without_a_byte_from_the_server_ends_clean(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 10);
    core_pair_settle(&ends, conn);
    snet_session_shutdown(ends.served, ends.now);
    core_pair_settle(&ends, conn);
    (void)resume();
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    core_pair_close(&ends);
}

/* [PROTO 7.2]: nobody comes back. */
static void session_ended_by_the_server_lingers_and_then_goes(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    snet_session_shutdown(ends.served, ends.now);
    core_pair_drain(&ends);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_ENDED_KEEP_DEFAULT_NS - 1);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_OK);
    core_pair_pass(&ends, 1);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSE_UNCONFIRMED);
    core_pair_close(&ends);
}

/* [PROTO 7.6] */
static void session_ended_by_the_client_is_confirmed_by_one_resume(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_over(wires[i]);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        core_pair_write(&ends, ends.client, 300);
        snet_session_shutdown(ends.client, ends.now);
        core_pair_settle(&ends, conn);
        assert_int_equal(conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_FIN);
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_OK);
        (void)resume();
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 300);
        core_pair_close(&ends);
    }
}

/* [PROTO 7.6]: what the end of the first connection lost is sent before the confirmation. */
static void session_ended_by_the_client_sends_a_lost_tail(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    uint8_t lost[300];
    core_pair_write(&ends, ends.client, 300);
    assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 50), 50);
    snet_session_shutdown(ends.client, ends.now);
    assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_CLIENT, lost, 300), 250);
    core_pair_cut(&ends, conn);
    (void)resume();
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 300);
    (void)resume();
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    core_pair_close(&ends);
}

static void session_ended_by_the_client_says_so_when_nobody_confirms(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    snet_session_shutdown(ends.client, ends.now);
    core_pair_drain(&ends);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_RESUME_TIMEOUT_DEFAULT_NS);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSE_UNCONFIRMED);
    core_pair_close(&ends);
}

/* [PROTO 7.6]: their FINs cross, and the next resume still says that both ends have all. */
static void session_ended_by_both_at_once_is_clean_when_both_have_all(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 30);
    core_pair_write(&ends, ends.served, 30);
    core_pair_settle(&ends, conn);
    snet_session_shutdown(ends.client, ends.now);
    snet_session_shutdown(ends.served, ends.now);
    core_pair_settle(&ends, conn);
    core_pair_reconnect_until_ended(&ends);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 30);
    core_pair_close(&ends);
}

/* A writer that finds no memory is called again although nothing else happens. */
static void session_without_memory_tries_again_soon(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    (void)core_pair_begin(&ends);
    uint8_t byte = 1;
    size_t done = 0;
    struct test_env *env = &ends.env[CORE_PAIR_CLIENT];
    env->fail_at = env->alloc_count + 1;
    assert_int_equal(snet_session_write(ends.client, &byte, 1, &done, ends.now), SNET_ERR_AGAIN);
    const unsigned before = ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE];
    core_pair_pass(&ends, SNET_SESSION_MEMORY_RETRY_NS);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE], before + 1);
    core_pair_write(&ends, ends.client, 1);
    core_pair_close(&ends);
}

static void session_says_how_much_it_has_not_sent(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    assert_int_equal(snet_session_unsent(ends.client), 0);
    core_pair_write(&ends, ends.client, 100);
    assert_int_equal(snet_session_unsent(ends.client), 100);
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 60);
    assert_int_equal(snet_session_unsent(ends.client), 40);
    core_pair_settle(&ends, conn);
    assert_int_equal(snet_session_unsent(ends.client), 0);
    core_pair_write(&ends, ends.client, 100);
    snet_session_abort(ends.client, ends.now);
    assert_int_equal(snet_session_unsent(ends.client), 0);
    core_pair_close(&ends);
}

static void session_gives_the_events_that_were_asked_for_and_keeps_the_others(void **state)
{
    (void)state;
    const uint32_t both = SNET_CORE_EVENT_BIT(SNET_CORE_EVENT_READABLE) |
                          SNET_CORE_EVENT_BIT(SNET_CORE_EVENT_WRITABLE);
    open_over(SNET_WIRE_2);
    (void)core_pair_begin(&ends);
    assert_int_equal(snet_session_take_events(ends.client, both), 0);
    snet_session_arrived(ends.client);
    snet_session_abort(ends.client, ends.now);
    assert_int_equal(snet_session_take_events(ends.client, both),
                     SNET_CORE_EVENT_BIT(SNET_CORE_EVENT_READABLE));
    assert_int_equal(snet_session_take_events(ends.client, both), 0);
    core_pair_drain(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_READABLE], 0);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 1);
    core_pair_close(&ends);
}

/* Its memory, but for its own, is given back at once; itself goes with the driver's pointer. */
static void session_that_is_freed_stays_until_its_driver_lets_go(void **state)
{
    (void)state;
    int driver = 0;
    struct snet_core_stats totals;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    snet_core *core = ends.cores[CORE_PAIR_CLIENT];
    core_pair_write(&ends, ends.served, 100);
    core_pair_write(&ends, ends.client, 100);
    core_pair_settle(&ends, conn);
    snet_session_set_driver(ends.client, &driver);
    snet_session_free(ends.client, ends.now);
    snet_core_totals(core, &totals);
    assert_int_equal(totals.send_bytes + totals.recv_bytes, 0);
    assert_ptr_equal(snet_session_driver(ends.client), &driver);
    core_pair_drain(&ends);
    core_pair_pass(&ends, SNET_RESUME_TIMEOUT_DEFAULT_NS);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_FREED], 1);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    snet_core_totals(core, &totals);
    assert_int_equal(totals.sessions, 1);
    snet_session_set_driver(ends.client, NULL);
    snet_core_totals(core, &totals);
    assert_int_equal(totals.sessions, 0);
    core_pair_close(&ends);
}

/* The driver has not seen the event yet: its dial ends, or the network changes. */
static void session_that_is_freed_wants_no_connection_of_its_driver(void **state)
{
    (void)state;
    int driver = 0;
    snet_link *link = NULL;
    open_over(SNET_WIRE_2);
    core_pair_drain(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 1);
    snet_session_set_driver(ends.client, &driver);
    snet_session_free(ends.client, ends.now);
    assert_int_equal(snet_client_connected(ends.client, &link, ends.now), SNET_ERR_STATE);
    snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 1);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    snet_session_set_driver(ends.client, NULL);
    core_pair_close(&ends);
}

static void session_that_is_freed_announces_nothing_to_a_driver_without_a_pointer(void **state)
{
    (void)state;
    int driver = 0;
    struct snet_core_stats totals;
    open_over(SNET_WIRE_2);
    (void)core_pair_begin(&ends);
    snet_session_set_driver(ends.client, &driver);
    snet_session_set_driver(ends.client, NULL);
    snet_session_free(ends.client, ends.now);
    snet_core_totals(ends.cores[CORE_PAIR_CLIENT], &totals);
    assert_int_equal(totals.sessions, 0);
    core_pair_drain(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_FREED], 0);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_refuses_a_history_out_of_range),
        cmocka_unit_test(session_cannot_be_written_before_it_opens),
        cmocka_unit_test(session_ends_when_it_is_shut_before_it_opens),
        cmocka_unit_test(session_carries_bytes_both_ways_over_every_wire),
        cmocka_unit_test(session_sends_exactly_what_was_lost),
        cmocka_unit_test(session_survives_losses_of_what_it_resends),
        cmocka_unit_test(session_without_a_link_takes_a_history_and_then_waits),
        cmocka_unit_test(session_expires_at_both_ends_after_its_wait_time),
        cmocka_unit_test(session_moves_over_while_the_old_link_looks_alive),
        cmocka_unit_test(session_skips_what_the_old_link_delivered_meanwhile),
        cmocka_unit_test(session_ended_by_the_server_arrives_whole_and_clean),
        cmocka_unit_test(session_ended_by_the_server_serves_a_lost_tail),
        cmocka_unit_test(session_of_snet_2_without_a_byte_from_the_server_ends_clean),
        cmocka_unit_test(session_ended_by_the_server_lingers_and_then_goes),
        cmocka_unit_test(session_ended_by_the_client_is_confirmed_by_one_resume),
        cmocka_unit_test(session_ended_by_the_client_sends_a_lost_tail),
        cmocka_unit_test(session_ended_by_the_client_says_so_when_nobody_confirms),
        cmocka_unit_test(session_ended_by_both_at_once_is_clean_when_both_have_all),
        cmocka_unit_test(session_without_memory_tries_again_soon),
        cmocka_unit_test(session_says_how_much_it_has_not_sent),
        cmocka_unit_test(session_gives_the_events_that_were_asked_for_and_keeps_the_others),
        cmocka_unit_test(session_that_is_freed_stays_until_its_driver_lets_go),
        cmocka_unit_test(session_that_is_freed_wants_no_connection_of_its_driver),
        cmocka_unit_test(session_that_is_freed_announces_nothing_to_a_driver_without_a_pointer),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
