/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Duplex: a session with read callbacks and requests, as <snet/duplex.h> promises. Completions wait
 * for an idle handle in the loop's next turn, so that no call of the program calls it back.
 */
#include <snet/duplex.h>

#include "base/assert.h"
#include "uv/driver.h"

#include <stdlib.h>

/* Requests in the order of asking. They are the program's memory, so their number has no limit. */
struct duplex_queue {
    snet_duplex_request *first;
    snet_duplex_request **end;
};

struct snet_duplex {
    snet_uv *driver;
    snet_session *session; /* NULL once closed */
    void *user;
    snet_duplex_read_fn *on_read; /* NULL while stopped */
    snet_duplex_close_fn *on_closed;
    struct duplex_queue writes; /* not yet taken, or not wholly */
    struct duplex_queue done;   /* whose `on_done` is due */
    size_t waiting_bytes;       /* of `writes` */
    snet_duplex_request *shutdown;
    uv_idle_t soon;
    bool shut;      /* no more requests are taken */
    bool shut_down; /* the session is shut down */
    bool read_over; /* `on_read` has had its last call */
    bool ended;     /* the session has ended */
    snet_err end_err;
};

/* --- Requests -------------------------------------------------------------------------------- */

static void duplex_queue_init(struct duplex_queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static void duplex_queue_push(struct duplex_queue *queue, snet_duplex_request *request)
{
    request->next = NULL;
    *queue->end = request;
    queue->end = &request->next;
}

static snet_duplex_request *duplex_queue_pop(struct duplex_queue *queue)
{
    snet_duplex_request *request = queue->first;
    queue->first = request->next;
    if (queue->first == NULL) {
        queue->end = &queue->first;
    }
    return request;
}

static void duplex_soon(uv_idle_t *soon);

static void duplex_wake(snet_duplex *duplex)
{
    (void)uv_idle_start(&duplex->soon, duplex_soon);
}

static void duplex_complete(snet_duplex *duplex, snet_duplex_request *request, snet_err err)
{
    request->err = err;
    duplex_queue_push(&duplex->done, request);
    if (duplex->session != NULL) {
        duplex_wake(duplex);
    }
}

static void duplex_call_done(snet_duplex *duplex)
{
    while (duplex->done.first != NULL) {
        snet_duplex_request *request = duplex_queue_pop(&duplex->done);
        request->on_done(request, request->err);
    }
}

static void duplex_fail_all(snet_duplex *duplex, snet_err err)
{
    while (duplex->writes.first != NULL) {
        duplex_complete(duplex, duplex_queue_pop(&duplex->writes), err);
    }
    duplex->waiting_bytes = 0;
    if (duplex->shutdown != NULL) {
        duplex_complete(duplex, duplex->shutdown, err == SNET_ERR_CLOSED ? SNET_OK : err);
        duplex->shutdown = NULL;
    }
}

/* --- Writing --------------------------------------------------------------------------------- */

/* Puts what waits into the session; AGAIN when it is full. */
static snet_err duplex_push(snet_duplex *duplex)
{
    snet_err err = SNET_OK;
    while (duplex->writes.first != NULL && err == SNET_OK) {
        snet_duplex_request *request = duplex->writes.first;
        size_t written = 0;
        err = snet_session_write(duplex->session, request->data, request->len, &written,
                                 snet_uv_now(duplex->driver));
        if (err == SNET_OK) {
            request->data += written;
            request->len -= written;
            duplex->waiting_bytes -= written;
        }
        if (err == SNET_OK && request->len == 0) {
            duplex_complete(duplex, duplex_queue_pop(&duplex->writes), SNET_OK);
        }
    }
    return err;
}

/* The session has all: ends its direction, and waits until the other end has all, too. */
static void duplex_end(snet_duplex *duplex)
{
    struct snet_session_info info;
    snet_session_get_info(duplex->session, &info);
    if (!duplex->shut_down && info.id == 0) {
        return; /* a session that is not open yet would end; OPENED comes back here */
    }
    if (!duplex->shut_down) {
        duplex->shut_down = true;
        snet_session_shutdown(duplex->session, snet_uv_now(duplex->driver));
    }
    /* STATE: the wire has no acknowledgements, and ENDED completes the request. */
    if (duplex->shutdown != NULL && snet_session_flush(duplex->session) == SNET_OK) {
        duplex_complete(duplex, duplex->shutdown, SNET_OK);
        duplex->shutdown = NULL;
    }
}

static void duplex_go_on(snet_duplex *duplex)
{
    const snet_err err = duplex->ended ? duplex->end_err : duplex_push(duplex);
    if (err == SNET_OK && duplex->shut) {
        duplex_end(duplex);
    } else if (err != SNET_OK && err != SNET_ERR_AGAIN) {
        duplex_fail_all(duplex, err);
    }
}

void snet_duplex_write(snet_duplex *duplex, snet_duplex_request *request, const void *data,
                       size_t len, snet_duplex_request_fn *on_done)
{
    SNET_ASSERT(duplex->session != NULL);
    request->on_done = on_done;
    request->data = data;
    request->len = len;
    if (duplex->shut) {
        duplex_complete(duplex, request, SNET_ERR_STATE);
        return;
    }
    duplex_queue_push(&duplex->writes, request);
    duplex->waiting_bytes += len;
    duplex_go_on(duplex);
}

size_t snet_duplex_write_queue_bytes(const snet_duplex *duplex)
{
    return duplex->waiting_bytes;
}

void snet_duplex_shutdown(snet_duplex *duplex, snet_duplex_request *request,
                          snet_duplex_request_fn *on_done)
{
    SNET_ASSERT(duplex->session != NULL);
    request->on_done = on_done;
    if (duplex->shut) {
        duplex_complete(duplex, request, SNET_ERR_STATE);
        return;
    }
    duplex->shut = true;
    duplex->shutdown = request;
    duplex_go_on(duplex);
}

/* --- Reading --------------------------------------------------------------------------------- */

static void duplex_read_end(snet_duplex *duplex, snet_err err)
{
    duplex->read_over = true;
    (void)duplex->on_read(duplex->user, NULL, 0, err);
}

/* Whether all that the other end will ever write has arrived. */
static bool duplex_peer_ended(const snet_duplex *duplex)
{
    struct snet_session_info info;
    snet_session_get_info(duplex->session, &info);
    return info.peer_ended;
}

/* Shows once what there is. False when there is nothing more to show before the next event. */
static bool duplex_show(snet_duplex *duplex)
{
    struct snet_span spans[SNET_DUPLEX_SPANS_MAX];
    size_t count = 0;
    size_t total = 0;
    const snet_err err = snet_session_peek(duplex->session, spans, SNET_DUPLEX_SPANS_MAX, &count);
    if (err != SNET_OK) {
        if (err != SNET_ERR_AGAIN) {
            duplex_read_end(duplex, err);
        }
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        total += spans[i].len;
    }
    const size_t taken = duplex->on_read(duplex->user, spans, count, SNET_OK);
    if (duplex->session == NULL) {
        return false; /* the callback has closed the duplex */
    }
    SNET_ASSERT(taken <= total);
    snet_session_consume(duplex->session, taken, snet_uv_now(duplex->driver));
    if (taken == total) {
        return true;
    }
    const bool over = duplex->ended || duplex_peer_ended(duplex);
    if (taken == 0 && over && duplex->on_read != NULL) {
        /* The program waits for more bytes before it takes the rest, and none will come. */
        duplex_read_end(duplex, duplex->ended ? duplex->end_err : SNET_ERR_CLOSED);
    }
    return taken > 0 && (over || count == SNET_DUPLEX_SPANS_MAX);
}

static void duplex_read(snet_duplex *duplex)
{
    bool more = true;
    while (more && duplex->session != NULL && duplex->on_read != NULL && !duplex->read_over) {
        more = duplex_show(duplex);
    }
}

void snet_duplex_read_start(snet_duplex *duplex, snet_duplex_read_fn *on_read)
{
    SNET_ASSERT(duplex->session != NULL);
    duplex->on_read = on_read;
    duplex_wake(duplex);
}

void snet_duplex_read_stop(snet_duplex *duplex)
{
    duplex->on_read = NULL;
}

/* --- Both ------------------------------------------------------------------------------------ */

static void duplex_soon(uv_idle_t *soon)
{
    snet_duplex *duplex = soon->data;
    (void)uv_idle_stop(soon);
    duplex_call_done(duplex);
    duplex_read(duplex);
}

void snet_duplex_event(snet_duplex *duplex, const struct snet_core_event *event)
{
    if (duplex->session == NULL) {
        return;
    }
    if (event->type == SNET_CORE_EVENT_ENDED) {
        duplex->ended = true;
        duplex->end_err = event->err;
    }
    if (event->type == SNET_CORE_EVENT_OPENED || event->type == SNET_CORE_EVENT_WRITABLE ||
        event->type == SNET_CORE_EVENT_ENDED) {
        duplex_go_on(duplex);
    }
    if (event->type == SNET_CORE_EVENT_READABLE || event->type == SNET_CORE_EVENT_ENDED) {
        duplex_read(duplex);
    }
}

snet_err snet_duplex_new(snet_uv *driver, snet_session *session, void *user,
                         snet_duplex **ret_duplex)
{
    snet_duplex *duplex = calloc(1, sizeof *duplex);
    if (duplex == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    duplex->driver = driver;
    duplex->session = session;
    duplex->user = user;
    duplex_queue_init(&duplex->writes);
    duplex_queue_init(&duplex->done);
    (void)uv_idle_init(driver->loop, &duplex->soon);
    duplex->soon.data = duplex;
    snet_session_set_user(session, duplex);
    *ret_duplex = duplex;
    return SNET_OK;
}

snet_session *snet_duplex_session(const snet_duplex *duplex)
{
    return duplex->session;
}

static void duplex_closed(uv_handle_t *soon)
{
    snet_duplex *duplex = soon->data;
    duplex_call_done(duplex);
    if (duplex->on_closed != NULL) {
        duplex->on_closed(duplex->user);
    }
    free(duplex);
}

void snet_duplex_close(snet_duplex *duplex, snet_duplex_close_fn *on_closed)
{
    SNET_ASSERT(duplex->session != NULL);
    snet_session *session = duplex->session;
    duplex->session = NULL;
    duplex->on_read = NULL;
    duplex->on_closed = on_closed;
    duplex_fail_all(duplex, SNET_ERR_ABORTED);
    snet_session_set_user(session, NULL);
    snet_session_free(session, snet_uv_now(duplex->driver));
    uv_close((uv_handle_t *)&duplex->soon, duplex_closed);
}
