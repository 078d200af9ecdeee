/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/library.h"

#include <snet/cipher.h>
#include <snet/suite.h>

#include "sock/added.h"
#include "sock/apply.h"
#include "sock/bridge.h"
#include "sock/closing.h"
#include "sock/config.h"
#include "sock/copy_out.h"
#include "sock/fail.h"
#include "sock/fork_guard.h"
#include "sock/logline.h"
#include "sock/notify.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct library {
    uv_mutex_t mutex; /* for beginning and ending; taken before the loop's lock */
    uint64_t opened;  /* snet_library_open, less snet_library_close */
    struct snet_core_config core;
    uv_pid_t exit_process; /* that has asked to be called at its exit; 0: none */
};

static struct library library = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static const struct snet_loop_hooks library_hooks = {
    .on_core = snet_added_fill,
    .on_event = snet_notify_event,
    .on_dial = snet_notify_dial,
    .on_note = snet_notify_note,
    .on_due = snet_closing_due,
    .on_turn = snet_notify_turn,
};

static void library_work(uv_work_t *work)
{
    (void)work;
}

static void library_worked(uv_work_t *work, int os_err)
{
    (void)work;
    (void)os_err;
}

/*
 * A child exits that libuv's pool of threads has not followed. libuv 1.44 joins them all the same
 * when it is unloaded, after this, and crashes. A pool that is used again in the child is a new
 * one.
 */
static void library_exit_child(void)
{
    uv_loop_t loop;
    uv_work_t work;
    if (uv_loop_init(&loop) == 0) {
        (void)uv_queue_work(&loop, &work, library_work, library_worked);
        (void)uv_run(&loop, UV_RUN_DEFAULT);
        (void)uv_loop_close(&loop);
    }
}

/* The process exits, or the library is unloaded: what was written goes out first. */
static void library_exit(void)
{
    if (library.exit_process != uv_os_getpid()) {
        library_exit_child();
        return;
    }
    if (!snet_loop_runs() || snet_loop_is_here()) {
        return; /* that thread would wait for itself */
    }
    snet_loop_lock();
    snet_closing_all_for_good();
    snet_closing_wait(SNET_NEVER);
    snet_loop_park();
    snet_loop_unlock();
}

/* --- Begin ----------------------------------------------------------------------------------- */

static snet_err library_start(const struct snet_core_config *core)
{
    if (snet_loop_runs()) {
        return SNET_OK;
    }
    const snet_err err = snet_loop_start(&library_hooks, core);
    if (err == SNET_OK) {
        library.core = *core;
        /* After libcrypto's own handler, which this has to run before: the last one is the first.
         */
        if (library.exit_process != 0 || atexit(library_exit) == 0) {
            library.exit_process = uv_os_getpid(); /* a child has its parent's handler */
        }
    }
    return err;
}

snet_err snet_library_start(void)
{
    if (snet_fork_guard_is_child()) {
        return SNET_ERR_FORKED;
    }
    if (snet_loop_runs()) {
        return SNET_OK;
    }
    uv_mutex_lock(&library.mutex);
    const snet_err err = library_start(&(struct snet_core_config){0});
    uv_mutex_unlock(&library.mutex);
    return err;
}

snet_err snet_library_open(const struct snet_config *config, struct snet_error *ret_error)
{
    struct snet_config own;
    struct snet_core_config core;
    snet_err err = snet_config_take(config, SNET_USE_LIBRARY, &own, ret_error);
    if (err != SNET_OK) {
        return err;
    }
    if (snet_fork_guard_is_child()) {
        snet_fail(ret_error, SNET_ERR_FORKED, 0, NULL);
        return SNET_ERR_FORKED;
    }
    snet_apply_own_core(&own, &core);
    uv_mutex_lock(&library.mutex);
    const bool other = core.send_budget_bytes != library.core.send_budget_bytes ||
                       core.recv_budget_bytes != library.core.recv_budget_bytes;
    if (snet_loop_runs() && config != NULL && other) {
        err = SNET_ERR_STATE;
    } else {
        err = library_start(&core);
    }
    if (err == SNET_OK) {
        library.opened++;
    }
    uv_mutex_unlock(&library.mutex);
    if (err != SNET_OK) {
        snet_fail(ret_error, err, 0, "beginning the background thread");
    }
    return err;
}

/* --- End ------------------------------------------------------------------------------------- */

/* With the loop's lock: all that lingers has had its time. */
static void library_drop_job(void *arg)
{
    (void)arg;
    snet_closing_due(SNET_NEVER);
    snet_bridge_forget_reasons();
}

/* The last one closes. Errors: STATE. */
static snet_err library_stop(uint64_t until_ns)
{
    snet_loop_lock();
    if (snet_closing_open_count() > 0) {
        snet_loop_unlock();
        return SNET_ERR_STATE;
    }
    snet_closing_wait(until_ns);
    snet_loop_do(library_drop_job, NULL);
    snet_logline_to(NULL, NULL, -1);
    snet_loop_unlock();
    snet_loop_stop();
    return SNET_OK;
}

snet_err snet_library_close(uint64_t timeout_ns)
{
    snet_err err = SNET_OK;
    if (snet_fork_guard_is_child()) {
        return SNET_ERR_FORKED;
    }
    if (snet_loop_is_here()) {
        return SNET_ERR_STATE; /* it would wait for itself */
    }
    const uint64_t now = snet_loop_now();
    const uint64_t until_ns = timeout_ns > SNET_NEVER - now ? SNET_NEVER : now + timeout_ns;
    uv_mutex_lock(&library.mutex);
    if (library.opened <= 1 && snet_loop_runs()) {
        err = library_stop(until_ns);
    }
    if (err == SNET_OK && library.opened > 0) {
        library.opened--;
    }
    uv_mutex_unlock(&library.mutex);
    return err;
}

/* --- What programs add to it ------------------------------------------------------------------ */

/* Whether something can be added now. Errors: FORKED; STATE where others may wait for this thread.
 */
static snet_err library_may_add(const void *table)
{
    if (snet_fork_guard_is_child()) {
        return SNET_ERR_FORKED;
    }
    if (table == NULL) {
        return SNET_ERR_INVALID;
    }
    return snet_loop_is_here() ? SNET_ERR_STATE : SNET_OK;
}

snet_err snet_library_add_suite(const snet_suite *suite)
{
    snet_err err = library_may_add(suite);
    if (err != SNET_OK) {
        return err;
    }
    uv_mutex_lock(&library.mutex); /* no loop begins or ends meanwhile */
    err = snet_added_suite(suite);
    if (err == SNET_OK && snet_loop_runs()) {
        snet_loop_lock();
        err = snet_core_suite_add(snet_uv_core(snet_loop_driver()), suite);
        snet_loop_unlock();
    }
    uv_mutex_unlock(&library.mutex);
    return err;
}

snet_err snet_library_add_cipher(const struct snet_cipher *cipher)
{
    snet_err err = library_may_add(cipher);
    if (err == SNET_OK) {
        uv_mutex_lock(&library.mutex);
        err = snet_added_cipher(cipher);
        uv_mutex_unlock(&library.mutex);
    }
    return err;
}

/* --- What programs ask of all of it ---------------------------------------------------------- */

void snet_library_totals(struct snet_totals *ret_totals, size_t size)
{
    struct snet_totals totals = {0};
    if (ret_totals == NULL || size == 0) {
        return;
    }
    if (!snet_fork_guard_is_child()) {
        snet_loop_lock();
        if (snet_loop_runs()) {
            struct snet_core_stats core;
            snet_core_totals(snet_uv_core(snet_loop_driver()), &core);
            totals = (struct snet_totals){
                .send_bytes = core.send_bytes,
                .recv_bytes = core.recv_bytes,
                .sessions = core.sessions,
                .connections = core.links,
            };
        }
        snet_loop_unlock();
    }
    snet_copy_out(ret_totals, size, &totals, sizeof totals);
}

void snet_library_set_log(snet_log_fn *log, void *user)
{
    if (!snet_fork_guard_is_child()) {
        snet_loop_lock();
        snet_logline_to(log, user, -1);
        snet_loop_unlock();
    }
}

int snet_library_set_log_fd(int fd)
{
    if (snet_fork_guard_is_child()) {
        errno = EBADF;
        return -1;
    }
    snet_loop_lock();
    snet_logline_to(NULL, NULL, fd);
    snet_loop_unlock();
    return 0;
}

static void library_network_changed_job(void *arg)
{
    (void)arg;
    snet_uv_network_changed(snet_loop_driver());
}

void snet_network_changed(void)
{
    if (snet_fork_guard_is_child()) {
        return;
    }
    uv_mutex_lock(&library.mutex); /* the loop does not end meanwhile */
    if (snet_loop_runs()) {
        snet_loop_lock();
        snet_loop_do(library_network_changed_job, NULL);
        snet_loop_unlock();
    }
    uv_mutex_unlock(&library.mutex);
}
