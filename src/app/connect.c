/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/connect.h"

#include "app/commands.h"
#include "app/eof_wait.h"

#include <stdio.h>

static const char connect_help[] =
    "snet connect: a tunnel in front of any TCP client\n"
    "\n"
    "  snet connect --server-key KEY HOST:PORT [--listen HOST:PORT] [OPTION...]\n"
    "\n"
    "  -l, --listen ADDR  one session per connection accepted here; without it:\n"
    "                     standard input and output, like nc, fit for ProxyCommand\n"
    "  --server-key KEY   wire 3: the server's public key, or a file with it; snet\n"
    "                     serve prints it, and so does snet keygen --public FILE\n"
    "  --client-key FILE  wire 3: the own secret key, for servers with --authorized\n"
    "  --psk FILE         wire 3: a secret shared with the server, instead of both\n"
    "  --wire W           the wire to speak: 1, 1-padded, 2 or 3; default 3\n"
    "  --heartbeat SECONDS  wire 3: ask for a sign of life after this; default: as\n"
    "                     the server\n"
    "  --pad SIZE         wire 3: pad to multiples of this, to hide sizes; default no\n"
    "  --suite NAME       wire 3: chacha20-poly1305 or aes-256-gcm; default: the\n"
    "                     faster one on this machine\n"
    "  --early            wire 3: send bytes along with a resume; saves a round trip\n"
    "  --plain            wires 1 and 2: do not encrypt the stream (as its server)\n"
    "  --history SIZE     as of snet serve\n"
    "  --wait SECONDS     how long to keep trying to resume, default 300\n"
    "  --dead-peer SECONDS  a silent connection is dead after this, default 20\n"
    "  --eof-wait SECONDS  wires 1 and 2: after the end of the local input, end the\n"
    "                     session when nothing came for so long, default 30\n"
    "  --log-json         log lines as JSON\n"
    "  -v, --verbose      standard input and output: log events of the session too\n"
    "\n"
    "ADDR is HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH. SIGTERM ends in good order,\n"
    "a second one at once; SIGUSR1 says that the network has changed: try new\n"
    "connections now (a new address of this machine is noticed without it).\n"
    "Exit codes on standard input and output: 0 closed cleanly, 69 no server or no\n"
    "answer, 74 session lost, 75 the server is busy, 76 the server breaks the\n"
    "protocol, 77 the server refused, or is not who it should be.\n";

snet_err snet_connect_open(struct snet_connect *connect, snet_session **ret_session)
{
    const struct snet_client_config config = {
        .session = snet_options_session(&connect->options),
        .wire = (enum snet_wire)connect->options.wires,
        .keys = snet_keys_of_client(&connect->keys),
        .suite = connect->options.secure.suite,
        .early_data = connect->options.secure.early,
    };
    return snet_uv_connect(connect->runner.driver, connect->address, &config, ret_session);
}

/* What to check when there was no answer at all. */
static const char *connect_no_answer_hint(const struct snet_connect *connect)
{
    if (connect->options.secure.psk_count > 0) {
        return "no answer: wrong shared secret, or not snet/3; compare --psk at both ends";
    }
    if (connect->options.secure.server_key != NULL) {
        return "no answer: wrong server key, or not snet/3; compare --server-key with what "
               "snet keygen --public FILE prints there";
    }
    return connect->options.wires == SNET_WIRE_1
               ? "no valid answer to the hello: is it snet/1? servers of 2017 want --wire 1-padded"
               : "no valid answer to the hello: is the server snet, and does it serve this wire?";
}

/* What to check, by the error, behind its message. */
static const char *connect_hint(const struct snet_connect *connect, snet_err err)
{
    if (err == SNET_ERR_DENIED) {
        return connect->options.secure.client_key != NULL
                   ? ": is what snet keygen --public prints of --client-key in its --authorized?"
                   : ": it may want a --client-key that it knows by --authorized";
    }
    if (err == SNET_ERR_BAD_PATTERN) {
        return connect->options.secure.psk_count > 0 ? ": --server-key, perhaps"
                                                     : ": --client-key or --psk, perhaps";
    }
    return "";
}

void snet_connect_explain(const struct snet_connect *connect, const snet_session *session,
                          snet_err err)
{
    const struct snet_log *log = &connect->options.log;
    struct snet_session_info info;
    char said[SNET_CODE_TEXT_MAX_BYTES + 1];
    const int os_err = snet_uv_session_os_err(session);
    snet_session_get_info(session, &info);
    snet_log_tame(snet_session_peer_text(session), said, sizeof said);
    if (err == SNET_ERR_NO_ANSWER) {
        snet_log_say(log, "%s: %s", connect->address, connect_no_answer_hint(connect));
    } else if (info.retry_after_ns > 0) {
        snet_log_say(log, "%s: %s: in %.1f s", connect->address, snet_err_message(err),
                     (double)info.retry_after_ns / (double)SNET_SECOND_NS);
    } else if (err == SNET_ERR_PEER_ABORTED && said[0] != '\0') {
        snet_log_say(log, "%s: %s: %s", connect->address, snet_err_message(err), said);
    } else {
        snet_log_say(log, "%s: %s%s%s%s", connect->address, snet_err_message(err),
                     connect_hint(connect, err), os_err != 0 ? ": " : "",
                     os_err != 0 ? uv_strerror(os_err) : "");
    }
}

static bool connect_parse(struct snet_connect *connect, int argc, char **argv)
{
    static const struct option long_options[] = {
        SNET_OPTIONS_LONG,
        {"eof-wait", required_argument, NULL, 'E'},
        {"server-key", required_argument, NULL, 's'},
        {"client-key", required_argument, NULL, 'c'},
        {"suite", required_argument, NULL, 'u'},
        {"early", no_argument, NULL, 'e'},
        {NULL, 0, NULL, 0},
    };
    struct snet_options *options = &connect->options;
    /* The address may stand anywhere between the options. */
    const char *short_options = &SNET_OPTIONS_SHORT[1];
    int option = snet_options_next(argc, argv, short_options, long_options);
    for (; option != -1; option = snet_options_next(argc, argv, short_options, long_options)) {
        if (!snet_options_take(options, option, optarg)) {
            return false;
        }
    }
    if (options->help) {
        return true;
    }
    const bool one_wire = __builtin_popcount(options->wires) == 1;
    if (optind + 1 != argc || !one_wire || snet_stream_address_check(argv[optind]) != SNET_OK) {
        (void)fprintf(stderr, "snet connect: %s; see snet connect --help\n",
                      one_wire ? "one server as HOST:PORT is needed" : "--wire takes one wire");
        return false;
    }
    connect->address = argv[optind];
    return snet_options_agree(options);
}

int snet_connect_main(int argc, char **argv)
{
    struct snet_connect connect = {.options = {.log = {.command = "connect"},
                                               .wires = SNET_WIRES_SECURE,
                                               .eof_wait_ms = SNET_EOF_WAIT_DEFAULT_MS}};
    if (!connect_parse(&connect, argc, argv)) {
        return SNET_EXIT_USAGE;
    }
    if (connect.options.help) {
        (void)fputs(connect_help, stdout);
        return SNET_EXIT_OK;
    }
    int code = snet_keys_load_client(&connect.keys, &connect.options);
    if (code == SNET_EXIT_OK) {
        snet_options_warn(&connect.options);
        connect.runner.log = &connect.options.log;
        code =
            connect.options.listen == NULL ? snet_stdio_run(&connect) : snet_tunnel_run(&connect);
    }
    snet_keys_wipe_client(&connect.keys);
    return code;
}
