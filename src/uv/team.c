/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/team.h"

#include "base/assert.h"
#include "uv/listener.h"
#include "uv/stream.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct snet_team_member {
    snet_team *team;
    struct snet_queue queue;
    _Atomic(size_t) conns; /* as its loop has last told */
};

struct snet_team {
    snet_shares *shares;
    struct snet_stream_options options; /* of what its listeners accept */
    uint32_t members_max;
    uint32_t member_count;
    struct snet_team_member members[SNET_SHARDS_MAX];
};

struct snet_team_listener {
    snet_team *team;
    snet_stream_listener *listener;
};

/* --- The team --------------------------------------------------------------------------------- */

snet_err snet_team_new(const struct snet_shares_config *config, snet_team **ret_team)
{
    struct snet_env env;
    snet_env_system(&env);
    snet_team *team = calloc(1, sizeof *team);
    if (team == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    const snet_err err = snet_shares_new(&env, config, &team->shares);
    if (err != SNET_OK) {
        free(team);
        return err;
    }
    team->members_max = config->members;
    *ret_team = team;
    return SNET_OK;
}

void snet_team_free(snet_team *team)
{
    if (team == NULL) {
        return;
    }
    for (uint32_t i = 0; i < team->member_count; i++) {
        snet_queue_deinit(&team->members[i].queue);
    }
    snet_shares_free(team->shares);
    free(team);
}

snet_shares *snet_team_shares(snet_team *team)
{
    return team->shares;
}

/* --- Members ---------------------------------------------------------------------------------- */

/* Shards go round the members. */
static uint32_t team_member_of(const snet_team *team, uint8_t shard)
{
    return shard % team->members_max;
}

snet_err snet_team_join(snet_team *team, uv_loop_t *loop, const struct snet_queue_taker *taker,
                        struct snet_team_member **ret_member)
{
    if (team->member_count == team->members_max) {
        return SNET_ERR_LIMIT;
    }
    struct snet_team_member *member = &team->members[team->member_count];
    if (!snet_queue_init(&member->queue)) {
        return SNET_ERR_NO_MEMORY;
    }
    if (!snet_queue_open(&member->queue, loop, taker)) {
        snet_queue_deinit(&member->queue);
        return SNET_ERR_NO_MEMORY;
    }
    member->team = team;
    team->member_count++;
    *ret_member = member;
    return SNET_OK;
}

void snet_team_apply(const struct snet_team_member *member, struct snet_server_config *config)
{
    const snet_team *team = member->team;
    const uint32_t handshakes =
        config->handshakes_max == 0 ? SNET_HANDSHAKES_DEFAULT_MAX : config->handshakes_max;
    const uint32_t part = handshakes / team->members_max;
    config->handshakes_max = part > 0 ? part : 1;
    config->shares = team->shares;
    config->shards = 0;
    for (uint8_t shard = 0; shard < SNET_SHARDS_MAX; shard++) {
        const bool own = &team->members[team_member_of(team, shard)] == member;
        config->shards |= own ? 1u << shard : 0;
    }
}

void snet_team_leave(struct snet_team_member *member)
{
    snet_queue_close(&member->queue);
}

void snet_team_set_options(snet_team *team, const struct snet_stream_options *options)
{
    team->options = *options;
}

void snet_team_tell_load(struct snet_team_member *member, size_t conns)
{
    atomic_store_explicit(&member->conns, conns, memory_order_relaxed);
}

bool snet_team_pass(struct snet_team_member *from, uint8_t shard, struct snet_queue_item *item)
{
    snet_team *team = from->team;
    return snet_queue_put(&team->members[team_member_of(team, shard)].queue, item);
}

/* The member that has the fewest connections, of those that have room for one more; NULL: none. */
static struct snet_team_member *team_choose(snet_team *team)
{
    struct snet_team_member *chosen = NULL;
    size_t fewest = SIZE_MAX;
    for (uint32_t i = 0; i < team->member_count; i++) {
        struct snet_team_member *member = &team->members[i];
        const size_t waiting = snet_queue_count(&member->queue, SNET_QUEUE_NEW);
        const size_t all = waiting + atomic_load_explicit(&member->conns, memory_order_relaxed);
        if (waiting < SNET_QUEUE_MAX && all < fewest) {
            fewest = all;
            chosen = member;
        }
    }
    return chosen;
}

/* --- Accepting -------------------------------------------------------------------------------- */

/* Gives it to a member, or closes it. */
static bool team_give(snet_team *team, struct snet_queue_item *item)
{
    struct snet_team_member *member = team_choose(team);
    const bool given = member != NULL && snet_queue_put(&member->queue, item);
    if (!given) {
        snet_queue_item_free(item);
    }
    return given;
}

snet_err snet_team_take(snet_team *team, int fd, const struct snet_uv_taken *taken)
{
    struct snet_queue_item *item =
        snet_queue_item_new(fd, SNET_QUEUE_NEW, taken->peer, taken->first, taken->first_len);
    if (item == NULL) {
        (void)close(fd);
        return SNET_ERR_NO_MEMORY;
    }
    return team_give(team, item) ? SNET_OK : SNET_ERR_LIMIT;
}

static void team_accepted(void *user, uv_stream_t *stream)
{
    const snet_team_listener *listener = user;
    struct snet_queue_item *item = snet_queue_item_new(-1, SNET_QUEUE_NEW, NULL, NULL, 0);
    if (item == NULL) {
        snet_stream_close(stream, true);
        return;
    }
    item->fd = snet_stream_release(stream);
    if (item->fd < 0) {
        snet_queue_item_free(item);
        return;
    }
    (void)team_give(listener->team, item); /* there was room for it */
}

static bool team_has_room(void *user)
{
    const snet_team_listener *listener = user;
    return team_choose(listener->team) != NULL;
}

snet_err snet_team_listen(snet_team *team, uv_loop_t *loop, const char *address,
                          snet_team_listener **ret_listener, int *ret_os_err)
{
    if (team->member_count < team->members_max) {
        return SNET_ERR_STATE;
    }
    snet_team_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    listener->team = team;
    const snet_err err =
        snet_stream_listener_open(loop, address, &team->options, &listener->listener, ret_os_err);
    if (err != SNET_OK) {
        free(listener);
        return err;
    }
    snet_listener_wait_for(listener->listener, team_has_room);
    snet_stream_listener_start(listener->listener, team_accepted, listener);
    *ret_listener = listener;
    return SNET_OK;
}

const char *snet_team_listener_address(const snet_team_listener *listener)
{
    return snet_stream_listener_address(listener->listener);
}

void snet_team_listener_close(snet_team_listener *listener)
{
    if (listener != NULL) {
        snet_stream_listener_close(listener->listener);
        free(listener);
    }
}
