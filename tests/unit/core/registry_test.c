/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/registry.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define NODES 1000u

struct table {
    struct test_env env;
    struct snet_registry registry;
};

static void table_open(struct table *table)
{
    test_env_init(&table->env, 1);
    assert_int_equal(snet_registry_init(&table->registry, &table->env.env), SNET_OK);
}

static void table_close(struct table *table)
{
    snet_registry_deinit(&table->registry);
    assert_int_equal(table->env.live_count, 0);
}

static void registry_reports_that_there_is_no_memory(void **state)
{
    (void)state;
    struct table table;
    test_env_init(&table.env, 1);
    table.env.fail_at = 1;
    assert_int_equal(snet_registry_init(&table.registry, &table.env.env), SNET_ERR_NO_MEMORY);
}

static void registry_finds_nothing_that_was_not_entered(void **state)
{
    (void)state;
    struct table table;
    struct snet_registry_node node = {0};
    table_open(&table);
    snet_registry_insert(&table.registry, &node, 1);
    assert_null(snet_registry_find(&table.registry, 0));
    /* The same bucket, another id. */
    assert_null(snet_registry_find(&table.registry, UINT64_C(1) + (UINT64_C(1) << 40)));
    snet_registry_remove(&table.registry, &node);
    assert_null(snet_registry_find(&table.registry, 1));
    snet_registry_remove(&table.registry, &node); /* not in it: nothing happens */
    table_close(&table);
}

/* Enters, finds and removes many; with `fail_after` the table cannot grow. */
static void check_many(size_t fail_after)
{
    static struct snet_registry_node nodes[NODES];
    struct table table;
    table_open(&table);
    table.env.fail_after = fail_after;
    for (uint64_t i = 0; i < NODES; i++) {
        snet_registry_insert(&table.registry, &nodes[i], 0x80 + i * UINT64_C(0x10001));
    }
    assert_int_equal(table.registry.count, NODES);
    for (uint64_t i = 0; i < NODES; i += 2) {
        snet_registry_remove(&table.registry, &nodes[i]);
    }
    for (uint64_t i = 0; i < NODES; i++) {
        struct snet_registry_node *found =
            snet_registry_find(&table.registry, 0x80 + i * UINT64_C(0x10001));
        assert_ptr_equal(found, i % 2 == 0 ? NULL : &nodes[i]);
    }
    for (uint64_t i = 1; i < NODES; i += 2) {
        snet_registry_remove(&table.registry, &nodes[i]);
    }
    assert_int_equal(table.registry.count, 0);
    table_close(&table);
}

static void registry_grows_and_keeps_what_it_has(void **state)
{
    (void)state;
    check_many(0);
}

static void registry_works_on_when_it_cannot_grow(void **state)
{
    (void)state;
    check_many(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registry_reports_that_there_is_no_memory),
        cmocka_unit_test(registry_finds_nothing_that_was_not_entered),
        cmocka_unit_test(registry_grows_and_keeps_what_it_has),
        cmocka_unit_test(registry_works_on_when_it_cannot_grow),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
