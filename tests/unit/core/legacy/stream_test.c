/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/stream.h"

#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#define PADDING SNET_LEGACY_PADDING_BYTES
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
        cmocka_unit_test(stream_holds_padding_in_the_smallest_inbox),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
