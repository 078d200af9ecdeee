/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/padding.h"

#include "base/assert.h"
#include "codec/legacy.h"

void snet_padding_begin(struct snet_padding *padding)
{
    SNET_ASSERT(!padding->on);
    *padding = (struct snet_padding){.on = true};
}

static void padding_end(struct snet_padding *padding)
{
    *padding = (struct snet_padding){.on = false};
}

snet_err snet_padding_filter(struct snet_padding *padding, const uint8_t *data, size_t len,
                             size_t *ret_skip, size_t *ret_zeros)
{
    size_t skip = 0;
    *ret_zeros = 0;
    while (padding->on && skip < len) {
        if (data[skip] != 0) {
            if (padding->held > SNET_PADDING_DATA_MAX_BYTES) {
                return SNET_ERR_BAD_PADDING;
            }
            *ret_zeros = padding->held;
            padding_end(padding);
            break;
        }
        skip++;
        padding->held++;
        SNET_ASSERT(padding->held <= SNET_LEGACY_PADDING_BYTES);
        if (padding->held == SNET_LEGACY_PADDING_BYTES) {
            padding_end(padding);
        }
    }
    *ret_skip = skip;
    return SNET_OK;
}
