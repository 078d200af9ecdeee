/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "tests/support/capture.h"
#include "tests/support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OUT_BYTES 8192u
#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define WORDS_MAX 12

/* Takes a command line, whose first word is the subcommand. */
static int parse(struct snet_options *ret_options, const char *const *words, char out[OUT_BYTES])
{
    struct test_capture capture;
    char *argv[WORDS_MAX + 1] = {NULL};
    int argc = 0;
    for (; words[argc] != NULL; argc++) {
        argv[argc] = (char *)(uintptr_t)words[argc];
    }
    *ret_options = (struct snet_options){
        .log = {.command = words[0]},
        .use = strcmp(words[0], "serve") == 0 ? SNET_OPTIONS_SERVE : SNET_OPTIONS_CONNECT,
    };
    optind = 0; /* GNU getopt begins anew */
    test_capture_begin(&capture);
    const int code = snet_options_parse(ret_options, argc, argv);
    (void)test_capture_end(&capture, out, OUT_BYTES);
    return code;
}

static void options_are_refused_in_one_line_that_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *what;
    } rows[] = {
        {{"serve", "--listen", ":0", "--to", ":1", "--history", "63"}, "--history takes a size"},
        {{"serve", "--listen", ":0", "--to", ":1", "--wire", "4"}, "--wire takes"},
        {{"serve", "--listen", ":0", "--to", ":1", "--resume-timeout", "soon"}, "takes a time"},
        {{"serve", "--listen", ":0", "--to", ":1", "--lin"}, "unknown option"},
        {{"serve", "--listen", ":0", "--to", ":1", "--linger", "5"}, "unknown option"},
        {{"serve", "--listen", ":0", "--to", ":1", "--nonblocking"}, "unknown option"},
        {{"serve", "--listen", ":0", "--to", ":1", "--server-key", KEY}, "unknown option"},
        {{"serve", "--log", "--listen", ":0", "--to", ":1"}, "unknown option"},
        {{"serve", "--wait", "5", "--listen", ":0", "--to", ":1"}, "--wait is --resume-timeout"},
        {{"serve", "--listen", ":0", "-l", ":1", "--to", ":1"}, "--listen is given twice"},
        {{"serve", "--listen", "here", "--to", ":1"}, "--listen takes HOST:PORT"},
        {{"serve", "--listen", ":0"}, "--listen and --to are needed"},
        {{"serve", "--listen", ":0", "--to", ":1", "more"}, "takes options only"},
        {{"serve", "--listen"}, "missing value"},
        {{"serve", "-x"}, "unknown option"},
        {{"connect", "--client-key", "x", "a:1"}, "--client-key is --key"},
        {{"connect", "--early", "a:1"}, "--early is --early-data"},
        {{"connect", "--to", ":1", "a:1"}, "unknown option"},
        {{"connect"}, "one server is needed"},
        {{"connect", "a:1", "b:1"}, "one server is needed"},
        {{"connect", "nowhere"}, "the server is HOST:PORT"},
        {{"connect", "snet://a"}, "HOST:PORT"},
        {{"connect", "snet://a:1?wire=2"}, "cannot set wire"},
        {{"connect", "--eof-wait", "-1", "a:1"}, "--eof-wait takes a time"},
        {{"connect", "--service", "", "a:1"}, "--service takes from 1 to 64"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_options options;
        char out[OUT_BYTES];
        if (parse(&options, rows[i].words, out) != SNET_EXIT_USAGE ||
            strstr(out, rows[i].what) == NULL) {
            fail_msg("row %zu, '%s' for: %s", i, rows[i].what, out);
        }
        assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
        snet_options_deinit(&options);
    }
    struct snet_options options;
    char out[OUT_BYTES];
    const char *const unreadable[] = {"connect", "--psk", "/no/such/file", "a:1", NULL};
    assert_int_equal(parse(&options, unreadable, out), SNET_EXIT_NO_INPUT);
    assert_non_null(strstr(out, "--psk"));
    snet_options_deinit(&options);
}

static void options_go_into_the_config_and_the_commands_own(void **state)
{
    (void)state;
    struct snet_options options;
    char out[OUT_BYTES];
    const char *const serving[] = {"serve",  "-vv", "-l",      ":0",         "--to", "unix:/x",
                                   "--wire", "1,2", "--plain", "--log-json", NULL};
    assert_int_equal(parse(&options, serving, out), SNET_EXIT_OK);
    assert_string_equal(out, "");
    assert_string_equal(options.listen, ":0");
    assert_string_equal(options.to, "unix:/x");
    assert_int_equal(options.wires, SNET_WIRE_1 | SNET_WIRE_2);
    assert_int_equal(options.config->plain, 1);
    assert_int_equal(options.log.verbosity, 2);
    assert_true(options.log.json);
    snet_options_deinit(&options);
    const char *const connecting[] = {"connect", "a:1",        "--server-key", KEY, "--heartbeat",
                                      "2m",      "--retry=no", "--eof-wait=7", NULL};
    assert_int_equal(parse(&options, connecting, out), SNET_EXIT_OK);
    assert_string_equal(options.config->address, "a:1");
    assert_non_null(options.config->server_key);
    assert_int_equal(options.config->heartbeat_ns, 120 * SNET_SECOND_NS);
    assert_int_equal(options.config->retry, 2); /* a no of its own, also beside a preset */
    assert_int_equal(options.eof_wait_ns, 7 * SNET_SECOND_NS);
    assert_int_equal(options.wires, SNET_WIRE_3);
    snet_options_deinit(&options);
}

/* What stands beside a URL has the last word, on whichever side of it. */
static void options_count_over_those_of_a_url(void **state)
{
    (void)state;
    struct snet_options options;
    char out[OUT_BYTES];
    const char *const words[] = {"connect", "--pad", "64", "snet://h:1/svc?pad=128&retry", NULL};
    assert_int_equal(parse(&options, words, out), SNET_EXIT_OK);
    assert_string_equal(options.config->address, "h:1");
    assert_string_equal(options.config->service, "svc");
    assert_int_equal(options.config->pad_bytes, 64);
    assert_int_equal(options.config->retry, 1);
    snet_options_deinit(&options);
}

/* From one table: each option of the library that a subcommand takes is in its help. */
static void options_of_the_table_are_all_in_the_help(void **state)
{
    (void)state;
    static const char *const commands[] = {"serve", "connect"};
    for (unsigned i = 0; i < 2; i++) {
        struct snet_options options;
        struct test_capture capture;
        char out[OUT_BYTES];
        const char *const words[] = {commands[i], "--help-all", NULL};
        assert_int_equal(parse(&options, words, out), SNET_EXIT_OK);
        assert_true(options.help && options.help_all);
        const int saved = dup(STDOUT_FILENO);
        test_capture_begin(&capture); /* of standard error, where the output goes meanwhile */
        (void)fflush(stdout);
        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
        snet_options_help(&options, "", NULL, "");
        (void)fflush(stdout);
        (void)dup2(saved, STDOUT_FILENO);
        (void)close(saved);
        (void)test_capture_end(&capture, out, sizeof out);
        const struct snet_option *option = NULL;
        for (size_t row = 0; (option = snet_option_at(row)) != NULL; row++) {
            char name[64];
            (void)snprintf(name, sizeof name, "--%s", option->name);
            const bool of_sockets =
                strcmp(option->name, "address") == 0 || strcmp(option->name, "linger") == 0 ||
                strcmp(option->name, "backlog") == 0 || (option->uses & SNET_USE_PROGRAM) != 0;
            const bool wanted = (option->uses & options.use) != 0 && !of_sockets;
            if ((strstr(out, name) != NULL) != wanted && strcmp(option->name, "key") != 0) {
                fail_msg("%s in the help of %s", name, commands[i]);
            }
        }
        for (const char *line = out; *line != '\0'; line = strchr(line, '\n') + 1) {
            assert_true(strcspn(line, "\n") <= 80);
        }
        snet_options_deinit(&options);
    }
}

static void options_warn_of_wires_that_do_not_protect(void **state)
{
    (void)state;
    struct snet_options options = {.log = {.command = "serve"}, .wires = SNET_WIRE_3};
    struct test_capture capture;
    char out[OUT_BYTES];
    test_capture_begin(&capture);
    snet_options_warn(&options);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_string_equal(out, "");
    options.wires |= SNET_WIRE_2;
    test_capture_begin(&capture);
    snet_options_warn(&options);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_non_null(strstr(out, "warning: "));
}

static void options_have_exit_codes_for_ends(void **state)
{
    (void)state;
    assert_int_equal(snet_options_exit_code(SNET_ERR_CLOSED), 0);
    assert_int_equal(snet_options_exit_code(SNET_ERR_NO_ANSWER), 69);
    assert_int_equal(snet_options_exit_code(SNET_ERR_CONNECT), 69);
    assert_int_equal(snet_options_exit_code(SNET_ERR_EXPIRED), 74);
    assert_int_equal(snet_options_exit_code(SNET_ERR_BUSY), 75);
    assert_int_equal(snet_options_exit_code(SNET_ERR_BAD_FRAME), 76);
    assert_int_equal(snet_options_exit_code(SNET_ERR_DENIED), 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_refused_in_one_line_that_says_why),
        cmocka_unit_test(options_go_into_the_config_and_the_commands_own),
        cmocka_unit_test(options_count_over_those_of_a_url),
        cmocka_unit_test(options_of_the_table_are_all_in_the_help),
        cmocka_unit_test(options_warn_of_wires_that_do_not_protect),
        cmocka_unit_test(options_have_exit_codes_for_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
