/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/loop.h"

#include "base/assert.h"
#include "sock/notify.h"
#include "sock/socket.h"
#include "uv/conn_coalesce.h"
#include "uv/driver.h"

#include <signal.h>
#include <stdlib.h>

/* A job that somebody waits for. */
struct loop_job {
    snet_loop_job_fn *job;
    void *arg;
    struct loop_job *next;
    bool done;
};

struct sock_loop {
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t wake;
    uv_mutex_t mutex;
    uv_cond_t done;
    snet_uv *driver;
    uv_timer_t reaper;
    uint64_t reap_at_ns; /* when it is due */
    uv_cond_t reaped;
    struct snet_list sockets;
    struct snet_list acceptors;
    struct snet_list reasons;
    struct snet_list notify;
    struct snet_loop_log log;
    struct loop_job *jobs; /* latest first; bounded by the threads that wait */
    uv_pid_t process;
    snet_err err;
};

static struct sock_loop sock_loop;
static uv_once_t sock_loop_once = UV_ONCE_INIT;
static _Thread_local bool sock_loop_is_here;
/*
 * Signals that a program has handlers for, which do not expect to run on a thread it does not know.
 * No others: a runtime stops each thread by a signal of its choice, and waits until it has come.
 */
static const int loop_signals[] = {SIGHUP,  SIGINT,  SIGTERM, SIGCHLD, SIGALRM,
                                   SIGUSR1, SIGUSR2, SIGPIPE, SIGWINCH};

static void loop_work(uv_async_t *wake)
{
    (void)wake;
    uv_mutex_lock(&sock_loop.mutex);
    while (sock_loop.jobs != NULL) {
        struct loop_job *job = sock_loop.jobs;
        sock_loop.jobs = job->next;
        job->job(job->arg);
        job->done = true;
        uv_cond_broadcast(&sock_loop.done);
    }
    snet_driver_drain(sock_loop.driver);
    uv_mutex_unlock(&sock_loop.mutex);
    snet_notify_tell();
}

static void loop_run(void *arg)
{
    (void)arg;
    sock_loop_is_here = true;
    (void)pthread_setname_np(pthread_self(), SNET_LOOP_THREAD_NAME);
    (void)uv_run(&sock_loop.loop, UV_RUN_DEFAULT);
}

/*
 * Threads have the mask of who begins them: so has this one, beyond what is blocked here, because a
 * program may have blocked a signal everywhere in order to wait for it. The threads of libuv's pool
 * that the loop begins have it, too.
 */
static snet_err loop_begin_thread(void)
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
    return os_err == 0 ? SNET_OK : SNET_ERR_OS;
}

static snet_err loop_set_up(void)
{
    const struct snet_uv_config config = {.on_event = snet_socket_event,
                                          .on_note = snet_notify_note};
    sock_loop.process = uv_os_getpid();
    sock_loop.reap_at_ns = SNET_NEVER;
    snet_list_init(&sock_loop.sockets);
    snet_list_init(&sock_loop.acceptors);
    snet_list_init(&sock_loop.reasons);
    snet_list_init(&sock_loop.notify);
    if (uv_mutex_init(&sock_loop.mutex) != 0 || uv_cond_init(&sock_loop.done) != 0 ||
        uv_cond_init(&sock_loop.reaped) != 0 || uv_loop_init(&sock_loop.loop) != 0 ||
        uv_timer_init(&sock_loop.loop, &sock_loop.reaper) != 0 ||
        uv_async_init(&sock_loop.loop, &sock_loop.wake, loop_work) != 0) {
        return SNET_ERR_OS;
    }
    const snet_err err = snet_uv_new(&sock_loop.loop, &config, &sock_loop.driver);
    if (err != SNET_OK) {
        return err;
    }
    snet_driver_share(sock_loop.driver, &sock_loop.mutex, &sock_loop.wake);
    snet_driver_tell_dials(sock_loop.driver, snet_notify_dial);
    return loop_begin_thread();
}

static void loop_begin(void)
{
    sock_loop.err = loop_set_up();
    if (sock_loop.err == SNET_OK) {
        (void)atexit(snet_socket_at_exit);
    }
}

snet_err snet_loop_start(void)
{
    uv_once(&sock_loop_once, loop_begin);
    return sock_loop.err;
}

bool snet_loop_is_own(void)
{
    return sock_loop.process == uv_os_getpid();
}

bool snet_loop_is_here(void)
{
    return sock_loop_is_here;
}

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

struct snet_list *snet_loop_sockets(void)
{
    return &sock_loop.sockets;
}

struct snet_list *snet_loop_acceptors(void)
{
    return &sock_loop.acceptors;
}

struct snet_list *snet_loop_reasons(void)
{
    return &sock_loop.reasons;
}

struct snet_list *snet_loop_news(void)
{
    return &sock_loop.notify;
}

struct snet_loop_log *snet_loop_log(void)
{
    return &sock_loop.log;
}

void snet_loop_wake(void)
{
    (void)uv_async_send(&sock_loop.wake);
}

bool snet_loop_wait(uv_cond_t *changed, uint64_t until_ns)
{
    if (until_ns == SNET_NEVER) {
        uv_cond_wait(changed, &sock_loop.mutex);
        return true;
    }
    const uint64_t now = uv_hrtime();
    return until_ns > now && uv_cond_timedwait(changed, &sock_loop.mutex, until_ns - now) == 0;
}

static void loop_reap(uv_timer_t *timer)
{
    (void)timer;
    snet_loop_lock();
    snet_socket_reap(uv_hrtime());
    snet_loop_unlock();
}

void snet_loop_reaped(void)
{
    uv_cond_broadcast(&sock_loop.reaped);
}

void snet_loop_reap_at(uint64_t at_ns)
{
    snet_loop_reaped();
    sock_loop.reap_at_ns = at_ns;
    if (at_ns == SNET_NEVER) {
        (void)uv_timer_stop(&sock_loop.reaper);
        return;
    }
    const uint64_t now = uv_hrtime();
    const uint64_t wait_ns = at_ns > now ? at_ns - now : 0;
    (void)uv_timer_start(&sock_loop.reaper, loop_reap, wait_ns / SNET_MS_NS + 1, 0);
}

void snet_loop_reap_by(uint64_t at_ns)
{
    if (at_ns < sock_loop.reap_at_ns) {
        snet_loop_reap_at(at_ns);
    }
}

void snet_loop_wait_reaped(uint64_t until_ns)
{
    (void)snet_loop_wait(&sock_loop.reaped, until_ns);
}

void snet_loop_used(snet_session *session)
{
    snet_driver_used(sock_loop.driver, session);
}

void snet_loop_written(snet_session *session)
{
    snet_conn_coalesce_written(sock_loop.driver, session);
}

void snet_loop_do(snet_loop_job_fn *job, void *arg)
{
    if (sock_loop_is_here) {
        job(arg);
        return;
    }
    struct loop_job own = {.job = job, .arg = arg, .next = sock_loop.jobs};
    sock_loop.jobs = &own;
    (void)uv_async_send(&sock_loop.wake);
    while (!own.done) {
        uv_cond_wait(&sock_loop.done, &sock_loop.mutex);
    }
}
