/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/refuse.h"

#include "base/try.h"
#include "core/server.h"
#include "core/snet3/store.h"
#include "crypto/secret.h"

static snet_err refuse_prove(const snet_link *link, const struct snet_v3_refusal *refusal,
                             const uint8_t *header, struct snet_v3_reject *reject)
{
    uint8_t token[SNET_V3_TOKEN_BYTES];
    const struct snet_cids_refusal covered = {
        .header = header,
        .code = reject->code,
        .retry_after = reject->retry_after,
        .ephemeral = refusal->message.data + SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES,
    };
    const struct snet_cids *root = NULL;
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    SNET_TRY(snet_v3_store_find_root(snet_v3_store_of(link->server), refusal->cid, &root, &owner));
    SNET_TRY(snet_cids_token(root, refusal->cid, token));
    const snet_err err = snet_cids_proof(link->core->crypto, token, &covered, reject->proof);
    snet_secret_wipe(token, sizeof token);
    return err;
}

static void refuse_note(const snet_link *link, const struct snet_v3_refusal *refusal)
{
    struct snet_note note = {.kind = SNET_NOTE_LINK_REFUSED, .err = refusal->err, .link = link};
    if (refusal->session != NULL) {
        note.kind = SNET_NOTE_RESUME_REFUSED;
        note.session_id = refusal->session->id;
        note.own_write = refusal->session->history.end;
        note.own_read = refusal->session->inbox.received;
    }
    snet_core_note(link->core, &note);
}

snet_err snet_v3_refuse(snet_link *link, const struct snet_v3_refusal *refusal)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_header header;
    struct snet_v3_reject reject = {.code = (uint16_t)refusal->code,
                                    .retry_after = refusal->retry_after};
    const size_t len = SNET_V3_HEADER_BYTES + SNET_V3_REJECT_BODY_BYTES;
    SNET_TRY(snet_v3_header_decode(refusal->message.data, &header));
    header.type = SNET_V3_REJECT;
    header.flags = 0;
    header.body_len = SNET_V3_REJECT_BODY_BYTES;
    uint8_t *space = snet_outbox_space(&state->out, link->core, len);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_v3_header_encode(&header, space);
    if (refusal->cid != NULL) {
        SNET_TRY(refuse_prove(link, refusal, space, &reject));
    }
    snet_v3_reject_encode(&reject, space + SNET_V3_HEADER_BYTES);
    snet_outbox_commit(&state->out, len);
    refuse_note(link, refusal);
    snet_link_want_send(link);
    snet_link_close(link, SNET_CLOSE_FIN, refusal->err);
    return SNET_OK;
}
