/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The plaintext of a record: frames until its end, or until one is bad. Each frame, encoded and
 * decoded again, says the same, and its bytes lie inside the record.
 */
#include "codec/snet3_frame.h"
#include "tests/fuzz/fuzz.h"

/* DATA has two bytes more than the DATA_END that it may have been. */
#define FRAME_ENCODED_MAX_BYTES (SNET_V3_FRAME_RECORD_MAX_BYTES + 2u)

static void fuzz_again(const struct snet_v3_frame *first, struct snet_bytes whole, uint8_t *encoded)
{
    struct snet_v3_frame second;
    struct snet_writer writer;
    struct snet_reader reader;
    snet_writer_init(&writer, encoded, FRAME_ENCODED_MAX_BYTES);
    snet_v3_frame_encode(first, &writer);
    FUZZ_CHECK(!writer.failed);
    if (writer.written == whole.len && first->type != SNET_V3_FRAME_EXTENSION) {
        fuzz_check_begins(whole, (struct snet_bytes){encoded, writer.written}, whole.len);
    } else {
        FUZZ_CHECK(first->bytes.len > 0 || writer.written == whole.len);
    }
    snet_reader_init(&reader, encoded, writer.written);
    FUZZ_CHECK(snet_v3_frame_decode(&reader, &second) == SNET_OK);
    FUZZ_CHECK(snet_reader_done(&reader));
    FUZZ_CHECK(second.type == first->type);
    FUZZ_CHECK(fuzz_same(second.bytes, first->bytes));
    FUZZ_CHECK(second.offset == first->offset);
    FUZZ_CHECK(second.limit == first->limit);
    FUZZ_CHECK(second.number == first->number);
    FUZZ_CHECK(second.port == first->port);
    FUZZ_CHECK(second.kind == first->kind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t encoded[FRAME_ENCODED_MAX_BYTES];
    struct snet_reader reader;
    if (len > SNET_V3_FRAME_RECORD_MAX_BYTES) {
        return 0;
    }
    snet_reader_init(&reader, data, len);
    while (reader.left > 0) {
        struct snet_v3_frame frame;
        const uint8_t *begin = reader.data;
        const size_t left = reader.left;
        if (snet_v3_frame_decode(&reader, &frame) != SNET_OK) {
            return 0;
        }
        FUZZ_CHECK(reader.left < left);
        FUZZ_CHECK(frame.bytes.len <= left);
        FUZZ_CHECK(frame.bytes.len == 0 ||
                   (frame.bytes.data > data && frame.bytes.data + frame.bytes.len <= data + len));
        fuzz_again(&frame, (struct snet_bytes){begin, left - reader.left}, encoded);
    }
    return 0;
}
