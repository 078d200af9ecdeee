/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Secrets: a slab of places of 64 bytes for what stays secret for long: a server's keys, a client's
 * until its session is open, and what sessions are resumed with. The slab is made of pages of the
 * environment's `secret_alloc`, which a fork may empty; without that, of ordinary memory. Keys of a
 * connection are not here: they go with it.
 *
 * Pages are kept until the end, so that there are as many as the most secrets at a time have asked
 * for.
 *
 * In a child whose pages were emptied nothing here is a secret any more, and zeros are keys that
 * everybody knows: no handshake may begin there, see snet_secrets_lost.
 *
 * Ownership: the slab is the core's; a place belongs to its taker, until it is given back.
 * Thread: the core's.
 */
#ifndef SNET_CORE_SECRETS_H
#define SNET_CORE_SECRETS_H

#include <snet/env.h>

#include <stdbool.h>
#include <stddef.h>

#define SNET_SECRETS_PLACE_BYTES 64u
#define SNET_SECRETS_PAGE_BYTES 4096u

union snet_secrets_place;
struct snet_secrets_page;

struct snet_secrets {
    const struct snet_env *env;
    struct snet_secrets_page *pages;
    union snet_secrets_place *unused;
    size_t used_count;
};

/* Takes no memory yet. */
void snet_secrets_init(struct snet_secrets *secrets, const struct snet_env *env);
/* All places must have been given back. */
void snet_secrets_deinit(struct snet_secrets *secrets);
/* A place of SNET_SECRETS_PLACE_BYTES zeros, aligned for any object; NULL without memory, and when
   all is lost. */
void *snet_secrets_take(struct snet_secrets *secrets);
/* Wipes the place and takes it back. Accepts NULL. */
void snet_secrets_give(struct snet_secrets *secrets, void *place);
/* Whether this is a child of fork, in which all that was kept here is zero. */
bool snet_secrets_lost(const struct snet_secrets *secrets);

#endif
