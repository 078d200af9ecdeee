/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What is remembered of ended sessions, and of how many [PROTO 18.3, 20.1]. */
#include "core/snet3/tombstones.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#include <string.h>

#define MAX 10u

struct fixture {
    struct test_env env;
    struct snet_tombstones tombstones;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;
    test_env_init(&fixture.env, 1);
    *state = &fixture;
    return snet_tombstones_init(&fixture.tombstones, &fixture.env.env, MAX) == SNET_OK ? 0 : -1;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    snet_tombstones_deinit(&fixture->tombstones);
    return fixture->env.live_count == 0 ? 0 : -1;
}

struct cid {
    uint8_t bytes[SNET_V3_CID_BYTES];
};

static struct cid cid_of(uint8_t number)
{
    struct cid cid;
    memset(cid.bytes, number, sizeof cid.bytes);
    return cid;
}

static void add(struct fixture *fixture, uint8_t number, enum snet_v3_code code)
{
    snet_tombstones_add(&fixture->tombstones, cid_of(number).bytes, code, 100 + number);
}

static enum snet_v3_code find(const struct fixture *fixture, uint8_t number)
{
    return snet_tombstones_find(&fixture->tombstones, cid_of(number).bytes);
}

static void tombstones_know_nothing_of_others(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, 1, SNET_V3_EXPIRED);
    assert_int_equal(find(fixture, 2), SNET_V3_UNKNOWN);
    struct cid almost = cid_of(1);
    almost.bytes[0] = 2; /* the same key, another cid */
    assert_int_equal(snet_tombstones_find(&fixture->tombstones, almost.bytes), SNET_V3_UNKNOWN);
    assert_int_equal(find(fixture, 1), SNET_V3_EXPIRED);
}

static void tombstones_say_how_each_session_ended(void **state)
{
    struct fixture *fixture = *state;
    static const enum snet_v3_code codes[] = {SNET_V3_EXPIRED, SNET_V3_EVICTED, SNET_V3_CLOSED_OK,
                                              SNET_V3_ABORTED};
    for (uint8_t i = 0; i < 4; i++) {
        add(fixture, (uint8_t)(i + 1), codes[i]);
    }
    for (uint8_t i = 0; i < 4; i++) {
        assert_int_equal(find(fixture, (uint8_t)(i + 1)), codes[i]);
    }
}

static void tombstones_forget_in_time(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, 1, SNET_V3_EXPIRED);
    add(fixture, 2, SNET_V3_CLOSED_OK);
    snet_tombstones_expire(&fixture->tombstones, 100);
    assert_int_equal(find(fixture, 1), SNET_V3_EXPIRED);
    snet_tombstones_expire(&fixture->tombstones, 101);
    assert_int_equal(find(fixture, 1), SNET_V3_UNKNOWN);
    assert_int_equal(find(fixture, 2), SNET_V3_CLOSED_OK);
}

static void tombstones_give_the_oldest_up_when_there_are_too_many(void **state)
{
    struct fixture *fixture = *state;
    for (uint8_t i = 1; i <= MAX + 3; i++) {
        add(fixture, i, SNET_V3_EXPIRED);
    }
    for (uint8_t i = 1; i <= MAX + 3; i++) {
        assert_int_equal(find(fixture, i), i <= 3 ? SNET_V3_UNKNOWN : SNET_V3_EXPIRED);
    }
}

static void tombstones_without_memory_are_not_remembered(void **state)
{
    struct fixture *fixture = *state;
    fixture->env.fail_at = fixture->env.alloc_count + 1;
    add(fixture, 1, SNET_V3_EXPIRED);
    assert_int_equal(find(fixture, 1), SNET_V3_UNKNOWN);
    add(fixture, 1, SNET_V3_EXPIRED);
    add(fixture, 1, SNET_V3_CLOSED_OK); /* the first one stays */
    assert_int_equal(find(fixture, 1), SNET_V3_EXPIRED);
}

int main(void)
{
#define TOMBSTONES_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TOMBSTONES_TEST(tombstones_know_nothing_of_others),
        TOMBSTONES_TEST(tombstones_say_how_each_session_ended),
        TOMBSTONES_TEST(tombstones_forget_in_time),
        TOMBSTONES_TEST(tombstones_give_the_oldest_up_when_there_are_too_many),
        TOMBSTONES_TEST(tombstones_without_memory_are_not_remembered),
    };
    return cmocka_run_group_tests_name("tombstones", tests, NULL, NULL);
}
