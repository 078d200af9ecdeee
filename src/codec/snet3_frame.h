/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The records of snet/3 after the handshake: their length, and the frames inside. Pure: no state,
 * no cryptography.
 *
 *   record        len[2]  ct[len - 16]  tag[16]         len = 17..max_record + 16; AD = len[2]
 *
 *   frame         type[1], then
 *     00 PAD      -
 *     01 DATA     n[2]  n bytes                         n >= 1
 *     02 DATA_END the rest of the record                at least 1 byte
 *     03 ACK      recv_next[8]  limit[8]
 *     04 PING     token[4]
 *     05 PONG     token[4]
 *     06 FIN      final[8]
 *     07 ABORT    code[2]  n[1]  n bytes of text
 *     08 MIGRATE  deadline_ms[4]  kind[1]  port[2]  n[1]  n bytes of address
 *     09 START    from[8]
 *     40..7F      n[2]  n bytes                         extensions: ignored
 */
#ifndef SNET_CODEC_SNET3_FRAME_H
#define SNET_CODEC_SNET3_FRAME_H

#include <snet/error.h>

#include "base/bytes.h"
#include "base/cursor.h"

#include <stdint.h>

#define SNET_V3_FRAME_LEN_BYTES 2u
#define SNET_V3_FRAME_TAG_BYTES 16u
/* What a record costs beside the bytes of one DATA_END frame. */
#define SNET_V3_FRAME_OVERHEAD_BYTES (SNET_V3_FRAME_LEN_BYTES + 1u + SNET_V3_FRAME_TAG_BYTES)
/* Limits of `max_record`: the longest plaintext of a record that its sender takes. */
#define SNET_V3_FRAME_RECORD_MIN_BYTES 512u
#define SNET_V3_FRAME_RECORD_MAX_BYTES 65518u
#define SNET_V3_FRAME_ACK_BYTES 17u
#define SNET_V3_FRAME_START_BYTES 9u
#define SNET_V3_FRAME_TEXT_MAX_BYTES 255u

enum snet_v3_frame_type {
    SNET_V3_FRAME_PAD = 0x00,
    SNET_V3_FRAME_DATA = 0x01,
    SNET_V3_FRAME_DATA_END = 0x02,
    SNET_V3_FRAME_ACK = 0x03,
    SNET_V3_FRAME_PING = 0x04,
    SNET_V3_FRAME_PONG = 0x05,
    SNET_V3_FRAME_FIN = 0x06,
    SNET_V3_FRAME_ABORT = 0x07,
    SNET_V3_FRAME_MIGRATE = 0x08,
    SNET_V3_FRAME_START = 0x09,
    SNET_V3_FRAME_EXTENSION = 0x40 /* the first of those that are ignored when unknown */
};
#define SNET_V3_FRAME_EXTENSION_LAST 0x7Fu

/* Where a MIGRATE sends the client. */
enum snet_v3_frame_kind {
    SNET_V3_FRAME_SAME = 0,
    SNET_V3_FRAME_NAME = 1,
    SNET_V3_FRAME_IPV4 = 4,
    SNET_V3_FRAME_IPV6 = 6
};

/* One frame; the fields that its type has. Bytes are borrowed from the record. */
struct snet_v3_frame {
    enum snet_v3_frame_type type; /* EXTENSION for all of 40..7F, DATA also for DATA_END */
    struct snet_bytes bytes;      /* DATA; text of ABORT; address of MIGRATE; extension */
    uint64_t offset;              /* recv_next of ACK, final of FIN, from of START */
    uint64_t limit;               /* ACK */
    uint32_t number; /* token of PING and PONG, code of ABORT, deadline_ms of MIGRATE */
    uint16_t port;   /* MIGRATE */
    enum snet_v3_frame_kind kind;
};

/*
 * Takes the next frame out of a record's plaintext; call it while bytes are left. Errors: BAD_FRAME
 * for one that is unknown, cut off, or empty where it may not be.
 */
SNET_MUST_USE snet_err snet_v3_frame_decode(struct snet_reader *reader,
                                            struct snet_v3_frame *ret_frame);

/* Appends a frame; `frame` of type DATA is written as DATA. */
void snet_v3_frame_encode(const struct snet_v3_frame *frame, struct snet_writer *out);

#endif
