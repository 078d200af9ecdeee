/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/reassembly.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "crypto/secret.h"

snet_err snet_gather_want(struct snet_gather *gather, snet_core *core, size_t want)
{
    SNET_ASSERT(want >= gather->have);
    if (want > gather->size) {
        uint8_t *data = core->env.alloc(core->env.ctx, want);
        if (data == NULL) {
            return SNET_ERR_NO_MEMORY;
        }
        struct snet_writer writer;
        snet_writer_init(&writer, data, want);
        snet_writer_bytes(&writer, gather->data, gather->have);
        const size_t have = gather->have;
        snet_gather_drop(gather, core);
        *gather = (struct snet_gather){.data = data, .have = have, .size = want};
    }
    gather->want = want;
    return SNET_OK;
}

size_t snet_gather_feed(struct snet_gather *gather, const uint8_t *data, size_t len)
{
    const size_t missing = gather->want - gather->have;
    const size_t part = len < missing ? len : missing;
    struct snet_writer writer;
    snet_writer_init(&writer, gather->data + gather->have, missing);
    snet_writer_bytes(&writer, data, part);
    gather->have += part;
    return part;
}

bool snet_gather_whole(const struct snet_gather *gather)
{
    return gather->have == gather->want;
}

void snet_gather_drop(struct snet_gather *gather, snet_core *core)
{
    if (gather->data != NULL) {
        snet_secret_wipe(gather->data, gather->size);
        snet_core_release(core, gather->data);
    }
    *gather = (struct snet_gather){.data = NULL};
}
