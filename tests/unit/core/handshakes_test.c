/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/handshakes.h"

#include "tests/support/unit.h"

#define COUNT (2 * SNET_HANDSHAKES_LOOK_MAX)

static struct snet_handshakes handshakes;
static struct snet_handshake all[COUNT];

static void begin(void)
{
    snet_handshakes_init(&handshakes);
    for (size_t i = 0; i < COUNT; i++) {
        all[i] = (struct snet_handshake){.owner = 0};
    }
}

static void end(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        snet_handshakes_leave(&handshakes, &all[i]);
    }
    for (size_t i = 0; i < SNET_HOLDERS_OWNERS; i++) {
        assert_int_equal(handshakes.counts[i], 0);
    }
}

static void owner_that_has_most_gives_way(void **state)
{
    (void)state;
    begin();
    snet_handshakes_join(&handshakes, &all[0], 1);
    snet_handshakes_join(&handshakes, &all[1], 2);
    snet_handshakes_join(&handshakes, &all[2], 2);
    for (uint64_t random = 0; random < 9; random++) {
        assert_int_equal(snet_handshakes_victim(&handshakes, random)->owner, 2);
    }
    snet_handshakes_leave(&handshakes, &all[2]);
    assert_ptr_equal(snet_handshakes_victim(&handshakes, 0), &all[0]); /* as many: either */
    assert_ptr_equal(snet_handshakes_victim(&handshakes, 1), &all[1]);
    end();
}

/* With the oldest, an honest one would be next as soon as others were fast enough. */
static void any_of_an_owner_may_give_way(void **state)
{
    (void)state;
    begin();
    for (size_t i = 0; i < 7; i++) {
        snet_handshakes_join(&handshakes, &all[i], 5);
    }
    for (uint64_t i = 0; i < 7; i++) {
        assert_ptr_equal(snet_handshakes_victim(&handshakes, 70 + i), &all[i]);
    }
    end();
}

static void young_ones_are_not_looked_at(void **state)
{
    (void)state;
    begin();
    for (size_t i = 0; i < COUNT; i++) {
        snet_handshakes_join(&handshakes, &all[i], 5);
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(snet_handshakes_victim(&handshakes, i),
                         &all[i % SNET_HANDSHAKES_LOOK_MAX]);
    }
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owner_that_has_most_gives_way),
        cmocka_unit_test(any_of_an_owner_may_give_way),
        cmocka_unit_test(young_ones_are_not_looked_at),
    };
    return cmocka_run_group_tests_name("handshakes", tests, NULL, NULL);
}
