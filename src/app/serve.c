/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet serve`: a gateway. Each session gets one connection to the backend and a relay between.
 */
#include <snet/relay.h>

#include "app/commands.h"
#include "app/keys.h"
#include "app/options.h"
#include "app/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct serve {
    struct snet_runner runner; /* first */
    struct snet_options options;
    struct snet_key_list clients; /* the names of those that are authorized */
    snet_uv_server *server;
    uint64_t session_count;
    bool draining;
};

/* One session and the dial of its backend. */
struct serve_session {
    struct serve *serve;
    snet_relay *relay;
    snet_stream_dial *dial;
};

static const char serve_help[] =
    "snet serve: a gateway in front of any TCP server\n"
    "\n"
    "  snet serve --listen HOST:PORT --to HOST:PORT [--key FILE] [OPTION...]\n"
    "\n"
    "  -l, --listen ADDR  where clients come in\n"
    "  --to ADDR          the server to forward each session to\n"
    "  --wire LIST        wires to serve on the one port, out of 1, 1-padded, 2, 3;\n"
    "                     default 3, the only one that protects its streams\n"
    "  --key FILE         wire 3: the secret key, made by snet keygen --out FILE; up\n"
    "                     to 4, to change keys. Without it one for this run is made\n"
    "  --psk FILE         wire 3: also a secret shared with clients; up to 64\n"
    "  --authorized FILE  wire 3: only clients with one of these public keys, one in\n"
    "                     a line with a name behind it, or with a shared secret\n"
    "  --node-id N        wire 3: a number of its own for each server of one key\n"
    "  --heartbeat SECONDS  wire 3: ask for a sign of life after this, default 15\n"
    "  --pad SIZE         wire 3: pad to multiples of this, to hide sizes; default no\n"
    "  --plain            wires 1 and 2: do not encrypt the stream (as its clients)\n"
    "  --history SIZE     sent bytes kept for a resume, at most; default 1M, wire 3:\n"
    "                     16M, of which it keeps what was not acknowledged\n"
    "  --wait SECONDS     how long a session without connection is kept, default 300\n"
    "  --dead-peer SECONDS  a silent connection is dead after this, default 20\n"
    "  --log-json         log lines as JSON\n"
    "  -v, --verbose      log refused connections and resumes too\n"
    "\n"
    "ADDR is HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH. SIGTERM drains: no new\n"
    "sessions, existing ones finish; a second one ends at once.\n";

static void serve_relay_done(void *user, snet_err err)
{
    (void)err;
    struct serve_session *session = user;
    struct serve *serve = session->serve;
    snet_stream_dial_cancel(session->dial);
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
    snet_session_abort_with(snet_relay_session(session->relay), SNET_RELAY_CODE_UNREACHABLE,
                            "the server behind the gateway cannot be reached",
                            snet_uv_now(session->serve->runner.driver));
}

/* Logs who a client with a key is. A list is looked through once per session: that is less work
   than the handshake was. */
static void serve_log_client(const struct serve *serve, const snet_session *session)
{
    char id[SNET_LOG_ID_BYTES];
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key key;
    struct snet_session_info info;
    if (!snet_session_peer_key(session, &key)) {
        return;
    }
    const char *name = snet_key_list_name(&serve->clients, &key);
    snet_session_get_info(session, &info);
    snet_log_id(info.id, id);
    snet_key_format(&key, text);
    const struct snet_log_field fields[] = {
        SNET_LOG_TEXT("session", id),
        SNET_LOG_TEXT("key", text),
        SNET_LOG_TEXT("name", name),
    };
    snet_log_event(&serve->options.log, "client", fields, name[0] != '\0' ? 3 : 2);
}

static void serve_opened(struct serve *serve, snet_session *session)
{
    serve_log_client(serve, session);
    struct serve_session *own = calloc(1, sizeof *own);
    const struct snet_relay_config relay_config = {.on_done = serve_relay_done, .user = own};
    snet_relay *relay =
        own == NULL ? NULL : snet_relay_new(serve->runner.driver, session, &relay_config);
    const struct snet_stream_dial_config config = {
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
    serve->session_count++;
    if (snet_stream_dial_start(&serve->runner.loop, &config, &own->dial) != SNET_OK) {
        snet_session_abort(session, snet_uv_now(serve->runner.driver));
    }
}

static void serve_event(struct snet_runner *runner, const struct snet_core_event *event)
{
    struct serve *serve = (struct serve *)runner;
    snet_relay *relay = snet_session_user(event->session);
    if (event->type == SNET_CORE_EVENT_OPENED) {
        serve_opened(serve, event->session);
    } else if (relay != NULL) {
        snet_relay_event(relay, event);
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        snet_session_free(event->session, snet_uv_now(runner->driver));
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

/* What clients of wire 3 must say to get in; `keys` has at least one key. */
static void serve_key_options(const struct serve *serve, const struct snet_keys_server *keys,
                              char *ret_text, size_t size)
{
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key public_key;
    if (keys->secret_count == 0) {
        (void)snprintf(ret_text, size, " --psk %s", serve->options.secure.psks[0]);
    } else if (snet_key_public(&keys->secrets[0], &public_key) == SNET_OK) {
        snet_key_format(&public_key, text);
        (void)snprintf(ret_text, size, " --server-key %s%s", text,
                       keys->authorized.count > 0 ? " --client-key FILE" : "");
    }
}

/* The lines that an operator copies. */
static void serve_greet(const struct serve *serve, const struct snet_keys_server *keys)
{
    const struct snet_options *options = &serve->options;
    char wires[64];
    char how[SNET_STREAM_ADDRESS_MAX_BYTES] = "";
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    snet_options_wire_names(options->wires, wires, sizeof wires);
    snet_log_say(&options->log, "listening on %s, wires %s, to %s",
                 snet_uv_server_address(serve->server), wires, options->to);
    if (keys->temporary) {
        snet_log_say(&options->log, "this key is for this run only: clients need the new one after "
                                    "a restart; --key FILE, made by snet keygen, keeps one");
    }
    serve_public_address(snet_uv_server_address(serve->server), address, sizeof address);
    if ((options->wires & SNET_WIRES_SECURE) != 0) {
        serve_key_options(serve, keys, how, sizeof how);
    } else {
        const char *last = strrchr(wires, ',');
        (void)snprintf(how, sizeof how, " --wire %s%s", last == NULL ? wires : last + 1,
                       options->plain ? " --plain" : "");
    }
    snet_log_say(&options->log, "clients: snet connect%s %s --listen HOST:PORT", how, address);
}

static bool serve_parse(struct serve *serve, int argc, char **argv)
{
    static const struct option long_options[] = {
        SNET_OPTIONS_LONG,
        {"to", required_argument, NULL, 't'},
        {"key", required_argument, NULL, 'k'},
        {"authorized", required_argument, NULL, 'a'},
        {"node-id", required_argument, NULL, 'n'},
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
    if (optind < argc || options->listen == NULL || options->to == NULL) {
        (void)fprintf(stderr, "snet serve: %s; see snet serve --help\n",
                      optind < argc ? "takes options only" : "--listen and --to are needed");
        return false;
    }
    return snet_options_agree(options);
}

/* Listens, and tells so. Returns the exit code. */
static int serve_begin(struct serve *serve, const struct snet_keys_server *keys)
{
    const struct snet_options *options = &serve->options;
    const struct snet_server_config config = {
        .session = snet_options_session(options),
        .keys = snet_keys_of_server(keys, options),
        .wires = options->wires,
    };
    int os_err = 0;
    snet_err err = snet_runner_init(&serve->runner, options->dead_peer_ms);
    if (err == SNET_OK) {
        err =
            snet_uv_serve(serve->runner.driver, options->listen, &config, &serve->server, &os_err);
    }
    if (err != SNET_OK) {
        snet_log_say(&options->log, "cannot listen on %s: %s", options->listen,
                     os_err != 0 ? uv_strerror(os_err) : snet_err_message(err));
        return SNET_EXIT_UNAVAILABLE;
    }
    snet_options_warn(options);
    serve_greet(serve, keys);
    return SNET_EXIT_OK;
}

int snet_serve_main(int argc, char **argv)
{
    struct serve serve = {.options = {.log = {.command = "serve"}, .wires = SNET_WIRES_SECURE}};
    struct snet_keys_server keys = {.secret_count = 0};
    if (!serve_parse(&serve, argc, argv)) {
        return SNET_EXIT_USAGE;
    }
    if (serve.options.help) {
        (void)fputs(serve_help, stdout);
        return SNET_EXIT_OK;
    }
    serve.runner.log = &serve.options.log;
    serve.runner.on_event = serve_event;
    serve.runner.on_drain = serve_drain;
    int code = snet_keys_load_server(&keys, &serve.options);
    if (code == SNET_EXIT_OK) {
        code = serve_begin(&serve, &keys);
    }
    serve.clients = keys.authorized;
    keys.authorized = (struct snet_key_list){.count = 0};
    snet_keys_wipe_server(&keys); /* the library has its own copy */
    if (code == SNET_EXIT_OK) {
        code = snet_runner_run(&serve.runner);
    }
    snet_key_list_deinit(&serve.clients);
    return code;
}
