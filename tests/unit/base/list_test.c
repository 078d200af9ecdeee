/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include "tests/support/death.h"
#include "tests/support/unit.h"

#define LIST_ITEMS 3u

struct item {
    int before; /* so that the node is not where the item is */
    struct snet_list_node node;
};

struct fixture {
    struct snet_list list;
    struct item items[LIST_ITEMS];
};

/* A list of `count` items in order; the others are in none. */
static struct fixture *fixture_init(struct fixture *fixture, size_t count)
{
    *fixture = (struct fixture){0};
    snet_list_init(&fixture->list);
    for (size_t i = 0; i < count; i++) {
        snet_list_push(&fixture->list, &fixture->items[i].node);
    }
    return fixture;
}

/* The list is the items with the indices in `wanted`, a word of digits. */
static void expect_items(const struct fixture *fixture, const char *wanted)
{
    const struct snet_list_node *node = snet_list_first(&fixture->list);
    size_t count = 0;
    for (; wanted[count] != '\0'; count++) {
        assert_ptr_equal(node, &fixture->items[wanted[count] - '0'].node);
        node = snet_list_next(&fixture->list, node);
    }
    assert_null(node);
    assert_int_equal(fixture->list.count, count);
}

static void list_refuses_a_node_that_is_in_a_list(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_list other;
    fixture_init(&fixture, 1);
    snet_list_init(&other);
    ASSERT_ABORTS(snet_list_push(&fixture.list, &fixture.items[0].node));
    ASSERT_ABORTS(snet_list_push(&other, &fixture.items[0].node));
}

static void list_refuses_to_remove_from_an_empty_list(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_list other;
    fixture_init(&fixture, 1);
    snet_list_init(&other);
    ASSERT_ABORTS(snet_list_remove(&other, &fixture.items[0].node));
}

static void list_ignores_the_removal_of_a_node_in_no_list(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    snet_list_remove(&fixture.list, &fixture.items[2].node);
    expect_items(&fixture, "01");
}

static void list_is_empty_at_first(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 0);
    expect_items(&fixture, "");
    assert_false(snet_list_contains(&fixture.items[0].node));
}

static void list_keeps_the_order_of_pushes(void **state)
{
    (void)state;
    struct fixture fixture;
    expect_items(fixture_init(&fixture, 1), "0");
    expect_items(fixture_init(&fixture, 2), "01");
    expect_items(fixture_init(&fixture, 3), "012");
    assert_true(snet_list_contains(&fixture.items[0].node));
    assert_true(snet_list_contains(&fixture.items[2].node));
}

static void list_removes_wherever_the_node_is(void **state)
{
    (void)state;
    static const char *const left[LIST_ITEMS] = {"12", "02", "01"};
    for (size_t i = 0; i < LIST_ITEMS; i++) {
        struct fixture fixture;
        fixture_init(&fixture, LIST_ITEMS);
        snet_list_remove(&fixture.list, &fixture.items[i].node);
        expect_items(&fixture, left[i]);
        assert_false(snet_list_contains(&fixture.items[i].node));
    }
}

static void list_takes_a_removed_node_again_at_its_end(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 3);
    snet_list_remove(&fixture.list, &fixture.items[0].node);
    snet_list_push(&fixture.list, &fixture.items[0].node);
    expect_items(&fixture, "120");
}

static void list_is_empty_after_the_last_removal(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    snet_list_remove(&fixture.list, &fixture.items[1].node);
    snet_list_remove(&fixture.list, &fixture.items[0].node);
    expect_items(&fixture, "");
    snet_list_push(&fixture.list, &fixture.items[1].node);
    expect_items(&fixture, "1");
}

static void list_finds_the_object_of_a_node(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    struct snet_list_node *node = snet_list_first(&fixture.list);
    assert_ptr_equal(SNET_CONTAINER(node, struct item, node), &fixture.items[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_refuses_a_node_that_is_in_a_list),
        cmocka_unit_test(list_refuses_to_remove_from_an_empty_list),
        cmocka_unit_test(list_ignores_the_removal_of_a_node_in_no_list),
        cmocka_unit_test(list_is_empty_at_first),
        cmocka_unit_test(list_keeps_the_order_of_pushes),
        cmocka_unit_test(list_removes_wherever_the_node_is),
        cmocka_unit_test(list_takes_a_removed_node_again_at_its_end),
        cmocka_unit_test(list_is_empty_after_the_last_removal),
        cmocka_unit_test(list_finds_the_object_of_a_node),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
