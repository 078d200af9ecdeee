/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/config.h>

#include "tests/support/memory.h"
#include "tests/support/unit.h"

#include <string.h>

#define KEY_A "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define TEXT_BYTES 128u

/* The struct of a program that was built with a later version. */
struct config_newer {
    struct snet_config config;
    uint64_t future[8];
};

static void gets(const struct snet_config *config, const char *name, const char *want)
{
    char text[TEXT_BYTES];
    size_t len = 0;
    assert_int_equal(snet_config_get(config, name, text, sizeof text, &len), SNET_OK);
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
}

static void config_calls_return_an_error_for_null_and_for_structs_without_a_size(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_config zero = {.size = 0};
    struct snet_config odd = {.size = sizeof odd + 4};
    struct snet_config huge = {.size = 4096 + 8};
    struct snet_config *const bad[] = {NULL, &zero, &odd, &huge};
    const struct snet_key key = {.bytes = {1}};
    struct snet_error error;
    char text[TEXT_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(snet_config_set(bad[i], "pad", "1", &error), SNET_ERR_INVALID);
        assert_int_equal(error.err, SNET_ERR_INVALID);
        assert_int_equal(snet_config_set_key(bad[i], "key", &key, NULL), SNET_ERR_INVALID);
        assert_int_equal(snet_config_set_events(bad[i], NULL), SNET_ERR_INVALID);
        assert_int_equal(snet_config_get(bad[i], "pad", text, sizeof text, &len), SNET_ERR_INVALID);
        assert_int_equal(snet_config_parse_url(bad[i], "snet://h:1", &error), SNET_ERR_INVALID);
        assert_int_equal(snet_config_format_url(bad[i], text, sizeof text, &len), SNET_ERR_INVALID);
        snet_config_clear(bad[i]);
    }
    assert_int_equal(snet_config_set(&config, NULL, "1", NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_set(&config, "pad", NULL, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_set_key(&config, NULL, &key, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_set_key(&config, "key", NULL, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_get(&config, NULL, text, sizeof text, &len), SNET_ERR_INVALID);
    assert_int_equal(snet_config_get(&config, "pad", NULL, 1, &len), SNET_ERR_INVALID);
    assert_int_equal(snet_config_parse_url(&config, NULL, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_format_url(&config, NULL, 1, &len), SNET_ERR_INVALID);
    snet_config_free(NULL);
}

static void config_set_refuses_unknown_options_and_says_what_became_of_old_ones(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_error error;
    assert_int_equal(snet_config_set(&config, "resume-timout", "5m", &error), SNET_ERR_OPTION);
    assert_non_null(strstr(error.text, "did you mean resume-timeout?"));
    assert_int_equal(snet_config_set(&config, "client-key", "x", &error), SNET_ERR_OPTION);
    assert_non_null(strstr(error.text, "client-key is key now"));
    assert_int_equal(snet_config_set_key(&config, "pad", &(struct snet_key){.bytes = {1}}, &error),
                     SNET_ERR_INVALID);
    assert_string_equal(error.option, "pad");
    char text[TEXT_BYTES];
    size_t len = 0;
    assert_int_equal(snet_config_get(&config, "none", text, sizeof text, &len), SNET_ERR_OPTION);
    assert_null(config.store);
}

static void config_set_is_what_counts_until_clear(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    const struct snet_config fresh = SNET_CONFIG_INIT;
    assert_int_equal(snet_config_set(&config, "resume-timeout", "1h", NULL), SNET_OK);
    assert_int_equal(config.resume_timeout_ns, 3600 * SNET_SECOND_NS);
    assert_int_equal(snet_config_set(&config, "service", "mail", NULL), SNET_OK);
    assert_int_equal(snet_config_set(&config, "server-key", KEY_A, NULL), SNET_OK);
    assert_int_equal(snet_config_set_key(&config, "key", config.server_key, NULL), SNET_OK);
    assert_int_equal(snet_config_set_key(&config, "key", config.server_key, NULL), SNET_OK);
    const struct snet_config copy = config;
    assert_int_equal(snet_config_set(&config, "service", "web", NULL), SNET_OK);
    assert_int_equal(snet_config_set_key(&config, "key", config.server_key, NULL), SNET_OK);
    assert_int_equal(config.key_count, 3);
    assert_int_equal(copy.key_count, 2);
    assert_int_equal(copy.key[1].bytes[0], 1);
    assert_string_equal(copy.service, "mail");
    gets(&config, "service", "web");
    gets(&config, "key", "set");
    gets(&config, "server-key", KEY_A);
    snet_config_clear(&config);
    assert_memory_equal(&config, &fresh, sizeof config);
    snet_config_clear(&config);
}

static void config_get_knows_presets_and_wires(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    gets(&config, "connect-timeout", "10s");
    gets(&config, "history", "16M");
    gets(&config, "retry", "no");
    gets(&config, "psk", "");
    gets(&config, "wire", "3");
    config.wires = SNET_WIRE_1 | SNET_WIRE_2;
    gets(&config, "history", "1M");
    gets(&config, "inbox", "256k");
    gets(&config, "wire", "1,2");
    config.preset = SNET_PRESET_PHONE;
    gets(&config, "connect-timeout", "1m");
    gets(&config, "history", "256k");
    gets(&config, "retry", "yes");
    gets(&config, "linger", "5s");
    assert_int_equal(snet_config_set(&config, "retry", "no", NULL), SNET_OK);
    gets(&config, "retry", "no");
    char text[TEXT_BYTES];
    size_t len = 0;
    assert_int_equal(snet_config_get(&config, "heartbeat", text, 4, &len), SNET_OK);
    assert_string_equal(text, "270");
    assert_int_equal(len, 4);
    assert_int_equal(snet_config_get(&config, "heartbeat", NULL, 0, &len), SNET_OK);
    assert_int_equal(len, 4);
}

static void config_of_the_library_is_a_struct_like_any_other(void **state)
{
    (void)state;
    test_memory_fail_at(1, false);
    assert_null(snet_config_new());
    assert_true(test_memory_heal());
    struct snet_config *config = snet_config_new();
    const struct snet_config fresh = SNET_CONFIG_INIT;
    assert_memory_equal(config, &fresh, sizeof fresh);
    assert_int_equal(snet_config_set(config, "service", "mail", NULL), SNET_OK);
    assert_int_equal(snet_config_set_events(config, NULL), SNET_OK);
    snet_config_free(config);
}

static void config_of_a_newer_program_is_set_and_cleared_whole(void **state)
{
    (void)state;
    struct config_newer newer = {.config = SNET_CONFIG_INIT};
    newer.config.size = sizeof newer;
    newer.future[7] = 1;
    assert_int_equal(snet_config_set(&newer.config, "service", "mail", NULL), SNET_OK);
    assert_int_equal(newer.future[7], 1);
    snet_config_clear(&newer.config);
    assert_int_equal(newer.config.size, sizeof newer);
    assert_null(newer.config.service);
    assert_int_equal(newer.future[7], 0);
}

static void config_set_changes_nothing_without_memory(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    const struct snet_config fresh = SNET_CONFIG_INIT;
    struct snet_error error;
    for (size_t at = 1; at <= 2; at++) {
        test_memory_fail_at(at, false);
        assert_int_equal(snet_config_set(&config, "server-key", KEY_A, &error), SNET_ERR_NO_MEMORY);
        assert_true(test_memory_heal());
        assert_memory_equal(&config, &fresh, sizeof config);
        assert_string_equal(error.option, "server-key");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_calls_return_an_error_for_null_and_for_structs_without_a_size),
        cmocka_unit_test(config_set_refuses_unknown_options_and_says_what_became_of_old_ones),
        cmocka_unit_test(config_set_is_what_counts_until_clear),
        cmocka_unit_test(config_get_knows_presets_and_wires),
        cmocka_unit_test(config_of_the_library_is_a_struct_like_any_other),
        cmocka_unit_test(config_of_a_newer_program_is_set_and_cleared_whole),
        cmocka_unit_test(config_set_changes_nothing_without_memory),
    };
    return cmocka_run_group_tests_name("config_set", tests, NULL, NULL);
}
