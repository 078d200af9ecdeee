/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "codec/sniff.h"

#include "codec/legacy.h"
#include "codec/snet3.h"

/* Eight zero bytes are a snet/1 hello; anything else is `otherwise`. */
static enum snet_sniff_verdict sniff_zeros(const uint8_t *data, size_t len,
                                           enum snet_sniff_verdict otherwise)
{
    for (size_t i = 0; i < len && i < SNET_SNIFF_MAX_BYTES; i++) {
        if (data[i] != 0) {
            return otherwise;
        }
    }
    return len < SNET_SNIFF_MAX_BYTES ? SNET_SNIFF_MORE : SNET_SNIFF_1_HELLO;
}

static enum snet_sniff_verdict sniff_mixed(const uint8_t *data, size_t len)
{
    if (data[0] == SNET_LEGACY_HELLO_PREFIX) {
        return sniff_zeros(data, len, SNET_SNIFF_2_HELLO);
    }
    if ((data[0] & SNET_SNIFF_ID_MASK) == SNET_SNIFF_ID_MARK) {
        return SNET_SNIFF_1_RESUME;
    }
    if (data[0] == SNET_V3_MAGIC) {
        return SNET_SNIFF_3;
    }
    return data[0] == SNET_LEGACY_RESUME_PREFIX ? SNET_SNIFF_2_RESUME : SNET_SNIFF_NOT_OURS;
}

static enum snet_sniff_verdict sniff_only_2(const uint8_t *data)
{
    if (data[0] == SNET_LEGACY_HELLO_PREFIX) {
        return SNET_SNIFF_2_HELLO;
    }
    return data[0] == SNET_LEGACY_RESUME_PREFIX ? SNET_SNIFF_2_RESUME : SNET_SNIFF_NOT_OURS;
}

enum snet_sniff_verdict snet_sniff(enum snet_sniff_grammar grammar, const uint8_t *data, size_t len)
{
    if (len == 0) {
        return SNET_SNIFF_MORE;
    }
    switch (grammar) {
    case SNET_SNIFF_ONLY_1:
        return sniff_zeros(data, len, SNET_SNIFF_1_RESUME);
    case SNET_SNIFF_ONLY_2:
        return sniff_only_2(data);
    case SNET_SNIFF_ONLY_3:
        return data[0] == SNET_V3_MAGIC ? SNET_SNIFF_3 : SNET_SNIFF_NOT_OURS;
    case SNET_SNIFF_MIXED:
        return sniff_mixed(data, len);
    }
    return SNET_SNIFF_NOT_OURS;
}
