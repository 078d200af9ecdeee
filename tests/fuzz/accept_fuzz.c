/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The server's payload of an ACCEPT: decoded, encoded and decoded again it says the same. Only the
 * first form may have padding and bits of the status that mean nothing yet.
 */
#include "codec/snet3.h"
#include "tests/fuzz/fuzz.h"

#define ACCEPT_FIXED_BYTES 49u /* before what may differ */
#define ACCEPT_ENCODED_MAX_BYTES 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct snet_v3_accept first;
    struct snet_v3_accept second;
    uint8_t encoded[ACCEPT_ENCODED_MAX_BYTES];
    struct snet_writer writer;
    if (snet_v3_accept_decode((struct snet_bytes){data, len}, &first) != SNET_OK) {
        return 0;
    }
    snet_writer_init(&writer, encoded, sizeof encoded);
    snet_v3_accept_encode(&first, &writer);
    FUZZ_CHECK(!writer.failed);
    FUZZ_CHECK(writer.written <= len);
    fuzz_check_begins((struct snet_bytes){data, len}, (struct snet_bytes){encoded, writer.written},
                      ACCEPT_FIXED_BYTES);
    FUZZ_CHECK(snet_v3_accept_decode((struct snet_bytes){encoded, writer.written}, &second) ==
               SNET_OK);
    FUZZ_CHECK(second.recv_next == first.recv_next);
    FUZZ_CHECK(second.limit == first.limit);
    FUZZ_CHECK(fuzz_same((struct snet_bytes){first.cid, sizeof first.cid},
                         (struct snet_bytes){second.cid, sizeof second.cid}));
    FUZZ_CHECK(fuzz_same((struct snet_bytes){first.token, sizeof first.token},
                         (struct snet_bytes){second.token, sizeof second.token}));
    FUZZ_CHECK(second.early_taken == first.early_taken);
    return 0;
}
