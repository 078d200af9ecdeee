/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Aborts of clients without a link: kept, said on a later one, and proven [PROTO 18.2]. */
#include "core/farewell.h"

#include "core/snet3/state.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

#define CODE (SNET_CODE_APPLICATION + 7)

/* A session without a link is aborted and given back; its farewell takes its place. */
static void abort_without_link(struct core_pair *ends, struct core_pair_conn *conn)
{
    core_pair_cut(ends, conn);
    snet_session_abort_with(ends->client, CODE, "no more of it", ends->now);
    core_pair_drain(ends);
    assert_int_equal(ends->ended[CORE_PAIR_CLIENT], SNET_ERR_ABORTED);
    snet_session *carrier = snet_session_farewell(ends->client, ends->now);
    assert_non_null(carrier);
    assert_null(snet_session_farewell(ends->client, ends->now));
    snet_session_free(ends->client, ends->now);
    ends->client = carrier;
}

static uint64_t unsaid(const struct core_pair *ends)
{
    struct snet_core_stats stats;
    snet_core_totals(ends->cores[CORE_PAIR_CLIENT], &stats);
    return stats.farewells;
}

/* Connects for the farewell when it asks for it. */
static struct core_pair_conn *connect_again(struct core_pair *ends)
{
    core_pair_pass(ends, 2 * SNET_SECOND_NS);
    struct core_pair_conn *conn = core_pair_connect(ends);
    core_pair_settle(ends, conn);
    return conn;
}

static void farewell_is_said_with_its_code_and_proven(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    abort_without_link(&ends, conn);
    assert_int_equal(unsaid(&ends), 1);
    (void)connect_again(&ends);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_PEER_ABORTED);
    assert_int_equal(core_pair_info(ends.served).peer_code, CODE);
    assert_string_equal(snet_session_peer_text(ends.served), "no more of it");
    assert_int_equal(unsaid(&ends), 0);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 1);
    (void)connect_again(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 2);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_PEER_ABORTED);
    assert_int_equal(ends.cores[CORE_PAIR_CLIENT]->secrets.used_count, 0);
    core_pair_close(&ends);
}

/* Moves single bytes, in turn, and cuts the connection behind `count` of them. */
static bool cut_behind(struct core_pair *ends, struct core_pair_conn *conn, unsigned count)
{
    unsigned moved = 0;
    bool more = true;
    while (more && moved < count) {
        more = false;
        for (unsigned side = 0; side < 2 && moved < count; side++) {
            const size_t part = core_pair_move(ends, conn, (enum core_pair_side)side, 1);
            more = more || part > 0;
            moved += (unsigned)part;
        }
    }
    core_pair_cut(ends, conn);
    return more;
}

/* Bytes are under way in both directions, and an end as well: none of it may be in the way. */
static void farewell_survives_a_cut_behind_every_byte(void **state)
{
    (void)state;
    bool more = true;
    unsigned cuts = 0;
    for (; more; cuts++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        uint8_t lost[400];
        core_pair_write(&ends, ends.client, 100);
        core_pair_write(&ends, ends.served, 100);
        if (cuts % 2 == 1) {
            snet_session_shutdown(ends.client, ends.now);
        }
        assert_true(core_pair_take(&ends, conn, CORE_PAIR_CLIENT, lost, sizeof lost) > 100);
        abort_without_link(&ends, conn);
        core_pair_pass(&ends, SNET_SECOND_NS);
        more = cut_behind(&ends, core_pair_connect(&ends), cuts);
        for (unsigned i = 0; i < 3 && ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED] < 2;
             i++) {
            (void)connect_again(&ends);
        }
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 2);
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_PEER_ABORTED);
        assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_PEER_ABORTED);
        assert_int_equal(core_pair_info(ends.served).peer_code, CODE);
        core_pair_close(&ends);
    }
    assert_true(cuts > 100);
}

static void farewell_is_given_up_at_the_deadline_of_its_session(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_RESUME_TIMEOUT_DEFAULT_NS / 2);
    abort_without_link(&ends, conn);
    const uint64_t deadline_ns = ends.now + SNET_RESUME_TIMEOUT_DEFAULT_NS / 2;
    while (ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED] < 2) {
        snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now);
        core_pair_pass(&ends, SNET_SECOND_NS);
        assert_true(ends.now < deadline_ns + 2 * SNET_SECOND_NS);
    }
    assert_true(ends.now >= deadline_ns);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_EXPIRED);
    assert_int_equal(ends.cores[CORE_PAIR_CLIENT]->secrets.used_count, 0);
    core_pair_close(&ends);
}

static void farewell_is_kept_by_free_and_by_shutdown(void **state)
{
    (void)state;
    for (unsigned how = 0; how < 2; how++) {
        struct core_pair ends;
        int driver = 0;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        core_pair_cut(&ends, conn);
        snet_session_set_driver(ends.client, &driver);
        if (how == 0) {
            snet_session_free(ends.client, ends.now);
        } else {
            snet_core_shutdown(ends.cores[CORE_PAIR_CLIENT], "going", ends.now);
        }
        snet_session *carrier = snet_session_farewell(ends.client, ends.now);
        assert_non_null(carrier);
        snet_session_set_driver(ends.client, NULL);
        if (how == 1) {
            snet_session_free(ends.client, ends.now);
        }
        ends.client = carrier;
        snet_core_shutdown(ends.cores[CORE_PAIR_CLIENT], "again", ends.now); /* not of this one */
        (void)connect_again(&ends);
        assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_PEER_ABORTED);
        assert_int_equal(core_pair_info(ends.served).peer_code,
                         how == 0 ? SNET_V3_ABORTED : SNET_CODE_SHUTDOWN);
        core_pair_close(&ends);
    }
}

/* Nobody takes it: it goes with its session, as one that was not open has none. */
static void farewell_that_nobody_takes_goes_with_its_session(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    snet_session_abort(ends.client, ends.now);
    assert_int_equal(unsaid(&ends), 0);
    snet_session_free(ends.client, ends.now);
    assert_int_equal(ends.cores[CORE_PAIR_CLIENT]->secrets.used_count, 0);
    assert_int_equal(ends.cores[CORE_PAIR_CLIENT]->sessions.count, 0);
    core_pair_close(&ends);
}

static void abort_that_needs_no_farewell_leaves_none(void **state)
{
    (void)state;
    struct core_pair ends;
    (void)core_pair_begin_on(&ends, SNET_WIRE_3);
    snet_session_abort(ends.client, ends.now); /* said on its link */
    assert_null(snet_session_farewell(ends.client, ends.now));
    core_pair_close(&ends);
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(&ends, &config);
    snet_session_abort(ends.client, ends.now); /* nobody knows of it */
    assert_null(snet_session_farewell(ends.client, ends.now));
    core_pair_close(&ends);
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_2);
    core_pair_cut(&ends, conn);
    snet_session_abort(ends.client, ends.now); /* cannot be said */
    assert_null(snet_session_farewell(ends.client, ends.now));
    core_pair_close(&ends);
}

/* A child of fork has no secret to say it with, and it is not its session. */
static void farewell_is_not_kept_after_a_fork(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    memset(ends.cores[CORE_PAIR_CLIENT]->secrets.pages, 0, SNET_SECRETS_PAGE_BYTES);
    snet_session_abort(ends.client, ends.now);
    assert_null(snet_session_farewell(ends.client, ends.now));
    snet_session_free(ends.client, ends.now);
    core_pair_close(&ends);
}

/* --- Many of them ----------------------------------------------------------------------------- */

/* Aborts `count` sessions of one core without a link; their farewells come out in this order. */
static void many_aborted(struct core_pair *ends, snet_session **ret_carriers, unsigned count)
{
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(ends, &config);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0) {
            assert_int_equal(snet_client_open(ends->cores[CORE_PAIR_CLIENT], &config.client,
                                              &ends->client, ends->now),
                             SNET_OK);
            core_pair_drain(ends);
        }
        ends->conn_count = 0; /* their places serve again */
        memset(&ends->conns[0], 0, sizeof ends->conns[0]);
        struct core_pair_conn *conn = core_pair_connect(ends);
        core_pair_settle(ends, conn);
        abort_without_link(ends, conn);
        ret_carriers[i] = ends->client;
    }
}

static unsigned asking(snet_session *const *carriers, unsigned count)
{
    unsigned asked = 0;
    for (unsigned i = 0; i < count; i++) {
        asked += carriers[i]->dial.state == SNET_DIAL_ASKED ? 1 : 0;
    }
    return asked;
}

static void few_farewells_dial_at_a_time_and_each_has_its_turn(void **state)
{
    (void)state;
    struct core_pair ends;
    snet_session *carriers[3 * SNET_FAREWELL_DIALS_MAX];
    const unsigned count = 3 * SNET_FAREWELL_DIALS_MAX;
    bool asked[3 * SNET_FAREWELL_DIALS_MAX] = {false};
    many_aborted(&ends, carriers, count);
    for (unsigned round = 0; round < 40; round++) {
        core_pair_pass(&ends, SNET_SECOND_NS);
        assert_true(asking(carriers, count) <= SNET_FAREWELL_DIALS_MAX);
        for (unsigned i = 0; i < count; i++) {
            if (carriers[i]->dial.state == SNET_DIAL_ASKED) {
                asked[i] = true;
                snet_client_dial_failed(carriers[i], SNET_ERR_CONNECT, ends.now);
            }
        }
    }
    for (unsigned i = 0; i < count; i++) {
        assert_true(asked[i]);
        snet_session_free(carriers[i], ends.now);
    }
    assert_int_equal(ends.cores[CORE_PAIR_CLIENT]->farewells_dialing, 0);
    core_pair_close(&ends);
}

static void oldest_farewell_gives_way(void **state)
{
    (void)state;
    static struct core_pair ends;
    static snet_session *carriers[SNET_FAREWELL_MAX + 1];
    many_aborted(&ends, carriers, SNET_FAREWELL_MAX + 1);
    assert_int_equal(unsaid(&ends), SNET_FAREWELL_MAX);
    assert_int_equal(carriers[0]->ending.err, SNET_ERR_EVICTED);
    assert_int_equal(carriers[1]->ending.err, SNET_OK);
    assert_int_equal(carriers[SNET_FAREWELL_MAX]->ending.err, SNET_OK);
    core_pair_close(&ends);
}

/* --- The server's side ------------------------------------------------------------------------ */

/* A server that ends a session without a link says so when the client comes back. */
static void servers_abort_without_link_is_heard_at_the_next_resume(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    snet_session_abort_with(ends.served, CODE, "gone", ends.now);
    assert_null(snet_session_farewell(ends.served, ends.now));
    snet_session_free(ends.served, ends.now);
    (void)connect_again(&ends);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_PEER_ABORTED);
    assert_null(snet_session_farewell(ends.client, ends.now));
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(farewell_is_said_with_its_code_and_proven),
        cmocka_unit_test(farewell_survives_a_cut_behind_every_byte),
        cmocka_unit_test(farewell_is_given_up_at_the_deadline_of_its_session),
        cmocka_unit_test(farewell_is_kept_by_free_and_by_shutdown),
        cmocka_unit_test(farewell_that_nobody_takes_goes_with_its_session),
        cmocka_unit_test(abort_that_needs_no_farewell_leaves_none),
        cmocka_unit_test(farewell_is_not_kept_after_a_fork),
        cmocka_unit_test(few_farewells_dial_at_a_time_and_each_has_its_turn),
        cmocka_unit_test(oldest_farewell_gives_way),
        cmocka_unit_test(servers_abort_without_link_is_heard_at_the_next_resume),
    };
    return cmocka_run_group_tests_name("farewell", tests, NULL, NULL);
}
