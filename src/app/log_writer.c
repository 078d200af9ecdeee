/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/log_writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define LOG_WRITER_DROPPED_LINE_BYTES 256u
#define LOG_WRITER_MS_NS 1000000u

/* Whole lines. */
struct log_buffer {
    char *text;
    size_t len;
};

struct snet_log_writer {
    int fd;
    snet_log_dropped_fn *on_dropped;
    const void *user;
    uv_thread_t thread;
    struct log_buffer writing; /* the thread's own */
    uv_mutex_t lock;           /* for all that follows */
    uv_cond_t changed;         /* there are lines to write, or `closing` is set */
    uv_cond_t ended;           /* `idle` is set */
    struct log_buffer next;    /* lines are added here */
    uint64_t dropped;          /* lines that are missing behind those of `next` */
    bool closing;
    bool idle; /* the thread has written all and ends */
};

/* Returns once the descriptor takes bytes again; one that does not block says EAGAIN. */
static void log_writer_wait_for_room(int fd)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    (void)poll(&room, 1, -1);
}

/* Returns how many bytes were written: fewer than `len` if the system refuses the rest. */
static size_t log_writer_write(int fd, const char *text, size_t len)
{
    size_t done = 0;
    while (done < len) {
        const ssize_t written = write(fd, text + done, len - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            log_writer_wait_for_room(fd);
        } else if (errno != EINTR) {
            return done;
        }
    }
    return done;
}

static uint64_t log_writer_count_lines(const char *text, size_t len)
{
    uint64_t count = 0;
    for (size_t i = 0; i < len; i++) {
        count += text[i] == '\n' ? 1 : 0;
    }
    return count;
}

/* Writes what was taken out, then how many lines are missing behind it. Returns how many lines are
   missing still, because the system refuses to write even that. */
static uint64_t log_writer_write_taken(struct snet_log_writer *writer, uint64_t dropped)
{
    char line[LOG_WRITER_DROPPED_LINE_BYTES];
    const struct log_buffer *taken = &writer->writing;
    const size_t done = log_writer_write(writer->fd, taken->text, taken->len);
    dropped += log_writer_count_lines(taken->text + done, taken->len - done);
    if (dropped == 0) {
        return 0;
    }
    const size_t len = writer->on_dropped(writer->user, dropped, line, sizeof line);
    return log_writer_write(writer->fd, line, len) == len ? 0 : dropped;
}

/* With the lock held: swaps the buffers and writes without it. */
static void log_writer_turn(struct snet_log_writer *writer)
{
    const struct log_buffer taken = writer->next;
    const uint64_t dropped = writer->dropped;
    writer->next = writer->writing;
    writer->next.len = 0;
    writer->writing = taken;
    writer->dropped = 0;
    uv_mutex_unlock(&writer->lock);
    const uint64_t missing = log_writer_write_taken(writer, dropped);
    uv_mutex_lock(&writer->lock);
    writer->dropped += missing;
}

static void log_writer_run(void *user)
{
    struct snet_log_writer *writer = user;
    uv_mutex_lock(&writer->lock);
    while (!writer->closing || writer->next.len > 0) {
        if (writer->next.len > 0) {
            log_writer_turn(writer);
        } else {
            uv_cond_wait(&writer->changed, &writer->lock);
        }
    }
    writer->idle = true;
    uv_cond_signal(&writer->ended);
    uv_mutex_unlock(&writer->lock);
}

static void log_writer_free(struct snet_log_writer *writer)
{
    uv_cond_destroy(&writer->ended);
    uv_cond_destroy(&writer->changed);
    uv_mutex_destroy(&writer->lock);
    free(writer->next.text);
    free(writer->writing.text);
    free(writer);
}

/* The thread takes no signal: they are for the loop. */
static bool log_writer_start(struct snet_log_writer *writer)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = uv_thread_create(&writer->thread, log_writer_run, writer) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct snet_log_writer *snet_log_writer_open(int fd, snet_log_dropped_fn *on_dropped,
                                             const void *user)
{
    struct snet_log_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return NULL;
    }
    writer->fd = fd;
    writer->on_dropped = on_dropped;
    writer->user = user;
    writer->next.text = malloc(SNET_LOG_WRITER_BYTES);
    writer->writing.text = malloc(SNET_LOG_WRITER_BYTES);
    /* Failures of these three are failures of memory, which libuv's own callers cannot survive. */
    (void)uv_mutex_init(&writer->lock);
    (void)uv_cond_init(&writer->changed);
    (void)uv_cond_init(&writer->ended);
    if (writer->next.text == NULL || writer->writing.text == NULL || !log_writer_start(writer)) {
        log_writer_free(writer);
        return NULL;
    }
    return writer;
}

bool snet_log_writer_put(struct snet_log_writer *writer, const char *line, size_t len)
{
    uv_mutex_lock(&writer->lock);
    /* Behind a line that was dropped none is taken, until it was said how many are missing. */
    const bool fits = writer->dropped == 0 || writer->next.len == 0;
    const bool taken = fits && len <= SNET_LOG_WRITER_BYTES - writer->next.len;
    if (taken) {
        /* tidy: allow bytes because these are texts, and src/base is not for the command */
        memcpy(writer->next.text + writer->next.len, line, len);
        writer->next.len += len;
        uv_cond_signal(&writer->changed);
    } else {
        writer->dropped++;
    }
    uv_mutex_unlock(&writer->lock);
    return taken;
}

bool snet_log_writer_close(struct snet_log_writer *writer, uint64_t wait_ms)
{
    const uint64_t until_ns = uv_hrtime() + wait_ms * LOG_WRITER_MS_NS;
    uv_mutex_lock(&writer->lock);
    writer->closing = true;
    uv_cond_signal(&writer->changed);
    uint64_t now_ns = uv_hrtime();
    while (!writer->idle && now_ns < until_ns) {
        (void)uv_cond_timedwait(&writer->ended, &writer->lock, until_ns - now_ns);
        now_ns = uv_hrtime();
    }
    const bool idle = writer->idle;
    uv_mutex_unlock(&writer->lock);
    if (idle) {
        (void)uv_thread_join(&writer->thread);
        log_writer_free(writer);
    }
    return idle;
}
