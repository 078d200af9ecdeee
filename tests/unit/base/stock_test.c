/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/stock.h"

#include "tests/support/unit.h"

#include <pthread.h>
#include <stddef.h>

#define THREADS 4u
#define ROUNDS 100000u
#define LEFT 3u

static void an_empty_stock_gives_nothing(void **state)
{
    (void)state;
    struct snet_stock stock = {.left = 1};
    assert_true(snet_stock_take(&stock));
    assert_false(snet_stock_take(&stock));
    assert_int_equal(snet_stock_left(&stock), 0);
    assert_false(snet_stock_take(NULL));
    assert_int_equal(snet_stock_left(NULL), 0);
}

struct taker {
    struct snet_stock *stock;
    unsigned taken;
};

static void *take_and_give(void *user)
{
    struct taker *taker = user;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (snet_stock_take(taker->stock)) {
            taker->taken++;
            snet_stock_give(taker->stock);
        }
    }
    return NULL;
}

static void what_threads_take_and_give_back_is_all_there(void **state)
{
    (void)state;
    struct snet_stock stock = {.left = LEFT};
    struct taker takers[THREADS];
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        takers[i] = (struct taker){.stock = &stock};
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, &takers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(takers[i].taken > 0);
    }
    assert_int_equal(snet_stock_left(&stock), LEFT);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_stock_gives_nothing),
        cmocka_unit_test(what_threads_take_and_give_back_is_all_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
