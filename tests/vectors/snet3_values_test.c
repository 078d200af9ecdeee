/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The single values of tests/data/snet3.json: key schedules, records across rekeys, and names. */
#include "core/snet3/cids.h"
#include "core/snet3/keyring.h"
#include "core/snet3/messages.h"
#include "core/snet3/record.h"
#include "crypto/suites.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <string.h>

#define VALUES_RECORDS 6u
#define VALUES_BYTES_MAX 256u

struct snet3_record {
    uint64_t seq;
    const char *plain;
    const char *sealed;
};

struct snet3_schedule {
    unsigned suite;
    unsigned receiver_max_record;
    unsigned rekey_records;
    const char *ck;
    const char *h;
    const char *k_c2s;
    const char *k_s2c;
    const char *r;
    const char *rs;
    struct snet3_record records_c2s[VALUES_RECORDS];
};

struct snet3_names {
    const char *root;
    unsigned node_id;
    const char *cid_key;
    const char *reset_key;
    const char *cid_random;
    const char *cid;
    const char *token;
    const char *reject_header;
    unsigned reject_code;
    unsigned reject_retry_after;
    const char *resume_e;
    const char *proof;
    const char *psk;
    const char *psk_id;
    const char *server_public;
    const char *hello_before_mac1;
    const char *mac1;
};

/* tidy: allow layer because snet3_to_c.py makes it from tests/data while building */
#include "snet3_values.inc"

#define SCHEDULE_COUNT (sizeof schedules / sizeof schedules[0])
#define NAMES_COUNT (sizeof names / sizeof names[0])

static int values_begin(void **state)
{
    struct snet_crypto *crypto = NULL;
    assert_int_equal(snet_crypto_new(&crypto), SNET_OK);
    *state = crypto;
    return 0;
}

static int values_end(void **state)
{
    snet_crypto_free(*state);
    return 0;
}

static void values_take(const char *hex, uint8_t *ret_bytes, size_t len)
{
    assert_int_equal(test_hex_decode(hex, ret_bytes, len), len);
}

static const struct snet_suite *values_suite(const struct snet3_schedule *schedule)
{
    return schedule->suite == SNET_SUITE_AES_256_GCM ? &snet_suites_aes_256_gcm
                                                     : &snet_suites_chacha20_poly1305;
}

static void values_epoch_follows_from_a_finished_handshake(void **state)
{
    for (size_t i = 0; i < SCHEDULE_COUNT; i++) {
        struct snet_v3_handshake_epoch epoch;
        struct snet_v3_handshake handshake = {
            .crypto = *state,
            .noise = {.crypto = *state,
                      .suite = values_suite(&schedules[i]),
                      .pattern = SNET_NOISE_NK,
                      .message = 2},
        };
        values_take(schedules[i].ck, handshake.noise.chaining_key, SNET_HASH_BYTES);
        values_take(schedules[i].h, handshake.noise.hash, SNET_HASH_BYTES);
        assert_int_equal(snet_v3_messages_finish(&handshake, &epoch), SNET_OK);
        ASSERT_HEX(epoch.client, sizeof epoch.client, schedules[i].k_c2s);
        ASSERT_HEX(epoch.server, sizeof epoch.server, schedules[i].k_s2c);
        ASSERT_HEX(epoch.resume, sizeof epoch.resume, schedules[i].rs);
    }
}

static void values_seal_to(struct snet_record *seal, uint64_t seq)
{
    uint8_t nothing[2 + 1 + SNET_SUITE_TAG_BYTES];
    while (seal->seq < seq) {
        nothing[2] = 0;
        assert_int_equal(snet_record_seal(seal, nothing, 1), SNET_OK);
    }
}

static void values_records_are_sealed_across_rekeys(void **state)
{
    for (size_t i = 0; i < SCHEDULE_COUNT; i++) {
        _Alignas(16) uint8_t memory[SNET_SUITE_CTX_MAX_BYTES];
        uint8_t secret[SNET_HASH_BYTES];
        struct snet_record seal;
        values_take(schedules[i].k_c2s, secret, sizeof secret);
        const struct snet_record_config config = {
            .suite = values_suite(&schedules[i]),
            .ctx = memory,
            .secret = secret,
            .max_record_bytes = schedules[i].receiver_max_record,
        };
        assert_int_equal(snet_record_init(&seal, *state, &config), SNET_OK);
        assert_int_equal(seal.rekey_records, schedules[i].rekey_records);
        for (size_t k = 0; k < VALUES_RECORDS; k++) {
            const struct snet3_record *record = &schedules[i].records_c2s[k];
            uint8_t data[VALUES_BYTES_MAX];
            values_seal_to(&seal, record->seq);
            const size_t len = test_hex_decode(record->plain, data + 2, VALUES_BYTES_MAX - 18);
            assert_int_equal(snet_record_seal(&seal, data, len), SNET_OK);
            ASSERT_HEX(data, 2 + len + SNET_SUITE_TAG_BYTES, record->sealed);
        }
        snet_record_deinit(&seal);
    }
}

static void values_cids_tokens_and_proofs_follow_from_the_root(void **state)
{
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        uint8_t root[SNET_HASH_BYTES];
        uint8_t random[SNET_CIDS_RANDOM_BYTES];
        uint8_t header[SNET_V3_HEADER_BYTES];
        uint8_t ephemeral[SNET_X25519_BYTES];
        uint8_t cid[SNET_V3_CID_BYTES];
        uint8_t token[SNET_V3_TOKEN_BYTES];
        uint8_t proof[SNET_V3_PROOF_BYTES];
        struct snet_cids cids;
        struct snet_cids_keys keys;
        values_take(names[i].root, root, sizeof root);
        values_take(names[i].cid_random, random, sizeof random);
        values_take(names[i].reject_header, header, sizeof header);
        values_take(names[i].resume_e, ephemeral, sizeof ephemeral);
        assert_int_equal(snet_cids_init(&cids, &keys, *state, root, names[i].node_id), SNET_OK);
        ASSERT_HEX(keys.cid_key, sizeof keys.cid_key, names[i].cid_key);
        ASSERT_HEX(keys.reset_key, sizeof keys.reset_key, names[i].reset_key);
        assert_int_equal(snet_cids_make(&cids, random, SNET_SHARD_NONE, cid), SNET_OK);
        ASSERT_HEX(cid, sizeof cid, names[i].cid);
        assert_int_equal(snet_cids_token(&cids, cid, token), SNET_OK);
        ASSERT_HEX(token, sizeof token, names[i].token);
        const struct snet_cids_refusal refusal = {
            .header = header,
            .code = (uint16_t)names[i].reject_code,
            .retry_after = (uint16_t)names[i].reject_retry_after,
            .ephemeral = ephemeral,
        };
        assert_int_equal(snet_cids_proof(*state, token, &refusal, proof), SNET_OK);
        ASSERT_HEX(proof, sizeof proof, names[i].proof);
        snet_cids_deinit(&cids);
    }
}

static void values_psk_id_and_mac1_follow_from_their_keys(void **state)
{
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        uint8_t psk[SNET_KEY_BYTES];
        uint8_t id[SNET_V3_PSK_ID_BYTES];
        uint8_t public_key[SNET_X25519_BYTES];
        uint8_t hello[VALUES_BYTES_MAX];
        values_take(names[i].psk, psk, sizeof psk);
        assert_int_equal(snet_keyring_psk_id(*state, psk, id), SNET_OK);
        ASSERT_HEX(id, sizeof id, names[i].psk_id);
        values_take(names[i].server_public, public_key, sizeof public_key);
        size_t len = test_hex_decode(names[i].hello_before_mac1, hello, sizeof hello / 2);
        len += test_hex_decode(names[i].mac1, hello + len, sizeof hello / 2);
        const struct snet_bytes message = {hello, len};
        assert_int_equal(snet_v3_messages_check_mac1(*state, public_key, message), SNET_OK);
        hello[len - 1] ^= 1;
        assert_int_equal(snet_v3_messages_check_mac1(*state, public_key, message),
                         SNET_ERR_BAD_MAC);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_epoch_follows_from_a_finished_handshake),
        cmocka_unit_test(values_records_are_sealed_across_rekeys),
        cmocka_unit_test(values_cids_tokens_and_proofs_follow_from_the_root),
        cmocka_unit_test(values_psk_id_and_mac1_follow_from_their_keys),
    };
    return cmocka_run_group_tests_name("snet/3 values", tests, values_begin, values_end);
}
