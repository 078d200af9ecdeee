/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/handshake.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "core/legacy/client.h"
#include "core/legacy/server.h"
#include "core/legacy/stream.h"

#define STEP_BIT(step) (1u << (unsigned)(step))

struct handshake_row {
    snet_legacy_handler *handler; /* NULL: this event cannot happen in this step */
    unsigned next;                /* STEP_BITs of the steps that may follow */
};

static const struct handshake_row handshake_table[SNET_LEGACY_STEPS][SNET_LEGACY_EVENTS] = {
    [SNET_LEGACY_C_HELLO] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_client_hello_reply, STEP_BIT(SNET_LEGACY_STREAM)},
        },
    [SNET_LEGACY_C_RESUME] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_client_resume_reply,
                                     STEP_BIT(SNET_LEGACY_STREAM) | STEP_BIT(SNET_LEGACY_REFUSED)},
        },
    [SNET_LEGACY_S_HELLO] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_hello, STEP_BIT(SNET_LEGACY_STREAM) |
                                                                   STEP_BIT(SNET_LEGACY_S_GRACE) |
                                                                   STEP_BIT(SNET_LEGACY_S_PADDING) |
                                                                   STEP_BIT(SNET_LEGACY_S_PROOF)},
        },
    [SNET_LEGACY_S_GRACE] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_grace_byte,
                                     STEP_BIT(SNET_LEGACY_S_PADDING)},
            [SNET_LEGACY_ALARM] = {snet_legacy_server_grace_over, STEP_BIT(SNET_LEGACY_STREAM)},
        },
    [SNET_LEGACY_S_PADDING] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_padding, STEP_BIT(SNET_LEGACY_STREAM)},
        },
    [SNET_LEGACY_S_PROOF] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_proof, STEP_BIT(SNET_LEGACY_STREAM)},
        },
    [SNET_LEGACY_S_RESUME] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_resume,
                                     STEP_BIT(SNET_LEGACY_STREAM) |
                                         STEP_BIT(SNET_LEGACY_S_RESUME_PROOF) |
                                         STEP_BIT(SNET_LEGACY_S_GOODBYE) |
                                         STEP_BIT(SNET_LEGACY_REFUSED)},
        },
    [SNET_LEGACY_S_RESUME_PROOF] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_resume_proof,
                                     STEP_BIT(SNET_LEGACY_STREAM) | STEP_BIT(SNET_LEGACY_REFUSED)},
        },
    [SNET_LEGACY_S_GOODBYE] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_goodbye_proof,
                                     STEP_BIT(SNET_LEGACY_S_GOODBYE_SEEN) |
                                         STEP_BIT(SNET_LEGACY_REFUSED)},
        },
    [SNET_LEGACY_S_GOODBYE_SEEN] =
        {
            [SNET_LEGACY_MESSAGE] = {snet_legacy_server_goodbye_seen,
                                     STEP_BIT(SNET_LEGACY_REFUSED)},
            [SNET_LEGACY_ALARM] = {snet_legacy_server_goodbye_over, STEP_BIT(SNET_LEGACY_REFUSED)},
        },
    [SNET_LEGACY_STREAM] =
        {
            [SNET_LEGACY_ALARM] = {snet_legacy_stream_hold_over, STEP_BIT(SNET_LEGACY_STREAM)},
        },
};

/* The length of the message that each step waits for. */
static size_t handshake_message_len(enum snet_legacy_step step,
                                    const struct snet_legacy_format *format)
{
    switch (step) {
    case SNET_LEGACY_C_HELLO:
    case SNET_LEGACY_C_RESUME:
        return snet_legacy_reply_len(format);
    case SNET_LEGACY_S_HELLO:
        return snet_legacy_hello_len(format);
    case SNET_LEGACY_S_GRACE:
        return 1;
    case SNET_LEGACY_S_PADDING:
        return SNET_LEGACY_PADDING_BYTES;
    case SNET_LEGACY_S_PROOF:
    case SNET_LEGACY_S_RESUME_PROOF:
    case SNET_LEGACY_S_GOODBYE:
    case SNET_LEGACY_S_GOODBYE_SEEN:
        return SNET_LEGACY_MAC_BYTES;
    case SNET_LEGACY_S_RESUME:
        return snet_legacy_resume_len(format);
    case SNET_LEGACY_STREAM:
    case SNET_LEGACY_REFUSED:
        return 0;
    }
    return 0;
}

static void handshake_move(struct snet_legacy_link *state, const struct handshake_row *row,
                           enum snet_legacy_step next)
{
    SNET_ASSERT((row->next & STEP_BIT(next)) != 0);
    /* The byte that ended the grace is the first of the padding. */
    if (next != SNET_LEGACY_S_PADDING || state->step != SNET_LEGACY_S_GRACE) {
        state->have = 0;
    }
    state->step = next;
}

static snet_err handshake_step(snet_link *link, enum snet_legacy_event event, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const struct handshake_row *row = &handshake_table[state->step][event];
    if (row->handler == NULL) {
        return SNET_ERR_INTERNAL;
    }
    enum snet_legacy_step next = state->step;
    const snet_err err = row->handler(link, &next, now);
    if (err == SNET_OK) {
        handshake_move(state, row, next);
    }
    return err;
}

size_t snet_legacy_handshake_need(const snet_link *link)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    const size_t len = handshake_message_len(state->step, link->wire->format);
    return len - (len == 0 ? 0 : state->have);
}

snet_err snet_legacy_handshake_feed(snet_link *link, const uint8_t *data, size_t len,
                                    size_t *ret_taken, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    size_t taken = 0;
    size_t need = snet_legacy_handshake_need(link);
    while (need > 0 && taken < len) {
        const size_t part = need < len - taken ? need : len - taken;
        struct snet_writer writer;
        snet_writer_init(&writer, state->message + state->have,
                         sizeof state->message - state->have);
        snet_writer_bytes(&writer, data + taken, part);
        SNET_ASSERT(!writer.failed);
        state->have = (uint8_t)(state->have + part);
        state->reply_seen = true;
        taken += part;
        if (part == need) {
            const snet_err err = handshake_step(link, SNET_LEGACY_MESSAGE, now);
            if (err != SNET_OK) {
                return err;
            }
        }
        need = snet_legacy_handshake_need(link);
    }
    *ret_taken = taken;
    return SNET_OK;
}

snet_err snet_legacy_handshake_alarm(snet_link *link, uint64_t now)
{
    return handshake_step(link, SNET_LEGACY_ALARM, now);
}
