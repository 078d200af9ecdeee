/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/handshake.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/server.h"
#include "core/snet3/client.h"
#include "core/snet3/resume.h"
#include "core/snet3/server.h"
#include "core/snet3/step.h"
#include "core/snet3/store.h"

#define STEP_BIT(step) (1u << (unsigned)(step))
#define HANDSHAKE_ROWS_MAX 2u

/* A message that is expected in a step. */
struct handshake_row {
    enum snet_v3_type type;
    snet_v3_handler *handler; /* NULL: no further message */
    unsigned next;            /* STEP_BITs of the steps that may follow */
};

static const struct handshake_row handshake_table[SNET_V3_STEPS][HANDSHAKE_ROWS_MAX] = {
    [SNET_V3_C_HELLO] =
        {
            {SNET_V3_HELLO_REPLY, snet_v3_client_reply,
             STEP_BIT(SNET_V3_C_CONFIRM) | STEP_BIT(SNET_V3_STREAM)},
            {SNET_V3_REJECT, snet_v3_client_reject, 0},
        },
    [SNET_V3_C_RESUME] =
        {
            {SNET_V3_ACCEPT, snet_v3_client_accept, STEP_BIT(SNET_V3_STREAM)},
            {SNET_V3_REJECT, snet_v3_client_reject, 0},
        },
    [SNET_V3_S_FIRST] =
        {
            {SNET_V3_HELLO, snet_v3_server_hello,
             STEP_BIT(SNET_V3_S_AUTH) | STEP_BIT(SNET_V3_S_CONFIRM) | STEP_BIT(SNET_V3_SILENT)},
            {SNET_V3_RESUME, snet_v3_resume_asked,
             STEP_BIT(SNET_V3_S_CONFIRM) | STEP_BIT(SNET_V3_SILENT)},
        },
    [SNET_V3_S_AUTH] =
        {
            {SNET_V3_AUTH, snet_v3_server_auth,
             STEP_BIT(SNET_V3_STREAM) | STEP_BIT(SNET_V3_SILENT)},
        },
};

static const struct handshake_row *handshake_find(enum snet_v3_step step, uint8_t type)
{
    for (size_t i = 0; i < HANDSHAKE_ROWS_MAX; i++) {
        const struct handshake_row *row = &handshake_table[step][i];
        if (row->handler != NULL && type == (uint8_t)row->type) {
            return row;
        }
    }
    return NULL;
}

/* The header is there: checks it before one byte of the body is kept. */
static snet_err handshake_header(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_header header;
    SNET_TRY(snet_v3_header_decode(state->in.data, &header));
    if (handshake_find(state->step, header.type) == NULL) {
        return SNET_ERR_BAD_HELLO;
    }
    if (header.version != SNET_V3_VERSION) {
        if (link->server == NULL) {
            return SNET_ERR_BAD_HELLO;
        }
        state->step = SNET_V3_SILENT;
        return SNET_OK;
    }
    return snet_reassembly_want(&state->in, link->core,
                                SNET_V3_HEADER_BYTES + (size_t)header.body_len);
}

static snet_err handshake_message(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const struct handshake_row *row = handshake_find(state->step, state->in.data[1]);
    const struct snet_buffer message = {state->in.data, state->in.have};
    SNET_ASSERT(row != NULL);
    enum snet_v3_step next = state->step;
    const snet_err err = row->handler(link, message, &next, now);
    snet_reassembly_drop(&state->in, link->core);
    if (err == SNET_OK && link->state != SNET_LINK_CLOSED) {
        SNET_ASSERT((row->next & STEP_BIT(next)) != 0);
        state->step = next;
    }
    return err;
}

/* A RESUME of a session that is here goes before all that may be a stranger's. */
static enum snet_turn_kind handshake_kind(const snet_link *link)
{
    const struct snet_reassembly *in = &snet_v3_link_of(link)->in;
    const bool known =
        in->data[1] == (uint8_t)SNET_V3_RESUME &&
        in->have >= SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES &&
        snet_v3_store_find(snet_v3_store_of(link->server), in->data + SNET_V3_HEADER_BYTES) != NULL;
    return known ? SNET_TURN_RESUME : SNET_TURN_HELLO;
}

/* The first message waits for its turn, unless it costs no more than that to see that it gets no
   answer. */
static snet_err handshake_wait(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_buffer message = {state->in.data, state->in.have};
    bool replay = false;
    if (message.data[1] == (uint8_t)SNET_V3_HELLO) {
        SNET_TRY(snet_v3_server_is_replay(link, message, &replay));
    }
    if (!replay) {
        return snet_link_wait_turn(link, handshake_kind(link));
    }
    snet_reassembly_drop(&state->in, link->core);
    state->step = SNET_V3_SILENT;
    return SNET_OK;
}

snet_err snet_v3_handshake_feed(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken,
                                uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->step == SNET_V3_SILENT) {
        *ret_taken = len;
        return SNET_OK;
    }
    if (state->in.want == 0) {
        SNET_TRY(snet_reassembly_want(&state->in, link->core, SNET_V3_HEADER_BYTES));
    }
    *ret_taken = snet_reassembly_feed(&state->in, data, len);
    if (!snet_reassembly_whole(&state->in)) {
        return SNET_OK;
    }
    if (state->in.have == SNET_V3_HEADER_BYTES) {
        return handshake_header(link);
    }
    if (state->step == SNET_V3_S_FIRST && state->in.data[1] == (uint8_t)SNET_V3_RESUME &&
        snet_v3_resume_passed(link, (struct snet_bytes){state->in.data, state->in.have})) {
        return SNET_OK;
    }
    if (state->step == SNET_V3_S_FIRST && link->server->takes_turns) {
        return handshake_wait(link);
    }
    return handshake_message(link, now);
}

snet_err snet_v3_handshake_turn(snet_link *link, uint64_t now)
{
    return handshake_message(link, now);
}
