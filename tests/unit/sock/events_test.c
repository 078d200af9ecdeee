/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Events that are pulled: each once, in order, and none that is not true any more. */
#include <snet/socket.h>

#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/sock_pair.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>

#define LONG_NS (20 * SNET_SECOND_NS)

static bool is_readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) == 1;
}

/* The next event, which must be of that type. */
static struct snet_event expect(snet_events *events, enum snet_event_type type)
{
    struct snet_event event = {.type = 0};
    assert_int_equal(snet_events_next(events, &event, sizeof event, LONG_NS), 1);
    assert_int_equal(event.type, type);
    return event;
}

static void expect_none(snet_events *events)
{
    struct snet_event event;
    assert_int_equal(snet_events_next(events, &event, sizeof event, 0), 0);
    assert_false(is_readable(snet_events_fd(events)));
}

static void events_tell_the_life_of_a_session(void **state)
{
    (void)state;
    static struct sock_pair pair;
    char text[8];
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    sock_pair_open(&pair);
    assert_ptr_equal(expect(events, SNET_EVENT_OPENED).socket, pair.client);
    assert_ptr_equal(expect(events, SNET_EVENT_WRITABLE).user, &pair);
    expect_none(events);
    sock_pair_cut(&pair, true);
    assert_int_not_equal(expect(events, SNET_EVENT_LOST).err, SNET_OK);
    assert_int_equal(expect(events, SNET_EVENT_RETRYING).attempt, 1);
    sock_pair_mend(&pair);
    struct snet_event event = {.type = SNET_EVENT_RETRYING};
    while (event.type == SNET_EVENT_RETRYING) {
        assert_int_equal(snet_events_next(events, &event, sizeof event, LONG_NS), 1);
    }
    assert_int_equal(event.type, SNET_EVENT_RESUMED);
    assert_true(event.after_ns > 0);
    assert_int_equal(snet_write(pair.server, "hello", 5), 5);
    (void)expect(events, SNET_EVENT_READABLE);
    assert_int_equal(snet_read(pair.client, text, sizeof text), 5);
    assert_int_equal(snet_socket_abort(pair.server, SNET_CODE_APPLICATION, NULL), 0);
    assert_int_equal(expect(events, SNET_EVENT_ENDED).err, SNET_ERR_PEER_ABORTED);
    expect_none(events); /* READABLE was told, and no call has said EAGAIN since */
    sock_pair_close(&pair);
    snet_events_free(events);
}

static void events_of_readiness_come_once_after_eagain(void **state)
{
    (void)state;
    static struct sock_pair pair;
    static char bytes[1u << 16];
    char text[8];
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    pair.client_config.nonblocking = 1;
    pair.client_config.history_bytes = sizeof bytes;
    sock_pair_open(&pair);
    (void)expect(events, SNET_EVENT_OPENED);
    (void)expect(events, SNET_EVENT_WRITABLE);
    assert_int_equal(snet_write(pair.server, "a", 1), 1);
    (void)expect(events, SNET_EVENT_READABLE);
    assert_int_equal(snet_write(pair.server, "b", 1), 1);
    assert_int_equal(snet_flush(pair.server), 0);
    expect_none(events);
    assert_int_equal(snet_read(pair.client, text, sizeof text), 2);
    assert_int_equal(snet_read(pair.client, text, sizeof text), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(snet_write(pair.server, "c", 1), 1);
    (void)expect(events, SNET_EVENT_READABLE);
    while (snet_write(pair.client, bytes, sizeof bytes) > 0) {
    }
    assert_int_equal(errno, EAGAIN);
    /* The reader makes room, and never waits for more than there is. */
    assert_int_equal(snet_socket_set_nonblocking(pair.server, 1), 0);
    for (int more = 1; more > 0;) {
        struct snet_event event;
        (void)snet_read(pair.server, bytes, sizeof bytes);
        more = snet_events_next(events, &event, sizeof event, 0) == 0;
        assert_true(more || event.type == SNET_EVENT_WRITABLE);
    }
    sock_pair_close(&pair);
    snet_events_free(events);
}

static void events_of_a_listener_are_its_new_sessions(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_config config;
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.server_config.events = events;
    pair.server_config.nonblocking = 1;
    sock_pair_open(&pair);
    assert_ptr_equal(expect(events, SNET_EVENT_ACCEPTABLE).socket, pair.listener);
    assert_ptr_equal(expect(events, SNET_EVENT_WRITABLE).socket, pair.server); /* inherited */
    expect_none(events);
    assert_null(snet_accept(pair.listener));
    assert_int_equal(errno, EAGAIN);
    config = pair.client_config;
    snet_socket *second = snet_dial(NULL, &config, NULL);
    assert_non_null(second);
    assert_ptr_equal(expect(events, SNET_EVENT_ACCEPTABLE).socket, pair.listener);
    assert_int_equal(snet_close(second), 0);
    sock_pair_close(&pair);
    expect_none(events);
    snet_events_free(events);
}

/* Nobody pulls meanwhile: a loss takes back the resume before it, and the end the attempts. */
static void events_that_are_not_true_any_more_are_taken_back(void **state)
{
    (void)state;
    static struct sock_pair pair;
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    sock_pair_open(&pair);
    for (unsigned resumes = 1; resumes <= 3; resumes++) {
        sock_pair_cut(&pair, false);
        while (asked(pair.client).resumes < resumes) {
            (void)sched_yield();
        }
    }
    sock_pair_cut(&pair, true);
    while (asked(pair.client).state != SNET_STATE_DETACHED || asked(pair.client).attempt == 0) {
        (void)sched_yield();
    }
    (void)expect(events, SNET_EVENT_OPENED);
    (void)expect(events, SNET_EVENT_LOST);
    assert_true(expect(events, SNET_EVENT_RETRYING).attempt >= 1);
    (void)expect(events, SNET_EVENT_WRITABLE);
    assert_int_equal(snet_socket_abort(pair.client, SNET_CODE_APPLICATION, NULL), 0);
    struct snet_event event = {.type = SNET_EVENT_RETRYING};
    while (event.type == SNET_EVENT_RETRYING) {
        assert_int_equal(snet_events_next(events, &event, sizeof event, LONG_NS), 1);
    }
    assert_int_equal(event.type, SNET_EVENT_ENDED);
    assert_int_equal(event.err, SNET_ERR_ABORTED);
    sock_pair_close(&pair);
    snet_events_free(events);
}

static void events_of_a_closed_socket_are_taken_back(void **state)
{
    (void)state;
    static struct sock_pair pair;
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    sock_pair_open(&pair);
    assert_true(is_readable(snet_events_fd(events)));
    sock_pair_close(&pair);
    expect_none(events);
    snet_events_free(events);
}

static void events_go_on_without_a_queue_that_was_freed(void **state)
{
    (void)state;
    static struct sock_pair pair;
    char text[8];
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    sock_pair_open(&pair);
    snet_events_free(events);
    assert_int_equal(snet_write(pair.server, "x", 1), 1);
    assert_int_equal(snet_read(pair.client, text, sizeof text), 1);
    sock_pair_close(&pair);
}

static void *wait_for_event(void *arg)
{
    struct snet_event event;
    return snet_events_next(arg, &event, sizeof event, SNET_NEVER) == 1 ? arg : NULL;
}

static void events_wake_the_thread_that_waits(void **state)
{
    (void)state;
    static struct sock_pair pair;
    pthread_t thread;
    void *result = NULL;
    snet_events *events = snet_events_new();
    assert_int_equal(pthread_create(&thread, NULL, wait_for_event, events), 0);
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    sock_pair_open(&pair);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, events);
    sock_pair_close(&pair);
    snet_events_free(events);
}

/* A program that was built before the struct grew, and one built after it will. */
static void events_are_as_long_as_the_program_knows_them(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct {
        struct snet_event event;
        uint64_t future;
        uint64_t guard;
    } grown = {.future = UINT64_MAX, .guard = UINT64_MAX};
    uint32_t type_and_guard[2] = {0, UINT32_MAX};
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    sock_pair_open(&pair);
    assert_int_equal(snet_events_next(events, (void *)type_and_guard, 4, 0), 1);
    assert_int_equal(type_and_guard[0], SNET_EVENT_OPENED);
    assert_int_equal(type_and_guard[1], UINT32_MAX);
    assert_int_equal(snet_events_next(events, &grown.event, sizeof grown.event + 8, LONG_NS), 1);
    assert_int_equal(grown.event.type, SNET_EVENT_WRITABLE);
    assert_int_equal(grown.future, 0);
    assert_true(grown.guard == UINT64_MAX);
    sock_pair_close(&pair);
    snet_events_free(events);
}

/* The listener's sockets have none either, also those that are accepted afterwards. */
static void events_of_a_listener_may_be_freed_before_it_accepts(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_error error;
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.server_config.events = events;
    sock_pair_open(&pair);
    assert_int_equal(snet_close(pair.client), 0);
    assert_int_equal(snet_close(pair.server), 0);
    snet_events_free(events);
    pair.client = snet_dial(NULL, &pair.client_config, &error);
    assert_non_null(pair.client);
    pair.server = snet_accept(pair.listener);
    assert_non_null(pair.server);
    assert_null(pair.server->events.queue);
    pair.server_config.events = NULL; /* what it has now */
    assert_int_equal(snet_socket_update(pair.listener, &pair.server_config, &error), 0);
    sock_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_tell_the_life_of_a_session),
        cmocka_unit_test(events_of_readiness_come_once_after_eagain),
        cmocka_unit_test(events_of_a_listener_are_its_new_sessions),
        cmocka_unit_test(events_that_are_not_true_any_more_are_taken_back),
        cmocka_unit_test(events_of_a_closed_socket_are_taken_back),
        cmocka_unit_test(events_go_on_without_a_queue_that_was_freed),
        cmocka_unit_test(events_wake_the_thread_that_waits),
        cmocka_unit_test(events_are_as_long_as_the_program_knows_them),
        cmocka_unit_test(events_of_a_listener_may_be_freed_before_it_accepts),
    };
    return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
