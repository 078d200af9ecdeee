/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/number.h"

#include "tests/support/unit.h"

#include <string.h>

static struct snet_option option_of(uint32_t type, const char *values)
{
    return (struct snet_option){
        .name = "x", .values = values, .default_text = "0", .max = UINT64_MAX, .type = type};
}

struct number_case {
    const char *text;
    uint64_t number;
    const char *again; /* as it is written; NULL for the same text */
};

static void takes(const struct snet_option *option, const struct number_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char again[SNET_NUMBER_TEXT_BYTES];
        uint64_t number = 12345;
        assert_true(snet_number_parse(option, cases[i].text, &number));
        assert_int_equal(number, cases[i].number);
        snet_number_format(option, number, again);
        assert_string_equal(again, cases[i].again == NULL ? cases[i].text : cases[i].again);
    }
}

static void refuses(const struct snet_option *option, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 12345;
        if (snet_number_parse(option, texts[i], &number) || number != 12345) {
            fail_msg("'%s' was taken for %llu", texts[i], (unsigned long long)number);
        }
    }
}

#define TAKES(option, cases) takes(option, cases, sizeof(cases) / sizeof(cases)[0])
#define REFUSES(option, texts) refuses(option, texts, sizeof(texts) / sizeof(texts)[0])

static void number_of_a_time_has_a_unit_or_is_seconds(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      " 1s",
                                      "1s ",
                                      "-1s",
                                      "+1s",
                                      "1 s",
                                      "s",
                                      ".5s",
                                      "5.s",
                                      "1..5s",
                                      "1.5.5s",
                                      "1e3s",
                                      "0x10",
                                      "1sec",
                                      "1S",
                                      "1w",
                                      "1ns1",
                                      "1.5ns",
                                      "0.0000000001s",
                                      "18446744073709551616ns",
                                      "18446744073710s",
                                      "213504d",
                                      "99999999999999999999999d",
                                      "never",
                                      "forever"};
    static const struct number_case good[] = {
        {"300ms", 300 * SNET_MS_NS, NULL},
        {"30s", 30 * SNET_SECOND_NS, NULL},
        {"5m", 300 * SNET_SECOND_NS, NULL},
        {"12h", 43200 * SNET_SECOND_NS, NULL},
        {"1d", 86400 * SNET_SECOND_NS, NULL},
        {"7us", 7000, NULL},
        {"7ns", 7, NULL},
        {"10", 10 * SNET_SECOND_NS, "10s"},
        {"1.5", 1500 * SNET_MS_NS, "1500ms"},
        {"1.50d", 129600 * SNET_SECOND_NS, "36h"},
        {"0.000000001s", 1, "1ns"},
        {"60s", 60 * SNET_SECOND_NS, "1m"},
        {"0", 0, NULL},
        {"0d", 0, "0"},
        {"007s", 7 * SNET_SECOND_NS, "7s"},
        {"18446744073709551615ns", UINT64_MAX, NULL},
    };
    struct snet_option option = option_of(SNET_TYPE_TIME, "");
    REFUSES(&option, bad);
    TAKES(&option, good);
    static const struct number_case never[] = {{"never", SNET_NEVER, NULL}};
    option.values = "never";
    TAKES(&option, never);
}

static void number_of_bytes_has_a_power_of_1024(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "k",    "64K",       "64K",
                                      "1.5k", "1kB",  "1 k",       "-1",
                                      "1g",   "1KiB", "16777216T", "18446744073709551616"};
    static const struct number_case good[] = {
        {"0", 0, NULL},         {"1", 1, NULL},
        {"64k", 65536, NULL},   {"16M", 16u << 20, NULL},
        {"1G", 1u << 30, NULL}, {"1024G", UINT64_C(1) << 40, "1T"},
        {"1025", 1025, NULL},   {"16777215T", UINT64_C(16777215) << 40, NULL},
    };
    const struct snet_option option = option_of(SNET_TYPE_BYTES, "");
    REFUSES(&option, bad);
    TAKES(&option, good);
}

static void number_of_a_rate_is_bytes_a_second(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "/s",     "20K/s", "20k/",
                                      "20k/ s", "1.5k/s", "20k/m", "20/s/s"};
    static const struct number_case good[] = {
        {"0", 0, NULL},           {"20k/s", 20480, NULL}, {"20k", 20480, "20k/s"},
        {"1000", 1000, "1000/s"}, {"7/s", 7, NULL},       {"1M/s", 1u << 20, NULL},
    };
    const struct snet_option option = option_of(SNET_TYPE_RATE, "");
    REFUSES(&option, bad);
    TAKES(&option, good);
}

static void number_of_a_time_may_count_milliseconds(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "ms", "20 ms", "1h", "never"};
    static const struct number_case good[] = {
        {"20", 20 * SNET_MS_NS, "20ms"},          {"300ms", 300 * SNET_MS_NS, NULL},
        {"2.5", 2500 * UINT64_C(1000), "2500us"}, {"2", 2 * SNET_MS_NS, "2ms"},
        {"2s", 2 * SNET_SECOND_NS, NULL},         {"0", 0, NULL},
    };
    const struct snet_option option = option_of(SNET_TYPE_TIME, "ms");
    REFUSES(&option, bad);
    TAKES(&option, good);
}

static void number_of_a_count_is_digits_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1k", "1.0", "1%", "-1", "0x1", " 1"};
    static const struct number_case good[] = {{"0", 0, NULL}, {"65536", 65536, NULL}};
    const struct snet_option option = option_of(SNET_TYPE_COUNT, "");
    REFUSES(&option, bad);
    TAKES(&option, good);
}

static void number_of_a_flag_is_yes_or_no_and_may_be_a_no_of_its_own(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "y", "YES", "2", "yes ", "no|yes"};
    static const struct number_case good[] = {
        {"yes", 1, NULL}, {"on", 1, "yes"}, {"true", 1, "yes"}, {"1", 1, "yes"},
        {"no", 0, NULL},  {"off", 0, "no"}, {"false", 0, "no"}, {"0", 0, "no"},
    };
    static const struct number_case own[] = {{"yes", 1, NULL}, {"no", 2, NULL}};
    struct snet_option option = option_of(SNET_TYPE_FLAG, "");
    option.max = 1;
    REFUSES(&option, bad);
    TAKES(&option, good);
    assert_false(snet_number_fits(&option, 2));
    option.max = 2;
    TAKES(&option, own);
    assert_true(snet_number_fits(&option, 2));
    assert_false(snet_number_fits(&option, 3));
}

static void number_of_a_choice_is_a_name_or_of_the_range_at_its_end(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "r", "redd", "red|green", "3", "0"};
    static const char *const bad_range[] = {"9", "13", "10-12", "3", ""};
    static const struct number_case good[] = {{"red", 0, NULL}, {"green", 1, NULL}};
    static const struct number_case good_range[] = {
        {"red", 0, NULL}, {"light-green", 1, NULL}, {"10", 10, NULL}, {"12", 12, NULL}};
    struct snet_option option = option_of(SNET_TYPE_CHOICE, "red|green");
    REFUSES(&option, bad);
    TAKES(&option, good);
    assert_true(snet_number_fits(&option, 1));
    assert_false(snet_number_fits(&option, 2));
    assert_false(snet_number_fits(&option, UINT32_MAX));
    option.values = "red|light-green|10-12";
    REFUSES(&option, bad_range);
    TAKES(&option, good_range);
    assert_true(snet_number_fits(&option, 1));
    assert_false(snet_number_fits(&option, 2));
    assert_false(snet_number_fits(&option, 9));
    assert_true(snet_number_fits(&option, 10));
    assert_true(snet_number_fits(&option, 12));
    assert_false(snet_number_fits(&option, 13));
}

static void number_of_a_set_has_a_bit_for_each_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ",", "1,", ",1", "1,,3", "4", "1|3", "1, 3", "1-"};
    static const struct number_case good[] = {
        {"1", 1, NULL}, {"1-padded", 2, NULL}, {"3", 8, NULL}, {"3,1", 9, "1,3"}, {"2,2", 4, "2"}};
    struct snet_option option = option_of(SNET_TYPE_SET, "1|1-padded|2|3");
    option.max = 15;
    REFUSES(&option, bad);
    TAKES(&option, good);
    assert_true(snet_number_fits(&option, 15));
    assert_false(snet_number_fits(&option, 16));
}

static void number_zero_is_the_least_there_is_where_it_is_not_the_default(void **state)
{
    (void)state;
    static const struct number_case least[] = {{"0", 1, NULL}, {"0s", 1, "0"}};
    static const struct number_case nothing[] = {{"0", 0, NULL}};
    struct snet_option option = option_of(SNET_TYPE_TIME, "");
    option.default_text = "5s";
    TAKES(&option, least);
    option.min = 1;
    TAKES(&option, nothing);
    assert_false(snet_number_fits(&option, 0));
    option.min = 0;
    option.default_text = "0";
    TAKES(&option, nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_of_a_time_has_a_unit_or_is_seconds),
        cmocka_unit_test(number_of_bytes_has_a_power_of_1024),
        cmocka_unit_test(number_of_a_rate_is_bytes_a_second),
        cmocka_unit_test(number_of_a_time_may_count_milliseconds),
        cmocka_unit_test(number_of_a_count_is_digits_alone),
        cmocka_unit_test(number_of_a_flag_is_yes_or_no_and_may_be_a_no_of_its_own),
        cmocka_unit_test(number_of_a_choice_is_a_name_or_of_the_range_at_its_end),
        cmocka_unit_test(number_of_a_set_has_a_bit_for_each_name),
        cmocka_unit_test(number_zero_is_the_least_there_is_where_it_is_not_the_default),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
