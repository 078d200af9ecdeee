/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a client tries after links that moved nothing, and when it gives up [PROTO 17.5]. */
#include "core/snet3/remedy.h"

#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#define ACCEPT_BYTES 107u

static struct snet_dial_advice advice_of(const snet_session *session)
{
    struct snet_dial_advice advice;
    snet_session_dial_advice(session, &advice);
    return advice;
}

static uint32_t barren_links(const snet_session *session)
{
    struct snet_session_info info;
    snet_session_get_info(session, &info);
    return info.barren_links;
}

/* All that is on its way arrives, and so do the acknowledgements. */
static void settle_for(struct core_pair *ends, struct core_pair_conn *conn, unsigned seconds)
{
    for (unsigned i = 0; i < seconds; i++) {
        core_pair_settle(ends, conn);
        core_pair_pass(ends, SNET_SECOND_NS);
    }
    core_pair_settle(ends, conn);
}

/* What the client sends is lost on its way. */
static void lose(struct core_pair *ends, struct core_pair_conn *conn)
{
    uint8_t lost[256];
    while (core_pair_take(ends, conn, CORE_PAIR_CLIENT, lost, sizeof lost) > 0) {
    }
}

/* The client asks for its next link, and gets it; NULL when it has ended instead. */
static struct core_pair_conn *next_link(struct core_pair *ends)
{
    while (ends->client->dial.state != SNET_DIAL_ASKED) {
        if (ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED] > 0) {
            return NULL;
        }
        core_pair_pass(ends, SNET_SECOND_NS / 10);
    }
    return core_pair_connect(ends);
}

/* The session's next link: the one before is lost. */
static struct core_pair_conn *resume_after(struct core_pair *ends, struct core_pair_conn *conn)
{
    core_pair_cut(ends, conn);
    conn = next_link(ends);
    core_pair_settle(ends, conn);
    return conn;
}

/*
 * Bytes are swallowed on link after link until the client finds that it is the path. What it asks
 * for then is in its advice, and in what is returned when it has the link.
 */
static struct core_pair_conn *swallow(struct core_pair *ends, struct core_pair_conn *conn,
                                      struct snet_dial_advice *ret_advice)
{
    const uint32_t before = barren_links(ends->client);
    core_pair_write(ends, ends->client, 3000);
    for (unsigned i = 0; i < 8 && barren_links(ends->client) == before; i++) {
        lose(ends, conn);
        conn = next_link(ends);
        *ret_advice = advice_of(ends->client);
        (void)core_pair_move(ends, conn, CORE_PAIR_CLIENT, SIZE_MAX); /* RESUME */
        (void)core_pair_move(ends, conn, CORE_PAIR_SERVER, ACCEPT_BYTES);
    }
    core_pair_settle(ends, conn);
    return conn;
}

static void silent_link_is_followed_by_one_of_another_kind(void **state)
{
    (void)state;
    struct core_pair ends;
    struct snet_dial_advice advice = {.segment_bytes = 0};
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    assert_int_equal(advice_of(ends.client).segment_bytes, 0);
    assert_int_equal(advice_of(ends.client).family, SNET_DIAL_ANY);
    (void)swallow(&ends, conn, &advice);
    assert_int_equal(advice.segment_bytes, SNET_V3_REMEDY_SEGMENT_BYTES);
    assert_int_equal(advice.family, SNET_DIAL_OTHER);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_BARREN], 1);
    assert_int_equal(barren_links(ends.client), 1);
    assert_int_equal(advice_of(ends.client).family, SNET_DIAL_SAME);
    assert_int_equal(advice_of(ends.client).segment_bytes, SNET_V3_REMEDY_SEGMENT_BYTES);
    core_pair_close(&ends);
}

/* Whoever breaks connections does not care for the size of packets. */
static void broken_link_says_nothing_of_segments(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 3000);
    lose(&ends, conn);
    core_pair_cut(&ends, conn);
    conn = next_link(&ends);
    assert_int_equal(advice_of(ends.client).segment_bytes, 0);
    assert_int_equal(advice_of(ends.client).family, SNET_DIAL_OTHER);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_BARREN], 1);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_BARREN], 0);
    core_pair_close(&ends);
}

/* The server has waited as well, and has lost its patience first. */
static void link_that_is_broken_after_a_long_silence_was_silent(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 3000);
    lose(&ends, conn);
    ends.now += SNET_HEARTBEAT_DEAD_NS;
    snet_link_failed(conn->sides[CORE_PAIR_CLIENT].link, SNET_ERR_LINK_RESET, ends.now);
    core_pair_cut(&ends, conn);
    (void)next_link(&ends);
    assert_int_equal(advice_of(ends.client).segment_bytes, SNET_V3_REMEDY_SEGMENT_BYTES);
    core_pair_close(&ends);
}

static void link_that_moved_changes_nothing(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 3000);
    settle_for(&ends, conn, 1);
    conn = resume_after(&ends, conn);
    assert_int_equal(advice_of(ends.client).family, SNET_DIAL_ANY);
    assert_int_equal(barren_links(ends.client), 0);
    core_pair_close(&ends);
}

/* Step by step, and back to the step that was seen to carry. */
static void ten_minutes_of_progress_are_followed_by_a_step_back(void **state)
{
    (void)state;
    struct core_pair ends;
    struct snet_dial_advice advice = {.segment_bytes = 0};
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    conn = swallow(&ends, conn, &advice);
    settle_for(&ends, conn, 500);
    conn = resume_after(&ends, conn);
    assert_int_equal(advice_of(ends.client).segment_bytes, SNET_V3_REMEDY_SEGMENT_BYTES);
    core_pair_write(&ends, ends.client, 1);
    settle_for(&ends, conn, 101);
    conn = resume_after(&ends, conn);
    assert_int_equal(advice_of(ends.client).segment_bytes, SNET_V3_REMEDY_STEP_BYTES);
    assert_int_equal(advice_of(ends.client).family, SNET_DIAL_ANY);
    uint64_t read = core_pair_read(&ends, ends.served, 0);
    for (unsigned i = 0; i < 4; i++) {
        core_pair_write(&ends, ends.client, 20000);
        settle_for(&ends, conn, 151);
        read += core_pair_read(&ends, ends.served, read);
    }
    assert_int_equal(ends.client->history.chain.len, 0);
    conn = resume_after(&ends, conn);
    assert_int_equal(advice_of(ends.client).segment_bytes, 0);
    conn = swallow(&ends, conn, &advice);
    assert_int_equal(advice.segment_bytes, SNET_V3_REMEDY_STEP_BYTES);
    (void)swallow(&ends, conn, &advice);
    assert_int_equal(advice.segment_bytes, SNET_V3_REMEDY_SEGMENT_BYTES);
    core_pair_close(&ends);
}

/* It resumes again and again, and nothing ever arrives. */
static void session_that_resumes_and_moves_nothing_ends(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.session.resume_timeout_ns = 30 * SNET_SECOND_NS;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 3000);
    uint64_t lost_ns = 0;
    unsigned resumes = 0;
    while (conn != NULL) {
        lose(&ends, conn);
        core_pair_cut(&ends, conn);
        lost_ns = lost_ns == 0 ? ends.now : lost_ns;
        conn = next_link(&ends);
        if (conn != NULL) {
            (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
            (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, ACCEPT_BYTES);
            resumes++;
        }
    }
    assert_true(resumes > 2);
    assert_true(ends.now - lost_ns >= 30 * SNET_SECOND_NS);
    assert_true(ends.now - lost_ns < 60 * SNET_SECOND_NS);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_NO_PROGRESS);
    core_pair_close(&ends);
}

/* The whole wait is left behind a link that hung for long. */
static void silence_before_the_loss_does_not_count(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.session.resume_timeout_ns = 10 * SNET_SECOND_NS;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 100);
    lose(&ends, conn);
    core_pair_pass(&ends, 15 * SNET_SECOND_NS);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, 10 * SNET_SECOND_NS - 1);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&ends, 1);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_EXPIRED);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_link_is_followed_by_one_of_another_kind),
        cmocka_unit_test(broken_link_says_nothing_of_segments),
        cmocka_unit_test(link_that_is_broken_after_a_long_silence_was_silent),
        cmocka_unit_test(link_that_moved_changes_nothing),
        cmocka_unit_test(ten_minutes_of_progress_are_followed_by_a_step_back),
        cmocka_unit_test(session_that_resumes_and_moves_nothing_ends),
        cmocka_unit_test(silence_before_the_loss_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
