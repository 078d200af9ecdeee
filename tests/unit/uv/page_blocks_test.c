/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/page_blocks.h"

#include "tests/support/memory.h"
#include "tests/support/unit.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define PAGES (3 * SNET_PAGE_BLOCKS_PAGES)

static struct snet_page_blocks blocks;
static uint8_t *pages[PAGES];

static uint8_t *block_of(uint8_t *page)
{
    return page - (uintptr_t)page % SNET_PAGE_BLOCKS_BYTES;
}

/* Whether the kernel has memory of this process there. */
static bool is_mapped(uint8_t *block)
{
    unsigned char there = 0;
    return mincore(block, SNET_PAGE_BYTES, &there) == 0;
}

static void take_all(void)
{
    snet_page_blocks_init(&blocks);
    for (size_t i = 0; i < PAGES; i++) {
        pages[i] = snet_page_blocks_take(&blocks);
        assert_non_null(pages[i]);
        memset(pages[i], (int)i, SNET_PAGE_BYTES);
    }
}

static void give(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        snet_page_blocks_give(&blocks, pages[i]);
    }
}

static void no_memory_is_no_page(void **state)
{
    (void)state;
    snet_page_blocks_init(&blocks);
    test_memory_fail_at(1, true);
    assert_null(snet_page_blocks_take(&blocks));
    assert_true(test_memory_heal());
    pages[0] = snet_page_blocks_take(&blocks);
    assert_non_null(pages[0]);
    give(0, 1);
    snet_page_blocks_deinit(&blocks);
}

static void pages_do_not_overlap(void **state)
{
    (void)state;
    take_all();
    for (size_t i = 0; i < PAGES; i++) {
        assert_int_equal((uintptr_t)pages[i] % SNET_PAGE_BYTES, 0);
        assert_int_equal(pages[i][0], (uint8_t)i);
        assert_int_equal(pages[i][SNET_PAGE_BYTES - 1], (uint8_t)i);
    }
    give(0, PAGES);
    snet_page_blocks_deinit(&blocks);
}

static void empty_blocks_go_back_but_for_one(void **state)
{
    (void)state;
    uint8_t *at[3];
    take_all();
    for (size_t i = 0; i < 3; i++) {
        at[i] = block_of(pages[i * SNET_PAGE_BLOCKS_PAGES]);
    }
    give(0, 2 * SNET_PAGE_BLOCKS_PAGES);
    assert_true(is_mapped(at[0]));
    assert_false(is_mapped(at[1]));
    give(2 * SNET_PAGE_BLOCKS_PAGES, SNET_PAGE_BLOCKS_PAGES);
    assert_false(is_mapped(at[2]));
    assert_true(is_mapped(at[0]));
    snet_page_blocks_deinit(&blocks);
    assert_false(is_mapped(at[0]));
}

static void page_that_was_given_back_is_taken_again(void **state)
{
    (void)state;
    take_all();
    give(7, 1);
    assert_ptr_equal(snet_page_blocks_take(&blocks), pages[7]);
    give(0, PAGES);
    snet_page_blocks_deinit(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_is_no_page),
        cmocka_unit_test(pages_do_not_overlap),
        cmocka_unit_test(empty_blocks_go_back_but_for_one),
        cmocka_unit_test(page_that_was_given_back_is_taken_again),
    };
    return cmocka_run_group_tests_name("page_blocks", tests, NULL, NULL);
}
