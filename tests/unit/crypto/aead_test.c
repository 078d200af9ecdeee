/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Two providers of one cipher: what one seals the other opens, and both refuse the same. */
#include "crypto/aead.h"

#include "tests/support/crypto_memory.h"
#include "tests/support/unit.h"

#include <string.h>

#define LEN_MAX 20000u
#define ALIGN 64u
#define ROOM_BYTES (LEN_MAX + SNET_SUITE_TAG_BYTES + ALIGN)

/* Which seals, and which opens. */
struct pair {
    const struct snet_aead *aeads[2];
    void *states[2];
};

static uint8_t plain[ROOM_BYTES];
static uint8_t sealed[ROOM_BYTES];
static uint8_t other[ROOM_BYTES];
static const uint8_t ad[] = {0x40, 0x10, 7, 8, 9};

/* OpenSSL seals and the other one opens, or turned. */
static void pair_open(struct pair *pair, bool turned)
{
    const struct snet_aead *second = NULL;
    const snet_err err = snet_aead_ipsec_mb(&second);
    if (err == SNET_ERR_UNSUPPORTED) {
        print_message("skipped: built without libipsec-mb, or the processor lacks VAES, VPCLMULQDQ "
                      "or AVX-512\n");
        skip();
    }
    assert_int_equal(err, SNET_OK);
    pair->aeads[turned] = &snet_aead_openssl;
    pair->aeads[!turned] = second;
    for (unsigned i = 0; i < 2; i++) {
        pair->states[i] = pair->aeads[i]->state_new();
        assert_non_null(pair->states[i]);
    }
}

static void pair_close(struct pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        pair->aeads[i]->state_free(pair->states[i]);
    }
}

static bool pair_seal(struct pair *pair, const struct snet_aead_text *text, uint8_t *ret_sealed)
{
    return pair->aeads[0]->seal(pair->states[0], text, ret_sealed);
}

static bool pair_read(struct pair *pair, const struct snet_aead_text *text, uint8_t *ret_plain)
{
    return pair->aeads[1]->open(pair->states[1], text, ret_plain);
}

/* One length: apart or in place, on an alignment of its own, and with a bit of the tag changed. */
static void expect_same(struct pair *pair, struct snet_aead_text text, size_t len, bool in_place)
{
    uint8_t *at = &sealed[len * 7 % ALIGN];
    uint8_t *to = in_place ? at : &other[len * 11 % ALIGN];
    uint8_t *tag = at + len;
    text.in = (struct snet_bytes){plain, len};
    if (in_place) {
        memcpy(at, plain, len);
        text.in.data = at;
    }
    tag[SNET_SUITE_TAG_BYTES] = 'x';
    assert_true(pair_seal(pair, &text, at));
    assert_int_equal(tag[SNET_SUITE_TAG_BYTES], 'x');
    text.in = (struct snet_bytes){at, len + SNET_SUITE_TAG_BYTES};
    tag[len / 8 % SNET_SUITE_TAG_BYTES] ^= (uint8_t)(1u << len % 8);
    assert_false(pair_read(pair, &text, other));
    tag[len / 8 % SNET_SUITE_TAG_BYTES] ^= (uint8_t)(1u << len % 8);
    to[len] = in_place ? to[len] : 'y';
    assert_true(pair_read(pair, &text, to));
    assert_memory_equal(to, plain, len);
    assert_true(in_place || to[len] == 'y');
}

static void expect_each_length_opens(bool turned)
{
    static const uint8_t key[SNET_SUITE_KEY_BYTES] = {3, 1, 4};
    uint8_t nonce[SNET_SUITE_NONCE_BYTES] = {9};
    struct pair pair;
    pair_open(&pair, turned);
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)(i * 131 + i / 256);
    }
    for (size_t len = 0; len <= LEN_MAX; len++) {
        nonce[4] = (uint8_t)len;
        nonce[5] = (uint8_t)(len >> 8);
        const size_t ad_len = len % (sizeof ad + 1);
        const struct snet_aead_text text = {
            .cipher = SNET_AEAD_AES_256_GCM,
            .key = len % 16 == 0 ? key : NULL,
            .nonce = nonce,
            .ad = {ad_len > 0 ? ad : NULL, ad_len},
        };
        expect_same(&pair, text, len, len % 2 == 0);
    }
    pair_close(&pair);
}

static void aead_opens_each_length_that_openssl_sealed(void **state)
{
    (void)state;
    expect_each_length_opens(false);
}

static void aead_seals_each_length_so_that_openssl_opens_it(void **state)
{
    (void)state;
    expect_each_length_opens(true);
}

/* Each bit of a sealed text, of what goes with it, of nonce and key. */
static void aead_refuses_every_changed_bit(void **state)
{
    (void)state;
    struct bits {
        uint8_t key[SNET_SUITE_KEY_BYTES];
        uint8_t nonce[SNET_SUITE_NONCE_BYTES];
        uint8_t ad[sizeof ad];
        uint8_t sealed[100 + SNET_SUITE_TAG_BYTES];
    } bits = {.key = {1}};
    struct pair pair;
    for (unsigned turned = 0; turned < 2; turned++) {
        pair_open(&pair, turned != 0);
        struct snet_aead_text text = {.cipher = SNET_AEAD_AES_256_GCM,
                                      .key = bits.key,
                                      .nonce = bits.nonce,
                                      .ad = {bits.ad, sizeof bits.ad},
                                      .in = {plain, 100}};
        assert_true(pair_seal(&pair, &text, bits.sealed));
        text.in = (struct snet_bytes){bits.sealed, sizeof bits.sealed};
        for (size_t bit = 0; bit < 8 * sizeof bits; bit++) {
            uint8_t *byte = (uint8_t *)&bits + bit / 8;
            *byte ^= (uint8_t)(1u << bit % 8);
            assert_false(pair_read(&pair, &text, other));
            *byte ^= (uint8_t)(1u << bit % 8);
        }
        assert_true(pair_read(&pair, &text, other));
        pair_close(&pair);
    }
}

static void aead_states_survive_without_memory(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, false);
    for (unsigned i = 0; i < 2; i++) {
        test_crypto_memory_fail_at(1);
        assert_null(pair.aeads[i]->state_new());
        assert_true(test_crypto_memory_heal());
        pair.aeads[i]->state_free(NULL);
    }
    pair_close(&pair);
}

/* Nothing of a key is in a state that has forgotten it. */
static void aead_forgets_its_key(void **state)
{
    (void)state;
    static const uint8_t zeros[4096];
    static const uint8_t key[SNET_SUITE_KEY_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    static const uint8_t nonce[SNET_SUITE_NONCE_BYTES] = {1};
    struct pair pair;
    pair_open(&pair, true); /* the first is not libcrypto's, whose states have parts elsewhere */
    const struct snet_aead_text text = {
        .cipher = SNET_AEAD_AES_256_GCM, .key = key, .nonce = nonce, .in = {plain, 100}};
    /* What a state has without a key: the first of its words points into it. */
    const size_t begin = sizeof(void *);
    const size_t len = 1024;
    const uint8_t *bytes = pair.states[0];
    assert_true(pair_seal(&pair, &text, sealed));
    assert_memory_not_equal(bytes + begin, zeros, len);
    pair.aeads[0]->forget(pair.states[0]);
    assert_memory_equal(bytes + begin, zeros, len);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aead_refuses_every_changed_bit),
        cmocka_unit_test(aead_states_survive_without_memory),
        cmocka_unit_test(aead_forgets_its_key),
        cmocka_unit_test(aead_opens_each_length_that_openssl_sealed),
        cmocka_unit_test(aead_seals_each_length_so_that_openssl_opens_it),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("aead", tests, NULL, NULL);
}
