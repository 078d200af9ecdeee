/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a program may do in its on_event, and when that is called no more. */
#include <snet/socket.h>

#include "sock/loop.h"
#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/hooked.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

/* Stops the background thread in a hook, until the test lets it go on. */
struct holder {
    sem_t held;
    sem_t go;
    enum snet_event_type at;
};

static void hold(void *user, const struct snet_event *event)
{
    struct holder *holder = user;
    if (event->type == holder->at) {
        (void)sem_post(&holder->held);
        (void)sem_wait(&holder->go);
    }
}

static void count(void *user, const struct snet_event *event)
{
    atomic_uint *called = user;
    (void)event;
    (*called)++;
}

static snet_socket *dial_with(snet_event_fn *on_event, void *user)
{
    struct snet_config config = hooked_client_config();
    config.on_event = on_event;
    config.user = user;
    snet_socket *socket = snet_dial(asked_address(hooked_world.refusing), &config, NULL);
    assert_non_null(socket);
    return socket;
}

static void holder_init(struct holder *holder, enum snet_event_type at)
{
    *holder = (struct holder){.at = at};
    (void)sem_init(&holder->held, 0, 0);
    (void)sem_init(&holder->go, 0, 0);
}

static void hook_is_not_called_for_a_socket_that_was_closed_meanwhile(void **state)
{
    (void)state;
    static struct holder first;
    static struct holder second;
    static atomic_uint called;
    /* Two sessions end while the thread is held, so that both events wait at once. */
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    struct hooked_pair other = {.resume_timeout_ns = 0};
    assert_true(hooked_open(&pair));
    assert_true(hooked_open(&other));
    holder_init(&first, SNET_EVENT_ENDED);
    snet_loop_lock();
    pair.client->on_event = hold;
    pair.client->hook_user = &first;
    other.client->on_event = count;
    other.client->hook_user = &called;
    snet_loop_unlock();
    holder_init(&second, SNET_EVENT_OPENED);
    snet_socket *held = dial_with(hold, &second);
    (void)sem_wait(&second.held);
    snet_socket_abort(pair.client, HOOKED_CODE, NULL);
    snet_socket_abort(other.client, HOOKED_CODE, NULL);
    (void)sem_post(&second.go);
    (void)sem_wait(&first.held);
    assert_int_equal(hooked_users(other.client), 1); /* its event waits */
    snet_close(other.client);
    other.client = NULL;
    (void)sem_post(&first.go);
    snet_network_changed(); /* the thread has been past its events */
    snet_network_changed();
    assert_int_equal(called, 0);
    snet_close(held);
    hooked_close(&pair);
    hooked_close(&other);
}

/* What a hook has tried, and how it went. */
struct tries {
    snet_socket *other;
    snet_socket *acceptor;
    struct snet_error dial_error;
    int read_number;
    int accept_number;
    bool dialed;
    bool descriptor;
    atomic_bool done;
};

static void try_all(void *user, const struct snet_event *event)
{
    struct tries *tries = user;
    struct snet_config config = hooked_client_config();
    char byte = 0;
    if (event->type != SNET_EVENT_OPENED) {
        return;
    }
    const char *address = asked_address(hooked_world.taking);
    (void)snet_dial(address, &config, &tries->dial_error);
    tries->read_number = snet_read(event->socket, &byte, 1) == -1 ? errno : 0;
    tries->accept_number = snet_accept(tries->acceptor) == NULL ? errno : 0;
    snet_close(tries->acceptor);
    snet_close(tries->other);
    config.nonblocking = true;
    snet_socket *dialed = snet_dial(address, &config, NULL);
    tries->dialed = dialed != NULL;
    const int fd = dialed == NULL ? -1 : snet_socket_to_fd(dialed);
    tries->descriptor = fd >= 0 && close(fd) == 0;
    snet_network_changed();
    tries->done = true;
}

static void hook_may_use_sockets_but_not_wait(void **state)
{
    (void)state;
    static struct tries tries;
    const struct snet_config server = hooked_server_config();
    struct snet_config client = hooked_client_config();
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    assert_true(hooked_open(&pair));
    tries.other = pair.client;
    tries.acceptor = snet_listen(HOOKED_ADDRESS, &server, NULL);
    assert_non_null(tries.acceptor);
    client.on_event = try_all;
    client.user = &tries;
    snet_socket *acceptor = snet_listen(HOOKED_ADDRESS, &server, NULL);
    snet_socket *socket = snet_dial(asked_address(acceptor), &client, NULL);
    assert_non_null(socket);
    while (!tries.done) {
        (void)sched_yield();
    }
    assert_int_equal(tries.dial_error.err, SNET_ERR_STATE);
    assert_int_equal(tries.dial_error.os_err, EDEADLK);
    assert_int_equal(tries.read_number, EDEADLK);
    assert_int_equal(tries.accept_number, EDEADLK);
    assert_true(tries.dialed);
    assert_true(tries.descriptor);
    snet_close(socket);
    snet_close(acceptor);
    pair.client = NULL;
    hooked_close(&pair);
}

struct closing {
    atomic_bool done; /* the hook has closed its socket */
};

static void close_at_end(void *user, const struct snet_event *event)
{
    struct closing *closing = user;
    if (event->type == SNET_EVENT_ENDED) {
        (void)snet_close(event->socket);
        closing->done = true;
    }
}

/* Whether the socket of that hook is among those of the process. */
static bool is_listed(const void *user)
{
    static struct snet_info infos[512];
    const size_t count = snet_socket_list(infos, sizeof infos[0], 512);
    assert_true(count <= 512);
    for (size_t i = 0; i < count; i++) {
        if (infos[i].user == user) {
            return true;
        }
    }
    return false;
}

static void hook_may_close_its_socket_at_the_end(void **state)
{
    (void)state;
    static struct closing closing;
    struct snet_config config = hooked_client_config();
    config.nonblocking = true;
    config.on_event = close_at_end;
    config.user = &closing;
    assert_non_null(snet_dial(asked_address(hooked_world.refusing), &config, NULL));
    while (!closing.done) {
        (void)sched_yield();
    }
    snet_network_changed(); /* the thread has been past its events */
    assert_false(is_listed(&closing));
}

/* What a program should not do, and must not bring it down: nobody has the socket yet. */
static void hook_that_closes_ahead_of_its_dial_makes_it_fail(void **state)
{
    (void)state;
    static struct closing closing;
    struct snet_config config = hooked_client_config();
    config.on_event = close_at_end;
    config.user = &closing;
    for (unsigned i = 0; i < 100; i++) {
        struct snet_error error = {.err = SNET_OK};
        closing.done = false;
        if (snet_dial(asked_address(hooked_world.refusing), &config, &error) == NULL) {
            assert_int_equal(error.err, SNET_ERR_ABORTED);
        }
        while (!closing.done) {
            (void)sched_yield();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hook_may_use_sockets_but_not_wait),
        cmocka_unit_test(hook_may_close_its_socket_at_the_end),
        cmocka_unit_test(hook_that_closes_ahead_of_its_dial_makes_it_fail),
        cmocka_unit_test(hook_is_not_called_for_a_socket_that_was_closed_meanwhile),
    };
    return cmocka_run_group_tests_name("hook", tests, hooked_set_up, NULL);
}
