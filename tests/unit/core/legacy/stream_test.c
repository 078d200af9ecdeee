/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Leading zeros at a server that could not read for a part of their hold. The rest of the padding
 * waits in the kernel meanwhile: here, in the test.
 */
#include "core/legacy/stream.h"

#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#define PADDING SNET_LEGACY_PADDING_BYTES
#define HOLD_NS (SNET_PADDING_DEFAULT_NS + SNET_LEGACY_STREAM_RETRY_NS)
#define STOP_NS (7 * SNET_SECOND_NS)
#define DATA_BYTES 50u
#define CLIENT CORE_PAIR_CLIENT
#define SERVER CORE_PAIR_SERVER

static const uint8_t zeros[PADDING];
static struct core_pair ends;
static struct core_pair_conn *conn;

/* 16 bytes of a hello were answered after the grace, and `held` bytes of padding have come. */
static void open_holding(size_t held, uint32_t inbox_bytes)
{
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, true);
    config.server.session.inbox_bytes = inbox_bytes;
    core_pair_open(&ends, &config);
    conn = core_pair_begin(&ends);
    core_pair_feed(&ends, conn, SERVER, zeros, held);
    assert_int_equal(ends.served->inbox.received, 0);
}

static snet_link *link_of_server(void)
{
    return conn->sides[SERVER].link;
}

/* Others hold all pages, and something has come. */
static void lack_pages(void)
{
    struct snet_pool *pool = &ends.cores[SERVER]->recv_pool;
    pool->budget_count = pool->used_count;
    assert_int_equal(snet_link_room(link_of_server()), 0);
    snet_link_await_room(link_of_server());
    core_pair_drain(&ends);
}

/* Others give back two pages, and time passes in which nothing is read yet. */
static void find_pages(uint64_t unread_ns)
{
    const unsigned before = ends.events[SERVER][SNET_CORE_EVENT_LINK_RECV];
    ends.cores[SERVER]->recv_pool.budget_count += 2;
    core_pair_pass(&ends, unread_ns);
    assert_int_equal(ends.events[SERVER][SNET_CORE_EVENT_LINK_RECV], before + 1);
}

/* The process stands still; when it goes on, it looks at the clock first. */
static void stop(uint64_t duration_ns)
{
    ends.now += duration_ns;
    core_pair_pass(&ends, 0);
}

/* The rest of the padding is read, with data behind it: padding is no part of the stream. */
static void finish_as_padding(size_t held)
{
    assert_int_equal(ends.served->inbox.received, 0);
    core_pair_feed(&ends, conn, SERVER, zeros, PADDING - held);
    core_pair_write(&ends, ends.client, DATA_BYTES);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), DATA_BYTES);
    assert_int_equal(snet_core_deadline(ends.cores[SERVER]), SNET_NEVER);
    core_pair_close(&ends);
}

/* [PROTO 4.3] */
static void stream_holds_zeros_on_when_there_was_no_page(void **state)
{
    (void)state;
    for (size_t held = 0; held <= SNET_PADDING_DATA_MAX_BYTES; held++) {
        open_holding(held, 0);
        lack_pages();
        core_pair_pass(&ends, STOP_NS);
        find_pages(SNET_LEGACY_STREAM_RETRY_NS);
        finish_as_padding(held);
    }
}

/* [PROTO 4.3]: pages come and go between two looks at the clock. */
static void stream_holds_zeros_on_when_pages_were_short_for_a_moment(void **state)
{
    (void)state;
    open_holding(2, 0);
    core_pair_pass(&ends, SNET_PADDING_DEFAULT_NS);
    lack_pages();
    find_pages(SNET_LEGACY_STREAM_RETRY_NS);
    finish_as_padding(2);
}

/* [PROTO 4.3]: the clock has jumped, and what came meanwhile was not read yet. */
static void stream_holds_zeros_on_when_the_process_was_stopped(void **state)
{
    (void)state;
    for (size_t held = 0; held < PADDING; held++) {
        open_holding(held, 0);
        stop(STOP_NS);
        finish_as_padding(held);
    }
}

/* [PROTO 4.3]: much has come meanwhile, and others are read first, with many looks at the clock. */
static void stream_that_was_stopped_for_long_has_long_to_be_read(void **state)
{
    (void)state;
    open_holding(2, 0);
    stop(STOP_NS);
    core_pair_pass(&ends, SNET_PADDING_DEFAULT_NS);
    finish_as_padding(2);
}

/* [PROTO 4.3]: an inbox that the held bytes fill could never be read. */
static void stream_holds_padding_in_the_smallest_inbox(void **state)
{
    (void)state;
    for (size_t held = 0; held <= PADDING; held++) {
        uint8_t byte = 0;
        open_holding(held, 1);
        core_pair_feed(&ends, conn, SERVER, zeros, PADDING - held);
        core_pair_write(&ends, ends.client, 1);
        assert_int_equal(core_pair_take(&ends, conn, CLIENT, &byte, 1), 1);
        core_pair_feed(&ends, conn, SERVER, &byte, 1);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 1);
        core_pair_close(&ends);
    }
}

/* [PROTO 4.3]: zeros are data once they could be read for long enough, whatever was before. */
static void stream_ends_its_hold_once_it_could_be_read(void **state)
{
    (void)state;
    open_holding(SNET_PADDING_DATA_MAX_BYTES, 0);
    lack_pages();
    core_pair_pass(&ends, STOP_NS);
    find_pages(SNET_PRESSURE_WAKE_NS);
    core_pair_pass(&ends, SNET_PADDING_DEFAULT_NS + HOLD_NS);
    assert_int_equal(ends.served->inbox.received, SNET_PADDING_DATA_MAX_BYTES);
    core_pair_close(&ends);

    open_holding(SNET_PADDING_DATA_MAX_BYTES, 0);
    stop(STOP_NS);
    core_pair_pass(&ends, HOLD_NS);
    assert_int_equal(ends.served->inbox.received, SNET_PADDING_DATA_MAX_BYTES);
    core_pair_close(&ends);
}

/* [PROTO 4.3]: each tick is late, as when the machine is overloaded. */
static void stream_ends_its_hold_when_each_tick_is_late(void **state)
{
    (void)state;
    const uint64_t late_ns = SNET_CORE_OVERSLEPT_NS - SNET_MS_NS;
    open_holding(SNET_PADDING_DATA_MAX_BYTES, 0);
    stop(SNET_PADDING_DEFAULT_NS + late_ns);
    assert_int_equal(ends.served->inbox.received, 0);
    stop(SNET_PADDING_DEFAULT_NS + SNET_LEGACY_STREAM_RETRY_NS + late_ns);
    assert_int_equal(ends.served->inbox.received, SNET_PADDING_DATA_MAX_BYTES);
    core_pair_close(&ends);
}

/* [PROTO 4.3]: it is still on its way after two nights. */
static void stream_holds_zeros_on_when_the_machine_sleeps_again(void **state)
{
    (void)state;
    for (size_t held = 0; held < PADDING; held++) {
        open_holding(held, 0);
        stop(STOP_NS);
        stop(STOP_NS);
        finish_as_padding(held);
    }
}

/* [PROTO 4.3]: a peer that sends nothing but zeros, too few, gains no time by a server's stop. */
static void stream_resets_padding_that_never_ends(void **state)
{
    (void)state;
    open_holding(PADDING - 1, 0);
    lack_pages();
    core_pair_pass(&ends, STOP_NS);
    find_pages(SNET_PRESSURE_WAKE_NS);
    core_pair_pass(&ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS);
    assert_int_equal(conn->sides[SERVER].err, SNET_ERR_HANDSHAKE_TIMEOUT);
    assert_int_equal(ends.served->inbox.received, 0);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_holds_zeros_on_when_there_was_no_page),
        cmocka_unit_test(stream_holds_zeros_on_when_pages_were_short_for_a_moment),
        cmocka_unit_test(stream_holds_zeros_on_when_the_process_was_stopped),
        cmocka_unit_test(stream_that_was_stopped_for_long_has_long_to_be_read),
        cmocka_unit_test(stream_holds_padding_in_the_smallest_inbox),
        cmocka_unit_test(stream_ends_its_hold_once_it_could_be_read),
        cmocka_unit_test(stream_ends_its_hold_when_each_tick_is_late),
        cmocka_unit_test(stream_holds_zeros_on_when_the_machine_sleeps_again),
        cmocka_unit_test(stream_resets_padding_that_never_ends),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
