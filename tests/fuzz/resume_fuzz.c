/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The client's payload of a RESUME: decoded, encoded and decoded again it says the same. Only the
 * first form may have padding.
 */
#include "codec/snet3.h"
#include "tests/fuzz/fuzz.h"

#define RESUME_ENCODED_MAX_BYTES (36u + SNET_V3_EARLY_MAX_BYTES)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct snet_v3_resume first;
    struct snet_v3_resume second;
    uint8_t encoded[RESUME_ENCODED_MAX_BYTES];
    struct snet_writer writer;
    if (snet_v3_resume_decode((struct snet_bytes){data, len}, &first) != SNET_OK) {
        return 0;
    }
    FUZZ_CHECK(first.early.len <= SNET_V3_EARLY_MAX_BYTES);
    snet_writer_init(&writer, encoded, sizeof encoded);
    snet_v3_resume_encode(&first, &writer);
    FUZZ_CHECK(!writer.failed);
    FUZZ_CHECK(writer.written <= len);
    fuzz_check_begins((struct snet_bytes){data, len}, (struct snet_bytes){encoded, writer.written},
                      writer.written);
    FUZZ_CHECK(snet_v3_resume_decode((struct snet_bytes){encoded, writer.written}, &second) ==
               SNET_OK);
    FUZZ_CHECK(second.attempt == first.attempt);
    FUZZ_CHECK(second.recv_next == first.recv_next);
    FUZZ_CHECK(second.limit == first.limit);
    FUZZ_CHECK(second.early_off == first.early_off);
    FUZZ_CHECK(fuzz_same(second.early, first.early));
    FUZZ_CHECK(second.cause == first.cause);
    return 0;
}
