/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/reassembly.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

struct reassembly_fixture {
    struct test_env env;
    snet_core *core;
    struct snet_reassembly reassembly;
};

static void fixture_open(struct reassembly_fixture *fixture)
{
    *fixture = (struct reassembly_fixture){.core = NULL};
    test_env_init(&fixture->env, 1);
    assert_int_equal(
        snet_core_new(&fixture->env.env, &(struct snet_core_config){0}, &fixture->core), SNET_OK);
}

static void fixture_close(struct reassembly_fixture *fixture)
{
    snet_reassembly_drop(&fixture->reassembly, fixture->core);
    snet_core_free(fixture->core);
    assert_int_equal(fixture->env.live_count, 0);
}

static void reassembly_without_memory_keeps_what_it_has(void **state)
{
    (void)state;
    struct reassembly_fixture fixture;
    fixture_open(&fixture);
    assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 2), SNET_OK);
    assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"ab", 2), 2);
    fixture.env.fail_at = fixture.env.alloc_count + 1;
    assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 5),
                     SNET_ERR_NO_MEMORY);
    assert_true(snet_reassembly_whole(&fixture.reassembly));
    assert_memory_equal(fixture.reassembly.data, "ab", 2);
    assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 5), SNET_OK);
    assert_memory_equal(fixture.reassembly.data, "ab", 2);
    fixture_close(&fixture);
}

static void reassembly_takes_no_byte_more_than_it_wants(void **state)
{
    (void)state;
    struct reassembly_fixture fixture;
    fixture_open(&fixture);
    assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 4), SNET_OK);
    assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"ab", 2), 2);
    assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"c", 1), 1);
    assert_false(snet_reassembly_whole(&fixture.reassembly));
    assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"def", 3), 1);
    assert_true(snet_reassembly_whole(&fixture.reassembly));
    assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"g", 1), 0);
    assert_memory_equal(fixture.reassembly.data, "abcd", 4);
    fixture_close(&fixture);
}

static void reassembly_grows_to_a_length_that_it_learns_later(void **state)
{
    (void)state;
    struct reassembly_fixture fixture;
    fixture_open(&fixture);
    assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 2), SNET_OK);
    assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"ab", 2), 2);
    assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 4), SNET_OK);
    assert_false(snet_reassembly_whole(&fixture.reassembly));
    assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"cd", 2), 2);
    assert_memory_equal(fixture.reassembly.data, "abcd", 4);
    fixture_close(&fixture);
}

static void reassembly_holds_no_memory_while_it_is_empty(void **state)
{
    (void)state;
    struct reassembly_fixture fixture;
    fixture_open(&fixture);
    const size_t before = fixture.env.live_count;
    assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 100), SNET_OK);
    assert_int_equal(fixture.env.live_count, before + 1);
    snet_reassembly_drop(&fixture.reassembly, fixture.core);
    assert_int_equal(fixture.env.live_count, before);
    snet_reassembly_drop(&fixture.reassembly, fixture.core);
    assert_true(snet_reassembly_whole(&fixture.reassembly));
    fixture_close(&fixture);
}

/* It may hold a handshake message, or a record with what was opened in place. */
static void reassembly_wipes_its_memory_before_it_goes_back(void **state)
{
    (void)state;
    struct reassembly_fixture fixture;
    fixture_open(&fixture);
    for (unsigned grows = 0; grows < 2; grows++) {
        assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 4), SNET_OK);
        assert_int_equal(snet_reassembly_feed(&fixture.reassembly, (const uint8_t *)"abcd", 4), 4);
        fixture.env.watched = fixture.reassembly.data;
        fixture.env.watched_len = 4;
        fixture.env.watched_wiped = false;
        if (grows != 0) {
            assert_int_equal(snet_reassembly_want(&fixture.reassembly, fixture.core, 9), SNET_OK);
            assert_memory_equal(fixture.reassembly.data, "abcd", 4);
        } else {
            snet_reassembly_drop(&fixture.reassembly, fixture.core);
        }
        assert_true(fixture.env.watched_wiped);
    }
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reassembly_without_memory_keeps_what_it_has),
        cmocka_unit_test(reassembly_takes_no_byte_more_than_it_wants),
        cmocka_unit_test(reassembly_grows_to_a_length_that_it_learns_later),
        cmocka_unit_test(reassembly_holds_no_memory_while_it_is_empty),
        cmocka_unit_test(reassembly_wipes_its_memory_before_it_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
