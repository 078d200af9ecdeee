/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/store.h"

#include "tests/support/memory.h"
#include "tests/support/unit.h"

#include <string.h>

#define MANY 1000u

static struct snet_store_items numbers(const void *data, size_t count)
{
    return (struct snet_store_items){data, count, sizeof(uint32_t)};
}

static void store_fails_without_memory_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct snet_store *store = NULL;
    const uint32_t one = 1;
    const struct snet_store_items none = numbers(NULL, 0);
    const struct snet_store_items more = numbers(&one, 1);
    for (size_t at = 1; at <= 2; at++) {
        test_memory_fail_at(at, false);
        assert_null(snet_store_append(&store, &none, &more));
        assert_true(test_memory_heal());
        assert_null(store);
    }
    const char *text = snet_store_text(&store, "abc", 3);
    test_memory_fail_at(1, false);
    assert_null(snet_store_text(&store, "def", 3));
    assert_true(test_memory_heal());
    assert_string_equal(text, "abc");
    snet_store_free(&store);
    assert_null(store);
    snet_store_free(&store);
}

static void store_never_moves_what_somebody_has_seen(void **state)
{
    (void)state;
    struct snet_store *store = NULL;
    const uint32_t *seen[MANY];
    struct snet_store_items items = numbers(NULL, 0);
    for (uint32_t i = 0; i < MANY; i++) {
        const struct snet_store_items more = numbers(&i, 1);
        seen[i] = snet_store_append(&store, &items, &more);
        assert_non_null(seen[i]);
        items = numbers(seen[i], i + 1);
        assert_non_null(snet_store_text(&store, "between", 7));
    }
    size_t places = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        places += i == 0 || seen[i] != seen[i - 1];
        for (uint32_t j = 0; j <= i; j++) {
            assert_int_equal(seen[i][j], j);
        }
    }
    assert_true(places <= 12); /* and not one for each */
    snet_store_free(&store);
}

static void store_parts_two_lists_that_begin_alike(void **state)
{
    (void)state;
    struct snet_store *store = NULL;
    const uint32_t one = 1;
    const uint32_t two = 2;
    const uint32_t three = 3;
    struct snet_store_items none = numbers(NULL, 0);
    struct snet_store_items first = numbers(&one, 1);
    struct snet_store_items left = numbers(&two, 1);
    struct snet_store_items right = numbers(&three, 1);
    const uint32_t *common = snet_store_append(&store, &none, &first);
    const struct snet_store_items old = numbers(common, 1);
    const uint32_t *a = snet_store_append(&store, &old, &left);
    const uint32_t *b = snet_store_append(&store, &old, &right);
    assert_int_equal(a[0], 1);
    assert_int_equal(a[1], 2);
    assert_int_equal(b[0], 1);
    assert_int_equal(b[1], 3);
    snet_store_free(&store);
}

static void store_takes_over_what_another_one_keeps(void **state)
{
    (void)state;
    struct snet_store *stores[2] = {NULL, NULL};
    const char *texts[3];
    snet_store_merge(&stores[0], &stores[1]);
    assert_null(stores[0]);
    texts[0] = snet_store_text(&stores[1], "a", 1);
    snet_store_merge(&stores[0], &stores[1]);
    assert_non_null(stores[0]);
    assert_null(stores[1]);
    snet_store_merge(&stores[0], &stores[1]);
    texts[1] = snet_store_text(&stores[1], "b", 1);
    texts[2] = snet_store_text(&stores[1], "c", 1);
    snet_store_merge(&stores[0], &stores[1]);
    assert_null(stores[1]);
    assert_string_equal(texts[0], "a");
    assert_string_equal(texts[1], "b");
    assert_string_equal(texts[2], "c");
    snet_store_free(&stores[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_fails_without_memory_and_keeps_what_it_has),
        cmocka_unit_test(store_never_moves_what_somebody_has_seen),
        cmocka_unit_test(store_parts_two_lists_that_begin_alike),
        cmocka_unit_test(store_takes_over_what_another_one_keeps),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
