/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The plan that a seed stands for. */
#include "core/snet3/window.h"
#include "tests/sim/sim.h"

/* Who else uses the path and the server, and what becomes of it. */
static void plan_people(struct sim_plan *plan, struct test_env *dice)
{
    plan->kills = test_env_below(dice, 8) == 0;
    plan->turns = test_env_below(dice, 2) == 0;
    plan->hostile = plan->wire == SNET_WIRE_3 && plan->clients > 1 && test_env_below(dice, 4) == 0;
}

static void plan_path(struct sim_plan *plan, struct test_env *dice)
{
    if (test_env_below(dice, 12) == 0) {
        plan->rate_bytes = SIM_RATE_MIN_BYTES << test_env_below(dice, SIM_RATE_KINDS);
        plan->up_bytes %= (uint64_t)SIM_RATE_TIMES * plan->rate_bytes;
        plan->down_bytes %= (uint64_t)SIM_RATE_TIMES * plan->rate_bytes;
    }
    if (plan->wire == SNET_WIRE_3 && test_env_below(dice, 8) == 0) {
        plan->hole_bytes =
            SIM_HOLE_MIN_BYTES + (uint32_t)test_env_below(dice, SIM_HOLE_RANGE_BYTES);
    }
}

void sim_plan_from_seed(struct sim_plan *plan, uint64_t seed)
{
    struct test_env dice;
    test_env_init(&dice, seed * UINT64_C(0x2545f4914f6cdd1d) + 1);
    *plan = (struct sim_plan){.seed = seed, .cut_at_byte = UINT64_MAX};
    plan->wire = test_env_below(&dice, 2) == 0
                     ? SNET_WIRE_3
                     : (enum snet_wire)(1u << test_env_below(&dice, SIM_LEGACY_WIRES));
    plan->server_wires = test_env_below(&dice, 3) == 0 ? plan->wire : SNET_WIRES_ALL;
    plan->plain = test_env_below(&dice, 4) == 0;
    if (plan->plain && plan->wire == SNET_WIRE_1_PADDED) {
        /* Late padding cannot be told from plain data: only a listener of this wire alone can. */
        plan->server_wires = SNET_WIRE_1_PADDED;
    }
    plan->client_ends = test_env_below(&dice, 4) == 0;
    plan->adversary = test_env_below(&dice, 2) == 0;
    plan->clients = 1 + (unsigned)test_env_below(&dice, SIM_CLIENTS_MAX);
    plan->faults = (unsigned)test_env_below(&dice, 60);
    plan->fault_one_in = 20 + (unsigned)test_env_below(&dice, 400);
    plan->history_bytes = 4096u << test_env_below(&dice, 5);
    plan->inbox_bytes = 4096u << test_env_below(&dice, 4);
    plan->budget_bytes =
        test_env_below(&dice, 3) == 0
            ? (uint64_t)plan->clients * (plan->history_bytes / 2 + 4 * SNET_PAGE_BYTES)
            : 0;
    plan->queue_bytes = plan->history_bytes / 4 < SIM_QUEUE_MAX_BYTES - 4096u
                            ? plan->history_bytes / 4
                            : SIM_QUEUE_MAX_BYTES - 4096u;
    plan->alloc_fail_one_in = test_env_below(&dice, 8) == 0 ? 60 : 0;
    plan->pattern = (enum sim_pattern)test_env_below(&dice, 3);
    plan->suite = (uint8_t)(SNET_SUITE_CHACHA20_POLY1305 + test_env_below(&dice, 2));
    plan->early = test_env_below(&dice, 2) == 0;
    plan->pads = test_env_below(&dice, 4) == 0;
    plan->renews = test_env_below(&dice, 4) == 0;
    plan->eager = test_env_below(&dice, 2) == 0;
    plan->tampered = test_env_below(&dice, 2) == 0;
    plan->up_bytes = test_env_below(&dice, test_env_below(&dice, 2) == 0 ? 300 : 60000);
    plan->down_bytes = test_env_below(&dice, test_env_below(&dice, 2) == 0 ? 300 : 60000);
    if (plan->wire == SNET_WIRE_3 && test_env_below(&dice, 4) == 0) {
        /* More than is sealed at a time: a handover finds bytes that were not sent yet. */
        plan->up_bytes *= 8;
        plan->down_bytes *= 8;
        plan->history_bytes = plan->inbox_bytes = 1u << (16 + test_env_below(&dice, 5));
    }
    plan->lazy_readers = test_env_below(&dice, 3) == 0;
    if (test_env_below(&dice, 3) == 0) {
        /* One inbox can be full, and then there is little for the others: on snet/3 what each may
           have without asking. */
        const uint64_t least =
            SNET_PAGE_BYTES + (plan->wire == SNET_WIRE_3 ? SNET_WINDOW_UNRESERVED_BYTES : 0);
        plan->recv_budget_bytes = (uint64_t)plan->clients * least +
                                  test_env_below(&dice, UINT64_C(2) * plan->inbox_bytes);
        plan->up_bytes *= 2;
        plan->down_bytes *= 2;
    }
    if (plan->wire == SNET_WIRE_3 && test_env_below(&dice, 4) == 0) {
        plan->quota_bytes =
            SIM_QUOTA_MIN_BYTES + (uint32_t)test_env_below(&dice, SIM_QUOTA_RANGE_BYTES);
        plan->quota_freezes = test_env_below(&dice, 2) == 0;
        plan->up_bytes %= (uint64_t)SIM_QUOTA_TIMES * plan->quota_bytes;
        plan->down_bytes %= (uint64_t)SIM_QUOTA_TIMES * plan->quota_bytes;
    }
    plan_people(plan, &dice);
    plan_path(plan, &dice);
    plan->servers = test_env_below(&dice, 3) == 0
                        ? 2 + (unsigned)test_env_below(&dice, SIM_SERVERS_MAX - 1)
                        : 1;
}
