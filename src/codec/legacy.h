/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The messages of snet/1, snet/1 padded and snet/2: bytes to structs and back. Pure: no state, no
 * cryptography. All integers are little-endian.
 *
 *   snet/1   hello          zero[8]  client_public[8]  (padded: zero[24])         16 or 40 bytes
 *            hello reply    server_public[8]  sealed_id[8]                        16
 *            resume         id[8]  write[8]  read[8]  mac[16]                     40
 *            resume reply   write[8]  read[8]                                     16
 *   snet/2   hello          0x00  client_public[8]                                9
 *            hello reply    server_public[8]  sealed_id[8]  challenge[8]          24
 *            resume         0xFF  id[8]  write[8]  read[8]  mac[16]               41
 *            resume reply   write[8]  read[8]  challenge[8]                       24
 *            proof          mac[16]                                               16
 *
 * The two dialects differ by a prefix byte and by the challenge, so each message is one struct and
 * one function for both, with the differences in struct snet_legacy_format.
 */
#ifndef SNET_CODEC_LEGACY_H
#define SNET_CODEC_LEGACY_H

#include <snet/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SNET_LEGACY_ID_BYTES 8u
#define SNET_LEGACY_MAC_BYTES 16u
#define SNET_LEGACY_COUNTS_BYTES 24u /* id, write and read: what the resume's mac covers */
#define SNET_LEGACY_CHALLENGE_BYTES 8u
#define SNET_LEGACY_PADDING_BYTES 24u
#define SNET_LEGACY_MESSAGE_MAX_BYTES 41u
#define SNET_LEGACY_HELLO_PREFIX 0x00u
#define SNET_LEGACY_RESUME_PREFIX 0xFFu

/* What the bytes of one dialect look like. */
struct snet_legacy_format {
    bool prefixed;   /* hello and resume begin with a prefix byte instead of zeros or the id */
    bool challenged; /* replies carry a challenge, and the client answers with a proof */
    bool padded;     /* the client's hello is followed by SNET_LEGACY_PADDING_BYTES zeros */
};

struct snet_legacy_hello_reply {
    uint64_t server_public;
    uint8_t sealed_id[SNET_LEGACY_ID_BYTES];
    uint64_t challenge; /* 0 without one */
};

struct snet_legacy_resume {
    uint64_t id;
    uint64_t write_count;
    uint64_t read_count;
    uint8_t mac[SNET_LEGACY_MAC_BYTES];
};

struct snet_legacy_resume_reply {
    uint64_t write_count;
    uint64_t read_count;
    uint64_t challenge;
};

/* Lengths of the messages in bytes; the hello without its padding. */
size_t snet_legacy_hello_len(const struct snet_legacy_format *format);
size_t snet_legacy_resume_len(const struct snet_legacy_format *format);
size_t snet_legacy_reply_len(const struct snet_legacy_format *format);

/*
 * Encoders return the number of bytes written, at most SNET_LEGACY_MESSAGE_MAX_BYTES. Decoders take
 * exactly the message's length and fail with BAD_HELLO otherwise.
 */
size_t snet_legacy_hello_encode(const struct snet_legacy_format *format, uint64_t client_public,
                                uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES]);
SNET_MUST_USE snet_err snet_legacy_hello_decode(const struct snet_legacy_format *format,
                                                const uint8_t *data, size_t len,
                                                uint64_t *ret_client_public);
size_t snet_legacy_hello_reply_encode(const struct snet_legacy_format *format,
                                      const struct snet_legacy_hello_reply *reply,
                                      uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES]);
SNET_MUST_USE snet_err snet_legacy_hello_reply_decode(const struct snet_legacy_format *format,
                                                      const uint8_t *data, size_t len,
                                                      struct snet_legacy_hello_reply *ret_reply);
size_t snet_legacy_resume_encode(const struct snet_legacy_format *format,
                                 const struct snet_legacy_resume *resume,
                                 uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES]);
SNET_MUST_USE snet_err snet_legacy_resume_decode(const struct snet_legacy_format *format,
                                                 const uint8_t *data, size_t len,
                                                 struct snet_legacy_resume *ret_resume);
/* The 24 bytes that the mac of a resume covers. */
void snet_legacy_counts_encode(const struct snet_legacy_resume *resume,
                               uint8_t ret_data[SNET_LEGACY_COUNTS_BYTES]);
size_t snet_legacy_resume_reply_encode(const struct snet_legacy_format *format,
                                       const struct snet_legacy_resume_reply *reply,
                                       uint8_t ret_data[SNET_LEGACY_MESSAGE_MAX_BYTES]);
SNET_MUST_USE snet_err snet_legacy_resume_reply_decode(const struct snet_legacy_format *format,
                                                       const uint8_t *data, size_t len,
                                                       struct snet_legacy_resume_reply *ret_reply);
/* One integer as 8 bytes: keys and challenges as they are hashed. */
void snet_legacy_u64_encode(uint64_t value, uint8_t ret_data[8]);
uint64_t snet_legacy_u64_decode(const uint8_t data[8]);

#endif
