/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A client reads an ACCEPT: see tests/fuzz/fuzz_shake.h for what it is made of.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_shake shake;
    struct snet_secure_accept heard;
    struct snet_secure_accept said;
    fuzz_shake_open(&shake, (struct snet_bytes){data, len}, SNET_NOISE_NNPSK0, true);
    fuzz_shake_resume(&shake);
    fuzz_shake_make_next(&shake, &shake.server, SNET_SECURE_ACCEPT);
    const snet_err err =
        snet_secure_shake_read_accept(&shake.client, fuzz_shake_message(&shake), &heard);
    const snet_err decoded = snet_secure_accept_decode(shake.payload, &said);
    fuzz_shake_expect(&shake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(heard.recv_next == said.recv_next);
        fuzz_shake_finish(&shake);
    }
    fuzz_shake_close(&shake);
    return 0;
}
