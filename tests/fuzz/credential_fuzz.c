/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The payload of an AUTH: decoded, encoded and decoded again it says the same.
 */
#include "codec/snet3.h"
#include "tests/fuzz/fuzz.h"

#define CREDENTIAL_ENCODED_MAX_BYTES (6u + SNET_V3_CREDENTIAL_MAX_BYTES)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct snet_bytes first;
    struct snet_bytes second;
    uint8_t encoded[CREDENTIAL_ENCODED_MAX_BYTES];
    struct snet_writer writer;
    if (snet_v3_credential_decode((struct snet_bytes){data, len}, &first) != SNET_OK) {
        return 0;
    }
    FUZZ_CHECK(first.len <= SNET_V3_CREDENTIAL_MAX_BYTES);
    snet_writer_init(&writer, encoded, sizeof encoded);
    snet_v3_credential_encode(first, &writer);
    FUZZ_CHECK(!writer.failed);
    FUZZ_CHECK(writer.written <= len);
    FUZZ_CHECK(snet_v3_credential_decode((struct snet_bytes){encoded, writer.written}, &second) ==
               SNET_OK);
    FUZZ_CHECK(fuzz_same(second, first));
    return 0;
}
