/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A client reads a HELLO_REPLY: see tests/fuzz/fuzz_shake.h for what it is made of.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_handshake handshake;
    struct snet_v3_welcome heard;
    struct snet_v3_welcome said;
    fuzz_handshake_open(&handshake, (struct snet_bytes){data, len}, 0, false);
    fuzz_handshake_hello(&handshake);
    fuzz_handshake_make_next(&handshake, &handshake.server, SNET_V3_HELLO_REPLY);
    const snet_err err =
        snet_v3_messages_read_reply(&handshake.client, fuzz_handshake_message(&handshake), &heard);
    const snet_err decoded = snet_v3_welcome_decode(handshake.payload, &said);
    fuzz_handshake_expect(&handshake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(heard.window == said.window);
        if (handshake.client_config.pattern != SNET_NOISE_XK) {
            fuzz_handshake_finish(&handshake);
        }
    }
    fuzz_handshake_close(&handshake);
    return 0;
}
