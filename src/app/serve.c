/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet serve`: a gateway. Each session gets one connection to the backend and a relay between.
 */
#include <snet/apply.h>
#include <snet/relay.h>

#include "app/commands.h"
#include "app/keys.h"
#include "app/nodump.h"
#include "app/options.h"
#include "app/process.h"
#include "app/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For how long a session that has proven nothing has no connection to the backend, unless its link
   is lost before. Clients of servers that speak first wait for this long. */
#define SERVE_HOLD_MS 1000u
/* Descriptors that are for none of the sessions: files, names, connections that are closing. Of
   very few, half. */
#define SERVE_KEEP_DESCRIPTORS 64u
/* This part of the others is for links in their handshake, and as many for what they begin. */
#define SERVE_HANDSHAKES_DIVISOR 8u
#define SERVE_SESSION_DESCRIPTORS 2u

struct serve {
    struct snet_runner runner; /* first */
    struct snet_options options;
    snet_uv_server *server;
    uint64_t session_count;
    uint32_t keepalive_ms;
    bool draining;
};

/* One session and the dial of its backend. */
struct serve_session {
    uv_timer_t hold; /* first: closing it frees the session */
    bool dialed;
    struct snet_log_session known;
    struct serve *serve;
    snet_relay *relay;
    snet_stream_dial *dial;
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

static void serve_session_closed(uv_handle_t *hold)
{
    free(hold->data);
}

static void serve_relay_done(void *user, snet_err err)
{
    (void)err;
    struct serve_session *session = user;
    struct serve *serve = session->serve;
    snet_stream_dial_cancel(session->dial);
    uv_close((uv_handle_t *)&session->hold, serve_session_closed);
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
    snet_log_session_unreachable(&session->serve->options.log, snet_relay_session(session->relay),
                                 &session->known, uv_strerror(os_err));
    snet_session_abort_with(snet_relay_session(session->relay), SNET_RELAY_CODE_UNREACHABLE,
                            "the server behind the gateway cannot be reached",
                            snet_uv_now(session->serve->runner.driver));
}

/* The name of a client with a key, or NULL. The list is looked through once per session: that is
   less work than the handshake was. */
static const char *serve_client_name(const struct serve *serve, const snet_session *session)
{
    struct snet_key key;
    return snet_session_peer_key(session, &key) ? snet_key_list_name(&serve->options.clients, &key)
                                                : NULL;
}

static struct snet_log_session *serve_known(const snet_session *session)
{
    snet_relay *relay = snet_session_user(session);
    struct serve_session *own = relay == NULL ? NULL : snet_relay_user(relay);
    return own == NULL ? NULL : &own->known;
}

static void serve_dial(struct serve_session *own)
{
    const struct serve *serve = own->serve;
    const struct snet_stream_dial_config config = {
        .address = serve->options.to,
        .options = {.keepalive_ms = serve->keepalive_ms},
        .on_done = serve_dialed,
        .user = own,
    };
    if (own->dialed) {
        return;
    }
    own->dialed = true;
    (void)uv_timer_stop(&own->hold);
    if (snet_stream_dial_start(own->hold.loop, &config, &own->dial) != SNET_OK) {
        snet_session_abort(snet_relay_session(own->relay), snet_uv_now(serve->runner.driver));
    }
}

static void serve_hold_over(uv_timer_t *hold)
{
    serve_dial(hold->data);
}

/* Whether its client has proven nothing yet: eight bytes, which anybody may say, begin a session of
   snet/1. */
static bool serve_is_unproven(const snet_session *session)
{
    struct snet_session_info info;
    snet_session_get_info(session, &info);
    return info.wire == SNET_WIRE_1 || info.wire == SNET_WIRE_1_PADDED;
}

/* What an event says of a client that has proven nothing yet: it is there, or is gone. */
static void serve_judge(struct serve_session *own, enum snet_core_event_type type)
{
    if (type == SNET_CORE_EVENT_READABLE || type == SNET_CORE_EVENT_RESUMED) {
        serve_dial(own);
    } else if (type == SNET_CORE_EVENT_LOST) {
        (void)uv_timer_stop(&own->hold);
    }
}

static void serve_opened(struct serve *serve, snet_session *session)
{
    struct serve_session *own = calloc(1, sizeof *own);
    const struct snet_relay_config relay_config = {.on_done = serve_relay_done, .user = own};
    snet_relay *relay = NULL;
    if (own == NULL ||
        snet_relay_new(serve->runner.driver, session, &relay_config, &relay) != SNET_OK) {
        free(own);
        snet_session_abort(session, snet_uv_now(serve->runner.driver));
        return;
    }
    *own = (struct serve_session){
        .known = {.backend = serve->options.to, .key_name = serve_client_name(serve, session)},
        .serve = serve,
        .relay = relay,
    };
    serve->session_count++;
    (void)uv_timer_init(&serve->runner.loop, &own->hold);
    own->hold.data = own;
    if (serve_is_unproven(session)) {
        (void)uv_timer_start(&own->hold, serve_hold_over, SERVE_HOLD_MS, 0);
    } else {
        serve_dial(own);
    }
}

static void serve_event(struct snet_runner *runner, const struct snet_core_event *event)
{
    struct serve *serve = (struct serve *)runner;
    snet_relay *relay = snet_session_user(event->session);
    if (event->type == SNET_CORE_EVENT_OPENED) {
        serve_opened(serve, event->session);
    } else if (relay != NULL) {
        serve_judge(snet_relay_user(relay), event->type);
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

/* The lines that an operator copies. */
static void serve_greet(const struct serve *serve, bool temporary)
{
    const struct snet_options *options = &serve->options;
    char wires[64];
    char how[SNET_STREAM_ADDRESS_MAX_BYTES] = "";
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    snet_options_wire_names(options->wires, wires, sizeof wires);
    snet_log_say(&options->log, "listening on %s, wires %s, to %s",
                 snet_uv_server_address(serve->server), wires, options->to);
    if (temporary) {
        snet_log_say(&options->log, "this key is for this run only: clients need the new one after "
                                    "a restart; --key FILE, made by snet keygen, keeps one");
    }
    serve_public_address(snet_uv_server_address(serve->server), address, sizeof address);
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

/* Listens, and says so. Returns the exit code. */
static int serve_begin(struct serve *serve, bool temporary)
{
    const struct snet_options *options = &serve->options;
    struct snet_server_config config;
    struct snet_error error;
    if (snet_apply_server(options->config, &config, &error) != SNET_OK) {
        snet_log_say(&options->log, "--%s; see snet serve --help", error.text);
        return SNET_EXIT_USAGE;
    }
    int os_err = 0;
    snet_err err = snet_runner_init(&serve->runner, &options->core);
    if (err == SNET_OK) {
        serve_fit(serve, &config); /* it may say so, now that the log does not block */
        err =
            snet_uv_serve(serve->runner.driver, options->listen, &config, &serve->server, &os_err);
    }
    if (err != SNET_OK) {
        snet_log_say(&options->log, "cannot listen on %s: %s", options->listen,
                     os_err != 0 ? uv_strerror(os_err) : snet_err_message(err));
        return SNET_EXIT_UNAVAILABLE;
    }
    snet_options_warn(options);
    serve_greet(serve, temporary);
    return SNET_EXIT_OK;
}

static int serve_run(struct serve *serve)
{
    bool temporary = false;
    serve->runner.log = &serve->options.log;
    serve->runner.on_event = serve_event;
    serve->runner.known_of = serve_known;
    serve->runner.drain_timeout_ms = snet_options_drain_timeout_ms(&serve->options);
    serve->keepalive_ms = snet_options_keepalive_ms(&serve->options);
    serve->runner.on_drain = serve_drain;
    int code = snet_keys_complete(&serve->options, &temporary);
    if (code == SNET_EXIT_OK) {
        code = serve_begin(serve, temporary);
    }
    snet_options_forget_config(&serve->options); /* the library has its own copy of the keys */
    if (code == SNET_EXIT_OK) {
        code = snet_runner_run(&serve->runner);
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
