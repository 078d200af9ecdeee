/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/core.h"

#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

static struct core_pair ends;

static void core_says_whether_an_event_waits(void **state)
{
    (void)state;
    const uint8_t byte = 1;
    size_t written = 0;
    struct snet_core_event event;
    (void)core_pair_begin_on(&ends, SNET_WIRE_2);
    snet_core *core = ends.cores[CORE_PAIR_CLIENT];
    assert_false(snet_core_has_events(core));
    assert_int_equal(snet_session_write(ends.client, &byte, 1, &written, ends.now), SNET_OK);
    assert_true(snet_core_has_events(core));
    assert_true(snet_core_next_event(core, &event));
    assert_int_equal(event.type, SNET_CORE_EVENT_LINK_SEND);
    assert_false(snet_core_has_events(core));
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_says_whether_an_event_waits),
    };
    return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
