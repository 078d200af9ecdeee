/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/loop.h"

#include "base/assert.h"
#include "sock/fork_guard.h"
#include "uv/conn_coalesce.h"
#include "uv/driver.h"

#include <pthread.h>
#include <signal.h>

/* on_due runs no more often, whatever is asked for: one walk over all sockets for many. */
#define LOOP_DUE_INTERVAL_MIN_NS (10 * SNET_MS_NS)

/* A job that somebody waits for. */
struct loop_job {
    snet_loop_job_fn *job;
    void *arg;
    struct loop_job *next;
    bool done;
};

struct sock_loop {
    uv_mutex_t mutex; /* lives as long as the process: a pthread mutex needs no making */
    struct snet_loop_hooks hooks;
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t wake;
    uv_cond_t done;   /* a job */
    uv_cond_t reaped; /* a socket */
    snet_uv *driver;
    uv_timer_t due;
    uint64_t due_at_ns; /* what the timer was set for */
    uint64_t due_by_ns; /* what was asked for, perhaps by another thread */
    uint64_t due_ran_ns;
    struct snet_list sockets;
    struct snet_list backlogs;
    struct snet_list reasons;
    struct snet_list calls;
    struct loop_job *jobs; /* latest first; bounded by the threads that wait */
    bool running;
    bool parking;
    bool parked;
};

/* What happens with the lock is short: where there is one that tries for a while before it waits.
 */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define LOOP_MUTEX PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#else
#define LOOP_MUTEX PTHREAD_MUTEX_INITIALIZER
#endif

static struct sock_loop sock_loop = {.mutex = LOOP_MUTEX};
static _Thread_local bool sock_loop_is_here;

/* --- The thread ------------------------------------------------------------------------------ */

static void loop_due(uv_timer_t *timer)
{
    (void)timer;
    snet_loop_lock();
    const uint64_t now = snet_loop_now();
    sock_loop.due_at_ns = SNET_NEVER;
    sock_loop.due_by_ns = SNET_NEVER;
    sock_loop.due_ran_ns = now;
    sock_loop.hooks.on_due(now);
    snet_loop_has_reaped();
    snet_loop_wake(); /* arms the timer again */
    snet_loop_unlock();
}

/* On the loop's thread, with the lock: the timer is set for what was asked for. */
static void loop_arm(void)
{
    if (sock_loop.due_by_ns >= sock_loop.due_at_ns) {
        return;
    }
    const uint64_t now = snet_loop_now();
    const uint64_t soonest_ns = sock_loop.due_ran_ns + LOOP_DUE_INTERVAL_MIN_NS;
    const uint64_t at_ns = sock_loop.due_by_ns > soonest_ns ? sock_loop.due_by_ns : soonest_ns;
    sock_loop.due_at_ns = sock_loop.due_by_ns;
    (void)uv_timer_start(&sock_loop.due, loop_due, at_ns > now ? (at_ns - now) / SNET_MS_NS + 1 : 0,
                         0);
}

static void loop_work(uv_async_t *wake)
{
    (void)wake;
    snet_loop_lock();
    while (sock_loop.jobs != NULL) {
        struct loop_job *job = sock_loop.jobs;
        sock_loop.jobs = job->next;
        job->job(job->arg);
        job->done = true;
        uv_cond_broadcast(&sock_loop.done);
    }
    while (sock_loop.parking) {
        sock_loop.parked = true;
        uv_cond_broadcast(&sock_loop.done);
        uv_cond_wait(&sock_loop.reaped, &sock_loop.mutex);
    }
    if (sock_loop.driver != NULL) {
        snet_driver_drain(sock_loop.driver);
        loop_arm();
    }
    snet_loop_unlock();
    sock_loop.hooks.on_turn();
}

static void loop_run(void *arg)
{
    (void)arg;
    sock_loop_is_here = true;
    (void)pthread_setname_np(pthread_self(), SNET_LOOP_THREAD_NAME);
    (void)uv_run(&sock_loop.loop, UV_RUN_DEFAULT);
}

/*
 * Signals that a program has handlers for, which do not expect to run on a thread it does not know.
 * No others: a runtime stops each thread by a signal of its choice, and waits until it has come.
 */
static const int loop_signals[] = {SIGHUP,  SIGINT,  SIGTERM, SIGCHLD, SIGALRM,
                                   SIGUSR1, SIGUSR2, SIGPIPE, SIGWINCH};

/*
 * Threads have the mask of the thread that begins them: so has this one, beyond what is blocked
 * here, because a program may have blocked a signal everywhere in order to wait for it. The threads
 * of libuv's pool that the loop begins have it, too.
 */
static int loop_run_thread(void)
{
    sigset_t own;
    sigset_t before;
    (void)sigemptyset(&own);
    for (unsigned i = 0; i < sizeof loop_signals / sizeof loop_signals[0]; i++) {
        (void)sigaddset(&own, loop_signals[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &own, &before);
    const int os_err = uv_thread_create(&sock_loop.thread, loop_run, NULL);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return os_err;
}

/* --- Start and stop -------------------------------------------------------------------------- */

static snet_err loop_make_driver(const struct snet_core_config *config)
{
    const struct snet_uv_config driver_config = {
        .core = *config,
        .on_event = sock_loop.hooks.on_event,
        .on_note = sock_loop.hooks.on_note,
    };
    snet_loop_lock(); /* a core that is made may have a note */
    snet_err err = snet_uv_new(&sock_loop.loop, &driver_config, &sock_loop.driver);
    snet_loop_unlock();
    if (err != SNET_OK) {
        return err;
    }
    snet_driver_share(sock_loop.driver, &sock_loop.mutex, &sock_loop.wake);
    snet_driver_report_dials(sock_loop.driver, sock_loop.hooks.on_dial);
    err = sock_loop.hooks.on_core(snet_uv_core(sock_loop.driver));
    if (err != SNET_OK) {
        snet_uv_free(sock_loop.driver);
    }
    return err;
}

static void loop_close_handles(void)
{
    uv_close((uv_handle_t *)&sock_loop.due, NULL);
    uv_close((uv_handle_t *)&sock_loop.wake, NULL);
}

snet_err snet_loop_start(const struct snet_loop_hooks *hooks, const struct snet_core_config *config)
{
    if (sock_loop.running) {
        return SNET_OK;
    }
    sock_loop.hooks = *hooks;
    sock_loop.due_at_ns = SNET_NEVER;
    sock_loop.due_by_ns = SNET_NEVER;
    sock_loop.due_ran_ns = 0;
    sock_loop.jobs = NULL;
    sock_loop.driver = NULL;
    snet_list_init(&sock_loop.sockets);
    snet_list_init(&sock_loop.backlogs);
    snet_list_init(&sock_loop.reasons);
    snet_list_init(&sock_loop.calls);
    if (uv_loop_init(&sock_loop.loop) != 0) {
        return SNET_ERR_OS;
    }
    snet_err err = SNET_ERR_OS;
    if (uv_async_init(&sock_loop.loop, &sock_loop.wake, loop_work) == 0) {
        (void)uv_timer_init(&sock_loop.loop, &sock_loop.due);
        (void)uv_cond_init(&sock_loop.done);
        (void)uv_cond_init(&sock_loop.reaped);
        err = loop_make_driver(config);
        if (err == SNET_OK && loop_run_thread() != 0) {
            snet_uv_free(sock_loop.driver);
            err = SNET_ERR_OS;
        }
        if (err != SNET_OK) {
            loop_close_handles();
        }
    }
    if (err != SNET_OK) {
        (void)uv_run(&sock_loop.loop, UV_RUN_DEFAULT); /* what was closed goes */
        (void)uv_loop_close(&sock_loop.loop);
        return err;
    }
    snet_fork_guard_set();
    sock_loop.running = true;
    return SNET_OK;
}

/* On the loop's thread: nothing is left that it would run for. */
static void loop_stop_job(void *arg)
{
    (void)arg;
    snet_uv_free(sock_loop.driver);
    sock_loop.driver = NULL;
    loop_close_handles();
}

void snet_loop_stop(void)
{
    SNET_ASSERT(!sock_loop_is_here);
    snet_loop_lock();
    snet_loop_do(loop_stop_job, NULL);
    snet_loop_unlock();
    (void)uv_thread_join(&sock_loop.thread);
    (void)uv_loop_close(&sock_loop.loop);
    uv_cond_destroy(&sock_loop.done);
    uv_cond_destroy(&sock_loop.reaped);
    snet_fork_guard_clear();
    sock_loop.running = false;
}

void snet_loop_park(void)
{
    sock_loop.parking = true;
    snet_loop_wake();
    while (!sock_loop.parked) {
        uv_cond_wait(&sock_loop.done, &sock_loop.mutex);
    }
}

bool snet_loop_runs(void)
{
    return sock_loop.running;
}

bool snet_loop_is_here(void)
{
    return sock_loop_is_here;
}

/* --- With the lock --------------------------------------------------------------------------- */

void snet_loop_lock(void)
{
    uv_mutex_lock(&sock_loop.mutex);
}

void snet_loop_unlock(void)
{
    uv_mutex_unlock(&sock_loop.mutex);
}

snet_uv *snet_loop_driver(void)
{
    return sock_loop.driver;
}

void snet_loop_used(snet_session *session)
{
    (void)snet_driver_used(sock_loop.driver, session, false);
}

bool snet_loop_used_unlocking(snet_session *session)
{
    return snet_driver_used(sock_loop.driver, session, !sock_loop_is_here);
}

void snet_loop_written(snet_session *session)
{
    snet_conn_coalesce_written(sock_loop.driver, session, !sock_loop_is_here);
}

struct snet_list *snet_loop_sockets(void)
{
    return &sock_loop.sockets;
}

struct snet_list *snet_loop_backlogs(void)
{
    return &sock_loop.backlogs;
}

struct snet_list *snet_loop_reasons(void)
{
    return &sock_loop.reasons;
}

struct snet_list *snet_loop_calls(void)
{
    return &sock_loop.calls;
}

void snet_loop_wake(void)
{
    (void)uv_async_send(&sock_loop.wake);
}

uint64_t snet_loop_now(void)
{
    return snet_driver_now();
}

bool snet_loop_wait(uv_cond_t *changed, uint64_t until_ns)
{
    if (until_ns == SNET_NEVER) {
        uv_cond_wait(changed, &sock_loop.mutex);
        return true;
    }
    const uint64_t now = snet_loop_now();
    return until_ns > now && uv_cond_timedwait(changed, &sock_loop.mutex, until_ns - now) == 0;
}

void snet_loop_due_by(uint64_t at_ns)
{
    if (at_ns < sock_loop.due_by_ns) {
        sock_loop.due_by_ns = at_ns;
        snet_loop_wake();
    }
}

void snet_loop_has_reaped(void)
{
    uv_cond_broadcast(&sock_loop.reaped);
}

void snet_loop_wait_reaped(uint64_t until_ns)
{
    (void)snet_loop_wait(&sock_loop.reaped, until_ns);
}

void snet_loop_do(snet_loop_job_fn *job, void *arg)
{
    if (sock_loop_is_here) {
        job(arg);
        return;
    }
    struct loop_job own = {.job = job, .arg = arg, .next = sock_loop.jobs};
    sock_loop.jobs = &own;
    snet_loop_wake();
    while (!own.done) {
        uv_cond_wait(&sock_loop.done, &sock_loop.mutex);
    }
}
