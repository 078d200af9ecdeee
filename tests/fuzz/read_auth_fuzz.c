/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A server reads an AUTH, the third message of XK: see tests/fuzz/fuzz_shake.h for what it is made
 * of.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_shake shake;
    struct snet_bytes heard;
    struct snet_bytes said;
    fuzz_shake_open(&shake, (struct snet_bytes){data, len}, SNET_NOISE_XK, false);
    fuzz_shake_hello(&shake);
    fuzz_shake_reply(&shake);
    fuzz_shake_make_next(&shake, &shake.client, SNET_SECURE_AUTH);
    const snet_err err =
        snet_secure_shake_read_auth(&shake.server, fuzz_shake_message(&shake), &heard);
    const snet_err decoded = snet_secure_credential_decode(shake.payload, &said);
    fuzz_shake_expect(&shake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(fuzz_same(heard, said));
        FUZZ_CHECK(fuzz_same((struct snet_bytes){shake.server.noise.peer_static, SNET_X25519_BYTES},
                             (struct snet_bytes){shake.client_key.public_key, SNET_X25519_BYTES}));
        fuzz_shake_finish(&shake);
    }
    fuzz_shake_close(&shake);
    return 0;
}
