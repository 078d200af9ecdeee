/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "tests/support/capture.h"
#include "tests/support/unit.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUT_BYTES 8192u
#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_LIKE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"
#define WORDS_MAX 12

static int test_stdin = -1; /* the real one meanwhile */

/* Standard input is a pipe that holds a text, until test_stdin_end. */
static void test_stdin_begin(const char *text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    (void)close(ends[1]);
    test_stdin = dup(STDIN_FILENO);
    (void)dup2(ends[0], STDIN_FILENO);
    (void)close(ends[0]);
}

static void test_stdin_end(void)
{
    (void)dup2(test_stdin, STDIN_FILENO);
    (void)close(test_stdin);
}

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
        {{"serve", "--listen", "here", "--to", ":1"}, "--listen: 'here': the port is missing"},
        {{"serve", "--listen", ":0"}, "--listen and --to are needed"},
        {{"serve", "--listen", ":0", "--to", ":1", "more"}, "takes options only"},
        {{"serve", "--listen"}, "missing value"},
        {{"serve", "-x"}, "unknown option"},
        {{"connect", "--client-key", "x", "a:1"}, "--client-key is --key"},
        {{"connect", "--early", "a:1"}, "--early is --early-data"},
        {{"connect", "--to", ":1", "a:1"}, "unknown option"},
        {{"connect"}, "one server is needed"},
        {{"connect", "a:1", "b:1"}, "one server is needed"},
        {{"connect", "nowhere"}, "the port is missing: HOST:PORT"},
        {{"connect", "snet://a"}, "HOST:PORT"},
        {{"connect", "snet://a:1?wire=2"}, "cannot set wire"},
        {{"connect", "--eof-wait", "-1", "a:1"}, "--eof-wait takes a time"},
        {{"connect", "--service", "", "a:1"}, "--service takes from 1 to 64"},
        {{"connect", "--heartbeat", "0.5s", "a:1"}, "--heartbeat takes a time from 1s"},
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
    const char *const connecting[] = {"connect",     "a:1", "--server-key", KEY,
                                      "--heartbeat", "1.5", "--retry=no",   "--eof-wait=0.5s",
                                      NULL};
    assert_int_equal(parse(&options, connecting, out), SNET_EXIT_OK);
    assert_string_equal(options.config->address, "a:1");
    assert_non_null(options.config->server_key);
    assert_int_equal(options.config->heartbeat_ns, 1500 * SNET_MS_NS);
    assert_int_equal(options.config->retry, 2); /* a no of its own, also beside a preset */
    assert_int_equal(options.eof_wait_ns, 500 * SNET_MS_NS);
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
        assert_true(options.arguments.help && options.arguments.help_all);
        const int saved = dup(STDOUT_FILENO);
        test_capture_begin(&capture); /* of standard error, where the output goes meanwhile */
        (void)fflush(stdout);
        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
        snet_arguments_help(&options.arguments, "", NULL, "");
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
            const bool wanted =
                (option->uses & (options.use | SNET_USE_LIBRARY)) != 0 && !of_sockets;
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

/* Names stand behind the keys; the file is read once for both. */
static void options_know_the_names_of_clients(void **state)
{
    (void)state;
    struct snet_options options;
    char out[OUT_BYTES];
    char path[] = "/tmp/snet-options-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, KEY " bob\n", sizeof KEY + 4), (ssize_t)sizeof KEY + 4);
    (void)close(fd);
    const char *const words[] = {"serve", "--listen",     ":0", "--to",
                                 ":1",    "--authorized", path, NULL};
    assert_int_equal(parse(&options, words, out), SNET_EXIT_OK);
    (void)unlink(path);
    assert_int_equal(options.config->authorized_count, 1);
    assert_string_equal(snet_key_list_name(&options.clients, options.config->authorized), "bob");
    snet_options_deinit(&options);
    const char *const wrong[] = {"serve", "--listen",     ":0",     "--to",
                                 ":1",    "--authorized", KEY_LIKE, NULL};
    assert_int_equal(parse(&options, wrong, out), SNET_EXIT_NO_INPUT);
    assert_non_null(strstr(out, "--authorized is neither a key"));
    snet_options_deinit(&options);
}

/* Standard input is the stream of a session, or a key. */
static void options_take_a_key_from_standard_input_once(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *what;
    } rows[] = {
        {{"connect", "--key", "-", "a:1", "--server-key", "-"}, "standard input is read once"},
        {{"connect", "--server-key", "-", "a:1"}, "name a file in place of -"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_options options;
        char out[OUT_BYTES];
        test_stdin_begin(KEY "\n");
        assert_int_not_equal(parse(&options, rows[i].words, out), SNET_EXIT_OK);
        test_stdin_end();
        assert_non_null(strstr(out, rows[i].what));
        snet_options_deinit(&options);
    }
    struct snet_options options;
    char out[OUT_BYTES];
    const char *const words[] = {"serve", "--listen", ":0", "--to", ":1", "--psk", "-", NULL};
    test_stdin_begin(KEY "\n");
    assert_int_equal(parse(&options, words, out), SNET_EXIT_OK);
    test_stdin_end();
    assert_int_equal(options.config->psk_count, 1);
    assert_string_equal(options.psk_file, "FILE");
    snet_options_deinit(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_refused_in_one_line_that_says_why),
        cmocka_unit_test(options_go_into_the_config_and_the_commands_own),
        cmocka_unit_test(options_count_over_those_of_a_url),
        cmocka_unit_test(options_of_the_table_are_all_in_the_help),
        cmocka_unit_test(options_warn_of_wires_that_do_not_protect),
        cmocka_unit_test(options_know_the_names_of_clients),
        cmocka_unit_test(options_take_a_key_from_standard_input_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
