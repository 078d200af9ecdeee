/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Reassembly: a message or record whose length is known is put together from the pieces in which it
 * arrives. Memory is held only while one is incomplete.
 *
 * Ownership: owns its memory, which is wiped before it goes back. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_REASSEMBLY_H
#define SNET_CORE_SNET3_REASSEMBLY_H

#include "core/core.h"

/* A zeroed struct is empty. */
struct snet_reassembly {
    uint8_t *data;
    size_t have;
    size_t want;
    size_t size;
};

/* Sets the length to `want` bytes, those that are there included. Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_reassembly_want(struct snet_reassembly *reassembly, snet_core *core,
                                            size_t want);
/* Takes what is still missing out of `data`. Returns how many bytes that was. */
size_t snet_reassembly_feed(struct snet_reassembly *reassembly, const uint8_t *data, size_t len);
/* Whether all bytes are there. */
bool snet_reassembly_whole(const struct snet_reassembly *reassembly);
/* Empties it: the memory goes back. */
void snet_reassembly_drop(struct snet_reassembly *reassembly, snet_core *core);

#endif
