/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Credentials: what a client of snet/3 may resume with. A server keeps at most two for a session:
 * the confirmed one, and one that is pending until the client has proven to have it. By the rules
 * below, no lost message and no replay can leave the client without a credential that the server
 * still takes.
 *
 *   R1  at most two: confirmed and pending
 *   R2  accepting a resume from either makes a new pending one; if the base was the pending one, it
 *       becomes the confirmed one first, for the client has shown that it has it
 *   R3  a valid record under the new keys makes the pending one the confirmed one
 *   R4  attempts count up over the whole session: an equal or older number is a replay
 *   R5  no timer ever drops the pending one
 *
 * Ownership: the slots stay where they are, so that a registry can point at their nodes; the caller
 * enters and removes these. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_CREDENTIALS_H
#define SNET_CORE_SNET3_CREDENTIALS_H

#include <snet/error.h>

#include "codec/snet3.h"
#include "core/registry.h"
#include "crypto/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* The part of a credential that is secret. Where it lies, and for how long, is the caller's. */
struct snet_credential_secrets {
    uint8_t secret[SNET_HASH_BYTES];    /* RS: the psk of the next resume */
    uint8_t token[SNET_V3_TOKEN_BYTES]; /* a client's: what proofs of its server are made with */
};

struct snet_credential {
    struct snet_registry_node node; /* by snet_credentials_key of the cid; set by the caller */
    struct snet_session *owner;     /* the session; set by the caller */
    struct snet_credential_secrets *secrets;
    uint8_t cid[SNET_V3_CID_BYTES];
};

struct snet_credentials {
    struct snet_credential slots[2];
    uint64_t last_attempt;
    uint8_t confirmed; /* index of the slot */
    bool pending;      /* the other slot holds one, too */
};

/* The key of a cid in a registry: its last 8 bytes, which are random in every mode. Never 0. */
uint64_t snet_credentials_key(const uint8_t cid[SNET_V3_CID_BYTES]);

/* A new session's first credential goes into the slot returned; it is the confirmed one. */
struct snet_credential *snet_credentials_begin(struct snet_credentials *credentials);

/* Whether `attempt` is newer than every one accepted so far [R4]. Errors: STALE_RESUME. */
SNET_MUST_USE snet_err snet_credentials_fresh(const struct snet_credentials *credentials,
                                              uint64_t attempt);

/*
 * A resume from `base`, one of the slots in use, is accepted [R2, R4]: the new pending credential
 * goes into the slot returned. What that slot held is void; its node must leave the registry first,
 * see snet_credentials_next.
 */
struct snet_credential *snet_credentials_accept(struct snet_credentials *credentials,
                                                const struct snet_credential *base,
                                                uint64_t attempt);
/* The slot that snet_credentials_accept would return for `base`. */
struct snet_credential *snet_credentials_next(struct snet_credentials *credentials,
                                              const struct snet_credential *base);

/*
 * The client has proven the pending credential [R3]: it is the confirmed one from now on. Returns
 * the slot of the older one, whose node must leave the registry and which is then wiped with
 * snet_credentials_retire; NULL when nothing was pending.
 */
struct snet_credential *snet_credentials_promote(struct snet_credentials *credentials);
/* Clears a slot that is in no registry, and whose secrets have been given back. */
void snet_credentials_retire(struct snet_credential *credential);

void snet_credentials_check(const struct snet_credentials *credentials);

#endif
