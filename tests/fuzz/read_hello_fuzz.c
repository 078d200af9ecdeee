/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A server reads a HELLO: see tests/fuzz/fuzz_shake.h for what it is made of. Its mac1 is checked
 * apart, as a server does before.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_shake shake;
    struct snet_secure_offer heard;
    struct snet_secure_offer said;
    fuzz_shake_open(&shake, (struct snet_bytes){data, len}, 0, false);
    fuzz_shake_make_first(&shake, SNET_SECURE_HELLO);
    const struct snet_buffer message = fuzz_shake_message(&shake);
    FUZZ_CHECK(snet_secure_shake_check_mac1(shake.crypto, shake.server_key.public_key,
                                            (struct snet_bytes){message.data, message.len}) ==
               SNET_ERR_BAD_MAC);
    const snet_err err = snet_secure_shake_read_hello(&shake.server, shake.crypto,
                                                      &shake.server_config, message, &heard);
    const snet_err decoded = snet_secure_offer_decode(shake.payload, &said);
    fuzz_shake_expect(&shake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(heard.window == said.window);
        FUZZ_CHECK(fuzz_same(heard.service, said.service));
    }
    fuzz_shake_close(&shake);
    return 0;
}
