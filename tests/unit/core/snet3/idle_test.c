/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a client learns from links that die of silence [PROTO 20.4]. */
#include "core/snet3/idle.h"

#include "tests/support/unit.h"

#define WANTED_NS (15 * SNET_SECOND_NS)
#define AGE_NS (5 * SNET_SECOND_NS)

static struct snet_idle idle_taught(uint64_t age_ns)
{
    struct snet_idle idle = {0};
    for (unsigned i = 0; i < SNET_IDLE_ROW; i++) {
        snet_idle_died(&idle, age_ns);
    }
    return idle;
}

static void idle_learns_nothing_from_links_that_die_at_different_ages(void **state)
{
    static const uint64_t rows[][SNET_IDLE_ROW] = {
        {AGE_NS, AGE_NS, 2 * AGE_NS},
        {AGE_NS, 0, AGE_NS},                    /* one of them not of silence */
        {AGE_NS, SNET_IDLE_MIN_NS - 1, AGE_NS}, /* no heartbeat is that short */
        {2 * AGE_NS, AGE_NS, 2 * AGE_NS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_idle idle = {0};
        for (unsigned link = 0; link < SNET_IDLE_ROW; link++) {
            snet_idle_died(&idle, rows[i][link]);
        }
        assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), WANTED_NS);
    }
}

static void idle_learns_nothing_when_one_link_has_lived_through_more(void **state)
{
    (void)state;
    struct snet_idle idle = {0};
    snet_idle_died(&idle, AGE_NS);
    snet_idle_died(&idle, AGE_NS);
    snet_idle_survived(&idle, 2 * AGE_NS);
    snet_idle_died(&idle, AGE_NS);
    assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), WANTED_NS);
}

static void idle_asks_before_the_age_at_which_three_links_died(void **state)
{
    (void)state;
    struct snet_idle idle = {0};
    snet_idle_died(&idle, AGE_NS + SNET_MS_NS);
    snet_idle_died(&idle, AGE_NS);
    assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), WANTED_NS);
    snet_idle_died(&idle, AGE_NS + 9 * SNET_MS_NS);
    assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), AGE_NS / 4 * 3);
    assert_int_equal(snet_idle_heartbeat_ns(&idle, SNET_SECOND_NS), SNET_SECOND_NS);
    /* Where nobody says that a link is dead, the age is that of the PING, which was too late. */
    idle = idle_taught(WANTED_NS);
    assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), WANTED_NS / 4 * 3);
    for (unsigned i = 0; i < SNET_IDLE_ROW; i++) {
        snet_idle_died(&idle, WANTED_NS / 4 * 3);
    }
    assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), WANTED_NS / 16 * 9);
    idle = idle_taught(SNET_IDLE_MIN_NS);
    assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), SNET_HEARTBEAT_MIN_NS);
}

static unsigned asked_until_try(struct snet_idle *idle)
{
    unsigned asked = 0;
    while (snet_idle_heartbeat_ns(idle, WANTED_NS) < WANTED_NS) {
        snet_idle_asked(idle);
        asked++;
    }
    return asked;
}

static void idle_tries_a_long_heartbeat_after_ten_and_then_less_often(void **state)
{
    (void)state;
    struct snet_idle idle = idle_taught(AGE_NS);
    for (unsigned wanted = SNET_IDLE_TRY_FIRST; wanted <= SNET_IDLE_TRY_MAX; wanted *= 2) {
        assert_int_equal(asked_until_try(&idle), wanted);
        snet_idle_died(&idle, AGE_NS); /* tries are no row */
        assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), AGE_NS / 4 * 3);
    }
    assert_int_equal(asked_until_try(&idle), SNET_IDLE_TRY_MAX);
}

static void idle_forgets_what_a_longer_silence_has_refuted(void **state)
{
    (void)state;
    struct snet_idle idle = idle_taught(AGE_NS);
    snet_idle_survived(&idle, AGE_NS);
    assert_true(snet_idle_heartbeat_ns(&idle, WANTED_NS) < WANTED_NS);
    snet_idle_survived(&idle, 2 * AGE_NS);
    assert_int_equal(snet_idle_heartbeat_ns(&idle, WANTED_NS), WANTED_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_learns_nothing_from_links_that_die_at_different_ages),
        cmocka_unit_test(idle_learns_nothing_when_one_link_has_lived_through_more),
        cmocka_unit_test(idle_asks_before_the_age_at_which_three_links_died),
        cmocka_unit_test(idle_tries_a_long_heartbeat_after_ten_and_then_less_often),
        cmocka_unit_test(idle_forgets_what_a_longer_silence_has_refuted),
    };
    return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
