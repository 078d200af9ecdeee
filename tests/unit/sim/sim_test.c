/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

#include "core/link.h"
#include "tests/support/unit.h"

#include <stdlib.h>

static int sim_test_setup(void **state)
{
    struct sim *sim = calloc(1, sizeof *sim);
    *state = sim;
    return sim == NULL ? -1 : 0;
}

static int sim_test_teardown(void **state)
{
    free(*state);
    return 0;
}

/*
 * Four connections had nothing to move, two of them stalled, and were slow: each counted as moving
 * until its turn came. All four had theirs at once after ten minutes, of which no end heard: a
 * client that wanted to dial was told that its wait time was over.
 */
static void slow_connections_with_nothing_to_move_let_time_pass(void **state)
{
    struct sim *sim = *state;
    snet_link idle = {.state = SNET_LINK_LIVE};
    test_env_init(&sim->dice, 1);
    sim->plan.queue_bytes = 4096;
    sim->conns_used = UINT64_MAX;
    sim->conns_top = SIM_CONNS_MAX;
    for (unsigned i = 0; i < SIM_CONNS_MAX; i++) {
        struct sim_conn *conn = &sim->conns[i];
        *conn = (struct sim_conn){.slow = true, .stalled = i % 2 == 0};
        for (unsigned index = 0; index < 2; index++) {
            conn->sides[index].link = &idle;
            conn->sides[index].queued = conn->stalled ? 100 : 0;
            conn->sides[index].reset_at_ns = SNET_NEVER;
        }
    }
    assert_false(sim_net_step(sim));
}

/* The network holds little, so that it always has something to move, for half a minute. */
static void what_is_due_is_done_while_bytes_move(void **state)
{
    struct sim *sim = *state;
    const struct sim_plan plan = {
        .seed = 1,
        .wire = SNET_WIRE_3,
        .server_wires = SNET_WIRE_3,
        .suite = SNET_SUITE_CHACHA20_POLY1305,
        .clients = SIM_CLIENTS_MAX,
        .servers = 1,
        .cut_at_byte = UINT64_MAX,
        .queue_bytes = 256,
        .up_bytes = 1000000,
        .down_bytes = 1000000,
    };
    (void)sim_run(sim, &plan);
    assert_null(sim->failure);
    assert_true(sim->now > 30 * SNET_SECOND_NS);
}

/* The hand-over is not vacuous: one cut, and the clients come back to servers that lack them. */
static void what_comes_to_another_server_is_passed_on(void **state)
{
    static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2,
                                           SNET_WIRE_3};
    struct sim *sim = *state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        const struct sim_plan plan = {
            .seed = 1,
            .wire = wires[i],
            .server_wires = wires[i],
            .suite = SNET_SUITE_CHACHA20_POLY1305,
            .clients = SIM_CLIENTS_MAX,
            .servers = SIM_SERVERS_MAX,
            .cut_at_byte = 3000,
            .queue_bytes = 256,
            .up_bytes = 3000,
            .down_bytes = 3000,
        };
        (void)sim_run(sim, &plan);
        assert_null(sim->failure);
        assert_true(sim->passes > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(slow_connections_with_nothing_to_move_let_time_pass,
                                        sim_test_setup, sim_test_teardown),
        cmocka_unit_test_setup_teardown(what_is_due_is_done_while_bytes_move, sim_test_setup,
                                        sim_test_teardown),
        cmocka_unit_test_setup_teardown(what_comes_to_another_server_is_passed_on, sim_test_setup,
                                        sim_test_teardown),
    };
    return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
