/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/codes.h"

#include <snet/core.h>

#include <stddef.h>

_Static_assert(SNET_CODE_SHUTDOWN == SNET_V3_SHUTDOWN, "[PROTO 21] gives the public code");

struct code_row {
    enum snet_v3_code code;
    snet_err err;
};

static const struct code_row code_refusals[] = {
    {SNET_V3_BUSY, SNET_ERR_BUSY},
    {SNET_V3_BAD_FORMAT, SNET_ERR_BAD_HELLO},
    {SNET_V3_BAD_VERSION, SNET_ERR_BAD_HELLO},
    {SNET_V3_BAD_SUITE, SNET_ERR_BAD_SUITE},
    {SNET_V3_BAD_PATTERN, SNET_ERR_BAD_PATTERN},
    {SNET_V3_BAD_AUTH, SNET_ERR_BAD_MAC},
    {SNET_V3_STALE, SNET_ERR_STALE_RESUME},
    {SNET_V3_UNKNOWN, SNET_ERR_SERVER_RESTARTED},
    {SNET_V3_EXPIRED, SNET_ERR_EXPIRED},
    {SNET_V3_EVICTED, SNET_ERR_EVICTED},
    {SNET_V3_CLOSED_OK, SNET_ERR_CLOSED},
    {SNET_V3_ABORTED, SNET_ERR_PEER_ABORTED},
    {SNET_V3_BAD_OFFSET, SNET_ERR_BAD_COUNT},
    {SNET_V3_DENIED, SNET_ERR_DENIED},
};

static const struct code_row code_ends[] = {
    {SNET_V3_CLOSED_OK, SNET_ERR_CLOSED},
    {SNET_V3_EXPIRED, SNET_ERR_EXPIRED},
    {SNET_V3_EXPIRED, SNET_ERR_CLOSE_UNCONFIRMED},
    {SNET_V3_EVICTED, SNET_ERR_EVICTED},
    {SNET_V3_EXPIRED, SNET_ERR_NO_PROGRESS},
    {SNET_V3_BAD_OFFSET, SNET_ERR_BAD_COUNT},
    {SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME},
    {SNET_V3_FLOW, SNET_ERR_BAD_CREDIT},
    {SNET_V3_RATE, SNET_ERR_BAD_RATE},
};

static const struct code_row *code_find_refusal(uint16_t code)
{
    for (size_t i = 0; i < sizeof code_refusals / sizeof code_refusals[0]; i++) {
        if (code == (uint16_t)code_refusals[i].code) {
            return &code_refusals[i];
        }
    }
    return NULL;
}

bool snet_v3_codes_refuses(uint16_t code)
{
    return code_find_refusal(code) != NULL;
}

snet_err snet_v3_codes_refused(uint16_t code)
{
    const struct code_row *row = code_find_refusal(code);
    return row == NULL ? SNET_ERR_BAD_HELLO : row->err;
}

snet_err snet_v3_codes_aborted(uint16_t code)
{
    if (code == SNET_V3_DENIED) {
        return SNET_ERR_DENIED;
    }
    if (code == SNET_V3_EVICTED) {
        return SNET_ERR_EVICTED;
    }
    return code == SNET_V3_BUSY ? SNET_ERR_BUSY : SNET_ERR_PEER_ABORTED;
}

bool snet_v3_codes_is_abort(snet_err err)
{
    return err == SNET_ERR_PEER_ABORTED || err == SNET_ERR_BUSY || err == SNET_ERR_DENIED;
}

enum snet_v3_code snet_v3_codes_abort(snet_err err)
{
    for (size_t i = 0; i < sizeof code_ends / sizeof code_ends[0]; i++) {
        if (err == code_ends[i].err) {
            return code_ends[i].code;
        }
    }
    return SNET_V3_ABORTED;
}

enum snet_v3_code snet_v3_codes_tombstone(snet_err err)
{
    const enum snet_v3_code code = snet_v3_codes_abort(err);
    return snet_v3_code_final((uint16_t)code) ? code : SNET_V3_ABORTED;
}
