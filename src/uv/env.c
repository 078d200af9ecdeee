/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/env.h>

#include "uv/wiped_pages.h"

#include <stdlib.h>
#include <uv.h>

static void *env_alloc(void *ctx, size_t size_bytes)
{
    (void)ctx;
    return malloc(size_bytes);
}

static void env_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

/* These bytes are good enough for secrets, so they are for everything. */
static snet_err env_random(void *ctx, enum snet_random_purpose purpose, uint8_t *ret_bytes,
                           size_t len)
{
    (void)ctx;
    (void)purpose;
    return uv_random(NULL, NULL, ret_bytes, len, 0, NULL) == 0 ? SNET_OK : SNET_ERR_RANDOM;
}

static void *env_secret_alloc(void *ctx, size_t size_bytes)
{
    (void)ctx;
    bool wiped = false; /* where it is not, the child keeps the secrets, as it keeps all else */
    return snet_wiped_pages_map(size_bytes, &wiped);
}

static void env_secret_free(void *ctx, void *memory, size_t size_bytes)
{
    (void)ctx;
    snet_wiped_pages_unmap(memory, size_bytes);
}

void snet_env_system(struct snet_env *ret_env)
{
    *ret_env = (struct snet_env){
        .alloc = env_alloc,
        .free = env_free,
        .random = env_random,
        .secret_alloc = env_secret_alloc,
        .secret_free = env_secret_free,
    };
}
