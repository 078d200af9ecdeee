/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/reassembly.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/secret.h"

snet_err snet_reassembly_want(struct snet_reassembly *reassembly, snet_core *core, size_t want)
{
    SNET_ASSERT(want >= reassembly->have);
    if (want > reassembly->size) {
        uint8_t *data = core->env.alloc(core->env.ctx, want);
        if (data == NULL) {
            return SNET_ERR_NO_MEMORY;
        }
        snet_bytes_copy(data, reassembly->data, reassembly->have);
        const size_t have = reassembly->have;
        snet_reassembly_drop(reassembly, core);
        *reassembly = (struct snet_reassembly){.data = data, .have = have, .size = want};
    }
    reassembly->want = want;
    return SNET_OK;
}

size_t snet_reassembly_feed(struct snet_reassembly *reassembly, const uint8_t *data, size_t len)
{
    const size_t missing = reassembly->want - reassembly->have;
    const size_t part = len < missing ? len : missing;
    snet_bytes_copy(reassembly->data + reassembly->have, data, part);
    reassembly->have += part;
    return part;
}

bool snet_reassembly_whole(const struct snet_reassembly *reassembly)
{
    return reassembly->have == reassembly->want;
}

void snet_reassembly_drop(struct snet_reassembly *reassembly, snet_core *core)
{
    if (reassembly->data != NULL) {
        snet_secret_wipe(reassembly->data, reassembly->size);
        snet_core_release(core, reassembly->data);
    }
    *reassembly = (struct snet_reassembly){.data = NULL};
}
