/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/keyfile.h"

#include "tests/support/unit.h"

#include <errno.h>
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
    struct snet_keyfile_problem problem;
    struct snet_key key;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.folder = "/tmp/snet-keyfile-XXXXXX"};
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
    assert_false(snet_keyfile_read_secret(fixture->path, &fixture->key, &fixture->problem));
    assert_non_null(strstr(fixture->problem.text, why));
    assert_non_null(strstr(fixture->problem.text, fixture->path));
    assert_memory_equal(&fixture->key, &before, sizeof before);
}

static void keyfile_refuses_secrets_that_others_may_read_or_change(void **state)
{
    static const mode_t open_modes[] = {0604, 0640, 0610, 0602, 0620, 0601, 0666};
    static const mode_t own_modes[] = {0600, 0400, 0700};
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        fixture_write(&fixture, KEY_A "\n", open_modes[i]);
        refuses_secret(&fixture, "chmod 600");
        assert_true(snet_keyfile_read_public(fixture.path, &fixture.key, &fixture.problem));
        fixture.key = (struct snet_key){.bytes = {0}};
    }
    for (size_t i = 0; i < sizeof own_modes / sizeof own_modes[0]; i++) {
        fixture_write(&fixture, KEY_A "\n", own_modes[i]);
        assert_true(snet_keyfile_read_secret(fixture.path, &fixture.key, &fixture.problem));
        assert_int_equal(fixture.key.bytes[0], 1);
    }
    fixture_deinit(&fixture);
}

static void keyfile_refuses_what_is_not_one_key(void **state)
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
    assert_null(strstr(fixture.problem.text, "hunter2"));
    fixture_put(&fixture, KEY_A "\n\0", sizeof KEY_A + 1, 0600);
    refuses_secret(&fixture, "not text");
    fixture_deinit(&fixture);
}

static void keyfile_refuses_files_that_are_too_long(void **state)
{
    (void)state;
    static char text[SNET_KEYFILE_BYTES_MAX + 2];
    struct fixture fixture;
    fixture_init(&fixture);
    memset(text, '\n', sizeof text);
    fixture_put(&fixture, text, SNET_KEYFILE_BYTES_MAX, 0600);
    refuses_secret(&fixture, "too long");
    fixture_put(&fixture, text, SNET_KEYFILE_BYTES_MAX - 1, 0600);
    refuses_secret(&fixture, "has no key");
    fixture_deinit(&fixture);
}

static void keyfile_refuses_a_folder(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(mkdir(fixture.path, 0700), 0);
    refuses_secret(&fixture, "Is a directory");
    assert_int_equal(rmdir(fixture.path), 0);
    fixture_deinit(&fixture);
}

static void keyfile_refuses_a_secret_key_in_place_of_a_public_one(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_key public_key = {.bytes = {2}};
    struct snet_key secret = {.bytes = {1}};
    struct snet_keyfile_list list = {.count = 0};
    fixture_init(&fixture);
    assert_true(snet_keyfile_create(fixture.path, &secret, &public_key));
    assert_false(snet_keyfile_read_public(fixture.path, &fixture.key, &fixture.problem));
    assert_non_null(strstr(fixture.problem.text, "snet keygen --public"));
    assert_false(snet_keyfile_read_list(fixture.path, 9, &list, &fixture.problem));
    assert_non_null(strstr(fixture.problem.text, "key:1: a secret key"));
    assert_int_equal(fixture.key.bytes[0], 0);
    fixture_deinit(&fixture);
}

static void keyfile_reads_what_it_has_made_and_makes_nothing_twice(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct snet_key secret = {.bytes = {1, 2, 3, [31] = 7}};
    const struct snet_key public_key = {.bytes = {9}};
    struct stat stat_of;
    fixture_init(&fixture);
    assert_true(snet_keyfile_create(fixture.path, &secret, &public_key));
    assert_int_equal(stat(fixture.path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 07777, 0600);
    assert_false(snet_keyfile_create(fixture.path, &public_key, &secret));
    assert_int_equal(errno, EEXIST);
    assert_true(snet_keyfile_read_secret(fixture.path, &fixture.key, &fixture.problem));
    assert_memory_equal(&fixture.key, &secret, sizeof secret);
    fixture_deinit(&fixture);
}

static void keyfile_takes_a_key_among_lines_for_people(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, "# of the gateway\r\n\r\n\t " KEY_B "  of 2026\r\n# the end", 0644);
    assert_true(snet_keyfile_read_public(fixture.path, &fixture.key, &fixture.problem));
    assert_int_equal(fixture.key.bytes[0], 2);
    fixture_deinit(&fixture);
}

static void keyfile_refuses_lists_with_the_line_that_is_wrong(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_keyfile_list list = {.count = 0};
    char text[SNET_KEYFILE_LINE_MAX + 100];
    fixture_init(&fixture);
    assert_false(snet_keyfile_read_list(fixture.path, 9, &list, &fixture.problem));
    assert_non_null(strstr(fixture.problem.text, "No such file"));
    fixture_write(&fixture, "# nobody yet\n", 0644);
    assert_false(snet_keyfile_read_list(fixture.path, 9, &list, &fixture.problem));
    assert_non_null(strstr(fixture.problem.text, "has no key"));
    fixture_write(&fixture, KEY_A " anna\n\nbert " KEY_B "\n", 0644);
    assert_false(snet_keyfile_read_list(fixture.path, 9, &list, &fixture.problem));
    assert_non_null(strstr(fixture.problem.text, "key:3: not a key"));
    fixture_write(&fixture, KEY_A "\n" KEY_B "\n", 0644);
    assert_false(snet_keyfile_read_list(fixture.path, 1, &list, &fixture.problem));
    assert_non_null(strstr(fixture.problem.text, "key:2: more than 1 keys"));
    memset(text, '#', sizeof text);
    fixture_put(&fixture, text, sizeof text, 0644);
    assert_false(snet_keyfile_read_list(fixture.path, 9, &list, &fixture.problem));
    assert_non_null(strstr(fixture.problem.text, "key:1: the line is too long"));
    assert_null(list.keys);
    fixture_deinit(&fixture);
}

static void keyfile_reads_lists_with_names(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_keyfile_list list = {.count = 0};
    fixture_init(&fixture);
    fixture_write(&fixture,
                  "# who may come in\n" KEY_A " anna of the office\n" KEY_B
                  "\tthis name has more characters than are kept\r\n" KEY_A,
                  0644);
    assert_true(snet_keyfile_read_list(fixture.path, 3, &list, &fixture.problem));
    assert_int_equal(list.count, 3);
    assert_int_equal(list.keys[0].bytes[0], 1);
    assert_int_equal(list.keys[1].bytes[0], 2);
    assert_string_equal(list.names[0], "anna of the office");
    assert_string_equal(list.names[1], "this name has more characters th");
    assert_string_equal(list.names[2], "");
    assert_string_equal(snet_keyfile_list_name(&list, &list.keys[2]), "anna of the office");
    assert_ptr_equal(snet_keyfile_list_name(&list, &list.keys[1]), list.names[1]);
    assert_string_equal(snet_keyfile_list_name(&list, &fixture.key), "");
    snet_keyfile_list_deinit(&list);
    assert_int_equal(list.count, 0);
    fixture_deinit(&fixture);
}

static void keyfile_reads_lists_of_any_length(void **state)
{
    (void)state;
    static char text[LISTED * sizeof KEY_A + 1];
    struct fixture fixture;
    struct snet_keyfile_list list = {.count = 0};
    fixture_init(&fixture);
    for (size_t i = 0; i < LISTED; i++) {
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", KEY_A);
    }
    fixture_write(&fixture, text, 0644);
    assert_true(snet_keyfile_read_list(fixture.path, LISTED, &list, &fixture.problem));
    assert_int_equal(list.count, LISTED);
    assert_int_equal(list.keys[LISTED - 1].bytes[0], 1);
    snet_keyfile_list_deinit(&list);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyfile_refuses_secrets_that_others_may_read_or_change),
        cmocka_unit_test(keyfile_refuses_what_is_not_one_key),
        cmocka_unit_test(keyfile_refuses_files_that_are_too_long),
        cmocka_unit_test(keyfile_refuses_a_folder),
        cmocka_unit_test(keyfile_refuses_a_secret_key_in_place_of_a_public_one),
        cmocka_unit_test(keyfile_reads_what_it_has_made_and_makes_nothing_twice),
        cmocka_unit_test(keyfile_takes_a_key_among_lines_for_people),
        cmocka_unit_test(keyfile_refuses_lists_with_the_line_that_is_wrong),
        cmocka_unit_test(keyfile_reads_lists_with_names),
        cmocka_unit_test(keyfile_reads_lists_of_any_length),
    };
    return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
