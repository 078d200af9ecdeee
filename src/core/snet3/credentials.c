/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/credentials.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "crypto/secret.h"

uint64_t snet_credentials_key(const uint8_t cid[SNET_V3_CID_BYTES])
{
    struct snet_reader reader;
    snet_reader_init(&reader, cid + SNET_V3_CID_BYTES - sizeof(uint64_t), sizeof(uint64_t));
    const uint64_t key = snet_reader_u64(&reader);
    return key == 0 ? 1 : key;
}

struct snet_credential *snet_credentials_begin(struct snet_credentials *credentials)
{
    *credentials = (struct snet_credentials){.confirmed = 0};
    return &credentials->slots[0];
}

snet_err snet_credentials_fresh(const struct snet_credentials *credentials, uint64_t attempt)
{
    return attempt > credentials->last_attempt ? SNET_OK : SNET_ERR_STALE_RESUME;
}

/* The index that is confirmed once a resume from `base` is accepted. */
static uint8_t credentials_base(const struct snet_credentials *credentials,
                                const struct snet_credential *base)
{
    const uint8_t index = base == &credentials->slots[0] ? 0 : 1;
    SNET_ASSERT(base == &credentials->slots[index]);
    SNET_ASSERT(index == credentials->confirmed || credentials->pending);
    return index;
}

struct snet_credential *snet_credentials_next(struct snet_credentials *credentials,
                                              const struct snet_credential *base)
{
    return &credentials->slots[1 - credentials_base(credentials, base)];
}

struct snet_credential *snet_credentials_accept(struct snet_credentials *credentials,
                                                const struct snet_credential *base,
                                                uint64_t attempt)
{
    SNET_ASSERT(attempt > credentials->last_attempt);
    credentials->confirmed = credentials_base(credentials, base);
    credentials->last_attempt = attempt;
    credentials->pending = true;
    struct snet_credential *slot = &credentials->slots[1 - credentials->confirmed];
    SNET_ASSERT(slot->node.id == 0);
    snet_credentials_retire(slot);
    snet_credentials_check(credentials);
    return slot;
}

struct snet_credential *snet_credentials_promote(struct snet_credentials *credentials)
{
    if (!credentials->pending) {
        return NULL;
    }
    struct snet_credential *older = &credentials->slots[credentials->confirmed];
    credentials->confirmed = (uint8_t)(1 - credentials->confirmed);
    credentials->pending = false;
    snet_credentials_check(credentials);
    return older;
}

void snet_credentials_retire(struct snet_credential *credential)
{
    SNET_ASSERT(credential->node.id == 0);
    SNET_ASSERT(credential->secrets == NULL);
    snet_secret_wipe(credential, sizeof *credential);
}

void snet_credentials_check(const struct snet_credentials *credentials)
{
    SNET_ASSERT(credentials->confirmed <= 1);
    SNET_ASSERT(!credentials->pending || credentials->last_attempt > 0);
}
