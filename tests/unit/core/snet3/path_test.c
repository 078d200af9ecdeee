/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* How long records may be [PROTO 16.6]. */
#include "core/snet3/path.h"

#include "tests/support/unit.h"

#define SECONDS(n) ((n)*SNET_SECOND_NS)

static void send_and_ack(struct snet_path *path, uint64_t bytes, uint64_t duration_ns)
{
    const struct snet_path_range out = {path->acked, path->acked + bytes};
    const struct snet_path_range in = {out.sent, out.sent};
    snet_path_sent(path, &out, SECONDS(100));
    snet_path_acked(path, &in, SECONDS(100) + duration_ns);
}

static void path_lets_records_grow_with_the_link(void **state)
{
    (void)state;
    const struct snet_path path = {.small = false};
    assert_int_equal(snet_path_record_bytes(&path, 0), 1400);
    assert_int_equal(snet_path_record_bytes(&path, 7), 1400);
    assert_int_equal(snet_path_record_bytes(&path, 8), 4096);
    assert_int_equal(snet_path_record_bytes(&path, 23), 4096);
    assert_int_equal(snet_path_record_bytes(&path, 24), SIZE_MAX);
}

static void path_keeps_records_small_until_one_is_acknowledged(void **state)
{
    (void)state;
    struct snet_path path = {.small = true};
    assert_int_equal(snet_path_record_bytes(&path, 100), 1024);
    send_and_ack(&path, 1, 1);
    assert_int_equal(snet_path_record_bytes(&path, 100), SIZE_MAX);
}

static void path_gets_a_short_burst_until_it_is_acknowledged(void **state)
{
    (void)state;
    struct snet_path path = {.small = true};
    const struct snet_path_range none = {100, 100};
    const struct snet_path_range some = {100, 3100};
    const struct snet_path_range more = {100, 9000};
    assert_int_equal(snet_path_flight_bytes(&path, &none, 60000), 4096);
    assert_int_equal(snet_path_flight_bytes(&path, &none, 5), 5);
    assert_int_equal(snet_path_flight_bytes(&path, &some, 60000), 1096);
    assert_int_equal(snet_path_flight_bytes(&path, &more, 60000), 0);
    snet_path_acked(&path, &some, 1);
    assert_int_equal(snet_path_flight_bytes(&path, &some, 60000), 60000);
}

static void path_gets_a_single_record_right_after_a_barren_link(void **state)
{
    (void)state;
    struct snet_path path = {.small = true, .barren = true};
    const struct snet_path_range none = {100, 100};
    const struct snet_path_range some = {100, 1100};
    assert_int_equal(snet_path_flight_bytes(&path, &none, 60000), 1024);
    assert_int_equal(snet_path_flight_bytes(&path, &some, 60000), 24);
    snet_path_acked(&path, &some, 1);
    assert_int_equal(snet_path_flight_bytes(&path, &some, 60000), 60000);
}

static void path_that_takes_long_gets_what_it_carried_in_five_seconds(void **state)
{
    (void)state;
    struct snet_path path = {.small = false};
    send_and_ack(&path, 65536, SECONDS(10));
    assert_int_equal(snet_path_record_bytes(&path, 100), 32768);
    send_and_ack(&path, 4000, SECONDS(5));
    assert_int_equal(snet_path_record_bytes(&path, 100), 4000);
    assert_int_equal(snet_path_record_bytes(&path, 0), 1400);
}

static void path_gets_a_kibibyte_however_slow_it_is(void **state)
{
    (void)state;
    struct snet_path path = {.small = false};
    send_and_ack(&path, 1, SECONDS(60));
    assert_int_equal(snet_path_record_bytes(&path, 100), 1024);
    assert_int_equal(snet_path_record_bytes(&path, 0), 1024);
}

/* A part of a flight is enough to know that the path is slow: the whole may take minutes. */
static void path_is_judged_by_the_part_of_a_flight_that_has_arrived(void **state)
{
    (void)state;
    struct snet_path path = {.small = false};
    snet_path_sent(&path, &(struct snet_path_range){0, 65536}, SECONDS(1));
    snet_path_acked(&path, &(struct snet_path_range){1400, 65536}, SECONDS(4));
    assert_int_equal(snet_path_record_bytes(&path, 100), SIZE_MAX);
    snet_path_acked(&path, &(struct snet_path_range){2800, 65536}, SECONDS(6));
    assert_int_equal(snet_path_record_bytes(&path, 100), 2800);
}

/* An application that writes little is no sign of a path that carries little. */
static void path_is_not_slow_because_little_is_written(void **state)
{
    (void)state;
    struct snet_path path = {.small = false};
    for (uint64_t i = 0; i < 100; i++) {
        /* There is always something on its way. */
        const struct snet_path_range out = {i, i + 2};
        const struct snet_path_range in = {i + 1, i + 2};
        snet_path_sent(&path, &out, SECONDS(1 + i));
        snet_path_acked(&path, &in, SECONDS(1 + i) + SNET_SECOND_NS / 2);
        assert_int_equal(snet_path_record_bytes(&path, 100), SIZE_MAX);
    }
}

static void path_is_trusted_again_when_a_flight_is_fast(void **state)
{
    (void)state;
    struct snet_path path = {.small = false};
    send_and_ack(&path, 2000, SECONDS(5));
    assert_int_equal(snet_path_record_bytes(&path, 100), 2000);
    send_and_ack(&path, 2000, SECONDS(1));
    assert_int_equal(snet_path_record_bytes(&path, 100), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_lets_records_grow_with_the_link),
        cmocka_unit_test(path_keeps_records_small_until_one_is_acknowledged),
        cmocka_unit_test(path_gets_a_short_burst_until_it_is_acknowledged),
        cmocka_unit_test(path_gets_a_single_record_right_after_a_barren_link),
        cmocka_unit_test(path_that_takes_long_gets_what_it_carried_in_five_seconds),
        cmocka_unit_test(path_gets_a_kibibyte_however_slow_it_is),
        cmocka_unit_test(path_is_judged_by_the_part_of_a_flight_that_has_arrived),
        cmocka_unit_test(path_is_not_slow_because_little_is_written),
        cmocka_unit_test(path_is_trusted_again_when_a_flight_is_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
