/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/outbox.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#include <string.h>

struct outbox_fixture {
    struct test_env env;
    snet_core *core;
    struct snet_outbox outbox;
};

static void fixture_open(struct outbox_fixture *fixture)
{
    *fixture = (struct outbox_fixture){.core = NULL};
    test_env_init(&fixture->env, 1);
    assert_int_equal(
        snet_core_new(&fixture->env.env, &(struct snet_core_config){0}, &fixture->core), SNET_OK);
}

static void fixture_close(struct outbox_fixture *fixture)
{
    snet_outbox_drop(&fixture->outbox, fixture->core);
    snet_core_free(fixture->core);
    assert_int_equal(fixture->env.live_count, 0);
}

static void fixture_put(struct outbox_fixture *fixture, const char *text)
{
    const size_t len = strlen(text);
    uint8_t *space = snet_outbox_space(&fixture->outbox, fixture->core, len);
    assert_non_null(space);
    memcpy(space, text, len);
    snet_outbox_commit(&fixture->outbox, len);
}

static void fixture_expect(const struct outbox_fixture *fixture, const char *text)
{
    const struct snet_span span = snet_outbox_look(&fixture->outbox);
    assert_int_equal(span.len, strlen(text));
    assert_memory_equal(span.data, text, span.len);
}

static void outbox_without_memory_keeps_what_it_has(void **state)
{
    (void)state;
    struct outbox_fixture fixture;
    fixture_open(&fixture);
    fixture_put(&fixture, "one");
    fixture.env.fail_at = fixture.env.alloc_count + 1;
    assert_null(snet_outbox_space(&fixture.outbox, fixture.core, 100));
    fixture_expect(&fixture, "one");
    fixture_put(&fixture, "two");
    fixture_expect(&fixture, "onetwo");
    fixture_close(&fixture);
}

static void outbox_gives_bytes_in_order_across_partial_sends(void **state)
{
    (void)state;
    struct outbox_fixture fixture;
    fixture_open(&fixture);
    fixture_put(&fixture, "abcdef");
    snet_outbox_sent(&fixture.outbox, fixture.core, 2);
    fixture_expect(&fixture, "cdef");
    fixture_put(&fixture, "gh");
    fixture_expect(&fixture, "cdefgh");
    assert_false(snet_outbox_empty(&fixture.outbox));
    fixture_close(&fixture);
}

static void outbox_holds_no_memory_once_all_is_sent(void **state)
{
    (void)state;
    struct outbox_fixture fixture;
    fixture_open(&fixture);
    const size_t before = fixture.env.live_count;
    assert_true(snet_outbox_empty(&fixture.outbox));
    fixture_put(&fixture, "abc");
    assert_int_equal(fixture.env.live_count, before + 1);
    snet_outbox_sent(&fixture.outbox, fixture.core, 3);
    assert_true(snet_outbox_empty(&fixture.outbox));
    assert_int_equal(fixture.env.live_count, before);
    fixture_close(&fixture);
}

static void outbox_may_be_given_less_than_it_made_room_for(void **state)
{
    (void)state;
    struct outbox_fixture fixture;
    fixture_open(&fixture);
    uint8_t *space = snet_outbox_space(&fixture.outbox, fixture.core, 10);
    memcpy(space, "ab", 2);
    snet_outbox_commit(&fixture.outbox, 2);
    fixture_expect(&fixture, "ab");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outbox_without_memory_keeps_what_it_has),
        cmocka_unit_test(outbox_gives_bytes_in_order_across_partial_sends),
        cmocka_unit_test(outbox_holds_no_memory_once_all_is_sent),
        cmocka_unit_test(outbox_may_be_given_less_than_it_made_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
