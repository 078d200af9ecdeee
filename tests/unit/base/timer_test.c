/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/timer.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define TIMER_COUNT 40u
#define TIMER_STEPS 40000u
#define TIMER_SEED UINT64_C(1)
#define TIMER_WHEN_MAX 30u /* few, so that ties are frequent */

struct fixture {
    struct snet_timer_heap heap;
    struct snet_timer timers[TIMER_COUNT];
};

/* Timers armed at the times in `when`, a word of digits, in that order. */
static void fixture_init(struct fixture *fixture, const char *when)
{
    *fixture = (struct fixture){0};
    for (size_t i = 0; when[i] != '\0'; i++) {
        snet_timer_set(&fixture->heap, &fixture->timers[i], (uint64_t)(when[i] - '0'));
    }
}

/* Pops everything; the timers come with the indices in `wanted`, a word of digits. */
static void expect_order(struct fixture *fixture, const char *wanted)
{
    for (; *wanted != '\0'; wanted++) {
        struct snet_timer *timer = snet_timer_pop(&fixture->heap, UINT64_MAX);
        assert_ptr_equal(timer, &fixture->timers[*wanted - '0']);
        assert_false(snet_timer_armed(timer));
    }
    assert_null(snet_timer_pop(&fixture->heap, UINT64_MAX));
    assert_int_equal(snet_timer_next_ns(&fixture->heap), UINT64_MAX);
}

static void timer_after_more_than_all_times_is_never(void **state)
{
    (void)state;
    assert_int_equal(snet_timer_after(5, 3), 8);
    assert_int_equal(snet_timer_after(1, UINT64_MAX - 1), UINT64_MAX);
    assert_int_equal(snet_timer_after(2, UINT64_MAX - 1), UINT64_MAX);
    assert_int_equal(snet_timer_after(UINT64_MAX, UINT64_MAX), UINT64_MAX);
}

static void timer_never_fires_before_its_time(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "5");
    assert_null(snet_timer_pop(&fixture.heap, 4));
    assert_true(snet_timer_armed(&fixture.timers[0]));
    assert_ptr_equal(snet_timer_pop(&fixture.heap, 5), &fixture.timers[0]);
    assert_null(snet_timer_pop(&fixture.heap, 5));
}

static void timer_zeroed_is_not_armed(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "");
    assert_false(snet_timer_armed(&fixture.timers[0]));
    expect_order(&fixture, "");
}

static void timer_ignores_the_cancelling_of_an_unarmed_one(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "12");
    snet_timer_cancel(&fixture.heap, &fixture.timers[2]);
    snet_timer_set(&fixture.heap, &fixture.timers[2], UINT64_MAX);
    assert_false(snet_timer_armed(&fixture.timers[2]));
    expect_order(&fixture, "01");
}

static void timer_earliest_fires_first(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "5271");
    assert_int_equal(snet_timer_next_ns(&fixture.heap), 1);
    expect_order(&fixture, "3102");
}

static void timer_ties_fire_in_the_order_of_arming(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "3333333");
    expect_order(&fixture, "0123456");
}

static void timer_time_zero_is_a_time(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "10");
    assert_int_equal(snet_timer_next_ns(&fixture.heap), 0);
    assert_ptr_equal(snet_timer_pop(&fixture.heap, 0), &fixture.timers[1]);
}

static void timer_moves_earlier_and_later(void **state)
{
    (void)state;
    struct fixture earlier;
    fixture_init(&earlier, "234");
    snet_timer_set(&earlier.heap, &earlier.timers[2], 1);
    expect_order(&earlier, "201");
    struct fixture later;
    fixture_init(&later, "234");
    snet_timer_set(&later.heap, &later.timers[0], 9);
    expect_order(&later, "120");
}

static void timer_set_to_its_own_time_keeps_its_turn(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "333");
    snet_timer_set(&fixture.heap, &fixture.timers[0], 3);
    expect_order(&fixture, "012");
}

static void timer_moved_there_and_back_loses_its_turn(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "333");
    snet_timer_set(&fixture.heap, &fixture.timers[0], 4);
    snet_timer_set(&fixture.heap, &fixture.timers[0], 3);
    expect_order(&fixture, "120");
}

static void timer_set_to_never_is_cancelled(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "123");
    snet_timer_set(&fixture.heap, &fixture.timers[1], UINT64_MAX);
    assert_false(snet_timer_armed(&fixture.timers[1]));
    expect_order(&fixture, "02");
}

/* What the heap must do, in the slowest and plainest way. */
struct model {
    uint64_t when[TIMER_COUNT]; /* UINT64_MAX: not armed */
    uint64_t order[TIMER_COUNT];
    uint64_t order_last;
};

/* The timer that fires first, or TIMER_COUNT. */
static size_t model_first(const struct model *model)
{
    size_t first = TIMER_COUNT;
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        const bool armed = model->when[i] != UINT64_MAX;
        if (armed &&
            (first == TIMER_COUNT || model->when[i] < model->when[first] ||
             (model->when[i] == model->when[first] && model->order[i] < model->order[first]))) {
            first = i;
        }
    }
    return first;
}

static void model_set(struct model *model, size_t index, uint64_t when)
{
    if (model->when[index] != when) {
        model->when[index] = when;
        model->order[index] = ++model->order_last;
    }
}

/* The timer that is due at `now`, taken out, or NULL. */
static struct snet_timer *model_pop(struct model *model, struct fixture *fixture, uint64_t now)
{
    const size_t first = model_first(model);
    if (first == TIMER_COUNT || model->when[first] > now) {
        return NULL;
    }
    model->when[first] = UINT64_MAX;
    return &fixture->timers[first];
}

static uint64_t model_next_ns(const struct model *model)
{
    const size_t first = model_first(model);
    return first == TIMER_COUNT ? UINT64_MAX : model->when[first];
}

/* One random step on both; false when they differ. */
static bool model_step(struct model *model, struct fixture *fixture, struct test_env *random)
{
    const size_t index = (size_t)test_env_below(random, TIMER_COUNT);
    const uint64_t when = test_env_below(random, TIMER_WHEN_MAX);
    struct snet_timer *const timer = &fixture->timers[index];
    bool same = true;
    switch (test_env_below(random, 4)) {
    case 0:
        model_set(model, index, UINT64_MAX);
        snet_timer_cancel(&fixture->heap, timer);
        break;
    case 1:
        same = snet_timer_pop(&fixture->heap, when) == model_pop(model, fixture, when);
        break;
    default:
        model_set(model, index, when);
        snet_timer_set(&fixture->heap, timer, when);
        break;
    }
    return same && snet_timer_armed(timer) == (model->when[index] != UINT64_MAX) &&
           snet_timer_next_ns(&fixture->heap) == model_next_ns(model);
}

static void timer_heap_does_what_a_plain_table_does(void **state)
{
    (void)state;
    struct test_env random;
    struct fixture fixture;
    struct model model = {0};
    test_env_init(&random, TIMER_SEED);
    fixture_init(&fixture, "");
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        model.when[i] = UINT64_MAX;
    }
    for (unsigned step = 0; step < TIMER_STEPS; step++) {
        if (!model_step(&model, &fixture, &random)) {
            fail_msg("seed %llu, step %u", (unsigned long long)TIMER_SEED, step);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timer_after_more_than_all_times_is_never),
        cmocka_unit_test(timer_never_fires_before_its_time),
        cmocka_unit_test(timer_zeroed_is_not_armed),
        cmocka_unit_test(timer_ignores_the_cancelling_of_an_unarmed_one),
        cmocka_unit_test(timer_earliest_fires_first),
        cmocka_unit_test(timer_ties_fire_in_the_order_of_arming),
        cmocka_unit_test(timer_time_zero_is_a_time),
        cmocka_unit_test(timer_moves_earlier_and_later),
        cmocka_unit_test(timer_set_to_its_own_time_keeps_its_turn),
        cmocka_unit_test(timer_moved_there_and_back_loses_its_turn),
        cmocka_unit_test(timer_set_to_never_is_cancelled),
        cmocka_unit_test(timer_heap_does_what_a_plain_table_does),
    };
    return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
