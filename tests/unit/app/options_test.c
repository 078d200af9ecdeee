/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "tests/support/capture.h"
#include "tests/support/unit.h"

#include <string.h>

#define OUT_BYTES 1024u

static struct snet_options defaults(void)
{
    return (struct snet_options){.log = {.command = "serve"}, .wires = SNET_WIRES_SECURE};
}

/* Refused in one line that has `what`. */
static void refuses(int option, const char *value, const char *what)
{
    struct snet_options options = defaults();
    struct test_capture capture;
    char out[OUT_BYTES];
    test_capture_begin(&capture);
    const bool taken = snet_options_take(&options, option, value);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_false(taken);
    assert_non_null(strstr(out, what));
    assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

/* Refused together, in one line that has `what`; or with NULL not at all. */
static void agree(const struct snet_options *options, const char *what)
{
    struct test_capture capture;
    char out[OUT_BYTES];
    test_capture_begin(&capture);
    const bool agreed = snet_options_agree(options);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_int_equal(agreed, what == NULL);
    assert_non_null(strstr(out, what == NULL ? "" : what));
    assert_int_equal(strlen(out) == 0, what == NULL);
}

static void options_refuse_values_out_of_their_bounds(void **state)
{
    (void)state;
    refuses('W', "4", "--wire");
    refuses('H', "63", "--history");
    refuses('H', "2G", "--history");
    refuses('w', "0", "--wait");
    refuses('D', "soon", "--dead-peer");
    refuses('E', "-1", "--eof-wait");
    refuses('l', "here", "--listen");
    refuses('t', "there", "--to");
    refuses('n', "4294967296", "--node-id");
    refuses('n', "one", "--node-id");
    refuses('B', "0.9", "--heartbeat");
    refuses('B', "601", "--heartbeat");
    refuses('d', "4097", "--pad");
    refuses('u', "rc4", "--suite");
    refuses('u', "", "--suite");
}

static void options_refuse_more_keys_than_a_server_can_have(void **state)
{
    (void)state;
    struct snet_options options = defaults();
    struct test_capture capture;
    char out[OUT_BYTES];
    for (unsigned i = 0; i < SNET_SERVER_SECRETS_MAX; i++) {
        assert_true(snet_options_take(&options, 'k', "file"));
    }
    for (unsigned i = 0; i < SNET_SERVER_PSKS_MAX; i++) {
        assert_true(snet_options_take(&options, 'p', "file"));
    }
    test_capture_begin(&capture);
    const bool taken =
        snet_options_take(&options, 'k', "file") || snet_options_take(&options, 'p', "file");
    (void)test_capture_end(&capture, out, sizeof out);
    assert_false(taken);
    assert_non_null(strstr(out, "at most 4 --key"));
    assert_non_null(strstr(out, "at most 64 --psk"));
    assert_int_equal(options.secure.key_count, SNET_SERVER_SECRETS_MAX);
    assert_int_equal(options.secure.psk_count, SNET_SERVER_PSKS_MAX);
}

static void options_refuse_keys_for_wires_that_use_none(void **state)
{
    static const int secure[] = {'k', 'p', 'a', 's', 'c'};
    (void)state;
    for (size_t i = 0; i < sizeof secure / sizeof secure[0]; i++) {
        struct snet_options options = defaults();
        assert_true(snet_options_take(&options, secure[i], "file"));
        agree(&options, NULL);
        assert_true(snet_options_take(&options, 'W', "1,2"));
        agree(&options, "is for wire 3");
        assert_true(snet_options_take(&options, 'W', "1,3"));
        agree(&options, NULL);
    }
}

static void options_refuse_plain_for_the_secure_wire_alone(void **state)
{
    (void)state;
    struct snet_options options = defaults();
    options.plain = true;
    agree(&options, "--plain");
    options.wires |= SNET_WIRE_2;
    agree(&options, NULL);
}

static void options_go_into_sessions(void **state)
{
    (void)state;
    struct snet_options options = defaults();
    assert_true(snet_options_take(&options, 'H', "64k"));
    assert_true(snet_options_take(&options, 'w', "2.5"));
    assert_true(snet_options_take(&options, 'B', "270"));
    assert_true(snet_options_take(&options, 'd', "128"));
    assert_true(snet_options_take(&options, 'u', "aes-256-gcm"));
    assert_true(snet_options_take(&options, 'e', NULL));
    assert_true(snet_options_take(&options, 'n', "4294967295"));
    const struct snet_session_config config = snet_options_session(&options);
    assert_int_equal(config.history_bytes, 65536);
    assert_int_equal(config.resume_timeout_ns, 2500 * SNET_MS_NS);
    assert_int_equal(config.heartbeat_ns, 270 * SNET_SECOND_NS);
    assert_int_equal(config.pad_bytes, 128);
    assert_false(config.plain);
    assert_int_equal(options.secure.suite, SNET_SUITE_AES_256_GCM);
    assert_int_equal(options.secure.node_id, UINT32_MAX);
    assert_true(options.secure.early);
}

static void options_warn_of_wires_that_do_not_protect(void **state)
{
    (void)state;
    struct snet_options options = defaults();
    struct test_capture capture;
    char out[OUT_BYTES];
    test_capture_begin(&capture);
    snet_options_warn(&options);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_string_equal(out, "");
    options.wires |= SNET_WIRE_1;
    test_capture_begin(&capture);
    snet_options_warn(&options);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_non_null(strstr(out, "warning: "));
}

static void options_name_wires_as_they_are_typed(void **state)
{
    (void)state;
    char names[64];
    snet_options_wire_names(SNET_WIRES_LEGACY | SNET_WIRES_SECURE, names, sizeof names);
    assert_string_equal(names, "1,1-padded,2,3");
    snet_options_wire_names(0, names, sizeof names);
    assert_string_equal(names, "");
}

static void options_exit_codes_tell_scripts_what_to_do(void **state)
{
    static const struct {
        snet_err err;
        int code;
    } wanted[] = {
        {SNET_OK, 0},
        {SNET_ERR_CLOSED, 0},
        {SNET_ERR_NO_ANSWER, SNET_EXIT_UNAVAILABLE},
        {SNET_ERR_CONNECT, SNET_EXIT_UNAVAILABLE},
        {SNET_ERR_RESOLVE, SNET_EXIT_UNAVAILABLE},
        {SNET_ERR_NO_MEMORY, SNET_EXIT_OS},
        {SNET_ERR_EXPIRED, SNET_EXIT_LOST},
        {SNET_ERR_SERVER_RESTARTED, SNET_EXIT_LOST},
        {SNET_ERR_EVICTED, SNET_EXIT_LOST},
        {SNET_ERR_PEER_ABORTED, SNET_EXIT_LOST},
        {SNET_ERR_ABORTED, SNET_EXIT_LOST},
        {SNET_ERR_CLOSE_UNCONFIRMED, SNET_EXIT_LOST},
        {SNET_ERR_HISTORY_OVERRUN, SNET_EXIT_LOST},
        {SNET_ERR_BUSY, SNET_EXIT_BUSY},
        {SNET_ERR_BAD_FRAME, SNET_EXIT_PROTOCOL},
        {SNET_ERR_BAD_COUNT, SNET_EXIT_PROTOCOL},
        {SNET_ERR_REFUSED, SNET_EXIT_REFUSED},
        {SNET_ERR_DENIED, SNET_EXIT_REFUSED},
        {SNET_ERR_BAD_MAC, SNET_EXIT_REFUSED},
        {SNET_ERR_BAD_SUITE, SNET_EXIT_REFUSED},
        {SNET_ERR_BAD_PATTERN, SNET_EXIT_REFUSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        assert_int_equal(snet_options_exit_code(wanted[i].err), wanted[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_refuse_values_out_of_their_bounds),
        cmocka_unit_test(options_refuse_more_keys_than_a_server_can_have),
        cmocka_unit_test(options_refuse_keys_for_wires_that_use_none),
        cmocka_unit_test(options_refuse_plain_for_the_secure_wire_alone),
        cmocka_unit_test(options_go_into_sessions),
        cmocka_unit_test(options_warn_of_wires_that_do_not_protect),
        cmocka_unit_test(options_name_wires_as_they_are_typed),
        cmocka_unit_test(options_exit_codes_tell_scripts_what_to_do),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
