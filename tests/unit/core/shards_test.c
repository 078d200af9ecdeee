/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Which shard a session gets, and where ids carry it. */
#include "core/shards.h"

#include "tests/support/unit.h"

static void a_shard_is_drawn_of_those_of_the_server(void **state)
{
    static const uint8_t expected[] = {0, 5, 31, 0, 5, 31, 0};
    (void)state;
    for (size_t i = 0; i < sizeof expected; i++) {
        assert_int_equal(snet_shards_draw(0x80000021u, i), expected[i]);
    }
}

static void a_server_that_is_alone_has_none_and_passes_nothing_on(void **state)
{
    (void)state;
    assert_int_equal(snet_shards_draw(0, 7), SNET_SHARD_NONE);
    assert_true(snet_shards_put(UINT64_C(0x1122334455667788), SNET_SHARD_NONE) ==
                UINT64_C(0x1122334455667788));
    for (uint8_t shard = 0; shard <= SNET_SHARD_NONE; shard++) {
        assert_false(snet_shards_elsewhere(0, shard));
    }
}

static void what_is_no_shard_is_nobody_elses(void **state)
{
    (void)state;
    for (uint8_t shard = 0; shard <= SNET_SHARD_NONE; shard++) {
        const bool other = shard < SNET_SHARD_NONE && shard != 0 && shard != 31;
        assert_int_equal(snet_shards_elsewhere(0x80000001u, shard), other);
    }
}

static void an_id_carries_its_shard_in_one_byte(void **state)
{
    (void)state;
    const uint64_t id = snet_shards_put(UINT64_C(0x1122334455667788), 29);
    assert_true(id == UINT64_C(0x11223344551d7788));
    assert_int_equal(snet_shards_in(id), 29);
    assert_int_equal(snet_shards_in(UINT64_C(0x1122334455207788)), SNET_SHARD_NONE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shard_is_drawn_of_those_of_the_server),
        cmocka_unit_test(a_server_that_is_alone_has_none_and_passes_nothing_on),
        cmocka_unit_test(what_is_no_shard_is_nobody_elses),
        cmocka_unit_test(an_id_carries_its_shard_in_one_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
