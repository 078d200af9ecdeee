/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Driver: what all of the libuv driver shares: the core, the lists of what belongs to the driver,
 * the timers, and the lock. What an event of the core means for a connection or a dial is known
 * above, in uv/uv.c, and asked for by hooks. See <snet/uv.h> for what it all does.
 *
 * After every callback of libuv, and before the loop waits, the driver carries out the core's
 * events (snet_driver_drain), so that no memory of a session is used after it has gone.
 *
 * Ownership: the driver owns its core. Conns, dialers and servers are freed by the modules that
 * make them. Thread: that of the loop, unless a function says otherwise.
 */
#ifndef SNET_UV_DRIVER_H
#define SNET_UV_DRIVER_H

#include <snet/stream.h>
#include <snet/uv.h>

#include "base/list.h"
#include "uv/netwatch.h"
#include "uv/page_blocks.h"
#include "uv/sleepwatch.h"

#define SNET_DRIVER_SCRATCH_BYTES 65536u

struct snet_driver_hooks {
    /* Carries out an event of the core. */
    void (*event)(snet_uv *driver, const struct snet_core_event *event);
    /* The loop is about to wait: carries out what other threads have asked for. */
    void (*prepare)(snet_uv *driver);
    /* Another thread has used the session: sends what that yields, as far as it can, and gives the
       mutex up meanwhile if it `unlocks`. */
    void (*used)(snet_session *session, bool unlocks);
};

struct snet_conn;

enum snet_driver_timer_id {
    SNET_DRIVER_TIMER_CORE,     /* the deadline of the core; keeps the loop running */
    SNET_DRIVER_TIMER_PROBE,    /* conns that do not read: uv/conn.c */
    SNET_DRIVER_TIMER_TCP,      /* what TCP knows of conns: uv/conn.c */
    SNET_DRIVER_TIMER_NETWATCH, /* the addresses of this machine */
    SNET_DRIVER_TIMER_INLINE,   /* uv/conn_inline.c */
    SNET_DRIVER_TIMER_COALESCE  /* uv/conn_coalesce.c */
};
#define SNET_DRIVER_TIMERS 6

typedef void snet_driver_due_fn(snet_uv *driver);

struct snet_driver_timer {
    uv_timer_t handle;
    snet_driver_due_fn *due; /* NULL: the core's events are carried out, and that is all */
};

struct snet_uv {
    uv_loop_t *loop;
    struct snet_uv_config config;
    const struct snet_driver_hooks *hooks;
    snet_uv_event_fn *on_dial; /* gets a copy of the events that ask for connections; or NULL */
    snet_core *core;
    struct snet_page_blocks pages; /* of streams */
    struct snet_list conns;
    struct snet_list paused; /* conns that do not read */
    struct snet_list dialers;
    struct snet_list servers;
    struct snet_list inline_conns; /* uv/conn_inline.h: asked for, in use or returned */
    bool inline_pending;           /* one of these was asked for or returned */
    struct snet_conn *returned;    /* uv/conn_unlocked.h: the loop goes on with these */
    unsigned sending_count;        /* threads that send without the mutex */
    uint64_t unlocks;              /* how often one has */
    struct snet_list coalescing;   /* uv/conn_coalesce.h: conns that may have bytes waiting */
    uv_prepare_t prepare;
    uv_poll_t sleep; /* on this: */
    int sleep_fd;    /* snet_sleepwatch_open */
    struct snet_driver_timer timers[SNET_DRIVER_TIMERS];
    struct snet_netwatch network;
    unsigned looks_left; /* of a change of the network: SNET_NETWATCH_SETTLE_LOOKS */
    bool tcp_wanted;     /* bytes have gone to TCP of which it is not known where they are */
    unsigned open_handles;
    bool draining;
    uv_mutex_t *mutex;   /* NULL: used on the loop's thread alone */
    uv_async_t *wake;    /* wakes the loop of a driver that is shared */
    uint64_t tick_at_ns; /* what the timer of the core was set for */
    char scratch[SNET_DRIVER_SCRATCH_BYTES];
    char conn_inline_scratch[SNET_DRIVER_SCRATCH_BYTES]; /* for other threads with the mutex */
};

/* Errors: INVALID without `on_event` or for what the core refuses, NO_MEMORY, CRYPTO. */
SNET_MUST_USE snet_err snet_driver_new(uv_loop_t *loop, const struct snet_uv_config *config,
                                       const struct snet_driver_hooks *hooks, snet_uv **ret_driver);
/* Frees the core, closes all handles, and frees the driver with the last of them. What belongs to
   the driver has gone before. Not from within snet_driver_drain. */
void snet_driver_free(snet_uv *driver);

/* The time that core calls want. Any thread. */
uint64_t snet_driver_now(void);

/*
 * From now on other threads may use the core and the sessions while they hold `mutex`, which the
 * driver's callbacks hold, too. Right after snet_driver_new. `wake` interrupts the loop.
 */
void snet_driver_share(snet_uv *driver, uv_mutex_t *mutex, uv_async_t *wake);
/* From now on `on_dial` gets the events that ask for connections, which `on_event` never sees. */
void snet_driver_report_dials(snet_uv *driver, snet_uv_event_fn *on_dial);
/* Around everything that happens on the loop. */
void snet_driver_enter(snet_uv *driver);
void snet_driver_leave(snet_uv *driver);
/*
 * Another thread, which holds the mutex, has used a session: sends what that yields at once, and
 * wakes the loop for what only the loop can do. Where it `unlocks`, it may give the mutex up
 * meanwhile, never on the loop's thread: true if it did, so that everything may have changed.
 */
bool snet_driver_used(snet_uv *driver, snet_session *session, bool unlocks);
/* Carries out all events of the core. Does nothing when called from within itself. */
void snet_driver_drain(snet_uv *driver);

/* Calls `due` every `interval_ms` until snet_driver_stop. A timer that runs already keeps its time.
 */
void snet_driver_every(snet_uv *driver, enum snet_driver_timer_id id, uint64_t interval_ms,
                       snet_driver_due_fn *due);
void snet_driver_stop(snet_uv *driver, enum snet_driver_timer_id id);
/* The core has events that no handle stands for yet: the loop does not end before they are seen. */
void snet_driver_hold(snet_uv *driver);

/* Socket options for links that speak one of `wires` and whose sessions are as `session` says. */
struct snet_stream_options snet_driver_options(const snet_uv *driver, unsigned wires,
                                               const struct snet_session_config *session);

#endif
