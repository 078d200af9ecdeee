/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Replays: the HELLOs that a server has answered, so that one which comes again costs a hash and
 * not two exchanges [PROTO 14.2]. Of each a keyed hash of its ephemeral key is remembered, which a
 * client draws anew for every attempt. The number is bounded: the oldest in the same place is
 * forgotten, and may be answered once more.
 *
 * Servers that serve as one have one set of them. Two that are asked at the very same time may both
 * answer; nothing else goes wrong when they look and add together.
 *
 * Ownership: part of a store, whose memory is taken with the first HELLO, or of shares. Thread: any
 * may mark, look and add, once the memory is there.
 */
#ifndef SNET_CORE_REPLAYS_H
#define SNET_CORE_REPLAYS_H

#include <snet/env.h>

#include "base/bytes.h"
#include "crypto/crypto.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SNET_REPLAYS_PLACES 2048u
#define SNET_REPLAYS_PER_PLACE 8u

struct snet_replays_place {
    _Atomic(uint64_t) marks[SNET_REPLAYS_PER_PLACE]; /* 0: free */
    _Atomic(uint64_t) next; /* where the next one goes, modulo their number */
};

struct snet_replays {
    struct snet_replays_place *places; /* NULL before the first, and without memory for them */
    uint8_t key[32];
};

/* Takes a key, and the memory, if there is any. Errors: RANDOM. */
SNET_MUST_USE snet_err snet_replays_begin(struct snet_replays *replays, const struct snet_env *env);
/* What stands for this key: never 0. Once there is a key. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_replays_mark(const struct snet_replays *replays,
                                         struct snet_crypto *crypto, struct snet_bytes ephemeral,
                                         uint64_t *ret_mark);
/* Whether the HELLO with this mark was answered. */
bool snet_replays_has(const struct snet_replays *replays, uint64_t mark);
/* It is answered now. */
void snet_replays_add(struct snet_replays *replays, uint64_t mark);
void snet_replays_deinit(struct snet_replays *replays, const struct snet_env *env);

#endif
