/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/padding.h"

#include "base/assert.h"
#include "codec/legacy.h"

void snet_padding_begin(struct snet_padding *padding)
{
    SNET_ASSERT(padding->state == SNET_PADDING_OFF);
    *padding = (struct snet_padding){.state = SNET_PADDING_HOLDING};
}

static void padding_end(struct snet_padding *padding)
{
    *padding = (struct snet_padding){.state = SNET_PADDING_OFF};
}

snet_err snet_padding_filter(struct snet_padding *padding, const uint8_t *data, size_t len,
                             size_t *ret_skip, size_t *ret_zeros)
{
    size_t skip = 0;
    *ret_zeros = 0;
    while (padding->state != SNET_PADDING_OFF && skip < len) {
        if (data[skip] != 0) {
            if (padding->state == SNET_PADDING_CERTAIN ||
                padding->held > SNET_PADDING_DATA_MAX_BYTES) {
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

void snet_padding_expire(struct snet_padding *padding, size_t *ret_zeros)
{
    *ret_zeros = 0;
    if (padding->state != SNET_PADDING_HOLDING) {
        return;
    }
    if (padding->held > SNET_PADDING_DATA_MAX_BYTES) {
        padding->state = SNET_PADDING_CERTAIN;
        return;
    }
    *ret_zeros = padding->held;
    padding_end(padding);
}
