/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/update.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/snet3/state.h"
#include "core/snet3/store.h"

static const char update_text[] = "the server has taken the key of this session away";

/* Whether the client is one that the server still serves, where that depends on its key. */
static bool update_authorizes(const struct snet_keyring *keyring, const snet_session *session)
{
    const snet_link *attempt = session->links.attempt;
    struct snet_key key;
    if (!snet_keyring_is_pair(snet_v3_session_of(session)->key_place)) {
        return true; /* to share a secret is to be authorized */
    }
    if (snet_session_peer_key(session, &key)) {
        return snet_keyring_authorizes(keyring, key.bytes);
    }
    /* Before AUTH nobody knows who it is, and AUTH is judged by the new list. */
    const bool unknown = session->state == SNET_SESSION_OPENING && attempt != NULL &&
                         snet_v3_link_of(attempt)->step == SNET_V3_S_AUTH;
    return unknown || !snet_keyring_restricted(keyring);
}

/* The other end is told where there is a link; else by the tombstone, when it comes back. */
static void update_end(snet_session *session, uint64_t now)
{
    session->ending.own_code = SNET_V3_DENIED;
    session->ending.own_text = update_text;
    snet_session_end(session, SNET_ERR_DENIED, now);
    session->ending.own_text = NULL;
}

static void update_session(snet_session *session, const struct snet_keyring *keyring,
                           const uint8_t places[SNET_KEYRING_PLACES], uint64_t now)
{
    struct snet_v3_session *secure = snet_v3_session_of(session);
    const uint8_t place = places[secure->key_place];
    if (place == SNET_KEYRING_GONE || !update_authorizes(keyring, session)) {
        update_end(session, now);
    } else {
        secure->key_place = place;
    }
}

snet_err snet_v3_update(snet_server *server, const struct snet_server_config *config, uint64_t now)
{
    struct snet_v3_store *store = snet_v3_store_of(server);
    struct snet_list *sessions = &server->core->sessions;
    struct snet_keyring *former = NULL;
    uint8_t places[SNET_KEYRING_PLACES];
    SNET_TRY(snet_v3_store_rekey(store, &config->keys, &former));
    snet_keyring_compare(former, store->keyring, places);
    snet_keyring_free(former);
    struct snet_list_node *node = snet_list_first(sessions);
    for (; node != NULL; node = snet_list_next(sessions, node)) {
        snet_session *session = SNET_CONTAINER(node, snet_session, task.node);
        if (session->server == server && session->wire->id == SNET_WIRE_3 &&
            session->state != SNET_SESSION_ENDED) {
            update_session(session, store->keyring, places, now);
        }
    }
    return SNET_OK;
}
