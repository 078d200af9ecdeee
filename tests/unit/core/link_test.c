/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/link.h"

#include "core/session.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

/* Within it, leading zeros are held and what has come is read. */
#define HOLD_NS (2 * SNET_PADDING_DEFAULT_NS)

static struct core_pair ends;

static void open_with(enum snet_wire wire, bool mixed, uint32_t inbox_bytes)
{
    struct core_pair_config config = core_pair_config_for(wire, mixed);
    config.client.session.inbox_bytes = config.server.session.inbox_bytes = inbox_bytes;
    core_pair_open(&ends, &config);
}

/* SNIFFING -> CLOSED: a port scan is an orderly nothing, not a truncated handshake. */
static void link_closed_before_its_first_byte_is_a_plain_fin(void **state)
{
    (void)state;
    open_with(SNET_WIRE_2, true, 0);
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_eof(&ends, conn, CORE_PAIR_SERVER);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_FIN);
    assert_int_equal(ends.env[CORE_PAIR_SERVER].last_note.err, SNET_ERR_LINK_FIN);
    core_pair_close(&ends);
}

/* CLOSED -> CLOSED: whatever comes is dropped and changes nothing. */
static void link_that_is_closed_stays_closed(void **state)
{
    static const uint8_t bad[1] = {0x42};
    (void)state;
    open_with(SNET_WIRE_2, true, 0);
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    struct core_pair_link *side = &conn->sides[CORE_PAIR_SERVER];
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, bad, sizeof bad);
    assert_int_equal(side->err, SNET_ERR_BAD_START);
    const unsigned closes = ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LINK_CLOSE];
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, bad, sizeof bad);
    snet_link_failed(side->link, SNET_ERR_LINK_LOST, ends.now);
    core_pair_eof(&ends, conn, CORE_PAIR_SERVER);
    core_pair_pass(&ends, 60 * SNET_SECOND_NS);
    assert_int_equal(side->err, SNET_ERR_BAD_START);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LINK_CLOSE], closes);
    core_pair_close(&ends);
}

static void link_carries_a_pointer_of_its_caller(void **state)
{
    (void)state;
    int mine = 0;
    open_with(SNET_WIRE_2, false, 0);
    snet_link *link = core_pair_intrude(&ends)->sides[CORE_PAIR_SERVER].link;
    assert_null(snet_link_user(link));
    snet_link_set_user(link, &mine);
    assert_ptr_equal(snet_link_user(link), &mine);
    snet_link_free(NULL, ends.now);
    core_pair_close(&ends);
}

/* [PROTO 8.3]: no more than the inbox, then silence, then an event when somebody read. */
static void link_has_no_room_while_nobody_reads(void **state)
{
    (void)state;
    open_with(SNET_WIRE_2, false, 1000);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 3000);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.served->inbox.received, 1000);
    assert_int_equal(snet_link_room(conn->sides[CORE_PAIR_SERVER].link), 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LINK_RECV], 0);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 1000);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LINK_RECV], 1);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 1000), 1000);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 2000), 1000);
    core_pair_close(&ends);
}

/* The pool of pages is used up: whoever waits is told when one comes back. */
static void link_waits_for_a_page_of_the_pool(void **state)
{
    (void)state;
    open_with(SNET_WIRE_2, false, 0);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    struct snet_pool *pool = &ends.cores[CORE_PAIR_SERVER]->recv_pool;
    pool->budget_count = 1;
    struct snet_page *page = snet_pool_take(pool);
    core_pair_write(&ends, ends.client, 10);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.served->inbox.received, 0);
    snet_pool_give(pool, page);
    snet_pressure_wake_links(&ends.cores[CORE_PAIR_SERVER]->pressure);
    core_pair_drain(&ends);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LINK_RECV], 1);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 10);
    core_pair_close(&ends);
}

static const uint8_t zeros[64];

/* A hello of snet/1 arrives at a mixed listener, and nothing more within the grace. */
static struct core_pair_conn *open_unpadded(bool plain)
{
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, true);
    config.client.session.plain = config.server.session.plain = plain;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    assert_int_equal(ends.served->wire->id, SNET_WIRE_1);
    return conn;
}

/* [PROTO 4.3] */
static void link_of_a_mixed_listener_drops_padding_that_comes_late(void **state)
{
    (void)state;
    struct core_pair_conn *conn = open_unpadded(false);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, zeros, 24);
    assert_int_equal(ends.served->inbox.received, 0);
    core_pair_write(&ends, ends.client, 50);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 50);
    core_pair_close(&ends);
}

/* [PROTO 4.3]: memory fails just when the held zeros turn out to be data. */
static void link_of_a_mixed_listener_survives_a_failed_page_behind_zeros(void **state)
{
    static const uint8_t bytes[2] = {0, 7};
    (void)state;
    struct core_pair_conn *conn = open_unpadded(false);
    struct test_env *env = &ends.env[CORE_PAIR_SERVER];
    env->fail_at = env->alloc_count + 1;
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, bytes, sizeof bytes);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_NO_MEMORY);
    assert_int_equal(ends.served->inbox.received, 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 1);
    core_pair_close(&ends);
}

/* [PROTO 4.3]: held bytes are dropped with a lost link, so they are not counted either. */
static void link_of_a_mixed_listener_forgets_held_zeros_when_it_is_lost(void **state)
{
    (void)state;
    struct core_pair_conn *conn = open_unpadded(false);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, zeros, 3);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS + HOLD_NS);
    assert_int_equal(ends.served->inbox.received, 0);
    core_pair_close(&ends);
}

/* [PROTO 4.3] */
static void link_of_a_mixed_listener_waits_for_the_rest_of_the_padding(void **state)
{
    (void)state;
    for (unsigned rest_comes = 0; rest_comes < 2; rest_comes++) {
        struct core_pair_conn *conn = open_unpadded(false);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, zeros, 4);
        core_pair_pass(&ends, HOLD_NS);
        assert_int_equal(ends.served->inbox.received, 0);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, zeros, rest_comes != 0 ? 20 : 0);
        core_pair_pass(&ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS);
        assert_int_equal(ends.served->inbox.received, 0);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].err,
                         rest_comes != 0 ? SNET_OK : SNET_ERR_HANDSHAKE_TIMEOUT);
        core_pair_close(&ends);
    }
}

/* [PROTO 4.3]: in a plain stream zeros are data. */
static void link_of_a_mixed_listener_takes_zeros_of_a_plain_stream(void **state)
{
    (void)state;
    struct core_pair_conn *conn = open_unpadded(true);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, zeros, 24);
    assert_int_equal(ends.served->inbox.received, 24);
    core_pair_close(&ends);
}

/* [PROTO 4.3]: padding within the grace, in any pieces. */
static void link_of_a_mixed_listener_sees_padding_in_any_pieces(void **state)
{
    (void)state;
    for (size_t first = 1; first < 40; first++) {
        struct core_pair_config config = core_pair_config_for(SNET_WIRE_1_PADDED, true);
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_connect(&ends);
        assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, first), first);
        core_pair_settle(&ends, conn);
        assert_int_equal(ends.served->wire->id, SNET_WIRE_1_PADDED);
        core_pair_write(&ends, ends.client, 50);
        core_pair_settle(&ends, conn);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 50);
        core_pair_close(&ends);
    }
}

/* A driver that has sent by itself hears nothing of it, and of the next bytes again. */
static void link_that_was_served_already_announces_only_what_comes_later(void **state)
{
    (void)state;
    const uint8_t byte = 1;
    size_t written = 0;
    open_with(SNET_WIRE_2, false, 0);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    const unsigned *sends = &ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LINK_SEND];
    const unsigned before = *sends;
    assert_int_equal(snet_session_write(ends.client, &byte, 1, &written, ends.now), SNET_OK);
    snet_link_clear_send(conn->sides[CORE_PAIR_CLIENT].link);
    snet_link_clear_send(conn->sides[CORE_PAIR_CLIENT].link);
    core_pair_drain(&ends);
    assert_int_equal(*sends, before);
    assert_int_equal(snet_session_write(ends.client, &byte, 1, &written, ends.now), SNET_OK);
    core_pair_drain(&ends);
    assert_int_equal(*sends, before + 1);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.served->inbox.received, 2);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_closed_before_its_first_byte_is_a_plain_fin),
        cmocka_unit_test(link_that_is_closed_stays_closed),
        cmocka_unit_test(link_carries_a_pointer_of_its_caller),
        cmocka_unit_test(link_has_no_room_while_nobody_reads),
        cmocka_unit_test(link_waits_for_a_page_of_the_pool),
        cmocka_unit_test(link_that_was_served_already_announces_only_what_comes_later),
        cmocka_unit_test(link_of_a_mixed_listener_drops_padding_that_comes_late),
        cmocka_unit_test(link_of_a_mixed_listener_forgets_held_zeros_when_it_is_lost),
        cmocka_unit_test(link_of_a_mixed_listener_survives_a_failed_page_behind_zeros),
        cmocka_unit_test(link_of_a_mixed_listener_waits_for_the_rest_of_the_padding),
        cmocka_unit_test(link_of_a_mixed_listener_takes_zeros_of_a_plain_stream),
        cmocka_unit_test(link_of_a_mixed_listener_sees_padding_in_any_pieces),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
