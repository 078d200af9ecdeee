/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/padding.h"

#include "tests/support/unit.h"

#define PADDING_WHOLE 24u

struct filtered {
    snet_err err;
    size_t skip;
    size_t zeros;
};

/* Feeds `zeros` zero bytes, then a 7 when `data` says so. */
static struct filtered feed(struct snet_padding *padding, size_t zeros, bool data)
{
    uint8_t bytes[64] = {0};
    struct filtered result = {.err = SNET_OK};
    if (data) {
        bytes[zeros] = 7;
    }
    result.err =
        snet_padding_filter(padding, bytes, zeros + (data ? 1 : 0), &result.skip, &result.zeros);
    return result;
}

static void assert_filtered(struct filtered result, size_t skip, size_t zeros)
{
    assert_int_equal(result.err, SNET_OK);
    assert_int_equal(result.skip, skip);
    assert_int_equal(result.zeros, zeros);
}

static void padding_off_takes_nothing(void **state)
{
    (void)state;
    struct snet_padding padding = {0};
    assert_filtered(feed(&padding, 5, true), 0, 0);
}

/* [PROTO 4.3] */
static void padding_drops_24_zeros_and_then_is_off(void **state)
{
    (void)state;
    for (size_t first = 0; first <= PADDING_WHOLE; first++) {
        struct snet_padding padding = {0};
        snet_padding_begin(&padding);
        assert_filtered(feed(&padding, first, false), first, 0);
        assert_filtered(feed(&padding, 30 - first, true), PADDING_WHOLE - first, 0);
        assert_false(padding.on);
    }
}

/* [PROTO 4.3] */
static void padding_gives_back_up_to_3_zeros_before_data(void **state)
{
    (void)state;
    for (size_t zeros = 0; zeros <= SNET_PADDING_DATA_MAX_BYTES; zeros++) {
        struct snet_padding padding = {0};
        snet_padding_begin(&padding);
        assert_filtered(feed(&padding, zeros, true), zeros, zeros);
        assert_false(padding.on);
    }
}

/* [PROTO 4.3] */
static void padding_refuses_data_after_4_to_23_zeros(void **state)
{
    (void)state;
    for (size_t zeros = SNET_PADDING_DATA_MAX_BYTES + 1; zeros < PADDING_WHOLE; zeros++) {
        struct snet_padding padding = {0};
        snet_padding_begin(&padding);
        assert_int_equal(feed(&padding, zeros, true).err, SNET_ERR_BAD_PADDING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(padding_off_takes_nothing),
        cmocka_unit_test(padding_drops_24_zeros_and_then_is_off),
        cmocka_unit_test(padding_gives_back_up_to_3_zeros_before_data),
        cmocka_unit_test(padding_refuses_data_after_4_to_23_zeros),
    };
    return cmocka_run_group_tests_name("padding", tests, NULL, NULL);
}
