/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Relay, inside: for the descriptors of sock/bridge.h and for tests. What it does is in
 * <snet/relay.h>.
 *
 * Ownership and thread: as there. The caller of a function holds the lock of a driver that is
 * shared.
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
    /* The next three may be set right after snet_relay_new. */
    bool keeps_session;           /* the session is not freed with the relay */
    bool forgives;                /* a stream that breaks counts as ended: what came before is
                                     still delivered */
    void (*on_pause)(void *user); /* the relay stops reading, and cannot see the stream close */
    bool reading;
    bool deaf;        /* the stream takes nothing any more */
    bool local_ended; /* the stream has no more to read */
    bool local_shut;  /* the stream has got our FIN */
    bool session_ended;
    snet_err end_err;
    size_t held_len; /* bytes in `buffer` that the session did not take yet */
    size_t held_offset;
    char *buffer; /* allocated while bytes pass */
};

#endif
