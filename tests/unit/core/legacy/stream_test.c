/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Leading zeros at a server that cannot know whether they are padding. The padding that comes late
 * is what the test feeds it; the client behind the connection is one that sends none itself.
 */
#include "core/legacy/stream.h"

#include "tests/support/core_pair.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#define PADDING SNET_LEGACY_PADDING_BYTES
#define IDLE_NS (300 * SNET_SECOND_NS)
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

/* How long the rest of the padding may take. */
static uint64_t time_ns(size_t held)
{
    return held <= SNET_PADDING_DATA_MAX_BYTES ? SNET_PADDING_DEFAULT_NS
                                               : SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS;
}

static void assert_reset(snet_err err)
{
    assert_int_equal(conn->sides[SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(conn->sides[SERVER].err, err);
    assert_int_equal(ends.served->inbox.received, 0);
}

/* The client writes, and all of that is read and nothing else. */
static void expect_data(void)
{
    core_pair_write(&ends, ends.client, DATA_BYTES);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), DATA_BYTES);
    assert_int_equal(snet_core_deadline(ends.cores[SERVER]), SNET_NEVER);
    core_pair_close(&ends);
}

/* [PROTO 4.3]: a path may stand still for as long as it likes before the padding. */
static void stream_knows_padding_however_late_it_comes(void **state)
{
    (void)state;
    open_holding(0, 0);
    core_pair_pass(&ends, IDLE_NS);
    core_pair_feed(&ends, conn, SERVER, zeros, PADDING);
    expect_data();
}

/* [PROTO 4.3]: the rest of padding that has begun comes in time. */
static void stream_waits_for_the_rest_of_padding(void **state)
{
    (void)state;
    for (size_t held = 1; held < PADDING; held++) {
        open_holding(held, 0);
        core_pair_pass(&ends, time_ns(held) - 1);
        core_pair_feed(&ends, conn, SERVER, zeros, PADDING - held);
        expect_data();
    }
}

/* [PROTO 4.3]: it does not. A resume tells that it was padding, for padding is not sent again. */
static void stream_asks_by_a_reset_what_zeros_were(void **state)
{
    (void)state;
    for (size_t held = 1; held < PADDING; held++) {
        open_holding(held, 0);
        core_pair_pass(&ends, time_ns(held) - 1);
        assert_int_equal(conn->sides[SERVER].err, SNET_OK);
        core_pair_pass(&ends, 1);
        assert_reset(SNET_ERR_HANDSHAKE_TIMEOUT);
        assert_int_equal(ends.served->seat.proven, held <= SNET_PADDING_DATA_MAX_BYTES);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        expect_data();
    }
}

/* What a client must write first so that `ret_data` is `len` zeros on the wire. */
static void find_data_that_becomes_zeros(uint8_t *ret_data, size_t len)
{
    open_holding(0, 0);
    core_pair_write(&ends, ends.client, len);
    assert_int_equal(core_pair_take(&ends, conn, CLIENT, ret_data, len), len);
    for (size_t i = 0; i < len; i++) {
        ret_data[i] = (uint8_t)(ret_data[i] ^ test_pattern_byte(i));
    }
    core_pair_close(&ends);
}

/* [PROTO 4.3]: it was the client's stream, and a resume brings it. */
static void stream_gets_zeros_that_were_data_by_a_resume(void **state)
{
    (void)state;
    for (size_t len = 1; len <= SNET_PADDING_DATA_MAX_BYTES + 1; len++) {
        uint8_t data[SNET_PADDING_DATA_MAX_BYTES + 1];
        uint8_t got[sizeof data];
        size_t done = 0;
        find_data_that_becomes_zeros(data, len);
        open_holding(0, 0);
        core_pair_pass(&ends, IDLE_NS);
        assert_int_equal(snet_session_write(ends.client, data, len, &done, ends.now), SNET_OK);
        core_pair_drain(&ends);
        core_pair_settle(&ends, conn);
        assert_int_equal(ends.served->inbox.received, 0);
        core_pair_pass(&ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS);
        assert_reset(SNET_ERR_HANDSHAKE_TIMEOUT);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        assert_int_equal(snet_session_read(ends.served, got, sizeof got, &done, ends.now), SNET_OK);
        assert_int_equal(done, len);
        assert_memory_equal(got, data, len);
        core_pair_close(&ends);
    }
}

/* [PROTO 4.3]: others hold all pages, so the rest of the padding cannot be read. */
static void stream_asks_nothing_while_it_cannot_read(void **state)
{
    (void)state;
    for (size_t held = 1; held <= SNET_PADDING_DATA_MAX_BYTES; held++) {
        open_holding(held, 0);
        struct snet_pool *pool = &ends.cores[SERVER]->recv_pool;
        pool->budget_count = pool->used_count;
        snet_link_await_room(conn->sides[SERVER].link);
        core_pair_pass(&ends, 3 * SNET_PADDING_DEFAULT_NS);
        assert_int_equal(conn->sides[SERVER].err, SNET_OK);
        pool->budget_count += 2;
        core_pair_pass(&ends, SNET_PRESSURE_WAKE_NS);
        core_pair_feed(&ends, conn, SERVER, zeros, PADDING - held);
        expect_data();
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_knows_padding_however_late_it_comes),
        cmocka_unit_test(stream_waits_for_the_rest_of_padding),
        cmocka_unit_test(stream_asks_by_a_reset_what_zeros_were),
        cmocka_unit_test(stream_gets_zeros_that_were_data_by_a_resume),
        cmocka_unit_test(stream_asks_nothing_while_it_cannot_read),
        cmocka_unit_test(stream_holds_padding_in_the_smallest_inbox),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
