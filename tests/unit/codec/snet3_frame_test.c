/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The layout of frames [PROTO 16.2], and of addresses in them [PROTO 19.2]. */
#include "codec/snet3_frame.h"

#include "tests/support/unit.h"

#include <string.h>

static const uint8_t text[] = "some bytes";

/* One of each kind that is written with its length. */
static const struct snet_v3_frame frames[] = {
    {.type = SNET_V3_FRAME_PAD},
    {.type = SNET_V3_FRAME_DATA, .bytes = {text, 10}},
    {.type = SNET_V3_FRAME_ACK, .offset = UINT64_C(1) << 60, .limit = UINT64_MAX},
    {.type = SNET_V3_FRAME_PING, .number = 0x01020304},
    {.type = SNET_V3_FRAME_PONG, .number = UINT32_MAX},
    {.type = SNET_V3_FRAME_FIN, .offset = 77},
    {.type = SNET_V3_FRAME_ABORT, .number = 0x1234, .bytes = {text, 4}},
    {.type = SNET_V3_FRAME_ABORT, .number = 1},
    {.type = SNET_V3_FRAME_MIGRATE, .number = 5000, .kind = SNET_V3_FRAME_SAME},
    {.type = SNET_V3_FRAME_MIGRATE,
     .number = 1,
     .kind = SNET_V3_FRAME_IPV4,
     .port = 443,
     .bytes = {text, 4}},
    {.type = SNET_V3_FRAME_MIGRATE, .kind = SNET_V3_FRAME_NAME, .bytes = {text, 10}},
    {.type = SNET_V3_FRAME_START, .offset = 12345},
    {.type = SNET_V3_FRAME_EXTENSION, .bytes = {text, 3}},
    {.type = SNET_V3_FRAME_EXTENSION},
};
#define FRAMES (sizeof frames / sizeof frames[0])

static void assert_frame(const struct snet_v3_frame *a, const struct snet_v3_frame *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->offset, b->offset);
    assert_int_equal(a->limit, b->limit);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->port, b->port);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->bytes.len, b->bytes.len);
    if (a->bytes.len > 0) {
        assert_memory_equal(a->bytes.data, b->bytes.data, a->bytes.len);
    }
}

static snet_err decode_one(const uint8_t *data, size_t len, struct snet_v3_frame *ret_frame)
{
    struct snet_reader reader;
    snet_reader_init(&reader, data, len);
    return snet_v3_frame_decode(&reader, ret_frame);
}

static void frame_refuses_every_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++) {
        uint8_t data[64];
        struct snet_writer writer;
        struct snet_v3_frame frame;
        snet_writer_init(&writer, data, sizeof data);
        snet_v3_frame_encode(&frames[i], &writer);
        for (size_t len = 0; len < writer.written; len++) {
            assert_int_equal(decode_one(data, len, &frame), SNET_ERR_BAD_FRAME);
        }
        assert_int_equal(decode_one(data, writer.written, &frame), SNET_OK);
    }
}

static void frame_refuses_types_that_it_must_know(void **state)
{
    (void)state;
    static uint8_t data[64];
    struct snet_v3_frame frame;
    for (unsigned type = 0x0A; type < 0x100; type++) {
        data[0] = (uint8_t)type;
        const bool extension = type >= 0x40 && type <= 0x7F;
        assert_int_equal(decode_one(data, sizeof data, &frame),
                         extension ? SNET_OK : SNET_ERR_BAD_FRAME);
    }
}

static void frame_refuses_what_cannot_be(void **state)
{
    static const uint8_t bad[][24] = {
        {SNET_V3_FRAME_DATA, 0, 0},                         /* no data */
        {SNET_V3_FRAME_MIGRATE, 0, 0, 0, 0, 2, 0, 0, 0},    /* no such kind */
        {SNET_V3_FRAME_MIGRATE, 0, 0, 0, 0, 0, 0, 0, 1, 1}, /* same, with an address */
        {SNET_V3_FRAME_MIGRATE, 0, 0, 0, 0, 1, 0, 0, 0},    /* a name of no bytes */
        {SNET_V3_FRAME_MIGRATE, 0, 0, 0, 0, 4, 0, 0, 5, 1}, /* five bytes of IPv4 */
        {SNET_V3_FRAME_MIGRATE, 0, 0, 0, 0, 6, 0, 0, 4, 1}, /* four bytes of IPv6 */
    };
    (void)state;
    struct snet_v3_frame frame;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(decode_one(bad[i], sizeof bad[i], &frame), SNET_ERR_BAD_FRAME);
    }
    static const uint8_t empty_end[] = {SNET_V3_FRAME_DATA_END};
    assert_int_equal(decode_one(empty_end, 1, &frame), SNET_ERR_BAD_FRAME);
}

static void frames_of_a_record_come_back_in_order(void **state)
{
    (void)state;
    uint8_t data[512];
    struct snet_writer writer;
    struct snet_reader reader;
    struct snet_v3_frame frame;
    snet_writer_init(&writer, data, sizeof data);
    for (size_t i = 0; i < FRAMES; i++) {
        snet_v3_frame_encode(&frames[i], &writer);
    }
    const struct snet_v3_frame end = {.type = SNET_V3_FRAME_DATA_END, .bytes = {text, 9}};
    snet_v3_frame_encode(&end, &writer);
    snet_reader_init(&reader, data, writer.written);
    for (size_t i = 0; i < FRAMES; i++) {
        assert_int_equal(snet_v3_frame_decode(&reader, &frame), SNET_OK);
        assert_frame(&frame, &frames[i]);
    }
    assert_int_equal(snet_v3_frame_decode(&reader, &frame), SNET_OK);
    const struct snet_v3_frame data_frame = {.type = SNET_V3_FRAME_DATA, .bytes = {text, 9}};
    assert_frame(&frame, &data_frame);
    assert_int_equal(reader.left, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_refuses_every_truncation),
        cmocka_unit_test(frame_refuses_types_that_it_must_know),
        cmocka_unit_test(frame_refuses_what_cannot_be),
        cmocka_unit_test(frames_of_a_record_come_back_in_order),
    };
    return cmocka_run_group_tests_name("snet3_frame", tests, NULL, NULL);
}
