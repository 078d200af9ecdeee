/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/schema.h>

#include "tests/support/memory.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_B "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define HEX_64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PATH_BYTES 64u
#define TEXT_BYTES 256u

/* An object with options of all types, which are not the library's. */
struct object {
    const char *text;
    const struct snet_key *pin;
    const struct snet_key *known;
    const struct snet_key *own;
    const struct snet_key *shared;
    const char *const *list;
    uint32_t known_count;
    uint32_t shared_count;
    uint32_t list_count;
    uint32_t flag;
    uint32_t choice;
    uint32_t set;
    uint32_t count;
    uint64_t bytes;
    uint64_t time;
    uint64_t rate;
};

#define ROW(name, values, def, min, max, type, field, count)                                       \
    {                                                                                              \
        {name, values, def, "", "a sentence", min, max, type, SNET_USE_OWN_FIRST, ""},             \
            offsetof(struct object, field), count                                                  \
    }
static const struct snet_schema_row object_rows[] = {
    ROW("text", "", "none", 2, 8, SNET_TYPE_TEXT, text, 0),
    ROW("pin", "", "", 1, 1, SNET_TYPE_KEY, pin, 0),
    ROW("known", "", "", 0, 3, SNET_TYPE_KEYS, known, offsetof(struct object, known_count)),
    ROW("own", "", "", 1, 1, SNET_TYPE_SECRET, own, 0),
    ROW("shared", "shared", "", 1, 2, SNET_TYPE_SECRETS, shared,
        offsetof(struct object, shared_count)),
    ROW("list", "", "", 1, 2, SNET_TYPE_LIST, list, offsetof(struct object, list_count)),
    ROW("flag", "", "no", 0, 1, SNET_TYPE_FLAG, flag, 0),
    ROW("choice", "red|green", "red", 0, 1, SNET_TYPE_CHOICE, choice, 0),
    ROW("some", "a|b|c", "a", 1, 7, SNET_TYPE_SET, set, 0),
    ROW("count", "", "5", 1, 9, SNET_TYPE_COUNT, count, 0),
    ROW("bytes", "", "1k", 64, 4096, SNET_TYPE_BYTES, bytes, 0),
    ROW("rate", "", "0", 0, 1024, SNET_TYPE_RATE, rate, 0),
    ROW("time-limit", "never", "5s", 0, 60 * SNET_SECOND_NS, SNET_TYPE_TIME, time, 0),
};
static const struct snet_schema object_schema = {object_rows,
                                                 sizeof object_rows / sizeof object_rows[0]};

struct fixture {
    struct object object;
    struct snet_store *store;
    struct snet_error error;
    char folder[PATH_BYTES];
    char path[PATH_BYTES];
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.folder = "/tmp/snet-schema-XXXXXX"};
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->path, sizeof fixture->path, "%.50s/file", fixture->folder);
}

static void fixture_deinit(struct fixture *fixture)
{
    snet_store_free(&fixture->store);
    (void)unlink(fixture->path);
    assert_int_equal(rmdir(fixture->folder), 0);
}

static void fixture_write(const struct fixture *fixture, const char *text)
{
    (void)unlink(fixture->path);
    FILE *file = fopen(fixture->path, "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static const struct snet_schema_row *row_of(const char *name)
{
    const struct snet_schema_row *row = snet_schema_find(&object_schema, name, NULL);
    assert_non_null(row);
    return row;
}

static snet_err set(struct fixture *fixture, const char *name, const char *value)
{
    return snet_schema_set(row_of(name), &fixture->object, &fixture->store, value, &fixture->error);
}

/* The value is refused, the error says so, and nothing has changed. */
static void refuses(struct fixture *fixture, const char *name, const char *value, const char *why)
{
    const struct object before = fixture->object;
    assert_int_not_equal(set(fixture, name, value), SNET_OK);
    assert_string_equal(fixture->error.option, name);
    if (strstr(fixture->error.text, why) == NULL) {
        fail_msg("%s: '%s' does not say '%s'", name, fixture->error.text, why);
    }
    assert_memory_equal(&fixture->object, &before, sizeof before);
    assert_int_not_equal(
        snet_schema_set(row_of(name), &fixture->object, &fixture->store, value, NULL), SNET_OK);
}

static void gets(struct fixture *fixture, const char *name, const char *want)
{
    char text[TEXT_BYTES];
    assert_int_equal(snet_schema_get(row_of(name), &fixture->object, text, sizeof text),
                     strlen(want));
    assert_string_equal(text, want);
}

static void schema_has_no_other_option_and_says_which_was_meant(void **state)
{
    (void)state;
    struct snet_error error;
    assert_null(snet_schema_find(&object_schema, "tim-limit", &error));
    assert_int_equal(error.err, SNET_ERR_OPTION);
    assert_string_equal(error.option, "tim-limit");
    assert_string_equal(error.text, "there is no option 'tim-limit'; did you mean time-limit?");
    assert_null(snet_schema_find(&object_schema, "time-limits", &error));
    assert_non_null(strstr(error.text, "time-limit?"));
    assert_null(snet_schema_find(&object_schema, "elephant", &error));
    assert_string_equal(error.text, "there is no option 'elephant'");
    assert_null(snet_schema_find(&object_schema, "", &error));
    assert_null(strstr(error.text, "mean"));
    assert_null(snet_schema_find(&object_schema, HEX_64, &error));
    assert_ptr_equal(snet_schema_find(&object_schema, "pin", NULL), &object_rows[1]);
}

static void schema_refuses_what_is_no_value_and_says_what_is(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    refuses(&fixture, "text", "x", "text takes from 2 to 8 characters");
    refuses(&fixture, "text", "123456789", "not '123456789'");
    refuses(&fixture, "text", "a\tb", "not 'a?b'");
    refuses(&fixture, "list", "", "");
    refuses(&fixture, "flag", "maybe", "flag takes yes or no, not 'maybe'");
    refuses(&fixture, "choice", "blue", "one of red|green");
    refuses(&fixture, "some", "a,d", "some of a|b|c, with commas");
    refuses(&fixture, "count", "0", "a number from 1 to 9");
    refuses(&fixture, "count", "10", "not '10'");
    refuses(&fixture, "bytes", "63", "a size from 64 to 4k");
    refuses(&fixture, "bytes", "5k", "such as 64k");
    refuses(&fixture, "time-limit", "61s", "a time from 0 to 1m or never");
    refuses(&fixture, "rate", "2k/s", "a rate from 0 to 1k/s, such as 20k/s");
    refuses(&fixture, "time-limit", "99999999999999999999s", "such as 20ms or 1.5s");
    assert_int_equal(fixture.error.err, SNET_ERR_VALUE);
    fixture_deinit(&fixture);
}

static void schema_takes_values_at_their_bounds(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct object *object = &fixture.object;
    fixture_init(&fixture);
    assert_int_equal(set(&fixture, "text", "ab"), SNET_OK);
    assert_int_equal(set(&fixture, "text", "12345678"), SNET_OK);
    assert_string_equal(object->text, "12345678");
    assert_int_equal(set(&fixture, "count", "9"), SNET_OK);
    assert_int_equal(object->count, 9);
    assert_int_equal(set(&fixture, "bytes", "4k"), SNET_OK);
    assert_int_equal(object->bytes, 4096);
    assert_int_equal(set(&fixture, "time-limit", "1m"), SNET_OK);
    assert_int_equal(object->time, 60 * SNET_SECOND_NS);
    assert_int_equal(set(&fixture, "time-limit", "0"), SNET_OK);
    assert_int_equal(object->time, 1);
    assert_int_equal(set(&fixture, "time-limit", "never"), SNET_OK);
    assert_int_equal(object->time, SNET_NEVER);
    assert_int_equal(set(&fixture, "some", "b,c"), SNET_OK);
    assert_int_equal(object->set, 6);
    fixture_deinit(&fixture);
}

static void schema_refuses_secrets_themselves_and_never_quotes_them(void **state)
{
    (void)state;
    static const char *const secrets[] = {KEY_A, HEX_64,
                                          "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        refuses(&fixture, "own", secrets[i], "own takes the name of a file");
        assert_null(strstr(fixture.error.text, secrets[i]));
        refuses(&fixture, "shared", secrets[i], "shared takes the name of a file");
        assert_null(strstr(fixture.error.text, secrets[i]));
    }
    refuses(&fixture, "own", "", "own takes the name of a file");
    refuses(&fixture, "own", "/no/such/file", "cannot read /no/such/file");
    assert_int_equal(fixture.error.os_err, ENOENT);
    refuses(&fixture, "pin", HEX_64, "neither a key");
    assert_null(strstr(fixture.error.text, HEX_64));
    refuses(&fixture, "pin", "/no/such/file", "cannot read /no/such/file");
    fixture_deinit(&fixture);
}

static void schema_checks_the_kind_in_files(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_write(&fixture, "# public key of snet\n" KEY_A "\n");
    refuses(&fixture, "own", fixture.path, "holds a public key");
    refuses(&fixture, "shared", fixture.path, "holds a public key");
    assert_int_equal(set(&fixture, "pin", fixture.path), SNET_OK);
    fixture_write(&fixture, "# shared secret of snet\n" KEY_A "\n");
    refuses(&fixture, "own", fixture.path, "holds a secret that both ends share");
    refuses(&fixture, "known", fixture.path, "holds a secret that both ends share");
    assert_int_equal(set(&fixture, "shared", fixture.path), SNET_OK);
    assert_int_equal(fixture.object.shared_count, 1);
    fixture_deinit(&fixture);
}

static void schema_adds_to_lists_up_to_their_limit(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(set(&fixture, "known", KEY_A), SNET_OK);
    const struct snet_key *first = fixture.object.known;
    fixture_write(&fixture, KEY_B " b\n" KEY_A " a\n");
    assert_int_equal(set(&fixture, "known", fixture.path), SNET_OK);
    assert_int_equal(fixture.object.known_count, 3);
    assert_int_equal(fixture.object.known[0].bytes[0], 1);
    assert_int_equal(fixture.object.known[1].bytes[0], 2);
    assert_int_equal(first[0].bytes[0], 1);
    refuses(&fixture, "known", KEY_B, "known takes 3 at most");
    assert_int_equal(fixture.error.err, SNET_ERR_LIMIT);
    gets(&fixture, "known", KEY_A "," KEY_B "," KEY_A);
    assert_int_equal(set(&fixture, "list", "one"), SNET_OK);
    assert_int_equal(set(&fixture, "list", "two"), SNET_OK);
    refuses(&fixture, "list", "three", "at most");
    gets(&fixture, "list", "one,two");
    /* All else is replaced. */
    assert_int_equal(set(&fixture, "pin", KEY_A), SNET_OK);
    assert_int_equal(set(&fixture, "pin", KEY_B), SNET_OK);
    assert_int_equal(fixture.object.pin->bytes[0], 2);
    fixture_deinit(&fixture);
}

static void schema_sets_keys_that_the_program_has(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct snet_key key = {.bytes = {7}};
    fixture_init(&fixture);
    static const char *const names[] = {"pin", "own", "shared", "known"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(snet_schema_set_key(row_of(names[i]), &fixture.object, &fixture.store,
                                             &key, &fixture.error),
                         SNET_OK);
    }
    assert_int_equal(fixture.object.own->bytes[0], 7);
    assert_ptr_not_equal(fixture.object.own, &key);
    assert_int_equal(fixture.object.shared_count, 1);
    assert_int_equal(
        snet_schema_set_key(row_of("count"), &fixture.object, &fixture.store, &key, &fixture.error),
        SNET_ERR_INVALID);
    assert_string_equal(fixture.error.option, "count");
    gets(&fixture, "own", "set");
    gets(&fixture, "shared", "set");
    fixture_deinit(&fixture);
}

static void schema_changes_nothing_without_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    static const char *const cases[][2] = {{"text", "abc"}, {"pin", KEY_A}, {"list", "abc"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct object before = fixture.object;
        test_memory_fail_at(1, true);
        const snet_err err = set(&fixture, cases[i][0], cases[i][1]);
        assert_true(test_memory_heal());
        assert_int_equal(err, SNET_ERR_NO_MEMORY);
        assert_string_equal(fixture.error.option, cases[i][0]);
        assert_memory_equal(&fixture.object, &before, sizeof before);
    }
    fixture_deinit(&fixture);
}

static void schema_gets_defaults_and_what_is_set(void **state)
{
    (void)state;
    struct fixture fixture;
    char text[TEXT_BYTES];
    fixture_init(&fixture);
    gets(&fixture, "text", "none");
    gets(&fixture, "time-limit", "5s");
    gets(&fixture, "own", "");
    gets(&fixture, "known", "");
    fixture.object.known = (const struct snet_key *)&fixture;
    gets(&fixture, "known", "nobody");
    assert_int_equal(set(&fixture, "time-limit", "50"), SNET_OK);
    gets(&fixture, "time-limit", "50s");
    assert_int_equal(snet_schema_get(row_of("time-limit"), &fixture.object, text, 3), 3);
    assert_string_equal(text, "50");
    assert_int_equal(snet_schema_get(row_of("time-limit"), &fixture.object, NULL, 0), 3);
    fixture_deinit(&fixture);
}

static void bad_object(struct object object, const char *name, snet_err err)
{
    struct snet_error error;
    assert_int_equal(snet_schema_check(row_of(name), &object, &error), err);
    assert_string_equal(error.option, name);
    assert_int_equal(error.err, err);
    assert_int_equal(snet_schema_check(row_of(name), &object, NULL), err);
}

static void schema_finds_what_a_program_has_put_wrong(void **state)
{
    (void)state;
    const struct snet_key key = {.bytes = {1}};
    bad_object((struct object){.text = ""}, "text", SNET_ERR_VALUE);
    bad_object((struct object){.text = "a\nb"}, "text", SNET_ERR_VALUE);
    bad_object((struct object){.known_count = 1}, "known", SNET_ERR_INVALID);
    bad_object((struct object){.known = &key, .known_count = 4}, "known", SNET_ERR_LIMIT);
    bad_object((struct object){.shared = &key, .shared_count = 3}, "shared", SNET_ERR_LIMIT);
    bad_object((struct object){.flag = 2}, "flag", SNET_ERR_VALUE);
    bad_object((struct object){.choice = 2}, "choice", SNET_ERR_VALUE);
    bad_object((struct object){.set = 8}, "some", SNET_ERR_VALUE);
    bad_object((struct object){.count = 10}, "count", SNET_ERR_VALUE);
    bad_object((struct object){.bytes = 63}, "bytes", SNET_ERR_VALUE);
    bad_object((struct object){.time = 60 * SNET_SECOND_NS + 1}, "time-limit", SNET_ERR_VALUE);
    const struct object good = {.known = &key,
                                .time = SNET_NEVER,
                                .text = "ab",
                                .shared = &key,
                                .shared_count = 2,
                                .set = 7};
    const struct object empty = {.text = NULL};
    for (size_t i = 0; i < object_schema.row_count; i++) {
        assert_int_equal(snet_schema_check(&object_rows[i], &good, NULL), SNET_OK);
        assert_int_equal(snet_schema_check(&object_rows[i], &empty, NULL), SNET_OK);
        assert_false(snet_schema_is_set(&object_rows[i], &empty));
    }
}

static void schema_names_what_an_option_takes(void **state)
{
    (void)state;
    assert_string_equal(snet_schema_kind(&row_of("time-limit")->option), "TIME");
    assert_string_equal(snet_schema_kind(&row_of("bytes")->option), "BYTES");
    assert_string_equal(snet_schema_kind(&row_of("rate")->option), "RATE");
    assert_string_equal(snet_schema_kind(&row_of("text")->option), "TEXT");
    struct snet_option file = row_of("text")->option;
    file.values = "FILE";
    assert_string_equal(snet_schema_kind(&file), "FILE");
    assert_string_equal(snet_schema_kind(&row_of("own")->option), "FILE");
    assert_string_equal(snet_schema_kind(&row_of("pin")->option), "KEY");
    assert_string_equal(snet_schema_kind(&row_of("choice")->option), "red|green");
    assert_string_equal(snet_schema_kind(&row_of("flag")->option), "");
    assert_string_equal(snet_schema_kind(&row_of("list")->option), "TEXT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_has_no_other_option_and_says_which_was_meant),
        cmocka_unit_test(schema_refuses_what_is_no_value_and_says_what_is),
        cmocka_unit_test(schema_takes_values_at_their_bounds),
        cmocka_unit_test(schema_refuses_secrets_themselves_and_never_quotes_them),
        cmocka_unit_test(schema_checks_the_kind_in_files),
        cmocka_unit_test(schema_adds_to_lists_up_to_their_limit),
        cmocka_unit_test(schema_sets_keys_that_the_program_has),
        cmocka_unit_test(schema_changes_nothing_without_memory),
        cmocka_unit_test(schema_gets_defaults_and_what_is_set),
        cmocka_unit_test(schema_finds_what_a_program_has_put_wrong),
        cmocka_unit_test(schema_names_what_an_option_takes),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
