/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/turns.h"

#include "tests/support/unit.h"

#define MANY SNET_TURNS_OWNER_MAX

static struct snet_turns turns;
static struct snet_turn all[MANY + 4];

static void begin(void)
{
    turns = (struct snet_turns){.count = 0};
    for (size_t i = 0; i < MANY + 4; i++) {
        all[i] = (struct snet_turn){.owner = 0};
    }
}

static bool wait(size_t i, uint16_t owner)
{
    return snet_turns_wait(&turns, &all[i], SNET_TURN_HELLO, owner);
}

static void owner_with_too_many_is_refused_and_others_are_not(void **state)
{
    (void)state;
    begin();
    for (size_t i = 0; i < MANY; i++) {
        assert_true(wait(i, 1));
    }
    assert_false(wait(MANY, 1));
    assert_false(snet_turns_waits(&all[MANY]));
    assert_true(wait(MANY, 2));
    snet_turns_leave(&turns, &all[3]);
    assert_true(wait(MANY + 1, 1));
}

static void owners_come_in_turn(void **state)
{
    (void)state;
    begin();
    for (size_t i = 0; i < 10; i++) {
        assert_true(wait(i, 1));
    }
    assert_ptr_equal(snet_turns_next(&turns, SNET_TURN_HELLO), &all[0]);
    assert_true(wait(10, 2));
    assert_true(wait(11, 2));
    static const size_t order[] = {1, 10, 2, 11, 3, 4, 5, 6, 7, 8, 9};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        assert_ptr_equal(snet_turns_next(&turns, SNET_TURN_HELLO), &all[order[i]]);
    }
    assert_null(snet_turns_next(&turns, SNET_TURN_HELLO));
    assert_int_equal(turns.count, 0);
}

static void one_that_leaves_has_no_turn(void **state)
{
    (void)state;
    begin();
    assert_true(wait(0, 1));
    assert_true(wait(1, 2));
    snet_turns_leave(&turns, &all[0]);
    snet_turns_leave(&turns, &all[0]);
    assert_ptr_equal(snet_turns_next(&turns, SNET_TURN_HELLO), &all[1]);
    assert_null(snet_turns_next(&turns, SNET_TURN_HELLO));
}

static void kinds_are_apart(void **state)
{
    (void)state;
    begin();
    assert_true(snet_turns_wait(&turns, &all[0], SNET_TURN_RESUME, 1));
    assert_null(snet_turns_next(&turns, SNET_TURN_HELLO));
    assert_int_equal(turns.count, 1);
    assert_ptr_equal(snet_turns_next(&turns, SNET_TURN_RESUME), &all[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owner_with_too_many_is_refused_and_others_are_not),
        cmocka_unit_test(owners_come_in_turn),
        cmocka_unit_test(one_that_leaves_has_no_turn),
        cmocka_unit_test(kinds_are_apart),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
