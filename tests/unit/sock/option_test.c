/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/option.h"

#include "tests/support/unit.h"

#include <string.h>

#define SENTENCE_MAX 88u /* a line of a help text */

/* What no option stands for: bytes of the struct that are the library's, and pointers to code. */
struct option_other {
    size_t offset;
    size_t size;
};
#define OTHER(field)                                                                               \
    {                                                                                              \
        offsetof(struct snet_config, field), sizeof(((struct snet_config *)NULL)->field)           \
    }
/* The pointers themselves are meant, not what they point to. */
/* NOLINTBEGIN(bugprone-sizeof-expression) */
static const struct option_other option_others[] = {
    OTHER(size),     OTHER(store),     OTHER(events),  OTHER(user),
    OTHER(on_event), OTHER(on_accept), OTHER(connect), OTHER(reserved),
};
/* NOLINTEND(bugprone-sizeof-expression) */

static size_t width_of(uint32_t type)
{
    return type < SNET_TYPE_FLAG                               ? sizeof(void *)
           : type == SNET_TYPE_BYTES || type == SNET_TYPE_TIME ? sizeof(uint64_t)
                                                               : sizeof(uint32_t);
}

/* Marks bytes, none of which is marked already. */
static void mark(bool *marks, size_t offset, size_t size)
{
    for (size_t i = offset; i < offset + size; i++) {
        if (marks[i]) {
            fail_msg("byte %zu of struct snet_config belongs to two", i);
        }
        marks[i] = true;
    }
}

static void option_stands_for_each_byte_of_the_struct(void **state)
{
    (void)state;
    bool marks[sizeof(struct snet_config)] = {false};
    const struct snet_schema *schema = snet_option_schema();
    for (size_t i = 0; i < sizeof option_others / sizeof option_others[0]; i++) {
        mark(marks, option_others[i].offset, option_others[i].size);
    }
    for (size_t i = 0; i < schema->row_count; i++) {
        mark(marks, schema->rows[i].offset, width_of(schema->rows[i].option.type));
        if (schema->rows[i].count_offset != 0) {
            mark(marks, schema->rows[i].count_offset, sizeof(uint32_t));
        }
    }
    for (size_t i = 0; i < sizeof marks; i++) {
        if (!marks[i]) {
            fail_msg("byte %zu of struct snet_config has no option", i);
        }
    }
}

static void option_takes_its_own_defaults(void **state)
{
    (void)state;
    for (size_t i = 0; snet_option_at(i) != NULL; i++) {
        const struct snet_option *option = snet_option_at(i);
        const char *const texts[] = {option->default_text, option->phone_text};
        for (size_t j = 0; j < 2; j++) {
            struct snet_config config = SNET_CONFIG_INIT;
            struct snet_error error;
            if (texts[j][0] == '\0') {
                continue;
            }
            if (snet_config_set(&config, option->name, texts[j], &error) != SNET_OK) {
                fail_msg("%s: %s", option->name, error.text);
            }
            char again[64];
            size_t len = 0;
            assert_int_equal(snet_config_get(&config, option->name, again, sizeof again, &len),
                             SNET_OK);
            assert_string_equal(again, texts[j]);
            snet_config_clear(&config);
        }
    }
}

static void option_says_all_there_is_to_say(void **state)
{
    (void)state;
    size_t count = 0;
    for (; snet_option_at(count) != NULL; count++) {
        const struct snet_option *option = snet_option_at(count);
        assert_true(option->type >= SNET_TYPE_TEXT && option->type <= SNET_TYPE_RATE);
        assert_true((option->uses & (SNET_USE_DIAL | SNET_USE_LISTEN | SNET_USE_LIBRARY)) != 0);
        assert_true(option->uses < SNET_USE_OWN_FIRST);
        assert_true(option->min <= option->max);
        assert_non_null(option->unit);
        assert_non_null(option->values);
        assert_non_null(option->phone_text);
        assert_int_equal(strspn(option->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(option->name));
        const size_t len = strlen(option->sentence);
        assert_true(len > 0 && len <= SENTENCE_MAX && option->sentence[len - 1] != '.');
        /* A number has a default, and an option of a URL also fits on a command line. */
        assert_true(option->type < SNET_TYPE_FLAG || option->default_text[0] != '\0');
        assert_int_equal((option->uses & SNET_USE_URL) != 0 && (option->uses & SNET_USE_PROGRAM),
                         0);
        for (size_t j = 0; j < count; j++) {
            assert_string_not_equal(snet_option_at(j)->name, option->name);
        }
    }
    assert_int_equal(count, snet_option_schema()->row_count);
}

/* What would lower protection is in no URL. */
static void option_of_a_url_never_lowers_protection(void **state)
{
    (void)state;
    static const char *const never[] = {"wire", "plain", "cipher", "authorized", "address"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        assert_int_equal(snet_option_find(never[i])->uses & SNET_USE_URL, 0);
    }
}

static void option_is_found_by_its_name_alone(void **state)
{
    (void)state;
    for (size_t i = 0; snet_option_at(i) != NULL; i++) {
        assert_ptr_equal(snet_option_find(snet_option_at(i)->name), snet_option_at(i));
    }
    assert_null(snet_option_find("resume"));
    assert_null(snet_option_find(""));
    assert_null(snet_option_find(NULL));
    assert_null(snet_option_at(SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(option_stands_for_each_byte_of_the_struct),
        cmocka_unit_test(option_takes_its_own_defaults),
        cmocka_unit_test(option_says_all_there_is_to_say),
        cmocka_unit_test(option_of_a_url_never_lowers_protection),
        cmocka_unit_test(option_is_found_by_its_name_alone),
    };
    return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
