/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Padding: distinguishes zeros that follow a padded hello from data that begins with zeros, when
 * the server did not see them before it answered [PROTO 4.3]. Leading zero bytes of the client are
 * held back: 24 of them were padding; when a non-zero byte comes or the time is over, fewer than 4
 * are data; 4 or more are padding still on its way, after which only zeros may follow.
 *
 * Only for encrypted streams, where a run of zeros says something. Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_PADDING_H
#define SNET_CORE_LEGACY_PADDING_H

#include <snet/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SNET_PADDING_DATA_MAX_BYTES 3u /* this many zeros may still be data */

enum snet_padding_state {
    SNET_PADDING_OFF,     /* nothing is held any more: every byte is data */
    SNET_PADDING_HOLDING, /* leading zeros may be either */
    SNET_PADDING_CERTAIN  /* the time is over with 4 or more zeros: the rest is padding too */
};

/* A zeroed struct is off. */
struct snet_padding {
    enum snet_padding_state state;
    uint8_t held; /* zeros seen and not yet decided on */
};

void snet_padding_begin(struct snet_padding *padding);
/*
 * Looks at the next bytes. `*ret_skip` of them are taken and are not data now; `*ret_zeros` zero
 * bytes that were held turned out to be data and come first. Errors: BAD_PADDING.
 */
SNET_MUST_USE snet_err snet_padding_filter(struct snet_padding *padding, const uint8_t *data,
                                           size_t len, size_t *ret_skip, size_t *ret_zeros);
/* The hold time is over; `*ret_zeros` held bytes are data. */
void snet_padding_expire(struct snet_padding *padding, size_t *ret_zeros);

#endif
