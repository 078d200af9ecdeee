/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Keys that are done with are nowhere: not in memory that was given back, not in what libcrypto
 * keeps, not on the stack. All memory of the process is searched.
 */
#include "core/core.h"
#include "core/legacy/state.h"
#include "core/snet3/state.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "tests/support/core_pair.h"
#include "tests/support/needles.h"
#include "tests/support/unit.h"

#include <string.h>

enum needle {
    NEEDLE_PROOF, /* no secret: the search works */
    NEEDLE_SERVER_KEY,
    NEEDLE_CLIENT_KEY, /* of one that has a session: not needed any more */
    NEEDLE_PSK,
    NEEDLE_RESUME,
    NEEDLE_SEAL_SECRET, /* of the first link */
    NEEDLE_OPEN_SECRET,
    NEEDLE_SEAL_KEY,
    NEEDLE_OPEN_KEY,
    NEEDLE_NEXT_SECRET, /* of the second one */
    NEEDLE_NEXT_KEY,
    NEEDLE_KEYSTREAM, /* of a legacy wire */
    NEEDLES
};

#define BIT(needle) (1u << (needle))
#define FIRST_LINK                                                                                 \
    (BIT(NEEDLE_SEAL_SECRET) | BIT(NEEDLE_OPEN_SECRET) | BIT(NEEDLE_SEAL_KEY) |                    \
     BIT(NEEDLE_OPEN_KEY))
#define NEXT_LINK (BIT(NEEDLE_NEXT_SECRET) | BIT(NEEDLE_NEXT_KEY))

static struct core_pair ends;
static uint8_t proof[NEEDLE_BYTES];

static void forget_all(void)
{
    /* What nobody has; differs from needle to needle. */
    for (unsigned needle = 0; needle < NEEDLES; needle++) {
        uint8_t nothing[NEEDLE_BYTES];
        memset(nothing, (int)(0x31 + needle), sizeof nothing);
        nothing[sizeof nothing - 1 - needle] = 0x10;
        needle_set(needle, nothing);
        explicit_bzero(nothing, sizeof nothing);
    }
    memset(proof, 0x77, sizeof proof);
    needle_set(NEEDLE_PROOF, proof);
}

static void skip_without_search(void)
{
    forget_all();
    if (needles_search() != BIT(NEEDLE_PROOF)) {
        print_message("skipped: /proc/self/mem does not show what this process has\n");
        skip();
    }
}

static void make_key(enum needle needle, struct snet_key *ret_key)
{
    assert_int_equal(snet_key_generate(ret_key), SNET_OK);
    needle_set(needle, ret_key->bytes);
}

/* The secret of a direction, and the key that it has. */
static void look_up(const struct snet_record *record, enum needle secret, enum needle key)
{
    uint8_t bytes[SNET_SUITE_KEY_BYTES];
    const struct snet_hash_info info = {.label = "snet3 key"};
    assert_int_equal(snet_hash_expand(record->crypto, record->secret, &info, bytes, sizeof bytes),
                     SNET_OK);
    needle_set(secret, record->secret);
    needle_set(key, bytes);
    explicit_bzero(bytes, sizeof bytes);
}

/* Opens a session with keys that only the two ends have, and says something both ways. */
static struct core_pair_conn *begin(bool psk, uint8_t suite)
{
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    struct snet_key keys[3];
    struct snet_key public_key;
    make_key(NEEDLE_SERVER_KEY, &keys[0]);
    make_key(NEEDLE_CLIENT_KEY, &keys[1]);
    make_key(NEEDLE_PSK, &keys[2]);
    assert_int_equal(snet_key_public(&keys[0], &public_key), SNET_OK);
    config.server.keys.secrets = psk ? NULL : &keys[0];
    config.server.keys.secret_count = psk ? 0 : 1;
    config.server.keys.psks = psk ? &keys[2] : NULL;
    config.server.keys.psk_count = psk ? 1 : 0;
    config.client.keys.server = psk ? NULL : &public_key;
    config.client.keys.client_secret = psk ? NULL : &keys[1];
    config.client.keys.psk = psk ? &keys[2] : NULL;
    config.client.suite = suite;
    core_pair_open(&ends, &config);
    explicit_bzero(keys, sizeof keys);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 1000);
    core_pair_write(&ends, ends.served, 1000);
    core_pair_settle(&ends, conn);
    const struct snet_v3_session *client = snet_v3_session_of(ends.client);
    needle_set(NEEDLE_RESUME, client->of.client.ticket.secrets->secret);
    const struct snet_v3_link *link = snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link);
    look_up(&link->seal, NEEDLE_SEAL_SECRET, NEEDLE_SEAL_KEY);
    look_up(&link->open, NEEDLE_OPEN_SECRET, NEEDLE_OPEN_KEY);
    return conn;
}

/* Where records are opened, nothing is left of the last one. */
static void assert_scratch_wiped(const snet_core *core)
{
    for (size_t i = 0; i < sizeof core->scratch; i++) {
        assert_int_equal(core->scratch[i], 0);
    }
}

static void expect_wiped(uint8_t suite)
{
    for (unsigned psk = 0; psk < 2; psk++) {
        const unsigned server = BIT(NEEDLE_PROOF) | BIT(psk != 0 ? NEEDLE_PSK : NEEDLE_SERVER_KEY);
        skip_without_search();
        struct core_pair_conn *conn = begin(psk != 0, suite);
        assert_int_equal(needles_search(), server | BIT(NEEDLE_RESUME) | FIRST_LINK);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        core_pair_write(&ends, ends.client, 1000);
        core_pair_settle(&ends, conn);
        const struct snet_v3_link *link = snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link);
        look_up(&link->seal, NEEDLE_NEXT_SECRET, NEEDLE_NEXT_KEY);
        /* The resume secret changes with the link, and the one before is gone. */
        assert_int_equal(needles_search(), server | NEXT_LINK);
        needle_set(NEEDLE_RESUME,
                   snet_v3_session_of(ends.client)->of.client.ticket.secrets->secret);
        core_pair_cut(&ends, conn);
        assert_int_equal(needles_search(), server | BIT(NEEDLE_RESUME));
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        needle_set(NEEDLE_RESUME,
                   snet_v3_session_of(ends.client)->of.client.ticket.secrets->secret);
        assert_int_equal(needles_search(), server | BIT(NEEDLE_RESUME));
        snet_session_abort(ends.client, ends.now);
        core_pair_settle(&ends, conn);
        assert_int_equal(ends.served->state, SNET_SESSION_ENDED);
        assert_int_equal(needles_search(), server);
        assert_scratch_wiped(ends.cores[CORE_PAIR_CLIENT]);
        assert_scratch_wiped(ends.cores[CORE_PAIR_SERVER]);
        core_pair_close(&ends);
        assert_int_equal(needles_search(), BIT(NEEDLE_PROOF));
    }
}

static void wiped_are_keys_of_links_and_sessions_when_they_are_over(void **state)
{
    (void)state;
    expect_wiped(SNET_SUITE_CHACHA20_POLY1305);
    expect_wiped(SNET_SUITE_AES_256_GCM);
}

static void wiped_are_keystreams_of_the_legacy_wires(void **state)
{
    static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2};
    (void)state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        skip_without_search();
        struct core_pair_conn *conn = core_pair_begin_on(&ends, wires[i]);
        core_pair_write(&ends, ends.client, 1000);
        core_pair_settle(&ends, conn);
        const struct snet_legacy_session *client = snet_legacy_session_of(ends.client);
        needle_set(NEEDLE_KEYSTREAM, (const uint8_t *)client->seal.state);
        assert_int_equal(needles_search(), BIT(NEEDLE_PROOF) | BIT(NEEDLE_KEYSTREAM));
        snet_session_abort(ends.client, ends.now);
        snet_session_abort(ends.served, ends.now);
        core_pair_drain(&ends);
        assert_int_equal(needles_search(), BIT(NEEDLE_PROOF));
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wiped_are_keys_of_links_and_sessions_when_they_are_over),
        cmocka_unit_test(wiped_are_keystreams_of_the_legacy_wires),
    };
    return cmocka_run_group_tests_name("wiped", tests, NULL, NULL);
}
