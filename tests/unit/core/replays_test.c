/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/replays.h"

#include "core/core.h"
#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define KEYS 4096u

static struct test_env env;
static snet_core *core;
static struct snet_replays replays;

static int begin(void **state)
{
    (void)state;
    const struct snet_core_config config = {0};
    test_env_init(&env, 1);
    assert_int_equal(snet_core_new(&env.env, &config, &core), SNET_OK);
    replays = (struct snet_replays){.places = NULL};
    return 0;
}

static int end(void **state)
{
    (void)state;
    snet_replays_deinit(&replays, &env.env);
    snet_core_free(core);
    assert_int_equal(env.live_count, 0);
    return 0;
}

static uint64_t mark_of(uint32_t number)
{
    uint64_t mark = 0;
    const uint8_t key[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), 0};
    if (replays.places == NULL) {
        assert_int_equal(snet_replays_begin(&replays, &env.env), SNET_OK);
    }
    assert_int_equal(
        snet_replays_mark(&replays, core->crypto, (struct snet_bytes){key, sizeof key}, &mark),
        SNET_OK);
    assert_true(mark != 0);
    return mark;
}

/* [PROTO 14.1] */
static void hello_that_was_answered_is_known(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < KEYS; i++) {
        const uint64_t mark = mark_of(i);
        assert_false(snet_replays_has(&replays, mark));
        snet_replays_add(&replays, mark);
        assert_true(snet_replays_has(&replays, mark));
    }
    assert_true(snet_replays_has(&replays, mark_of(KEYS - 1)));
}

static void oldest_in_a_place_is_forgotten(void **state)
{
    (void)state;
    const uint64_t first = mark_of(0);
    snet_replays_add(&replays, first);
    for (uint64_t i = 1; i < SNET_REPLAYS_PER_PLACE; i++) {
        snet_replays_add(&replays, first + 2 * SNET_REPLAYS_PLACES * i);
    }
    assert_true(snet_replays_has(&replays, first));
    snet_replays_add(&replays, first + 2 * SNET_REPLAYS_PLACES * SNET_REPLAYS_PER_PLACE);
    assert_false(snet_replays_has(&replays, first));
    assert_true(snet_replays_has(&replays, first + 2 * SNET_REPLAYS_PLACES));
}

static void without_memory_nothing_is_known(void **state)
{
    (void)state;
    env.fail_at = env.alloc_count + 1;
    const uint64_t mark = mark_of(1);
    env.fail_at = 0;
    snet_replays_add(&replays, mark);
    assert_false(snet_replays_has(&replays, mark));
}

static void marks_are_those_of_one_server(void **state)
{
    (void)state;
    const uint64_t mark = mark_of(1);
    assert_int_equal(mark_of(1), mark);
    snet_replays_deinit(&replays, &env.env);
    assert_int_not_equal(mark_of(1), mark);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(hello_that_was_answered_is_known),
        TEST(oldest_in_a_place_is_forgotten),
        TEST(without_memory_nothing_is_known),
        TEST(marks_are_those_of_one_server),
    };
#undef TEST
    return cmocka_run_group_tests_name("replays", tests, NULL, NULL);
}
