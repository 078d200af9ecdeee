/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/sniffing.h"

#include "core/server.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#define SERVER CORE_PAIR_SERVER

static struct core_pair ends;

static void open_on(enum snet_wire wire, bool mixed)
{
    const struct core_pair_config config = core_pair_config_for(wire, mixed);
    core_pair_open(&ends, &config);
}

static void sniffing_refuses_what_is_of_no_wire(void **state)
{
    static const uint8_t http[] = {'G', 'E', 'T', ' '};
    (void)state;
    open_on(SNET_WIRE_1, true);
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_feed(&ends, conn, SERVER, http, sizeof http);
    assert_int_equal(conn->sides[SERVER].err, SNET_ERR_BAD_START);
    assert_int_equal(conn->sides[SERVER].how, SNET_CLOSE_RESET);
    core_pair_close(&ends);
}

/* Seven of eight zeros, and then something else: what was taken for a wire is forgotten. */
static void sniffing_waits_for_the_byte_that_decides(void **state)
{
    static const uint8_t zeros[SNET_SNIFF_MAX_BYTES] = {0};
    static const uint8_t one[] = {1};
    (void)state;
    for (unsigned last = 0; last < 2; last++) {
        open_on(SNET_WIRE_1, true);
        struct core_pair_conn *conn = core_pair_intrude(&ends);
        const snet_link *link = conn->sides[SERVER].link;
        for (size_t i = 1; i < sizeof zeros; i++) {
            core_pair_feed(&ends, conn, SERVER, zeros, 1);
            assert_ptr_equal(link->wire, &snet_sniffing_wire);
        }
        core_pair_feed(&ends, conn, SERVER, last == 0 ? zeros : one, 1);
        assert_int_equal(link->wire->id, last == 0 ? SNET_WIRE_1 : SNET_WIRE_2);
        core_pair_close(&ends);
    }
}

/* However the first bytes come, the wire gets them all: the sessions open. */
static void sniffing_keeps_nothing_for_itself(void **state)
{
    static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_2, SNET_WIRE_3};
    (void)state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        for (size_t part = 1; part <= 2 * SNET_SNIFF_MAX_BYTES; part++) {
            open_on(wires[i], true);
            struct core_pair_conn *conn = core_pair_connect(&ends);
            while (core_pair_move(&ends, conn, CORE_PAIR_CLIENT, part) > 0) {
            }
            core_pair_settle(&ends, conn);
            core_pair_pass(&ends, SNET_GRACE_DEFAULT_NS);
            core_pair_settle(&ends, conn);
            assert_non_null(ends.served);
            assert_int_equal(core_pair_info(ends.served).wire, wires[i]);
            core_pair_close(&ends);
        }
    }
}

/* The deadline of the first bytes, and with the wire that of the handshake, from the beginning. */
static void sniffing_has_a_deadline_of_its_own(void **state)
{
    static const uint8_t resume[] = {0xFF};
    (void)state;
    open_on(SNET_WIRE_2, true);
    struct core_pair_conn *silent = core_pair_intrude(&ends);
    struct core_pair_conn *slow = core_pair_intrude(&ends);
    core_pair_pass(&ends, SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS - 1);
    core_pair_feed(&ends, slow, SERVER, resume, sizeof resume);
    assert_int_equal(silent->sides[SERVER].err, SNET_OK);
    core_pair_pass(&ends, 1);
    assert_int_equal(silent->sides[SERVER].err, SNET_ERR_HANDSHAKE_TIMEOUT);
    core_pair_pass(&ends,
                   SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS - SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS - 1);
    assert_int_equal(slow->sides[SERVER].err, SNET_OK);
    core_pair_pass(&ends, 1);
    assert_int_equal(slow->sides[SERVER].err, SNET_ERR_HANDSHAKE_TIMEOUT);
    core_pair_close(&ends);
}

static void sniffing_sends_nothing_and_takes_little(void **state)
{
    struct snet_span span;
    (void)state;
    open_on(SNET_WIRE_3, true);
    snet_link *link = core_pair_intrude(&ends)->sides[SERVER].link;
    assert_int_equal(snet_link_room(link), SNET_SNIFF_MAX_BYTES);
    assert_int_equal(snet_link_send(link, &span, 1), 0);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sniffing_refuses_what_is_of_no_wire),
        cmocka_unit_test(sniffing_waits_for_the_byte_that_decides),
        cmocka_unit_test(sniffing_keeps_nothing_for_itself),
        cmocka_unit_test(sniffing_has_a_deadline_of_its_own),
        cmocka_unit_test(sniffing_sends_nothing_and_takes_little),
    };
    return cmocka_run_group_tests_name("sniffing", tests, NULL, NULL);
}
