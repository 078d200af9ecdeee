/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The rows of docs/socket-semantics.md by their numbers, both columns where a test can: files of
 * <stdio.h> over a socket, by fdopen and by <snet/file.h>.
 */
#include <snet/file.h>

#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#define SOON_NS (100 * SNET_MS_NS)
#define MUCH_BYTES (1u << 17)

static const struct twin_options soon = {.linger_ns = SOON_NS};

/* A file over the client's end, which belongs to it then. */
static FILE *file_of(struct tcp_twin *twins)
{
    struct twin_end *end = &twins->client;
    FILE *file = end->socket != NULL ? snet_fdopen(end->socket) : fdopen(end->fd, "r+");
    assert_non_null(file);
    *end = (struct twin_end){.fd = -1};
    return file;
}

static void expect_failed(FILE *file, int number)
{
    errno = 0;
    assert_int_equal(fgetc(file), EOF);
    assert_int_equal(errno, number);
    assert_true(ferror(file));
}

/* --- Reading and writing -------------------------------------------------------------------- */

static void check_s50(struct tcp_twin *twins)
{
    uint8_t byte = 0;
    FILE *file = file_of(twins);
    assert_int_equal(fputs("question\n", file), 1);
    twin_set_timeout(&twins->server, SOON_NS);
    assert_int_equal(twin_read(&twins->server, &byte, 1), -1);
    twin_set_timeout(&twins->server, 0);
    assert_int_equal(fflush(file), 0);
    twin_expect(&twins->server, "question\n", 9);
    assert_int_equal(fclose(file), 0);
}

static void s50_what_was_printed_waits_for_a_flush(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s50, &soon);
}

static void check_s51(struct tcp_twin *twins)
{
    char line[16];
    FILE *file = file_of(twins);
    assert_int_equal(twin_write(&twins->server, "one\ntwo\n", 8), 8);
    assert_string_equal(fgets(line, sizeof line, file), "one\n");
    errno = 0;
    if (twins->kind == TWIN_TCP) { /* what is read ahead would have to be taken back */
        assert_true(fputs("answer\n", file) == EOF || fflush(file) == EOF);
        assert_int_equal(errno, ESPIPE);
    } else {
        assert_int_equal(fputs("answer\n", file), 1);
        assert_int_equal(fflush(file), 0);
        twin_expect(&twins->server, "answer\n", 7);
        assert_string_equal(fgets(line, sizeof line, file), "two\n");
    }
    (void)fclose(file);
}

static void s51_a_line_was_read_ahead_and_one_is_printed(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s51, &soon);
}

static void check_s52(struct tcp_twin *twins)
{
    FILE *file = file_of(twins);
    errno = 0;
    assert_int_equal(fseek(file, 1, SEEK_SET), -1);
    assert_int_equal(errno, ESPIPE);
    assert_int_equal(fclose(file), 0);
}

static void s52_a_file_has_no_position(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s52, &soon);
}

/* --- Ends ----------------------------------------------------------------------------------- */

static void check_s53(struct tcp_twin *twins)
{
    char text[16];
    FILE *file = file_of(twins);
    assert_int_equal(twin_write(&twins->server, "last", 4), 4);
    assert_int_equal(twin_shutdown(&twins->server), 0);
    assert_string_equal(fgets(text, sizeof text, file), "last");
    assert_int_equal(fgetc(file), EOF);
    assert_true(feof(file));
    assert_false(ferror(file));
    assert_int_equal(fclose(file), 0);
}

static void s53_the_other_end_ends(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s53, &soon);
}

static void s54_the_connection_of_a_file_is_lost(void **state)
{
    (void)state;
    struct tcp_twin twins;
    char text[16];
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    FILE *file = file_of(&twins);
    twin_reset(&twins.server);
    expect_failed(file, ECONNRESET);
    assert_int_equal(fclose(file), 0);
    tcp_twin_close(&twins);

    tcp_twin_open(&twins, TWIN_SNET, &soon);
    file = file_of(&twins);
    tcp_twin_cut(&twins, false);
    assert_int_equal(twin_write(&twins.server, "after\n", 6), 6);
    assert_string_equal(fgets(text, sizeof text, file), "after\n");
    snet_socket_abort(twins.server.socket, SNET_CODE_APPLICATION, NULL);
    expect_failed(file, ECONNRESET); /* only now is it over */
    (void)fclose(file);
    tcp_twin_close(&twins);
}

static atomic_uint signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

static void check_s55(struct tcp_twin *twins)
{
    const bool is_tcp = twins->kind == TWIN_TCP;
    FILE *file = file_of(twins);
    if (is_tcp) {
        twin_reset(&twins->server);
    } else {
        snet_socket_abort(twins->server.socket, SNET_CODE_APPLICATION, NULL);
    }
    signals = 0;
    expect_failed(file, ECONNRESET);
    clearerr(file);
    (void)fputc('x', file);
    errno = 0;
    assert_int_equal(fflush(file), EOF);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(signals, is_tcp ? 1 : 0);
    (void)signal(SIGPIPE, SIG_IGN); /* what is closed is flushed once more */
    (void)fclose(file);
}

static void s55_printing_after_the_end(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < TWIN_KINDS; kind++) {
        struct tcp_twin twins;
        (void)signal(SIGPIPE, count_signal);
        tcp_twin_open(&twins, (enum twin_kind)kind, &soon);
        check_s55(&twins);
        tcp_twin_close(&twins);
    }
    (void)signal(SIGPIPE, SIG_DFL);
}

static void check_s56(struct tcp_twin *twins)
{
    static char much[MUCH_BYTES];
    memset(much, 'm', sizeof much);
    FILE *file = file_of(twins);
    assert_int_equal(fwrite(much, 1, sizeof much, file), sizeof much);
    assert_int_equal(fclose(file), 0);
    twin_expect(&twins->server, much, sizeof much);
    twin_expect_end(&twins->server);
}

static void s56_a_file_is_closed_with_bytes_that_were_not_sent(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s56, &soon);
}

/* --- What is below -------------------------------------------------------------------------- */

static void check_s57(struct tcp_twin *twins)
{
    FILE *file = file_of(twins);
    errno = 0;
    if (twins->kind == TWIN_TCP) {
        assert_true(fileno(file) >= 0);
    } else {
        assert_int_equal(fileno(file), -1);
        assert_int_equal(errno, EBADF);
    }
    assert_int_equal(fclose(file), 0);
}

static void s57_the_descriptor_of_a_file(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s57, &soon);
}

static void *read_one(void *arg)
{
    return fgetc(arg) == 'x' ? arg : NULL;
}

static void check_s58(struct tcp_twin *twins)
{
    pthread_t thread;
    void *result = NULL;
    FILE *file = file_of(twins);
    assert_int_equal(pthread_create(&thread, NULL, read_one, file), 0);
    while (ftrylockfile(file) == 0) { /* until the reader waits inside: nobody can write now */
        funlockfile(file);
        (void)sched_yield();
    }
    assert_int_equal(twin_write(&twins->server, "x", 1), 1);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, file);
    assert_int_equal(ftrylockfile(file), 0);
    funlockfile(file);
    assert_int_equal(fclose(file), 0);
}

static void s58_a_thread_waits_in_a_file(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s58, &soon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s50_what_was_printed_waits_for_a_flush),
        cmocka_unit_test(s51_a_line_was_read_ahead_and_one_is_printed),
        cmocka_unit_test(s52_a_file_has_no_position),
        cmocka_unit_test(s53_the_other_end_ends),
        cmocka_unit_test(s54_the_connection_of_a_file_is_lost),
        cmocka_unit_test(s55_printing_after_the_end),
        cmocka_unit_test(s56_a_file_is_closed_with_bytes_that_were_not_sent),
        cmocka_unit_test(s57_the_descriptor_of_a_file),
        cmocka_unit_test(s58_a_thread_waits_in_a_file),
    };
    return cmocka_run_group_tests_name("socket semantics: files", tests, NULL, NULL);
}
