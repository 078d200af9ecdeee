/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "codec/legacy.h"

#include "base/cursor.h"

size_t snet_legacy_hello_len(const struct snet_legacy_format *format)
{
    return format->prefixed ? 1 + 8 : 8 + 8;
}

size_t snet_legacy_resume_len(const struct snet_legacy_format *format)
{
    return (format->prefixed ? 1 : 0) + SNET_LEGACY_COUNTS_BYTES + SNET_LEGACY_MAC_BYTES;
}

size_t snet_legacy_reply_len(const struct snet_legacy_format *format)
{
    return 16 + (format->challenged ? SNET_LEGACY_CHALLENGE_BYTES : 0);
}

size_t snet_legacy_hello_encode(const struct snet_legacy_format *format, uint64_t client_public,
                                uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, SNET_LEGACY_MESSAGE_MAX_BYTES);
    if (format->prefixed) {
        snet_writer_u8(&writer, SNET_LEGACY_HELLO_PREFIX);
    } else {
        snet_writer_zeros(&writer, 8);
    }
    snet_writer_u64(&writer, client_public);
    if (format->padded) {
        snet_writer_zeros(&writer, SNET_LEGACY_PADDING_BYTES);
    }
    return writer.written;
}

snet_err snet_legacy_hello_decode(const struct snet_legacy_format *format, const uint8_t *data,
                                  size_t len, uint64_t *ret_client_public)
{
    struct snet_reader reader;
    snet_reader_init(&reader, data, len);
    const uint64_t prefix = format->prefixed ? snet_reader_u8(&reader) : snet_reader_u64(&reader);
    const uint64_t client_public = snet_reader_u64(&reader);
    if (!snet_reader_done(&reader) || prefix != 0) {
        return SNET_ERR_BAD_HELLO;
    }
    *ret_client_public = client_public;
    return SNET_OK;
}

size_t snet_legacy_hello_reply_encode(const struct snet_legacy_format *format,
                                      const struct snet_legacy_hello_reply *reply,
                                      uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, SNET_LEGACY_MESSAGE_MAX_BYTES);
    snet_writer_u64(&writer, reply->server_public);
    snet_writer_bytes(&writer, reply->sealed_id, sizeof reply->sealed_id);
    if (format->challenged) {
        snet_writer_u64(&writer, reply->challenge);
    }
    return writer.written;
}

snet_err snet_legacy_hello_reply_decode(const struct snet_legacy_format *format,
                                        const uint8_t *data, size_t len,
                                        struct snet_legacy_hello_reply *ret_reply)
{
    struct snet_reader reader;
    struct snet_legacy_hello_reply reply = {0};
    snet_reader_init(&reader, data, len);
    reply.server_public = snet_reader_u64(&reader);
    snet_reader_bytes(&reader, reply.sealed_id, sizeof reply.sealed_id);
    if (format->challenged) {
        reply.challenge = snet_reader_u64(&reader);
    }
    if (!snet_reader_done(&reader)) {
        return SNET_ERR_BAD_HELLO;
    }
    *ret_reply = reply;
    return SNET_OK;
}

static void legacy_counts_write(struct snet_writer *writer, const struct snet_legacy_resume *resume)
{
    snet_writer_u64(writer, resume->id);
    snet_writer_u64(writer, resume->write_count);
    snet_writer_u64(writer, resume->read_count);
}

void snet_legacy_counts_encode(const struct snet_legacy_resume *resume,
                               uint8_t ret_data[SNET_LEGACY_COUNTS_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, SNET_LEGACY_COUNTS_BYTES);
    legacy_counts_write(&writer, resume);
}

size_t snet_legacy_resume_encode(const struct snet_legacy_format *format,
                                 const struct snet_legacy_resume *resume,
                                 uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, SNET_LEGACY_MESSAGE_MAX_BYTES);
    if (format->prefixed) {
        snet_writer_u8(&writer, SNET_LEGACY_RESUME_PREFIX);
    }
    legacy_counts_write(&writer, resume);
    snet_writer_bytes(&writer, resume->mac, sizeof resume->mac);
    return writer.written;
}

snet_err snet_legacy_resume_decode(const struct snet_legacy_format *format, const uint8_t *data,
                                   size_t len, struct snet_legacy_resume *ret_resume)
{
    struct snet_reader reader;
    struct snet_legacy_resume resume = {0};
    snet_reader_init(&reader, data, len);
    const uint8_t prefix =
        format->prefixed ? snet_reader_u8(&reader) : (uint8_t)SNET_LEGACY_RESUME_PREFIX;
    resume.id = snet_reader_u64(&reader);
    resume.write_count = snet_reader_u64(&reader);
    resume.read_count = snet_reader_u64(&reader);
    snet_reader_bytes(&reader, resume.mac, sizeof resume.mac);
    if (!snet_reader_done(&reader) || prefix != SNET_LEGACY_RESUME_PREFIX) {
        return SNET_ERR_BAD_HELLO;
    }
    *ret_resume = resume;
    return SNET_OK;
}

size_t snet_legacy_resume_reply_encode(const struct snet_legacy_format *format,
                                       const struct snet_legacy_resume_reply *reply,
                                       uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, SNET_LEGACY_MESSAGE_MAX_BYTES);
    snet_writer_u64(&writer, reply->write_count);
    snet_writer_u64(&writer, reply->read_count);
    if (format->challenged) {
        snet_writer_u64(&writer, reply->challenge);
    }
    return writer.written;
}

snet_err snet_legacy_resume_reply_decode(const struct snet_legacy_format *format,
                                         const uint8_t *data, size_t len,
                                         struct snet_legacy_resume_reply *ret_reply)
{
    struct snet_reader reader;
    struct snet_legacy_resume_reply reply = {0};
    snet_reader_init(&reader, data, len);
    reply.write_count = snet_reader_u64(&reader);
    reply.read_count = snet_reader_u64(&reader);
    if (format->challenged) {
        reply.challenge = snet_reader_u64(&reader);
    }
    if (!snet_reader_done(&reader)) {
        return SNET_ERR_BAD_HELLO;
    }
    *ret_reply = reply;
    return SNET_OK;
}

void snet_legacy_u64_encode(uint64_t value, uint8_t ret_data[8])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, 8);
    snet_writer_u64(&writer, value);
}

uint64_t snet_legacy_u64_decode(const uint8_t data[8])
{
    struct snet_reader reader;
    snet_reader_init(&reader, data, 8);
    return snet_reader_u64(&reader);
}
