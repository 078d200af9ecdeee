/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Records, one by one and in order [PROTO 12.4, 16.1]. */
#include "core/snet3/record.h"

#include "crypto/suites.h"
#include "tests/support/unit.h"

#include <string.h>

static const uint8_t secret[SNET_HASH_BYTES] = {1, 2, 3};

/* Two ends of one direction. */
struct pair {
    struct snet_crypto *crypto;
    _Alignas(16) uint8_t memory[2][SNET_SUITE_CTX_MAX_BYTES];
    struct snet_record seal;
    struct snet_record open;
};

static const struct snet_suite *const suites[] = {&snet_suites_chacha20_poly1305,
                                                  &snet_suites_aes_256_gcm};

static void pair_open(struct pair *pair, const struct snet_suite *suite, uint32_t max_record)
{
    memset(pair, 0, sizeof *pair);
    assert_int_equal(snet_crypto_new(&pair->crypto), SNET_OK);
    for (unsigned i = 0; i < 2; i++) {
        const struct snet_record_config config = {
            .suite = suite,
            .ctx = pair->memory[i],
            .secret = secret,
            .max_record_bytes = max_record,
        };
        assert_int_equal(
            snet_record_init(i == 0 ? &pair->seal : &pair->open, pair->crypto, &config), SNET_OK);
    }
}

static void pair_close(struct pair *pair)
{
    snet_record_deinit(&pair->seal);
    snet_record_deinit(&pair->open);
    snet_crypto_free(pair->crypto);
}

#define TEXT_LEN 5u
#define RECORD_LEN (2u + TEXT_LEN + 16u)

/* What was opened last. */
static uint8_t opened[RECORD_LEN];

/* Seals "hello" into `ret_data`. */
static void seal_hello(struct pair *pair, uint8_t ret_data[RECORD_LEN])
{
    memcpy(ret_data + 2, "hello", TEXT_LEN);
    assert_int_equal(snet_record_seal(&pair->seal, ret_data, TEXT_LEN), SNET_OK);
}

static void record_refuses_every_flipped_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pair pair;
        uint8_t good[RECORD_LEN];
        pair_open(&pair, suites[i], 16384);
        seal_hello(&pair, good);
        for (size_t bit = 0; bit < 8 * sizeof good; bit++) {
            uint8_t bad[RECORD_LEN];
            memcpy(bad, good, sizeof bad);
            bad[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            assert_int_equal(snet_record_open(&pair.open, bad, sizeof bad, opened),
                             SNET_ERR_BAD_MAC);
        }
        assert_int_equal(snet_record_open(&pair.open, good, sizeof good, opened), SNET_OK);
        assert_memory_equal(opened, "hello", TEXT_LEN);
        pair_close(&pair);
    }
}

static void record_refuses_replays_and_other_orders(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t first[RECORD_LEN];
    uint8_t second[RECORD_LEN];
    uint8_t copy[RECORD_LEN];
    pair_open(&pair, suites[0], 16384);
    seal_hello(&pair, first);
    seal_hello(&pair, second);
    assert_memory_not_equal(first, second, sizeof first);
    memcpy(copy, second, sizeof copy);
    assert_int_equal(snet_record_open(&pair.open, copy, sizeof copy, opened), SNET_ERR_BAD_MAC);
    memcpy(copy, first, sizeof copy);
    assert_int_equal(snet_record_open(&pair.open, copy, sizeof copy, opened), SNET_OK);
    memcpy(copy, first, sizeof copy);
    assert_int_equal(snet_record_open(&pair.open, copy, sizeof copy, opened), SNET_ERR_BAD_MAC);
    assert_int_equal(snet_record_open(&pair.open, second, sizeof second, opened), SNET_OK);
    pair_close(&pair);
}

static void record_refuses_one_without_plaintext(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t data[64] = {0};
    pair_open(&pair, suites[0], 16384);
    for (size_t len = 0; len <= 18; len++) {
        assert_int_equal(snet_record_open(&pair.open, data, len, opened), SNET_ERR_BAD_MAC);
    }
    /* Sealed by one who has the keys, which is why the record's own seal refuses to do it. */
    data[1] = SNET_SUITE_TAG_BYTES;
    assert_int_equal(suites[0]->seal(pair.seal.ctx, pair.seal.iv, data, 2, data + 2, 0), 0);
    assert_int_equal(snet_record_open(&pair.open, data, 2 + SNET_SUITE_TAG_BYTES, opened),
                     SNET_ERR_BAD_MAC);
    pair_close(&pair);
}

/* Both ends count: the keys change at the same record, and the old secret is gone. */
static void record_takes_new_keys_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct pair pair;
        const bool large = i >= 2;
        pair_open(&pair, suites[i % 2], large ? 65518 : 16384);
        const uint64_t rekey = SNET_SUITE_REKEY_MAX_RECORDS / (large ? 4 : 1);
        pair.seal.seq = pair.open.seq = rekey - 1;
        for (unsigned record = 0; record < 3; record++) {
            uint8_t data[RECORD_LEN];
            seal_hello(&pair, data);
            assert_int_equal(pair.seal.generation, record == 0 ? 0 : 1);
            assert_int_equal(snet_record_open(&pair.open, data, sizeof data, opened), SNET_OK);
            assert_int_equal(pair.open.generation, record == 0 ? 0 : 1);
        }
        assert_memory_not_equal(pair.seal.secret, secret, sizeof secret);
        pair_close(&pair);
    }
}

static void record_ends_before_its_numbers_wrap(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t data[RECORD_LEN] = {0};
    pair_open(&pair, suites[0], 16384);
    pair.seal.seq = pair.open.seq = SNET_RECORD_SEQ_MAX;
    assert_int_equal(snet_record_seal(&pair.seal, data, TEXT_LEN), SNET_ERR_STATE);
    assert_int_equal(snet_record_open(&pair.open, data, sizeof data, opened), SNET_ERR_STATE);
    pair_close(&pair);
}

static void record_forgets_everything(void **state)
{
    static const uint8_t zeros[SNET_SUITE_CTX_MAX_BYTES];
    (void)state;
    struct pair pair;
    uint8_t data[RECORD_LEN];
    pair_open(&pair, suites[1], 16384);
    seal_hello(&pair, data);
    snet_record_deinit(&pair.seal);
    assert_memory_equal(pair.memory[0], zeros, sizeof zeros);
    assert_memory_equal(pair.seal.secret, zeros, sizeof pair.seal.secret);
    snet_record_deinit(&pair.seal);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_refuses_every_flipped_bit),
        cmocka_unit_test(record_refuses_replays_and_other_orders),
        cmocka_unit_test(record_refuses_one_without_plaintext),
        cmocka_unit_test(record_takes_new_keys_in_time),
        cmocka_unit_test(record_ends_before_its_numbers_wrap),
        cmocka_unit_test(record_forgets_everything),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
