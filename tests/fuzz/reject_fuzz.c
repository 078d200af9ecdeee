/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The body of a REJECT: it has one form only, and only codes of the protocol end a session.
 */
#include "codec/snet3.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct snet_v3_reject reject;
    uint8_t again[SNET_V3_REJECT_BODY_BYTES];
    if (len < SNET_V3_REJECT_BODY_BYTES) {
        return 0;
    }
    snet_v3_reject_decode(data, &reject);
    FUZZ_CHECK(!snet_v3_code_final(reject.code) || reject.code < SNET_V3_PROTOCOL);
    snet_v3_reject_encode(&reject, again);
    FUZZ_CHECK(fuzz_same((struct snet_bytes){data, sizeof again},
                         (struct snet_bytes){again, sizeof again}));
    return 0;
}
