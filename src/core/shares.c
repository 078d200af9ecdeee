/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/shares.h"

/* This part of all is divided, the rest is in stock. */
#define SHARES_OWN_DIVISOR 2u

static bool shares_divide(uint64_t all, uint32_t members, struct snet_share *ret_share)
{
    const uint64_t own = all / SHARES_OWN_DIVISOR / members;
    ret_share->own = own > 0 ? own : 1;
    if (all < members) {
        return false;
    }
    atomic_init(&ret_share->stock.left, all - ret_share->own * members);
    return true;
}

static uint64_t shares_pages(uint64_t budget_bytes)
{
    return (budget_bytes == 0 ? SNET_BUDGET_DEFAULT_BYTES : budget_bytes) / SNET_PAGE_BYTES;
}

snet_err snet_shares_new(const struct snet_env *env, const struct snet_shares_config *config,
                         snet_shares **ret_shares)
{
    const uint32_t sessions =
        config->sessions_max == 0 ? SNET_SESSIONS_DEFAULT_MAX : config->sessions_max;
    if (config->members == 0 || config->members > SNET_SHARDS_MAX) {
        return SNET_ERR_INVALID;
    }
    snet_shares *shares = env->alloc(env->ctx, sizeof *shares);
    if (shares == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    *shares = (snet_shares){.env = *env};
    if (!shares_divide(shares_pages(config->send_budget_bytes), config->members,
                       &shares->send_pages) ||
        !shares_divide(shares_pages(config->recv_budget_bytes), config->members,
                       &shares->recv_pages) ||
        !shares_divide(sessions, config->members, &shares->sessions)) {
        env->free(env->ctx, shares);
        return SNET_ERR_INVALID;
    }
    snet_err err = snet_replays_begin(&shares->replays, env);
    if (err == SNET_OK && shares->replays.places == NULL) {
        err = SNET_ERR_NO_MEMORY;
    }
    if (err != SNET_OK) {
        env->free(env->ctx, shares);
        return err;
    }
    *ret_shares = shares;
    return SNET_OK;
}

void snet_shares_free(snet_shares *shares)
{
    if (shares != NULL) {
        const struct snet_env env = shares->env;
        snet_replays_deinit(&shares->replays, &env);
        env.free(env.ctx, shares);
    }
}
