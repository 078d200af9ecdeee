/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/config.h>

#include "sock/config.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <string.h>

/* The server's public key in both alphabets. */
static char key_text[SNET_KEY_TEXT_BYTES];
static char key_url[SNET_KEY_TEXT_BYTES];

static int set_up(void **state)
{
    (void)state;
    snet_key_format(&core_pair_keys()->server_public, key_text);
    (void)snprintf(key_url, sizeof key_url, "%s", key_text);
    for (char *at = key_url; *at != '\0'; at++) {
        *at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
    }
    key_url[43] = '\0';
    return 0;
}

static snet_err parse(struct snet_config *config, const char *format, const char *key,
                      struct snet_error *ret_error)
{
    char url[400];
    (void)snprintf(url, sizeof url, format, key);
    *config = (struct snet_config)SNET_CONFIG_INIT;
    return snet_config_parse_url(config, url, ret_error);
}

static void url_says_server_key_address_service_and_options(void **state)
{
    (void)state;
    const char *const keys[] = {key_text, key_url};
    for (unsigned i = 0; i < 2; i++) {
        struct snet_config config;
        struct snet_error error;
        if (parse(&config, "snet://%s@game.example:7000/chess?resume-timeout=1d&retry&pad=64",
                  keys[i], &error) != SNET_OK) {
            fail_msg("%s", error.text);
        }
        assert_string_equal(config.address, "game.example:7000");
        assert_string_equal(config.service, "chess");
        assert_memory_equal(config.server_key, &core_pair_keys()->server_public, 32);
        assert_int_equal(config.resume_timeout_ns, 86400 * SNET_SECOND_NS);
        assert_int_equal(config.retry, 1);
        assert_int_equal(config.pad_bytes, 64);
        assert_int_equal(config.wires, 0);
        assert_int_equal(snet_config_check(&config, SNET_USE_DIAL, &error), SNET_OK);
        snet_config_clear(&config);
    }
}

static void url_has_forms_for_all_addresses(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"snet://a:1", "a:1", NULL},
        {"snet://a:1/", "a:1", NULL},
        {"snet://[::1]:7000/x", "[::1]:7000", "x"},
        {"snet://127.0.0.1:1/%41+b%2fc", "127.0.0.1:1", "A+b/c"},
        {"snet://a:1?service=x", "a:1", "x"},
        {"snet+unix:///run/s%20t", "unix:/run/s t", NULL},
        {"snet+unix:///run/s?service=x", "unix:/run/s", "x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_config config = SNET_CONFIG_INIT;
        struct snet_error error;
        if (snet_config_parse_url(&config, rows[i][0], &error) != SNET_OK) {
            fail_msg("%s: %s", rows[i][0], error.text);
        }
        assert_string_equal(config.address, rows[i][1]);
        if (rows[i][2] == NULL) {
            assert_null(config.service);
        } else {
            assert_string_equal(config.service, rows[i][2]);
        }
        snet_config_clear(&config);
    }
}

/* All of it or nothing; and no sentence quotes what may be a secret. */
static void url_that_is_wrong_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        snet_err err;
        const char *option; /* or NULL */
    } rows[] = {
        {"", SNET_ERR_URL, NULL},
        {"a:1", SNET_ERR_URL, NULL},
        {"http://a:1", SNET_ERR_URL, NULL},
        {"snet://", SNET_ERR_URL, NULL},
        {"snet://a", SNET_ERR_URL, NULL},
        {"snet://:1", SNET_ERR_URL, NULL},
        {"snet://a:1#x", SNET_ERR_URL, NULL},
        {"snet://user:hunter2@a:1", SNET_ERR_URL, NULL},
        {"snet://hunter2@a:1", SNET_ERR_URL, NULL},
        {"snet://unix:/x", SNET_ERR_URL, NULL},
        {"snet+unix://x", SNET_ERR_URL, NULL},
        {"snet://a:1/%", SNET_ERR_URL, NULL},
        {"snet://a:1/%4", SNET_ERR_URL, NULL},
        {"snet://a:1/%zz", SNET_ERR_URL, NULL},
        {"snet://a:1/%00", SNET_ERR_URL, NULL},
        {"snet://a:1/%0a", SNET_ERR_URL, NULL},
        {"snet://a:1/x\n", SNET_ERR_URL, NULL},
        {"snet://a:1?", SNET_OK, NULL},
        {"snet://a:1?=1", SNET_ERR_URL, NULL},
        {"snet://a:1?retry&", SNET_ERR_URL, NULL},
        {"snet://a:1?hunter2=1", SNET_ERR_OPTION, "hunter2"},
        {"snet://a:1?retry&retry", SNET_ERR_OPTION, "retry"},
        {"snet://a:1/x?service=y", SNET_ERR_OPTION, "service"},
        {"snet://a:1?wire=2", SNET_ERR_OPTION, "wire"},
        {"snet://a:1?plain", SNET_ERR_OPTION, "plain"},
        {"snet://a:1?sessions-max=5", SNET_ERR_OPTION, "sessions-max"},
        {"snet://a:1?nonblocking", SNET_ERR_OPTION, "nonblocking"},
        {"snet://a:1?resume-timeout=soon", SNET_ERR_VALUE, "resume-timeout"},
        {"snet://a:1?resume-timeout", SNET_ERR_VALUE, "resume-timeout"},
        {"snet://a:1?key=/etc/hunter2", SNET_ERR_VALUE, "key"},
        {"snet://a:1?psk=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", SNET_ERR_VALUE, "psk"},
        {"snet://a:1?server-key=/etc/hunter2", SNET_ERR_VALUE, "server-key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_config config = SNET_CONFIG_INIT;
        const struct snet_config before = config;
        struct snet_error error = {.err = SNET_OK};
        const snet_err err = snet_config_parse_url(&config, rows[i].url, &error);
        if (err != rows[i].err) {
            fail_msg("%s: %s, %s", rows[i].url, snet_err_name(err), error.text);
        }
        if (err == SNET_OK) {
            snet_config_clear(&config);
            continue;
        }
        assert_memory_equal(&config, &before, sizeof config);
        assert_string_equal(error.option, rows[i].option == NULL ? "" : rows[i].option);
        assert_true(error.text[0] != '\0');
        assert_null(strstr(error.text, "hunter2"));
    }
    struct snet_config config = SNET_CONFIG_INIT;
    char url[3000] = "snet://a:1/";
    memset(url + 11, 'x', sizeof url - 12);
    assert_int_equal(snet_config_parse_url(&config, url, NULL), SNET_ERR_URL);
    assert_int_equal(snet_config_parse_url(NULL, "snet://a:1", NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_parse_url(&config, NULL, NULL), SNET_ERR_INVALID);
}

static void url_is_written_as_it_is_read(void **state)
{
    (void)state;
    char text[400];
    char again[400];
    size_t len = 0;
    struct snet_config config;
    struct snet_config second = SNET_CONFIG_INIT;
    assert_int_equal(
        parse(&config, "snet://%s@[::1]:7000/a%%20b?heartbeat=270&retry", key_text, NULL), SNET_OK);
    assert_int_equal(snet_config_format_url(&config, text, sizeof text, &len), SNET_OK);
    assert_int_equal(len, strlen(text));
    (void)snprintf(again, sizeof again, "snet://%s@[::1]:7000/a%%20b?retry=yes&heartbeat=270s",
                   key_url);
    assert_string_equal(text, again);
    assert_int_equal(snet_config_parse_url(&second, text, NULL), SNET_OK);
    assert_string_equal(second.address, config.address);
    assert_string_equal(second.service, config.service);
    assert_int_equal(second.heartbeat_ns, config.heartbeat_ns);
    snet_config_clear(&second);
    memset(text, 7, sizeof text);
    assert_int_equal(snet_config_format_url(&config, text, 8, &len), SNET_OK); /* cut */
    assert_int_equal(text[7], '\0');
    assert_int_equal(text[8], 7);
    assert_int_equal(len, strlen(again));
    snet_config_clear(&config);
    assert_int_equal(snet_config_format_url(&config, text, sizeof text, &len), SNET_ERR_INVALID);
    assert_int_equal(snet_config_format_url(NULL, text, sizeof text, &len), SNET_ERR_INVALID);
    assert_int_equal(snet_config_format_url(&config, NULL, 1, &len), SNET_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url_says_server_key_address_service_and_options),
        cmocka_unit_test(url_has_forms_for_all_addresses),
        cmocka_unit_test(url_that_is_wrong_changes_nothing),
        cmocka_unit_test(url_is_written_as_it_is_read),
    };
    return cmocka_run_group_tests_name("url", tests, set_up, NULL);
}
