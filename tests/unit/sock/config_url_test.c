/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/config.h>

#include "tests/support/memory.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"
#define SECRET "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define TEXT_BYTES 2100u

struct config_bad {
    const char *url;
    snet_err err;
    const char *option;
    const char *why;
};

static const struct config_bad config_bads[] = {
    {"snet://h", SNET_ERR_URL, "", "character 9"},
    {"snet://h:1?wait=5m", SNET_ERR_OPTION, "wait", "at character 12 of the URL: there is no such"},
    {"snet://h:1?pad=1&secret-word=2", SNET_ERR_OPTION, "secret-word", "at character 18"},
    {"snet://h:1?wire=1", SNET_ERR_OPTION, "wire", "a URL cannot set wire"},
    {"snet://h:1?plain", SNET_ERR_OPTION, "plain", "a URL cannot set plain"},
    {"snet://h:1?cipher=rc4", SNET_ERR_OPTION, "cipher", "a URL cannot set cipher"},
    {"snet://h:1?nonblocking", SNET_ERR_OPTION, "nonblocking", "a URL cannot set"},
    {"snet://h:1?authorized=x", SNET_ERR_OPTION, "authorized", "a URL cannot set"},
    {"snet://h:1?address=x:1", SNET_ERR_OPTION, "address", "a URL cannot set"},
    {"snet://h:1?pad=1&pad=1", SNET_ERR_OPTION, "pad", "twice"},
    {"snet://h:1/s?service=s", SNET_ERR_OPTION, "service", "twice"},
    {"snet://" KEY "@h:1?server-key=" KEY, SNET_ERR_OPTION, "server-key", "twice"},
    {"snet://h:1?pad=4097", SNET_ERR_VALUE, "pad", "pad takes a size"},
    {"snet://h:1?resume-timeout=hunter2", SNET_ERR_VALUE, "resume-timeout", "from 1ms"},
    {"snet://h:1?retry=maybe", SNET_ERR_VALUE, "retry", "yes or no"},
    {"snet://h:1?resume-timeout", SNET_ERR_VALUE, "resume-timeout", "from 1ms"},
    {"snet://h:1?service=", SNET_ERR_VALUE, "service", "from 1 to 64"},
    {"snet://h:1?key=/etc/key", SNET_ERR_VALUE, "key", "names no files here"},
    {"snet://h:1?psk=/etc/key", SNET_ERR_VALUE, "psk", "names no files here"},
    {"snet://h:1?psk=" SECRET, SNET_ERR_VALUE, "psk", "names no files here"},
    {"snet://h:1?server-key=/etc/key", SNET_ERR_VALUE, "server-key", "is the key itself"},
    {"snet+unix:///x?service=", SNET_ERR_VALUE, "service", "from 1 to 64"},
};

static void config_url_sets_nothing_of_a_url_that_is_wrong_and_quotes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof config_bads / sizeof config_bads[0]; i++) {
        const struct config_bad *bad = &config_bads[i];
        struct snet_config config = SNET_CONFIG_INIT;
        struct snet_error error = {.err = 0};
        config.wires = SNET_WIRE_1;
        config.pad_bytes = 7;
        const struct snet_config before = config;
        const snet_err err = snet_config_parse_url(&config, bad->url, &error);
        if (err != bad->err || strcmp(error.option, bad->option) != 0 ||
            strstr(error.text, bad->why) == NULL) {
            fail_msg("'%s': %d, %s: %s", bad->url, err, error.option, error.text);
        }
        assert_null(strstr(error.text, "hunter2"));
        assert_null(strstr(error.text, "secret-word"));
        assert_null(strstr(error.text, "/etc/key"));
        assert_memory_equal(&config, &before, sizeof config);
        assert_int_equal(snet_config_parse_url(&config, bad->url, NULL), bad->err);
    }
}

static void config_url_sets_all_it_says(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    config.wires = SNET_WIRE_1;
    assert_int_equal(snet_config_parse_url(&config,
                                           "snet://" KEY
                                           "@example.org:7000/mail?resume-timeout=1h&retry&"
                                           "linger=0&suite=aes-256-gcm&preset=phone&retry%2dx=",
                                           NULL),
                     SNET_ERR_OPTION);
    assert_int_equal(snet_config_parse_url(&config,
                                           "snet://" KEY
                                           "@example.org:7000/mail?resume-timeout=1h&retry&"
                                           "linger=0&suite=aes-256-gcm&preset=phone",
                                           NULL),
                     SNET_OK);
    assert_int_equal(config.wires, SNET_WIRE_DEFAULT); /* whatever was before */
    assert_string_equal(config.address, "example.org:7000");
    assert_string_equal(config.service, "mail");
    assert_int_equal(config.server_key->bytes[0], 0x85);
    assert_int_equal(config.resume_timeout_ns, 3600 * SNET_SECOND_NS);
    assert_int_equal(config.retry, 1);
    assert_int_equal(config.linger_ns, 1);
    assert_int_equal(config.suite, SNET_SUITE_AES_256_GCM);
    assert_int_equal(config.preset, SNET_PRESET_PHONE);
    assert_int_equal(snet_config_check(&config, SNET_USE_DIAL, NULL), SNET_OK);
    /* The later call counts, and what it does not name stays. */
    assert_int_equal(snet_config_set(&config, "linger", "1s", NULL), SNET_OK);
    assert_int_equal(snet_config_parse_url(&config, "snet://h:1?linger=2s", NULL), SNET_OK);
    assert_int_equal(config.linger_ns, 2 * SNET_SECOND_NS);
    assert_string_equal(config.service, "mail");
    assert_string_equal(config.address, "h:1");
    snet_config_clear(&config);
}

static void config_url_names_key_files_for_who_allows_it(void **state)
{
    (void)state;
    char folder[] = "/tmp/snet-url-XXXXXX";
    char path[64];
    char url[128];
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_error error;
    const struct snet_key key = {.bytes = {9}};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/key", folder);
    (void)snprintf(url, sizeof url, "snet://h:1?psk=%s", path);
    assert_int_equal(snet_config_parse_url_files(&config, url, &error), SNET_ERR_OS);
    assert_string_equal(error.option, "psk");
    assert_int_equal(snet_key_write_file(path, SNET_KEY_SHARED, &key, NULL), SNET_OK);
    assert_int_equal(snet_config_parse_url(&config, url, &error), SNET_ERR_VALUE);
    assert_int_equal(snet_config_parse_url_files(&config, url, &error), SNET_OK);
    assert_int_equal(config.psk_count, 1);
    assert_int_equal(config.psk->bytes[0], 9);
    assert_int_equal(snet_config_parse_url_files(&config, "snet://h:1?key=" SECRET, &error),
                     SNET_ERR_VALUE);
    assert_null(strstr(error.text, SECRET));
    snet_config_clear(&config);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* What is written is read again as the same. */
static void config_url_is_written_as_it_is_read(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "snet://h:1",
        "snet://" KEY "@example.org:7000/mail?resume-timeout=1h&linger=0",
        "snet://" KEY "@[fe80::1%25eth0]:7000?preset=phone&retry=no",
        "snet://h:1/a%20b/c?suite=64",
        "snet+unix://" KEY "@/run/a%20b%40c?service=x%26y&rekey-interval=never",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct snet_config config = SNET_CONFIG_INIT;
        char text[TEXT_BYTES];
        size_t len = 0;
        assert_int_equal(snet_config_parse_url(&config, urls[i], NULL), SNET_OK);
        assert_int_equal(snet_config_format_url(&config, text, sizeof text, &len), SNET_OK);
        assert_string_equal(text, urls[i]);
        assert_int_equal(len, strlen(text));
        assert_int_equal(snet_config_format_url(&config, text, len, &len), SNET_OK); /* cut */
        assert_int_equal(len, strlen(urls[i]));
        assert_int_equal(strlen(text), len - 1);
        assert_int_equal(snet_config_format_url(&config, NULL, 0, &len), SNET_OK);
        assert_int_equal(len, strlen(urls[i]));
        snet_config_clear(&config);
    }
}

static void config_url_has_no_secret_and_nothing_that_no_url_sets(void **state)
{
    (void)state;
    const struct snet_key key = {.bytes = {1}};
    struct snet_config config = SNET_CONFIG_INIT;
    char text[TEXT_BYTES];
    size_t len = 0;
    config.address = "h:1";
    config.key = &key;
    config.key_count = 1;
    config.psk = &key;
    config.psk_count = 1;
    config.nonblocking = 1;
    config.backlog_max = 9;
    assert_int_equal(snet_config_format_url(&config, text, sizeof text, &len), SNET_OK);
    assert_string_equal(text, "snet://h:1");
    config.wires = SNET_WIRE_2;
    assert_int_equal(snet_config_format_url(&config, text, sizeof text, &len),
                     SNET_ERR_UNSUPPORTED);
    config.wires = SNET_WIRE_2 | SNET_WIRE_3;
    assert_int_equal(snet_config_format_url(&config, text, sizeof text, &len), SNET_OK);
    static const char *const without_host[] = {":1", "unix:x", "h", ""};
    for (size_t i = 0; i < sizeof without_host / sizeof without_host[0]; i++) {
        config.address = without_host[i];
        assert_int_equal(snet_config_format_url(&config, text, sizeof text, &len),
                         SNET_ERR_ADDRESS);
    }
}

static void config_url_sets_nothing_without_memory(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    const struct snet_config fresh = SNET_CONFIG_INIT;
    for (size_t at = 1; at <= 4; at++) {
        test_memory_fail_at(at, false);
        const snet_err err = snet_config_parse_url(&config, "snet://" KEY "@h:1/s?pad=1", NULL);
        assert_true(test_memory_heal());
        assert_int_equal(err, SNET_ERR_NO_MEMORY);
        assert_memory_equal(&config, &fresh, sizeof config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_url_sets_nothing_of_a_url_that_is_wrong_and_quotes_nothing),
        cmocka_unit_test(config_url_sets_all_it_says),
        cmocka_unit_test(config_url_names_key_files_for_who_allows_it),
        cmocka_unit_test(config_url_is_written_as_it_is_read),
        cmocka_unit_test(config_url_has_no_secret_and_nothing_that_no_url_sets),
        cmocka_unit_test(config_url_sets_nothing_without_memory),
    };
    return cmocka_run_group_tests_name("config_url", tests, NULL, NULL);
}
