/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Calls of <snet/socket.h> that a close, an abort or an end in another thread overtakes: none may
 * trip an assertion, use freed memory or hang. tests/tsan runs it, too.
 */
#include <snet/socket.h>

#include "sock/loop.h"
#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/hooked.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define ENDLESS_BYTES (4u << 20) /* more than is taken while nobody reads */

/* A thread in a call with a socket, or about to go into it. */
struct inside {
    snet_socket *socket;
    pthread_t thread;
    int number; /* of errno; 0: the call did not fail */
};

static void *read_inside(void *arg)
{
    struct inside *inside = arg;
    char byte = 0;
    inside->number = snet_read(inside->socket, &byte, 1) == -1 ? errno : 0;
    return NULL;
}

static void *write_inside(void *arg)
{
    static const uint8_t endless[ENDLESS_BYTES];
    struct inside *inside = arg;
    const ssize_t len = snet_write(inside->socket, endless, sizeof endless);
    inside->number = len < (ssize_t)sizeof endless ? EPIPE : 0;
    return NULL;
}

static void *flush_inside(void *arg)
{
    struct inside *inside = arg;
    inside->number = snet_flush(inside->socket) == -1 ? errno : 0;
    return NULL;
}

static void *accept_inside(void *arg)
{
    struct inside *inside = arg;
    inside->number = snet_accept(inside->socket) == NULL ? errno : 0;
    return NULL;
}

struct users {
    const snet_socket *socket;
    unsigned count;
};

/* On the background thread, where no hook is called meanwhile, which would count, too. */
static void users_job(void *arg)
{
    struct users *users = arg;
    users->count = users->socket->users;
}

/* Begins a call that waits, beside those of `others` threads. */
static void inside_begin(struct inside *inside, void *(*call)(void *), unsigned others)
{
    struct users users = {.socket = inside->socket};
    if (pthread_create(&inside->thread, NULL, call, inside) != 0) {
        abort(); /* the others would wait for ever */
    }
    while (users.count != others + 1) {
        (void)sched_yield();
        snet_loop_lock();
        snet_loop_do(users_job, &users);
        snet_loop_unlock();
    }
}

static bool inside_end(struct inside *inside)
{
    (void)pthread_join(inside->thread, NULL);
    return inside->number != 0;
}

/* Two readers and a writer. */
static void three_begin(struct inside *three, snet_socket *socket)
{
    for (unsigned i = 0; i < 3; i++) {
        three[i] = (struct inside){.socket = socket};
        inside_begin(&three[i], i < 2 ? read_inside : write_inside, i);
    }
}

static bool three_end(struct inside *three)
{
    const bool first = inside_end(&three[0]);
    const bool second = inside_end(&three[1]);
    return inside_end(&three[2]) && first && second;
}

static bool close_overtakes_calls(void)
{
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    struct inside inside[3];
    if (!hooked_open(&pair)) {
        return false;
    }
    three_begin(inside, pair.client);
    snet_close(pair.client);
    pair.client = NULL;
    const bool failed = three_end(inside);
    hooked_close(&pair);
    return failed;
}

/* Attempts to connect go on meanwhile, and fail. */
static bool close_overtakes_a_flush(void)
{
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    if (!hooked_open(&pair)) {
        return false;
    }
    struct inside inside = {.socket = pair.client};
    hooked_cut(pair.way, true);
    const bool written = snet_write(pair.client, "x", 1) == 1;
    inside_begin(&inside, flush_inside, 0);
    snet_close(pair.client);
    pair.client = NULL;
    const bool failed = inside_end(&inside);
    hooked_close(&pair);
    return written && failed;
}

/* Of the own end, of the other one, and of both. */
static bool abort_overtakes_calls(void)
{
    bool failed = true;
    for (unsigned ends = 1; ends <= 3 && failed; ends++) {
        struct hooked_pair pair = {.resume_timeout_ns = 0};
        struct inside inside[3];
        if (!hooked_open(&pair)) {
            return false;
        }
        three_begin(inside, pair.client);
        if ((ends & 1) != 0) {
            snet_socket_abort(pair.client, HOOKED_CODE, "own");
        }
        if ((ends & 2) != 0) {
            snet_socket_abort(pair.server, HOOKED_CODE, "other");
        }
        failed = three_end(inside);
        hooked_close(&pair);
    }
    return failed;
}

/* The key of both ends is taken away from their listener. */
static bool update_overtakes_calls(void)
{
    static const struct snet_key other = {{77}};
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    struct snet_config config = hooked_server_config();
    struct inside inside[3];
    if (!hooked_open(&pair)) {
        return false;
    }
    three_begin(inside, pair.client);
    config.key = &other;
    const bool updated = snet_socket_update(pair.listener, &config, NULL) == 0;
    const bool failed = three_end(inside) && snet_socket_error(pair.client) == SNET_ERR_DENIED &&
                        snet_socket_error(pair.server) == SNET_ERR_DENIED;
    hooked_close(&pair);
    return updated && failed;
}

/* Its hook is called, or about to be, when the socket is closed. */
static bool close_overtakes_the_end(void)
{
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    const bool opened = hooked_open(&pair);
    if (opened) {
        snet_socket_abort(pair.server, HOOKED_CODE, NULL);
        snet_network_changed();
    }
    hooked_close(&pair);
    return opened;
}

static void *turn_into_descriptor(void *arg)
{
    struct hooked_pair *pair = arg;
    const int fd = snet_socket_to_fd(pair->client);
    if (fd >= 0) {
        (void)close(fd);
    } else {
        snet_close(pair->client);
    }
    return NULL;
}

/* A socket becomes a descriptor while its session ends. */
static bool end_overtakes_a_descriptor(void)
{
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    pthread_t thread;
    if (!hooked_open(&pair) || pthread_create(&thread, NULL, turn_into_descriptor, &pair) != 0) {
        return false;
    }
    snet_socket_abort(pair.server, HOOKED_CODE, NULL);
    (void)pthread_join(thread, NULL);
    pair.client = NULL;
    hooked_close(&pair);
    return true;
}

static bool close_overtakes_an_accept(void)
{
    const struct snet_config config = hooked_server_config();
    struct inside inside = {.socket = snet_listen(HOOKED_ADDRESS, &config, NULL)};
    if (inside.socket == NULL) {
        return false;
    }
    inside_begin(&inside, accept_inside, 0);
    snet_close(inside.socket);
    return inside_end(&inside) && inside.number == EBADF;
}

/* Sessions wait to be accepted, are about to come up, and have ended, when their acceptor goes. */
static bool close_overtakes_new_sessions(void)
{
    const struct snet_config server = hooked_server_config();
    struct snet_config client = hooked_hasty_config();
    snet_socket *sockets[4];
    client.nonblocking = true;
    snet_socket *acceptor = snet_listen(HOOKED_ADDRESS, &server, NULL);
    if (acceptor == NULL) {
        return false;
    }
    bool dialed = true;
    for (unsigned i = 0; i < 4; i++) {
        sockets[i] = snet_dial(asked_address(acceptor), &client, NULL);
        dialed = dialed && sockets[i] != NULL;
    }
    if (dialed) {
        snet_socket_abort(sockets[0], HOOKED_CODE, NULL);
        (void)snet_flush(sockets[1]);
        snet_socket_drain(acceptor);
    }
    snet_close(acceptor);
    for (unsigned i = 0; i < 4; i++) {
        snet_close(sockets[i]);
    }
    return dialed;
}

static const struct hooked_call calls[] = {
    {"close_overtakes_calls", close_overtakes_calls},
    {"close_overtakes_a_flush", close_overtakes_a_flush},
    {"abort_overtakes_calls", abort_overtakes_calls},
    {"update_overtakes_calls", update_overtakes_calls},
    {"close_overtakes_the_end", close_overtakes_the_end},
    {"end_overtakes_a_descriptor", end_overtakes_a_descriptor},
    {"close_overtakes_an_accept", close_overtakes_an_accept},
    {"close_overtakes_new_sessions", close_overtakes_new_sessions},
};
#define CALLS (sizeof calls / sizeof calls[0])

static void racing_calls_of_one_thread_leave_all_well(void **state)
{
    (void)state;
    hooked_run_by_one(calls, CALLS);
    assert_true(hooked_world.hooks > 0);
}

static void racing_calls_of_eight_threads_leave_all_well(void **state)
{
    (void)state;
    hooked_run_by_many(calls, CALLS);
    assert_true(hooked_world.hooks > 0);
}

static void racing_calls_of_all_kinds_at_once_leave_all_well(void **state)
{
    (void)state;
    hooked_run_together(calls, CALLS);
    assert_true(hooked_world.hooks > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(racing_calls_of_one_thread_leave_all_well),
        cmocka_unit_test(racing_calls_of_eight_threads_leave_all_well),
        cmocka_unit_test(racing_calls_of_all_kinds_at_once_leave_all_well),
    };
    return cmocka_run_group_tests_name("racing", tests, hooked_set_up, NULL);
}
