/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/x25519.h"

#include "crypto/crypto.h"
#include "tests/support/crypto_memory.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <stdbool.h>
#include <string.h>

#define FAIL_TRIES_MAX 1000u
#define HIGH_BIT 0x80u /* of the last byte: RFC 7748 says to ignore it in a public key */

/* RFC 7748, 6.1. */
static const char alice_private[] =
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
static const char alice_public[] =
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
static const char bob_private[] =
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
static const char bob_public[] = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
static const char alice_and_bob[] =
    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

/* RFC 7748, 5.2: the second point has its high bit set. */
static const struct x25519_case {
    const char *scalar;
    const char *point;
    const char *product;
} x25519_cases[] = {
    {.scalar = "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
     .point = "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
     .product = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
    {.scalar = "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
     .point = "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
     .product = "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
};

/* All points of order 1, 2, 4 and 8, and other ways to write them: p - 1, p and p + 1. */
static const char *const small_points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void key_of(const char *hex, uint8_t ret_key[SNET_X25519_BYTES])
{
    assert_int_equal(test_hex_decode(hex, ret_key, SNET_X25519_BYTES), SNET_X25519_BYTES);
}

static struct snet_x25519 pair_of(const char *private_hex)
{
    struct snet_x25519 pair;
    uint8_t key[SNET_X25519_BYTES];
    key_of(private_hex, key);
    assert_int_equal(snet_x25519_import(key, &pair), SNET_OK);
    return pair;
}

static int x25519_setup(void **state)
{
    struct snet_crypto *crypto = NULL;
    assert_int_equal(snet_crypto_new(&crypto), SNET_OK);
    *state = crypto;
    return 0;
}

static int x25519_teardown(void **state)
{
    snet_crypto_free(*state);
    return 0;
}

static void x25519_refuses_points_of_small_order(void **state)
{
    const struct snet_x25519 alice = pair_of(alice_private);
    for (size_t i = 0; i < sizeof small_points / sizeof small_points[0]; i++) {
        uint8_t point[SNET_X25519_BYTES];
        uint8_t secret[SNET_X25519_BYTES];
        key_of(small_points[i], point);
        assert_int_equal(snet_x25519_agree(*state, &alice, point, secret), SNET_ERR_BAD_PUBLIC_KEY);
        point[SNET_X25519_BYTES - 1] |= HIGH_BIT;
        assert_int_equal(snet_x25519_agree(*state, &alice, point, secret), SNET_ERR_BAD_PUBLIC_KEY);
    }
}

/* A machine without memory is no reason to blame the other end's key. */
static void x25519_reports_every_failed_allocation_as_its_own(void **state)
{
    uint8_t bob[SNET_X25519_BYTES];
    uint8_t secret[SNET_X25519_BYTES];
    size_t failures = 0;
    bool reached = true;
    const struct snet_x25519 alice = pair_of(alice_private);
    key_of(bob_public, bob);
    assert_int_equal(snet_x25519_agree(*state, &alice, bob, secret), SNET_OK);
    for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
        struct snet_x25519 pair;
        struct snet_x25519 own = alice;
        test_crypto_memory_fail_at(number);
        const snet_err imported = snet_x25519_import(alice.private_key, &pair);
        const snet_err completed = snet_x25519_complete(*state, &own);
        const snet_err agreed = snet_x25519_agree(*state, &alice, bob, secret);
        reached = test_crypto_memory_heal();
        assert_true(imported == SNET_OK || imported == SNET_ERR_CRYPTO);
        assert_true(agreed == SNET_OK || agreed == SNET_ERR_CRYPTO);
        assert_true(completed == SNET_OK || completed == SNET_ERR_CRYPTO);
        assert_memory_equal(&own, &alice, sizeof own);
        failures += imported != SNET_OK || completed != SNET_OK || agreed != SNET_OK;
    }
    assert_false(reached);
    assert_true(failures > 2);
}

static void x25519_public_keys_are_those_of_the_rfc(void **state)
{
    (void)state;
    const struct snet_x25519 alice = pair_of(alice_private);
    const struct snet_x25519 bob = pair_of(bob_private);
    ASSERT_HEX(alice.private_key, sizeof alice.private_key, alice_private);
    ASSERT_HEX(alice.public_key, sizeof alice.public_key, alice_public);
    ASSERT_HEX(bob.public_key, sizeof bob.public_key, bob_public);
}

static void x25519_completes_a_pair_in_its_place(void **state)
{
    struct snet_x25519 pair = {.public_key = {1}};
    key_of(alice_private, pair.private_key);
    assert_int_equal(snet_x25519_complete(*state, &pair), SNET_OK);
    ASSERT_HEX(pair.private_key, sizeof pair.private_key, alice_private);
    ASSERT_HEX(pair.public_key, sizeof pair.public_key, alice_public);
    key_of(bob_private, pair.private_key);
    assert_int_equal(snet_x25519_complete(*state, &pair), SNET_OK);
    ASSERT_HEX(pair.public_key, sizeof pair.public_key, bob_public);
}

static void x25519_ends_agree_on_the_secret_of_the_rfc(void **state)
{
    uint8_t secret[SNET_X25519_BYTES];
    const struct snet_x25519 alice = pair_of(alice_private);
    const struct snet_x25519 bob = pair_of(bob_private);
    assert_int_equal(snet_x25519_agree(*state, &alice, bob.public_key, secret), SNET_OK);
    ASSERT_HEX(secret, sizeof secret, alice_and_bob);
    assert_int_equal(snet_x25519_agree(*state, &bob, alice.public_key, secret), SNET_OK);
    ASSERT_HEX(secret, sizeof secret, alice_and_bob);
}

static void x25519_products_are_those_of_the_rfc(void **state)
{
    for (size_t i = 0; i < sizeof x25519_cases / sizeof x25519_cases[0]; i++) {
        uint8_t point[SNET_X25519_BYTES];
        uint8_t product[SNET_X25519_BYTES];
        const struct snet_x25519 pair = pair_of(x25519_cases[i].scalar);
        key_of(x25519_cases[i].point, point);
        assert_int_equal(snet_x25519_agree(*state, &pair, point, product), SNET_OK);
        ASSERT_HEX(product, sizeof product, x25519_cases[i].product);
    }
}

/* The pair is ours, so this cannot be: but if it were, no other secret may come of it. */
static void x25519_agrees_by_the_private_key_whatever_its_public_one(void **state)
{
    struct snet_x25519 alice = pair_of(alice_private);
    const struct snet_x25519 bob = pair_of(bob_private);
    for (size_t i = 0; i < sizeof small_points / sizeof small_points[0]; i++) {
        uint8_t secret[SNET_X25519_BYTES];
        key_of(small_points[i], alice.public_key);
        assert_int_equal(snet_x25519_agree(*state, &alice, bob.public_key, secret), SNET_OK);
        ASSERT_HEX(secret, sizeof secret, alice_and_bob);
    }
}

/* The context keeps the other end's key. */
static void x25519_refused_points_leave_nothing_behind(void **state)
{
    uint8_t point[SNET_X25519_BYTES] = {0};
    uint8_t secret[SNET_X25519_BYTES];
    const struct snet_x25519 alice = pair_of(alice_private);
    const struct snet_x25519 bob = pair_of(bob_private);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(snet_x25519_agree(*state, &alice, bob.public_key, secret), SNET_OK);
        ASSERT_HEX(secret, sizeof secret, alice_and_bob);
        assert_int_equal(snet_x25519_agree(*state, &alice, point, secret), SNET_ERR_BAD_PUBLIC_KEY);
    }
}

/* RFC 7748, 5.2: each product is the next scalar, and each scalar the next point. */
static void x25519_products_go_on_as_in_the_rfc(void **state)
{
    uint8_t scalar[SNET_X25519_BYTES] = {9};
    uint8_t point[SNET_X25519_BYTES] = {9};
    for (unsigned round = 1; round <= 1000; round++) {
        struct snet_x25519 pair;
        uint8_t product[SNET_X25519_BYTES];
        assert_int_equal(snet_x25519_import(scalar, &pair), SNET_OK);
        assert_int_equal(snet_x25519_agree(*state, &pair, point, product), SNET_OK);
        memcpy(point, scalar, sizeof point);
        memcpy(scalar, product, sizeof scalar);
        if (round == 1) {
            ASSERT_HEX(scalar, sizeof scalar,
                       "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
        }
    }
    ASSERT_HEX(scalar, sizeof scalar,
               "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

#define X25519_TEST(name) cmocka_unit_test_setup_teardown(name, x25519_setup, x25519_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        X25519_TEST(x25519_refuses_points_of_small_order),
        X25519_TEST(x25519_reports_every_failed_allocation_as_its_own),
        X25519_TEST(x25519_public_keys_are_those_of_the_rfc),
        X25519_TEST(x25519_completes_a_pair_in_its_place),
        X25519_TEST(x25519_ends_agree_on_the_secret_of_the_rfc),
        X25519_TEST(x25519_products_are_those_of_the_rfc),
        X25519_TEST(x25519_agrees_by_the_private_key_whatever_its_public_one),
        X25519_TEST(x25519_refused_points_leave_nothing_behind),
        X25519_TEST(x25519_products_go_on_as_in_the_rfc),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("x25519", tests, NULL, NULL);
}
