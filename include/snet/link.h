/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Links of a core: each is one connection, whose bytes the caller moves. Part of <snet/core.h>,
 * which says what holds for all of its calls.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: the core's, until the caller gives the link back by snet_link_free.
 * Thread: the core's.
 */
#ifndef SNET_LINK_H
#define SNET_LINK_H

#include <snet/config.h>
#include <snet/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct snet_link snet_link;

/* A stretch of bytes to send or to read; valid until the next call on the object it came from. */
struct snet_span {
    const uint8_t *data;
    size_t len;
};

/*
 * Gives bytes from the connection to the core. Takes as many as there is room for, at most what
 * snet_link_room said just before; the caller offers the rest again after
 * SNET_CORE_EVENT_LINK_RECV. Bad bytes are not an error of this call: they close the link by an
 * event.
 */
SNET_API void snet_link_recv(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken,
                             uint64_t now);

/* How many bytes snet_link_recv takes now. When it takes none, see snet_link_await_room. */
SNET_API size_t snet_link_room(const snet_link *link);
/* The caller waits for room: SNET_CORE_EVENT_LINK_RECV follows, at once if there is some. */
SNET_API void snet_link_await_room(snet_link *link);

/*
 * The bytes to send now, as at most `span_max` spans; returns how many. The spans stay valid until
 * snet_link_sent or snet_link_free of this link. Nothing to send is 0 spans.
 */
SNET_API size_t snet_link_send(snet_link *link, struct snet_span *ret_spans, size_t span_max);

/*
 * The caller has taken the first `len` bytes of what snet_link_send showed: the connection has
 * them, or the caller sends them before all else. To be said before what comes back is given to
 * snet_link_recv: an answer to what was never sent is refused.
 */
SNET_API void snet_link_sent(snet_link *link, size_t len, uint64_t now);

/*
 * Withdraws an SNET_CORE_EVENT_LINK_SEND that waits: the caller has sent already, or lets the bytes
 * wait for more of them and comes back by itself. The event waits again as soon as the link gets
 * more to send. Without such an event nothing happens.
 */
SNET_API void snet_link_clear_send(snet_link *link);

/* What the TCP of this machine knows of a link's connection. */
struct snet_link_tcp {
    uint64_t rtt_ns;       /* its round trip; 0: not known */
    uint64_t queued_bytes; /* how many of the bytes that snet_link_sent reported the other machine
                              has not acknowledged yet */
};

/*
 * Whether a deadline of the link may depend on that: then the caller looks every
 * SNET_LINK_TCP_INTERVAL_NS or so, and reports what it finds by snet_link_tell_tcp. It also does so
 * once when a link begins, which has the time for its handshake from the round trip [PROTO 20.3]. A
 * caller that cannot know reports nothing: then a link whose peer is silent has less time.
 */
#define SNET_LINK_TCP_INTERVAL_NS (2 * SNET_SECOND_NS)
SNET_API bool snet_link_wants_tcp(const snet_link *link);
SNET_API void snet_link_tell_tcp(snet_link *link, const struct snet_link_tcp *tcp, uint64_t now);

/* The other end closed its direction in good order (FIN). */
SNET_API void snet_link_eof(snet_link *link, uint64_t now);

/* The connection failed: reset, timed out, or closed by the caller. */
SNET_API void snet_link_failed(snet_link *link, snet_err err, uint64_t now);

/* Gives the link back; the connection must be closed or about to be. Accepts NULL. */
SNET_API void snet_link_free(snet_link *link, uint64_t now);

/* A pointer of the caller's, not touched by the core; NULL at first. */
SNET_API void snet_link_set_user(snet_link *link, void *user);
SNET_API void *snet_link_user(const snet_link *link);

#ifdef __cplusplus
}
#endif

#endif
