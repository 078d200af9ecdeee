/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Messages: the handshake messages of snet/3 are put together and taken apart: header, prologue,
 * Noise, and the mac that keeps a server silent to strangers. This is one exchange, without links
 * or sessions; which message may come when is decided elsewhere.
 *
 *   prologue = "snet/3" 0 0 || the client's header || psk_id or cid, when the message has one
 *   mac1     = HMAC(SHA-256("snet3 mac1" || server_public), header || body before mac1)[0..16)
 *   RS       = HKDF-Expand(r, "snet3 resume" || h)       r: the third output of Noise's Split
 *
 * Ownership: the caller's struct, wiped with snet_v3_messages_deinit, also after an error.
 * Messages that are read are whole, header first, and are decrypted in place. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_MESSAGES_H
#define SNET_CORE_SNET3_MESSAGES_H

#include <snet/error.h>
#include <snet/suite.h>

#include "base/cursor.h"
#include "codec/snet3.h"
#include "crypto/noise.h"

#include <stdint.h>

#define SNET_V3_MESSAGE_MAX_BYTES (SNET_V3_HEADER_BYTES + SNET_V3_BODY_MAX_BYTES)

/* What an exchange begins with. Pointers are NULL where the pattern does not use them. */
struct snet_v3_messages_config {
    enum snet_noise_pattern pattern;
    const struct snet_suite *suite;
    const struct snet_x25519 *own_static; /* server of NK and XK, client of XK */
    const uint8_t *server_public;         /* NK and XK: 32 bytes */
    const uint8_t *psk;                   /* NNpsk0: 32 bytes; of a resume: RS */
    const uint8_t *psk_id;                /* NNpsk0 of a new session: 16 bytes */
    const uint8_t *cid;                   /* of a resume: 17 bytes */
    const uint8_t *ephemeral;             /* 32 bytes, fresh */
};

struct snet_v3_handshake {
    struct snet_crypto *crypto;
    struct snet_noise noise;
    struct snet_v3_header header; /* the client's: version, pattern and suite are echoed */
};

/* What both ends have after the last message. */
struct snet_v3_handshake_epoch {
    uint8_t client[SNET_HASH_BYTES]; /* S[0] of client to server */
    uint8_t server[SNET_HASH_BYTES]; /* S[0] of server to client */
    uint8_t resume[SNET_HASH_BYTES]; /* RS */
};

/* Whether the 16 bytes at the end of a HELLO prove that its sender knows `server_public`. */
SNET_MUST_USE snet_err snet_v3_messages_check_mac1(struct snet_crypto *crypto,
                                                   const uint8_t *server_public,
                                                   struct snet_bytes message);

/* --- The client's first message: HELLO or RESUME ------------------------------------------ */

/* Writes HELLO. Errors: CRYPTO, NO_MEMORY, BAD_PUBLIC_KEY. */
SNET_MUST_USE snet_err snet_v3_messages_hello(struct snet_v3_handshake *handshake,
                                              struct snet_crypto *crypto,
                                              const struct snet_v3_messages_config *config,
                                              const struct snet_v3_offer *offer,
                                              struct snet_writer *out);
/*
 * Reads HELLO, after its mac1 was checked; `*ret_offer` borrows from the message. Errors:
 * BAD_HELLO, BAD_MAC, BAD_PUBLIC_KEY, NO_MEMORY, CRYPTO.
 */
SNET_MUST_USE snet_err snet_v3_messages_read_hello(struct snet_v3_handshake *handshake,
                                                   struct snet_crypto *crypto,
                                                   const struct snet_v3_messages_config *config,
                                                   struct snet_buffer message,
                                                   struct snet_v3_offer *ret_offer);
/* Writes RESUME. Errors: CRYPTO, NO_MEMORY. */
SNET_MUST_USE snet_err snet_v3_messages_resume(struct snet_v3_handshake *handshake,
                                               struct snet_crypto *crypto,
                                               const struct snet_v3_messages_config *config,
                                               const struct snet_v3_resume *resume,
                                               struct snet_writer *out);
/* Reads RESUME; `*ret_resume` borrows from the message. Errors: as of HELLO. */
SNET_MUST_USE snet_err snet_v3_messages_read_resume(struct snet_v3_handshake *handshake,
                                                    struct snet_crypto *crypto,
                                                    const struct snet_v3_messages_config *config,
                                                    struct snet_buffer message,
                                                    struct snet_v3_resume *ret_resume);

/* --- The server's answer ------------------------------------------------------------------ */

/* Writes HELLO_REPLY. Errors: CRYPTO, NO_MEMORY, BAD_PUBLIC_KEY. */
SNET_MUST_USE snet_err snet_v3_messages_reply(struct snet_v3_handshake *handshake,
                                              const struct snet_v3_welcome *welcome,
                                              struct snet_writer *out);
/*
 * Reads HELLO_REPLY. Errors: BAD_MAC and BAD_PUBLIC_KEY when anybody can have sent it; BAD_HELLO
 * when the server has, and it is malformed; NO_MEMORY, CRYPTO.
 */
SNET_MUST_USE snet_err snet_v3_messages_read_reply(struct snet_v3_handshake *handshake,
                                                   struct snet_buffer message,
                                                   struct snet_v3_welcome *ret_welcome);
/* Writes ACCEPT. Errors: CRYPTO, NO_MEMORY, BAD_PUBLIC_KEY. */
SNET_MUST_USE snet_err snet_v3_messages_accept(struct snet_v3_handshake *handshake,
                                               const struct snet_v3_accept *accept,
                                               struct snet_writer *out);
/* Reads ACCEPT. Errors: as of HELLO_REPLY. */
SNET_MUST_USE snet_err snet_v3_messages_read_accept(struct snet_v3_handshake *handshake,
                                                    struct snet_buffer message,
                                                    struct snet_v3_accept *ret_accept);

/* --- The client's third message in XK ----------------------------------------------------- */

/* Writes AUTH. Errors: CRYPTO, NO_MEMORY, BAD_PUBLIC_KEY. */
SNET_MUST_USE snet_err snet_v3_messages_auth(struct snet_v3_handshake *handshake,
                                             struct snet_bytes credential, struct snet_writer *out);
/* Reads AUTH; noise.peer_static is the client's key then. Errors: as of HELLO_REPLY. */
SNET_MUST_USE snet_err snet_v3_messages_read_auth(struct snet_v3_handshake *handshake,
                                                  struct snet_buffer message,
                                                  struct snet_bytes *ret_credential);

/* --- The end ------------------------------------------------------------------------------ */

/* The keys of the new epoch. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_v3_messages_finish(struct snet_v3_handshake *handshake,
                                               struct snet_v3_handshake_epoch *ret_epoch);
/* Wipes everything. Accepts a zeroed struct. */
void snet_v3_messages_deinit(struct snet_v3_handshake *handshake);

#endif
