/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The core alone, <snet/core.h>, over a transport of one's own: here a pair of connected local
 * sockets, and a loop of poll. A serial line, Bluetooth or a datagram protocol with retransmission
 * would do as well: all the core wants is bytes in order.
 *
 * A client and a server are in this one program. The client sends 1 MiB, and on the way the
 * connection breaks three times, with what was in it.
 *
 * The pattern that every program around the core has is in end_turn: tell the time, take the events
 * until there are none, send what the core wants sent, give it what has arrived.
 */
#include <snet/core.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PIPE_TOTAL_BYTES (UINT64_C(1) << 20)
#define PIPE_BREAKS 3u
#define PIPE_SECONDS_MAX 20u

/* One end: a core, its one session, and the link that carries it at the moment. */
struct end {
    const char *name;
    bool is_client;
    snet_core *core;
    snet_session *session;
    snet_link *link;
    int fd;                    /* of the link; -1 without one */
    bool dial;                 /* the core wants a connection */
    enum snet_close_how close; /* how the core wants this one closed, if so */
    uint64_t done;             /* bytes of the stream, written or read */
    snet_err ended;            /* SNET_OK while the session lives */
    uint32_t resumes;          /* of the session, when it ended */
};

static uint64_t clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SNET_SECOND_NS + (uint64_t)now.tv_nsec;
}

static void must(bool condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "core_pipe: %s\n", what);
        exit(1);
    }
}

/* --- The stream: the client writes a pattern, the server checks it -------------------------- */

static uint8_t pattern(uint64_t offset)
{
    return (uint8_t)(offset * 31 + (offset >> 8) * 7 + (offset >> 16));
}

static void client_write(struct end *end, uint64_t now)
{
    uint8_t bytes[1024];
    size_t taken = 0;
    while (end->is_client && end->done < PIPE_TOTAL_BYTES) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = pattern(end->done + i);
        }
        /* The total is a multiple of the size of `bytes`, but less may be taken at a time. */
        const uint64_t left = PIPE_TOTAL_BYTES - end->done;
        const size_t len = left < sizeof bytes ? (size_t)left : sizeof bytes;
        if (snet_session_write(end->session, bytes, len, &taken, now) != SNET_OK) {
            return; /* AGAIN: SNET_CORE_EVENT_WRITABLE comes */
        }
        end->done += taken;
    }
    if (end->is_client) {
        snet_session_shutdown(end->session, now);
    }
}

static void server_read(struct end *end, uint64_t now)
{
    uint8_t bytes[1024];
    size_t len = 0;
    snet_err err = snet_session_read(end->session, bytes, sizeof bytes, &len, now);
    while (err == SNET_OK) {
        for (size_t i = 0; i < len; i++) {
            must(bytes[i] == pattern(end->done + i), "a byte is not what it was");
        }
        end->done += len;
        err = snet_session_read(end->session, bytes, sizeof bytes, &len, now);
    }
    if (err == SNET_ERR_CLOSED && !end->is_client) {
        snet_session_shutdown(end->session, now); /* nothing to say either */
    }
}

/* --- One end -------------------------------------------------------------------------------- */

static void end_event(struct end *end, const struct snet_core_event *event, uint64_t now)
{
    switch (event->type) {
    case SNET_CORE_EVENT_DIAL:
        end->dial = true;
        break;
    case SNET_CORE_EVENT_OPENED:
        (void)printf("%s: open\n", end->name);
        end->session = event->session;
        client_write(end, now);
        break;
    case SNET_CORE_EVENT_LOST:
        (void)printf("%s: lost after %llu bytes\n", end->name, (unsigned long long)end->done);
        break;
    case SNET_CORE_EVENT_RESUMED:
        (void)printf("%s: resumed\n", end->name);
        break;
    case SNET_CORE_EVENT_READABLE:
        server_read(end, now);
        break;
    case SNET_CORE_EVENT_WRITABLE:
        client_write(end, now);
        break;
    case SNET_CORE_EVENT_ENDED: {
        struct snet_session_info info;
        snet_session_get_info(event->session, &info);
        end->resumes = info.resumes;
        end->ended = event->err;
        (void)printf("%s: %s\n", end->name, snet_err_message(event->err));
        break;
    }
    case SNET_CORE_EVENT_LINK_CLOSE:
        end->close = event->close_how;
        break;
    case SNET_CORE_EVENT_BARREN:
    case SNET_CORE_EVENT_FREED:     /* only when a session has a pointer of its driver */
    case SNET_CORE_EVENT_LINK_SEND: /* end_turn looks after both links anyway */
    case SNET_CORE_EVENT_LINK_RECV:
        break;
    }
}

static void end_events(struct end *end, uint64_t now)
{
    struct snet_core_event event;
    while (snet_core_next_event(end->core, &event)) {
        end_event(end, &event, now);
    }
}

/* The connection is gone: closed by this end, or found dead. */
static void end_hang_up(struct end *end, uint64_t now)
{
    snet_link_free(end->link, now);
    (void)close(end->fd);
    end->link = NULL;
    end->fd = -1;
    end->close = SNET_CLOSE_NONE;
}

/* Sends what the core wants sent; what the descriptor does not take now waits in the core. */
static void end_send(struct end *end, uint64_t now)
{
    struct snet_span span;
    ssize_t sent = 1;
    while (sent > 0 && end->link != NULL && snet_link_send(end->link, &span, 1) == 1) {
        sent = send(end->fd, span.data, span.len, MSG_NOSIGNAL);
        if (sent > 0) {
            snet_link_sent(end->link, (size_t)sent, now);
        } else if (errno != EAGAIN) {
            snet_link_failed(end->link, SNET_ERR_LINK_RESET, now);
        }
        end_events(end, now);
    }
}

/* Gives the core what has arrived, and never more than it has room for. */
static void end_receive(struct end *end, uint64_t now)
{
    uint8_t bytes[4096];
    size_t taken = 0;
    ssize_t len = 1;
    while (len > 0 && end->link != NULL && snet_link_room(end->link) > 0) {
        const size_t room = snet_link_room(end->link);
        len = recv(end->fd, bytes, room < sizeof bytes ? room : sizeof bytes, 0);
        if (len > 0) {
            snet_link_recv(end->link, bytes, (size_t)len, &taken, now);
            must(taken == (size_t)len, "the core took less than it has room for");
        } else if (len == 0) {
            snet_link_eof(end->link, now);
        } else if (errno != EAGAIN) {
            snet_link_failed(end->link, SNET_ERR_LINK_RESET, now);
        }
        end_events(end, now);
    }
}

static void end_turn(struct end *end, uint64_t now)
{
    snet_core_tick(end->core, now);
    end_events(end, now);
    if (end->fd >= 0) {
        end_receive(end, now);
        end_send(end, now);
    }
    /* An orderly close comes after everything else has been sent. */
    struct snet_span span;
    if (end->close == SNET_CLOSE_RESET ||
        (end->close == SNET_CLOSE_FIN && snet_link_send(end->link, &span, 1) == 0)) {
        end_hang_up(end, now);
    }
}

/* --- Both ends and the transport between them ----------------------------------------------- */

/* This transport's way to connect. Elsewhere, the other end has its own program, and accepts. */
static void connect_ends(struct end *client, struct end *server, snet_server *listener,
                         uint64_t now)
{
    int fds[2];
    client->dial = false;
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0, "no pair of sockets");
    client->fd = fds[0];
    server->fd = fds[1];
    must(snet_client_connected(client->session, &client->link, now) == SNET_OK, "no link");
    must(snet_server_accepted(listener, &server->link, now) == SNET_OK, "no link");
}

static void break_connection(struct end *ends, uint64_t now)
{
    (void)printf("(the connection breaks)\n");
    for (unsigned i = 0; i < 2; i++) {
        snet_link_failed(ends[i].link, SNET_ERR_LINK_LOST, now);
        end_events(&ends[i], now);
        end_hang_up(&ends[i], now);
    }
}

/* Waits until something can be read, or a core has something due. */
static void wait_for_ends(const struct end *ends, uint64_t now)
{
    struct pollfd fds[2];
    uint64_t due = now + SNET_SECOND_NS;
    for (unsigned i = 0; i < 2; i++) {
        struct snet_span span;
        const bool sends = ends[i].link != NULL && snet_link_send(ends[i].link, &span, 1) > 0;
        fds[i] = (struct pollfd){.fd = ends[i].fd, .events = sends ? POLLIN | POLLOUT : POLLIN};
        const uint64_t own = snet_core_deadline(ends[i].core);
        due = own < due ? own : due;
    }
    const uint64_t resume_timeout_ns = due > now ? due - now : 0;
    (void)poll(fds, 2, (int)((resume_timeout_ns + SNET_MS_NS - 1) / SNET_MS_NS));
}

static void run(struct end *client, struct end *server, snet_server *listener)
{
    const uint64_t until = clock_ns() + PIPE_SECONDS_MAX * SNET_SECOND_NS;
    struct end *ends = client; /* both, side by side */
    unsigned broken = 0;
    bool over = false;
    while (!over) {
        const uint64_t now = clock_ns();
        must(now < until, "this takes too long");
        end_turn(client, now);
        end_turn(server, now);
        over = client->ended != SNET_OK && server->ended != SNET_OK;
        if (client->dial) {
            connect_ends(client, server, listener, now);
        } else if (broken < PIPE_BREAKS && client->link != NULL && server->link != NULL &&
                   server->done > (broken + 1) * PIPE_TOTAL_BYTES / (PIPE_BREAKS + 1)) {
            broken++;
            break_connection(ends, now);
        } else if (!over) {
            wait_for_ends(ends, now);
        }
    }
}

int main(void)
{
    struct snet_env env;
    const struct snet_core_config defaults = {0};
    struct end ends[2] = {{.name = "client", .is_client = true, .fd = -1},
                          {.name = "server", .fd = -1}};
    struct snet_key secret;
    struct snet_key public_key;
    snet_env_system(&env);
    must(snet_key_generate(&secret) == SNET_OK && snet_key_public(&secret, &public_key) == SNET_OK,
         "no keys");
    const struct snet_client_config client = {.wire = SNET_WIRE_3, .keys = {.server = &public_key}};
    const struct snet_server_config server = {.wires = SNET_WIRE_3,
                                              .keys = {.secrets = &secret, .secret_count = 1}};
    snet_server *listener = NULL;
    must(snet_core_new(&env, &defaults, &ends[0].core) == SNET_OK &&
             snet_core_new(&env, &defaults, &ends[1].core) == SNET_OK &&
             snet_server_new(ends[1].core, &server, &listener) == SNET_OK &&
             snet_client_open(ends[0].core, &client, &ends[0].session, clock_ns()) == SNET_OK,
         "no cores");
    run(&ends[0], &ends[1], listener);
    must(ends[0].ended == SNET_ERR_CLOSED && ends[1].ended == SNET_ERR_CLOSED, "no clean end");
    must(ends[1].done == PIPE_TOTAL_BYTES, "not everything arrived");
    must(ends[0].resumes >= PIPE_BREAKS, "the session was not resumed");
    (void)printf("%llu bytes arrived, once and in order\n", (unsigned long long)ends[1].done);
    snet_core_free(ends[0].core);
    snet_core_free(ends[1].core);
    snet_key_wipe(&secret);
    return 0;
}
