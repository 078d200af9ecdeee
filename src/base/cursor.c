/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/cursor.h"

#include <string.h>

void snet_reader_init(struct snet_reader *reader, const uint8_t *data, size_t len)
{
    *reader = (struct snet_reader){.data = data, .left = len};
}

const uint8_t *snet_reader_view(struct snet_reader *reader, size_t len)
{
    if (reader->failed || len > reader->left) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *view = reader->data;
    reader->data += len;
    reader->left -= len;
    return view;
}

static uint64_t reader_integer(struct snet_reader *reader, size_t len)
{
    const uint8_t *view = snet_reader_view(reader, len);
    uint64_t value = 0;
    for (size_t i = 0; view != NULL && i < len; i++) {
        value |= (uint64_t)view[i] << (8 * i);
    }
    return value;
}

uint8_t snet_reader_u8(struct snet_reader *reader)
{
    return (uint8_t)reader_integer(reader, 1);
}

uint16_t snet_reader_u16(struct snet_reader *reader)
{
    return (uint16_t)reader_integer(reader, 2);
}

uint32_t snet_reader_u32(struct snet_reader *reader)
{
    return (uint32_t)reader_integer(reader, 4);
}

uint64_t snet_reader_u64(struct snet_reader *reader)
{
    return reader_integer(reader, 8);
}

void snet_reader_bytes(struct snet_reader *reader, uint8_t *ret_data, size_t len)
{
    const uint8_t *view = snet_reader_view(reader, len);
    if (view == NULL) {
        memset(ret_data, 0, len);
    } else {
        memcpy(ret_data, view, len);
    }
}

bool snet_reader_done(const struct snet_reader *reader)
{
    return !reader->failed && reader->left == 0;
}

void snet_writer_init(struct snet_writer *writer, uint8_t *data, size_t len)
{
    *writer = (struct snet_writer){.data = data, .left = len};
}

static uint8_t *writer_claim(struct snet_writer *writer, size_t len)
{
    if (writer->failed || len > writer->left) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *claimed = writer->data;
    writer->data += len;
    writer->left -= len;
    writer->written += len;
    return claimed;
}

static void writer_integer(struct snet_writer *writer, uint64_t value, size_t len)
{
    uint8_t *claimed = writer_claim(writer, len);
    for (size_t i = 0; claimed != NULL && i < len; i++) {
        claimed[i] = (uint8_t)(value >> (8 * i));
    }
}

void snet_writer_u8(struct snet_writer *writer, uint8_t value)
{
    writer_integer(writer, value, 1);
}

void snet_writer_u16(struct snet_writer *writer, uint16_t value)
{
    writer_integer(writer, value, 2);
}

void snet_writer_u32(struct snet_writer *writer, uint32_t value)
{
    writer_integer(writer, value, 4);
}

void snet_writer_u64(struct snet_writer *writer, uint64_t value)
{
    writer_integer(writer, value, 8);
}

void snet_writer_bytes(struct snet_writer *writer, const uint8_t *data, size_t len)
{
    uint8_t *claimed = writer_claim(writer, len);
    if (claimed != NULL && len > 0) {
        memcpy(claimed, data, len);
    }
}

void snet_writer_zeros(struct snet_writer *writer, size_t len)
{
    uint8_t *claimed = writer_claim(writer, len);
    if (claimed != NULL) {
        memset(claimed, 0, len);
    }
}
