/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Inside of a relay, for the descriptors of sock/bridge.h and for tests. What it does is in
 * <snet/relay.h>.
 *
 * Ownership and thread: as there. A driver that is shared is locked by the caller of its functions.
 */
#ifndef SNET_UV_RELAY_H
#define SNET_UV_RELAY_H

#include <snet/relay.h>

#include "uv/stream_writer.h"

#include <stdbool.h>
#include <stddef.h>

struct snet_relay {
    snet_uv *driver;
    snet_session *session;
    struct snet_relay_config config;
    uv_stream_t *stream; /* NULL before snet_relay_start and after the end */
    struct snet_stream_writer writer;
    /* The next three are set right after snet_relay_new by those who want something else. */
    bool lends;    /* the session is not freed with the relay */
    bool forgives; /* a stream that breaks has only ended: what it has sent is still delivered */
    void (*on_pause)(void *user); /* it does not read now, and cannot see the stream close */
    bool reading;
    bool deaf;        /* the stream takes nothing any more */
    bool local_ended; /* the stream has no more to read */
    bool local_shut;  /* and was told that nothing more comes */
    bool session_ended;
    snet_err end_err;
    size_t held_len; /* bytes in `buffer` that the session did not take yet */
    size_t held_offset;
    char *buffer; /* allocated while bytes pass */
};

#endif
