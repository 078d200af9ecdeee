/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The header of snet/3: what is accepted has one form only, and announces a body that the reader of
 * it has room for.
 */
#include "codec/snet3.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct snet_v3_header header;
    uint8_t again[SNET_V3_HEADER_BYTES];
    if (len < SNET_V3_HEADER_BYTES || snet_v3_header_decode(data, &header) != SNET_OK) {
        return 0;
    }
    FUZZ_CHECK(header.body_len >= SNET_V3_REJECT_BODY_BYTES);
    FUZZ_CHECK(header.body_len <= SNET_V3_BODY_MAX_BYTES);
    snet_v3_header_encode(&header, again);
    FUZZ_CHECK(fuzz_same((struct snet_bytes){data, sizeof again},
                         (struct snet_bytes){again, sizeof again}));
    return 0;
}
