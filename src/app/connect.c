/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/connect.h"

#include "app/commands.h"
#include "app/quiet.h"

#include <stdio.h>

static const char connect_help[] =
    "snet connect: a tunnel in front of any TCP client\n"
    "\n"
    "  snet connect --wire W HOST:PORT [--listen HOST:PORT] [OPTION...]\n"
    "\n"
    "  --wire W           the wire to speak: 1, 1-padded or 2\n"
    "  -l, --listen ADDR  one session per connection accepted here; without it: standard\n"
    "                     input and output, like nc, fit for ssh's ProxyCommand\n"
    "  --plain            wires 1 and 2: the stream is not encrypted (as its server)\n"
    "  --history SIZE     sent bytes kept for a resume, default 1M\n"
    "  --wait SECONDS     how long to keep trying to resume, default 300\n"
    "  --dead-peer SECONDS  a silent connection is dead after this, default 20\n"
    "  --eof-wait SECONDS  after the end of the local input: end the session when nothing\n"
    "                     came for so long, default 30\n"
    "  --log-json         log lines as JSON\n"
    "  -v, --verbose      with standard input and output: log events of the session too\n"
    "\n"
    "ADDR is HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH. SIGTERM ends in good order, a second\n"
    "one at once; SIGUSR1 says that the network has changed: try new connections now (a new\n"
    "address of this machine is noticed without it).\n"
    "Exit codes on standard input and output: 0 closed cleanly, 69 no server, 74 session\n"
    "lost, 76 the server breaks the protocol, 77 the server refused to resume.\n";

snet_err snet_connect_open(struct snet_connect *connect, snet_session **ret_session)
{
    const struct snet_client_config config = {
        .session = snet_options_session(&connect->options),
        .wire = (enum snet_wire)__builtin_ctz(connect->options.wires),
    };
    return snet_uv_connect(connect->runner.driver, connect->address, &config, ret_session);
}

void snet_connect_explain(const struct snet_connect *connect, const snet_session *session,
                          snet_err err)
{
    const int os_err = snet_uv_session_os_err(session);
    const char *hint = "";
    if (err == SNET_ERR_NO_ANSWER) {
        hint = connect->options.wires == SNET_WIRE_BIT(SNET_WIRE_1)
                   ? ": is it snet/1? servers of 2017 want --wire 1-padded"
                   : ": is the server snet, and does it serve this wire?";
    }
    snet_log_say(&connect->options.log, "%s: %s%s%s%s", connect->address, snet_err_message(err),
                 hint, os_err != 0 ? ": " : "", os_err != 0 ? uv_strerror(os_err) : "");
}

static bool connect_parse(struct snet_connect *connect, int argc, char **argv)
{
    static const struct option long_options[] = {
        SNET_OPTIONS_LONG, {"eof-wait", required_argument, NULL, 'E'}, {NULL, 0, NULL, 0}};
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
    if (optind + 1 != argc || !one_wire || snet_address_check(argv[optind]) != SNET_OK) {
        (void)fprintf(stderr, "snet connect: %s; see snet connect --help\n",
                      one_wire ? "one server as HOST:PORT is needed"
                               : "--wire with one wire is needed");
        return false;
    }
    connect->address = argv[optind];
    return true;
}

int snet_connect_main(int argc, char **argv)
{
    struct snet_connect connect = {
        .options = {.log = {.command = "connect"}, .eof_wait_ms = SNET_QUIET_DEFAULT_MS}};
    if (!connect_parse(&connect, argc, argv)) {
        return SNET_EXIT_USAGE;
    }
    if (connect.options.help) {
        (void)fputs(connect_help, stdout);
        return SNET_EXIT_OK;
    }
    snet_options_warn(&connect.options);
    connect.runner.log = &connect.options.log;
    return connect.options.listen == NULL ? snet_stdio_run(&connect) : snet_tunnel_run(&connect);
}
