/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* <snet/uv.h>, put together in uv/uv.c. */
#include "tests/support/death.h"
#include "tests/support/loop_pair.h"
#include "tests/support/memory.h"
#include "tests/support/resolver.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"
#include "uv/driver.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define UV_ALLOCATIONS_MAX 50u

static void ignore_event(void *user, const struct snet_core_event *event)
{
    (void)user;
    (void)event;
}

static const struct snet_uv_config driver_config = {.on_event = ignore_event};

/* Whether both ends have reported this many resumes of the session. */
static bool resumed(const struct test_pair *pair, unsigned count)
{
    return test_pair_count(pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_RESUMED) == count &&
           test_pair_count(pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_RESUMED) == count;
}

static void uv_new_refuses_a_program_that_takes_no_events(void **state)
{
    (void)state;
    const struct snet_uv_config config = {.on_event = NULL};
    struct test_loop loop;
    snet_uv *driver = NULL;
    test_loop_open(&loop);
    assert_int_equal(snet_uv_new(&loop.uv, &config, &driver), SNET_ERR_INVALID);
    assert_null(driver);
    test_loop_close(&loop);
}

static void uv_new_refuses_a_budget_below_one_page(void **state)
{
    (void)state;
    const struct snet_uv_config config = {.on_event = ignore_event,
                                          .core = {.send_budget_bytes = 1}};
    struct test_loop loop;
    snet_uv *driver = NULL;
    test_loop_open(&loop);
    assert_int_equal(snet_uv_new(&loop.uv, &config, &driver), SNET_ERR_INVALID);
    assert_null(driver);
    test_loop_close(&loop);
}

static void uv_new_without_memory_leaves_nothing(void **state)
{
    (void)state;
    struct test_loop loop;
    snet_uv *driver = NULL;
    test_loop_open(&loop);
    for (unsigned number = 1; driver == NULL; number++) {
        assert_in_range(number, 1, UV_ALLOCATIONS_MAX);
        test_memory_fail_at(number, false);
        const snet_err err = snet_uv_new(&loop.uv, &driver_config, &driver);
        assert_int_equal(err, test_memory_heal() ? SNET_ERR_NO_MEMORY : SNET_OK);
    }
    snet_uv_free(driver);
    test_loop_close(&loop);
}

static void uv_connect_refuses_bad_addresses_and_wires(void **state)
{
    (void)state;
    const struct snet_client_config good = {.wire = SNET_WIRE_2};
    const struct snet_client_config bad = {.wire = (enum snet_wire)77};
    struct test_loop loop;
    snet_uv *driver = NULL;
    snet_session *session = NULL;
    test_loop_open(&loop);
    assert_int_equal(snet_uv_new(&loop.uv, &driver_config, &driver), SNET_OK);
    assert_int_equal(snet_uv_connect(driver, "nowhere", &good, &session), SNET_ERR_ADDRESS);
    assert_int_equal(snet_uv_connect(driver, "127.0.0.1:1", &bad, &session), SNET_ERR_INVALID);
    assert_null(session);
    assert_int_equal(driver->dialers.count, 0);
    snet_uv_free(driver);
    test_loop_close(&loop);
}

static void uv_connect_without_memory_leaves_nothing(void **state)
{
    (void)state;
    const struct snet_client_config config = {.wire = SNET_WIRE_2};
    struct test_loop loop;
    snet_uv *driver = NULL;
    snet_session *session = NULL;
    test_loop_open(&loop);
    assert_int_equal(snet_uv_new(&loop.uv, &driver_config, &driver), SNET_OK);
    for (unsigned number = 1; session == NULL; number++) {
        assert_in_range(number, 1, UV_ALLOCATIONS_MAX);
        assert_int_equal(driver->dialers.count, 0);
        test_memory_fail_at(number, false);
        const snet_err err = snet_uv_connect(driver, "127.0.0.1:1", &config, &session);
        assert_int_equal(err, test_memory_heal() ? SNET_ERR_NO_MEMORY : SNET_OK);
    }
    snet_uv_free(driver);
    test_loop_close(&loop);
}

static void uv_serve_refuses_what_cannot_be_served(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    const struct snet_server_config no_wires = {.wires = 0};
    struct test_pair pair;
    snet_uv_server *server = NULL;
    int os_err = 0;
    test_pair_open(&pair, &config);
    const char *taken = snet_uv_server_address(pair.server);
    assert_int_equal(snet_uv_serve(pair.driver, "x", &config.server, &server, &os_err),
                     SNET_ERR_ADDRESS);
    assert_int_equal(snet_uv_serve(pair.driver, "nowhere.test:0", &config.server, &server, &os_err),
                     SNET_ERR_RESOLVE);
    assert_int_equal(os_err, UV_EAI_NONAME);
    assert_int_equal(snet_uv_serve(pair.driver, taken, &config.server, &server, &os_err),
                     SNET_ERR_LISTEN);
    assert_int_equal(os_err, UV_EADDRINUSE);
    assert_int_equal(snet_uv_serve(pair.driver, "127.0.0.1:0", &no_wires, &server, &os_err),
                     SNET_ERR_INVALID);
    assert_null(server);
    assert_int_equal(pair.driver->servers.count, 1);
    test_pair_close(&pair);
}

static void uv_serve_without_memory_leaves_nothing(void **state)
{
    (void)state;
    const struct snet_server_config config = {.wires = SNET_WIRE_2};
    struct test_loop loop;
    snet_uv *driver = NULL;
    snet_uv_server *server = NULL;
    int os_err = 0;
    test_loop_open(&loop);
    assert_int_equal(snet_uv_new(&loop.uv, &driver_config, &driver), SNET_OK);
    for (unsigned number = 1; server == NULL; number++) {
        assert_in_range(number, 1, UV_ALLOCATIONS_MAX);
        assert_int_equal(driver->servers.count, 0);
        test_memory_fail_at(number, false);
        const snet_err err = snet_uv_serve(driver, "127.0.0.1:0", &config, &server, &os_err);
        assert_int_equal(err, test_memory_heal() ? SNET_ERR_NO_MEMORY : SNET_OK);
    }
    snet_uv_free(driver);
    test_loop_close(&loop);
}

/* Whatever it fails for: a bad config, or memory. */
static void uv_serve_fd_closes_the_socket_when_it_fails(void **state)
{
    (void)state;
    const struct snet_server_config good = {.wires = SNET_WIRE_2};
    const struct snet_server_config bad = {.wires = SNET_WIRE_3}; /* without a key */
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    struct test_loop loop;
    snet_uv *driver = NULL;
    snet_uv_server *server = NULL;
    int os_err = 0;
    test_loop_open(&loop);
    assert_int_equal(snet_uv_new(&loop.uv, &driver_config, &driver), SNET_OK);
    for (unsigned number = 0; server == NULL; number++) {
        assert_in_range(number, 0, UV_ALLOCATIONS_MAX);
        const int fd = test_socket_listen("127.0.0.1:0", 1, address, sizeof address);
        test_memory_fail_at(number, false);
        const snet_err err =
            snet_uv_serve_fd(driver, fd, number == 0 ? &bad : &good, &server, &os_err);
        const snet_err wanted = test_memory_heal() ? SNET_ERR_NO_MEMORY : SNET_OK;
        assert_int_equal(err, number == 0 ? SNET_ERR_INVALID : wanted);
        assert_int_equal(fcntl(fd, F_GETFD) == -1, server == NULL);
        assert_int_equal(driver->servers.count, server != NULL);
    }
    snet_uv_free(driver);
    test_loop_close(&loop);
}

static unsigned user_timeout_ms(const struct test_pair *pair)
{
    int value = 0;
    socklen_t len = sizeof value;
    assert_int_equal(getsockopt(test_pair_socket(pair, TEST_PAIR_SERVER), IPPROTO_TCP,
                                TCP_USER_TIMEOUT, &value, &len),
                     0);
    return (unsigned)value;
}

static void uv_server_update_counts_for_the_next_connection(void **state)
{
    (void)state;
    struct test_pair_config config = test_pair_secure();
    struct test_pair pair;
    test_pair_begin(&pair, &config);
    assert_int_equal(user_timeout_ms(&pair), 20000);
    config.server.session.dead_peer_timeout_ns = 7 * SNET_SECOND_NS;
    config.server.ended_keep_ns = 1;
    assert_int_equal(snet_uv_server_update(pair.server, &config.server), SNET_ERR_INVALID);
    test_pair_cut(&pair);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS, resumed(&pair, 1));
    assert_int_equal(user_timeout_ms(&pair), 20000);
    config.server.ended_keep_ns = 0;
    assert_int_equal(snet_uv_server_update(pair.server, &config.server), SNET_OK);
    assert_int_equal(user_timeout_ms(&pair), 20000);
    test_pair_cut(&pair);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS, resumed(&pair, 2));
    assert_int_equal(user_timeout_ms(&pair), 7000);
    test_pair_close(&pair);
}

static void uv_server_update_ends_sessions_of_a_key_that_went_at_both_ends(void **state)
{
    (void)state;
    const struct snet_key other = {{4, 5, 6}};
    struct test_pair_config config = test_pair_secure();
    struct test_pair pair;
    test_pair_begin(&pair, &config);
    config.server.keys.secrets = &other;
    assert_int_equal(snet_uv_server_update(pair.server, &config.server), SNET_OK);
    TEST_LOOP_UNTIL(&pair.loop,
                    test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_ENDED) == 1 &&
                        test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_ENDED) == 1);
    assert_int_equal(pair.ends[TEST_PAIR_CLIENT].ended, SNET_ERR_DENIED);
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].ended, SNET_ERR_DENIED);
    test_pair_close(&pair);
}

static void uv_is_not_freed_within_its_events(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    pair.driver->draining = true;
    ASSERT_ABORTS(snet_uv_free(pair.driver));
    pair.driver->draining = false;
    test_pair_close(&pair);
    snet_uv_free(NULL);
}

static void uv_has_a_time_that_goes_on(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    test_pair_open(&pair, &config);
    const uint64_t before = snet_uv_now(pair.driver);
    assert_int_not_equal(before, 0);
    test_loop_pass(&pair.loop, 7);
    assert_int_equal(snet_uv_now(pair.driver), before + 7 * SNET_MS_NS);
    test_pair_close(&pair);
}

/* A loop stops when it has nothing to wait for: that a session wants a connection must count. */
static void uv_connects_on_a_loop_with_nothing_else(void **state)
{
    (void)state;
    const struct snet_client_config config = {.wire = SNET_WIRE_2};
    struct test_loop loop;
    snet_uv *driver = NULL;
    snet_session *session = NULL;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_loop_open(&loop);
    const int listener = test_socket_listen("127.0.0.1:0", 1, address, sizeof address);
    assert_int_equal(snet_uv_new(&loop.uv, &driver_config, &driver), SNET_OK);
    assert_int_equal(uv_loop_alive(&loop.uv), 0);
    assert_int_equal(snet_uv_connect(driver, address, &config, &session), SNET_OK);
    assert_int_not_equal(uv_loop_alive(&loop.uv), 0);
    int peer = -1;
    TEST_LOOP_UNTIL(&loop, (peer = accept(listener, NULL, NULL)) >= 0);
    test_socket_close(peer);
    test_socket_close(listener);
    snet_uv_free(driver);
    test_loop_close(&loop);
}

static void uv_carries_bytes_both_ways(void **state)
{
    (void)state;
    struct test_pair pair;
    char text[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_pair_begin(&pair, NULL);
    test_pair_send(&pair, TEST_PAIR_CLIENT, 1000);
    test_pair_send(&pair, TEST_PAIR_SERVER, 30000);
    TEST_LOOP_UNTIL(&pair.loop, test_pair_read(&pair, TEST_PAIR_SERVER) == 1000);
    TEST_LOOP_UNTIL(&pair.loop, test_pair_read(&pair, TEST_PAIR_CLIENT) == 30000);
    snet_uv_session_peer(pair.ends[TEST_PAIR_CLIENT].session, text, sizeof text);
    assert_string_equal(text, snet_uv_server_address(pair.server));
    assert_int_equal(snet_uv_session_os_err(pair.ends[TEST_PAIR_CLIENT].session), 0);
    assert_int_equal(snet_uv_session_os_err(pair.ends[TEST_PAIR_SERVER].session), 0);
    test_pair_close(&pair);
}

static void uv_resumes_each_time_its_connection_is_reset(void **state)
{
    (void)state;
    struct test_pair pair;
    char text[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_pair_begin(&pair, NULL);
    for (unsigned count = 1; count <= 5; count++) {
        /* Bytes are on their way when it happens, and some are written without a connection. */
        test_pair_send(&pair, TEST_PAIR_CLIENT, 20000);
        test_pair_cut(&pair);
        TEST_LOOP_UNTIL(&pair.loop,
                        test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_LOST) == count);
        snet_uv_session_peer(pair.ends[TEST_PAIR_CLIENT].session, text, sizeof text);
        assert_string_equal(text, "-");
        assert_int_equal(test_pair_write(&pair, TEST_PAIR_SERVER, 100), 100);
        TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS, resumed(&pair, count));
        TEST_LOOP_UNTIL(&pair.loop,
                        test_pair_read(&pair, TEST_PAIR_SERVER) == 20000 * (uint64_t)count);
        TEST_LOOP_UNTIL(&pair.loop,
                        test_pair_read(&pair, TEST_PAIR_CLIENT) == 100 * (uint64_t)count);
    }
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_ENDED), 0);
    test_pair_close(&pair);
}

static void uv_ends_both_ends_when_the_server_ends(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    test_pair_send(&pair, TEST_PAIR_SERVER, 10000);
    snet_session_shutdown(pair.ends[TEST_PAIR_SERVER].session, snet_uv_now(pair.driver));
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS,
                         test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_ENDED) == 1 &&
                             test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_ENDED) == 1);
    assert_int_equal(pair.ends[TEST_PAIR_CLIENT].ended, SNET_ERR_CLOSED);
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].ended, SNET_ERR_CLOSED);
    assert_int_equal(test_pair_read(&pair, TEST_PAIR_CLIENT), 10000);
    test_pair_close(&pair);
}

static void uv_ends_a_client_that_ends_and_its_server_waits(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    test_pair_send(&pair, TEST_PAIR_CLIENT, 10000);
    snet_session_shutdown(pair.ends[TEST_PAIR_CLIENT].session, snet_uv_now(pair.driver));
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS,
                         test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_ENDED) == 1);
    assert_int_equal(pair.ends[TEST_PAIR_CLIENT].ended, SNET_ERR_CLOSED);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST), 1);
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].lost, SNET_ERR_LINK_FIN);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_ENDED), 0);
    assert_int_equal(test_pair_read(&pair, TEST_PAIR_SERVER), 10000);
    test_loop_pass(&pair.loop, SNET_RESUME_TIMEOUT_DEFAULT_NS / SNET_MS_NS);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_ENDED), 1);
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].ended, SNET_ERR_EXPIRED);
    test_pair_close(&pair);
}

static void uv_moves_a_live_session_when_the_network_changed(void **state)
{
    (void)state;
    struct test_pair pair;
    char before[SNET_STREAM_ADDRESS_MAX_BYTES];
    char after[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_pair_begin(&pair, NULL);
    snet_uv_session_peer(pair.ends[TEST_PAIR_SERVER].session, before, sizeof before);
    snet_uv_network_changed(pair.driver);
    TEST_LOOP_UNTIL(&pair.loop, resumed(&pair, 1));
    snet_uv_session_peer(pair.ends[TEST_PAIR_SERVER].session, after, sizeof after);
    assert_string_not_equal(before, after);
    assert_int_equal(test_pair_write(&pair, TEST_PAIR_CLIENT, 1000), 1000);
    TEST_LOOP_UNTIL(&pair.loop, test_pair_read(&pair, TEST_PAIR_SERVER) == 1000);
    test_pair_close(&pair);
}

/* A session without a link tries at once when it is told, or when the addresses have changed. */
static void check_tries_at_once(bool told)
{
    struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    int os_err = 0;
    config.client.retry = true;
    test_pair_open(&pair, &config);
    const int closed =
        test_socket_listen("127.0.0.1:0", TEST_SOCKET_CLOSED, address, sizeof address);
    test_pair_connect(&pair, &config.client, address);
    const snet_session *session = pair.ends[TEST_PAIR_CLIENT].session;
    TEST_LOOP_UNTIL(&pair.loop, snet_uv_session_os_err(session) == UV_ECONNREFUSED);
    test_socket_close(closed);
    assert_int_equal(snet_uv_serve(pair.driver, address, &config.server, &pair.server, &os_err),
                     SNET_OK);
    test_loop_settle(&pair.loop);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_OPENED), 0);
    if (told) {
        snet_uv_network_changed(pair.driver);
    } else {
        snet_uv_watch_network(pair.driver);
        pair.driver->network.on_change(pair.driver->network.user);
    }
    TEST_LOOP_UNTIL(&pair.loop,
                    test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_OPENED) == 1);
    assert_int_equal(snet_uv_session_os_err(session), 0);
    test_pair_close(&pair);
}

static void uv_tries_at_once_when_the_network_changed(void **state)
{
    (void)state;
    check_tries_at_once(true);
    check_tries_at_once(false);
}

/* Interfaces of others come and go: the session would have the address that it has. */
static void uv_watches_the_network_and_leaves_a_path_that_is_as_it_was(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    snet_uv_watch_network(pair.driver);
    for (unsigned i = 0; i < 3; i++) {
        test_loop_pass(&pair.loop, SNET_NETWATCH_POLL_MS);
    }
    assert_true(resumed(&pair, 0));
    pair.driver->network.fingerprint ^= 2; /* what it saw was another network */
    for (unsigned i = 0; i < 2 * SNET_NETWATCH_SETTLE_LOOKS; i++) {
        test_loop_pass(&pair.loop, SNET_NETWATCH_POLL_MS);
    }
    assert_int_equal(pair.driver->looks_left, 0);
    assert_true(resumed(&pair, 0));
    test_pair_close(&pair);
}

static void uv_that_drains_resumes_but_opens_nothing_new(void **state)
{
    (void)state;
    struct test_pair pair;
    const struct test_pair_config config = test_pair_defaults();
    test_pair_begin(&pair, NULL);
    snet_uv_server_drain(pair.server);
    test_pair_cut(&pair);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS, resumed(&pair, 1));
    snet_session *second = NULL;
    assert_int_equal(
        snet_uv_connect(pair.driver, snet_uv_server_address(pair.server), &config.client, &second),
        SNET_OK);
    TEST_LOOP_UNTIL(&pair.loop, pair.note_count > 0);
    assert_int_equal(pair.note.kind, SNET_NOTE_LINK_REFUSED);
    assert_int_equal(pair.note.err, SNET_ERR_DRAINING);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_OPENED), 1);
    test_pair_close(&pair);
}

static void uv_session_given_back_is_gone_with_its_connection(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    snet_session_free(NULL, snet_uv_now(pair.driver));
    snet_session_free(pair.ends[TEST_PAIR_CLIENT].session, snet_uv_now(pair.driver));
    test_loop_settle(&pair.loop);
    assert_int_equal(pair.driver->dialers.count, 0);
    TEST_LOOP_UNTIL(&pair.loop,
                    test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST) == 1);
    assert_int_equal(pair.driver->conns.count, 0);
    snet_session_free(pair.ends[TEST_PAIR_SERVER].session, snet_uv_now(pair.driver));
    test_pair_close(&pair);
}

/* Whatever a session is at: resolving, connecting, in its handshake, open, or lost. */
static void uv_freed_with_live_sessions_leaves_nothing(void **state)
{
    (void)state;
    struct test_pair pair;
    struct test_silent silent;
    const struct test_pair_config config = test_pair_defaults();
    test_silent_open(&silent, "127.0.0.1:0");
    for (unsigned turns = 0; turns < 30; turns++) {
        snet_session *session = NULL;
        test_pair_begin(&pair, NULL);
        (void)test_pair_write(&pair, TEST_PAIR_CLIENT, TEST_PAIR_HISTORY_BYTES);
        assert_int_equal(snet_uv_connect(pair.driver, silent.address, &config.client, &session),
                         SNET_OK);
        assert_int_equal(snet_uv_connect(pair.driver, "nowhere.test:1", &config.client, &session),
                         SNET_OK);
        assert_int_equal(snet_uv_connect(pair.driver, snet_uv_server_address(pair.server),
                                         &config.client, &session),
                         SNET_OK);
        for (unsigned i = 0; i < turns; i++) {
            (void)uv_run(&pair.loop.uv, UV_RUN_NOWAIT);
            if (i == 10) {
                test_pair_cut(&pair);
            }
        }
        test_pair_close(&pair);
    }
    test_silent_close(&silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uv_new_refuses_a_program_that_takes_no_events),
        cmocka_unit_test(uv_new_refuses_a_budget_below_one_page),
        cmocka_unit_test(uv_new_without_memory_leaves_nothing),
        cmocka_unit_test(uv_connect_refuses_bad_addresses_and_wires),
        cmocka_unit_test(uv_connect_without_memory_leaves_nothing),
        cmocka_unit_test(uv_serve_refuses_what_cannot_be_served),
        cmocka_unit_test(uv_serve_without_memory_leaves_nothing),
        cmocka_unit_test(uv_serve_fd_closes_the_socket_when_it_fails),
        cmocka_unit_test(uv_server_update_counts_for_the_next_connection),
        cmocka_unit_test(uv_server_update_ends_sessions_of_a_key_that_went_at_both_ends),
        cmocka_unit_test(uv_is_not_freed_within_its_events),
        cmocka_unit_test(uv_has_a_time_that_goes_on),
        cmocka_unit_test(uv_connects_on_a_loop_with_nothing_else),
        cmocka_unit_test(uv_carries_bytes_both_ways),
        cmocka_unit_test(uv_resumes_each_time_its_connection_is_reset),
        cmocka_unit_test(uv_ends_both_ends_when_the_server_ends),
        cmocka_unit_test(uv_ends_a_client_that_ends_and_its_server_waits),
        cmocka_unit_test(uv_moves_a_live_session_when_the_network_changed),
        cmocka_unit_test(uv_tries_at_once_when_the_network_changed),
        cmocka_unit_test(uv_watches_the_network_and_leaves_a_path_that_is_as_it_was),
        cmocka_unit_test(uv_that_drains_resumes_but_opens_nothing_new),
        cmocka_unit_test(uv_session_given_back_is_gone_with_its_connection),
        cmocka_unit_test(uv_freed_with_live_sessions_leaves_nothing),
    };
    return cmocka_run_group_tests_name("uv", tests, NULL, NULL);
}
