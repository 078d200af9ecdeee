/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/config.h>

#include "tests/support/unit.h"

#include <string.h>

static const struct snet_key config_keys[2] = {{.bytes = {1}}, {.bytes = {2}}};

static struct snet_config dialing(void)
{
    struct snet_config config = SNET_CONFIG_INIT;
    config.server_key = config_keys;
    return config;
}

static struct snet_config listening(void)
{
    struct snet_config config = SNET_CONFIG_INIT;
    config.key = config_keys;
    config.key_count = 1;
    return config;
}

/* The config is refused for an option, with a sentence that has `why`. */
static void refuses(const struct snet_config *config, uint32_t use, const char *option,
                    const char *why)
{
    struct snet_error error;
    const snet_err err = snet_config_check(config, use, &error);
    assert_int_not_equal(err, SNET_OK);
    assert_int_equal(error.err, err);
    assert_string_equal(error.option, option);
    if (strstr(error.text, why) == NULL) {
        fail_msg("'%s' does not say '%s'", error.text, why);
    }
    assert_int_equal(snet_config_check(config, use, NULL), err);
}

static void accepts(const struct snet_config *config, uint32_t use)
{
    struct snet_error error;
    if (snet_config_check(config, use, &error) != SNET_OK) {
        fail_msg("%s", error.text);
    }
}

static void on_event(void *user, const struct snet_event *event)
{
    (void)user;
    (void)event;
}

static uint32_t on_accept(void *user, const struct snet_info *info)
{
    (void)user;
    (void)info;
    return 0;
}

static int on_connect(void *user)
{
    (void)user;
    return -1;
}

static void config_check_is_asked_for_one_use(void **state)
{
    (void)state;
    const struct snet_config config = dialing();
    assert_int_equal(snet_config_check(&config, 0, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_check(&config, SNET_USE_URL, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_config_check(&config, SNET_USE_DIAL | SNET_USE_LISTEN, NULL),
                     SNET_ERR_INVALID);
}

static void config_check_refuses_to_dial_without_a_way_to_know_the_server(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    refuses(&config, SNET_USE_DIAL, "server-key", "server-key is missing");
    refuses(NULL, SNET_USE_DIAL, "server-key", "share a psk");
    config.psk = config_keys;
    config.psk_count = 1;
    accepts(&config, SNET_USE_DIAL);
    config.server_key = config_keys;
    refuses(&config, SNET_USE_DIAL, "psk", "in place of server-key");
    config.server_key = NULL;
    config.psk_count = 2;
    refuses(&config, SNET_USE_DIAL, "psk", "psk is one");
    config = dialing();
    config.key = config_keys;
    config.key_count = 1;
    accepts(&config, SNET_USE_DIAL);
    config.key_count = 2;
    refuses(&config, SNET_USE_DIAL, "key", "key is one");
    config.key_count = 0; /* a pointer to one key needs none */
    accepts(&config, SNET_USE_DIAL);
}

static void config_check_refuses_to_listen_without_a_key(void **state)
{
    (void)state;
    struct snet_config config = SNET_CONFIG_INIT;
    refuses(&config, SNET_USE_LISTEN, "key", "key is missing");
    config.psk = config_keys;
    config.psk_count = 2;
    accepts(&config, SNET_USE_LISTEN);
    config.authorized = config_keys;
    accepts(&config, SNET_USE_LISTEN); /* nobody but those who have the secret */
    config.authorized_count = 2;
    refuses(&config, SNET_USE_LISTEN, "authorized", "needs a key");
    config.key = config_keys;
    config.key_count = 1;
    accepts(&config, SNET_USE_LISTEN);
    config = (struct snet_config)SNET_CONFIG_INIT;
    config.wires = SNET_WIRE_2;
    accepts(&config, SNET_USE_LISTEN);
}

static void config_check_refuses_options_of_another_use(void **state)
{
    (void)state;
    struct snet_config config = dialing();
    config.backlog_max = 5;
    refuses(&config, SNET_USE_DIAL, "backlog", "means nothing to dial");
    config = listening();
    config.connect_timeout_ns = SNET_SECOND_NS;
    refuses(&config, SNET_USE_LISTEN, "connect-timeout", "means nothing to listen");
    config = dialing();
    config.send_budget_bytes = 1u << 20;
    refuses(&config, SNET_USE_DIAL, "send-budget", "means nothing to dial");
    config = (struct snet_config)SNET_CONFIG_INIT;
    config.send_budget_bytes = 1u << 20;
    accepts(&config, SNET_USE_LIBRARY);
    config.pad_bytes = 16;
    refuses(&config, SNET_USE_LIBRARY, "pad", "open the library");
    config = dialing();
    config.on_accept = on_accept;
    refuses(&config, SNET_USE_DIAL, "on_accept", "means nothing to dial");
    config = listening();
    config.connect = on_connect;
    refuses(&config, SNET_USE_LISTEN, "connect", "means nothing to listen");
}

static void config_check_refuses_options_that_mean_nothing_on_these_wires(void **state)
{
    (void)state;
    struct snet_config config = dialing();
    config.plain = 1;
    refuses(&config, SNET_USE_DIAL, "plain", "is for wires 1 and 2");
    config.wires = SNET_WIRE_2;
    refuses(&config, SNET_USE_DIAL, "server-key", "is for wire 3");
    config.server_key = NULL;
    accepts(&config, SNET_USE_DIAL);
    config.service = "mail";
    refuses(&config, SNET_USE_DIAL, "service", "cannot ask for one");
    config = listening();
    config.plain = 1;
    config.wires = SNET_WIRE_2 | SNET_WIRE_3;
    accepts(&config, SNET_USE_LISTEN);
    config.service = "mail";
    refuses(&config, SNET_USE_LISTEN, "service", "means nothing to listen");
    config.service = NULL;
    config.wires = SNET_WIRE_1;
    refuses(&config, SNET_USE_LISTEN, "key", "is for wire 3");
    config = dialing();
    config.cipher = "rc4";
    refuses(&config, SNET_USE_DIAL, "cipher", "is for wires 1 and 2");
}

static void config_check_refuses_what_excludes_each_other(void **state)
{
    (void)state;
    struct snet_config config = dialing();
    config.wires = SNET_WIRE_2 | SNET_WIRE_3;
    refuses(&config, SNET_USE_DIAL, "wire", "one wire");
    config = dialing();
    config.on_event = on_event;
    accepts(&config, SNET_USE_DIAL);
    config.events = (snet_events *)&config;
    refuses(&config, SNET_USE_DIAL, "on_event", "in place of events");
    config.on_event = NULL;
    accepts(&config, SNET_USE_DIAL);
}

/* One value outside of the bounds of each option that is a number, as a program puts it there. */
static void config_check_refuses_numbers_outside_of_their_bounds(void **state)
{
    (void)state;
    struct snet_config config = dialing();
    config.resume_timeout_ns = 1;
    refuses(&config, SNET_USE_DIAL, "resume-timeout", "from 1ms to 31d");
    config = dialing();
    config.resume_timeout_ns = SNET_NEVER;
    refuses(&config, SNET_USE_DIAL, "resume-timeout", "from 1ms to 31d");
    config = dialing();
    config.connect_timeout_ns = SNET_NEVER;
    refuses(&config, SNET_USE_DIAL, "connect-timeout", "from 1ms to 31d");
    config = dialing();
    config.rekey_interval_ns = SNET_NEVER;
    accepts(&config, SNET_USE_DIAL);
    config.wires = 16;
    refuses(&config, SNET_USE_DIAL, "wire", "not '16'");
    config = dialing();
    config.suite = 3;
    refuses(&config, SNET_USE_DIAL, "suite", "not '3'");
    config.suite = SNET_SUITE_PRIVATE_FIRST;
    accepts(&config, SNET_USE_DIAL);
    config.early_data = 2;
    refuses(&config, SNET_USE_DIAL, "early-data", "yes or no");
    config = dialing();
    config.history_bytes = 63;
    refuses(&config, SNET_USE_DIAL, "history", "from 64 to 1G");
    config = dialing();
    config.service = "";
    refuses(&config, SNET_USE_DIAL, "service", "from 1 to 64 characters");
    config = listening();
    config.authorized = config_keys;
    config.authorized_count = SNET_CONFIG_AUTHORIZED_MAX + 1;
    refuses(&config, SNET_USE_LISTEN, "authorized", "65536 at most");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_check_is_asked_for_one_use),
        cmocka_unit_test(config_check_refuses_to_dial_without_a_way_to_know_the_server),
        cmocka_unit_test(config_check_refuses_to_listen_without_a_key),
        cmocka_unit_test(config_check_refuses_options_of_another_use),
        cmocka_unit_test(config_check_refuses_options_that_mean_nothing_on_these_wires),
        cmocka_unit_test(config_check_refuses_what_excludes_each_other),
        cmocka_unit_test(config_check_refuses_numbers_outside_of_their_bounds),
    };
    return cmocka_run_group_tests_name("config_check", tests, NULL, NULL);
}
