/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/peer.h"

#include "core/link.h"
#include "core/session.h"
#include "crypto/suites.h"

#include <string.h>

static const struct snet_key peer_server_secret = {.bytes = {1, 2, 3}};
static const struct snet_key peer_client_secret = {.bytes = {4, 5, 6}};
static const struct snet_key peer_psk = {.bytes = {7, 8, 9}};

static void peer_open_core(struct peer *peer)
{
    struct snet_key server_public;
    const struct snet_session_config session = {.history_bytes = 65536, .inbox_bytes = 65536};
    FUZZ_CHECK(snet_key_public(&peer_server_secret, &server_public) == SNET_OK);
    FUZZ_CHECK(snet_core_new(&peer->env.env, &(struct snet_core_config){0}, &peer->core) ==
               SNET_OK);
    if (peer->is_client) {
        const struct snet_server_config config = {
            .session = session,
            .wires = SNET_WIRE_3,
            .keys = {.secrets = &peer_server_secret,
                     .secret_count = 1,
                     .psks = &peer_psk,
                     .psk_count = 1},
        };
        FUZZ_CHECK(snet_server_new(peer->core, &config, &peer->server) == SNET_OK);
        return;
    }
    const bool shared = peer->pattern == SNET_NOISE_NNPSK0;
    const struct snet_client_config config = {
        .session = session,
        .wire = SNET_WIRE_3,
        .suite = peer->suite->id,
        .early_data = true,
        .keys = {.server = shared ? NULL : &server_public,
                 .client_secret = peer->pattern == SNET_NOISE_XK ? &peer_client_secret : NULL,
                 .psk = shared ? &peer_psk : NULL},
    };
    FUZZ_CHECK(snet_client_open(peer->core, &config, &peer->session, peer->now) == SNET_OK);
}

void peer_open(struct peer *peer, struct snet_bytes input)
{
    memset(peer, 0, sizeof *peer);
    snet_reader_init(&peer->program, input.data, input.len);
    const uint8_t kind = snet_reader_u8(&peer->program);
    peer->is_client = (kind & 1u) == 0;
    peer->pattern = (enum snet_noise_pattern)(SNET_NOISE_NK + (kind >> 1 & 3u) % 3);
    peer->suite = (kind & 8u) == 0 ? &snet_suites_chacha20_poly1305 : &snet_suites_aes_256_gcm;
    peer->now = SNET_SECOND_NS;
    test_env_init(&peer->env, kind);
    FUZZ_CHECK(snet_crypto_new(&peer->crypto) == SNET_OK);
    const struct snet_key *own = peer->is_client ? &peer_client_secret : &peer_server_secret;
    const struct snet_key *other = peer->is_client ? &peer_server_secret : &peer_client_secret;
    FUZZ_CHECK(snet_x25519_import(own->bytes, &peer->own_key) == SNET_OK);
    FUZZ_CHECK(snet_x25519_import(other->bytes, &peer->other_key) == SNET_OK);
    peer_open_core(peer);
    peer_drain(peer);
}

void peer_close(struct peer *peer)
{
    peer_cut(peer);
    snet_core_free(peer->core);
    FUZZ_CHECK(peer->env.live_count == 0);
    snet_v3_messages_deinit(&peer->handshake);
    snet_crypto_free(peer->crypto);
}

/* --- The core ----------------------------------------------------------------------------- */

static void peer_event(struct peer *peer, const struct snet_core_event *event)
{
    switch (event->type) {
    case SNET_CORE_EVENT_DIAL:
        peer->dial = true;
        break;
    case SNET_CORE_EVENT_OPENED:
        if (peer->is_client) {
            /* Of several sessions the application looks after the last one. */
            snet_session_free(peer->session, peer->now);
            peer->session = event->session;
            peer->read = 0;
        }
        break;
    case SNET_CORE_EVENT_ENDED:
        FUZZ_CHECK(snet_err_class_of(event->err) != SNET_CLASS_BUG);
        break;
    case SNET_CORE_EVENT_LINK_CLOSE:
        if (event->link == peer->link) {
            peer_take(peer); /* a REJECT or an ABORT may be the last thing that it says */
            snet_link_free(peer->link, peer->now);
            peer->link = NULL;
        }
        break;
    case SNET_CORE_EVENT_LOST:
    case SNET_CORE_EVENT_RESUMED:
    case SNET_CORE_EVENT_BARREN:
    case SNET_CORE_EVENT_READABLE:
    case SNET_CORE_EVENT_WRITABLE:
    case SNET_CORE_EVENT_FREED:
    case SNET_CORE_EVENT_LINK_SEND:
    case SNET_CORE_EVENT_LINK_RECV:
        break;
    }
}

void peer_drain(struct peer *peer)
{
    struct snet_core_event event;
    while (snet_core_next_event(peer->core, &event)) {
        peer_event(peer, &event);
    }
    const struct snet_list *sessions = &peer->core->sessions;
    struct snet_list_node *node = snet_list_first(sessions);
    for (; node != NULL; node = snet_list_next(sessions, node)) {
        snet_session_check(SNET_CONTAINER(node, snet_session, task.node));
    }
    if (peer->link != NULL) {
        snet_link_check(peer->link);
    }
    if (peer->session != NULL) {
        struct snet_session_info info;
        snet_session_get_info(peer->session, &info);
        FUZZ_CHECK(info.received - peer->read <= info.window_bytes);
    }
}

void peer_feed(struct peer *peer, const uint8_t *data, size_t len)
{
    size_t done = 0;
    while (peer->link != NULL && done < len) {
        size_t part = snet_link_room(peer->link);
        size_t taken = 0;
        if (part == 0) {
            return;
        }
        part = part < len - done ? part : len - done;
        snet_link_recv(peer->link, data + done, part, &taken, peer->now);
        FUZZ_CHECK(taken == part);
        done += taken;
        peer_drain(peer);
    }
}

void peer_cut(struct peer *peer)
{
    if (peer->link != NULL) {
        snet_link_failed(peer->link, SNET_ERR_LINK_LOST, peer->now);
        snet_link_free(peer->link, peer->now);
        peer->link = NULL;
    }
    if (peer->keyed) {
        snet_record_deinit(&peer->seal);
        snet_record_deinit(&peer->open);
    }
    snet_v3_messages_deinit(&peer->handshake);
    peer->keyed = false;
    peer->core_started = false;
    peer->sent_len = 0;
    peer_drain(peer);
}

/* --- What the core says ------------------------------------------------------------------- */

static void peer_hear(struct peer *peer, struct snet_bytes plain)
{
    struct snet_reader reader;
    snet_reader_init(&reader, plain.data, plain.len);
    FUZZ_CHECK(plain.len > 0);
    while (reader.left > 0) {
        struct snet_v3_frame frame;
        FUZZ_CHECK(snet_v3_frame_decode(&reader, &frame) == SNET_OK);
        FUZZ_CHECK(peer->core_started == (frame.type != SNET_V3_FRAME_START));
        if (frame.type == SNET_V3_FRAME_START) {
            peer->core_started = true;
            peer->core_offset = frame.offset;
        } else if (frame.type == SNET_V3_FRAME_DATA) {
            peer->core_offset += frame.bytes.len;
            FUZZ_CHECK(peer->core_offset <= peer->limit);
        } else if (frame.type == SNET_V3_FRAME_FIN) {
            FUZZ_CHECK(frame.offset == peer->core_offset);
        }
    }
}

/* Opens the whole records in `sent`. */
static void peer_open_records(struct peer *peer)
{
    size_t done = 0;
    while (peer->keyed && peer->sent_len - done > SNET_V3_FRAME_LEN_BYTES) {
        uint8_t *data = peer->sent + done;
        const size_t len = SNET_V3_FRAME_LEN_BYTES + data[0] + ((size_t)data[1] << 8);
        if (len > peer->sent_len - done) {
            break;
        }
        uint8_t plain[UINT16_MAX];
        FUZZ_CHECK(snet_record_open(&peer->open, data, len, plain) == SNET_OK);
        peer_hear(peer,
                  (struct snet_bytes){plain, len - SNET_V3_FRAME_LEN_BYTES - SNET_SUITE_TAG_BYTES});
        done += len;
    }
    memmove(peer->sent, peer->sent + done, peer->sent_len - done);
    peer->sent_len -= done;
}

void peer_take(struct peer *peer)
{
    struct snet_span span;
    while (peer->link != NULL && peer->sent_len < sizeof peer->sent &&
           snet_link_send(peer->link, &span, 1) == 1) {
        const size_t space = sizeof peer->sent - peer->sent_len;
        const size_t len = span.len < space ? span.len : space;
        memcpy(peer->sent + peer->sent_len, span.data, len);
        peer->sent_len += len;
        snet_link_sent(peer->link, len, peer->now);
        peer_open_records(peer);
    }
}

/* --- What the peer says ------------------------------------------------------------------- */

/* What a record allows the core, and how far it brings the peer's own stream. */
static void peer_note(struct peer *peer, struct snet_bytes plain)
{
    struct snet_reader reader;
    struct snet_v3_frame frame;
    snet_reader_init(&reader, plain.data, plain.len);
    while (reader.left > 0 && snet_v3_frame_decode(&reader, &frame) == SNET_OK) {
        if (frame.type == SNET_V3_FRAME_ACK && frame.limit > peer->limit) {
            peer->limit = frame.limit;
        } else if (frame.type == SNET_V3_FRAME_START) {
            peer->out_offset = frame.offset;
        } else if (frame.type == SNET_V3_FRAME_DATA) {
            peer->out_offset += frame.bytes.len;
        }
    }
}

void peer_say(struct peer *peer, struct snet_bytes plain)
{
    uint8_t data[SNET_V3_FRAME_LEN_BYTES + PEER_RECORD_MAX_BYTES + SNET_SUITE_TAG_BYTES];
    if (!peer->keyed || plain.len == 0 || plain.len > PEER_RECORD_MAX_BYTES) {
        return;
    }
    peer_note(peer, plain);
    memcpy(data + SNET_V3_FRAME_LEN_BYTES, plain.data, plain.len);
    FUZZ_CHECK(snet_record_seal(&peer->seal, data, plain.len) == SNET_OK);
    peer_feed(peer, data, SNET_V3_FRAME_LEN_BYTES + plain.len + SNET_SUITE_TAG_BYTES);
}
