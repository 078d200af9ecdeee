/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What codes mean and say [PROTO 21]. */
#include "core/snet3/codes.h"

#include "tests/support/unit.h"

static void code_of_no_refusal_is_a_bad_message(void **state)
{
    static const uint16_t codes[] = {0, 8, 15, 23, 32, 33, 37, 0xfff, 0x1000, 0xffff};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(snet_v3_codes_refused(codes[i]), SNET_ERR_BAD_HELLO);
    }
}

static void code_of_each_refusal_has_its_error(void **state)
{
    static const struct {
        uint16_t code;
        snet_err err;
    } rows[] = {
        {1, SNET_ERR_BUSY},        {2, SNET_ERR_BAD_HELLO},         {4, SNET_ERR_BAD_SUITE},
        {5, SNET_ERR_BAD_PATTERN}, {6, SNET_ERR_BAD_MAC},           {7, SNET_ERR_STALE_RESUME},
        {17, SNET_ERR_EXPIRED},    {16, SNET_ERR_SERVER_RESTARTED}, {18, SNET_ERR_EVICTED},
        {19, SNET_ERR_CLOSED},     {20, SNET_ERR_PEER_ABORTED},     {21, SNET_ERR_BAD_COUNT},
        {22, SNET_ERR_DENIED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(snet_v3_codes_refused(rows[i].code), rows[i].err);
    }
}

static void code_of_an_abort_ends_the_session_whatever_it_is(void **state)
{
    (void)state;
    assert_int_equal(snet_v3_codes_aborted(22), SNET_ERR_DENIED);
    assert_int_equal(snet_v3_codes_aborted(1), SNET_ERR_BUSY);
    assert_int_equal(snet_v3_codes_aborted(18), SNET_ERR_EVICTED);
    assert_int_equal(snet_v3_codes_aborted(0), SNET_ERR_PEER_ABORTED);
    assert_int_equal(snet_v3_codes_aborted(32), SNET_ERR_PEER_ABORTED);
    assert_int_equal(snet_v3_codes_aborted(0x1234), SNET_ERR_PEER_ABORTED);
}

/* Whatever an ABORT was taken for, it is not answered by another one. */
static void code_of_an_abort_means_that_the_other_end_knows(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 0x1002; code++) {
        /* A server ends by EVICTED, too: at a client, the code that came with it says who did. */
        assert_true(code == SNET_V3_EVICTED ||
                    snet_v3_codes_is_abort(snet_v3_codes_aborted((uint16_t)code)));
    }
    assert_false(snet_v3_codes_is_abort(SNET_ERR_ABORTED));
    assert_false(snet_v3_codes_is_abort(SNET_ERR_BAD_FRAME));
    assert_false(snet_v3_codes_is_abort(SNET_ERR_CLOSED));
}

static void code_of_a_violation_says_which(void **state)
{
    (void)state;
    assert_int_equal(snet_v3_codes_abort(SNET_ERR_BAD_FRAME), 32);
    assert_int_equal(snet_v3_codes_abort(SNET_ERR_BAD_CREDIT), 33);
    assert_int_equal(snet_v3_codes_abort(SNET_ERR_BAD_RATE), 34);
    assert_int_equal(snet_v3_codes_abort(SNET_ERR_ABORTED), 20);
}

/* A tombstone has a final code, whatever the session ended by [PROTO 18.3]. */
static void code_of_a_tombstone_is_final(void **state)
{
    (void)state;
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_CLOSED), 19);
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_EXPIRED), 17);
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_CLOSE_UNCONFIRMED), 17);
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_EVICTED), 18);
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_BAD_COUNT), 21);
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_PEER_ABORTED), 20);
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_BAD_FRAME), 20);
    assert_int_equal(snet_v3_codes_tombstone(SNET_ERR_ABORTED), 20);
#define EXPECT_FINAL(name, number, class_name, message)                                            \
    assert_true(snet_v3_code_final((uint16_t)snet_v3_codes_tombstone(SNET_ERR_##name)));
    SNET_ERR_MAP(EXPECT_FINAL)
#undef EXPECT_FINAL
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_of_no_refusal_is_a_bad_message),
        cmocka_unit_test(code_of_each_refusal_has_its_error),
        cmocka_unit_test(code_of_an_abort_ends_the_session_whatever_it_is),
        cmocka_unit_test(code_of_an_abort_means_that_the_other_end_knows),
        cmocka_unit_test(code_of_a_violation_says_which),
        cmocka_unit_test(code_of_a_tombstone_is_final),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
