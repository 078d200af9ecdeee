/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A client reads an ACCEPT: see tests/fuzz/fuzz_shake.h for what it is made of.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_handshake handshake;
    struct snet_v3_accept heard;
    struct snet_v3_accept said;
    fuzz_handshake_open(&handshake, (struct snet_bytes){data, len}, SNET_NOISE_NNPSK0, true);
    fuzz_handshake_resume(&handshake);
    fuzz_handshake_make_next(&handshake, &handshake.server, SNET_V3_ACCEPT);
    const snet_err err =
        snet_v3_messages_read_accept(&handshake.client, fuzz_handshake_message(&handshake), &heard);
    const snet_err decoded = snet_v3_accept_decode(handshake.payload, &said);
    fuzz_handshake_expect(&handshake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(heard.recv_next == said.recv_next);
        fuzz_handshake_finish(&handshake);
    }
    fuzz_handshake_close(&handshake);
    return 0;
}
