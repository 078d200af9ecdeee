/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Telling wires apart, on listeners of several [PROTO 4.1] and of one wire [PROTO 4.2]. */
#include "codec/sniff.h"

#include "tests/support/unit.h"

#include <string.h>

static const enum snet_sniff_grammar grammars[] = {SNET_SNIFF_MIXED, SNET_SNIFF_ONLY_1,
                                                   SNET_SNIFF_ONLY_2, SNET_SNIFF_ONLY_3};

#define GRAMMARS (sizeof grammars / sizeof grammars[0])

/* Which verdict a first byte other than 0 gets, alone or with anything behind it. */
struct range {
    uint8_t first;
    uint8_t last;
    enum snet_sniff_verdict verdict;
};

static void expect_first_bytes(enum snet_sniff_grammar grammar, const struct range *range)
{
    static const uint8_t fillers[] = {0x00, 0x5a, 0xff};
    for (unsigned first = range->first; first <= range->last; first++) {
        for (size_t i = 0; i < sizeof fillers; i++) {
            uint8_t data[SNET_SNIFF_MAX_BYTES + 1];
            memset(data, fillers[i], sizeof data);
            data[0] = (uint8_t)first;
            for (size_t len = 1; len <= sizeof data; len++) {
                assert_int_equal(snet_sniff(grammar, data, len), range->verdict);
            }
        }
    }
}

static void sniff_mixed_refuses_first_bytes_of_no_wire(void **state)
{
    (void)state;
    expect_first_bytes(SNET_SNIFF_MIXED, &(struct range){0x01, 0x7f, SNET_SNIFF_NOT_OURS});
    expect_first_bytes(SNET_SNIFF_MIXED, &(struct range){0xc0, 0xc2, SNET_SNIFF_NOT_OURS});
    expect_first_bytes(SNET_SNIFF_MIXED, &(struct range){0xc4, 0xfe, SNET_SNIFF_NOT_OURS});
}

static void sniff_only_2_refuses_first_bytes_of_no_message(void **state)
{
    (void)state;
    expect_first_bytes(SNET_SNIFF_ONLY_2, &(struct range){0x01, 0xfe, SNET_SNIFF_NOT_OURS});
    expect_first_bytes(SNET_SNIFF_ONLY_3, &(struct range){0x00, 0xc2, SNET_SNIFF_NOT_OURS});
    expect_first_bytes(SNET_SNIFF_ONLY_3, &(struct range){0xc4, 0xff, SNET_SNIFF_NOT_OURS});
}

static void sniff_refuses_all_under_an_unknown_grammar(void **state)
{
    (void)state;
    const uint8_t data[SNET_SNIFF_MAX_BYTES] = {0};
    const enum snet_sniff_grammar unknown = (enum snet_sniff_grammar)99;
    assert_int_equal(snet_sniff(unknown, data, sizeof data), SNET_SNIFF_NOT_OURS);
}

static void sniff_waits_for_a_first_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < GRAMMARS; i++) {
        assert_int_equal(snet_sniff(grammars[i], NULL, 0), SNET_SNIFF_MORE);
    }
}

static void sniff_mixed_knows_resumes_by_one_byte(void **state)
{
    (void)state;
    expect_first_bytes(SNET_SNIFF_MIXED, &(struct range){0x80, 0xbf, SNET_SNIFF_1_RESUME});
    expect_first_bytes(SNET_SNIFF_MIXED, &(struct range){0xff, 0xff, SNET_SNIFF_2_RESUME});
}

static void sniff_only_1_takes_every_other_byte_for_a_resume(void **state)
{
    (void)state;
    expect_first_bytes(SNET_SNIFF_ONLY_1, &(struct range){0x01, 0xff, SNET_SNIFF_1_RESUME});
}

static void sniff_only_2_needs_one_byte(void **state)
{
    (void)state;
    expect_first_bytes(SNET_SNIFF_ONLY_2, &(struct range){0x00, 0x00, SNET_SNIFF_2_HELLO});
    expect_first_bytes(SNET_SNIFF_ONLY_2, &(struct range){0xff, 0xff, SNET_SNIFF_2_RESUME});
}

static void sniff_knows_snet3_by_one_byte(void **state)
{
    (void)state;
    expect_first_bytes(SNET_SNIFF_MIXED, &(struct range){0xc3, 0xc3, SNET_SNIFF_3});
    expect_first_bytes(SNET_SNIFF_ONLY_3, &(struct range){0xc3, 0xc3, SNET_SNIFF_3});
}

static void sniff_takes_eight_zeros_for_a_snet1_hello(void **state)
{
    (void)state;
    static const enum snet_sniff_grammar waiting[] = {SNET_SNIFF_MIXED, SNET_SNIFF_ONLY_1};
    const uint8_t zeros[40] = {0};
    for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
        for (size_t len = 1; len <= sizeof zeros; len++) {
            const enum snet_sniff_verdict wanted = len < 8 ? SNET_SNIFF_MORE : SNET_SNIFF_1_HELLO;
            assert_int_equal(snet_sniff(waiting[i], zeros, len), wanted);
        }
    }
}

/* Zeros with one other byte at `at`, seen byte by byte: `wanted` as soon as that byte is there. */
static void expect_decided_at(enum snet_sniff_grammar grammar, size_t at,
                              enum snet_sniff_verdict wanted)
{
    static const uint8_t others[] = {0x01, 0x80, 0xff};
    for (size_t i = 0; i < sizeof others; i++) {
        uint8_t data[SNET_SNIFF_MAX_BYTES + 1] = {0};
        data[at] = others[i];
        for (size_t len = 1; len <= sizeof data; len++) {
            assert_int_equal(snet_sniff(grammar, data, len), len <= at ? SNET_SNIFF_MORE : wanted);
        }
    }
}

static void sniff_decides_at_the_first_other_byte_after_a_zero(void **state)
{
    (void)state;
    for (size_t at = 1; at < SNET_SNIFF_MAX_BYTES; at++) {
        expect_decided_at(SNET_SNIFF_MIXED, at, SNET_SNIFF_2_HELLO);
        expect_decided_at(SNET_SNIFF_ONLY_1, at, SNET_SNIFF_1_RESUME);
    }
}

static void sniff_looks_at_no_ninth_byte(void **state)
{
    (void)state;
    const uint8_t data[] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
    assert_int_equal(snet_sniff(SNET_SNIFF_MIXED, data, sizeof data), SNET_SNIFF_1_HELLO);
    assert_int_equal(snet_sniff(SNET_SNIFF_ONLY_1, data, sizeof data), SNET_SNIFF_1_HELLO);
}

/* What a server makes of the ids that it draws when it serves several wires. */
static void sniff_mixed_takes_every_marked_id_for_a_snet1_resume(void **state)
{
    (void)state;
    for (unsigned drawn = 0; drawn <= UINT8_MAX; drawn++) {
        const uint8_t low = (uint8_t)((drawn & ~SNET_SNIFF_ID_MASK) | SNET_SNIFF_ID_MARK);
        assert_int_equal(snet_sniff(SNET_SNIFF_MIXED, &low, 1), SNET_SNIFF_1_RESUME);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sniff_mixed_refuses_first_bytes_of_no_wire),
        cmocka_unit_test(sniff_only_2_refuses_first_bytes_of_no_message),
        cmocka_unit_test(sniff_refuses_all_under_an_unknown_grammar),
        cmocka_unit_test(sniff_waits_for_a_first_byte),
        cmocka_unit_test(sniff_mixed_knows_resumes_by_one_byte),
        cmocka_unit_test(sniff_only_1_takes_every_other_byte_for_a_resume),
        cmocka_unit_test(sniff_only_2_needs_one_byte),
        cmocka_unit_test(sniff_knows_snet3_by_one_byte),
        cmocka_unit_test(sniff_takes_eight_zeros_for_a_snet1_hello),
        cmocka_unit_test(sniff_decides_at_the_first_other_byte_after_a_zero),
        cmocka_unit_test(sniff_looks_at_no_ninth_byte),
        cmocka_unit_test(sniff_mixed_takes_every_marked_id_for_a_snet1_resume),
    };
    return cmocka_run_group_tests_name("sniff", tests, NULL, NULL);
}
