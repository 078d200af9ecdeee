/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The table of options, and what is made of it: check, set, get, and structs of other versions. */
#include "sock/config.h"

#include <snet/schema.h>
#include <snet/uv.h>

#include "sock/schema.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

/* --- The table ------------------------------------------------------------------------------- */

#define MARK(name, field, type, min, max, values, usual, phone, uses, sentence)                    \
    memset((char *)marks + offsetof(struct snet_config, field), 1,                                 \
           sizeof(((struct snet_config *)0)->field));

/* A field that no option sets would be a secret between C programs. */
static void config_has_an_option_for_each_field(void **state)
{
    (void)state;
    /* What is no option: the struct itself, counts of lists, and what only C can hold. */
    static const struct {
        size_t offset;
        size_t size;
    } others[] = {
        {offsetof(struct snet_config, size), 4},
        {offsetof(struct snet_config, store), sizeof(void *)},
        {offsetof(struct snet_config, key_count), 4},
        {offsetof(struct snet_config, psk_count), 4},
        {offsetof(struct snet_config, authorized_count), 4},
        {offsetof(struct snet_config, events), sizeof(void *)},
        {offsetof(struct snet_config, user), sizeof(void *)},
        {offsetof(struct snet_config, on_event), sizeof(void *)},
        {offsetof(struct snet_config, on_accept), sizeof(void *)},
        {offsetof(struct snet_config, connect), sizeof(void *)},
        {offsetof(struct snet_config, reserved), sizeof(void *)},
    };
    static unsigned char marks[sizeof(struct snet_config)];
    SNET_SCHEMA(MARK, 0, 0, 0, 0, 0, 0, 0, 0)
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (size_t j = 0; j < others[i].size; j++) {
            assert_int_equal(marks[others[i].offset + j], 0);
            marks[others[i].offset + j] = 1;
        }
    }
    for (size_t i = 0; i < sizeof marks; i++) {
        if (marks[i] == 0) {
            fail_msg("byte %zu of struct snet_config is in no option: a field or padding", i);
        }
    }
}

static void config_takes_each_default_that_the_table_names(void **state)
{
    (void)state;
    const struct snet_option *option = NULL;
    for (size_t i = 0; (option = snet_option_at(i)) != NULL; i++) {
        uint64_t value = 0;
        char text[64];
        assert_ptr_equal(snet_option_find(option->name), option);
        assert_true(strlen(option->name) < SNET_ERROR_OPTION_BYTES);
        assert_true(option->uses != 0);
        assert_true(option->sentence[strlen(option->sentence) - 1] != '.');
        if (option->type < SNET_TYPE_FLAG) {
            continue;
        }
        for (unsigned phone = 0; phone < 2; phone++) {
            const char *usual = phone == 1 ? option->phone_text : option->default_text;
            if (*usual != '\0') {
                assert_int_equal(snet_schema_parse(option, usual, &value, NULL), SNET_OK);
                snet_schema_format(option, value, text, sizeof text);
                assert_int_equal(snet_schema_parse(option, text, &value, NULL), SNET_OK);
            }
        }
    }
    assert_null(snet_option_find("nonsense"));
    assert_null(snet_option_find(NULL));
    assert_null(snet_option_at(SIZE_MAX));
}

/* The core has its own defaults for what sockets leave at zero: the table must say the same. */
static void config_names_the_defaults_of_the_core(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"connect-timeout", SNET_CONNECT_TIMEOUT_DEFAULT_NS},
        {"handshake-timeout", SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS},
        {"resume-timeout", SNET_RESUME_TIMEOUT_DEFAULT_NS},
        {"heartbeat", SNET_HEARTBEAT_DEFAULT_NS},
        {"dead-peer", SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS},
        {"first-bytes-timeout", SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS},
        {"ended-keep", SNET_ENDED_KEEP_DEFAULT_NS},
        {"history", SNET_WINDOW_DEFAULT_BYTES},
        {"inbox", SNET_WINDOW_DEFAULT_BYTES},
        {"sessions-max", SNET_SESSIONS_DEFAULT_MAX},
        {"handshakes-max", SNET_HANDSHAKES_DEFAULT_MAX},
        {"send-budget", SNET_BUDGET_DEFAULT_BYTES},
        {"recv-budget", SNET_BUDGET_DEFAULT_BYTES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct snet_option *option = snet_option_find(rows[i].name);
        uint64_t value = 0;
        assert_non_null(option);
        assert_int_equal(snet_schema_parse(option, option->default_text, &value, NULL), SNET_OK);
        assert_int_equal(value, rows[i].value);
    }
}

/* --- Setting and getting --------------------------------------------------------------------- */

static void expect_get(const struct snet_config *config, const char *name, const char *want)
{
    char text[80];
    size_t len = 0;
    assert_int_equal(snet_config_get(config, name, text, sizeof text, &len), SNET_OK);
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
}

static void config_is_set_and_asked_in_the_same_words(void **state)
{
    (void)state;
    static const char *const words[][3] = {
        {"resume-timeout", "5m", "5m"},
        {"resume-timeout", "90", "90s"},
        {"resume-timeout", "1d", "1d"},
        {"resume-timeout", "1500ms", "1500ms"},
        {"linger", "0", "0"},
        {"rekey-interval", "never", "never"},
        {"history", "64k", "64k"},
        {"history", "1048576", "1M"},
        {"pad", "0", "0"},
        {"retry", "yes", "yes"},
        {"retry", "off", "no"},
        {"wire", "1,3", "1,3"},
        {"wire", "1-padded", "1-padded"},
        {"suite", "aes-256-gcm", "aes-256-gcm"},
        {"preset", "phone", "phone"},
        {"service", "chess", "chess"},
        {"address", "a:1", "a:1"},
        {"backlog", "7", "7"},
    };
    struct snet_config config = SNET_CONFIG_INIT;
    expect_get(&config, "resume-timeout", "5m");
    expect_get(&config, "service", "");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct snet_error error = {.err = SNET_OK};
        if (snet_config_set(&config, words[i][0], words[i][1], &error) != SNET_OK) {
            fail_msg("%s", error.text);
        }
        expect_get(&config, words[i][0], words[i][2]);
    }
    snet_config_clear(&config);
    assert_null(config.store);
    assert_null(config.service);
    expect_get(&config, "wire", "3");
    assert_int_equal(snet_config_set(&config, "preset", "phone", NULL), SNET_OK);
    expect_get(&config, "heartbeat", "270s");
}

static void config_refuses_what_no_option_takes_and_stays_as_it_was(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"resume-timeout", ""},
        {"resume-timeout", "-1"},
        {"resume-timeout", "5 m"},
        {"resume-timeout", "5x"},
        {"resume-timeout", "32d"},
        {"resume-timeout", "never"},
        {"resume-timeout", "1e9"},
        {"history", "63"},
        {"history", "2G"},
        {"history", "64K"},
        {"retry", "maybe"},
        {"wire", ""},
        {"wire", "4"},
        {"wire", "1,"},
        {"wire", "1,,3"},
        {"suite", "3"},
        {"backlog", "1k"},
        {"backlog", "0"},
        {"backlog", "99999999999999999999"},
        {"service", ""},
        {"history", "18446744073709551615G"},
    };
    struct snet_config config = SNET_CONFIG_INIT;
    const struct snet_config before = config;
    struct snet_error error;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        error = (struct snet_error){.err = SNET_OK};
        assert_int_equal(snet_config_set(&config, bad[i][0], bad[i][1], &error), SNET_ERR_VALUE);
        assert_int_equal(error.err, SNET_ERR_VALUE);
        assert_string_equal(error.option, bad[i][0]);
        assert_true(error.text[0] != '\0');
        assert_memory_equal(&config, &before, sizeof config);
    }
    assert_int_equal(snet_config_set(&config, "waits", "1", &error), SNET_ERR_OPTION);
    assert_string_equal(error.option, "waits");
    assert_int_equal(snet_config_set(&config, NULL, "1", &error), SNET_ERR_INVALID);
    assert_int_equal(snet_config_set(&config, "retry", NULL, &error), SNET_ERR_INVALID);
    assert_int_equal(snet_config_set(NULL, "retry", "yes", &error), SNET_ERR_INVALID);
    assert_int_equal(snet_config_set(&config, "key", "/nonexistent/key", &error), SNET_ERR_OS);
    assert_string_equal(error.option, "key");
    assert_int_equal(snet_config_set_key(&config, "retry", &core_pair_keys()->server, NULL),
                     SNET_ERR_INVALID);
    assert_int_equal(snet_config_set_key(&config, "key", NULL, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_get(&config, "waits", NULL, 0, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_set_events(NULL, NULL), SNET_ERR_INVALID);
    snet_config_free(NULL);
    snet_config_clear(NULL);
}

/* Copies of the struct stay good, whatever is added later. */
static void config_adds_to_lists_and_moves_nothing(void **state)
{
    (void)state;
    struct snet_config *config = snet_config_new();
    const struct snet_key *secret = &core_pair_keys()->server;
    assert_non_null(config);
    assert_int_equal(snet_config_set_key(config, "key", secret, NULL), SNET_OK);
    const struct snet_config copy = *config;
    for (unsigned i = 1; i < SNET_CONFIG_KEYS_MAX; i++) {
        assert_int_equal(snet_config_set_key(config, "key", secret, NULL), SNET_OK);
    }
    assert_int_equal(config->key_count, SNET_CONFIG_KEYS_MAX);
    assert_int_equal(snet_config_set_key(config, "key", secret, NULL), SNET_ERR_LIMIT);
    assert_int_equal(copy.key_count, 1);
    assert_memory_equal(copy.key, secret, sizeof *secret);
    expect_get(config, "key", "set");
    assert_int_equal(
        snet_config_set_key(config, "server-key", &core_pair_keys()->server_public, NULL), SNET_OK);
    assert_int_equal(
        snet_config_set_key(config, "server-key", &core_pair_keys()->client_public, NULL), SNET_OK);
    assert_memory_equal(config->server_key, &core_pair_keys()->client_public, 32);
    snet_config_free(config);
}

/* --- Checking -------------------------------------------------------------------------------- */

static void expect_blamed(const struct snet_config *config, uint32_t use, const char *option)
{
    struct snet_error error = {.err = SNET_OK};
    assert_int_not_equal(snet_config_check(config, use, &error), SNET_OK);
    assert_string_equal(error.option, option);
}

static void config_says_which_option_is_to_blame(void **state)
{
    (void)state;
    const struct core_pair_keys *keys = core_pair_keys();
    struct snet_config config = SNET_CONFIG_INIT;
    expect_blamed(&config, SNET_USE_DIAL, "server-key");
    expect_blamed(&config, SNET_USE_LISTEN, "key");
    assert_int_equal(snet_config_check(&config, SNET_USE_LIBRARY, NULL), SNET_OK);
    assert_int_equal(snet_config_check(&config, 7, NULL), SNET_ERR_INVALID);
    config.server_key = &keys->server_public;
    assert_int_equal(snet_config_check(&config, SNET_USE_DIAL, NULL), SNET_OK);
    expect_blamed(&config, SNET_USE_LISTEN, "server-key");
    config.psk = &keys->psk;
    expect_blamed(&config, SNET_USE_DIAL, "psk");
    config.psk = NULL;
    config.suite = SNET_SUITE_AES_256_GCM + 1;
    expect_blamed(&config, SNET_USE_DIAL, "suite");
    config.suite = SNET_SUITE_AES_256_GCM;
    config.pad_bytes = SNET_PAD_MAX_BYTES + 1;
    expect_blamed(&config, SNET_USE_DIAL, "pad");
    config.pad_bytes = 0;
    config.wires = SNET_WIRE_2 | SNET_WIRE_3;
    expect_blamed(&config, SNET_USE_DIAL, "wire");
    config.wires = SNET_WIRES_ALL + 1;
    expect_blamed(&config, SNET_USE_DIAL, "wire");
    config.wires = SNET_WIRE_2;
    expect_blamed(&config, SNET_USE_DIAL, "server-key");
    config.server_key = NULL;
    config.suite = 0;
    assert_int_equal(snet_config_check(&config, SNET_USE_DIAL, NULL), SNET_OK);
    config.wires = 0;
    config.plain = 1;
    config.server_key = &keys->server_public;
    expect_blamed(&config, SNET_USE_DIAL, "plain");
    config.plain = 0;
    config.sessions_max = 5;
    expect_blamed(&config, SNET_USE_DIAL, "sessions-max");
    config.sessions_max = 0;
    config.send_budget_bytes = 1 << 20;
    expect_blamed(&config, SNET_USE_DIAL, "send-budget");
}

/* --- Other versions -------------------------------------------------------------------------- */

static void config_of_a_newer_program_is_taken_unless_it_sets_more(void **state)
{
    (void)state;
    struct {
        struct snet_config config;
        uint64_t future[4];
    } grown = {.config = SNET_CONFIG_INIT};
    struct snet_config own;
    struct snet_error error = {.err = SNET_OK};
    grown.config.size = sizeof grown;
    grown.config.linger_ns = 7;
    assert_int_equal(snet_config_widen(&grown.config, &own, &error), SNET_OK);
    assert_int_equal(own.size, sizeof own);
    assert_int_equal(own.linger_ns, 7);
    grown.future[3] = 1;
    assert_int_equal(snet_config_widen(&grown.config, &own, &error), SNET_ERR_TOO_NEW);
    grown.future[3] = 0;
    grown.config.reserved = &own;
    assert_int_equal(snet_config_widen(&grown.config, &own, &error), SNET_ERR_TOO_NEW);
    grown.config.reserved = NULL;
    static const uint32_t sizes[] = {
        0, 1, 8, sizeof own - 8, sizeof own - 1, sizeof own + 4, 4104, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        grown.config.size = sizes[i];
        assert_int_equal(snet_config_widen(&grown.config, &own, &error), SNET_ERR_INVALID);
        assert_string_equal(error.option, "size");
    }
    assert_int_equal(snet_config_widen(NULL, &own, NULL), SNET_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_has_an_option_for_each_field),
        cmocka_unit_test(config_takes_each_default_that_the_table_names),
        cmocka_unit_test(config_names_the_defaults_of_the_core),
        cmocka_unit_test(config_is_set_and_asked_in_the_same_words),
        cmocka_unit_test(config_refuses_what_no_option_takes_and_stays_as_it_was),
        cmocka_unit_test(config_adds_to_lists_and_moves_nothing),
        cmocka_unit_test(config_says_which_option_is_to_blame),
        cmocka_unit_test(config_of_a_newer_program_is_taken_unless_it_sets_more),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
