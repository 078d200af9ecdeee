/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sniff: distinguishes the wires by their first bytes [PROTO 4.1]. Pure: looks, consumes nothing.
 *
 * A listener that serves several wires uses the table below, which works because the server chooses
 * its ids; one that serves a single wire uses that wire's own grammar, where an id may have any
 * value but zero [PROTO 4.2].
 *
 *   first byte   meaning                                                bytes needed
 *   0x00         eight zero bytes: snet/1 hello; else snet/2 hello      8
 *   0x80..0xBF   snet/1 resume                                          1
 *   0xC3         snet/3                                                 1
 *   0xFF         snet/2 resume                                          1
 *   other        no wire                                                1
 */
#ifndef SNET_CODEC_SNIFF_H
#define SNET_CODEC_SNIFF_H

#include <stddef.h>
#include <stdint.h>

#define SNET_SNIFF_MAX_BYTES 8u
#define SNET_SNIFF_ID_MASK 0xC0u /* of the low byte of an id on a mixed listener */
#define SNET_SNIFF_ID_MARK 0x80u

enum snet_sniff_verdict {
    SNET_SNIFF_MORE,    /* undecided: needs more bytes */
    SNET_SNIFF_1_HELLO, /* snet/1, padded or not */
    SNET_SNIFF_1_RESUME,
    SNET_SNIFF_2_HELLO,
    SNET_SNIFF_2_RESUME,
    SNET_SNIFF_3, /* snet/3; its own header says what follows */
    SNET_SNIFF_NOT_OURS
};

/* Which grammar a listener uses. */
enum snet_sniff_grammar {
    SNET_SNIFF_ONLY_1, /* snet/1 or snet/1 padded alone */
    SNET_SNIFF_ONLY_2, /* snet/2 alone */
    SNET_SNIFF_ONLY_3, /* snet/3 alone */
    SNET_SNIFF_MIXED
};

/* What the first `len` bytes of a connection begin. */
enum snet_sniff_verdict snet_sniff(enum snet_sniff_grammar grammar, const uint8_t *data,
                                   size_t len);

#endif
