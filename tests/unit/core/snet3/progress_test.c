/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What links move, and what the next one is like [PROTO 14.4] [PROTO 16.6] [PROTO 17.4]. */
#include "core/snet3/progress.h"

#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

/* Room for the length of DATA is kept also where DATA_END does without. */
#define FIRST_BYTES (SNET_PATH_FIRST_BYTES - 2u)
#define SMALL_BYTES (SNET_PATH_SMALL_BYTES - 2u)

/* The length of the first record that a side sends now. */
static size_t first_record_bytes(struct core_pair *ends, struct core_pair_conn *conn,
                                 enum core_pair_side from)
{
    uint8_t len[2];
    assert_int_equal(core_pair_take(ends, conn, from, len, sizeof len), sizeof len);
    return 2 + (size_t)len[0] + 256 * (size_t)len[1];
}

static bool barren(const snet_session *session)
{
    return snet_v3_progress_barren(session);
}

static void first_records_of_a_link_fit_into_a_packet(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 60000);
    assert_int_equal(first_record_bytes(&ends, conn, CORE_PAIR_CLIENT), FIRST_BYTES);
    core_pair_close(&ends);
}

static void records_are_small_after_a_link_that_moved_nothing(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 60000);
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, FIRST_BYTES - 1);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    assert_true(barren(ends.client));
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX); /* RESUME */
    assert_true(barren(ends.served));
    (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, SIZE_MAX); /* ACCEPT and more */
    assert_int_equal(first_record_bytes(&ends, conn, CORE_PAIR_CLIENT), SMALL_BYTES);
    core_pair_close(&ends);
}

/* The acknowledgement was lost with the link: the next ACCEPT has it. */
static void link_is_judged_by_what_the_next_one_says_of_it(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 60000);
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, FIRST_BYTES);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    assert_true(barren(ends.client));
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
    (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, SIZE_MAX);
    assert_false(barren(ends.client));
    assert_false(barren(ends.served));
    assert_int_equal(first_record_bytes(&ends, conn, CORE_PAIR_CLIENT), FIRST_BYTES);
    core_pair_close(&ends);
}

static void idle_link_is_not_barren(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    core_pair_settle(&ends, conn);
    assert_false(barren(ends.client));
    assert_false(barren(ends.served));
    core_pair_close(&ends);
}

/* A client that is not answered sends no early data next time: the path may not carry it. */
static void attempt_without_an_answer_is_barren(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.early_data = true;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 3000);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS);
    assert_true(barren(ends.client));
    conn = core_pair_connect(&ends);
    assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX), 109);
    core_pair_close(&ends);
}

/*
 * Also when the link before had moved something: what it did says nothing of the attempt. And the
 * links that follow do without early data until one has moved much, or each second one would fail.
 */
static void attempt_without_an_answer_is_barren_behind_a_link_that_was_not(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.early_data = true;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 3000);
    core_pair_settle(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS); /* it is acknowledged */
    core_pair_settle(&ends, conn);
    core_pair_write(&ends, ends.client, 3000);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    assert_false(barren(ends.client));
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS);
    assert_true(barren(ends.client));
    conn = core_pair_connect(&ends);
    assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX), 109);
    core_pair_settle(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS);
    core_pair_settle(&ends, conn);
    assert_false(barren(ends.client));
    core_pair_write(&ends, ends.client, 3000);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    assert_int_equal(core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX), 109);
    core_pair_close(&ends);
}

/* However long the path seems to be: one round trip was measured while the machine slept. */
static void attempt_that_had_all_its_time_is_barren(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    snet_v3_session_of(ends.client)->rtt_ns = SNET_LINK_PATH_MAX_NS;
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    core_pair_pass(&ends, SNET_LINK_PATH_MAX_NS);
    assert_int_equal(conn->sides[CORE_PAIR_CLIENT].err, SNET_ERR_HANDSHAKE_TIMEOUT);
    assert_true(barren(ends.client));
    core_pair_close(&ends);
}

/* An end that wants to move soon has learned nothing of the path that it leaves. */
static void link_that_is_left_at_once_is_not_barren(void **state)
{
    (void)state;
    struct core_pair ends;
    (void)core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 100);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_false(barren(ends.client));
    assert_false(barren(ends.served));
    core_pair_close(&ends);
}

/* Bytes arrive by links of which the server never sees the first record: the client is there. */
static void session_that_moves_is_kept_beyond_its_resume_window(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.server.session.resume_timeout_ns = 10 * SNET_SECOND_NS;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.served, 60000);
    for (unsigned i = 0; i < 6; i++) {
        conn = core_pair_reconnect(&ends, conn, 4 * SNET_SECOND_NS);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, 107 + SNET_PATH_FIRST_BYTES);
    }
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_close(&ends);
}

/* How many connections the client makes in a second, when each breaks after `bytes` of the
 * server's.
 */
static unsigned dials_in_a_second(struct core_pair *ends, struct core_pair_conn *conn, size_t bytes)
{
    const uint64_t end_ns = ends->now + SNET_SECOND_NS;
    unsigned dials = 0;
    uint64_t read = 0;
    while (ends->now < end_ns) {
        const unsigned asked = ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
        core_pair_cut(ends, conn);
        while (ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL] == asked) {
            core_pair_pass(ends, SNET_MS_NS);
        }
        conn = core_pair_connect(ends);
        (void)core_pair_move(ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        (void)core_pair_move(ends, conn, CORE_PAIR_SERVER, bytes);
        (void)core_pair_move(ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        read += core_pair_read(ends, ends->client, read);
        dials++;
    }
    return dials;
}

static void client_comes_back_at_once_while_its_links_move_bytes(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.served, 131072);
    assert_true(dials_in_a_second(&ends, conn, 107 + SNET_PATH_FIRST_BYTES) > 80);
    core_pair_close(&ends);
}

static void client_waits_when_its_links_are_cut_and_move_nothing(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    assert_true(dials_in_a_second(&ends, conn, SIZE_MAX) < 20);
    core_pair_close(&ends);
}

/* A link that lived or moved as much as a server counts for nothing is worth another one at once.
 */
static void client_waits_behind_a_link_as_that_was_worth(void **state)
{
    (void)state;
    static const struct {
        uint64_t lived_ns;
        size_t bytes;
        uint64_t least_ns; /* of the wait */
        uint64_t most_ns;
    } cases[] = {
        {SNET_V3_RESUME_EVERY_NS, 1, 0, 0},
        {SNET_V3_RESUME_EVERY_NS - 1, 1, 2, SNET_BACKOFF_MOVED_NS + 1},
        {300000, SNET_V3_RESUME_MOVED_BYTES - 1, 9700001, 9700000 + SNET_BACKOFF_MOVED_NS},
        {300000, SNET_V3_RESUME_MOVED_BYTES, 700001, 700000 + SNET_BACKOFF_MOVED_NS},
        {300000, SNET_V3_PROGRESS_SOON_BYTES, 700000, 700000},
        {SNET_V3_RESUME_MOVED_NS, SNET_V3_PROGRESS_SOON_BYTES, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        core_pair_write(&ends, ends.served, cases[i].bytes);
        core_pair_settle(&ends, conn);
        core_pair_pass(&ends, cases[i].lived_ns);
        core_pair_cut(&ends, conn);
        const bool waits = ends.client->dial.state == SNET_DIAL_WAITING;
        const uint64_t wait_ns = waits ? ends.client->dial.at_ns - ends.now : 0;
        assert_in_range(wait_ns, cases[i].least_ns, cases[i].most_ns);
        core_pair_close(&ends);
    }
}

/* What befalls many at once, or would again, is not answered at once. */
static void client_does_not_come_back_in_step_with_others(void **state)
{
    (void)state;
    static const struct {
        snet_err err;
        enum snet_dial_state dial;
        uint64_t ceiling_ns;
    } cases[] = {
        {SNET_ERR_LINK_RESET, SNET_DIAL_IDLE, 0},
        {SNET_ERR_LINK_FIN, SNET_DIAL_WAITING, 0},
        {SNET_ERR_LINK_TIMEOUT, SNET_DIAL_IDLE, SNET_BACKOFF_MOVED_NS},
        {SNET_ERR_NO_MEMORY, SNET_DIAL_IDLE, SNET_BACKOFF_MOVED_NS},
        {SNET_ERR_LINK_RESET, SNET_DIAL_ASKED, SNET_BACKOFF_MOVED_NS},
        {SNET_ERR_LINK_RESET, SNET_DIAL_ATTEMPTING, SNET_BACKOFF_MOVED_NS},
    };
    struct core_pair ends;
    (void)core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_pass(&ends, SNET_SECOND_NS);
    const enum snet_dial_state before = ends.client->dial.state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snet_v3_session_of(ends.client)->progress.worked = true;
        ends.client->dial.state = cases[i].dial;
        snet_v3_progress_plan_retry(ends.client, cases[i].err, ends.now);
        assert_int_equal(ends.client->dial.backoff.ceiling_ns, cases[i].ceiling_ns);
    }
    ends.client->dial.state = before;
    core_pair_close(&ends);
}

/* An ACCEPT: the server is there, and says what came of the link before. */
static void client_waits_little_once_it_has_been_accepted(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.served, 131072);
    for (unsigned i = 0; i < 2; i++) {
        (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, 107 + SNET_PATH_FIRST_BYTES);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        assert_int_equal(ends.client->dial.backoff.ceiling_ns, SNET_BACKOFF_FIRST_NS);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, 107); /* ACCEPT */
        assert_int_equal(ends.client->dial.backoff.ceiling_ns, SNET_BACKOFF_MOVED_NS);
    }
    core_pair_close(&ends);
}

static void client_waits_longer_in_a_row_of_accepted_links_that_move_nothing(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 60000);
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, FIRST_BYTES - 1);
    for (uint64_t ceiling_ns = SNET_BACKOFF_ANSWERED_NS; ceiling_ns < SNET_BACKOFF_FIRST_NS;
         ceiling_ns *= 2) {
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, SIZE_MAX);
        assert_int_equal(ends.client->dial.backoff.ceiling_ns, ceiling_ns);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 1);
    }
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_records_of_a_link_fit_into_a_packet),
        cmocka_unit_test(records_are_small_after_a_link_that_moved_nothing),
        cmocka_unit_test(link_is_judged_by_what_the_next_one_says_of_it),
        cmocka_unit_test(idle_link_is_not_barren),
        cmocka_unit_test(attempt_without_an_answer_is_barren),
        cmocka_unit_test(attempt_without_an_answer_is_barren_behind_a_link_that_was_not),
        cmocka_unit_test(link_that_is_left_at_once_is_not_barren),
        cmocka_unit_test(attempt_that_had_all_its_time_is_barren),
        cmocka_unit_test(client_comes_back_at_once_while_its_links_move_bytes),
        cmocka_unit_test(client_waits_when_its_links_are_cut_and_move_nothing),
        cmocka_unit_test(client_waits_behind_a_link_as_that_was_worth),
        cmocka_unit_test(client_does_not_come_back_in_step_with_others),
        cmocka_unit_test(client_waits_little_once_it_has_been_accepted),
        cmocka_unit_test(client_waits_longer_in_a_row_of_accepted_links_that_move_nothing),
        cmocka_unit_test(session_that_moves_is_kept_beyond_its_resume_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
