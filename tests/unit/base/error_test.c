/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/error.h>

#include "tests/support/unit.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

/* Literal, because logs and bindings rely on it: an entry may be added, never changed. */
static const struct error_case {
    int number;
    enum snet_err_class err_class;
    const char *name;
} error_cases[] = {
    {0, SNET_CLASS_OK, "OK"},
    {-1, SNET_CLASS_AGAIN, "AGAIN"},
    {-2, SNET_CLASS_GONE, "CLOSED"},
    {-4, SNET_CLASS_GONE, "NO_PROGRESS"},
    {-10, SNET_CLASS_LINK, "LINK_LOST"},
    {-11, SNET_CLASS_LINK, "LINK_FIN"},
    {-12, SNET_CLASS_LINK, "LINK_REPLACED"},
    {-13, SNET_CLASS_LINK, "LINK_TIMEOUT"},
    {-20, SNET_CLASS_GONE, "EXPIRED"},
    {-21, SNET_CLASS_GONE, "REFUSED"},
    {-22, SNET_CLASS_GONE, "HISTORY_OVERRUN"},
    {-23, SNET_CLASS_GONE, "CLOSE_UNCONFIRMED"},
    {-24, SNET_CLASS_GONE, "ABORTED"},
    {-25, SNET_CLASS_GONE, "NO_ANSWER"},
    {-29, SNET_CLASS_GONE, "CANCELED"},
    {-30, SNET_CLASS_PEER, "BAD_START"},
    {-31, SNET_CLASS_PEER, "BAD_HELLO"},
    {-32, SNET_CLASS_PEER, "BAD_PADDING"},
    {-33, SNET_CLASS_PEER, "BAD_PUBLIC_KEY"},
    {-34, SNET_CLASS_PEER, "BAD_COUNT"},
    {-35, SNET_CLASS_PEER, "STALE_RESUME"},
    {-36, SNET_CLASS_PEER, "TRUNCATED"},
    {-37, SNET_CLASS_LINK, "HANDSHAKE_TIMEOUT"},
    {-40, SNET_CLASS_AUTH, "BAD_MAC"},
    {-41, SNET_CLASS_AUTH, "UNKNOWN_SESSION"},
    {-50, SNET_CLASS_LIMIT, "SESSIONS_FULL"},
    {-51, SNET_CLASS_LIMIT, "HANDSHAKES_FULL"},
    {-52, SNET_CLASS_LIMIT, "DRAINING"},
    {-60, SNET_CLASS_SYSTEM, "NO_MEMORY"},
    {-61, SNET_CLASS_SYSTEM, "RESOLVE"},
    {-62, SNET_CLASS_SYSTEM, "CONNECT"},
    {-63, SNET_CLASS_SYSTEM, "LISTEN"},
    {-64, SNET_CLASS_SYSTEM, "OS"},
    {-65, SNET_CLASS_SYSTEM, "RANDOM"},
    {-66, SNET_CLASS_SYSTEM, "CRYPTO"},
    {-70, SNET_CLASS_USAGE, "INVALID"},
    {-71, SNET_CLASS_USAGE, "STATE"},
    {-72, SNET_CLASS_USAGE, "ADDRESS"},
    {-74, SNET_CLASS_USAGE, "OPTION"},
    {-75, SNET_CLASS_USAGE, "VALUE"},
    {-76, SNET_CLASS_USAGE, "URL"},
    {-77, SNET_CLASS_USAGE, "TOO_NEW"},
    {-78, SNET_CLASS_USAGE, "FORKED"},
    {-79, SNET_CLASS_USAGE, "UNSUPPORTED"},
    {-90, SNET_CLASS_BUG, "INTERNAL"},
};

/* The list as the header has it. */
static const int error_numbers[] = {SNET_OK,
#define ERROR_NUMBER(name, number, class_name, message) SNET_ERR_##name,
                                    SNET_ERR_MAP(ERROR_NUMBER)
#undef ERROR_NUMBER
};

#define ERROR_CASES (sizeof error_cases / sizeof error_cases[0])
#define ERROR_COUNT (sizeof error_numbers / sizeof error_numbers[0])

static void error_calls_an_unlisted_number_unknown(void **state)
{
    (void)state;
    static const int unlisted[] = {1, -3, -89, -91, INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof unlisted / sizeof unlisted[0]; i++) {
        assert_string_equal(snet_err_name(unlisted[i]), "UNKNOWN");
        assert_int_equal(snet_err_class_of(unlisted[i]), SNET_CLASS_BUG);
        assert_string_equal(snet_err_message(unlisted[i]),
                            "an error number that is not in the list");
    }
}

static void error_keeps_numbers_names_and_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ERROR_CASES; i++) {
        const snet_err err = (snet_err)error_cases[i].number;
        assert_string_equal(snet_err_name(err), error_cases[i].name);
        assert_int_equal(snet_err_class_of(err), error_cases[i].err_class);
    }
}

static void error_is_negative_for_every_failure(void **state)
{
    (void)state;
    assert_int_equal(error_numbers[0], 0);
    for (size_t i = 1; i < ERROR_COUNT; i++) {
        assert_true(error_numbers[i] < 0);
    }
}

static void error_uses_no_number_and_no_name_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < ERROR_COUNT; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(error_numbers[i], error_numbers[j]);
            assert_string_not_equal(snet_err_name((snet_err)error_numbers[i]),
                                    snet_err_name((snet_err)error_numbers[j]));
        }
    }
}

static void error_has_one_plain_sentence_for_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < ERROR_COUNT; i++) {
        const char *message = snet_err_message((snet_err)error_numbers[i]);
        assert_true(strlen(message) > 0);
        assert_null(strpbrk(message, ".\n\t%"));
    }
}

static void error_messages_are_those_of_the_list(void **state)
{
    (void)state;
    assert_string_equal(snet_err_message(SNET_OK), "no error");
#define ERROR_MESSAGE(name, number, class_name, message)                                           \
    assert_string_equal(snet_err_message(SNET_ERR_##name), message);
    SNET_ERR_MAP(ERROR_MESSAGE)
#undef ERROR_MESSAGE
}

static void error_that_explains_has_256_bytes_for_ever(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct snet_error), 256);
    assert_int_equal(offsetof(struct snet_error, os_err), 4);
    assert_int_equal(offsetof(struct snet_error, option), 8);
    assert_int_equal(offsetof(struct snet_error, text), 56);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_calls_an_unlisted_number_unknown),
        cmocka_unit_test(error_keeps_numbers_names_and_classes),
        cmocka_unit_test(error_is_negative_for_every_failure),
        cmocka_unit_test(error_uses_no_number_and_no_name_twice),
        cmocka_unit_test(error_has_one_plain_sentence_for_each),
        cmocka_unit_test(error_messages_are_those_of_the_list),
        cmocka_unit_test(error_that_explains_has_256_bytes_for_ever),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
