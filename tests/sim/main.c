/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Runs seeds of the simulator. A failure prints the one command that repeats it, also when it is an
 * assertion that ends the process.
 */
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAIN_REPEAT_BYTES 4096u
/* With so many failures the rest is not run. */
#define MAIN_FAILURES_MAX 5u
/* Where no terminal shows each seed. */
#define MAIN_LINE_EVERY 10000u
#define MAIN_EVERY_BYTE_TOTAL 700u
#define MAIN_EVERY_BYTE_3_HALF 10240u
/* Both halves, two handshakes and what the records cost. */
#define MAIN_EVERY_BYTE_3_TOTAL 22000u

static void main_describe(const struct sim_plan *plan, const struct sim *sim)
{
    (void)printf(
        "seed %" PRIu64 ": wire %s%s%s, %u clients, %" PRIu64 " up, %" PRIu64
        " down, history %" PRIu32 "%s%s%s%s%s%s%s%s, %u faults, %u cuts, %" PRIu64
        " steps, %.1f s%s%s\n",
        plan->seed, snet_wire_name(plan->wire), plan->plain ? " plain" : "",
        plan->client_ends ? ", clients end" : "", plan->clients, plan->up_bytes, plan->down_bytes,
        plan->history_bytes, plan->budget_bytes == 0 ? "" : ", tight budget",
        plan->recv_budget_bytes == 0 ? "" : ", tight inboxes",
        plan->lazy_readers ? ", lazy readers" : "",
        plan->alloc_fail_one_in == 0 ? "" : ", memory fails",
        plan->rate_bytes == 0 ? "" : ", slow path", plan->hole_bytes == 0 ? "" : ", black hole",
        plan->hostile ? ", hostile client" : "",
        plan->servers == 1   ? ""
        : plan->servers == 2 ? ", 2 servers"
                             : ", 3 servers",
        sim->faults_done, sim->cuts, sim->steps, (double)sim->now / 1e9,
        sim->failure == NULL ? "" : ": FAILED: ", sim->failure == NULL ? "" : sim->failure);
}

/* How to repeat the run that is on: for when the process ends in it. */
static char main_repeat[MAIN_REPEAT_BYTES];

static void main_crashed(int number)
{
    const ssize_t written = write(STDOUT_FILENO, main_repeat, strlen(main_repeat));
    (void)written;
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void main_watch(void)
{
    static const int numbers[] = {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGTERM, SIGINT};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)signal(numbers[i], main_crashed);
    }
}

static bool main_seed(struct sim *sim, uint64_t seed, bool verbose)
{
    struct sim_plan plan;
    sim_plan_from_seed(&plan, seed);
    plan.verbose = verbose;
    (void)snprintf(main_repeat, sizeof main_repeat, "repeat with: make sim SEED=%" PRIu64 "\n",
                   seed);
    const bool ok = sim_run(sim, &plan);
    if (!ok || verbose) {
        main_describe(&plan, sim);
    }
    if (!ok) {
        (void)printf("%s", main_repeat);
    }
    return ok;
}

/* A dialogue of 20 KiB over snet/3 in each pattern, cut once after every byte of it. */
static bool main_every_byte_3(struct sim *sim, enum sim_pattern pattern)
{
    for (uint64_t cut = 0; cut < MAIN_EVERY_BYTE_3_TOTAL; cut++) {
        struct sim_plan plan = {
            .seed = cut,
            .wire = SNET_WIRE_3,
            .server_wires = SNET_WIRE_3,
            .pattern = pattern,
            .suite = (uint8_t)(SNET_SUITE_CHACHA20_POLY1305 + cut % 2),
            .eager = cut % 3 == 0,
            .clients = 1,
            .servers = 1,
            .cut_at_byte = cut,
            .queue_bytes = SIM_QUEUE_MAX_BYTES / 2,
            .up_bytes = MAIN_EVERY_BYTE_3_HALF,
            .down_bytes = MAIN_EVERY_BYTE_3_HALF,
        };
        if (!sim_run(sim, &plan)) {
            (void)printf("cut after byte %" PRIu64 ": ", cut);
            main_describe(&plan, sim);
            (void)printf("%s", main_repeat);
            return false;
        }
    }
    return true;
}

/* A small dialogue over each wire, cut once after every byte of it. */
static bool main_every_byte(struct sim *sim)
{
    bool ok = true;
    for (unsigned mode = 0; mode < 2 * SIM_LEGACY_WIRES; mode++) {
        for (uint64_t cut = 0; cut < MAIN_EVERY_BYTE_TOTAL; cut++) {
            struct sim_plan plan = {
                .seed = cut,
                .wire = (enum snet_wire)(1u << mode / 2),
                .server_wires = 1u << mode / 2,
                .plain = mode % 2 == 1,
                .clients = 1,
                .servers = 1,
                .cut_at_byte = cut,
                .history_bytes = 1024,
                .inbox_bytes = 1024,
                .queue_bytes = 256,
                .up_bytes = 300,
                .down_bytes = 300,
            };
            if (!sim_run(sim, &plan)) {
                ok = false;
                (void)printf("cut after byte %" PRIu64 ": ", cut);
                main_describe(&plan, sim);
                (void)printf("%s", main_repeat);
            }
        }
    }
    return ok;
}

static bool main_seeds(struct sim *sim, uint64_t first, uint64_t count)
{
    unsigned failures = 0;
    uint64_t cuts = 0;
    uint64_t passes = 0;
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    uint64_t done = 0;
    for (; done < count && failures < MAIN_FAILURES_MAX; done++) {
        failures += main_seed(sim, first + done, false) ? 0 : 1;
        cuts += sim->cuts;
        passes += sim->passes;
        if (terminal || (done + 1) % MAIN_LINE_EVERY == 0) {
            (void)printf("%s%" PRIu64 " of %" PRIu64 " seeds%s", terminal ? "\r" : "", done + 1,
                         count, terminal ? "" : "\n");
            (void)fflush(stdout);
        }
    }
    (void)printf("%s%" PRIu64 " seeds from %" PRIu64 " on, %" PRIu64 " cuts, %" PRIu64
                 " passed on, %u failures\n",
                 terminal ? "\r" : "", done, first, cuts, passes, failures);
    return failures == 0;
}

static int main_usage(void)
{
    (void)fprintf(stderr, "usage: snet_sim --seed N | --seeds COUNT [--first N] | --every-byte | "
                          "--every-byte-3 PATTERN\n");
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    const bool ranges = argc == 5 && strcmp(argv[3], "--first") == 0;
    const uint64_t number = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    struct sim *sim = malloc(sizeof *sim);
    bool ok = false;
    if (sim == NULL) {
        return EXIT_FAILURE;
    }
    main_watch();
    (void)snprintf(main_repeat, sizeof main_repeat, "repeat with: %s %s %s\n", argv[0],
                   argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "");
    if (argc >= 3 && strcmp(argv[1], "--seed") == 0) {
        ok = main_seed(sim, number, true);
    } else if ((argc == 3 || ranges) && strcmp(argv[1], "--seeds") == 0) {
        ok = main_seeds(sim, ranges ? strtoull(argv[4], NULL, 10) : 1, number);
    } else if (argc == 2 && strcmp(argv[1], "--every-byte") == 0) {
        ok = main_every_byte(sim);
    } else if (argc == 3 && strcmp(argv[1], "--every-byte-3") == 0) {
        ok = main_every_byte_3(sim, (enum sim_pattern)(number % 3));
    } else {
        free(sim);
        return main_usage();
    }
    free(sim);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
