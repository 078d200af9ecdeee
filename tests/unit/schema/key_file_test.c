/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/schema.h>

#include "tests/support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_B "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define FIXTURE_PATH_BYTES 64u
#define LISTED 130u

struct fixture {
    char folder[FIXTURE_PATH_BYTES];
    char path[FIXTURE_PATH_BYTES];
    struct snet_error error;
    struct snet_key key;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.folder = "/tmp/snet-key-file-XXXXXX"};
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->path, sizeof fixture->path, "%.50s/key", fixture->folder);
}

static void fixture_deinit(struct fixture *fixture)
{
    (void)unlink(fixture->path);
    assert_int_equal(rmdir(fixture->folder), 0);
}

static void fixture_put(const struct fixture *fixture, const void *data, size_t len, mode_t mode)
{
    (void)unlink(fixture->path);
    FILE *file = fopen(fixture->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fchmod(fileno(file), mode), 0);
    assert_int_equal(fclose(file), 0);
}

static void fixture_write(const struct fixture *fixture, const char *text, mode_t mode)
{
    fixture_put(fixture, text, strlen(text), mode);
}

/* The file is refused for a reason that is in the problem, and no key comes out. */
static void refuses_secret(struct fixture *fixture, const char *why)
{
    const struct snet_key before = fixture->key;
    assert_int_not_equal(
        snet_key_read_file(fixture->path, SNET_KEY_SECRET, &fixture->key, &fixture->error),
        SNET_OK);
    assert_non_null(strstr(fixture->error.text, why));
    assert_non_null(strstr(fixture->error.text, fixture->path));
    assert_memory_equal(&fixture->key, &before, sizeof before);
}

static bool reads(struct fixture *fixture, uint32_t kind)
{
    return snet_key_read_file(fixture->path, kind, &fixture->key, &fixture->error) == SNET_OK;
}

static bool lists(struct fixture *fixture, size_t max, struct snet_key_list *ret_list)
{
    return snet_key_list_read_file(fixture->path, max, ret_list, &fixture->error) == SNET_OK;
}

/* Makes the file with one kind of key. */
static bool makes(struct fixture *fixture, uint32_t kind, const struct snet_key *key)
{
    return snet_key_write_file(fixture->path, kind, key, &fixture->error) == SNET_OK;
}

static void key_file_refuses_secrets_that_others_may_read_or_change(void **state)
{
    static const mode_t open_modes[] = {0604, 0640, 0610, 0602, 0620, 0601, 0666};
    static const mode_t own_modes[] = {0600, 0400, 0700};
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        fixture_write(&fixture, KEY_A "\n", open_modes[i]);
        refuses_secret(&fixture, "chmod 600");
        assert_true(reads(&fixture, SNET_KEY_PUBLIC));
        fixture.key = (struct snet_key){.bytes = {0}};
    }
    for (size_t i = 0; i < sizeof own_modes / sizeof own_modes[0]; i++) {
        fixture_write(&fixture, KEY_A "\n", own_modes[i]);
        assert_true(reads(&fixture, SNET_KEY_SECRET));
        assert_int_equal(fixture.key.bytes[0], 1);
    }
    fixture_deinit(&fixture);
}

static void key_file_refuses_what_is_not_one_key(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    refuses_secret(&fixture, "No such file");
    fixture_write(&fixture, "", 0600);
    refuses_secret(&fixture, "has no key");
    fixture_write(&fixture, "# " KEY_A "\n\n", 0600);
    refuses_secret(&fixture, "has no key");
    fixture_write(&fixture, KEY_A "\n" KEY_B "\n", 0600);
    refuses_secret(&fixture, "more than one key");
    fixture_write(&fixture, "# a comment\nhunter2\n", 0600);
    refuses_secret(&fixture, "key:2: not a key");
    assert_null(strstr(fixture.error.text, "hunter2"));
    fixture_put(&fixture, KEY_A "\n\0", sizeof KEY_A + 1, 0600);
    refuses_secret(&fixture, "not text");
    fixture_deinit(&fixture);
}

static void key_file_refuses_files_that_are_too_long(void **state)
{
    (void)state;
    static char text[SNET_KEY_FILE_BYTES_MAX + 2];
    struct fixture fixture;
    fixture_init(&fixture);
    memset(text, '\n', sizeof text);
    fixture_put(&fixture, text, SNET_KEY_FILE_BYTES_MAX, 0600);
    refuses_secret(&fixture, "too long");
    fixture_put(&fixture, text, SNET_KEY_FILE_BYTES_MAX - 1, 0600);
    refuses_secret(&fixture, "has no key");
    fixture_deinit(&fixture);
}

static void key_file_refuses_a_folder(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(mkdir(fixture.path, 0700), 0);
    refuses_secret(&fixture, "Is a directory");
    assert_int_equal(rmdir(fixture.path), 0);
    fixture_deinit(&fixture);
}

static void key_file_refuses_every_kind_but_the_wanted_one(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct snet_key key = {.bytes = {1}};
    fixture_init(&fixture);
    for (uint32_t made = SNET_KEY_PUBLIC; made <= SNET_KEY_SHARED; made++) {
        assert_true(makes(&fixture, made, &key));
        for (uint32_t wanted = SNET_KEY_PUBLIC; wanted <= SNET_KEY_SHARED; wanted++) {
            assert_int_equal(reads(&fixture, wanted), made == wanted);
            if (made != wanted) {
                assert_int_equal(fixture.error.err, SNET_ERR_KEY);
                assert_non_null(strstr(fixture.error.text, " holds "));
                assert_null(strstr(fixture.error.text, "chmod"));
                assert_true(strlen(fixture.error.text) < SNET_ERROR_TEXT_BYTES - 1);
            }
        }
        assert_int_equal(unlink(fixture.path), 0);
    }
    fixture_deinit(&fixture);
}

static void key_file_refuses_a_secret_key_in_place_of_a_public_one(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct snet_key secret = {.bytes = {1}};
    struct snet_key_list list = {.count = 0};
    fixture_init(&fixture);
    assert_true(makes(&fixture, SNET_KEY_SECRET, &secret));
    assert_false(reads(&fixture, SNET_KEY_PUBLIC));
    assert_non_null(strstr(fixture.error.text, "snet keygen --public"));
    assert_false(lists(&fixture, 9, &list));
    assert_non_null(strstr(fixture.error.text, "key:1 holds the secret key of one end"));
    assert_int_equal(fixture.key.bytes[0], 0);
    fixture_deinit(&fixture);
}

static void key_file_reads_what_it_has_made_and_makes_nothing_twice(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct snet_key secret = {.bytes = {1, 2, 3, [31] = 7}};
    const struct snet_key other = {.bytes = {9}};
    struct stat stat_of;
    fixture_init(&fixture);
    assert_true(makes(&fixture, SNET_KEY_SECRET, &secret));
    assert_int_equal(stat(fixture.path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 07777, 0600);
    assert_false(makes(&fixture, SNET_KEY_SECRET, &other));
    assert_int_equal(fixture.error.err, SNET_ERR_OS);
    assert_int_equal(fixture.error.os_err, EEXIST);
    assert_non_null(strstr(fixture.error.text, fixture.path));
    assert_true(reads(&fixture, SNET_KEY_SECRET));
    assert_memory_equal(&fixture.key, &secret, sizeof secret);
    fixture_deinit(&fixture);
}

static void key_file_of_a_public_key_is_for_everybody(void **state)
{
    (void)state;
    struct fixture fixture;
    struct stat stat_of;
    const struct snet_key key = {.bytes = {5}};
    fixture_init(&fixture);
    const mode_t before = umask(022);
    assert_true(makes(&fixture, SNET_KEY_PUBLIC, &key));
    (void)umask(before);
    assert_int_equal(stat(fixture.path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 07777, 0644);
    assert_true(reads(&fixture, SNET_KEY_PUBLIC));
    fixture_deinit(&fixture);
}

static void key_file_of_a_secret_key_tells_its_public_key(void **state)
{
    (void)state;
    char text[SNET_KEY_FILE_TEXT_BYTES];
    char public_text[SNET_KEY_TEXT_BYTES];
    const struct snet_key secret = {.bytes = {1}};
    struct snet_key public_key;
    assert_int_equal(snet_key_public(&secret, &public_key), SNET_OK);
    snet_key_format(&public_key, public_text);
    assert_int_equal(snet_key_file_format(SNET_KEY_SECRET, &secret, text), SNET_OK);
    assert_non_null(strstr(text, public_text));
    assert_non_null(strstr(text, "\n" KEY_A "\n"));
    assert_int_equal(snet_key_file_format(SNET_KEY_SHARED, &secret, text), SNET_OK);
    assert_null(strstr(text, public_text));
}

static void key_file_functions_return_an_error_for_null_and_unknown_kinds(void **state)
{
    (void)state;
    struct snet_key key = {.bytes = {1}};
    struct snet_key_list list;
    struct snet_error error;
    char text[SNET_KEY_FILE_TEXT_BYTES];
    assert_int_equal(snet_key_read_file(NULL, SNET_KEY_PUBLIC, &key, &error), SNET_ERR_INVALID);
    assert_int_equal(error.err, SNET_ERR_INVALID);
    assert_int_equal(snet_key_read_file("/", SNET_KEY_PUBLIC, NULL, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_key_read_file("/", 0, &key, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_key_write_file(NULL, SNET_KEY_PUBLIC, &key, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_key_write_file("/no/such", SNET_KEY_PUBLIC, NULL, NULL),
                     SNET_ERR_INVALID);
    assert_int_equal(snet_key_write_file("/no/such", 4, &key, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_key_file_format(0, &key, text), SNET_ERR_INVALID);
    assert_int_equal(snet_key_list_read_file(NULL, 1, &list, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_key_generate(NULL), SNET_ERR_INVALID);
    snet_key_list_deinit(NULL);
}

static void key_file_makes_another_secret_each_time(void **state)
{
    (void)state;
    struct snet_key keys[2];
    assert_int_equal(snet_key_generate(&keys[0]), SNET_OK);
    assert_int_equal(snet_key_generate(&keys[1]), SNET_OK);
    assert_memory_not_equal(&keys[0], &keys[1], sizeof keys[0]);
}

/* A service's key belongs to root, and its group may read it; nobody may change it. */
static void key_file_takes_a_secret_that_the_own_group_may_only_read(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, KEY_A "\n", 0440);
    assert_true(reads(&fixture, SNET_KEY_SECRET));
    fixture_write(&fixture, KEY_A "\n", 0444);
    refuses_secret(&fixture, "chmod 600");
    fixture_write(&fixture, KEY_A "\n", 0460);
    refuses_secret(&fixture, "chmod 600");
    if (geteuid() == 0) { /* only root gives files away */
        assert_int_equal(chown(fixture.path, 0, 54321), 0);
        assert_int_equal(chmod(fixture.path, 0440), 0);
        refuses_secret(&fixture, "chmod 600");
        assert_int_equal(chown(fixture.path, 54321, getegid()), 0);
        assert_int_equal(chmod(fixture.path, 0640), 0);
        assert_true(reads(&fixture, SNET_KEY_SECRET));
    }
    fixture_deinit(&fixture);
}

static void key_file_reads_a_pipe(void **state)
{
    (void)state;
    struct fixture fixture;
    int ends[2];
    char path[FIXTURE_PATH_BYTES];
    fixture_init(&fixture);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], KEY_A "\n", sizeof KEY_A), sizeof KEY_A);
    assert_int_equal(fchmod(ends[0], 0666), 0);
    assert_int_equal(close(ends[1]), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(snet_key_read_file(path, SNET_KEY_SECRET, &fixture.key, &fixture.error),
                     SNET_OK);
    assert_int_equal(fixture.key.bytes[0], 1);
    assert_int_equal(close(ends[0]), 0);
    fixture_deinit(&fixture);
}

static void key_file_takes_a_key_among_lines_for_people(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, "# of the gateway\r\n\r\n\t " KEY_B "  of 2026\r\n# the end", 0644);
    assert_true(reads(&fixture, SNET_KEY_PUBLIC));
    assert_int_equal(fixture.key.bytes[0], 2);
    fixture_deinit(&fixture);
}

static void key_file_refuses_lists_with_the_line_that_is_wrong(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_key_list list = {.count = 0};
    char text[SNET_KEY_FILE_LINE_MAX + 100];
    fixture_init(&fixture);
    assert_false(lists(&fixture, 9, &list));
    assert_non_null(strstr(fixture.error.text, "No such file"));
    fixture_write(&fixture, "# nobody yet\n", 0644);
    assert_false(lists(&fixture, 9, &list));
    assert_non_null(strstr(fixture.error.text, "has no key"));
    fixture_write(&fixture, KEY_A " anna\n\nbert " KEY_B "\n", 0644);
    assert_false(lists(&fixture, 9, &list));
    assert_non_null(strstr(fixture.error.text, "key:3: not a key"));
    fixture_write(&fixture, KEY_A "\n" KEY_B "\n", 0644);
    assert_false(lists(&fixture, 1, &list));
    assert_non_null(strstr(fixture.error.text, "key:2: more than 1 keys"));
    memset(text, '#', sizeof text);
    fixture_put(&fixture, text, sizeof text, 0644);
    assert_false(lists(&fixture, 9, &list));
    assert_non_null(strstr(fixture.error.text, "key:1: the line is too long"));
    assert_null(list.keys);
    fixture_deinit(&fixture);
}

static void key_file_reads_lists_with_names(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_key_list list = {.count = 0};
    fixture_init(&fixture);
    fixture_write(&fixture,
                  "# who may come in\n" KEY_A " anna of the office\n" KEY_B
                  "\tthis name has more characters than are kept\r\n" KEY_A,
                  0644);
    assert_true(lists(&fixture, 3, &list));
    assert_int_equal(list.count, 3);
    assert_int_equal(list.keys[0].bytes[0], 1);
    assert_int_equal(list.keys[1].bytes[0], 2);
    assert_string_equal(list.names[0], "anna of the office");
    assert_string_equal(list.names[1], "this name has more characters th");
    assert_string_equal(list.names[2], "");
    assert_string_equal(snet_key_list_name(&list, &list.keys[2]), "anna of the office");
    assert_ptr_equal(snet_key_list_name(&list, &list.keys[1]), list.names[1]);
    assert_string_equal(snet_key_list_name(&list, &fixture.key), "");
    snet_key_list_deinit(&list);
    assert_int_equal(list.count, 0);
    fixture_deinit(&fixture);
}

static void key_file_reads_lists_of_any_length(void **state)
{
    (void)state;
    static char text[LISTED * sizeof KEY_A + 1];
    struct fixture fixture;
    struct snet_key_list list = {.count = 0};
    fixture_init(&fixture);
    for (size_t i = 0; i < LISTED; i++) {
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", KEY_A);
    }
    fixture_write(&fixture, text, 0644);
    assert_true(lists(&fixture, LISTED, &list));
    assert_int_equal(list.count, LISTED);
    assert_int_equal(list.keys[LISTED - 1].bytes[0], 1);
    snet_key_list_deinit(&list);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_file_refuses_secrets_that_others_may_read_or_change),
        cmocka_unit_test(key_file_refuses_what_is_not_one_key),
        cmocka_unit_test(key_file_refuses_files_that_are_too_long),
        cmocka_unit_test(key_file_refuses_a_folder),
        cmocka_unit_test(key_file_refuses_every_kind_but_the_wanted_one),
        cmocka_unit_test(key_file_refuses_a_secret_key_in_place_of_a_public_one),
        cmocka_unit_test(key_file_reads_what_it_has_made_and_makes_nothing_twice),
        cmocka_unit_test(key_file_of_a_public_key_is_for_everybody),
        cmocka_unit_test(key_file_of_a_secret_key_tells_its_public_key),
        cmocka_unit_test(key_file_functions_return_an_error_for_null_and_unknown_kinds),
        cmocka_unit_test(key_file_makes_another_secret_each_time),
        cmocka_unit_test(key_file_takes_a_secret_that_the_own_group_may_only_read),
        cmocka_unit_test(key_file_reads_a_pipe),
        cmocka_unit_test(key_file_takes_a_key_among_lines_for_people),
        cmocka_unit_test(key_file_refuses_lists_with_the_line_that_is_wrong),
        cmocka_unit_test(key_file_reads_lists_with_names),
        cmocka_unit_test(key_file_reads_lists_of_any_length),
    };
    return cmocka_run_group_tests_name("key_file", tests, NULL, NULL);
}
