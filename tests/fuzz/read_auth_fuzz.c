/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A server reads an AUTH, the third message of XK: see tests/fuzz/fuzz_shake.h for what it is made
 * of.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_handshake handshake;
    struct snet_bytes heard;
    struct snet_bytes said;
    fuzz_handshake_open(&handshake, (struct snet_bytes){data, len}, SNET_NOISE_XK, false);
    fuzz_handshake_hello(&handshake);
    fuzz_handshake_reply(&handshake);
    fuzz_handshake_make_next(&handshake, &handshake.client, SNET_V3_AUTH);
    const snet_err err =
        snet_v3_messages_read_auth(&handshake.server, fuzz_handshake_message(&handshake), &heard);
    const snet_err decoded = snet_v3_credential_decode(handshake.payload, &said);
    fuzz_handshake_expect(&handshake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(fuzz_same(heard, said));
        FUZZ_CHECK(
            fuzz_same((struct snet_bytes){handshake.server.noise.peer_static, SNET_X25519_BYTES},
                      (struct snet_bytes){handshake.client_key.public_key, SNET_X25519_BYTES}));
        fuzz_handshake_finish(&handshake);
    }
    fuzz_handshake_close(&handshake);
    return 0;
}
