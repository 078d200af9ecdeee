/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet connect`: its command line, and which of its two forms runs.
 */
#include "app/commands.h"
#include "app/connect_listen.h"
#include "app/connect_session.h"
#include "app/connect_stdio.h"
#include "app/nodump.h"

#include <string.h>

static const char connect_head[] =
    "snet connect: a tunnel in front of any TCP client\n"
    "\n"
    "  snet connect snet://KEY@HOST:PORT [--listen HOST:PORT] [OPTION...]\n"
    "  snet connect --server-key KEY HOST:PORT [--listen HOST:PORT] [OPTION...]\n"
    "\n"
    "Without --listen: standard input and output, like nc, fit for ProxyCommand.\n";
/* The ones that most people need: --help fits a screen. */
static const char *const connect_main_options[] = {
    "listen", "server-key", "key", "psk", "wire", "resume-timeout", NULL,
};
static const char connect_tail[] =
    "  -v, --verbose          Log events of the session too\n"
    "  --help-all             All options\n"
    "\n"
    "SIGTERM, SIGHUP end in good order, SIGINT at once; SIGUSR1: the network changed.\n"
    "Exit codes: 0 closed cleanly, 69 no server or no answer, 74 session lost, 75 the\n"
    "server is busy, 76 it breaks the protocol, 77 it refused, or is another.\n";

/* Whether all options go together; says what does not. */
static int connect_check(const struct snet_connect *connect)
{
    struct snet_error error;
    if (snet_config_check(connect->options.config, SNET_USE_DIAL, &error) == SNET_OK) {
        return SNET_EXIT_OK;
    }
    const bool pinless = strcmp(error.option, "server-key") == 0;
    snet_log_say(&connect->options.log, "--%s%s; see snet connect --help", error.text,
                 pinless && connect->options.config->server_key == NULL
                     ? ". snet serve prints it when it starts; --psk FILE does without"
                     : "");
    return SNET_EXIT_USAGE;
}

int snet_connect_main(int argc, char **argv)
{
    struct snet_connect connect = {
        .options = {.log = {.command = "connect"}, .use = SNET_OPTIONS_CONNECT}};
    struct snet_options *options = &connect.options;
    snet_nodump_process(); /* before the first key is read */
    int code = snet_options_parse(options, argc, argv);
    if (code == SNET_EXIT_OK && options->arguments.help) {
        snet_arguments_help(&options->arguments, connect_head,
                            options->arguments.help_all ? NULL : connect_main_options,
                            connect_tail);
        snet_options_deinit(options);
        return SNET_EXIT_OK;
    }
    if (code == SNET_EXIT_OK) {
        code = connect_check(&connect);
    }
    if (code == SNET_EXIT_OK) {
        snet_options_warn(options);
        connect.runner.log = &options->log;
        connect.runner.explain = snet_connect_session_explain;
        code = options->listen == NULL ? snet_connect_stdio_run(&connect)
                                       : snet_connect_listen_run(&connect);
    }
    snet_log_close(&options->log);
    snet_options_deinit(options);
    return code;
}
