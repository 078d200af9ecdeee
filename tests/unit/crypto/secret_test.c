/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/secret.h"

#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <string.h>

static void secret_differs_in_every_single_bit(void **state)
{
    (void)state;
    uint8_t a[16];
    uint8_t b[16];
    memset(a, 0x5a, sizeof a);
    for (size_t bit = 0; bit < 8 * sizeof b; bit++) {
        memcpy(b, a, sizeof b);
        b[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_false(snet_secret_equal(a, b, sizeof a));
        assert_false(snet_secret_equal(b, a, sizeof a));
    }
}

static void secret_is_equal_when_all_compared_bytes_are(void **state)
{
    (void)state;
    static const uint8_t a[] = {1, 2, 3, 4};
    static const uint8_t b[] = {1, 2, 3, 5};
    assert_true(snet_secret_equal(a, a, sizeof a));
    assert_true(snet_secret_equal(a, b, 3));
    assert_true(snet_secret_equal(a, b, 0));
}

static void secret_wipe_spares_what_it_was_not_given(void **state)
{
    (void)state;
    uint8_t memory[] = {1, 2, 3, 4};
    snet_secret_wipe(memory, 0);
    ASSERT_HEX(memory, sizeof memory, "01020304");
    snet_secret_wipe(memory + 1, 2);
    ASSERT_HEX(memory, sizeof memory, "01000004");
}

static void secret_wipe_accepts_null_without_length(void **state)
{
    (void)state;
    snet_secret_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret_differs_in_every_single_bit),
        cmocka_unit_test(secret_is_equal_when_all_compared_bytes_are),
        cmocka_unit_test(secret_wipe_spares_what_it_was_not_given),
        cmocka_unit_test(secret_wipe_accepts_null_without_length),
    };
    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
