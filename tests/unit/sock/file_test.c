/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/file.h>

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/memory.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#define ADDRESS "127.0.0.1:0"
#define MUCH_BYTES (1u << 20)

/* A file that dialed, and the socket at its other end. */
struct fixture {
    snet_socket *acceptor;
    FILE *file;
    snet_socket *server;
};

static struct snet_config client_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .server_key = &core_pair_keys()->server_public,
    };
}

static void fixture_init(struct fixture *fixture)
{
    const struct snet_config server = {
        .size = sizeof server,
        .key = &core_pair_keys()->server,
        .key_count = 1,
    };
    const struct snet_config client = client_config();
    struct snet_error error = {.err = SNET_OK};
    fixture->acceptor = snet_listen(ADDRESS, &server, &error);
    assert_non_null(fixture->acceptor);
    fixture->file = snet_fopen(asked_address(fixture->acceptor), &client, &error);
    assert_non_null(fixture->file);
    assert_int_equal(error.err, SNET_OK);
    fixture->server = snet_accept(fixture->acceptor);
    assert_non_null(fixture->server);
}

static void fixture_deinit(struct fixture *fixture)
{
    if (fixture->file != NULL) {
        (void)fclose(fixture->file);
    }
    snet_close(fixture->server);
    snet_close(fixture->acceptor);
}

static void server_says(struct fixture *fixture, const char *text)
{
    assert_int_equal(snet_write(fixture->server, text, strlen(text)), (ssize_t)strlen(text));
}

static void server_hears(struct fixture *fixture, const char *text)
{
    char heard[64];
    size_t len = 0;
    while (len < strlen(text)) {
        const ssize_t got = snet_read(fixture->server, heard + len, strlen(text) - len);
        assert_true(got > 0);
        len += (size_t)got;
    }
    assert_memory_equal(heard, text, len);
}

static void file_says_why_there_is_none(void **state)
{
    (void)state;
    const struct snet_config client = client_config();
    struct snet_error error = {.err = SNET_OK};
    assert_null(snet_fopen("nowhere", &client, &error));
    assert_int_equal(error.err, SNET_ERR_ADDRESS);
    assert_int_equal(errno, EINVAL);
}

static void file_without_memory_is_none_and_leaves_the_socket(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_memory_fail_at(1, false);
    errno = 0;
    assert_null(snet_fdopen(fixture.server));
    assert_true(test_memory_heal());
    assert_int_equal(errno, ENOMEM);
    server_says(&fixture, "hello\n");
    fixture_deinit(&fixture);
}

static void file_has_no_position(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(fseek(fixture.file, 10, SEEK_SET), -1);
    assert_int_equal(errno, ESPIPE);
    assert_int_equal(fseek(fixture.file, 0, SEEK_END), -1);
    fixture_deinit(&fixture);
}

static void file_keeps_what_it_has_read_ahead_when_it_writes(void **state)
{
    (void)state;
    struct fixture fixture;
    char line[16];
    fixture_init(&fixture);
    server_says(&fixture, "one\ntwo\nthree\n");
    assert_non_null(fgets(line, sizeof line, fixture.file));
    assert_string_equal(line, "one\n");
    assert_true(fprintf(fixture.file, "got %d\n", 1) > 0);
    assert_int_equal(fflush(fixture.file), 0);
    server_hears(&fixture, "got 1\n");
    assert_non_null(fgets(line, sizeof line, fixture.file));
    assert_string_equal(line, "two\n");
    assert_true(fprintf(fixture.file, "got %d\n", 2) > 0);
    assert_int_equal(fflush(fixture.file), 0);
    server_hears(&fixture, "got 2\n");
    assert_non_null(fgets(line, sizeof line, fixture.file));
    assert_string_equal(line, "three\n");
    fixture_deinit(&fixture);
}

static void file_tells_the_end_of_the_stream(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    server_says(&fixture, "x");
    assert_int_equal(snet_shutdown(fixture.server), 0);
    assert_int_equal(fgetc(fixture.file), 'x');
    assert_int_equal(fgetc(fixture.file), EOF);
    assert_true(feof(fixture.file));
    assert_false(ferror(fixture.file));
    fixture_deinit(&fixture);
}

static void file_tells_that_the_session_was_aborted(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    snet_socket_abort(fixture.server, SNET_CODE_APPLICATION, "go away");
    errno = 0;
    assert_int_equal(fgetc(fixture.file), EOF);
    assert_true(ferror(fixture.file));
    assert_int_equal(errno, ECONNRESET);
    clearerr(fixture.file);
    errno = 0;
    assert_true(fputc('x', fixture.file) == EOF || fflush(fixture.file) == EOF);
    assert_int_equal(errno, EPIPE);
    fixture_deinit(&fixture);
}

static void *write_much(void *arg)
{
    FILE *file = arg;
    for (uint64_t i = 0; i < MUCH_BYTES; i++) {
        if (fputc(test_pattern_byte(i), file) == EOF) {
            return NULL;
        }
    }
    return fclose(file) == 0 ? arg : NULL;
}

static void file_that_is_closed_has_written_all(void **state)
{
    (void)state;
    struct fixture fixture;
    pthread_t writer;
    void *result = NULL;
    uint8_t chunk[4096];
    uint64_t done = 0;
    fixture_init(&fixture);
    assert_int_equal(pthread_create(&writer, NULL, write_much, fixture.file), 0);
    ssize_t len = snet_read(fixture.server, chunk, sizeof chunk);
    for (; len > 0; len = snet_read(fixture.server, chunk, sizeof chunk)) {
        test_pattern_expect(chunk, (size_t)len, done);
        done += (uint64_t)len;
    }
    assert_int_equal(len, 0);
    assert_int_equal(done, MUCH_BYTES);
    assert_int_equal(pthread_join(writer, &result), 0);
    assert_non_null(result);
    fixture.file = NULL;
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_says_why_there_is_none),
        cmocka_unit_test(file_without_memory_is_none_and_leaves_the_socket),
        cmocka_unit_test(file_has_no_position),
        cmocka_unit_test(file_keeps_what_it_has_read_ahead_when_it_writes),
        cmocka_unit_test(file_tells_the_end_of_the_stream),
        cmocka_unit_test(file_tells_that_the_session_was_aborted),
        cmocka_unit_test(file_that_is_closed_has_written_all),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
