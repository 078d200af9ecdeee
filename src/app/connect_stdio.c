/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/connect_stdio.h"

#include <snet/relay.h>

#include "app/connect_notice.h"
#include "app/eof_wait.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STDIO_BUFFER_BYTES 65536u
#define STDIO_TEXT_BYTES 512u
#define STDIO_PROBE_MS 1000u
/* When leaving: limit of the time for what is on its way, then for the word that it ends. */
#define STDIO_FLUSH_MS 5000u
#define STDIO_ABORT_MS 2000u
/* The same for one who insists. */
#define STDIO_SIGINT_ABORT_MS 1000u
#define STDIO_LEAVE_CHECK_MS 20u
/* An input in which nothing waits this often is given up, although a thread reads it. */
#define STDIO_EMPTY_MAX 3u

/* For a descriptor that others share, and have made nonblocking. */
struct stdio_wait {
    uv_poll_t poll;
    bool begun;
};

struct stdio {
    struct snet_connect *connect;
    snet_session *session;
    struct snet_log_session known;
    struct snet_connect_notice notice;
    uv_fs_t read;
    uv_fs_t write;
    struct stdio_wait in_wait;
    struct stdio_wait out_wait;
    uv_timer_t probe; /* whether anybody still reads the output */
    uv_timer_t leave;
    struct snet_eof_wait eof_wait;
    size_t in_len; /* bytes of the input that the session did not take yet */
    size_t in_offset;
    size_t out_len; /* bytes for the output that are not written yet */
    size_t out_offset;
    bool reading;
    bool writing;
    bool in_ended;
    bool in_broken; /* ... by an error, so that the stream is not whole */
    bool out_ended; /* the other end has written its last, and so has the output */
    bool out_gone;  /* nobody reads the output any more */
    bool refused;   /* ... so that bytes which had arrived are lost */
    bool leaving;   /* the end was asked for, or the output is gone */
    bool aborted;   /* and the other end was sent an abort */
    bool ended;
    bool begun; /* the session was open once */
    snet_err end_err;
    int signal_number;       /* which asked for the end, or 0 */
    uint64_t abort_at_ms;    /* when leaving: in the time of the loop */
    unsigned empty_in_a_row; /* when leaving: how often nothing waited in the input */
    char in[STDIO_BUFFER_BYTES];
    char out[STDIO_BUFFER_BYTES];
};

static uint64_t stdio_now(const struct stdio *stdio)
{
    return snet_uv_now(stdio->connect->runner.driver);
}

static void stdio_stop(struct stdio *stdio, int exit_code)
{
    snet_runner_stop(&stdio->connect->runner, exit_code);
}

/* Calls `ready` once the descriptor can be used, or is broken. False: it cannot be waited for. */
static bool stdio_wait(struct stdio *stdio, struct stdio_wait *wait, int fd, int events,
                       uv_poll_cb ready)
{
    if (!wait->begun && uv_poll_init(&stdio->connect->runner.loop, &wait->poll, fd) != 0) {
        return false;
    }
    wait->begun = true;
    wait->poll.data = stdio;
    return uv_poll_start(&wait->poll, events, ready) == 0;
}

/* --- Input ----------------------------------------------------------------------------------- */

static void stdio_read_more(struct stdio *stdio);
static void stdio_abort(struct stdio *stdio, uint64_t limit_ms);

/* All input is in the session: ends this direction, at once or when the other falls silent. */
static void stdio_end_input(struct stdio *stdio)
{
    struct snet_session_info info;
    if (!stdio->in_ended || stdio->in_len > 0 || stdio->ended) {
        return;
    }
    snet_session_get_info(stdio->session, &info);
    if (!info.half_close && !stdio->leaving) {
        snet_eof_wait_start(&stdio->eof_wait, stdio->connect->runner.driver, stdio->session,
                            snet_connect_session_eof_wait_ms(stdio->connect));
    } else if (stdio->begun) {
        /* One that is not open yet would be given up; OPENED comes back here. */
        snet_session_shutdown(stdio->session, stdio_now(stdio));
    }
}

static void stdio_push(struct stdio *stdio)
{
    while (stdio->in_len > 0 && !stdio->ended) {
        size_t written = 0;
        const uint8_t *data = (const uint8_t *)stdio->in + stdio->in_offset;
        if (snet_session_write(stdio->session, data, stdio->in_len, &written, stdio_now(stdio)) !=
            SNET_OK) {
            return; /* WRITABLE or ENDED follows */
        }
        stdio->in_offset += written;
        stdio->in_len -= written;
    }
    stdio_read_more(stdio);
}

static void stdio_in_ready(uv_poll_t *poll, int status, int events)
{
    struct stdio *stdio = poll->data;
    (void)status;
    (void)events;
    (void)uv_poll_stop(poll);
    stdio->reading = false;
    stdio_read_more(stdio);
}

/* What could not be read is no end of the stream: the other end must not take it for one. */
static void stdio_input_broken(struct stdio *stdio, int os_err)
{
    snet_log_say(&stdio->connect->options.log, "standard input: %s", uv_strerror(os_err));
    stdio->in_ended = true;
    stdio->in_broken = true;
    if (!stdio->ended && !stdio->aborted) {
        stdio_abort(stdio, STDIO_ABORT_MS);
    }
}

static void stdio_have_read(uv_fs_t *request)
{
    struct stdio *stdio = request->data;
    const ssize_t len = request->result;
    uv_fs_req_cleanup(request);
    if (len == UV_EAGAIN &&
        stdio_wait(stdio, &stdio->in_wait, STDIN_FILENO, UV_READABLE, stdio_in_ready)) {
        return;
    }
    stdio->reading = false;
    stdio->empty_in_a_row = 0;
    if (stdio->in_ended) {
        return; /* it was given up */
    }
    if (len == UV_EINTR) {
        stdio_read_more(stdio);
        return;
    }
    if (len < 0) {
        stdio_input_broken(stdio, (int)len);
        return;
    }
    if (len == 0) {
        stdio->in_ended = true;
        stdio_end_input(stdio);
        return;
    }
    stdio->in_offset = 0;
    stdio->in_len = (size_t)len;
    stdio_push(stdio);
}

static bool stdio_input_waits(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) == 1;
}

static void stdio_read_more(struct stdio *stdio)
{
    if (stdio->reading || stdio->in_ended || stdio->in_len > 0 || stdio->ended) {
        return;
    }
    if (stdio->leaving && !stdio_input_waits()) {
        stdio->in_ended = true;
        stdio_end_input(stdio);
        return;
    }
    uv_buf_t buf = uv_buf_init(stdio->in, sizeof stdio->in);
    stdio->read.data = stdio;
    stdio->reading = uv_fs_read(&stdio->connect->runner.loop, &stdio->read, STDIN_FILENO, &buf, 1,
                                -1, stdio_have_read) == 0;
}

/* The session has ended, and nothing is left to do: the exit code says how. */
static void stdio_over(struct stdio *stdio)
{
    const bool lost = stdio->begun || stdio->end_err == SNET_ERR_CLOSED;
    const int code = snet_exit_code_of(stdio->end_err);
    stdio_stop(stdio, stdio->refused                    ? SNET_EXIT_OUTPUT
                      : !lost && code == SNET_EXIT_LOST ? SNET_EXIT_UNAVAILABLE
                                                        : code);
}

/* --- Leaving --------------------------------------------------------------------------------- */

/* Whether the other end has all input, on wires that say so; on the others it is known when the
   session has ended. */
static bool stdio_delivered(const struct stdio *stdio)
{
    struct snet_session_info info;
    snet_session_get_info(stdio->session, &info);
    return info.half_close && stdio->in_ended && stdio->in_len == 0 && info.unacked == 0;
}

/*
 * Ends the session for good. The other end is sent an abort, as the writer of a pipe would be
 * signalled; and the abort would be lost if this process ended while unread bytes arrive.
 */
static void stdio_abort(struct stdio *stdio, uint64_t limit_ms)
{
    const int code = stdio->in_broken            ? SNET_EXIT_NO_INPUT
                     : stdio->refused            ? SNET_EXIT_OUTPUT
                     : stdio->signal_number != 0 ? SNET_SIGNAL_EXIT_BASE + stdio->signal_number
                                                 : SNET_EXIT_OK;
    (void)uv_timer_stop(&stdio->leave);
    stdio->aborted = true;
    snet_session_abort_with(stdio->session, SNET_RELAY_CODE_BROKEN,
                            stdio->in_broken  ? "the input cannot be read"
                            : stdio->out_gone ? "nobody reads the output any more"
                                              : "the program was told to end",
                            stdio_now(stdio));
    snet_runner_leave(&stdio->connect->runner, code, limit_ms);
}

/* A thread that reads the input can wait for ever: an input in which nothing waits has ended. */
static void stdio_empty_input(struct stdio *stdio)
{
    stdio->empty_in_a_row = stdio_input_waits() ? 0 : stdio->empty_in_a_row + 1;
    if (stdio->reading && stdio->empty_in_a_row >= STDIO_EMPTY_MAX) {
        stdio->in_ended = true;
        stdio_end_input(stdio);
    } else {
        stdio_read_more(stdio);
    }
}

static void stdio_leave_due(uv_timer_t *timer)
{
    struct stdio *stdio = timer->data;
    stdio_empty_input(stdio);
    /* Whoever can still take bytes waits for the other end to end as well. */
    const bool nothing_to_wait_for = stdio->out_gone && stdio_delivered(stdio);
    if (!nothing_to_wait_for && uv_now(timer->loop) < stdio->abort_at_ms) {
        return;
    }
    if (stdio->ended) {
        stdio_over(stdio); /* the output takes nothing */
    } else {
        stdio_abort(stdio, STDIO_ABORT_MS);
    }
}

/* Ends in good order, within the time given: what waits in the input is delivered, then its end. */
static void stdio_leave(struct stdio *stdio, uint64_t flush_ms)
{
    if (stdio->leaving || stdio->ended) {
        return;
    }
    stdio->leaving = true;
    stdio->abort_at_ms = uv_now(stdio->leave.loop) + flush_ms;
    snet_eof_wait_stop(&stdio->eof_wait);
    stdio_end_input(stdio);
    (void)uv_timer_start(&stdio->leave, stdio_leave_due, 0, STDIO_LEAVE_CHECK_MS);
}

/*
 * SIGHUP, by which OpenSSH ends its ProxyCommand, and SIGTERM end the input; SIGINT, or one more,
 * ends the session; one more does not even wait for the word to get there.
 */
static void stdio_signal(struct snet_runner *runner, int number)
{
    struct stdio *stdio = runner->user;
    const bool again = stdio->signal_number != 0;
    stdio->signal_number = number;
    if (stdio->aborted || stdio->ended) {
        stdio_stop(stdio, SNET_SIGNAL_EXIT_BASE + number);
    } else if (again || number == SIGINT || !stdio->begun) {
        stdio_abort(stdio, STDIO_SIGINT_ABORT_MS);
    } else {
        stdio_leave(stdio, STDIO_FLUSH_MS);
    }
}

/* --- Output ---------------------------------------------------------------------------------- */

/* Nobody reads the output any more: what was put into the input is still delivered. */
static void stdio_output_gone(struct stdio *stdio);

static void stdio_write_more(struct stdio *stdio);

static void stdio_out_ready(uv_poll_t *poll, int status, int events)
{
    struct stdio *stdio = poll->data;
    (void)status;
    (void)events;
    (void)uv_poll_stop(poll);
    stdio->writing = false;
    stdio_write_more(stdio);
}

static void stdio_written(uv_fs_t *request)
{
    struct stdio *stdio = request->data;
    const ssize_t len = request->result;
    uv_fs_req_cleanup(request);
    if (len == UV_EAGAIN &&
        stdio_wait(stdio, &stdio->out_wait, STDOUT_FILENO, UV_WRITABLE, stdio_out_ready)) {
        return;
    }
    stdio->writing = false;
    if (len < 0 && len != UV_EINTR) {
        snet_log_say(&stdio->connect->options.log, "standard output: %s", uv_strerror((int)len));
        stdio->refused = true;
        stdio_output_gone(stdio);
        return;
    }
    stdio->out_offset += len > 0 ? (size_t)len : 0;
    stdio->out_len -= len > 0 ? (size_t)len : 0;
    stdio_write_more(stdio);
}

/*
 * Nothing more comes: whoever reads the output sees its end, while the input goes on. A socket may
 * be shared with others, so that closing it would say nothing. The descriptor stays taken, or the
 * next connection would get it.
 */
static void stdio_end_output(struct stdio *stdio)
{
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    stdio->out_ended = true;
    (void)uv_timer_stop(&stdio->probe);
    (void)shutdown(STDOUT_FILENO, SHUT_WR);
    if (nothing >= 0) {
        (void)dup2(nothing, STDOUT_FILENO);
        (void)close(nothing);
    }
}

static void stdio_write_more(struct stdio *stdio)
{
    if (stdio->writing || stdio->out_gone || stdio->out_ended) {
        return;
    }
    if (stdio->out_len == 0) {
        size_t len = 0;
        const snet_err err = snet_session_read(stdio->session, (uint8_t *)stdio->out,
                                               sizeof stdio->out, &len, stdio_now(stdio));
        if (err != SNET_OK && stdio->ended) {
            stdio_over(stdio);
            return;
        }
        if (err == SNET_ERR_CLOSED) {
            stdio_end_output(stdio);
        }
        if (err != SNET_OK) {
            return; /* READABLE or ENDED follows */
        }
        stdio->out_offset = 0;
        stdio->out_len = len;
    }
    uv_buf_t buf = uv_buf_init(stdio->out + stdio->out_offset, (unsigned)stdio->out_len);
    stdio->write.data = stdio;
    stdio->writing = uv_fs_write(&stdio->connect->runner.loop, &stdio->write, STDOUT_FILENO, &buf,
                                 1, -1, stdio_written) == 0;
}

static void stdio_output_gone(struct stdio *stdio)
{
    if (stdio->out_gone) {
        return;
    }
    stdio->out_gone = true;
    (void)uv_timer_stop(&stdio->probe);
    if (stdio->ended) {
        stdio_over(stdio);
        return;
    }
    stdio_leave(stdio, STDIO_FLUSH_MS);
}

static void stdio_probe_due(uv_timer_t *timer)
{
    struct pollfd output = {.fd = STDOUT_FILENO};
    if (poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLNVAL)) != 0) {
        stdio_output_gone(timer->data);
    }
}

/* --- The session ----------------------------------------------------------------------------- */

static void stdio_explain(const struct stdio *stdio, snet_err err)
{
    char text[STDIO_TEXT_BYTES];
    const struct snet_connect *connect = stdio->connect;
    snet_connect_session_explain(&connect->runner, stdio->session, err, text, sizeof text);
    snet_log_say(&connect->options.log, "%s: %s", connect->options.config->address, text);
}

static void stdio_event(struct snet_runner *runner, const struct snet_core_event *event)
{
    struct stdio *stdio = runner->user;
    snet_connect_notice_event(&stdio->notice, event);
    if (event->type == SNET_CORE_EVENT_OPENED) {
        stdio->begun = true;
    }
    if (event->type == SNET_CORE_EVENT_ENDED) {
        stdio->ended = true;
        stdio->end_err = event->err;
        snet_eof_wait_stop(&stdio->eof_wait);
        if (stdio->aborted) {
            return;
        }
        if (event->err != SNET_ERR_CLOSED) {
            stdio_explain(stdio, event->err);
        }
        if (stdio->out_gone || stdio->out_ended) {
            stdio_over(stdio);
        } else {
            stdio_write_more(stdio);
        }
    } else if (event->type == SNET_CORE_EVENT_READABLE) {
        stdio_write_more(stdio);
    } else if (event->type == SNET_CORE_EVENT_OPENED || event->type == SNET_CORE_EVENT_WRITABLE) {
        stdio_push(stdio);
        stdio_end_input(stdio);
    }
}

static struct snet_log_session *stdio_known(const snet_session *session)
{
    return snet_session_user(session);
}

int snet_connect_stdio_run(struct snet_connect *connect)
{
    struct snet_runner *runner = &connect->runner;
    struct stdio *stdio = calloc(1, sizeof *stdio);
    if (stdio == NULL) {
        return SNET_EXIT_OS;
    }
    stdio->connect = connect;
    runner->on_event = stdio_event;
    runner->known_of = stdio_known;
    runner->on_signal = stdio_signal;
    runner->user = stdio;
    runner->quiet = true;
    snet_err err = snet_runner_init(runner, &connect->options.core);
    if (err == SNET_OK) {
        err = snet_connect_session_open(connect, &stdio->session);
    }
    if (err != SNET_OK) {
        snet_log_say(&connect->options.log, "%s", snet_err_message(err));
        free(stdio);
        return SNET_EXIT_OS;
    }
    snet_session_set_user(stdio->session, &stdio->known);
    snet_connect_notice_start(&stdio->notice, connect, stdio->session);
    snet_uv_watch_network(runner->driver);
    (void)uv_timer_init(&runner->loop, &stdio->leave);
    (void)uv_timer_init(&runner->loop, &stdio->probe);
    snet_eof_wait_init(&stdio->eof_wait, &runner->loop);
    stdio->leave.data = stdio->probe.data = stdio;
    (void)uv_timer_start(&stdio->probe, stdio_probe_due, STDIO_PROBE_MS, STDIO_PROBE_MS);
    const int exit_code = snet_runner_run(runner);
    snet_log_close(&connect->options.log);
    /* A thread may wait for input for ever: the process ends without asking it. */
    _exit(exit_code);
}
