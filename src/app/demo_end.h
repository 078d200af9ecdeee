/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * One end of the demo's transfer: sends a file, as often as asked, and digests what arrives.
 *
 * Ownership: the caller's struct; borrows session and file. Thread: that of the loop.
 */
#ifndef SNET_APP_DEMO_END_H
#define SNET_APP_DEMO_END_H

#include <snet/digest.h>
#include <snet/uv.h>

#include <stdbool.h>
#include <stdint.h>

#define SNET_DEMO_CHUNK_BYTES 65536u

/* What is sent: `total_bytes` of the file, from its start again where it ends. */
struct snet_demo_source {
    int fd;
    uint64_t file_bytes;
    uint64_t total_bytes;
};

struct snet_demo_end {
    snet_uv *driver;
    snet_session *session;
    const struct snet_demo_source *source;
    snet_digest *sent_digest;
    snet_digest *received_digest;
    uint64_t sent;
    uint64_t received;
    const char *failure; /* NULL while all is well */
};

/* Errors: as snet_digest_new. */
SNET_MUST_USE snet_err snet_demo_end_init(struct snet_demo_end *end, snet_uv *driver,
                                          const struct snet_demo_source *source);
void snet_demo_end_deinit(struct snet_demo_end *end);
/* The session may take bytes. */
void snet_demo_end_send(struct snet_demo_end *end);
/* The session may have bytes. */
void snet_demo_end_receive(struct snet_demo_end *end);
/* Whether everything was sent and everything arrived. */
bool snet_demo_end_done(const struct snet_demo_end *end);

#endif
