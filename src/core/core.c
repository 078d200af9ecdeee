/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/core.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "core/shares.h"
#include "crypto/crypto.h"
#include "crypto/providers.h"
#include "crypto/suites.h"

static uint64_t core_budget(uint64_t configured_bytes)
{
    return configured_bytes == 0 ? SNET_BUDGET_DEFAULT_BYTES : configured_bytes;
}

snet_err snet_core_new(const struct snet_env *env, const struct snet_core_config *config,
                       snet_core **ret_core)
{
    snet_shares *shares = config->shares;
    const uint64_t send_bytes = shares != NULL ? shares->send_pages.own * SNET_PAGE_BYTES
                                               : core_budget(config->send_budget_bytes);
    const uint64_t recv_bytes = shares != NULL ? shares->recv_pages.own * SNET_PAGE_BYTES
                                               : core_budget(config->recv_budget_bytes);
    const bool paired = (env->secret_alloc == NULL) == (env->secret_free == NULL) &&
                        (env->page_alloc == NULL) == (env->page_free == NULL);
    if (send_bytes < SNET_PAGE_BYTES || recv_bytes < SNET_PAGE_BYTES || !paired) {
        return SNET_ERR_INVALID;
    }
    snet_core *core = env->alloc(env->ctx, sizeof *core);
    if (core == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    *core = (snet_core){.env = *env, .shares = shares};
    const snet_err err = snet_crypto_new(&core->crypto);
    if (err != SNET_OK) {
        env->free(env->ctx, core);
        return err;
    }
    snet_pool_init(&core->send_pool, &core->env, send_bytes);
    snet_pool_init(&core->recv_pool, &core->env, recv_bytes);
    if (shares != NULL) {
        snet_pool_share(&core->send_pool, &shares->send_pages.stock);
        snet_pool_share(&core->recv_pool, &shares->recv_pages.stock);
    }
    snet_list_init(&core->ready);
    snet_list_init(&core->servers);
    snet_list_init(&core->sessions);
    snet_list_init(&core->links);
    snet_list_init(&core->farewells);
    snet_list_init(&core->farewells_due);
    snet_secrets_init(&core->secrets, &core->env);
    snet_holders_init(&core->holders, &core->send_pool);
    snet_reserves_init(&core->reserves, &core->recv_pool);
    snet_pressure_init(&core->pressure, &core->send_pool, &core->recv_pool, &core->holders);
    if (env->note != NULL && snet_providers_take_refusal()) {
        snet_core_note(
            core, &(struct snet_note){.kind = SNET_NOTE_PROVIDER_REFUSED, .err = SNET_ERR_CRYPTO});
    }
    *ret_core = core;
    return SNET_OK;
}

static void core_destroy_all(const struct snet_list *tasks)
{
    while (tasks->count > 0) {
        struct snet_task *task = SNET_CONTAINER(snet_list_first(tasks), struct snet_task, node);
        task->ops->destroy(task);
    }
}

void snet_core_free(snet_core *core)
{
    if (core == NULL) {
        return;
    }
    core_destroy_all(&core->links);
    core_destroy_all(&core->sessions);
    core_destroy_all(&core->servers);
    snet_pool_deinit(&core->send_pool);
    snet_pool_deinit(&core->recv_pool);
    snet_secrets_deinit(&core->secrets);
    snet_crypto_free(core->crypto);
    const struct snet_env env = core->env;
    env.free(env.ctx, core);
}

uint64_t snet_core_deadline(const snet_core *core)
{
    if (core->turns.count > 0) {
        return core->now_ns;
    }
    const uint64_t due_ns = snet_pressure_due_ns(&core->pressure, core->now_ns);
    const uint64_t timer_ns = snet_timer_next_ns(&core->timers);
    return timer_ns < due_ns ? timer_ns : due_ns;
}

/*
 * [PROTO 20.5] A timer that is this late says that the machine or the process has slept. What the
 * peers sent meanwhile has not been read: it must not be judged by the clock alone. When the sleep
 * began is not known, but that it was not before the last tick.
 */
static void core_look_for_sleep(snet_core *core, uint64_t now)
{
    const uint64_t due_ns = snet_timer_next_ns(&core->timers);
    /* Timers are armed in the past, too: but nothing has ticked meanwhile only in a sleep. */
    if (due_ns < now && now - due_ns >= SNET_CORE_OVERSLEPT_NS && core->now_ns != 0 &&
        now - core->now_ns >= SNET_CORE_OVERSLEPT_NS) {
        struct snet_list_node *node = snet_list_first(&core->links);
        for (; node != NULL; node = snet_list_next(&core->links, node)) {
            struct snet_task *task = SNET_CONTAINER(node, struct snet_task, node);
            task->ops->overslept(task, now - core->now_ns, now);
        }
    }
}

void snet_core_tick(snet_core *core, uint64_t now)
{
    core_look_for_sleep(core, now);
    core->now_ns = now;
    snet_pressure_tick(&core->pressure, now);
    struct snet_timer *timer = snet_timer_pop(&core->timers, now);
    while (timer != NULL) {
        struct snet_task *task = SNET_CONTAINER(timer, struct snet_task, timer);
        task->ops->tick(task, now);
        timer = snet_timer_pop(&core->timers, now);
    }
}

void snet_core_totals(const snet_core *core, struct snet_core_stats *ret_stats)
{
    *ret_stats = (struct snet_core_stats){
        .send_bytes = (uint64_t)core->send_pool.used_count * SNET_PAGE_BYTES,
        .recv_bytes = (uint64_t)core->recv_pool.used_count * SNET_PAGE_BYTES,
        .sessions = core->sessions.count,
        .links = core->links.count,
        .farewells = core->farewells_unsaid,
    };
}

bool snet_core_next_event(snet_core *core, struct snet_core_event *ret_event)
{
    struct snet_list_node *node = snet_list_first(&core->ready);
    if (node == NULL) {
        return false;
    }
    struct snet_task *task = SNET_CONTAINER(node, struct snet_task, ready);
    SNET_ASSERT(task->events != 0);
    const enum snet_core_event_type type = (enum snet_core_event_type)__builtin_ctz(task->events);
    snet_core_clear(core, task, type);
    task->ops->event(task, type, ret_event);
    return true;
}

bool snet_core_has_events(const snet_core *core)
{
    return core->ready.count > 0;
}

void snet_core_post(snet_core *core, struct snet_task *task, enum snet_core_event_type type)
{
    if (task->events == 0) {
        snet_list_push(&core->ready, &task->ready);
    }
    task->events |= 1u << (unsigned)type;
}

void snet_core_clear(snet_core *core, struct snet_task *task, enum snet_core_event_type type)
{
    task->events &= ~(1u << (unsigned)type);
    if (task->events == 0) {
        snet_list_remove(&core->ready, &task->ready);
    }
}

void snet_core_forget(snet_core *core, struct snet_task *task)
{
    snet_timer_cancel(&core->timers, &task->timer);
    snet_list_remove(&core->ready, &task->ready);
    task->events = 0;
}

void *snet_core_alloc(snet_core *core, size_t size_bytes)
{
    uint8_t *memory = core->env.alloc(core->env.ctx, size_bytes);
    if (memory != NULL) {
        struct snet_writer writer;
        snet_writer_init(&writer, memory, size_bytes);
        snet_writer_zeros(&writer, size_bytes);
    }
    return memory;
}

void snet_core_release(snet_core *core, void *memory)
{
    if (memory != NULL) {
        core->env.free(core->env.ctx, memory);
    }
}

snet_err snet_core_random(snet_core *core, enum snet_random_purpose purpose, uint64_t *ret_value)
{
    uint8_t bytes[sizeof *ret_value];
    if (core->env.random(core->env.ctx, purpose, bytes, sizeof bytes) != SNET_OK) {
        return SNET_ERR_RANDOM;
    }
    struct snet_reader reader;
    snet_reader_init(&reader, bytes, sizeof bytes);
    *ret_value = snet_reader_u64(&reader);
    return SNET_OK;
}

snet_err snet_core_random_bytes(snet_core *core, enum snet_random_purpose purpose,
                                uint8_t *ret_bytes, size_t len)
{
    return core->env.random(core->env.ctx, purpose, ret_bytes, len) == SNET_OK ? SNET_OK
                                                                               : SNET_ERR_RANDOM;
}

snet_err snet_core_suite_add(snet_core *core, const snet_suite *suite)
{
    for (size_t i = 0; i < core->suite_count; i++) {
        if (core->suites[i]->id == suite->id) {
            return SNET_ERR_INVALID;
        }
    }
    if (core->suite_count == SNET_SUITES_ADDED_MAX) {
        return SNET_ERR_LIMIT;
    }
    const snet_err err = snet_suite_check(suite);
    if (err != SNET_OK) {
        return err;
    }
    core->suites[core->suite_count++] = suite;
    return SNET_OK;
}

void snet_core_note(const snet_core *core, const struct snet_note *note)
{
    if (core->env.note != NULL) {
        core->env.note(core->env.ctx, note);
    }
}
