/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/wire.h"
#include "tests/fuzz/spin.h"

#include <string.h>

#define SETUP_UP_SALT UINT64_C(0x5851f42d4c957f2d)
#define SETUP_DOWN_SALT UINT64_C(0x14057b7ef767814f)
#define SETUP_HISTORY_MIN_BYTES 256u
#define SETUP_INBOX_MIN_BYTES 1024u
#define SETUP_HANDSHAKES_FEW 2u
/* Of the variant of snet/3 that has everything that can be configured. */
#define SETUP_PAD_BYTES 64u
#define SETUP_EPOCH_NS (60 * SNET_SECOND_NS)

enum setup_keys {
    SETUP_KEYS_NK,
    SETUP_KEYS_XK,
    SETUP_KEYS_PSK,
    SETUP_KEYS_ALL /* NK, with early bytes, padding, fresh keys now and then, and a service */
};

/* The head of the input. */
struct setup_head {
    enum snet_wire wire;
    bool mixed;          /* the server takes every wire */
    bool plain;          /* the legacy wires do not encrypt */
    bool few_handshakes; /* the server has few places for them */
    bool tight;          /* barely enough pages for all */
    enum setup_keys keys;
    unsigned size;
    uint8_t suite;
    uint8_t seed;
};

static void setup_read_head(struct snet_reader *program, struct setup_head *ret_head)
{
    const uint8_t kind = snet_reader_u8(program);
    const uint8_t size = snet_reader_u8(program);
    *ret_head = (struct setup_head){
        .wire = (enum snet_wire)(1u << (kind & 0x03u)),
        .mixed = (kind & 0x04u) != 0,
        .plain = (kind & 0x08u) != 0,
        .few_handshakes = (kind & 0x10u) != 0,
        .tight = (kind & 0x20u) != 0,
        .keys = (enum setup_keys)(kind >> 6 & 0x03u),
        .size = size & 0x1Fu,
        .suite = (size & 0x20u) != 0 ? SNET_SUITE_AES_256_GCM : SNET_SUITE_CHACHA20_POLY1305,
        .seed = snet_reader_u8(program),
    };
}

static struct snet_session_config setup_session(const struct setup_head *head)
{
    const bool secure = head->wire == SNET_WIRE_3;
    const uint32_t history_min = secure ? SNET_WINDOW_MIN_BYTES : SETUP_HISTORY_MIN_BYTES;
    const uint32_t inbox_min = secure ? SNET_WINDOW_MIN_BYTES : SETUP_INBOX_MIN_BYTES;
    return (struct snet_session_config){
        .plain = head->plain && !secure,
        .history_bytes = history_min << (head->size & 0x07u),
        .inbox_bytes = inbox_min << (head->size >> 3),
        .pad_bytes = secure && head->keys == SETUP_KEYS_ALL ? SETUP_PAD_BYTES : 0,
    };
}

static unsigned setup_wires(const struct setup_head *head)
{
    const unsigned legacy = SNET_WIRE_1 | SNET_WIRE_1_PADDED | SNET_WIRE_2;
    /* Late padding cannot be told apart from plain data, except by a listener of this wire alone.
     */
    const bool alone = head->wire == SNET_WIRE_1_PADDED && head->plain;
    return head->wire | (head->mixed && !alone ? legacy : 0);
}

/* The keys of both ends on snet/3. Only clients with the client's key are served where one is asked
 * for. */
static void setup_keys(struct spin *spin, const struct setup_head *head,
                       struct snet_server_config *server)
{
    static const struct snet_key secret = {.bytes = {1, 2, 3}};
    static const struct snet_key client = {.bytes = {4, 5, 6}};
    static const struct snet_key psk = {.bytes = {7, 8, 9}};
    FUZZ_CHECK(snet_key_public(&secret, &spin->keys[0]) == SNET_OK);
    FUZZ_CHECK(snet_key_public(&client, &spin->keys[1]) == SNET_OK);
    server->keys = (struct snet_server_keys){
        .secrets = &secret,
        .secret_count = 1,
        .psks = &psk,
        .psk_count = 1,
        .authorized = &spin->keys[1],
        .authorized_count = head->keys == SETUP_KEYS_XK ? 1 : 0,
    };
    spin->client.keys = (struct snet_client_keys){
        .server = head->keys == SETUP_KEYS_PSK ? NULL : &spin->keys[0],
        .client_secret = head->keys == SETUP_KEYS_XK ? &client : NULL,
        .psk = head->keys == SETUP_KEYS_PSK ? &psk : NULL,
    };
    spin->client.suite = head->suite;
    spin->client.early_data = head->keys == SETUP_KEYS_ALL;
    spin->client.rekey_interval_ns = head->keys == SETUP_KEYS_ALL ? SETUP_EPOCH_NS : 0;
    spin->client.service = head->keys == SETUP_KEYS_ALL ? "service" : NULL;
}

static bool setup_cores(struct spin *spin, const struct setup_head *head)
{
    const struct snet_session_config session = setup_session(head);
    struct snet_server_config server = {
        .session = session,
        .wires = setup_wires(head),
        .handshakes_max = head->few_handshakes ? SETUP_HANDSHAKES_FEW : 0,
    };
    const uint64_t budget_bytes =
        (uint64_t)SPIN_PAIRS_MAX * (session.history_bytes / 2 + 4 * SNET_PAGE_BYTES);
    if (head->tight) {
        spin->budget.send_budget_bytes = spin->budget.recv_budget_bytes = budget_bytes;
    }
    /* What the network holds is lost with a link, and may be no more than histories have. */
    spin->flight_bytes = session.history_bytes / 4;
    if (spin_secure(spin) || spin->flight_bytes > SPIN_QUEUE_MAX_BYTES) {
        spin->flight_bytes = SPIN_QUEUE_MAX_BYTES;
    }
    spin->client = (struct snet_client_config){.session = session, .wire = head->wire};
    if (spin_secure(spin)) {
        setup_keys(spin, head, &server);
    }
    for (unsigned i = 0; i < 2; i++) {
        test_env_init(&spin->envs[i], (uint64_t)head->seed * 2 + i + 1);
        FUZZ_CHECK(snet_core_new(&spin->envs[i].env, &spin->budget, &spin->cores[i]) == SNET_OK);
    }
    return snet_server_new(spin->cores[SPIN_SERVER], &server, &spin->server) == SNET_OK;
}

void spin_open_client(struct spin *spin)
{
    snet_session *session = NULL;
    if (spin->pair_count == SPIN_PAIRS_MAX) {
        return;
    }
    if (snet_client_open(spin->cores[SPIN_CLIENT], &spin->client, &session, spin->now) != SNET_OK) {
        FUZZ_CHECK(spin->memory_failed);
        return;
    }
    struct spin_pair *pair = &spin->pairs[spin->pair_count];
    pair->apps[SPIN_CLIENT].session = session;
    pair->apps[SPIN_CLIENT].salt = SETUP_UP_SALT + spin->pair_count;
    pair->apps[SPIN_SERVER].salt = SETUP_DOWN_SALT + spin->pair_count;
    snet_session_set_user(session, &pair->apps[SPIN_CLIENT]);
    spin->pair_count++;
}

bool spin_open(struct spin *spin, struct snet_bytes input)
{
    struct setup_head head;
    memset(spin, 0, sizeof *spin);
    snet_reader_init(&spin->program, input.data, input.len);
    setup_read_head(&spin->program, &head);
    spin->wire = head.wire;
    spin->now = SNET_SECOND_NS;
    if (snet_wires_find(head.wire) == NULL) {
        return false;
    }
    FUZZ_CHECK(setup_cores(spin, &head));
    spin_open_client(spin);
    spin_drain(spin);
    return true;
}

void spin_close(struct spin *spin)
{
    for (unsigned i = 0; i < 2; i++) {
        snet_core_free(spin->cores[i]);
        FUZZ_CHECK(spin->envs[i].live_count == 0);
    }
}
