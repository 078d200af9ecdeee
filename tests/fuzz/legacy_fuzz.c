/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The messages of the legacy wires. Every message has one form only, so what was decoded and is
 * encoded again gives the same bytes. The first byte chooses dialect and message.
 */
#include "codec/legacy.h"
#include "tests/fuzz/fuzz.h"

static const struct snet_legacy_format formats[] = {
    {.prefixed = false, .challenged = false, .padded = false},
    {.prefixed = false, .challenged = false, .padded = true},
    {.prefixed = true, .challenged = true, .padded = false},
};

static void fuzz_hello(const struct snet_legacy_format *format, struct snet_bytes message)
{
    uint8_t again[SNET_LEGACY_MESSAGE_MAX_BYTES];
    uint64_t client_public = 0;
    if (snet_legacy_hello_decode(format, message.data, message.len, &client_public) != SNET_OK) {
        return;
    }
    /* The padding is no part of the message that is decoded. */
    const size_t len = snet_legacy_hello_encode(format, client_public, again);
    FUZZ_CHECK(len == message.len + (format->padded ? SNET_LEGACY_PADDING_BYTES : 0));
    FUZZ_CHECK(message.len == snet_legacy_hello_len(format));
    FUZZ_CHECK(fuzz_same(message, (struct snet_bytes){again, message.len}));
}

static void fuzz_hello_reply(const struct snet_legacy_format *format, struct snet_bytes message)
{
    uint8_t again[SNET_LEGACY_MESSAGE_MAX_BYTES];
    struct snet_legacy_hello_reply reply;
    if (snet_legacy_hello_reply_decode(format, message.data, message.len, &reply) != SNET_OK) {
        return;
    }
    const size_t len = snet_legacy_hello_reply_encode(format, &reply, again);
    FUZZ_CHECK(len == snet_legacy_reply_len(format));
    FUZZ_CHECK(fuzz_same(message, (struct snet_bytes){again, len}));
}

static void fuzz_resume(const struct snet_legacy_format *format, struct snet_bytes message)
{
    uint8_t again[SNET_LEGACY_MESSAGE_MAX_BYTES];
    uint8_t counts[SNET_LEGACY_COUNTS_BYTES];
    struct snet_legacy_resume resume;
    if (snet_legacy_resume_decode(format, message.data, message.len, &resume) != SNET_OK) {
        return;
    }
    const size_t len = snet_legacy_resume_encode(format, &resume, again);
    FUZZ_CHECK(len == snet_legacy_resume_len(format));
    FUZZ_CHECK(fuzz_same(message, (struct snet_bytes){again, len}));
    snet_legacy_counts_encode(&resume, counts);
    FUZZ_CHECK(
        fuzz_same((struct snet_bytes){counts, sizeof counts},
                  (struct snet_bytes){message.data + (format->prefixed ? 1 : 0), sizeof counts}));
}

static void fuzz_resume_reply(const struct snet_legacy_format *format, struct snet_bytes message)
{
    uint8_t again[SNET_LEGACY_MESSAGE_MAX_BYTES];
    struct snet_legacy_resume_reply reply;
    if (snet_legacy_resume_reply_decode(format, message.data, message.len, &reply) != SNET_OK) {
        return;
    }
    const size_t len = snet_legacy_resume_reply_encode(format, &reply, again);
    FUZZ_CHECK(len == snet_legacy_reply_len(format));
    FUZZ_CHECK(fuzz_same(message, (struct snet_bytes){again, len}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) {
        return 0;
    }
    const struct snet_legacy_format *format =
        &formats[data[0] / 4 % (sizeof formats / sizeof formats[0])];
    const struct snet_bytes message = {data + 1, len - 1};
    switch (data[0] % 4) {
    case 0:
        fuzz_hello(format, message);
        break;
    case 1:
        fuzz_hello_reply(format, message);
        break;
    case 2:
        fuzz_resume(format, message);
        break;
    default:
        fuzz_resume_reply(format, message);
        break;
    }
    return 0;
}
