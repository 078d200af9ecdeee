/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A whole dialogue of snet/3, with a loss, a handover and a clean end, in which each allocation
 * fails in turn, at either end: nothing is leaked, no byte is wrong, and the session gets through.
 */
#include <snet/error.h>

#include "core/snet3/state.h"
#include "tests/support/core_pair.h"
#include "tests/support/crypto_memory.h"
#include "tests/support/unit.h"

#define MEMORY_BYTES 3000u
#define MEMORY_ROUNDS_MAX 40u

/* Which allocation of which end fails. */
struct plan {
    unsigned side;
    size_t number;
    bool known; /* a client with a key */
};

static struct core_pair_config plan_config(const struct plan *plan)
{
    const struct core_pair_keys *keys = core_pair_keys();
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, true);
    config.client.service = "chat";
    config.client.early_data = true;
    config.client.connect_timeout_ns = 60 * SNET_SECOND_NS;
    if (plan->known) {
        config.client.keys.client_secret = &keys->client;
    }
    return config;
}

static void try_write(struct core_pair *ends, snet_session *session, uint64_t total)
{
    struct snet_session_info info;
    for (;;) {
        size_t written = 0;
        snet_session_get_info(session, &info);
        const uint8_t byte = (uint8_t)(info.written % 251);
        if (info.written >= total ||
            snet_session_write(session, &byte, 1, &written, ends->now) != SNET_OK) {
            return;
        }
    }
}

static void try_read(struct core_pair *ends, snet_session *session, uint64_t *read)
{
    uint8_t chunk[500];
    size_t len = 0;
    while (snet_session_read(session, chunk, sizeof chunk, &len, ends->now) == SNET_OK) {
        for (size_t i = 0; i < len; i++) {
            assert_int_equal(chunk[i], (uint8_t)((*read + i) % 251));
        }
        *read += len;
    }
}

/* Connects when the client wants to; the machine may refuse. */
static void try_connect(struct core_pair *ends)
{
    struct core_pair_conn *conn = &ends->conns[ends->conn_count];
    if (ends->client == NULL ||
        ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL] == ends->dials_done ||
        ends->conn_count + 1 >= CORE_PAIR_CONNS_MAX) {
        return;
    }
    ends->dials_done = ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
    if (snet_server_accepted(ends->server, &conn->sides[CORE_PAIR_SERVER].link, ends->now) !=
        SNET_OK) {
        conn->sides[CORE_PAIR_SERVER].link = NULL;
        snet_client_dial_failed(ends->client, SNET_ERR_CONNECT, ends->now);
        return;
    }
    ends->conn_count++;
    if (snet_client_connected(ends->client, &conn->sides[CORE_PAIR_CLIENT].link, ends->now) !=
        SNET_OK) {
        conn->sides[CORE_PAIR_CLIENT].link = NULL;
        core_pair_cut(ends, conn);
    }
    core_pair_drain(ends);
}

/* Writes, moves, loses, hands over and ends; returns whether both ends ended cleanly. */
static bool dialogue(struct core_pair *ends)
{
    uint64_t up = 0;
    uint64_t down = 0;
    for (unsigned round = 0; round < MEMORY_ROUNDS_MAX; round++) {
        const uint64_t total = round < 8 ? MEMORY_BYTES / 8 * (round + 1) : MEMORY_BYTES / 8 * 8;
        try_connect(ends);
        for (unsigned i = 0; i < ends->conn_count; i++) {
            core_pair_settle(ends, &ends->conns[i]);
        }
        try_write(ends, ends->client, total);
        if (ends->served != NULL) {
            try_write(ends, ends->served, total);
            try_read(ends, ends->served, &up);
        }
        try_read(ends, ends->client, &down);
        if (round == 3) {
            (void)core_pair_move(ends, &ends->conns[ends->conn_count - 1], CORE_PAIR_CLIENT, 100);
            core_pair_cut(ends, &ends->conns[ends->conn_count - 1]);
        } else if (round == 6) {
            snet_client_network_changed(ends->client, ends->now);
            if (ends->served != NULL) {
                const snet_err err =
                    snet_session_migrate(ends->served, "b:1", SNET_SECOND_NS, ends->now);
                assert_true(err == SNET_OK || err == SNET_ERR_NO_MEMORY);
            }
        } else if (round >= 10 && up == total && down == total) {
            snet_session_shutdown(ends->client, ends->now);
            snet_session_shutdown(ends->served, ends->now);
        }
        core_pair_pass(ends, 3 * SNET_SECOND_NS);
    }
    return ends->ended[CORE_PAIR_CLIENT] == SNET_ERR_CLOSED &&
           ends->ended[CORE_PAIR_SERVER] == SNET_ERR_CLOSED && up == MEMORY_BYTES / 8 * 8 &&
           down == up;
}

/* Fails allocation `number` behind the opening of the cores; false when there were fewer. */
static bool run(const struct plan *plan)
{
    struct core_pair ends;
    const struct core_pair_config config = plan_config(plan);
    core_pair_open(&ends, &config);
    const size_t before = ends.env[plan->side].alloc_count;
    ends.env[plan->side].fail_at = before + plan->number;
    if (!dialogue(&ends)) {
        fail_msg("allocation %u of end %u: %s, %s", (unsigned)plan->number, plan->side,
                 snet_err_name(ends.ended[CORE_PAIR_CLIENT]),
                 snet_err_name(ends.ended[CORE_PAIR_SERVER]));
    }
    const bool more = ends.env[plan->side].alloc_count >= before + plan->number;
    core_pair_close(&ends);
    return more;
}

static void memory_that_fails_once_costs_no_session_and_leaks_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct plan plan = {.side = i % 2, .number = 1, .known = i / 2 == 1};
        while (run(&plan)) {
            plan.number++;
        }
        assert_true(plan.number > 20);
    }
}

/* What libcrypto asks for while it makes keys, seals and opens. */
static void memory_of_libcrypto_that_fails_once_costs_no_open_session(void **state)
{
    (void)state;
    bool failed = true;
    for (size_t number = 1; failed; number++) {
        struct core_pair ends;
        const struct plan plan = {.known = number % 2 == 0};
        const struct core_pair_config config = plan_config(&plan);
        core_pair_open(&ends, &config);
        test_crypto_memory_fail_at(number);
        const bool clean = dialogue(&ends);
        failed = test_crypto_memory_heal();
        if (!clean && ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED] > 0) {
            fail_msg("allocation %u of libcrypto: %s, %s", (unsigned)number,
                     snet_err_name(ends.ended[CORE_PAIR_CLIENT]),
                     snet_err_name(ends.ended[CORE_PAIR_SERVER]));
        }
        core_pair_close(&ends);
    }
}

/* What a client needs to be opened at all, and a server. */
static void memory_that_fails_at_the_opening_is_reported(void **state)
{
    (void)state;
    struct test_env env;
    snet_core *core = NULL;
    snet_session *session = NULL;
    snet_server *server = NULL;
    const struct plan plan = {.known = true};
    const struct core_pair_config config = plan_config(&plan);
    test_env_init(&env, 1);
    assert_int_equal(snet_core_new(&env.env, &(struct snet_core_config){0}, &core), SNET_OK);
    snet_err err = SNET_ERR_NO_MEMORY;
    for (size_t number = 1; err != SNET_OK; number++) {
        const size_t live = env.live_count;
        env.fail_at = env.alloc_count + number;
        err = snet_client_open(core, &config.client, &session, SNET_SECOND_NS);
        assert_true(err == SNET_OK || (err == SNET_ERR_NO_MEMORY && env.live_count == live));
    }
    err = SNET_ERR_NO_MEMORY;
    for (size_t number = 1; err != SNET_OK; number++) {
        const size_t live = env.live_count;
        env.fail_at = env.alloc_count + number;
        err = snet_server_new(core, &config.server, &server);
        assert_true(err == SNET_OK || (err == SNET_ERR_NO_MEMORY && env.live_count == live));
    }
    snet_core_free(core);
    assert_int_equal(env.live_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_fails_at_the_opening_is_reported),
        cmocka_unit_test(memory_that_fails_once_costs_no_session_and_leaks_nothing),
        cmocka_unit_test(memory_of_libcrypto_that_fails_once_costs_no_open_session),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
