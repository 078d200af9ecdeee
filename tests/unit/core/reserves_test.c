/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/reserves.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define BUDGET (UINT64_C(16) << 20)
#define MOST ((uint32_t)(BUDGET - BUDGET / SNET_RESERVES_UNRESERVED_DIVISOR))
#define KEPT SNET_RESERVES_KEPT_BYTES
#define SECOND SNET_SECOND_NS

static struct snet_pool pool;
static struct snet_reserves reserves;
static struct snet_reserve first;
static struct snet_reserve second;

static int begin(void **state)
{
    static struct test_env env;
    (void)state;
    test_env_init(&env, 1);
    snet_pool_init(&pool, &env.env, BUDGET);
    snet_reserves_init(&reserves, &pool);
    first = (struct snet_reserve){.bytes = 0};
    second = (struct snet_reserve){.bytes = 0};
    return 0;
}

static bool take(struct snet_reserve *reserve, uint32_t bytes, uint64_t now)
{
    return snet_reserves_take(&reserves, reserve, bytes, now);
}

static void quarter_of_the_budget_is_never_set_aside(void **state)
{
    (void)state;
    assert_false(take(&first, MOST + 1, 0));
    assert_int_equal(first.bytes, 0);
    assert_true(take(&first, MOST, 0));
    assert_false(take(&second, 1, 0));
    snet_reserves_give(&reserves, &first);
    assert_true(take(&second, 1, 0));
    assert_int_equal(reserves.bytes, 1);
}

/* [PROTO 17.2] */
static void credit_that_was_not_used_for_10_s_is_lent_but_for_64_kib(void **state)
{
    (void)state;
    assert_true(take(&first, MOST, SECOND));
    assert_false(take(&second, MOST - KEPT, 11 * SECOND - 1));
    assert_true(take(&second, MOST - KEPT, 11 * SECOND));
    assert_int_equal(first.bytes, KEPT);
    assert_int_equal(reserves.bytes, MOST);
}

static void credit_in_use_is_not_lent(void **state)
{
    (void)state;
    assert_true(take(&first, MOST, 0));
    snet_reserves_used(&reserves, &first, 0, 5 * SECOND);
    assert_false(take(&second, 1, 14 * SECOND));
    assert_true(take(&second, 1, 15 * SECOND));
}

static void pages_that_bytes_have_taken_are_not_lent(void **state)
{
    (void)state;
    assert_true(take(&first, MOST, 0));
    snet_reserves_used(&reserves, &first, MOST - 10, SECOND);
    assert_false(take(&second, 11, 30 * SECOND));
    assert_true(take(&second, 10, 30 * SECOND));
    assert_int_equal(first.bytes, MOST - 10);
}

static void nobody_borrows_from_itself(void **state)
{
    (void)state;
    assert_true(take(&first, MOST - 1, 0));
    assert_true(take(&second, 1, 0));
    assert_false(take(&first, MOST, 30 * SECOND));
    assert_int_equal(first.bytes, MOST - 1);
    assert_int_equal(second.bytes, 1);
}

static void small_one_has_nothing_to_lend(void **state)
{
    (void)state;
    assert_true(take(&first, KEPT, 0));
    assert_false(take(&second, MOST, 30 * SECOND));
    assert_int_equal(first.bytes, KEPT);
    assert_true(take(&second, MOST - KEPT, 30 * SECOND));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
    const struct CMUnitTest tests[] = {
        TEST(quarter_of_the_budget_is_never_set_aside),
        TEST(credit_that_was_not_used_for_10_s_is_lent_but_for_64_kib),
        TEST(credit_in_use_is_not_lent),
        TEST(pages_that_bytes_have_taken_are_not_lent),
        TEST(nobody_borrows_from_itself),
        TEST(small_one_has_nothing_to_lend),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
