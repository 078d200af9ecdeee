/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/outbox.h"

#include "base/assert.h"
#include "base/bytes.h"

uint8_t *snet_outbox_space(struct snet_outbox *outbox, snet_core *core, size_t len)
{
    if (outbox->size - outbox->len >= len) {
        return outbox->data + outbox->len;
    }
    const size_t left = outbox->len - outbox->sent;
    uint8_t *data = core->env.alloc(core->env.ctx, left + len);
    if (data == NULL) {
        return NULL;
    }
    if (left > 0) {
        snet_bytes_copy(data, outbox->data + outbox->sent, left);
    }
    snet_outbox_drop(outbox, core);
    *outbox = (struct snet_outbox){.data = data, .len = left, .size = left + len};
    return data + left;
}

void snet_outbox_commit(struct snet_outbox *outbox, size_t len)
{
    SNET_ASSERT(len <= outbox->size - outbox->len);
    outbox->len += len;
}

bool snet_outbox_empty(const struct snet_outbox *outbox)
{
    return outbox->sent == outbox->len;
}

struct snet_span snet_outbox_look(const struct snet_outbox *outbox)
{
    return (struct snet_span){outbox->data + outbox->sent, outbox->len - outbox->sent};
}

void snet_outbox_sent(struct snet_outbox *outbox, snet_core *core, size_t len)
{
    SNET_ASSERT(len <= outbox->len - outbox->sent);
    outbox->sent += len;
    if (outbox->sent == outbox->len) {
        snet_outbox_drop(outbox, core);
    }
}

void snet_outbox_drop(struct snet_outbox *outbox, snet_core *core)
{
    snet_core_release(core, outbox->data);
    *outbox = (struct snet_outbox){.data = NULL};
}
