/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Outbox: bytes of a link that are ready to go out, handshake messages and sealed records, until
 * the connection has taken them. Memory is held only while there are any.
 *
 * Ownership: owns its memory. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_OUTBOX_H
#define SNET_CORE_SNET3_OUTBOX_H

#include "core/core.h"

/* A zeroed struct is empty. */
struct snet_outbox {
    uint8_t *data;
    size_t sent;
    size_t len;
    size_t size;
};

/*
 * Memory for `len` more bytes behind what is there, which enter with snet_outbox_commit before any
 * other call. NULL when the machine has none.
 */
uint8_t *snet_outbox_space(struct snet_outbox *outbox, snet_core *core, size_t len);
void snet_outbox_commit(struct snet_outbox *outbox, size_t len);
bool snet_outbox_empty(const struct snet_outbox *outbox);
/* All that waits. */
struct snet_span snet_outbox_look(const struct snet_outbox *outbox);
/* The connection took the first `len` bytes. */
void snet_outbox_sent(struct snet_outbox *outbox, snet_core *core, size_t len);
/* Drops what has not gone out. */
void snet_outbox_drop(struct snet_outbox *outbox, snet_core *core);

#endif
