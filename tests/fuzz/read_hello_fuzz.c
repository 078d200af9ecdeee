/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A server reads a HELLO: see tests/fuzz/fuzz_shake.h for what it is made of. Its mac1 is checked
 * apart, as a server does before.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_handshake handshake;
    struct snet_v3_offer heard;
    struct snet_v3_offer said;
    fuzz_handshake_open(&handshake, (struct snet_bytes){data, len}, 0, false);
    fuzz_handshake_make_first(&handshake, SNET_V3_HELLO);
    const struct snet_buffer message = fuzz_handshake_message(&handshake);
    FUZZ_CHECK(snet_v3_messages_check_mac1(handshake.crypto, handshake.server_key.public_key,
                                           (struct snet_bytes){message.data, message.len}) ==
               SNET_ERR_BAD_MAC);
    const snet_err err = snet_v3_messages_read_hello(&handshake.server, handshake.crypto,
                                                     &handshake.server_config, message, &heard);
    const snet_err decoded = snet_v3_offer_decode(handshake.payload, &said);
    fuzz_handshake_expect(&handshake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(heard.window == said.window);
        FUZZ_CHECK(fuzz_same(heard.service, said.service));
    }
    fuzz_handshake_close(&handshake);
    return 0;
}
