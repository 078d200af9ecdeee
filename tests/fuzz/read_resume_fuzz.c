/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A server reads a RESUME: see tests/fuzz/fuzz_shake.h for what it is made of.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_handshake handshake;
    struct snet_v3_resume heard;
    struct snet_v3_resume said;
    fuzz_handshake_open(&handshake, (struct snet_bytes){data, len}, SNET_NOISE_NNPSK0, true);
    fuzz_handshake_make_first(&handshake, SNET_V3_RESUME);
    const snet_err err =
        snet_v3_messages_read_resume(&handshake.server, handshake.crypto, &handshake.server_config,
                                     fuzz_handshake_message(&handshake), &heard);
    const snet_err decoded = snet_v3_resume_decode(handshake.payload, &said);
    fuzz_handshake_expect(&handshake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(heard.attempt == said.attempt);
        FUZZ_CHECK(fuzz_same(heard.early, said.early));
    }
    fuzz_handshake_close(&handshake);
    return 0;
}
