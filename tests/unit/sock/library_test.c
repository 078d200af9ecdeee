/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The library in a process: begun and ended, as by a plugin that is unloaded, and after fork. */
#include <snet/socket.h>

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/sock_pair.h"
#include "tests/support/unit.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND SNET_SECOND_NS

/* Threads of ours, and those of libuv's pool that they have begun. */
static unsigned count_threads(void)
{
    unsigned count = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (const struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks)) {
        char path[300];
        char name[32] = "";
        (void)snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        FILE *file = fopen(path, "r");
        if (file != NULL && fgets(name, sizeof name, file) != NULL) {
            count += strcmp(name, "snet\n") == 0 ? 1 : 0;
        }
        if (file != NULL) {
            (void)fclose(file);
        }
    }
    assert_int_equal(closedir(tasks), 0);
    return count;
}

/* Before anything has wanted a thread of libuv's pool, which has the name of who began it and stays
   until libuv is unloaded. */
static void library_has_a_thread_until_the_last_close(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    config.key = &core_pair_keys()->server;
    config.key_count = 1;
    assert_int_equal(count_threads(), 0);
    snet_socket *listener = snet_listen("127.0.0.1:0", &config, NULL);
    assert_int_equal(count_threads(), 1);
    assert_int_equal(snet_close(listener), 0);
    assert_int_equal(snet_library_close(SECOND), SNET_OK);
    while (count_threads() > 0) { /* a thread that was joined is listed for a moment */
        (void)sched_yield();
    }
}

static void library_is_counted(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_totals totals;
    snet_library_totals(&totals, sizeof totals);
    assert_int_equal(totals.sessions, 0);
    assert_int_equal(snet_socket_list(NULL, 0, 0), 0);
    assert_int_equal(snet_library_open(NULL, NULL), SNET_OK);
    assert_int_equal(snet_library_open(NULL, NULL), SNET_OK);
    sock_pair_begin(&pair);
    snet_library_totals(&totals, sizeof totals);
    assert_int_equal(totals.sessions, 2);
    assert_int_equal(totals.connections, 2);
    assert_int_equal(snet_library_close(SECOND), SNET_OK); /* the first of two */
    assert_int_equal(snet_library_close(SECOND), SNET_ERR_STATE);
    sock_pair_close(&pair);
    assert_int_equal(snet_library_close(SECOND), SNET_OK);
    assert_int_equal(snet_library_close(SECOND), SNET_OK); /* there is nothing to end */
}

static void library_begins_again_after_its_end(void **state)
{
    (void)state;
    static struct sock_pair pairs[3];
    char text[8];
    for (unsigned i = 0; i < 3; i++) {
        sock_pair_begin(&pairs[i]);
        assert_int_equal(snet_write(pairs[i].client, "again", 5), 5);
        assert_int_equal(snet_read(pairs[i].server, text, sizeof text), 5);
        sock_pair_close(&pairs[i]);
        assert_int_equal(snet_library_close(SECOND), SNET_OK);
    }
}

/* What a closed socket still owes goes out in that time; then it is aborted, whoever waits. */
static void library_gives_what_lingers_its_time(void **state)
{
    (void)state;
    static struct sock_pair pair;
    const uint64_t begin_ns = snet_now();
    sock_pair_prepare(&pair);
    pair.client_config.linger_ns = 3600 * SECOND;
    sock_pair_open(&pair);
    sock_pair_cut(&pair, true);
    while (asked(pair.client).state == SNET_STATE_ATTACHED) {
    }
    assert_int_equal(snet_write(pair.client, "never", 5), 5);
    sock_pair_close(&pair);
    assert_int_equal(snet_library_close(SECOND / 10), SNET_OK);
    assert_true(snet_now() - begin_ns < 60 * SECOND);
}

static void library_has_the_budgets_of_its_first_open(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_error error;
    config.send_budget_bytes = 1u << 20;
    assert_int_equal(snet_library_open(&config, NULL), SNET_OK);
    assert_int_equal(snet_library_open(&config, NULL), SNET_OK);
    config.send_budget_bytes = 1u << 21;
    assert_int_equal(snet_library_open(&config, &error), SNET_ERR_STATE);
    assert_int_equal(error.err, SNET_ERR_STATE);
    assert_int_equal(snet_library_close(0), SNET_OK);
    assert_int_equal(snet_library_close(0), SNET_OK);
}

/* --- Fork ------------------------------------------------------------------------------------- */

static int fails(int result, int number)
{
    return result == -1 && errno == number ? 0 : 1;
}

/* How many calls of a child did not fail as they should. */
static int use_in_child(struct sock_pair *pair, snet_events *events)
{
    struct snet_info info;
    struct snet_event event;
    struct snet_error error = {.err = SNET_OK};
    struct snet_pollfd polls = {.socket = pair->client, .events = SNET_POLL_IN};
    char byte = 0;
    int wrong = 0;
    wrong += fails((int)snet_read(pair->client, &byte, 1), EBADF);
    wrong += fails((int)snet_write(pair->client, "x", 1), EBADF);
    wrong += fails(snet_flush(pair->client), EBADF);
    wrong += fails(snet_shutdown(pair->client), EBADF);
    wrong += fails(snet_socket_info(pair->client, &info, sizeof info), EBADF);
    wrong += fails(snet_socket_abort(pair->client, SNET_CODE_APPLICATION, NULL), EBADF);
    wrong += fails(snet_socket_cancel(pair->client), EBADF);
    wrong += fails(snet_socket_to_fd(pair->client), EBADF);
    wrong += fails(snet_close(pair->client), EBADF);
    wrong += fails(snet_close(pair->listener), EBADF);
    wrong += fails(snet_poll(&polls, 1, 0), EBADF);
    wrong += fails(snet_events_next(events, &event, sizeof event, 0), EBADF);
    wrong += fails(snet_events_fd(events), EBADF);
    wrong += snet_accept(pair->listener) == NULL && errno == EBADF ? 0 : 1;
    wrong += snet_dial(pair->address, &pair->client_config, &error) == NULL &&
                     error.err == SNET_ERR_FORKED && errno == EBADF
                 ? 0
                 : 1;
    wrong += snet_listen("127.0.0.1:0", &pair->server_config, &error) == NULL &&
                     error.err == SNET_ERR_FORKED
                 ? 0
                 : 1;
    error.err = SNET_OK;
    wrong += fails(snet_socket_update(pair->listener, &pair->server_config, &error), EBADF);
    wrong += error.err == SNET_ERR_FORKED ? 0 : 1;
    wrong += snet_library_close(0) == SNET_ERR_FORKED ? 0 : 1;
    wrong += snet_socket_error(pair->client) == SNET_ERR_FORKED ? 0 : 1;
    snet_network_changed();
    snet_events_free(events);
    return wrong;
}

static int exit_code(pid_t pid)
{
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Also when the lock was held at the fork, which is what happens to programs with threads. */
static void library_fails_in_a_child_and_lives_in_the_parent(void **state)
{
    (void)state;
    static struct sock_pair pair;
    char text[8];
    snet_events *events = snet_events_new();
    sock_pair_prepare(&pair);
    pair.client_config.events = events;
    sock_pair_open(&pair);
    const pid_t pid = fork();
    if (pid == 0) {
        _exit(use_in_child(&pair, events));
    }
    assert_int_equal(exit_code(pid), 0);
    assert_int_equal(snet_write(pair.client, "alive", 5), 5);
    assert_int_equal(snet_read(pair.server, text, sizeof text), 5);
    const pid_t leaver = fork();
    if (leaver == 0) {
        exit(7); /* nothing lingers that is the parent's */
    }
    assert_int_equal(exit_code(leaver), 7);
    sock_pair_close(&pair);
    snet_events_free(events);
    assert_int_equal(snet_library_close(SECOND), SNET_OK);
}

static void library_begins_in_a_child_of_a_process_that_has_ended_it(void **state)
{
    (void)state;
    static struct sock_pair pair;
    const pid_t pid = fork();
    if (pid == 0) {
        sock_pair_begin(&pair);
        sock_pair_close(&pair);
        _exit(snet_library_close(SECOND) == SNET_OK ? 0 : 1);
    }
    assert_int_equal(exit_code(pid), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(library_has_a_thread_until_the_last_close),
        cmocka_unit_test(library_is_counted),
        cmocka_unit_test(library_begins_again_after_its_end),
        cmocka_unit_test(library_gives_what_lingers_its_time),
        cmocka_unit_test(library_has_the_budgets_of_its_first_open),
        cmocka_unit_test(library_fails_in_a_child_and_lives_in_the_parent),
        cmocka_unit_test(library_begins_in_a_child_of_a_process_that_has_ended_it),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
