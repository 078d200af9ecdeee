/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet chaos`: the hostile network as a command.
 */
#include "app/arguments.h"
#include "app/chaos.h"
#include "app/commands.h"
#include "app/log.h"
#include "app/schema.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

struct chaos_command {
    uv_loop_t loop;
    struct snet_log log;
    struct snet_arguments arguments;
    struct snet_chaos_config config;
    snet_chaos *chaos;
    uv_signal_t signals[4];
};

#define CHAOS_ROW(...) SNET_APP_ROW(struct snet_chaos_config, __VA_ARGS__),
static const struct snet_schema_row chaos_rows[] = {SNET_APP_CHAOS_SCHEMA(CHAOS_ROW)};
static const struct snet_schema chaos_schema = {chaos_rows,
                                                sizeof chaos_rows / sizeof chaos_rows[0]};

static const char chaos_head[] = "snet chaos: a hostile network, as a TCP proxy\n"
                                 "\n"
                                 "  snet chaos --listen HOST:PORT --to HOST:PORT [OPTION...]\n"
                                 "\n";
static const char chaos_tail[] =
    "\n"
    "It buffers at most 64 KiB per direction, and with --delay as much as is under\n"
    "way, at most 64 MiB. SIGUSR1 cuts all connections now, SIGUSR2 freezes them;\n"
    "SIGTERM prints totals and ends.\n";

/* Returns the exit code. */
static int chaos_parse(struct chaos_command *command, int argc, char **argv)
{
    struct snet_arguments *arguments = &command->arguments;
    *arguments = (struct snet_arguments){.program = "snet chaos", .object = &command->config};
    snet_arguments_add(arguments, &chaos_schema, SNET_APP_USE);
    const int code = snet_arguments_parse(arguments, argc, argv);
    if (code != SNET_EXIT_OK || arguments->help) {
        return code;
    }
    if (arguments->operand < argc) {
        return snet_arguments_refuse(arguments, "takes options only");
    }
    return command->config.listen != NULL && command->config.to != NULL
               ? SNET_EXIT_OK
               : snet_arguments_refuse(arguments, "--listen and --to are needed");
}

static void chaos_signal(uv_signal_t *handle, int number)
{
    struct chaos_command *command = handle->data;
    if (number == SIGUSR1) {
        snet_chaos_cut_all(command->chaos);
    } else if (number == SIGUSR2) {
        snet_chaos_freeze(command->chaos);
    } else {
        uv_stop(&command->loop);
    }
}

static void chaos_watch_signals(struct chaos_command *command)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)uv_signal_init(&command->loop, &command->signals[i]);
        command->signals[i].data = command;
        (void)uv_signal_start(&command->signals[i], chaos_signal, numbers[i]);
    }
}

/* Proxies until a signal ends it; returns the exit code. */
static int chaos_run(struct chaos_command *command)
{
    int os_err = 0;
    if (command->config.seed == 0) {
        (void)uv_random(NULL, NULL, &command->config.seed, sizeof command->config.seed, 0, NULL);
        command->config.seed |= 1; /* 0 could not be repeated */
    }
    (void)uv_loop_init(&command->loop);
    const snet_err err = snet_chaos_new(&command->loop, &command->config, &command->chaos, &os_err);
    if (err != SNET_OK) {
        snet_log_say(&command->log, "cannot listen on %s: %s", command->config.listen,
                     os_err != 0 ? uv_strerror(os_err) : snet_err_message(err));
        return SNET_EXIT_UNAVAILABLE;
    }
    chaos_watch_signals(command);
    snet_log_say(&command->log, "listening on %s, to %s, seed %" PRIu32,
                 snet_chaos_address(command->chaos), command->config.to, command->config.seed);
    (void)uv_run(&command->loop, UV_RUN_DEFAULT);
    struct snet_chaos_stats stats;
    snet_chaos_stats(command->chaos, &stats);
    snet_log_say(&command->log,
                 "%" PRIu64 " connections, %" PRIu64 " cuts, %" PRIu64 " bytes up, %" PRIu64
                 " bytes down",
                 stats.connections, stats.cuts, stats.bytes_up, stats.bytes_down);
    return SNET_EXIT_OK;
}

int snet_chaos_main(int argc, char **argv)
{
    struct chaos_command command = {.log = {.command = "chaos"}};
    int code = chaos_parse(&command, argc, argv);
    if (code == SNET_EXIT_OK && command.arguments.help) {
        snet_arguments_help(&command.arguments, chaos_head, NULL, chaos_tail);
    } else if (code == SNET_EXIT_OK) {
        code = chaos_run(&command);
    }
    snet_arguments_deinit(&command.arguments);
    return code;
}
