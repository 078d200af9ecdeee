/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/client.h"

#include "core/link.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

static struct core_pair ends;

static void open_over(enum snet_wire wire)
{
    const struct core_pair_config config = core_pair_config_for(wire, false);
    core_pair_open(&ends, &config);
}

static void client_refuses_a_wire_that_does_not_exist(void **state)
{
    static const unsigned bad[] = {SNET_WIRES_ALL + 1, SNET_WIRE_1 | SNET_WIRE_2};
    (void)state;
    snet_session *session = NULL;
    open_over(SNET_WIRE_2);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct snet_client_config config = {.wire = (enum snet_wire)bad[i]};
        assert_int_equal(
            snet_client_open(ends.cores[CORE_PAIR_CLIENT], &config, &session, ends.now),
            SNET_ERR_INVALID);
    }
    core_pair_close(&ends);
}

static void client_and_server_speak_snet3_by_default(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.wire = SNET_WIRE_DEFAULT;
    config.server.wires = SNET_WIRE_DEFAULT;
    core_pair_open(&ends, &config);
    (void)core_pair_begin(&ends);
    assert_int_equal(core_pair_info(ends.client).wire, SNET_WIRE_3);
    assert_int_equal(core_pair_info(ends.served).wire, SNET_WIRE_3);
    assert_string_equal(snet_wire_name(SNET_WIRE_DEFAULT), snet_wire_name(SNET_WIRE_3));
    core_pair_close(&ends);
}

/* Dial states: IDLE -> ASKED -> ATTEMPTING -> IDLE, then a loss asks again at once. */
static void client_dials_at_once_at_first_and_after_a_loss(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 1);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ATTEMPTING);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_IDLE);
    core_pair_pass(&ends, SNET_CLIENT_WORKED_NS);
    core_pair_cut(&ends, conn);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 2);
    core_pair_close(&ends);
}

/* A server that accepts and drops at once must not be called in a tight loop. */
static void client_backs_off_from_a_link_that_never_worked(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_cut(&ends, conn);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_WAITING);
    core_pair_close(&ends);
}

static void client_connected_without_a_dial_is_a_misuse(void **state)
{
    (void)state;
    snet_link *link = NULL;
    open_over(SNET_WIRE_2);
    (void)core_pair_begin(&ends);
    assert_int_equal(snet_client_connected(ends.client, &link, ends.now), SNET_ERR_STATE);
    snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now); /* not asked: ignored */
    assert_int_equal(ends.client->state, SNET_SESSION_LIVE);
    snet_session_abort(ends.client, ends.now);
    assert_int_equal(snet_client_connected(ends.client, &link, ends.now), SNET_ERR_STATE);
    core_pair_close(&ends);
}

/* [PROTO 8.2] */
static void client_waits_between_failed_dials_and_gives_up(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    unsigned dials = 0;
    while (ends.ended[CORE_PAIR_CLIENT] == SNET_OK) {
        assert_true(dials < 1000);
        if (ends.client->dial.state == SNET_DIAL_ASKED) {
            dials++;
            snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now);
            core_pair_drain(&ends);
            assert_int_equal(ends.client->dial.state, SNET_DIAL_WAITING);
        }
        core_pair_pass(&ends, SNET_MS_NS);
    }
    assert_true(dials > 3);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CONNECT);
    assert_true(ends.now >= SNET_SECOND_NS + SNET_CONNECT_TIMEOUT_DEFAULT_NS);
    core_pair_close(&ends);
}

/* A server that does not speak: the reason says so. [PROTO 8.1] */
static void client_says_that_nobody_answered(void **state)
{
    (void)state;
    open_over(SNET_WIRE_1);
    (void)core_pair_connect(&ends);
    core_pair_pass(&ends, SNET_CONNECT_TIMEOUT_DEFAULT_NS);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_NO_ANSWER);
    core_pair_close(&ends);
}

/* A bad answer to the first hello is not tried again: it would be bad again. */
static void client_ends_on_a_bad_answer_to_its_hello(void **state)
{
    static const uint8_t answer[24] = {1};
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_feed(&ends, conn, CORE_PAIR_CLIENT, answer, sizeof answer);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_BAD_PUBLIC_KEY);
    core_pair_close(&ends);
}

/* [PROTO 8.2] */
static void client_tries_at_once_when_the_network_changed(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    snet_client_network_changed(ends.client, ends.now); /* ASKED: nothing to do */
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now); /* and once more at once */
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_WAITING);
    snet_client_network_changed(ends.client, ends.now);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    core_pair_drain(&ends);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    snet_client_network_changed(ends.client, ends.now); /* ATTEMPTING: on the old network */
    core_pair_drain(&ends);
    assert_int_equal(conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    snet_session_abort(ends.client, ends.now);
    snet_client_network_changed(ends.client, ends.now); /* ENDED: nothing */
    assert_int_equal(ends.client->dial.state, SNET_DIAL_IDLE);
    core_pair_close(&ends);
}

/* A dial that begins anew on another network says nothing of how long that one's path is. */
static void client_measures_a_dial_that_begins_anew_from_then(void **state)
{
    (void)state;
    open_over(SNET_WIRE_3);
    core_pair_pass(&ends, 7 * SNET_SECOND_NS);
    snet_client_network_changed(ends.client, ends.now);
    (void)core_pair_connect(&ends);
    assert_true(ends.client->links.attempt->deadline_ns <=
                ends.now + SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS);
    core_pair_close(&ends);
}

/* [PROTO 6.3]: a handover that fails leaves the old link as it was. */
static void client_goes_on_with_the_old_link_when_a_handover_fails(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *old = core_pair_begin(&ends);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    unsigned attempts = 0;
    for (unsigned i = 0; i < 100; i++) {
        if (ends.client->dial.state == SNET_DIAL_ASKED) {
            attempts++;
            struct core_pair_conn *next = core_pair_connect(&ends);
            core_pair_pass(&ends, SNET_CLIENT_HANDOVER_NS);
            assert_int_equal(next->sides[CORE_PAIR_CLIENT].err, SNET_ERR_HANDSHAKE_TIMEOUT);
        }
        core_pair_pass(&ends, SNET_SECOND_NS);
    }
    assert_int_equal(attempts, 1 + SNET_CLIENT_HANDOVER_MAX);
    core_pair_write(&ends, ends.client, 10);
    core_pair_write(&ends, ends.served, 10);
    core_pair_settle(&ends, old);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 10);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 10);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    core_pair_close(&ends);
}

/* The old link dies while the new one is in its handshake: that one carries on. */
static void client_keeps_its_attempt_when_the_old_link_dies(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *old = core_pair_begin(&ends);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    struct core_pair_conn *next = core_pair_connect(&ends);
    core_pair_cut(&ends, old);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ATTEMPTING);
    core_pair_settle(&ends, next);
    assert_int_equal(ends.client->state, SNET_SESSION_LIVE);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 2);
    core_pair_close(&ends);
}

/* [PROTO 8.2]: the old link dies while a handover waits for its next attempt. */
static void client_dials_at_once_when_the_old_link_dies_between_handovers(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    struct core_pair_conn *old = core_pair_begin(&ends);
    core_pair_pass(&ends, SNET_CLIENT_WORKED_NS);
    snet_client_network_changed(ends.client, ends.now);
    for (unsigned i = 0; i < 3; i++) {
        core_pair_pass(&ends, SNET_BACKOFF_MAX_NS);
        snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now);
        core_pair_drain(&ends);
    }
    assert_int_equal(ends.client->dial.state, SNET_DIAL_WAITING);
    core_pair_cut(&ends, old);
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    core_pair_close(&ends);
}

/* [PROTO 6.5]: giving an attempt up, however often, is no answer of the server. */
static void client_does_not_take_its_own_impatience_for_refusals(void **state)
{
    (void)state;
    open_over(SNET_WIRE_1);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_pass(&ends, SNET_CLIENT_WORKED_NS);
    core_pair_cut(&ends, conn);
    for (unsigned i = 0; i < 6; i++) {
        uint8_t request[64];
        conn = core_pair_connect(&ends);
        assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_CLIENT, request, sizeof request),
                         40);
        core_pair_pass(&ends, 4 * SNET_SECOND_NS);
        snet_client_network_changed(ends.client, ends.now);
        core_pair_drain(&ends);
        assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    }
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    core_pair_close(&ends);
}

static void client_tells_passing_failures_from_lasting_ones(void **state)
{
    (void)state;
    assert_true(snet_client_passes(SNET_ERR_LINK_LOST));
    assert_true(snet_client_passes(SNET_ERR_CONNECT));
    assert_true(snet_client_passes(SNET_ERR_NO_MEMORY));
    assert_false(snet_client_passes(SNET_ERR_BAD_COUNT));
    assert_false(snet_client_passes(SNET_ERR_REFUSED));
}

/* Every allocation of a connection fails once: the session goes on by itself. */
static void client_survives_failing_allocations(void **state)
{
    (void)state;
    open_over(SNET_WIRE_2);
    for (size_t nth = 1; nth <= 2; nth++) {
        snet_link *link = NULL;
        struct test_env *env = &ends.env[CORE_PAIR_CLIENT];
        env->fail_at = env->alloc_count + nth;
        assert_int_equal(snet_client_connected(ends.client, &link, ends.now), SNET_ERR_NO_MEMORY);
        core_pair_pass(&ends, SNET_SECOND_NS);
        assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    }
    (void)core_pair_begin(&ends);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_refuses_a_wire_that_does_not_exist),
        cmocka_unit_test(client_and_server_speak_snet3_by_default),
        cmocka_unit_test(client_dials_at_once_at_first_and_after_a_loss),
        cmocka_unit_test(client_backs_off_from_a_link_that_never_worked),
        cmocka_unit_test(client_connected_without_a_dial_is_a_misuse),
        cmocka_unit_test(client_waits_between_failed_dials_and_gives_up),
        cmocka_unit_test(client_says_that_nobody_answered),
        cmocka_unit_test(client_ends_on_a_bad_answer_to_its_hello),
        cmocka_unit_test(client_tries_at_once_when_the_network_changed),
        cmocka_unit_test(client_measures_a_dial_that_begins_anew_from_then),
        cmocka_unit_test(client_goes_on_with_the_old_link_when_a_handover_fails),
        cmocka_unit_test(client_keeps_its_attempt_when_the_old_link_dies),
        cmocka_unit_test(client_dials_at_once_when_the_old_link_dies_between_handovers),
        cmocka_unit_test(client_does_not_take_its_own_impatience_for_refusals),
        cmocka_unit_test(client_tells_passing_failures_from_lasting_ones),
        cmocka_unit_test(client_survives_failing_allocations),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
