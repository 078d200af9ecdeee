/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The background thread of <snet/socket.h> as a guest in the program's process: its name, the
 * signals it takes, and what an exit does to it. Each test is a process of its own, forked before
 * there is such a thread.
 */
#include <snet/socket.h>

#include "sock/loop.h"
#include "tests/support/asked.h"
#include "tests/support/hooked.h"
#include "tests/support/unit.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
#define EXITS 5u /* a second each */
#else
#define EXITS 40u
#endif
#define PINGS 20u
#define EXIT_THREADS 8u
#define EXIT_CODE 7
#define LINE_BYTES 256u

/* Signals that programs have handlers for; numbers above 31 are the real-time ones. */
static const int blocked[] = {SIGHUP,  SIGINT,  SIGTERM, SIGCHLD, SIGALRM,
                              SIGUSR1, SIGUSR2, SIGPIPE, SIGWINCH};

static void expect_exit(void (*run)(void))
{
    int status = 0;
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGSEGV, SIG_DFL); /* else it would be a test that failed in the child */
        (void)signal(SIGBUS, SIG_DFL);
        run();
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_CODE);
}

/* --- Signals ---------------------------------------------------------------------------------- */

static unsigned long long bit(int number)
{
    return 1ull << (unsigned)(number - 1);
}

static unsigned long long expected_mask(void)
{
    unsigned long long mask = 0;
    for (unsigned i = 0; i < sizeof blocked / sizeof blocked[0]; i++) {
        mask |= bit(blocked[i]);
    }
    return mask;
}

/* The value of a field in a thread's status, cut to `size`. */
static void status_field(const char *id, const char *field, char *ret_value, size_t size)
{
    char line[LINE_BYTES];
    (void)snprintf(line, sizeof line, "/proc/self/task/%s/status", id);
    FILE *file = fopen(line, "re");
    *ret_value = '\0';
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const size_t len = strlen(field);
        if (strncmp(line, field, len) == 0 && line[len] == ':') {
            line[strcspn(line, "\n")] = '\0';
            (void)snprintf(ret_value, size, "%s", line + len + 2);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

/* How many threads have the name, all of them with that mask; ends the process otherwise. */
static unsigned count_threads(unsigned long long mask)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/task");
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[LINE_BYTES];
        char value[LINE_BYTES];
        status_field(entry->d_name, "Name", name, sizeof name);
        status_field(entry->d_name, "SigBlk", value, sizeof value);
        if (strcmp(name, SNET_LOOP_THREAD_NAME) == 0) {
            if (strtoull(value, NULL, 16) != mask) {
                _exit(2);
            }
            count++;
        }
    }
    (void)closedir(folder);
    return count;
}

static bool is_blocked_here(int number)
{
    sigset_t mask;
    (void)pthread_sigmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, number) == 1;
}

static atomic_bool pool_was_seen;
static atomic_bool pool_is_right;

/* On a thread that the loop has begun by way of libuv. */
static int connect_and_look(void *user)
{
    (void)user;
    const bool runtime = !is_blocked_here(SIGPWR) && !is_blocked_here(SIGXCPU) &&
                         !is_blocked_here(SIGURG) && !is_blocked_here(SIGPROF) &&
                         !is_blocked_here(SIGRTMIN + 1);
    pool_is_right = runtime && is_blocked_here(SIGINT) && is_blocked_here(SIGCHLD);
    pool_was_seen = true;
    return -1;
}

static void look_at_threads(void)
{
    struct snet_config config = hooked_client_config();
    config.connect = connect_and_look;
    if (hooked_set_up(NULL) != 0 || count_threads(expected_mask()) != 1 ||
        snet_dial_start(NULL, &config, NULL) == NULL) {
        return;
    }
    while (!pool_was_seen) { /* the test's own limit ends it */
        (void)sched_yield();
    }
    if (pool_is_right && count_threads(expected_mask()) > 1 && !is_blocked_here(SIGINT)) {
        _exit(EXIT_CODE);
    }
}

static void background_threads_block_what_programs_handle_and_no_more(void **state)
{
    (void)state;
    expect_exit(look_at_threads);
}

/* Else a signal that the program waits for by sigwait could find this thread, and end it all. */
static void look_at_an_heir(void)
{
    sigset_t own;
    (void)sigemptyset(&own);
    (void)sigaddset(&own, SIGRTMIN + 1);
    (void)pthread_sigmask(SIG_BLOCK, &own, NULL);
    if (hooked_set_up(NULL) == 0 && count_threads(expected_mask() | bit(SIGRTMIN + 1)) == 1) {
        _exit(EXIT_CODE);
    }
}

static void background_thread_blocks_what_its_creator_does(void **state)
{
    (void)state;
    expect_exit(look_at_an_heir);
}

/* --- Exit ------------------------------------------------------------------------------------- */

static atomic_uint ready; /* threads that have opened theirs */
static atomic_uint rounds;

/* A byte goes to and fro, so that this thread serves both connections by itself. */
static void ping(struct hooked_pair *pair, unsigned count)
{
    char byte = 0;
    for (unsigned i = 0; i < count; i++) {
        if (snet_write(pair->client, "x", 1) != 1 || snet_read(pair->server, &byte, 1) != 1 ||
            snet_write(pair->server, "x", 1) != 1 || snet_read(pair->client, &byte, 1) != 1) {
            return;
        }
    }
}

/* Uses sockets until there is no process any more, and then some. */
static void *use_sockets(void *arg)
{
    const struct snet_config config = hooked_client_config();
    struct snet_config hasty = hooked_hasty_config();
    struct hooked_pair pair = {.resume_timeout_ns = 0};
    hasty.nonblocking = true;
    const bool opened = hooked_open(&pair);
    ready++;
    for (;;) {
        char byte = 0;
        snet_socket *socket = snet_dial(arg, &config, NULL);
        if (socket != NULL) {
            (void)snet_write(socket, "x", 1);
            (void)snet_read(socket, &byte, 1);
            snet_close(socket);
        }
        const int fd = snet_dial_fd(hooked_world.dead, &hasty, NULL);
        (void)snet_fd_error(fd);
        (void)close(fd);
        ping(&pair, opened ? PINGS : 0);
        rounds++;
    }
    return arg;
}

static void exit_with_threads(void)
{
    static char address[HOOKED_ADDRESS_BYTES];
    pthread_t thread;
    if (hooked_set_up(NULL) != 0) {
        return;
    }
    (void)snprintf(address, sizeof address, "%s", asked_address(hooked_world.taking));
    for (unsigned i = 0; i < EXIT_THREADS; i++) {
        if (pthread_create(&thread, NULL, use_sockets, address) != 0) {
            return;
        }
    }
    while (ready < EXIT_THREADS || rounds < EXIT_THREADS) {
        (void)sched_yield();
    }
    exit(EXIT_CODE); /* NOLINT(concurrency-mt-unsafe): it is the point */
}

static void background_thread_survives_an_exit_among_threads(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EXITS; i++) {
        expect_exit(exit_with_threads);
    }
}

static void exit_now(void *user, const struct snet_event *event)
{
    (void)user;
    (void)event;
    exit(EXIT_CODE); /* NOLINT(concurrency-mt-unsafe): it is the point */
}

static void exit_in_a_hook(void)
{
    struct snet_config config = hooked_client_config();
    config.on_event = exit_now;
    if (hooked_set_up(NULL) == 0) {
        (void)snet_dial(asked_address(hooked_world.taking), &config, NULL);
        (void)pause();
    }
}

static void background_thread_may_end_the_process(void **state)
{
    (void)state;
    expect_exit(exit_in_a_hook);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(background_threads_block_what_programs_handle_and_no_more),
        cmocka_unit_test(background_thread_blocks_what_its_creator_does),
        cmocka_unit_test(background_thread_survives_an_exit_among_threads),
        cmocka_unit_test(background_thread_may_end_the_process),
    };
    return cmocka_run_group_tests_name("background", tests, NULL, NULL);
}
