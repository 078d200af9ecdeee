/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A server reads a RESUME: see tests/fuzz/fuzz_shake.h for what it is made of.
 */
#include "tests/fuzz/fuzz_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_shake shake;
    struct snet_secure_resume heard;
    struct snet_secure_resume said;
    fuzz_shake_open(&shake, (struct snet_bytes){data, len}, SNET_NOISE_NNPSK0, true);
    fuzz_shake_make_first(&shake, SNET_SECURE_RESUME);
    const snet_err err = snet_secure_shake_read_resume(
        &shake.server, shake.crypto, &shake.server_config, fuzz_shake_message(&shake), &heard);
    const snet_err decoded = snet_secure_resume_decode(shake.payload, &said);
    fuzz_shake_expect(&shake, err, decoded);
    if (err == SNET_OK) {
        FUZZ_CHECK(heard.attempt == said.attempt);
        FUZZ_CHECK(fuzz_same(heard.early, said.early));
    }
    fuzz_shake_close(&shake);
    return 0;
}
