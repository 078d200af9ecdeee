/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The server's payload of a HELLO_REPLY: decoded, encoded and decoded again it says the same.
 */
#include "codec/snet3.h"
#include "codec/snet3_frame.h"
#include "tests/fuzz/fuzz.h"

#define WELCOME_FIXED_BYTES 49u /* before what may differ */
#define WELCOME_ENCODED_MAX_BYTES 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct snet_v3_welcome first;
    struct snet_v3_welcome second;
    uint8_t encoded[WELCOME_ENCODED_MAX_BYTES];
    struct snet_writer writer;
    if (snet_v3_welcome_decode((struct snet_bytes){data, len}, &first) != SNET_OK) {
        return 0;
    }
    snet_writer_init(&writer, encoded, sizeof encoded);
    snet_v3_welcome_encode(&first, &writer);
    FUZZ_CHECK(!writer.failed);
    FUZZ_CHECK(first.max_record >= SNET_V3_FRAME_RECORD_MIN_BYTES);
    FUZZ_CHECK(writer.written <= len);
    fuzz_check_begins((struct snet_bytes){data, len}, (struct snet_bytes){encoded, writer.written},
                      WELCOME_FIXED_BYTES);
    FUZZ_CHECK(snet_v3_welcome_decode((struct snet_bytes){encoded, writer.written}, &second) ==
               SNET_OK);
    FUZZ_CHECK(fuzz_same((struct snet_bytes){first.cid, sizeof first.cid},
                         (struct snet_bytes){second.cid, sizeof second.cid}));
    FUZZ_CHECK(fuzz_same((struct snet_bytes){first.token, sizeof first.token},
                         (struct snet_bytes){second.token, sizeof second.token}));
    FUZZ_CHECK(second.caps == first.caps);
    FUZZ_CHECK(second.window == first.window);
    FUZZ_CHECK(second.max_record == first.max_record);
    FUZZ_CHECK(second.heartbeat_s == first.heartbeat_s);
    FUZZ_CHECK(second.resume_window_ms == first.resume_window_ms);
    return 0;
}
