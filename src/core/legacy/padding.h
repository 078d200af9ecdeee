/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Padding: distinguishes zeros that follow a padded hello from data that begins with zeros, when
 * the server did not see them before it answered [PROTO 4.3]. Leading zero bytes of the client are
 * held back: 24 of them were padding; fewer than 4 before a non-zero byte are data; 4 or more are
 * padding still on its way, after which only zeros may follow.
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

/* A zeroed struct is off. */
struct snet_padding {
    bool on;      /* leading zeros may be either; else every byte is data */
    uint8_t held; /* zeros seen and not yet decided on */
};

void snet_padding_begin(struct snet_padding *padding);
/*
 * Looks at the next bytes. `*ret_skip` of them are taken and are not data now; `*ret_zeros` zero
 * bytes that were held turned out to be data and come first. Errors: BAD_PADDING.
 */
SNET_MUST_USE snet_err snet_padding_filter(struct snet_padding *padding, const uint8_t *data,
                                           size_t len, size_t *ret_skip, size_t *ret_zeros);

#endif
