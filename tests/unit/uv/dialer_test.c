/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/dialer.h"

#include "tests/support/loop_pair.h"
#include "tests/support/memory.h"
#include "tests/support/resolver.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct snet_dialer *dialer_of(const struct test_pair *pair)
{
    struct snet_dialer *dialer = snet_session_driver(pair->ends[TEST_PAIR_CLIENT].session);
    assert_non_null(dialer);
    return dialer;
}

static bool client_had(const struct test_pair *pair, enum snet_core_event_type type)
{
    return test_pair_count(pair, TEST_PAIR_CLIENT, type) > 0;
}

static void dialer_refuses_what_is_no_address(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    struct snet_dialer *dialer = NULL;
    test_pair_open(&pair, &config);
    assert_int_equal(snet_dialer_new(pair.driver, "nowhere", &config.client, &dialer),
                     SNET_ERR_ADDRESS);
    assert_null(dialer);
    assert_int_equal(pair.driver->dialers.count, 0);
    test_pair_close(&pair);
}

static void dialer_refuses_without_memory(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    struct snet_dialer *dialer = NULL;
    test_pair_open(&pair, &config);
    test_memory_fail_at(1, false);
    assert_int_equal(snet_dialer_new(pair.driver, "127.0.0.1:1", &config.client, &dialer),
                     SNET_ERR_NO_MEMORY);
    assert_true(test_memory_heal());
    assert_null(dialer);
    assert_int_equal(pair.driver->dialers.count, 0);
    test_pair_close(&pair);
}

static void dialer_takes_its_options_from_the_history(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    struct snet_dialer *dialer = NULL;
    struct snet_client_config small = config.client;
    small.session.history_bytes = 80000;
    test_pair_open(&pair, &config);
    assert_int_equal(snet_dialer_new(pair.driver, "127.0.0.1:1", &small, &dialer), SNET_OK);
    assert_string_equal(dialer->address, "127.0.0.1:1");
    assert_int_equal(dialer->options.buffer_bytes, 10000);
    assert_int_equal(dialer->options.dead_peer_timeout_ms, 20000);
    assert_null(dialer->dial);
    snet_dialer_stop(dialer); /* there is nothing to stop */
    snet_dialer_free(dialer);
    assert_int_equal(pair.driver->dialers.count, 0);
    test_pair_close(&pair);
}

/* A session without a server tries until its time is over, and says why the last attempt failed. */
static void dialer_tries_again_until_the_session_gives_up(void **state)
{
    (void)state;
    struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    config.client.retry = true;
    test_pair_open(&pair, &config);
    const int closed =
        test_socket_listen("127.0.0.1:0", TEST_SOCKET_CLOSED, address, sizeof address);
    const uint64_t begin = snet_uv_now(pair.driver);
    test_pair_connect(&pair, &config.client, address);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS, client_had(&pair, SNET_CORE_EVENT_ENDED));
    assert_in_range(snet_uv_now(pair.driver) - begin, SNET_CONNECT_TIMEOUT_DEFAULT_NS,
                    SNET_CONNECT_TIMEOUT_DEFAULT_NS + 100 * SNET_MS_NS);
    assert_int_equal(pair.ends[TEST_PAIR_CLIENT].ended, SNET_ERR_CONNECT);
    assert_int_equal(snet_uv_session_os_err(pair.ends[TEST_PAIR_CLIENT].session), UV_ECONNREFUSED);
    assert_null(dialer_of(&pair)->dial);
    test_socket_close(closed);
    test_pair_close(&pair);
}

/* Nothing would become of a second attempt, so the session ends with the first. */
static void dialer_gives_up_at_once_when_it_is_refused(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_pair_open(&pair, &config);
    const int closed =
        test_socket_listen("127.0.0.1:0", TEST_SOCKET_CLOSED, address, sizeof address);
    const uint64_t begin = snet_uv_now(pair.driver);
    test_pair_connect(&pair, &config.client, address);
    TEST_LOOP_UNTIL(&pair.loop, client_had(&pair, SNET_CORE_EVENT_ENDED));
    assert_int_equal(snet_uv_now(pair.driver), begin);
    assert_int_equal(pair.ends[TEST_PAIR_CLIENT].ended, SNET_ERR_CONNECT);
    assert_int_equal(snet_uv_session_os_err(pair.ends[TEST_PAIR_CLIENT].session), UV_ECONNREFUSED);
    test_socket_close(closed);
    test_pair_close(&pair);
}

static void dialer_connects_when_the_server_comes_late(void **state)
{
    (void)state;
    struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    int os_err = 0;
    config.client.retry = true;
    test_pair_open(&pair, &config);
    const int closed =
        test_socket_listen("127.0.0.1:0", TEST_SOCKET_CLOSED, address, sizeof address);
    test_pair_connect(&pair, &config.client, address);
    TEST_LOOP_UNTIL(&pair.loop, dialer_of(&pair)->os_err == UV_ECONNREFUSED);
    test_socket_close(closed);
    assert_int_equal(snet_uv_serve(pair.driver, address, &config.server, &pair.server, &os_err),
                     SNET_OK);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS, client_had(&pair, SNET_CORE_EVENT_OPENED));
    assert_int_equal(dialer_of(&pair)->os_err, 0);
    assert_null(dialer_of(&pair)->dial);
    test_pair_close(&pair);
}

static void dialer_without_memory_tries_again_later(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    /* What fails is one of: the dial, the streams, the links, their conns. */
    for (size_t number = 1; number <= 6; number++) {
        struct test_pair pair;
        test_pair_open(&pair, &config);
        test_pair_connect(&pair, &config.client, snet_uv_server_address(pair.server));
        test_memory_fail_at(number, false);
        TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS,
                             client_had(&pair, SNET_CORE_EVENT_OPENED));
        assert_true(test_memory_heal());
        test_pair_close(&pair);
    }
}

static void dialer_stopped_connects_no_more(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_pair_open(&pair, &config);
    const int listener = test_socket_listen("127.0.0.1:0", 1, address, sizeof address);
    test_pair_connect(&pair, &config.client, address);
    snet_dialer_dial(dialer_of(&pair));
    assert_non_null(dialer_of(&pair)->dial);
    snet_session_abort(pair.ends[TEST_PAIR_CLIENT].session, snet_uv_now(pair.driver));
    TEST_LOOP_UNTIL(&pair.loop, client_had(&pair, SNET_CORE_EVENT_ENDED));
    assert_null(dialer_of(&pair)->dial);
    test_loop_settle(&pair.loop);
    assert_int_equal(accept(listener, NULL, NULL), -1);
    test_socket_close(listener);
    test_pair_close(&pair);
}

static void dialer_freed_while_it_dials_leaves_nothing(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    struct test_silent silent;
    test_silent_open(&silent, "127.0.0.1:0");
    test_pair_open(&pair, &config);
    test_pair_connect(&pair, &config.client, silent.address);
    TEST_LOOP_UNTIL(&pair.loop, dialer_of(&pair)->dial != NULL);
    test_loop_settle(&pair.loop);
    snet_session_free(pair.ends[TEST_PAIR_CLIENT].session, snet_uv_now(pair.driver));
    test_loop_settle(&pair.loop);
    assert_int_equal(pair.driver->dialers.count, 0);
    test_pair_close(&pair);
    test_silent_close(&silent);
}

/* The name has other addresses in the new network: it must be looked up again. */
static void dialer_starts_over_when_the_network_changed(void **state)
{
    static const char *const hosts[] = {"127.0.0.2", "127.0.0.1"};
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    struct test_silent silent;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_pair_open(&pair, &config);
    const char *port = test_socket_port(snet_uv_server_address(pair.server));
    (void)snprintf(address, sizeof address, "127.0.0.2:%s", port);
    test_silent_open(&silent, address);
    (void)snprintf(address, sizeof address, "moving.test:%s", port);
    test_resolver_set("moving.test", hosts, 1);
    test_pair_connect(&pair, &config.client, address);
    TEST_LOOP_UNTIL(&pair.loop, dialer_of(&pair)->dial != NULL);
    test_loop_settle(&pair.loop);
    test_resolver_set("moving.test", hosts + 1, 1);
    snet_dialer_network_changed(dialer_of(&pair));
    TEST_LOOP_UNTIL(&pair.loop, client_had(&pair, SNET_CORE_EVENT_OPENED));
    test_silent_close(&silent);
    test_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialer_refuses_what_is_no_address),
        cmocka_unit_test(dialer_refuses_without_memory),
        cmocka_unit_test(dialer_takes_its_options_from_the_history),
        cmocka_unit_test(dialer_tries_again_until_the_session_gives_up),
        cmocka_unit_test(dialer_gives_up_at_once_when_it_is_refused),
        cmocka_unit_test(dialer_connects_when_the_server_comes_late),
        cmocka_unit_test(dialer_without_memory_tries_again_later),
        cmocka_unit_test(dialer_stopped_connects_no_more),
        cmocka_unit_test(dialer_freed_while_it_dials_leaves_nothing),
        cmocka_unit_test(dialer_starts_over_when_the_network_changed),
    };
    return cmocka_run_group_tests_name("dialer", tests, NULL, NULL);
}
