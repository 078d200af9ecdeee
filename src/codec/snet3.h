/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The handshake messages of snet/3: bytes to structs and back. Pure: no state, no cryptography. All
 * integers are little-endian. Every message is a header and a body:
 *
 *   header        magic C3 | type | version 3 | pattern | suite | flags | body_len[2]             8
 *
 *   HELLO         NK, XK: e[32]  ct(offer)  mac1[16]      NNpsk0: psk_id[16]  e[32]  ct(offer)
 *   HELLO_REPLY   e[32]  ct(welcome)
 *   AUTH          ct(s)[48]  ct(credential)                                           XK only
 *   RESUME        cid[17]  e[32]  ct(resume)
 *   ACCEPT        e[32]  ct(accept)
 *   REJECT        code[2]  retry_after[2]  proof[16]                                             20
 *
 * and these are the payloads inside ct(), which adds a tag of 16 bytes:
 *
 *   offer         caps[4]  window[4]  max_record[2]  tlv_len[2]  TLVs
 *   welcome       cid[17]  token[16]  caps[4]  window[4]  max_record[2]  heartbeat_s[2]
 *                 resume_window_ms[4]  tlv_len[2]  TLVs
 *   credential    tlv_len[2]  TLVs
 *   resume        attempt[8]  recv_next[8]  limit[8]  early_off[8]  early_len[2]  cause[1]  0
 *                 early bytes  zero padding
 *   accept        recv_next[8]  limit[8]  cid[17]  token[16]  status[2]  zero padding
 *   TLV           type[2]  len[2]  value
 */
#ifndef SNET_CODEC_SNET3_H
#define SNET_CODEC_SNET3_H

#include <snet/error.h>

#include "base/bytes.h"
#include "base/cursor.h"

#include <stdbool.h>
#include <stdint.h>

#define SNET_V3_MAGIC 0xC3u
#define SNET_V3_VERSION 3u
#define SNET_V3_HEADER_BYTES 8u
#define SNET_V3_FLAG_EARLY 0x01u
#define SNET_V3_CID_BYTES 17u
#define SNET_V3_TOKEN_BYTES 16u
#define SNET_V3_PROOF_BYTES 16u
#define SNET_V3_MAC1_BYTES 16u
#define SNET_V3_PSK_ID_BYTES 16u
#define SNET_V3_EPHEMERAL_BYTES 32u
#define SNET_V3_REJECT_BODY_BYTES 20u
#define SNET_V3_BODY_MAX_BYTES 6144u
#define SNET_V3_SERVICE_MAX_BYTES 64u
#define SNET_V3_CREDENTIAL_MAX_BYTES 1024u
#define SNET_V3_EARLY_MAX_BYTES 4096u

/* Message types; those of servers have the high bit. */
enum snet_v3_type {
    SNET_V3_HELLO = 0x01,
    SNET_V3_RESUME = 0x02,
    SNET_V3_AUTH = 0x03,
    SNET_V3_HELLO_REPLY = 0x81,
    SNET_V3_ACCEPT = 0x82,
    SNET_V3_REJECT = 0x83
};

/* Codes on the wire. Local errors are snet_err. */
enum snet_v3_code {
    SNET_V3_OK = 0, /* nothing is wrong; never on the wire */
    SNET_V3_BUSY = 1,
    SNET_V3_BAD_FORMAT = 2,
    SNET_V3_BAD_VERSION = 3,
    SNET_V3_BAD_SUITE = 4,
    SNET_V3_BAD_PATTERN = 5,
    SNET_V3_BAD_AUTH = 6,
    SNET_V3_STALE = 7,
    SNET_V3_UNKNOWN = 16, /* from here to DENIED: with a proof, and final */
    SNET_V3_EXPIRED = 17,
    SNET_V3_EVICTED = 18,
    SNET_V3_CLOSED_OK = 19,
    SNET_V3_ABORTED = 20,
    SNET_V3_BAD_OFFSET = 21,
    SNET_V3_DENIED = 22,
    SNET_V3_PROTOCOL = 32, /* from here on: only in ABORT */
    SNET_V3_FLOW = 33,
    SNET_V3_RATE = 34,
    SNET_V3_OFFSET_LIMIT = 35,
    SNET_V3_INTERNAL = 36,
    SNET_V3_SHUTDOWN = 37,
    SNET_V3_APPLICATION = 0x1000 /* and above: the application's own */
};

/* Whether a REJECT with this code carries a proof and ends the session at the client. */
bool snet_v3_code_final(uint16_t code);

struct snet_v3_header {
    uint8_t type;
    uint8_t version;
    uint8_t pattern;
    uint8_t suite;
    uint8_t flags;
    uint16_t body_len;
};

void snet_v3_header_encode(const struct snet_v3_header *header,
                           uint8_t ret_data[SNET_V3_HEADER_BYTES]);
/*
 * Decodes a header of either direction and checks magic, type and the bounds of body_len for its
 * type, nothing else. Errors: BAD_HELLO.
 */
SNET_MUST_USE snet_err snet_v3_header_decode(const uint8_t data[SNET_V3_HEADER_BYTES],
                                             struct snet_v3_header *ret_header);

/* The client's payload of a HELLO. The service name is borrowed from the bytes decoded. */
struct snet_v3_offer {
    uint32_t caps;
    uint32_t window;
    uint16_t max_record;
    struct snet_bytes service; /* empty: none */
};
void snet_v3_offer_encode(const struct snet_v3_offer *offer, struct snet_writer *out);
/* Errors: BAD_HELLO. */
SNET_MUST_USE snet_err snet_v3_offer_decode(struct snet_bytes payload,
                                            struct snet_v3_offer *ret_offer);

/* The server's answer to a HELLO. */
struct snet_v3_welcome {
    uint8_t cid[SNET_V3_CID_BYTES];
    uint8_t token[SNET_V3_TOKEN_BYTES];
    uint32_t caps;
    uint32_t window;
    uint16_t max_record;
    uint16_t heartbeat_s;
    uint32_t resume_window_ms;
};
void snet_v3_welcome_encode(const struct snet_v3_welcome *welcome, struct snet_writer *out);
/* Errors: BAD_HELLO. */
SNET_MUST_USE snet_err snet_v3_welcome_decode(struct snet_bytes payload,
                                              struct snet_v3_welcome *ret_welcome);

/* The payload of AUTH: what the application says about itself, borrowed; may be empty. */
void snet_v3_credential_encode(struct snet_bytes credential, struct snet_writer *out);
/* Errors: BAD_HELLO. */
SNET_MUST_USE snet_err snet_v3_credential_decode(struct snet_bytes payload,
                                                 struct snet_bytes *ret_credential);

/* Why a client resumes. */
enum snet_v3_cause {
    SNET_V3_CAUSE_LOST,
    SNET_V3_CAUSE_PLANNED
};

/* A client's request to resume. Early bytes are borrowed; without any, their offset is sent as 0.
 */
struct snet_v3_resume {
    uint64_t attempt;
    uint64_t recv_next;
    uint64_t limit;
    uint64_t early_off;
    struct snet_bytes early;
    uint8_t cause;
};
void snet_v3_resume_encode(const struct snet_v3_resume *resume, struct snet_writer *out);
/* Errors: BAD_HELLO. */
SNET_MUST_USE snet_err snet_v3_resume_decode(struct snet_bytes payload,
                                             struct snet_v3_resume *ret_resume);

/* The server's answer to a RESUME, with the next credential. */
struct snet_v3_accept {
    uint64_t recv_next;
    uint64_t limit;
    uint8_t cid[SNET_V3_CID_BYTES];
    uint8_t token[SNET_V3_TOKEN_BYTES];
    bool early_taken;
};
void snet_v3_accept_encode(const struct snet_v3_accept *accept, struct snet_writer *out);
/* Errors: BAD_HELLO. */
SNET_MUST_USE snet_err snet_v3_accept_decode(struct snet_bytes payload,
                                             struct snet_v3_accept *ret_accept);

/* A refusal: the body of a REJECT, which is not encrypted. */
struct snet_v3_reject {
    uint16_t code;
    uint16_t retry_after; /* in units of 100 ms; 0: none */
    uint8_t proof[SNET_V3_PROOF_BYTES];
};
void snet_v3_reject_encode(const struct snet_v3_reject *reject,
                           uint8_t ret_data[SNET_V3_REJECT_BODY_BYTES]);
void snet_v3_reject_decode(const uint8_t data[SNET_V3_REJECT_BODY_BYTES],
                           struct snet_v3_reject *ret_reject);

#endif
