/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "codec/snet3_frame.h"

#include "base/assert.h"

/* --- Decoding ----------------------------------------------------------------------------- */

static void frame_take_bytes(struct snet_reader *reader, size_t len, struct snet_v3_frame *frame)
{
    frame->bytes = (struct snet_bytes){snet_reader_view(reader, len), len};
}

static bool frame_decode_kind(uint8_t byte, enum snet_v3_frame_kind *ret_kind)
{
    static const enum snet_v3_frame_kind kinds[] = {
        SNET_V3_FRAME_SAME,
        SNET_V3_FRAME_NAME,
        SNET_V3_FRAME_IPV4,
        SNET_V3_FRAME_IPV6,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (byte == (uint8_t)kinds[i]) {
            *ret_kind = kinds[i];
            return true;
        }
    }
    return false;
}

/* The address has the length that its kind says. */
static bool frame_address_ok(const struct snet_v3_frame *frame)
{
    switch (frame->kind) {
    case SNET_V3_FRAME_SAME:
        return frame->bytes.len == 0;
    case SNET_V3_FRAME_NAME:
        return frame->bytes.len > 0;
    case SNET_V3_FRAME_IPV4:
        return frame->bytes.len == 4;
    case SNET_V3_FRAME_IPV6:
        return frame->bytes.len == 16;
    }
    return false;
}

static bool frame_decode_migrate(struct snet_reader *reader, struct snet_v3_frame *frame)
{
    frame->number = snet_reader_u32(reader);
    const bool kind_ok = frame_decode_kind(snet_reader_u8(reader), &frame->kind);
    frame->port = snet_reader_u16(reader);
    frame_take_bytes(reader, snet_reader_u8(reader), frame);
    return kind_ok && frame_address_ok(frame);
}

/* Fills in the fields of the frame's type; false when they cannot be right. */
static bool frame_decode_fields(struct snet_reader *reader, struct snet_v3_frame *frame)
{
    switch (frame->type) {
    case SNET_V3_FRAME_PAD:
        return true;
    case SNET_V3_FRAME_DATA:
        frame_take_bytes(reader, snet_reader_u16(reader), frame);
        return frame->bytes.len > 0;
    case SNET_V3_FRAME_DATA_END:
        frame_take_bytes(reader, reader->left, frame);
        frame->type = SNET_V3_FRAME_DATA;
        return frame->bytes.len > 0;
    case SNET_V3_FRAME_ACK:
        frame->offset = snet_reader_u64(reader);
        frame->limit = snet_reader_u64(reader);
        return true;
    case SNET_V3_FRAME_PING:
    case SNET_V3_FRAME_PONG:
        frame->number = snet_reader_u32(reader);
        return true;
    case SNET_V3_FRAME_FIN:
    case SNET_V3_FRAME_START:
        frame->offset = snet_reader_u64(reader);
        return true;
    case SNET_V3_FRAME_ABORT:
        frame->number = snet_reader_u16(reader);
        frame_take_bytes(reader, snet_reader_u8(reader), frame);
        return true;
    case SNET_V3_FRAME_MIGRATE:
        return frame_decode_migrate(reader, frame);
    case SNET_V3_FRAME_EXTENSION:
        frame_take_bytes(reader, snet_reader_u16(reader), frame);
        return true;
    }
    return false;
}

snet_err snet_v3_frame_decode(struct snet_reader *reader, struct snet_v3_frame *ret_frame)
{
    const uint8_t type = snet_reader_u8(reader);
    const bool extension = type >= SNET_V3_FRAME_EXTENSION && type <= SNET_V3_FRAME_EXTENSION_LAST;
    if (reader->failed || (type > SNET_V3_FRAME_START && !extension)) {
        return SNET_ERR_BAD_FRAME;
    }
    struct snet_v3_frame frame = {
        .type = extension ? SNET_V3_FRAME_EXTENSION : (enum snet_v3_frame_type)type,
    };
    if (!frame_decode_fields(reader, &frame) || reader->failed) {
        return SNET_ERR_BAD_FRAME;
    }
    *ret_frame = frame;
    return SNET_OK;
}

/* --- Encoding ----------------------------------------------------------------------------- */

static void frame_put_short(struct snet_bytes bytes, struct snet_writer *out)
{
    SNET_ASSERT(bytes.len <= SNET_V3_FRAME_TEXT_MAX_BYTES);
    snet_writer_u8(out, (uint8_t)bytes.len);
    snet_writer_bytes(out, bytes.data, bytes.len);
}

static void frame_put_long(struct snet_bytes bytes, struct snet_writer *out)
{
    SNET_ASSERT(bytes.len <= UINT16_MAX);
    snet_writer_u16(out, (uint16_t)bytes.len);
    snet_writer_bytes(out, bytes.data, bytes.len);
}

void snet_v3_frame_encode(const struct snet_v3_frame *frame, struct snet_writer *out)
{
    snet_writer_u8(out, (uint8_t)frame->type);
    switch (frame->type) {
    case SNET_V3_FRAME_PAD:
        break;
    case SNET_V3_FRAME_DATA_END:
        snet_writer_bytes(out, frame->bytes.data, frame->bytes.len);
        break;
    case SNET_V3_FRAME_DATA:
    case SNET_V3_FRAME_EXTENSION:
        frame_put_long(frame->bytes, out);
        break;
    case SNET_V3_FRAME_ACK:
        snet_writer_u64(out, frame->offset);
        snet_writer_u64(out, frame->limit);
        break;
    case SNET_V3_FRAME_PING:
    case SNET_V3_FRAME_PONG:
        snet_writer_u32(out, frame->number);
        break;
    case SNET_V3_FRAME_FIN:
    case SNET_V3_FRAME_START:
        snet_writer_u64(out, frame->offset);
        break;
    case SNET_V3_FRAME_ABORT:
        snet_writer_u16(out, (uint16_t)frame->number);
        frame_put_short(frame->bytes, out);
        break;
    case SNET_V3_FRAME_MIGRATE:
        snet_writer_u32(out, frame->number);
        snet_writer_u8(out, (uint8_t)frame->kind);
        snet_writer_u16(out, frame->port);
        frame_put_short(frame->bytes, out);
        break;
    }
}
