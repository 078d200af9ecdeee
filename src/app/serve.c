/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet serve`: a gateway. Each session gets one connection to the backend and a relay between.
 */
#include <snet/apply.h>

#include "app/commands.h"
#include "app/keys.h"
#include "app/nodump.h"
#include "app/options.h"
#include "app/process.h"
#include "app/serve_loop.h"
#include "app/serve_team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Descriptors that are for none of the sessions: files, names, connections that are closing. Of
   very few, half. */
#define SERVE_KEEP_DESCRIPTORS 64u
/* This part of the others is for links in their handshake, and as many for what they begin. */
#define SERVE_HANDSHAKES_DIVISOR 8u
#define SERVE_SESSION_DESCRIPTORS 2u

/* Minimum of what each of several loops has: of both budgets, and of all descriptors. */
#define SERVE_LOOP_BUDGET_BYTES (UINT64_C(4) * 1024 * 1024)
#define SERVE_LOOP_DESCRIPTORS 64u

struct serve {
    struct snet_options options;
    unsigned loops;
    struct snet_serve_loop alone; /* the only loop, on the main thread; or else: */
    struct snet_serve_team team;
};

static const char serve_head[] =
    "snet serve: a gateway in front of any TCP server\n"
    "\n"
    "  snet serve --listen HOST:PORT --to HOST:PORT [--key FILE] [OPTION...]\n"
    "\n";
/* The ones that most people need: --help fits a screen. */
static const char *const serve_main_options[] = {
    "listen", "to", "key", "psk", "authorized", "wire", "resume-timeout", "pad", NULL,
};
static const char serve_tail[] =
    "  -v, --verbose          Log losses, resumes and refusals too\n"
    "  --help-all             All options\n"
    "\n"
    "SIGTERM drains: no new sessions, others finish; a second one ends at once.\n";

static void serve_drain(struct snet_runner *runner)
{
    struct snet_serve_loop *loop = (struct snet_serve_loop *)runner;
    const uint64_t count = snet_serve_loop_count(loop);
    snet_serve_loop_drain(loop);
    snet_serve_loop_say_draining(runner->log, count);
}

static void serve_finished(struct snet_serve_loop *loop)
{
    snet_runner_stop(&loop->runner, SNET_EXIT_OK);
}

/* Where clients reach the gateway: of an address for every interface, the name of this machine. */
static void serve_public_address(const char *address, char *ret_text, size_t size)
{
    static const char *const anywhere[] = {"[::]:", "0.0.0.0:"};
    char host[UV_MAXHOSTNAMESIZE];
    size_t host_size = sizeof host;
    for (size_t i = 0; i < sizeof anywhere / sizeof anywhere[0]; i++) {
        const size_t len = strlen(anywhere[i]);
        if (strncmp(address, anywhere[i], len) == 0 && uv_os_gethostname(host, &host_size) == 0) {
            (void)snprintf(ret_text, size, "%s:%s", host, address + len);
            return;
        }
    }
    (void)snprintf(ret_text, size, "%s", address);
}

/* What clients of snet/3 must say to get in; the config has at least one key. */
static void serve_key_options(const struct serve *serve, char *ret_text, size_t size)
{
    const struct snet_config *config = serve->options.config;
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key public_key;
    if (config->key == NULL) {
        (void)snprintf(ret_text, size, " --psk %s", serve->options.psk_file);
    } else if (snet_key_public(&config->key[0], &public_key) == SNET_OK) {
        snet_key_format(&public_key, text);
        (void)snprintf(ret_text, size, " --server-key %s%s", text,
                       config->authorized != NULL ? " --key FILE" : "");
    }
}

/* The same as a URL, for programs: where clients need no file of their own. */
static void serve_say_url(const struct serve *serve, const char *address)
{
    const struct snet_config *config = serve->options.config;
    struct snet_config client = SNET_CONFIG_INIT;
    struct snet_key public_key;
    char url[SNET_STREAM_ADDRESS_MAX_BYTES + SNET_KEY_TEXT_BYTES + 16];
    size_t len = 0;
    if ((serve->options.wires & SNET_WIRES_SECURE) == 0 || config->key == NULL ||
        snet_key_public(&config->key[0], &public_key) != SNET_OK) {
        return;
    }
    client.server_key = &public_key;
    client.address = address;
    if (snet_config_format_url(&client, url, sizeof url, &len) == SNET_OK && len < sizeof url) {
        snet_log_say(&serve->options.log, "the same as a URL: %s", url);
    }
}

static const char *serve_address(const struct serve *serve)
{
    return serve->loops == 1 ? snet_uv_server_address(serve->alone.server)
                             : snet_team_listener_address(serve->team.listener);
}

/* The lines that an operator copies. */
static void serve_greet(const struct serve *serve, bool temporary)
{
    const struct snet_options *options = &serve->options;
    char wires[64];
    char how[SNET_STREAM_ADDRESS_MAX_BYTES] = "";
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    snet_options_wire_names(options->wires, wires, sizeof wires);
    snet_log_say(&options->log, "listening on %s, wires %s, to %s", serve_address(serve), wires,
                 options->to);
    if (temporary) {
        snet_log_say(&options->log, "this key is for this run only: clients need the new one after "
                                    "a restart; --key FILE, made by snet keygen, keeps one");
    }
    serve_public_address(serve_address(serve), address, sizeof address);
    if ((options->wires & SNET_WIRES_SECURE) != 0) {
        serve_key_options(serve, how, sizeof how);
    } else {
        const char *last = strrchr(wires, ',');
        (void)snprintf(how, sizeof how, " --wire %s%s", last == NULL ? wires : last + 1,
                       options->config->plain != 0 ? " --plain" : "");
    }
    snet_log_say(&options->log, "clients: snet connect%s %s --listen HOST:PORT", how, address);
    serve_say_url(serve, address);
}

static uint32_t serve_least(uint32_t configured, uint32_t usual, uint64_t room)
{
    const uint64_t wanted = configured == 0 ? usual : configured;
    const uint64_t least = wanted < room ? wanted : room;
    return least == 0 ? 1 : (uint32_t)least;
}

/* Lowers the limits to what there are descriptors for: clients are told to come back before that,
   not after their session has begun. */
static void serve_fit(const struct serve *serve, struct snet_server_config *config)
{
    const uint64_t all = snet_process_descriptors_max();
    const uint64_t half = all / 2;
    const uint64_t room = all - (half < SERVE_KEEP_DESCRIPTORS ? half : SERVE_KEEP_DESCRIPTORS);
    const uint32_t before = config->sessions_max;
    config->handshakes_max = serve_least(config->handshakes_max, SNET_HANDSHAKES_DEFAULT_MAX,
                                         room / SERVE_HANDSHAKES_DIVISOR);
    const uint64_t others = SERVE_SESSION_DESCRIPTORS * (uint64_t)config->handshakes_max;
    config->sessions_max =
        serve_least(before, SNET_SESSIONS_DEFAULT_MAX,
                    room > others ? (room - others) / SERVE_SESSION_DESCRIPTORS : 0);
    if (config->sessions_max < (before == 0 ? SNET_SESSIONS_DEFAULT_MAX : before)) {
        snet_log_say(&serve->options.log, "%llu descriptors are enough for %u sessions",
                     (unsigned long long)all, config->sessions_max);
    }
}

static uint64_t serve_bounded(uint64_t wanted, uint64_t limit)
{
    return wanted < limit ? wanted : limit;
}

/* How many loops there are: fewer than asked for when there is too little for so many. */
static unsigned serve_count_loops(const struct serve *serve,
                                  const struct snet_server_config *config)
{
    const struct snet_options *options = &serve->options;
    const uint64_t send_bytes = options->core.send_budget_bytes;
    const uint64_t recv_bytes = options->core.recv_budget_bytes;
    uint64_t loops = options->threads == 0 ? uv_available_parallelism() : options->threads;
    loops = serve_bounded(loops, SNET_SHARDS_MAX);
    loops = serve_bounded(loops, config->sessions_max);
    loops = serve_bounded(loops, snet_process_descriptors_max() / SERVE_LOOP_DESCRIPTORS);
    if (send_bytes != 0) {
        loops = serve_bounded(loops, send_bytes / SERVE_LOOP_BUDGET_BYTES);
    }
    if (recv_bytes != 0) {
        loops = serve_bounded(loops, recv_bytes / SERVE_LOOP_BUDGET_BYTES);
    }
    if (loops < options->threads) {
        snet_log_say(&options->log, "--threads %u: there is enough for %u", options->threads,
                     loops == 0 ? 1 : (unsigned)loops);
    }
    return loops == 0 ? 1 : (unsigned)loops;
}

/* One loop, on the main thread. */
static snet_err serve_open_alone(struct serve *serve, const struct snet_server_config *config,
                                 int *ret_os_err)
{
    struct snet_options *options = &serve->options;
    struct snet_runner *runner = &serve->alone.runner;
    snet_serve_loop_init(&serve->alone, &options->log, options);
    serve->alone.on_finished = serve_finished;
    runner->drain_timeout_ms = snet_options_drain_timeout_ms(options);
    runner->on_drain = serve_drain;
    const snet_err err = snet_runner_init(runner, &options->core);
    return err != SNET_OK ? err
                          : snet_uv_serve(runner->driver, options->listen, config,
                                          &serve->alone.server, ret_os_err);
}

static snet_err serve_open(struct serve *serve, const struct snet_server_config *config,
                           int *ret_os_err)
{
    struct snet_options *options = &serve->options;
    if (serve->loops == 1) {
        return serve_open_alone(serve, config, ret_os_err);
    }
    const snet_err err = snet_serve_team_init(&serve->team, serve->loops, &options->log, options);
    return err != SNET_OK ? err
                          : snet_serve_team_open(&serve->team, &options->core, config, ret_os_err);
}

/* Listens, and says so. Returns the exit code. */
static int serve_begin(struct serve *serve, bool temporary)
{
    struct snet_options *options = &serve->options;
    struct snet_server_config config;
    struct snet_error error;
    if (snet_apply_server(options->config, &config, &error) != SNET_OK) {
        snet_log_say(&options->log, "--%s; see snet serve --help", error.text);
        return SNET_EXIT_USAGE;
    }
    int os_err = 0;
    snet_log_open(&options->log); /* what follows may say so */
    serve_fit(serve, &config);
    serve->loops = serve_count_loops(serve, &config);
    const snet_err err = serve_open(serve, &config, &os_err);
    if (err != SNET_OK) {
        snet_log_say(&options->log, "cannot listen on %s: %s", options->listen,
                     os_err != 0 ? uv_strerror(os_err) : snet_err_message(err));
        snet_serve_team_deinit(&serve->team);
        return SNET_EXIT_UNAVAILABLE;
    }
    snet_options_warn(options);
    serve_greet(serve, temporary);
    return SNET_EXIT_OK;
}

static int serve_run(struct serve *serve)
{
    bool temporary = false;
    int code = snet_keys_complete(&serve->options, &temporary);
    if (code == SNET_EXIT_OK) {
        code = serve_begin(serve, temporary);
    }
    snet_options_forget_config(&serve->options); /* the library has its own copy of the keys */
    if (code == SNET_EXIT_OK) {
        code = serve->loops == 1 ? snet_runner_run(&serve->alone.runner)
                                 : snet_serve_team_run(&serve->team);
    }
    return code;
}

int snet_serve_main(int argc, char **argv)
{
    struct serve serve = {.options = {.log = {.command = "serve"}, .use = SNET_OPTIONS_SERVE}};
    snet_nodump_process(); /* before the first key is read */
    int code = snet_options_parse(&serve.options, argc, argv);
    if (code == SNET_EXIT_OK && serve.options.arguments.help) {
        snet_arguments_help(&serve.options.arguments, serve_head,
                            serve.options.arguments.help_all ? NULL : serve_main_options,
                            serve_tail);
    } else if (code == SNET_EXIT_OK) {
        code = serve_run(&serve);
    }
    snet_log_close(&serve.options.log);
    snet_options_deinit(&serve.options);
    return code;
}
