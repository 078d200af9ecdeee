/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/cursor.h"

#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <string.h>

static const uint8_t cursor_bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* The integers of each width, so that one test can take them all. */
static uint64_t read_u8(struct snet_reader *reader)
{
    return snet_reader_u8(reader);
}

static uint64_t read_u16(struct snet_reader *reader)
{
    return snet_reader_u16(reader);
}

static uint64_t read_u32(struct snet_reader *reader)
{
    return snet_reader_u32(reader);
}

static void write_u8(struct snet_writer *writer, uint64_t value)
{
    snet_writer_u8(writer, (uint8_t)value);
}

static void write_u16(struct snet_writer *writer, uint64_t value)
{
    snet_writer_u16(writer, (uint16_t)value);
}

static void write_u32(struct snet_writer *writer, uint64_t value)
{
    snet_writer_u32(writer, (uint32_t)value);
}

static const struct cursor_width {
    size_t len;
    uint64_t (*read)(struct snet_reader *reader);
    void (*write)(struct snet_writer *writer, uint64_t value);
    uint64_t first; /* what cursor_bytes begin with */
} cursor_widths[] = {
    {1, read_u8, write_u8, 0x01},
    {2, read_u16, write_u16, 0x0201},
    {4, read_u32, write_u32, 0x04030201},
    {8, snet_reader_u64, snet_writer_u64, UINT64_C(0x0807060504030201)},
};

#define CURSOR_WIDTHS (sizeof cursor_widths / sizeof cursor_widths[0])

static struct snet_reader reader_over(size_t len)
{
    struct snet_reader reader;
    assert_true(len <= sizeof cursor_bytes);
    snet_reader_init(&reader, cursor_bytes, len);
    return reader;
}

static void cursor_reader_refuses_an_integer_beyond_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURSOR_WIDTHS; i++) {
        for (size_t len = 0; len < cursor_widths[i].len; len++) {
            struct snet_reader reader = reader_over(len);
            assert_int_equal(cursor_widths[i].read(&reader), 0);
            assert_true(reader.failed);
            assert_int_equal(reader.left, len);
        }
    }
}

static void cursor_reader_refuses_every_step_after_a_failure(void **state)
{
    (void)state;
    struct snet_reader reader = reader_over(7);
    uint8_t out[2] = {0xaa, 0xaa};
    assert_int_equal(snet_reader_u64(&reader), 0);
    for (size_t i = 0; i < CURSOR_WIDTHS; i++) {
        assert_int_equal(cursor_widths[i].read(&reader), 0);
    }
    assert_null(snet_reader_view(&reader, 0));
    snet_reader_bytes(&reader, out, sizeof out);
    ASSERT_HEX(out, sizeof out, "0000");
    assert_int_equal(reader.left, 7);
}

static void cursor_reader_refuses_bytes_beyond_the_end_and_yields_zeros(void **state)
{
    (void)state;
    struct snet_reader reader = reader_over(2);
    uint8_t out[4] = {0xaa, 0xaa, 0xaa, 0xaa};
    snet_reader_bytes(&reader, out, 3);
    assert_true(reader.failed);
    ASSERT_HEX(out, sizeof out, "000000aa");
}

static void cursor_reader_refuses_a_view_beyond_the_end(void **state)
{
    (void)state;
    static const size_t too_long[] = {3, SIZE_MAX - 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof too_long / sizeof too_long[0]; i++) {
        struct snet_reader reader = reader_over(2);
        assert_null(snet_reader_view(&reader, too_long[i]));
        assert_true(reader.failed);
    }
}

static void cursor_reader_is_not_done_with_bytes_left_or_after_a_failure(void **state)
{
    (void)state;
    struct snet_reader left = reader_over(2);
    (void)snet_reader_u8(&left);
    assert_false(snet_reader_done(&left));
    struct snet_reader failed = reader_over(0);
    (void)snet_reader_u8(&failed);
    assert_int_equal(failed.left, 0);
    assert_false(snet_reader_done(&failed));
}

static void cursor_reader_reads_little_endian_and_moves_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURSOR_WIDTHS; i++) {
        struct snet_reader reader = reader_over(cursor_widths[i].len);
        assert_int_equal(cursor_widths[i].read(&reader), cursor_widths[i].first);
        assert_true(snet_reader_done(&reader));
    }
    struct snet_reader reader = reader_over(15);
    assert_int_equal(snet_reader_u8(&reader), 0x01);
    assert_int_equal(snet_reader_u16(&reader), 0x0302);
    assert_int_equal(snet_reader_u32(&reader), 0x07060504);
    assert_int_equal(snet_reader_u64(&reader), UINT64_C(0x0f0e0d0c0b0a0908));
    assert_true(snet_reader_done(&reader));
}

static void cursor_reader_keeps_the_highest_bit(void **state)
{
    (void)state;
    static const uint8_t ones[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const uint64_t most[] = {UINT8_MAX, UINT16_MAX, UINT32_MAX, UINT64_MAX};
    for (size_t i = 0; i < CURSOR_WIDTHS; i++) {
        struct snet_reader reader;
        snet_reader_init(&reader, ones, sizeof ones);
        assert_int_equal(cursor_widths[i].read(&reader), most[i]);
    }
}

static void cursor_reader_copies_bytes_and_lends_views(void **state)
{
    (void)state;
    struct snet_reader reader = reader_over(5);
    uint8_t out[2];
    snet_reader_bytes(&reader, out, sizeof out);
    ASSERT_HEX(out, sizeof out, "0102");
    assert_ptr_equal(snet_reader_view(&reader, 3), cursor_bytes + 2);
    assert_true(snet_reader_done(&reader));
}

static void cursor_reader_takes_nothing_out_of_nothing(void **state)
{
    (void)state;
    struct snet_reader reader;
    snet_reader_init(&reader, cursor_bytes, 0);
    assert_true(snet_reader_done(&reader));
    assert_ptr_equal(snet_reader_view(&reader, 0), cursor_bytes);
    assert_true(snet_reader_done(&reader));
}

/* A writer over `len` bytes of `memory`, all of which are 0xaa at first. */
static struct snet_writer writer_over(uint8_t memory[16], size_t len)
{
    struct snet_writer writer;
    memset(memory, 0xaa, 16);
    snet_writer_init(&writer, memory, len);
    return writer;
}

static void cursor_writer_refuses_an_integer_beyond_the_end(void **state)
{
    (void)state;
    uint8_t memory[16];
    for (size_t i = 0; i < CURSOR_WIDTHS; i++) {
        for (size_t len = 0; len < cursor_widths[i].len; len++) {
            struct snet_writer writer = writer_over(memory, len);
            cursor_widths[i].write(&writer, 0);
            assert_true(writer.failed);
            assert_int_equal(writer.written, 0);
            ASSERT_HEX(memory, 8, "aaaaaaaaaaaaaaaa");
        }
    }
}

static void cursor_writer_refuses_bytes_and_zeros_beyond_the_end(void **state)
{
    (void)state;
    uint8_t memory[16];
    static const size_t too_long[] = {3, SIZE_MAX - 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof too_long / sizeof too_long[0]; i++) {
        struct snet_writer bytes = writer_over(memory, 2);
        snet_writer_bytes(&bytes, cursor_bytes, too_long[i]);
        assert_true(bytes.failed);
        struct snet_writer zeros = writer_over(memory, 2);
        snet_writer_zeros(&zeros, too_long[i]);
        assert_true(zeros.failed);
        ASSERT_HEX(memory, 4, "aaaaaaaa");
    }
}

static void cursor_writer_refuses_every_step_after_a_failure(void **state)
{
    (void)state;
    uint8_t memory[16];
    struct snet_writer writer = writer_over(memory, 7);
    snet_writer_u64(&writer, 0);
    for (size_t i = 0; i < CURSOR_WIDTHS; i++) {
        cursor_widths[i].write(&writer, 0);
    }
    snet_writer_bytes(&writer, cursor_bytes, 1);
    snet_writer_zeros(&writer, 1);
    assert_int_equal(writer.written, 0);
    assert_int_equal(writer.left, 7);
    ASSERT_HEX(memory, 8, "aaaaaaaaaaaaaaaa");
}

static void cursor_writer_writes_little_endian_up_to_the_end(void **state)
{
    (void)state;
    uint8_t memory[16];
    struct snet_writer writer = writer_over(memory, 15);
    snet_writer_u8(&writer, 0x01);
    snet_writer_u16(&writer, 0x0302);
    snet_writer_u32(&writer, 0x07060504);
    snet_writer_u64(&writer, UINT64_C(0x8f0e0d0c0b0a0908));
    assert_false(writer.failed);
    assert_int_equal(writer.written, 15);
    assert_int_equal(writer.left, 0);
    ASSERT_HEX(memory, 16, "0102030405060708090a0b0c0d0e8faa");
}

static void cursor_writer_writes_bytes_and_zeros(void **state)
{
    (void)state;
    uint8_t memory[16];
    struct snet_writer writer = writer_over(memory, 5);
    snet_writer_bytes(&writer, cursor_bytes, 2);
    snet_writer_zeros(&writer, 3);
    assert_false(writer.failed);
    assert_int_equal(writer.written, 5);
    ASSERT_HEX(memory, 6, "0102000000aa");
}

static void cursor_writer_writes_nothing_into_nothing(void **state)
{
    (void)state;
    uint8_t memory[16];
    struct snet_writer writer = writer_over(memory, 0);
    snet_writer_bytes(&writer, NULL, 0);
    snet_writer_zeros(&writer, 0);
    assert_false(writer.failed);
    assert_int_equal(writer.written, 0);
    ASSERT_HEX(memory, 1, "aa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_reader_refuses_an_integer_beyond_the_end),
        cmocka_unit_test(cursor_reader_refuses_every_step_after_a_failure),
        cmocka_unit_test(cursor_reader_refuses_bytes_beyond_the_end_and_yields_zeros),
        cmocka_unit_test(cursor_reader_refuses_a_view_beyond_the_end),
        cmocka_unit_test(cursor_reader_is_not_done_with_bytes_left_or_after_a_failure),
        cmocka_unit_test(cursor_reader_reads_little_endian_and_moves_on),
        cmocka_unit_test(cursor_reader_keeps_the_highest_bit),
        cmocka_unit_test(cursor_reader_copies_bytes_and_lends_views),
        cmocka_unit_test(cursor_reader_takes_nothing_out_of_nothing),
        cmocka_unit_test(cursor_writer_refuses_an_integer_beyond_the_end),
        cmocka_unit_test(cursor_writer_refuses_bytes_and_zeros_beyond_the_end),
        cmocka_unit_test(cursor_writer_refuses_every_step_after_a_failure),
        cmocka_unit_test(cursor_writer_writes_little_endian_up_to_the_end),
        cmocka_unit_test(cursor_writer_writes_bytes_and_zeros),
        cmocka_unit_test(cursor_writer_writes_nothing_into_nothing),
    };
    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
