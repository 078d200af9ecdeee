/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet chaos`: the hostile network as a command.
 */
#include "app/chaos.h"
#include "app/commands.h"
#include "app/options.h"
#include "app/parse.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct chaos_command {
    uv_loop_t loop;
    struct snet_log log;
    struct snet_chaos_config config;
    snet_chaos *chaos;
    uv_signal_t signals[4];
    bool seeded;
    bool help;
};

static const char chaos_help[] =
    "snet chaos: a hostile network, as a TCP proxy\n"
    "\n"
    "  snet chaos --listen HOST:PORT --to HOST:PORT [OPTION...]\n"
    "\n"
    "  --cut-every BYTES  reset each connection at a random byte, this often on\n"
    "                     average (k, M and G are powers of 1024)\n"
    "  --refuse SECONDS   once, after the first cut: close the listening socket for\n"
    "                     so long\n"
    "  --freeze           once, 2 s after the first connection: live connections fall\n"
    "                     silent without being closed; new ones pass\n"
    "  --delay MS         hold bytes for so long, each way\n"
    "  --rate BYTES       per second and direction\n"
    "  --seed N           repeat the cuts of another run\n"
    "\n"
    "It buffers at most 64 KiB per direction. SIGUSR1 cuts all connections now,\n"
    "SIGUSR2 freezes them; SIGTERM prints totals and ends.\n";

static bool chaos_number(const char *value, uint64_t max, uint64_t *ret_number)
{
    return snet_parse_size(value, ret_number) && *ret_number <= max;
}

static bool chaos_address_ok(const char *value)
{
    return snet_stream_address_check(value) == SNET_OK;
}

/* Takes one option; false when its value makes no sense. */
static bool chaos_take(struct chaos_command *command, int option, const char *value)
{
    struct snet_chaos_config *config = &command->config;
    uint64_t number = 0;
    bool ok = true;
    switch (option) {
    case 'l':
        config->listen = value;
        return chaos_address_ok(value);
    case 't':
        config->to = value;
        return chaos_address_ok(value);
    case 'c':
        return chaos_number(value, UINT32_MAX, &config->cut_every_bytes);
    case 'r':
        ok = snet_parse_seconds(value, &number) && number <= UINT32_MAX;
        config->refuse_ms = (uint32_t)number;
        return ok;
    case 'd':
        ok = snet_parse_number(value, &number) && number <= UINT32_MAX;
        config->delay_ms = (uint32_t)number;
        return ok;
    case 'R':
        return chaos_number(value, UINT32_MAX, &config->rate_bytes);
    case 's':
        command->seeded = true;
        return snet_parse_number(value, &config->seed);
    case 'f':
        config->freeze = true;
        return true;
    case 'h':
        command->help = true;
        return true;
    default:
        return false;
    }
}

static bool chaos_parse(struct chaos_command *command, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"listen", required_argument, NULL, 'l'},
        {"to", required_argument, NULL, 't'},
        {"cut-every", required_argument, NULL, 'c'},
        {"refuse", required_argument, NULL, 'r'},
        {"freeze", no_argument, NULL, 'f'},
        {"delay", required_argument, NULL, 'd'},
        {"rate", required_argument, NULL, 'R'},
        {"seed", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option = snet_options_next(argc, argv, "+l:h", long_options);
    for (; option != -1; option = snet_options_next(argc, argv, "+l:h", long_options)) {
        if (!chaos_take(command, option, optarg)) {
            if (option != '?') {
                (void)fprintf(stderr,
                              "snet chaos: not a sensible value: '%s'; see snet chaos --help\n",
                              optarg);
            }
            return false;
        }
    }
    if (!command->help &&
        (optind < argc || command->config.listen == NULL || command->config.to == NULL)) {
        (void)fprintf(stderr, "snet chaos: --listen and --to are needed; see snet chaos --help\n");
        return false;
    }
    return true;
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

int snet_chaos_main(int argc, char **argv)
{
    struct chaos_command command = {.log = {.command = "chaos"}};
    if (!chaos_parse(&command, argc, argv)) {
        return SNET_EXIT_USAGE;
    }
    if (command.help) {
        (void)fputs(chaos_help, stdout);
        return SNET_EXIT_OK;
    }
    if (!command.seeded) {
        (void)uv_random(NULL, NULL, &command.config.seed, 4, 0, NULL);
    }
    int os_err = 0;
    (void)uv_loop_init(&command.loop);
    const snet_err err = snet_chaos_new(&command.loop, &command.config, &command.chaos, &os_err);
    if (err != SNET_OK) {
        snet_log_say(&command.log, "cannot listen on %s: %s", command.config.listen,
                     os_err != 0 ? uv_strerror(os_err) : snet_err_message(err));
        return SNET_EXIT_UNAVAILABLE;
    }
    chaos_watch_signals(&command);
    snet_log_say(&command.log, "listening on %s, to %s, seed %" PRIu64,
                 snet_chaos_address(command.chaos), command.config.to, command.config.seed);
    (void)uv_run(&command.loop, UV_RUN_DEFAULT);
    struct snet_chaos_stats stats;
    snet_chaos_stats(command.chaos, &stats);
    snet_log_say(&command.log,
                 "%" PRIu64 " connections, %" PRIu64 " cuts, %" PRIu64 " bytes up, %" PRIu64
                 " bytes down",
                 stats.connections, stats.cuts, stats.bytes_up, stats.bytes_down);
    return SNET_EXIT_OK;
}
