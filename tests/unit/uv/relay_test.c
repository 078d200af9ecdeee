/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/relay.h"

#include "tests/support/loop_pair.h"
#include "tests/support/memory.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"

#include <string.h>
#include <sys/socket.h>

#define SOME_BYTES 10000u
#define MORE_BYTES (64u << 20) /* than session, relay and sockets hold together */

/* A relay at the client's end; the server's end and the program behind the relay are the test. */
struct fixture {
    struct test_pair pair;
    struct snet_relay *relay; /* NULL when gone */
    int program;
    uint64_t program_read;
    unsigned local_ends;
    snet_err done;
};

static void fixture_event(void *user, const struct snet_core_event *event)
{
    struct fixture *fixture = user;
    if (event->server == NULL && fixture->relay != NULL) {
        snet_relay_event(fixture->relay, event);
    }
}

static void fixture_local_end(void *user)
{
    ((struct fixture *)user)->local_ends++;
}

static void fixture_done(void *user, snet_err err)
{
    struct fixture *fixture = user;
    fixture->relay = NULL;
    fixture->pair.ends[TEST_PAIR_CLIENT].session = NULL;
    fixture->done = err;
}

static void fixture_init(struct fixture *fixture, const struct test_pair_config *config)
{
    memset(fixture, 0, sizeof *fixture);
    test_pair_begin(&fixture->pair, config);
    fixture->pair.forward = fixture_event;
    fixture->pair.user = fixture;
    const struct snet_relay_config relay_config = {
        .on_local_end = fixture_local_end, .on_done = fixture_done, .user = fixture};
    assert_int_equal(snet_relay_new(fixture->pair.driver,
                                    fixture->pair.ends[TEST_PAIR_CLIENT].session, &relay_config,
                                    &fixture->relay),
                     SNET_OK);
    snet_relay_start(fixture->relay,
                     test_socket_stream(&fixture->pair.loop, AF_INET, &fixture->program));
}

/* The relay must be gone by now. */
static void fixture_deinit(struct fixture *fixture)
{
    assert_null(fixture->relay);
    test_socket_close(fixture->program);
    test_pair_close(&fixture->pair);
}

/* Ends what a test has left. */
static void fixture_abort(struct fixture *fixture)
{
    snet_session_abort(fixture->relay->session, snet_uv_now(fixture->pair.driver));
    TEST_LOOP_UNTIL(&fixture->pair.loop, fixture->relay == NULL);
    fixture_deinit(fixture);
}

/* Reads what is there for the program; returns how many bytes all reads together had. */
static uint64_t program_read(struct fixture *fixture)
{
    fixture->program_read += test_socket_read(fixture->program, fixture->program_read, MORE_BYTES);
    return fixture->program_read;
}

static void relay_new_refuses_without_memory(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    test_memory_fail_at(1, false);
    const struct snet_relay_config relay_config = {.user = NULL};
    snet_relay *relay = NULL;
    assert_int_equal(
        snet_relay_new(pair.driver, pair.ends[TEST_PAIR_CLIENT].session, &relay_config, &relay),
        SNET_ERR_NO_MEMORY);
    assert_true(test_memory_heal());
    assert_null(relay);
    assert_null(snet_session_user(pair.ends[TEST_PAIR_CLIENT].session));
    test_pair_close(&pair);
}

static void relay_aborts_the_session_when_its_stream_breaks(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    test_socket_reset(fixture.program);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.relay == NULL);
    assert_int_equal(fixture.done, SNET_ERR_ABORTED);
    assert_int_equal(fixture.local_ends, 0);
    fixture_deinit(&fixture);
}

static void relay_resets_the_stream_when_its_session_is_lost(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    snet_session_abort(fixture.relay->session, snet_uv_now(fixture.pair.driver));
    assert_int_equal(test_socket_await_end(&fixture.pair.loop, fixture.program), UV_ECONNRESET);
    assert_int_equal(fixture.done, SNET_ERR_ABORTED);
    fixture_deinit(&fixture);
}

static void relay_passes_bytes_both_ways(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    assert_int_equal(test_socket_write(fixture.program, 0, SOME_BYTES), SOME_BYTES);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop, program_read(&fixture) == SOME_BYTES);
    assert_null(fixture.relay->buffer); /* an idle relay holds none */
    fixture_abort(&fixture);
}

static void relay_does_not_read_what_the_session_cannot_take(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    size_t written = 0;
    size_t before = 0;
    do {
        before = written;
        written += test_socket_write(fixture.program, written, MORE_BYTES - written);
        test_loop_settle(&fixture.pair.loop);
    } while (written > before);
    assert_true(written < MORE_BYTES);
    assert_false(fixture.relay->reading);
    /* All of it arrives when the server reads, and the relay reads on. */
    TEST_LOOP_UNTIL(&fixture.pair.loop, test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == written);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.relay->reading);
    fixture_abort(&fixture);
}

/* No event would make it read again. */
static void relay_without_memory_reads_as_soon_as_there_is_some(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    test_loop_settle(&fixture.pair.loop);
    test_memory_fail_at(1, true);
    assert_int_equal(test_socket_write(fixture.program, 0, SOME_BYTES), SOME_BYTES);
    for (unsigned i = 0; i < 10; i++) {
        (void)uv_run(&fixture.pair.loop.uv, UV_RUN_NOWAIT);
    }
    assert_true(test_memory_heal());
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == SOME_BYTES);
    fixture_abort(&fixture);
}

static void relay_leaves_in_the_session_what_the_stream_cannot_take(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    size_t written = 0;
    size_t before = 0;
    do {
        before = written;
        written += test_pair_write(&fixture.pair, TEST_PAIR_SERVER, MORE_BYTES - written);
        test_loop_settle(&fixture.pair.loop);
    } while (written > before && written < MORE_BYTES);
    assert_false(snet_stream_writer_is_idle(&fixture.relay->writer));
    TEST_LOOP_UNTIL(&fixture.pair.loop, program_read(&fixture) == written);
    fixture_abort(&fixture);
}

static void relay_passes_the_end_of_the_stream_on_after_its_last_byte(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    assert_int_equal(test_socket_write(fixture.program, 0, SOME_BYTES), SOME_BYTES);
    assert_int_equal(shutdown(fixture.program, SHUT_WR), 0);
    TEST_LOOP_UNTIL(&fixture.pair.loop, fixture.local_ends > 0);
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == SOME_BYTES);
    /* The other direction goes on. */
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop, program_read(&fixture) == SOME_BYTES);
    fixture_abort(&fixture);
}

static void relay_ends_the_stream_in_order_after_a_clean_end(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    snet_session_shutdown(fixture.pair.ends[TEST_PAIR_SERVER].session,
                          snet_uv_now(fixture.pair.driver));
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS, fixture.relay == NULL);
    assert_int_equal(fixture.done, SNET_ERR_CLOSED);
    TEST_LOOP_UNTIL(&fixture.pair.loop, program_read(&fixture) == SOME_BYTES);
    assert_int_equal(test_socket_await_end(&fixture.pair.loop, fixture.program), UV_EOF);
    fixture_deinit(&fixture);
}

/* --- Forgiving ------------------------------------------------------------------------------- */

static void relay_that_forgives_delivers_what_a_broken_stream_has_sent(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, NULL);
    fixture.relay->forgives = true;
    fixture.relay->config.on_local_end = NULL;
    assert_int_equal(test_socket_write(fixture.program, 0, SOME_BYTES), SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == SOME_BYTES);
    test_socket_reset(fixture.program);
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS, fixture.relay == NULL);
    assert_int_equal(fixture.done, SNET_ERR_CLOSED);
    fixture_deinit(&fixture);
}

/* --- With half-close ------------------------------------------------------------------------- */

static void fixture_init_secure(struct fixture *fixture)
{
    const struct test_pair_config config = test_pair_secure();
    fixture_init(fixture, &config);
}

/* Whether the server's end knows that the client's writes no more. */
static bool server_at_end(const struct fixture *fixture)
{
    struct snet_span span;
    size_t count = 0;
    return snet_session_peek(fixture->pair.ends[TEST_PAIR_SERVER].session, &span, 1, &count) ==
           SNET_ERR_CLOSED;
}

static void server_shutdown(struct fixture *fixture)
{
    snet_session_shutdown(fixture->pair.ends[TEST_PAIR_SERVER].session,
                          snet_uv_now(fixture->pair.driver));
}

static void relay_passes_the_end_of_its_stream_on_and_still_gets_the_answer(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init_secure(&fixture);
    assert_int_equal(test_socket_write(fixture.program, 0, SOME_BYTES), SOME_BYTES);
    assert_int_equal(shutdown(fixture.program, SHUT_WR), 0);
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == SOME_BYTES &&
                        server_at_end(&fixture));
    assert_int_equal(fixture.local_ends, 0); /* no wait for silence is needed */
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop, program_read(&fixture) == SOME_BYTES);
    server_shutdown(&fixture);
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS, fixture.relay == NULL);
    assert_int_equal(fixture.done, SNET_ERR_CLOSED);
    assert_int_equal(test_socket_await_end(&fixture.pair.loop, fixture.program), UV_EOF);
    fixture_deinit(&fixture);
}

static void relay_ends_its_stream_and_still_reads_from_it(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init_secure(&fixture);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, SOME_BYTES);
    server_shutdown(&fixture);
    TEST_LOOP_UNTIL(&fixture.pair.loop, program_read(&fixture) == SOME_BYTES);
    assert_int_equal(test_socket_await_end(&fixture.pair.loop, fixture.program), UV_EOF);
    assert_non_null(fixture.relay);
    assert_int_equal(test_socket_write(fixture.program, 0, SOME_BYTES), SOME_BYTES);
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_read(&fixture.pair, TEST_PAIR_SERVER) == SOME_BYTES);
    assert_int_equal(shutdown(fixture.program, SHUT_WR), 0);
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS, fixture.relay == NULL);
    assert_int_equal(fixture.done, SNET_ERR_CLOSED);
    fixture_deinit(&fixture);
}

static void relay_reports_to_the_other_end_why_it_aborts(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init_secure(&fixture);
    test_socket_reset(fixture.program);
    TEST_LOOP_UNTIL(&fixture.pair.loop,
                    test_pair_count(&fixture.pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_ENDED) == 1);
    assert_int_equal(fixture.pair.ends[TEST_PAIR_SERVER].ended, SNET_ERR_PEER_ABORTED);
    struct snet_session_info info;
    snet_session_get_info(fixture.pair.ends[TEST_PAIR_SERVER].session, &info);
    assert_int_equal(info.peer_code, SNET_RELAY_CODE_BROKEN);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relay_new_refuses_without_memory),
        cmocka_unit_test(relay_aborts_the_session_when_its_stream_breaks),
        cmocka_unit_test(relay_resets_the_stream_when_its_session_is_lost),
        cmocka_unit_test(relay_passes_bytes_both_ways),
        cmocka_unit_test(relay_does_not_read_what_the_session_cannot_take),
        cmocka_unit_test(relay_without_memory_reads_as_soon_as_there_is_some),
        cmocka_unit_test(relay_leaves_in_the_session_what_the_stream_cannot_take),
        cmocka_unit_test(relay_passes_the_end_of_the_stream_on_after_its_last_byte),
        cmocka_unit_test(relay_ends_the_stream_in_order_after_a_clean_end),
        cmocka_unit_test(relay_that_forgives_delivers_what_a_broken_stream_has_sent),
        cmocka_unit_test(relay_passes_the_end_of_its_stream_on_and_still_gets_the_answer),
        cmocka_unit_test(relay_ends_its_stream_and_still_reads_from_it),
        cmocka_unit_test(relay_reports_to_the_other_end_why_it_aborts),
    };
    return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
