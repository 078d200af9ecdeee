/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/duplex.h>

#include "tests/support/loop_pair.h"
#include "tests/support/memory.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <string.h>

#define SOME_BYTES 10000u
#define MORE_BYTES (1u << 20) /* than a session takes at once */
#define NOT_DONE SNET_ERR_AGAIN

/* A duplex at the client's end; the server's end is the test's. */
struct fixture {
    struct test_pair pair;
    snet_duplex *duplex;
    snet_duplex_request request;
    snet_duplex_request second;
    unsigned done_count;
    unsigned second_place; /* how many were done when the second one was */
    uint64_t read;
    size_t take_max; /* what a call of the reader takes at most */
    size_t shown;    /* in the last call of the reader */
    snet_err read_end;
    bool stop;  /* in the next call of the reader */
    bool close; /* likewise */
    bool closed;
};

static void fixture_event(void *user, const struct snet_core_event *event)
{
    struct fixture *fixture = user;
    if (event->server == NULL && fixture->duplex != NULL) {
        snet_duplex_event(fixture->duplex, event);
    }
}

static void fixture_closed(void *user)
{
    ((struct fixture *)user)->closed = true;
}

static void fixture_shut(struct fixture *fixture)
{
    snet_duplex_close(fixture->duplex, fixture_closed);
    fixture->duplex = NULL;
    fixture->pair.ends[TEST_PAIR_CLIENT].session = NULL;
}

static size_t fixture_read(void *user, const struct snet_span *spans, size_t count, snet_err err)
{
    struct fixture *fixture = user;
    size_t taken = 0;
    fixture->shown = 0;
    if (err != SNET_OK) {
        assert_int_equal(count, 0);
        assert_int_equal(fixture->read_end, NOT_DONE);
        fixture->read_end = err;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t left = fixture->take_max - taken;
        const size_t part = spans[i].len < left ? spans[i].len : left;
        test_pattern_expect(spans[i].data, part, fixture->read + taken);
        taken += part;
        fixture->shown += spans[i].len;
    }
    fixture->read += taken;
    if (fixture->stop) {
        snet_duplex_read_stop(fixture->duplex);
    }
    if (fixture->close) {
        fixture_shut(fixture);
    }
    return taken;
}

static void fixture_done(snet_duplex_request *request, snet_err err)
{
    struct fixture *fixture = request->user;
    assert_int_equal(request->err, err);
    fixture->done_count++;
    if (request == &fixture->second) {
        fixture->second_place = fixture->done_count;
    }
}

static void fixture_init_with(struct fixture *fixture, const struct test_pair_config *config)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->take_max = SIZE_MAX;
    fixture->read_end = NOT_DONE;
    fixture->request.user = fixture->second.user = fixture;
    test_pair_begin(&fixture->pair, config);
    fixture->pair.forward = fixture_event;
    fixture->pair.user = fixture;
    assert_int_equal(snet_duplex_new(fixture->pair.driver,
                                     fixture->pair.ends[TEST_PAIR_CLIENT].session, fixture,
                                     &fixture->duplex),
                     SNET_OK);
}

static void fixture_init(struct fixture *fixture)
{
    const struct test_pair_config config = test_pair_secure();
    fixture_init_with(fixture, &config);
}

static void fixture_deinit(struct fixture *fixture)
{
    if (fixture->duplex != NULL) {
        fixture_shut(fixture);
    }
    TEST_LOOP_UNTIL(&fixture->pair.loop, fixture->closed);
    test_pair_close(&fixture->pair);
}

static void fixture_write(struct fixture *fixture, snet_duplex_request *request,
                          const uint8_t *data, size_t len)
{
    request->err = NOT_DONE;
    snet_duplex_write(fixture->duplex, request, data, len, fixture_done);
}

static void server_shutdown(struct fixture *fixture)
{
    snet_session_shutdown(fixture->pair.ends[TEST_PAIR_SERVER].session,
                          snet_uv_now(fixture->pair.driver));
}

/* --- Refusals -------------------------------------------------------------------------------- */

static void duplex_new_without_memory_leaves_the_session(void **state)
{
    (void)state;
    struct test_pair pair;
    snet_duplex *duplex = NULL;
    test_pair_begin(&pair, NULL);
    test_memory_fail_at(1, false);
    assert_int_equal(
        snet_duplex_new(pair.driver, pair.ends[TEST_PAIR_CLIENT].session, NULL, &duplex),
        SNET_ERR_NO_MEMORY);
    assert_true(test_memory_heal());
    assert_null(snet_session_user(pair.ends[TEST_PAIR_CLIENT].session));
    test_pair_close(&pair);
}

static void duplex_refuses_requests_after_a_shutdown(void **state)
{
    (void)state;
    struct fixture fixture;
    snet_duplex_request third = {.user = &fixture};
    fixture_init(&fixture);
    snet_duplex_shutdown(fixture.duplex, &third, fixture_done);
    fixture_write(&fixture, &fixture.request, (const uint8_t *)"x", 1);
    snet_duplex_shutdown(fixture.duplex, &fixture.second, fixture_done);
    assert_int_equal(fixture.done_count, 0); /* never from within a call */
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.done_count == 3);
    assert_int_equal(fixture.request.err, SNET_ERR_STATE);
    assert_int_equal(fixture.second.err, SNET_ERR_STATE);
    assert_int_equal(third.err, SNET_OK);
    fixture_deinit(&fixture);
}

static void duplex_completes_what_waits_when_its_session_ends(void **state)
{
    (void)state;
    static uint8_t data[MORE_BYTES];
    struct fixture fixture;
    fixture_init(&fixture);
    snet_duplex_read_start(fixture.duplex, fixture_read);
    fixture_write(&fixture, &fixture.request, data, sizeof data);
    snet_duplex_shutdown(fixture.duplex, &fixture.second, fixture_done);
    snet_session_abort_with(fixture.pair.ends[TEST_PAIR_SERVER].session, SNET_CODE_APPLICATION,
                            "no more", snet_uv_now(fixture.pair.driver));
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.done_count == 2);
    assert_int_equal(fixture.request.err, SNET_ERR_PEER_ABORTED);
    assert_int_equal(fixture.second.err, SNET_ERR_PEER_ABORTED);
    assert_int_equal(fixture.read_end, SNET_ERR_PEER_ABORTED);
    assert_int_equal(snet_duplex_write_queue_bytes(fixture.duplex), 0);
    /* The same holds for what comes later. */
    fixture_write(&fixture, &fixture.request, data, 1);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.done_count == 3);
    assert_int_equal(fixture.request.err, SNET_ERR_STATE);
    fixture_deinit(&fixture);
}

static void duplex_completes_what_waits_when_it_is_closed(void **state)
{
    (void)state;
    static uint8_t data[MORE_BYTES];
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, &fixture.request, data, sizeof data);
    snet_duplex_shutdown(fixture.duplex, &fixture.second, fixture_done);
    fixture_shut(&fixture);
    assert_int_equal(fixture.done_count, 0);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.closed);
    assert_int_equal(fixture.done_count, 2);
    assert_int_equal(fixture.request.err, SNET_ERR_ABORTED);
    assert_int_equal(fixture.second.err, SNET_ERR_ABORTED);
    fixture_deinit(&fixture);
}

/* --- Reading --------------------------------------------------------------------------------- */

static void duplex_shows_what_was_there_before_it_read(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    test_loop_settle(&fixture.pair.loop);
    assert_int_equal(fixture.read, 0);
    snet_duplex_read_start(fixture.duplex, fixture_read);
    assert_int_equal(fixture.read, 0); /* never from within a call */
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.read == SOME_BYTES);
    fixture_deinit(&fixture);
}

static void duplex_shows_again_what_was_not_taken(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.take_max = 0;
    snet_duplex_read_start(fixture.duplex, fixture_read);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, 10);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.shown == 10);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, 5);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.shown == 15);
    fixture.take_max = 4;
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, 1);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.read == 4);
    test_loop_settle(&fixture.pair.loop);
    assert_int_equal(fixture.read, 4); /* it is not shown again until more comes */
    server_shutdown(&fixture);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.read_end == SNET_ERR_CLOSED);
    assert_int_equal(fixture.read, 16);
    fixture_deinit(&fixture);
}

static void duplex_reports_the_end_though_the_rest_is_not_taken(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.take_max = 0;
    snet_duplex_read_start(fixture.duplex, fixture_read);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, 10);
    server_shutdown(&fixture);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.read_end == SNET_ERR_CLOSED);
    assert_int_equal(fixture.read, 0);
    fixture_deinit(&fixture);
}

static void duplex_that_does_not_read_holds_the_other_end_back(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.stop = true;
    snet_duplex_read_start(fixture.duplex, fixture_read);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, 1);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.read == 1);
    size_t sent = 1;
    size_t before = 0;
    while (sent > before) {
        before = sent;
        sent += test_pair_write(&fixture.pair, TEST_PAIR_SERVER, MORE_BYTES);
        test_loop_settle(&fixture.pair.loop);
    }
    assert_int_equal(fixture.read, 1);
    fixture.stop = false;
    snet_duplex_read_start(fixture.duplex, fixture_read);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.read == sent);
    fixture_deinit(&fixture);
}

static void duplex_may_be_closed_by_its_reader(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.close = true;
    snet_duplex_read_start(fixture.duplex, fixture_read);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.closed);
    assert_true(fixture.read > 0);
    fixture_deinit(&fixture);
}

/* --- Writing --------------------------------------------------------------------------------- */

static void duplex_writes_requests_in_order_beyond_what_the_session_takes(void **state)
{
    (void)state;
    static uint8_t data[MORE_BYTES];
    struct fixture fixture;
    fixture_init(&fixture);
    test_pattern_fill(data, sizeof data, 0);
    fixture_write(&fixture, &fixture.request, data, sizeof data - 10);
    fixture_write(&fixture, &fixture.second, data + sizeof data - 10, 10);
    assert_true(snet_duplex_write_queue_bytes(fixture.duplex) > 10);
    test_loop_settle(&fixture.pair.loop);
    assert_int_equal(fixture.done_count, 0); /* the data is still the request's */
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == sizeof data);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.done_count == 2);
    assert_int_equal(fixture.second_place, 2);
    assert_int_equal(fixture.request.err, SNET_OK);
    assert_int_equal(snet_duplex_write_queue_bytes(fixture.duplex), 0);
    fixture_deinit(&fixture);
}

static void duplex_goes_on_over_a_new_connection(void **state)
{
    (void)state;
    static uint8_t data[MORE_BYTES];
    struct fixture fixture;
    fixture_init(&fixture);
    test_pattern_fill(data, sizeof data, 0);
    snet_duplex_read_start(fixture.duplex, fixture_read);
    fixture_write(&fixture, &fixture.request, data, sizeof data);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop, test_pair_read(&fixture.pair, TEST_PAIR_SERVER) > 0);
    test_pair_cut(&fixture.pair);
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS,
                         test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == sizeof data &&
                             fixture.read == SOME_BYTES);
    assert_int_equal(test_pair_count(&fixture.pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_RESUMED), 1);
    fixture_deinit(&fixture);
}

static void duplex_shutdown_is_done_when_the_other_end_has_all(void **state)
{
    (void)state;
    static uint8_t data[MORE_BYTES];
    struct fixture fixture;
    fixture_init(&fixture);
    test_pattern_fill(data, sizeof data, 0);
    snet_duplex_read_start(fixture.duplex, fixture_read);
    fixture_write(&fixture, &fixture.request, data, sizeof data);
    snet_duplex_shutdown(fixture.duplex, &fixture.second, fixture_done);
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == sizeof data);
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS, fixture.done_count == 2);
    assert_int_equal(fixture.second.err, SNET_OK);
    assert_int_equal(fixture.second_place, 2);
    /* The other direction goes on. */
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    server_shutdown(&fixture);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.read_end == SNET_ERR_CLOSED);
    assert_int_equal(fixture.read, SOME_BYTES);
    fixture_deinit(&fixture);
}

static void duplex_shutdown_without_acknowledgement_is_done_with_the_session(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init_with(&fixture, NULL);
    fixture_write(&fixture, &fixture.request, (const uint8_t *)"x", 1);
    snet_duplex_shutdown(fixture.duplex, &fixture.second, fixture_done);
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS, fixture.done_count == 2);
    assert_int_equal(fixture.second.err, SNET_OK);
    assert_int_equal(fixture.pair.ends[TEST_PAIR_CLIENT].ended, SNET_ERR_CLOSED);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duplex_new_without_memory_leaves_the_session),
        cmocka_unit_test(duplex_refuses_requests_after_a_shutdown),
        cmocka_unit_test(duplex_completes_what_waits_when_its_session_ends),
        cmocka_unit_test(duplex_completes_what_waits_when_it_is_closed),
        cmocka_unit_test(duplex_shows_what_was_there_before_it_read),
        cmocka_unit_test(duplex_shows_again_what_was_not_taken),
        cmocka_unit_test(duplex_reports_the_end_though_the_rest_is_not_taken),
        cmocka_unit_test(duplex_that_does_not_read_holds_the_other_end_back),
        cmocka_unit_test(duplex_may_be_closed_by_its_reader),
        cmocka_unit_test(duplex_writes_requests_in_order_beyond_what_the_session_takes),
        cmocka_unit_test(duplex_goes_on_over_a_new_connection),
        cmocka_unit_test(duplex_shutdown_is_done_when_the_other_end_has_all),
        cmocka_unit_test(duplex_shutdown_without_acknowledgement_is_done_with_the_session),
    };
    return cmocka_run_group_tests_name("duplex", tests, NULL, NULL);
}
