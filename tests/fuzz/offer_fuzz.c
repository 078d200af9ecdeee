/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The client's payload of a HELLO: decoded, encoded and decoded again it says the same. Only the
 * first form may have padding, TLVs to be ignored and an empty service.
 */
#include "codec/snet3.h"
#include "codec/snet3_frame.h"
#include "tests/fuzz/fuzz.h"

#define OFFER_FIXED_BYTES 10u /* before what may differ */
#define OFFER_ENCODED_MAX_BYTES (16u + SNET_V3_SERVICE_MAX_BYTES)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct snet_v3_offer first;
    struct snet_v3_offer second;
    uint8_t encoded[OFFER_ENCODED_MAX_BYTES];
    struct snet_writer writer;
    if (snet_v3_offer_decode((struct snet_bytes){data, len}, &first) != SNET_OK) {
        return 0;
    }
    FUZZ_CHECK(first.service.len <= SNET_V3_SERVICE_MAX_BYTES);
    snet_writer_init(&writer, encoded, sizeof encoded);
    snet_v3_offer_encode(&first, &writer);
    FUZZ_CHECK(!writer.failed);
    FUZZ_CHECK(first.max_record >= SNET_V3_FRAME_RECORD_MIN_BYTES);
    FUZZ_CHECK(writer.written <= len);
    fuzz_check_begins((struct snet_bytes){data, len}, (struct snet_bytes){encoded, writer.written},
                      OFFER_FIXED_BYTES);
    FUZZ_CHECK(snet_v3_offer_decode((struct snet_bytes){encoded, writer.written}, &second) ==
               SNET_OK);
    FUZZ_CHECK(second.caps == first.caps);
    FUZZ_CHECK(second.window == first.window);
    FUZZ_CHECK(second.max_record == first.max_record);
    FUZZ_CHECK(fuzz_same(second.service, first.service));
    return 0;
}
