/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/core.h>
#include <snet/env.h>

#include "tests/support/unit.h"

#include <string.h>

static void env_has_no_note_and_no_context(void **state)
{
    (void)state;
    struct snet_env env;
    memset(&env, 0x5a, sizeof env);
    snet_env_system(&env);
    assert_null(env.ctx);
    assert_null(env.note);
}

static void env_draws_other_bytes_each_time(void **state)
{
    (void)state;
    struct snet_env env;
    uint8_t draws[2][32] = {{0}};
    snet_env_system(&env);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(env.random(env.ctx, SNET_RANDOM_KEY, draws[i], sizeof draws[i]), SNET_OK);
    }
    assert_memory_not_equal(draws[0], draws[1], sizeof draws[0]);
}

static void env_gives_memory_of_both_kinds(void **state)
{
    (void)state;
    struct snet_env env;
    snet_env_system(&env);
    uint8_t *memory = env.alloc(env.ctx, 100);
    uint8_t *secret = env.secret_alloc(env.ctx, 4096);
    assert_non_null(memory);
    assert_non_null(secret);
    memset(memory, 1, 100);
    memset(secret, 1, 4096);
    env.free(env.ctx, memory);
    env.secret_free(env.ctx, secret, 4096);
}

/* A core refuses one of the pair without the other, and takes the whole with a context. */
static void env_is_one_for_a_core(void **state)
{
    (void)state;
    static const struct snet_core_config defaults;
    struct snet_env env;
    snet_core *core = NULL;
    snet_env_system(&env);
    env.secret_free = NULL;
    assert_int_equal(snet_core_new(&env, &defaults, &core), SNET_ERR_INVALID);
    snet_env_system(&env);
    env.secret_alloc = NULL;
    assert_int_equal(snet_core_new(&env, &defaults, &core), SNET_ERR_INVALID);
    snet_env_system(&env);
    env.ctx = &env;
    assert_int_equal(snet_core_new(&env, &defaults, &core), SNET_OK);
    snet_core_free(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(env_has_no_note_and_no_context),
        cmocka_unit_test(env_draws_other_bytes_each_time),
        cmocka_unit_test(env_gives_memory_of_both_kinds),
        cmocka_unit_test(env_is_one_for_a_core),
    };
    return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}
