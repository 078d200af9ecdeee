/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/log_writer.h"

#include "tests/support/unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WRITER_WAIT_MS 10000u
#define WRITER_SHORT_WAIT_MS 20u
#define WRITER_LINE "0123456789012345678901234567890123456789012345678901234567890123456789\n"
#define WRITER_THREADS ((size_t)4)
#define WRITER_LINES ((size_t)500)
#define WRITER_MANY_LINES 20000u

static size_t say_dropped(const void *user, uint64_t count, char *ret_line, size_t size)
{
    (void)user;
    const int len = snprintf(ret_line, size, "dropped %" PRIu64 "\n", count);
    return (size_t)len;
}

/* What the reader of a pipe finds until its end. */
struct reader {
    pthread_t thread;
    int fd;
    size_t lines;   /* apart from those about dropped ones */
    size_t dropped; /* the sum of what those say */
    bool whole;     /* each line is one of those that were put */
};

static void *reader_run(void *user)
{
    struct reader *reader = user;
    char line[256];
    FILE *file = fdopen(reader->fd, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "dropped ", 8) == 0) {
            reader->dropped += strtoul(line + 8, NULL, 10);
        } else {
            reader->lines++;
            reader->whole = reader->whole && strcmp(line, WRITER_LINE) == 0;
        }
    }
    (void)fclose(file);
    return NULL;
}

static void reader_start(struct reader *reader, int fd)
{
    *reader = (struct reader){.fd = fd, .whole = true};
    assert_int_equal(pthread_create(&reader->thread, NULL, reader_run, reader), 0);
}

/* Ends the pipe and waits until all of it was read. */
static void reader_end(struct reader *reader, int writing_fd)
{
    (void)close(writing_fd);
    assert_int_equal(pthread_join(reader->thread, NULL), 0);
}

static void lines_arrive_whole_and_in_order(void **state)
{
    (void)state;
    int fds[2];
    char text[64];
    assert_int_equal(pipe(fds), 0);
    struct snet_log_writer *writer = snet_log_writer_open(fds[1], say_dropped, NULL);
    assert_non_null(writer);
    assert_true(snet_log_writer_put(writer, "one\n", 4));
    assert_true(snet_log_writer_put(writer, "two\n", 4));
    assert_true(snet_log_writer_close(writer, WRITER_WAIT_MS));
    assert_int_equal(read(fds[0], text, sizeof text), 8);
    assert_memory_equal(text, "one\ntwo\n", 8);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

/* Puts `count` lines; returns how many were taken. */
static size_t put_lines(struct snet_log_writer *writer, size_t count)
{
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        taken += snet_log_writer_put(writer, WRITER_LINE, strlen(WRITER_LINE)) ? 1 : 0;
    }
    return taken;
}

/* A pipe that nobody reads takes 64 KiB. No call waits for it, and the count of what is missing is
   exact once somebody reads. */
static void full_pipe_costs_lines_and_no_time(void **state)
{
    (void)state;
    int fds[2];
    struct reader reader;
    assert_int_equal(pipe(fds), 0);
    struct snet_log_writer *writer = snet_log_writer_open(fds[1], say_dropped, NULL);
    assert_non_null(writer);
    const size_t taken = put_lines(writer, WRITER_MANY_LINES);
    assert_in_range(taken, SNET_LOG_WRITER_BYTES / sizeof WRITER_LINE, WRITER_MANY_LINES - 1);
    reader_start(&reader, fds[0]);
    assert_true(snet_log_writer_close(writer, WRITER_WAIT_MS));
    reader_end(&reader, fds[1]);
    assert_true(reader.whole);
    assert_int_equal(reader.lines, taken);
    assert_int_equal(reader.dropped, WRITER_MANY_LINES - taken);
}

/* The writer itself is left behind: its thread is in the system's hands. */
static void close_waits_no_longer_than_it_may(void **state)
{
    (void)state;
    int fds[2];
    struct reader reader;
    assert_int_equal(pipe(fds), 0);
    struct snet_log_writer *writer = snet_log_writer_open(fds[1], say_dropped, NULL);
    assert_non_null(writer);
    (void)put_lines(writer, WRITER_MANY_LINES);
    assert_false(snet_log_writer_close(writer, WRITER_SHORT_WAIT_MS));
    /* Once more for the checkers of memory: now somebody reads. */
    reader_start(&reader, fds[0]);
    assert_true(snet_log_writer_close(writer, WRITER_WAIT_MS));
    reader_end(&reader, fds[1]);
    assert_true(reader.whole);
}

/* Other processes share the descriptor: one of them may have set it not to block. */
static void descriptor_that_does_not_block_loses_nothing(void **state)
{
    (void)state;
    int fds[2];
    struct reader reader;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
    struct snet_log_writer *writer = snet_log_writer_open(fds[1], say_dropped, NULL);
    assert_non_null(writer);
    const size_t taken = put_lines(writer, WRITER_LINES * WRITER_THREADS);
    reader_start(&reader, fds[0]);
    assert_true(snet_log_writer_close(writer, WRITER_WAIT_MS));
    reader_end(&reader, fds[1]);
    assert_true(reader.whole);
    assert_int_equal(taken, WRITER_LINES * WRITER_THREADS);
    assert_int_equal(reader.lines, taken);
}

static void refused_write_is_counted_and_ends_nothing(void **state)
{
    (void)state;
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    struct snet_log_writer *writer = snet_log_writer_open(full, say_dropped, NULL);
    assert_non_null(writer);
    (void)put_lines(writer, WRITER_LINES);
    assert_true(snet_log_writer_close(writer, WRITER_WAIT_MS));
    (void)close(full);
}

static void *put_some(void *user)
{
    (void)put_lines(user, WRITER_LINES);
    return NULL;
}

static void many_threads_may_write(void **state)
{
    (void)state;
    int fds[2];
    struct reader reader;
    pthread_t threads[WRITER_THREADS];
    assert_int_equal(pipe(fds), 0);
    struct snet_log_writer *writer = snet_log_writer_open(fds[1], say_dropped, NULL);
    assert_non_null(writer);
    reader_start(&reader, fds[0]);
    for (size_t i = 0; i < WRITER_THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, put_some, writer), 0);
    }
    for (size_t i = 0; i < WRITER_THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_true(snet_log_writer_close(writer, WRITER_WAIT_MS));
    reader_end(&reader, fds[1]);
    assert_true(reader.whole);
    assert_int_equal(reader.lines + reader.dropped, WRITER_LINES * WRITER_THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_arrive_whole_and_in_order),
        cmocka_unit_test(full_pipe_costs_lines_and_no_time),
        cmocka_unit_test(close_waits_no_longer_than_it_may),
        cmocka_unit_test(descriptor_that_does_not_block_loses_nothing),
        cmocka_unit_test(refused_write_is_counted_and_ends_nothing),
        cmocka_unit_test(many_threads_may_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
