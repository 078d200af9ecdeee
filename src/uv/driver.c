/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/driver.h"

#include "base/assert.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* History covers what TCP can lose when buffers of both ends are this part of it [PROTO 5.4]. */
#define DRIVER_BUFFER_DIVISOR 8u
#define DRIVER_BUFFER_MIN_BYTES 4096u

/* --- Notes and time --------------------------------------------------------------------------- */

static void driver_env_note(void *ctx, const struct snet_note *note)
{
    const snet_uv *driver = ctx;
    driver->config.on_note(driver->config.user, note);
}

static void *driver_env_page(void *ctx)
{
    snet_uv *driver = ctx;
    return snet_page_blocks_take(&driver->pages);
}

static void driver_env_page_free(void *ctx, void *page)
{
    snet_uv *driver = ctx;
    snet_page_blocks_give(&driver->pages, page);
}

/* A clock that counts the time in which the machine sleeps, where there is one: the two ends of a
   session without a link wait equally long. */
#ifdef CLOCK_BOOTTIME
#define DRIVER_CLOCK CLOCK_BOOTTIME
#else
#define DRIVER_CLOCK CLOCK_MONOTONIC
#endif

uint64_t snet_driver_now(void)
{
    struct timespec now = {0};
    (void)clock_gettime(DRIVER_CLOCK, &now);
    return (uint64_t)now.tv_sec * SNET_SECOND_NS + (uint64_t)now.tv_nsec;
}

/* --- Sharing --------------------------------------------------------------------------------- */

void snet_driver_share(snet_uv *driver, uv_mutex_t *mutex, uv_async_t *wake)
{
    driver->mutex = mutex;
    driver->wake = wake;
}

void snet_driver_report_dials(snet_uv *driver, snet_uv_event_fn *on_dial)
{
    driver->on_dial = on_dial;
}

void snet_driver_enter(snet_uv *driver)
{
    if (driver->mutex != NULL) {
        uv_mutex_lock(driver->mutex);
    }
}

void snet_driver_leave(snet_uv *driver)
{
    if (driver->mutex != NULL) {
        uv_mutex_unlock(driver->mutex);
    }
}

bool snet_driver_used(snet_uv *driver, snet_session *session, bool unlocks)
{
    const uint64_t before = driver->unlocks;
    driver->hooks->used(session, unlocks);
    if (snet_core_has_events(driver->core) ||
        snet_core_deadline(driver->core) < driver->tick_at_ns) {
        (void)uv_async_send(driver->wake);
    }
    return driver->unlocks != before;
}

/* --- Events and time ------------------------------------------------------------------------- */

void snet_driver_drain(snet_uv *driver)
{
    if (driver->draining) {
        return;
    }
    driver->draining = true;
    snet_core_tick(driver->core, snet_driver_now());
    struct snet_core_event event;
    while (snet_core_next_event(driver->core, &event)) {
        driver->hooks->event(driver, &event);
    }
    driver->draining = false;
}

static void driver_timer_due(uv_timer_t *handle)
{
    snet_uv *driver = handle->data;
    const struct snet_driver_timer *timer =
        SNET_CONTAINER(handle, struct snet_driver_timer, handle);
    snet_driver_enter(driver);
    if (timer->due != NULL) {
        timer->due(driver);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

void snet_driver_every(snet_uv *driver, enum snet_driver_timer_id id, uint64_t interval_ms,
                       snet_driver_due_fn *due)
{
    struct snet_driver_timer *timer = &driver->timers[id];
    timer->due = due;
    if (!uv_is_active((uv_handle_t *)&timer->handle)) {
        (void)uv_timer_start(&timer->handle, driver_timer_due, interval_ms, interval_ms);
    }
}

void snet_driver_stop(snet_uv *driver, enum snet_driver_timer_id id)
{
    (void)uv_timer_stop(&driver->timers[id].handle);
}

void snet_driver_hold(snet_uv *driver)
{
    uv_timer_t *timer = &driver->timers[SNET_DRIVER_TIMER_CORE].handle;
    (void)uv_timer_start(timer, driver_timer_due, 0, 0);
}

/* Sets the timer for the core's deadline. */
static void driver_await_deadline(snet_uv *driver)
{
    uv_timer_t *timer = &driver->timers[SNET_DRIVER_TIMER_CORE].handle;
    const uint64_t deadline = snet_core_deadline(driver->core);
    driver->tick_at_ns = deadline;
    if (deadline == SNET_NEVER) {
        (void)uv_timer_stop(timer);
        return;
    }
    const uint64_t now = snet_driver_now();
    const uint64_t wait_ns = deadline > now ? deadline - now : 0;
    (void)uv_timer_start(timer, driver_timer_due, (wait_ns + SNET_MS_NS - 1) / SNET_MS_NS, 0);
}

static void driver_prepare(uv_prepare_t *prepare)
{
    snet_uv *driver = prepare->data;
    snet_driver_enter(driver);
    driver->hooks->prepare(driver);
    snet_driver_drain(driver);
    driver_await_deadline(driver);
    snet_driver_leave(driver);
}

/* --- The driver ------------------------------------------------------------------------------ */

struct snet_stream_options snet_driver_options(const snet_uv *driver, unsigned wires,
                                               const struct snet_session_config *session)
{
    const bool bounded = (wires & ~(unsigned)SNET_WIRE_3) != 0;
    const uint32_t kept_bytes =
        session->history_bytes == 0 ? SNET_HISTORY_DEFAULT_BYTES : session->history_bytes;
    const uint64_t silent_ns = session->dead_peer_timeout_ns == 0
                                   ? driver->config.dead_peer_timeout_ns
                                   : session->dead_peer_timeout_ns;
    const uint32_t buffer_bytes = kept_bytes / DRIVER_BUFFER_DIVISOR;
    return (struct snet_stream_options){
        .buffer_bytes = !bounded                                 ? 0
                        : buffer_bytes < DRIVER_BUFFER_MIN_BYTES ? DRIVER_BUFFER_MIN_BYTES
                                                                 : buffer_bytes,
        .dead_peer_timeout_ms = (uint32_t)(silent_ns / SNET_MS_NS),
    };
}

static snet_err driver_make_core(snet_uv *driver)
{
    struct snet_env env;
    snet_env_system(&env);
    env.ctx = driver;
    env.note = driver->config.on_note != NULL ? driver_env_note : NULL;
    env.page_alloc = driver_env_page;
    env.page_free = driver_env_page_free;
    snet_page_blocks_init(&driver->pages);
    return snet_core_new(&env, &driver->config.core, &driver->core);
}

/* The machine was asleep: timers of the loop do not count that, so what is due is done now. */
static void driver_woken(uv_poll_t *handle, int os_err, int events)
{
    snet_uv *driver = handle->data;
    (void)events;
    snet_driver_enter(driver);
    if (os_err != 0 || !snet_sleepwatch_slept(driver->sleep_fd)) {
        (void)uv_poll_stop(handle);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

static void driver_watch_sleep(snet_uv *driver)
{
    driver->sleep_fd = snet_sleepwatch_open();
    if (driver->sleep_fd < 0) {
        return;
    }
    if (uv_poll_init(driver->loop, &driver->sleep, driver->sleep_fd) != 0) {
        (void)close(driver->sleep_fd);
        driver->sleep_fd = -1;
        return;
    }
    driver->sleep.data = driver;
    (void)uv_poll_start(&driver->sleep, UV_READABLE, driver_woken);
    uv_unref((uv_handle_t *)&driver->sleep);
    driver->open_handles++;
}

/* None of them keeps the loop running, but for the core's timer while it is set. */
static void driver_init_handles(snet_uv *driver)
{
    (void)uv_prepare_init(driver->loop, &driver->prepare);
    driver->prepare.data = driver;
    (void)uv_prepare_start(&driver->prepare, driver_prepare);
    uv_unref((uv_handle_t *)&driver->prepare);
    for (unsigned i = 0; i < SNET_DRIVER_TIMERS; i++) {
        uv_timer_t *timer = &driver->timers[i].handle;
        (void)uv_timer_init(driver->loop, timer);
        timer->data = driver;
        uv_unref((uv_handle_t *)timer);
    }
    uv_ref((uv_handle_t *)&driver->timers[SNET_DRIVER_TIMER_CORE].handle);
    driver->open_handles = 1 + SNET_DRIVER_TIMERS;
    driver_watch_sleep(driver);
}

snet_err snet_driver_new(uv_loop_t *loop, const struct snet_uv_config *config,
                         const struct snet_driver_hooks *hooks, snet_uv **ret_driver)
{
    if (config->on_event == NULL) {
        return SNET_ERR_INVALID;
    }
    snet_uv *driver = calloc(1, sizeof *driver);
    if (driver == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    driver->loop = loop;
    driver->hooks = hooks;
    driver->config = *config;
    if (driver->config.dead_peer_timeout_ns == 0) {
        driver->config.dead_peer_timeout_ns = SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS;
    }
    const snet_err err = driver_make_core(driver);
    if (err != SNET_OK) {
        free(driver);
        return err;
    }
    snet_list_init(&driver->conns);
    snet_list_init(&driver->paused);
    snet_list_init(&driver->dialers);
    snet_list_init(&driver->servers);
    snet_list_init(&driver->inline_conns);
    snet_list_init(&driver->coalescing);
    driver_init_handles(driver);
    *ret_driver = driver;
    return SNET_OK;
}

static void driver_handle_closed(uv_handle_t *handle)
{
    snet_uv *driver = handle->data;
    driver->open_handles--;
    if (driver->open_handles == 0) {
        free(driver);
    }
}

static void driver_sleep_closed(uv_handle_t *handle)
{
    const snet_uv *driver = handle->data;
    (void)close(driver->sleep_fd);
    driver_handle_closed(handle);
}

void snet_driver_free(snet_uv *driver)
{
    SNET_ASSERT(driver->conns.count == 0);
    SNET_ASSERT(driver->dialers.count == 0);
    SNET_ASSERT(driver->servers.count == 0);
    snet_core_free(driver->core);
    driver->core = NULL;
    snet_page_blocks_deinit(&driver->pages);
    uv_close((uv_handle_t *)&driver->prepare, driver_handle_closed);
    if (driver->sleep_fd >= 0) {
        uv_close((uv_handle_t *)&driver->sleep, driver_sleep_closed);
    }
    for (unsigned i = 0; i < SNET_DRIVER_TIMERS; i++) {
        uv_close((uv_handle_t *)&driver->timers[i].handle, driver_handle_closed);
    }
}
