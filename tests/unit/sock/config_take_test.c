/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/config.h"
#include "tests/support/unit.h"

#include <string.h>

struct config_newer {
    struct snet_config config;
    uint64_t future[8];
};

static const struct snet_key config_key = {.bytes = {1}};

static struct snet_config dialing(void)
{
    struct snet_config config = SNET_CONFIG_INIT;
    config.server_key = &config_key;
    return config;
}

static struct snet_config listening(void)
{
    struct snet_config config = SNET_CONFIG_INIT;
    config.key = &config_key;
    config.key_count = 1;
    return config;
}

static void config_take_refuses_sizes_that_no_struct_has(void **state)
{
    (void)state;
    const uint32_t sizes[] = {
        0,        1,         8, sizeof(struct snet_config) - 8, sizeof(struct snet_config) + 4,
        4096 + 8, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct snet_config config = dialing();
        struct snet_config own;
        struct snet_error error;
        config.size = sizes[i];
        assert_int_equal(snet_config_take(&config, SNET_USE_DIAL, &own, &error), SNET_ERR_INVALID);
        assert_non_null(strstr(error.text, "SNET_CONFIG_INIT"));
    }
}

static void config_take_refuses_what_only_a_newer_program_can_set(void **state)
{
    (void)state;
    struct snet_config own;
    struct snet_error error;
    struct config_newer newer = {.config = dialing()};
    newer.config.size = sizeof newer;
    assert_int_equal(snet_config_take(&newer.config, SNET_USE_DIAL, &own, &error), SNET_OK);
    assert_int_equal(own.size, sizeof own);
    uint8_t *last = (uint8_t *)&newer.future[7] + 7;
    *last = 1;
    assert_int_equal(snet_config_take(&newer.config, SNET_USE_DIAL, &own, &error),
                     SNET_ERR_TOO_NEW);
    assert_non_null(strstr(error.text, snet_version()));
    *last = 0;
    newer.future[0] = 1;
    assert_int_equal(snet_config_take(&newer.config, SNET_USE_DIAL, &own, NULL), SNET_ERR_TOO_NEW);
}

static void config_take_puts_in_what_neither_core_nor_wire_chooses(void **state)
{
    (void)state;
    struct snet_config config = listening();
    struct snet_config own;
    config.key_count = 0;
    assert_int_equal(snet_config_take(&config, SNET_USE_LISTEN, &own, NULL), SNET_OK);
    assert_int_equal(own.wires, SNET_WIRE_3);
    assert_int_equal(own.linger_ns, 5 * SNET_SECOND_NS);
    assert_int_equal(own.backlog_max, 1024);
    assert_int_equal(own.key_count, 1);
    assert_ptr_equal(own.key, &config_key);
    assert_int_equal(own.heartbeat_ns, 0);
    assert_int_equal(own.history_bytes, 0);
    assert_int_equal(config.wires, 0);
}

static void config_take_puts_in_what_a_preset_says(void **state)
{
    (void)state;
    struct snet_config config = dialing();
    struct snet_config own;
    assert_int_equal(snet_config_take(&config, SNET_USE_DIAL, &own, NULL), SNET_OK);
    assert_int_equal(own.retry, 0);
    config.preset = SNET_PRESET_PHONE;
    config.resume_timeout_ns = 7 * SNET_SECOND_NS;
    assert_int_equal(snet_config_take(&config, SNET_USE_DIAL, &own, NULL), SNET_OK);
    assert_int_equal(own.heartbeat_ns, 270 * SNET_SECOND_NS);
    assert_int_equal(own.connect_timeout_ns, 60 * SNET_SECOND_NS);
    assert_int_equal(own.resume_timeout_ns, 7 * SNET_SECOND_NS);
    assert_int_equal(own.history_bytes, 256u << 10);
    assert_int_equal(own.retry, 1);
    config.retry = 2;
    assert_int_equal(snet_config_take(&config, SNET_USE_DIAL, &own, NULL), SNET_OK);
    assert_int_equal(own.retry, 0);
}

static void config_take_of_nothing_is_the_defaults(void **state)
{
    (void)state;
    struct snet_config own;
    struct snet_error error;
    assert_int_equal(snet_config_take(NULL, SNET_USE_LIBRARY, &own, NULL), SNET_OK);
    assert_int_equal(own.size, sizeof own);
    assert_int_equal(snet_config_take(NULL, SNET_USE_DIAL, &own, &error), SNET_ERR_OPTION);
    assert_string_equal(error.option, "server-key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_take_refuses_sizes_that_no_struct_has),
        cmocka_unit_test(config_take_refuses_what_only_a_newer_program_can_set),
        cmocka_unit_test(config_take_puts_in_what_neither_core_nor_wire_chooses),
        cmocka_unit_test(config_take_puts_in_what_a_preset_says),
        cmocka_unit_test(config_take_of_nothing_is_the_defaults),
    };
    return cmocka_run_group_tests_name("config_take", tests, NULL, NULL);
}
