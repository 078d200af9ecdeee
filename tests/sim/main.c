/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Runs seeds of the simulator. A failure prints the one command that repeats it.
 */
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAIN_EVERY_BYTE_TOTAL 700u
#define MAIN_EVERY_BYTE_3_HALF 10240u
/* Both halves, two handshakes and what the records cost. */
#define MAIN_EVERY_BYTE_3_TOTAL 22000u

static void main_describe(const struct sim_plan *plan, const struct sim *sim)
{
    (void)printf(
        "seed %" PRIu64 ": wire %s%s%s, %u clients, %" PRIu64 " up, %" PRIu64
        " down, history %" PRIu32 "%s%s%s%s, %u faults, %u cuts, %" PRIu64 " steps, %.1f s%s%s\n",
        plan->seed, snet_wire_name(plan->wire), plan->plain ? " plain" : "",
        plan->client_ends ? ", clients end" : "", plan->clients, plan->up_bytes, plan->down_bytes,
        plan->history_bytes, plan->budget_bytes == 0 ? "" : ", tight budget",
        plan->recv_budget_bytes == 0 ? "" : ", tight inboxes",
        plan->lazy_readers ? ", lazy readers" : "",
        plan->alloc_fail_one_in == 0 ? "" : ", memory fails", sim->faults_done, sim->cuts,
        sim->steps, (double)sim->now / 1e9,
        sim->failure == NULL ? "" : ": FAILED: ", sim->failure == NULL ? "" : sim->failure);
}

static bool main_seed(struct sim *sim, uint64_t seed, bool verbose)
{
    struct sim_plan plan;
    sim_plan_from_seed(&plan, seed);
    plan.verbose = verbose;
    const bool ok = sim_run(sim, &plan);
    if (!ok || verbose) {
        main_describe(&plan, sim);
    }
    if (!ok) {
        (void)printf("repeat with: make sim SEED=%" PRIu64 "\n", seed);
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
            .cut_at_byte = cut,
            .queue_bytes = SIM_QUEUE_MAX_BYTES / 2,
            .up_bytes = MAIN_EVERY_BYTE_3_HALF,
            .down_bytes = MAIN_EVERY_BYTE_3_HALF,
        };
        if (!sim_run(sim, &plan)) {
            (void)printf("cut after byte %" PRIu64 ": ", cut);
            main_describe(&plan, sim);
            (void)printf("repeat with: snet_sim --every-byte-3 %u\n", (unsigned)pattern);
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
                (void)printf("repeat with: snet_sim --every-byte\n");
            }
        }
    }
    return ok;
}

static bool main_seeds(struct sim *sim, uint64_t count)
{
    unsigned failures = 0;
    uint64_t cuts = 0;
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    for (uint64_t seed = 1; seed <= count && failures < 5; seed++) {
        failures += main_seed(sim, seed, false) ? 0 : 1;
        cuts += sim->cuts;
        if (terminal) {
            (void)printf("\r%" PRIu64 " of %" PRIu64 " seeds", seed, count);
            (void)fflush(stdout);
        }
    }
    (void)printf("%s%" PRIu64 " seeds, %" PRIu64 " cuts, %u failures\n", terminal ? "\r" : "",
                 count, cuts, failures);
    return failures == 0;
}

int main(int argc, char **argv)
{
    struct sim *sim = malloc(sizeof *sim);
    bool ok = false;
    if (sim == NULL) {
        return EXIT_FAILURE;
    }
    if (argc >= 3 && strcmp(argv[1], "--seed") == 0) {
        ok = main_seed(sim, strtoull(argv[2], NULL, 10), true);
    } else if (argc == 3 && strcmp(argv[1], "--seeds") == 0) {
        ok = main_seeds(sim, strtoull(argv[2], NULL, 10));
    } else if (argc == 2 && strcmp(argv[1], "--every-byte") == 0) {
        ok = main_every_byte(sim);
    } else if (argc == 3 && strcmp(argv[1], "--every-byte-3") == 0) {
        ok = main_every_byte_3(sim, (enum sim_pattern)(strtoul(argv[2], NULL, 10) % 3));
    } else {
        (void)fprintf(stderr, "usage: snet_sim --seed N | --seeds COUNT | --every-byte | "
                              "--every-byte-3 PATTERN\n");
    }
    free(sim);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
