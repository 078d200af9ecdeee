/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet serve`: a gateway. Each session gets one connection to the backend and a relay between.
 */
#include "app/commands.h"
#include "app/options.h"
#include "app/relay.h"
#include "app/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct serve {
    struct snet_runner runner; /* first */
    struct snet_options options;
    snet_uv_server *server;
    uint64_t session_count;
    bool draining;
};

/* One session and the dial of its backend. */
struct serve_session {
    struct serve *serve;
    struct snet_relay *relay;
    snet_dial *dial;
};

static const char serve_help[] =
    "snet serve: a gateway in front of any TCP server\n"
    "\n"
    "  snet serve --wire LIST --listen HOST:PORT --to HOST:PORT [OPTION...]\n"
    "\n"
    "  --wire LIST        wires to serve on the one port, out of 1, 1-padded, 2\n"
    "  -l, --listen ADDR  where clients come in\n"
    "  --to ADDR          the server to forward each session to\n"
    "  --plain            wires 1 and 2: the stream is not encrypted (as its clients)\n"
    "  --history SIZE     sent bytes kept for a resume, default 1M\n"
    "  --wait SECONDS     how long a session without connection is kept, default 300\n"
    "  --dead-peer SECONDS  a silent connection is dead after this, default 20\n"
    "  --log-json         log lines as JSON\n"
    "  -v, --verbose      log refused connections and resumes too\n"
    "\n"
    "ADDR is HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH. SIGTERM drains: no new sessions,\n"
    "existing ones finish; a second one ends at once.\n";

static void serve_relay_local_end(struct snet_relay *relay)
{
    snet_session_shutdown(relay->session, snet_uv_now(relay->driver));
}

static void serve_relay_done(struct snet_relay *relay, snet_err err)
{
    (void)err;
    struct serve_session *session = relay->user;
    struct serve *serve = session->serve;
    snet_dial_cancel(session->dial);
    free(session);
    serve->session_count--;
    if (serve->draining && serve->session_count == 0) {
        snet_runner_stop(&serve->runner, SNET_EXIT_OK);
    }
}

static void serve_dialed(void *user, snet_err err, int os_err, uv_stream_t *stream)
{
    struct serve_session *session = user;
    session->dial = NULL;
    if (err == SNET_OK) {
        snet_relay_start(session->relay, stream);
        return;
    }
    snet_log_say(&session->serve->options.log, "cannot reach the backend %s: %s",
                 session->serve->options.to, uv_strerror(os_err));
    snet_session_abort(session->relay->session, snet_uv_now(session->relay->driver));
}

static void serve_opened(struct serve *serve, snet_session *session)
{
    struct serve_session *own = calloc(1, sizeof *own);
    struct snet_relay *relay = own == NULL ? NULL : snet_relay_new(serve->runner.driver, session);
    const struct snet_dial_config config = {
        .address = serve->options.to,
        .on_done = serve_dialed,
        .user = own,
    };
    if (relay == NULL) {
        free(own);
        snet_session_abort(session, snet_uv_now(serve->runner.driver));
        return;
    }
    *own = (struct serve_session){.serve = serve, .relay = relay};
    relay->user = own;
    relay->on_local_end = serve_relay_local_end;
    relay->on_done = serve_relay_done;
    serve->session_count++;
    if (snet_dial_start(&serve->runner.loop, &config, &own->dial) != SNET_OK) {
        snet_session_abort(session, snet_uv_now(serve->runner.driver));
    }
}

static void serve_event(struct snet_runner *runner, const struct snet_event *event)
{
    struct serve *serve = (struct serve *)runner;
    struct snet_relay *relay = snet_session_user(event->session);
    if (event->type == SNET_EVENT_OPENED) {
        serve_opened(serve, event->session);
    } else if (relay != NULL) {
        snet_relay_event(relay, event);
    } else if (event->type == SNET_EVENT_ENDED) {
        snet_uv_session_free(runner->driver, event->session);
    }
}

static void serve_drain(struct snet_runner *runner)
{
    struct serve *serve = (struct serve *)runner;
    serve->draining = true;
    snet_uv_server_drain(serve->server);
    if (serve->session_count == 0) {
        snet_runner_stop(runner, SNET_EXIT_OK);
        return;
    }
    snet_log_say(&serve->options.log,
                 "draining: no new sessions, %llu to finish; a second signal ends them",
                 (unsigned long long)serve->session_count);
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

/* The lines that an operator copies. */
static void serve_greet(const struct serve *serve)
{
    const struct snet_options *options = &serve->options;
    char wires[64];
    snet_options_wire_names(options->wires, wires, sizeof wires);
    snet_log_say(&options->log, "listening on %s, wires %s, to %s",
                 snet_uv_server_address(serve->server), wires, options->to);
    const char *last = strrchr(wires, ',');
    char address[SNET_ADDRESS_MAX_BYTES];
    serve_public_address(snet_uv_server_address(serve->server), address, sizeof address);
    snet_log_say(&options->log, "clients: snet connect --wire %s%s %s --listen HOST:PORT",
                 last == NULL ? wires : last + 1, options->plain ? " --plain" : "", address);
}

static bool serve_parse(struct serve *serve, int argc, char **argv)
{
    static const struct option long_options[] = {
        SNET_OPTIONS_LONG,
        {"to", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    struct snet_options *options = &serve->options;
    int option = snet_options_next(argc, argv, SNET_OPTIONS_SHORT, long_options);
    for (; option != -1; option = snet_options_next(argc, argv, SNET_OPTIONS_SHORT, long_options)) {
        if (!snet_options_take(options, option, optarg)) {
            return false;
        }
    }
    if (options->help) {
        return true;
    }
    if (optind < argc || options->listen == NULL || options->to == NULL || options->wires == 0) {
        (void)fprintf(stderr, "snet serve: %s; see snet serve --help\n",
                      optind < argc ? "takes options only"
                                    : "--wire, --listen and --to are needed");
        return false;
    }
    return true;
}

int snet_serve_main(int argc, char **argv)
{
    struct serve serve = {.options = {.log = {.command = "serve"}}};
    if (!serve_parse(&serve, argc, argv)) {
        return SNET_EXIT_USAGE;
    }
    if (serve.options.help) {
        (void)fputs(serve_help, stdout);
        return SNET_EXIT_OK;
    }
    const struct snet_options *options = &serve.options;
    serve.runner.log = &options->log;
    serve.runner.on_event = serve_event;
    serve.runner.on_drain = serve_drain;
    const struct snet_server_config config = {
        .session = snet_options_session(options),
        .wires = options->wires,
    };
    int os_err = 0;
    snet_err err = snet_runner_init(&serve.runner, options->dead_peer_ms);
    if (err == SNET_OK) {
        err = snet_uv_serve(serve.runner.driver, options->listen, &config, &serve.server, &os_err);
    }
    if (err != SNET_OK) {
        snet_log_say(&options->log, "cannot listen on %s: %s", options->listen,
                     os_err != 0 ? uv_strerror(os_err) : snet_err_message(err));
        return SNET_EXIT_UNAVAILABLE;
    }
    snet_options_warn(options);
    serve_greet(&serve);
    return snet_runner_run(&serve.runner);
}
