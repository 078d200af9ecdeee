/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/secure_pulse.h"

#include "tests/support/ends.h"
#include "tests/support/unit.h"

/* A process that was stopped, or a machine that slept: much time has passed all at once. */
static void pulse_suspects_a_path_once_after_any_pause(void **state)
{
    static const uint64_t pauses_ns[] = {
        SNET_SECURE_SUSPECT_NS,
        SNET_SECURE_SUSPECT_MAX_NS,
        SNET_SECURE_SUSPECT_MAX_NS + 1,
        1000 * SNET_SECURE_SUSPECT_MAX_NS,
    };
    (void)state;
    for (size_t i = 0; i < sizeof pauses_ns / sizeof pauses_ns[0]; i++) {
        struct ends ends;
        const struct ends_config config = ends_config_for(SNET_WIRE_3, false);
        ends_open(&ends, &config);
        struct ends_conn *conn = ends_begin(&ends);
        const unsigned dials = ends.events[ENDS_CLIENT][SNET_EVENT_DIAL];
        ends_write(&ends, ends.client, 100);
        uint8_t record[256];
        assert_true(ends_take(&ends, conn, ENDS_CLIENT, record, sizeof record) > 100);
        ends.now += pauses_ns[i];
        snet_core_tick(ends.cores[ENDS_CLIENT], ends.now); /* and comes back */
        ends_drain(&ends);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], dials + 1);
        assert_true(snet_core_deadline(ends.cores[ENDS_CLIENT]) > ends.now);
        ends_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulse_suspects_a_path_once_after_any_pause),
    };
    return cmocka_run_group_tests_name("secure_pulse", tests, NULL, NULL);
}
