/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Which key a message is meant for [PROTO 12.6, 20.1], and the root of names [PROTO 12.5]. */
#include "core/snet3/keyring.h"

#include "core/snet3/messages.h"
#include "crypto/suites.h"
#include "tests/support/crypto_memory.h"
#include "tests/support/hex.h"
#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#include <string.h>

#define FAIL_TRIES_MAX 1000u
#define SECRET_COUNT 3u
#define PSK_COUNT 5u
#define LIST_MAX 40u

/* RFC 7748, 6.1. */
static const char alice_private[] =
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
static const char alice_public[] =
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";

/* Worked out from the formula in the header with another implementation of HMAC. */
static const char psk_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char psk_id_hex[] = "39d58c35364089eedb9502188d4bc013";

struct fixture {
    struct test_env env;
    struct snet_secrets slab;
    struct snet_crypto *crypto;
    struct snet_key secrets[SECRET_COUNT];
    struct snet_key psks[PSK_COUNT];
    struct snet_key list[SNET_SERVER_AUTHORIZED_MAX + 1];
    struct snet_keyring *keyring;
};

/* A key that differs from those of other numbers somewhere, and from its neighbours at the end. */
static struct snet_key key_of(uint32_t number)
{
    struct snet_key key = {{(uint8_t)(number >> 16), (uint8_t)(number >> 8)}};
    key.bytes[SNET_KEY_BYTES - 1] = (uint8_t)number;
    return key;
}

static int fixture_open(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    test_env_init(&fixture.env, 1);
    snet_secrets_init(&fixture.slab, &fixture.env.env);
    for (uint32_t i = 0; i < SECRET_COUNT; i++) {
        fixture.secrets[i] = key_of(0x080000u * (i + 1)); /* X25519 drops 3 bits */
    }
    for (uint32_t i = 0; i < PSK_COUNT; i++) {
        fixture.psks[i] = key_of(i + 1);
    }
    (void)test_hex_decode(alice_private, fixture.secrets[0].bytes, SNET_KEY_BYTES);
    (void)test_hex_decode(psk_hex, fixture.psks[0].bytes, SNET_KEY_BYTES);
    *state = &fixture;
    return snet_crypto_new(&fixture.crypto);
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    (void)test_crypto_memory_heal();
    snet_keyring_free(fixture->keyring);
    snet_secrets_deinit(&fixture->slab);
    snet_crypto_free(fixture->crypto);
    return fixture->env.live_count == 0 ? 0 : -1;
}

static snet_err try_new(struct fixture *fixture, const struct snet_server_keys *keys)
{
    return snet_keyring_new(&fixture->slab, fixture->crypto, keys, &fixture->keyring);
}

static struct snet_server_keys some_keys(const struct fixture *fixture)
{
    return (struct snet_server_keys){
        .secrets = fixture->secrets,
        .secret_count = SECRET_COUNT,
        .psks = fixture->psks,
        .psk_count = PSK_COUNT,
    };
}

static void open_keyring(struct fixture *fixture, const struct snet_server_keys *keys)
{
    assert_int_equal(try_new(fixture, keys), SNET_OK);
}

static void open_list(struct fixture *fixture, size_t count)
{
    struct snet_server_keys keys = some_keys(fixture);
    keys.authorized = fixture->list;
    keys.authorized_count = count;
    open_keyring(fixture, &keys);
}

static void close_keyring(struct fixture *fixture)
{
    snet_keyring_free(fixture->keyring);
    fixture->keyring = NULL;
}

/* --- Refusals ----------------------------------------------------------------------------- */

static void keyring_refuses_to_be_without_a_key_of_its_own(void **state)
{
    struct fixture *fixture = *state;
    const struct snet_server_keys nothing = {0};
    const struct snet_server_keys clients_only = {.authorized = fixture->list,
                                                  .authorized_count = 1};
    assert_int_equal(try_new(fixture, &nothing), SNET_ERR_INVALID);
    assert_int_equal(try_new(fixture, &clients_only), SNET_ERR_INVALID);
    assert_int_equal(fixture->env.alloc_count, 0);
    assert_null(fixture->keyring);
}

static void keyring_refuses_more_keys_than_the_maximum(void **state)
{
    struct fixture *fixture = *state;
    struct snet_server_keys keys = {.secrets = fixture->list,
                                    .secret_count = SNET_SERVER_SECRETS_MAX + 1};
    assert_int_equal(try_new(fixture, &keys), SNET_ERR_INVALID);
    keys = (struct snet_server_keys){.psks = fixture->list, .psk_count = SNET_SERVER_PSKS_MAX + 1};
    assert_int_equal(try_new(fixture, &keys), SNET_ERR_INVALID);
    keys = some_keys(fixture);
    keys.authorized = fixture->list;
    keys.authorized_count = SNET_SERVER_AUTHORIZED_MAX + 1;
    assert_int_equal(try_new(fixture, &keys), SNET_ERR_INVALID);
    keys.authorized_count = SIZE_MAX;
    assert_int_equal(try_new(fixture, &keys), SNET_ERR_INVALID);
    assert_int_equal(fixture->env.alloc_count, 0);
}

static void keyring_refuses_a_count_without_its_list(void **state)
{
    struct fixture *fixture = *state;
    struct snet_server_keys keys = some_keys(fixture);
    keys.secrets = NULL;
    assert_int_equal(try_new(fixture, &keys), SNET_ERR_INVALID);
    keys = some_keys(fixture);
    keys.psks = NULL;
    assert_int_equal(try_new(fixture, &keys), SNET_ERR_INVALID);
    keys = some_keys(fixture);
    keys.authorized_count = 1;
    assert_int_equal(try_new(fixture, &keys), SNET_ERR_INVALID);
}

static void keyring_reports_a_lack_of_memory(void **state)
{
    struct fixture *fixture = *state;
    const struct snet_server_keys keys = some_keys(fixture);
    for (size_t number = 1; number <= 2; number++) { /* itself, and the page of secrets */
        fixture->env.alloc_count = 0;
        fixture->env.fail_at = number;
        assert_int_equal(try_new(fixture, &keys), SNET_ERR_NO_MEMORY);
        assert_null(fixture->keyring);
        assert_int_equal(fixture->env.live_count, 0);
    }
}

static void keyring_survives_every_failure_of_libcrypto(void **state)
{
    struct fixture *fixture = *state;
    const struct snet_server_keys keys = some_keys(fixture);
    size_t failures = 0;
    bool reached = true;
    open_keyring(fixture, &keys); /* what libcrypto sets up at its first use is not counted */
    close_keyring(fixture);
    const size_t kept = fixture->env.live_count; /* the page of secrets */
    for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
        test_crypto_memory_fail_at(number);
        const snet_err err = try_new(fixture, &keys);
        reached = test_crypto_memory_heal();
        assert_true(err == SNET_OK || (reached && err == SNET_ERR_CRYPTO));
        assert_int_equal(fixture->env.live_count, kept + (err == SNET_OK ? 1 : 0));
        assert_int_equal(fixture->keyring != NULL, err == SNET_OK);
        failures += err != SNET_OK;
        close_keyring(fixture);
    }
    assert_false(reached);
    assert_true(failures > SECRET_COUNT + PSK_COUNT);
}

/* --- Which key ---------------------------------------------------------------------------- */

static void keyring_root_is_the_first_secret_key_or_else_the_first_shared_secret(void **state)
{
    struct fixture *fixture = *state;
    struct snet_server_keys keys = some_keys(fixture);
    open_keyring(fixture, &keys);
    ASSERT_HEX(snet_keyring_root(fixture->keyring), SNET_KEY_BYTES, alice_private);
    close_keyring(fixture);
    keys.secret_count = 0;
    open_keyring(fixture, &keys);
    ASSERT_HEX(snet_keyring_root(fixture->keyring), SNET_KEY_BYTES, psk_hex);
}

/* A HELLO to the owner of a public key. */
struct hello {
    uint8_t data[SNET_V3_MESSAGE_MAX_BYTES];
    struct snet_bytes message;
};

static void write_hello(const struct fixture *fixture, const uint8_t *server_public,
                        struct hello *ret_hello)
{
    static const uint8_t ephemeral[SNET_X25519_BYTES] = {64};
    static const struct snet_v3_offer offer = {.max_record = 16384};
    const struct snet_v3_messages_config config = {
        .pattern = SNET_NOISE_NK,
        .suite = &snet_suites_chacha20_poly1305,
        .server_public = server_public,
        .ephemeral = ephemeral,
    };
    struct snet_v3_handshake handshake;
    struct snet_writer out;
    snet_writer_init(&out, ret_hello->data, sizeof ret_hello->data);
    assert_int_equal(snet_v3_messages_hello(&handshake, fixture->crypto, &config, &offer, &out),
                     SNET_OK);
    snet_v3_messages_deinit(&handshake);
    ret_hello->message = (struct snet_bytes){ret_hello->data, out.written};
}

static void keyring_finds_no_pair_for_a_hello_to_somebody_else(void **state)
{
    struct fixture *fixture = *state;
    uint8_t place = SNET_KEYRING_GONE;
    struct snet_server_keys keys = some_keys(fixture);
    struct hello hello;
    struct snet_x25519 stranger;
    const struct snet_key secret = key_of(0x990000);
    assert_int_equal(snet_x25519_import(secret.bytes, &stranger), SNET_OK);
    open_keyring(fixture, &keys);
    write_hello(fixture, stranger.public_key, &hello);
    assert_null(snet_keyring_by_mac1(fixture->keyring, hello.message, &place));
    assert_null(snet_keyring_by_mac1(fixture->keyring, (struct snet_bytes){NULL, 0}, &place));
    close_keyring(fixture);
    keys.secret_count = 0;
    open_keyring(fixture, &keys);
    assert_null(snet_keyring_by_mac1(fixture->keyring, hello.message, &place));
}

static void keyring_finds_each_pair_by_the_hello_to_it(void **state)
{
    struct fixture *fixture = *state;
    uint8_t place = SNET_KEYRING_GONE;
    const struct snet_server_keys keys = some_keys(fixture);
    open_keyring(fixture, &keys);
    for (size_t i = 0; i < SECRET_COUNT; i++) {
        struct hello hello;
        struct snet_x25519 pair;
        assert_int_equal(snet_x25519_import(fixture->secrets[i].bytes, &pair), SNET_OK);
        write_hello(fixture, pair.public_key, &hello);
        const struct snet_x25519 *found =
            snet_keyring_by_mac1(fixture->keyring, hello.message, &place);
        assert_non_null(found);
        assert_memory_equal(found, &pair, sizeof pair);
        assert_int_equal(place, i);
        assert_true(snet_keyring_is_pair(place));
        hello.data[hello.message.len - 1] ^= 1;
        assert_null(snet_keyring_by_mac1(fixture->keyring, hello.message, &place));
    }
}

static void keyring_completes_pairs_as_the_rfc_has_them(void **state)
{
    struct fixture *fixture = *state;
    uint8_t place = SNET_KEYRING_GONE;
    const struct snet_server_keys keys = some_keys(fixture);
    struct hello hello;
    uint8_t public_key[SNET_X25519_BYTES];
    open_keyring(fixture, &keys);
    (void)test_hex_decode(alice_public, public_key, sizeof public_key);
    write_hello(fixture, public_key, &hello);
    const struct snet_x25519 *found = snet_keyring_by_mac1(fixture->keyring, hello.message, &place);
    assert_non_null(found);
    ASSERT_HEX(found->private_key, sizeof found->private_key, alice_private);
    ASSERT_HEX(found->public_key, sizeof found->public_key, alice_public);
}

static void keyring_finds_no_pair_when_libcrypto_fails(void **state)
{
    struct fixture *fixture = *state;
    uint8_t place = SNET_KEYRING_GONE;
    struct snet_server_keys keys = some_keys(fixture);
    struct hello hello;
    uint8_t public_key[SNET_X25519_BYTES];
    keys.secret_count = 1;
    open_keyring(fixture, &keys);
    (void)test_hex_decode(alice_public, public_key, sizeof public_key);
    write_hello(fixture, public_key, &hello);
    test_crypto_memory_fail_at(1);
    assert_null(snet_keyring_by_mac1(fixture->keyring, hello.message, &place));
    assert_true(test_crypto_memory_heal());
    assert_non_null(snet_keyring_by_mac1(fixture->keyring, hello.message, &place));
}

static void keyring_knows_no_shared_secret_by_another_id(void **state)
{
    struct fixture *fixture = *state;
    uint8_t place = SNET_KEYRING_GONE;
    const struct snet_server_keys keys = some_keys(fixture);
    uint8_t id[SNET_V3_PSK_ID_BYTES];
    open_keyring(fixture, &keys);
    (void)test_hex_decode(psk_id_hex, id, sizeof id);
    for (size_t i = 0; i < sizeof id; i++) {
        id[i] ^= 1;
        assert_null(snet_keyring_by_psk_id(fixture->keyring, id, &place));
        id[i] ^= 1;
    }
    memset(id, 0, sizeof id); /* what unused places hold */
    assert_null(snet_keyring_by_psk_id(fixture->keyring, id, &place));
}

static void keyring_finds_each_shared_secret_by_its_id(void **state)
{
    struct fixture *fixture = *state;
    uint8_t place = SNET_KEYRING_GONE;
    struct snet_server_keys keys = {.psks = fixture->list, .psk_count = SNET_SERVER_PSKS_MAX};
    for (uint32_t i = 0; i < SNET_SERVER_PSKS_MAX; i++) {
        fixture->list[i] = key_of(i);
    }
    open_keyring(fixture, &keys);
    for (size_t i = 0; i < SNET_SERVER_PSKS_MAX; i++) {
        uint8_t id[SNET_V3_PSK_ID_BYTES];
        assert_int_equal(snet_keyring_psk_id(fixture->crypto, fixture->list[i].bytes, id), SNET_OK);
        const uint8_t *found = snet_keyring_by_psk_id(fixture->keyring, id, &place);
        assert_non_null(found);
        assert_memory_equal(found, fixture->list[i].bytes, SNET_KEY_BYTES);
        assert_int_equal(place, SNET_SERVER_SECRETS_MAX + i);
        assert_false(snet_keyring_is_pair(place));
    }
}

static void keyring_id_of_a_shared_secret_is_that_of_the_formula(void **state)
{
    struct fixture *fixture = *state;
    uint8_t id[SNET_V3_PSK_ID_BYTES];
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_keyring_psk_id(fixture->crypto, fixture->psks[0].bytes, id),
                     SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    assert_int_equal(snet_keyring_psk_id(fixture->crypto, fixture->psks[0].bytes, id), SNET_OK);
    ASSERT_HEX(id, sizeof id, psk_id_hex);
}

/* --- Authorized clients ------------------------------------------------------------------- */

static bool authorizes(const struct fixture *fixture, uint32_t number)
{
    const struct snet_key key = key_of(number);
    return snet_keyring_authorizes(fixture->keyring, key.bytes);
}

/* Lists of every length, in every kind of order: each member is served and no neighbour of it. */
static void keyring_serves_those_on_its_list_and_nobody_else(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t count = 1; count <= LIST_MAX; count++) {
        for (uint32_t step = 1; step <= LIST_MAX; step++) {
            for (uint32_t i = 0; i < count; i++) {
                fixture->list[i] = key_of(2 * (i * step % 41) + 1); /* a prime: all different */
            }
            open_list(fixture, count);
            assert_true(snet_keyring_restricted(fixture->keyring));
            bool listed[2 * 41 + 1] = {false};
            for (uint32_t i = 0; i < count; i++) {
                listed[2 * (i * step % 41) + 1] = true;
            }
            for (uint32_t number = 0; number < sizeof listed; number++) {
                assert_int_equal(authorizes(fixture, number), listed[number]);
            }
            close_keyring(fixture);
        }
    }
}

static void keyring_list_takes_as_many_as_the_maximum(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t i = 0; i < SNET_SERVER_AUTHORIZED_MAX; i++) {
        fixture->list[i] = key_of(2 * (i * 40503u % SNET_SERVER_AUTHORIZED_MAX)); /* odd: all */
    }
    open_list(fixture, SNET_SERVER_AUTHORIZED_MAX);
    for (uint32_t number = 0; number < 2 * SNET_SERVER_AUTHORIZED_MAX; number++) {
        assert_int_equal(authorizes(fixture, number), number % 2 == 0);
    }
}

static void keyring_list_may_name_a_client_twice(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t i = 0; i < LIST_MAX; i++) {
        fixture->list[i] = key_of(i % 3);
    }
    open_list(fixture, LIST_MAX);
    assert_true(authorizes(fixture, 0) && authorizes(fixture, 1) && authorizes(fixture, 2));
    assert_false(authorizes(fixture, 3));
}

static void keyring_without_a_list_serves_everybody(void **state)
{
    struct fixture *fixture = *state;
    const struct snet_server_keys keys = some_keys(fixture);
    open_keyring(fixture, &keys);
    assert_false(snet_keyring_restricted(fixture->keyring));
    assert_true(authorizes(fixture, 0) && authorizes(fixture, 1));
}

static void keyring_with_an_empty_list_serves_nobody(void **state)
{
    struct fixture *fixture = *state;
    open_list(fixture, 0);
    assert_true(snet_keyring_restricted(fixture->keyring));
    assert_false(authorizes(fixture, 0) || authorizes(fixture, 1));
}

/* --- Copies ------------------------------------------------------------------------------- */

static void keyring_keeps_copies(void **state)
{
    struct fixture *fixture = *state;
    uint8_t place = SNET_KEYRING_GONE;
    uint8_t id[SNET_V3_PSK_ID_BYTES];
    fixture->list[0] = key_of(7);
    open_list(fixture, 1);
    memset(fixture->secrets, 0, sizeof fixture->secrets);
    memset(fixture->psks, 0, sizeof fixture->psks);
    memset(fixture->list, 0, sizeof fixture->list[0]);
    ASSERT_HEX(snet_keyring_root(fixture->keyring), SNET_KEY_BYTES, alice_private);
    (void)test_hex_decode(psk_id_hex, id, sizeof id);
    ASSERT_HEX(snet_keyring_by_psk_id(fixture->keyring, id, &place), SNET_KEY_BYTES, psk_hex);
    assert_true(authorizes(fixture, 7));
}

/* Memory that is looked at when it is given back: `dirty` counts bytes that are not zero. */
struct watch {
    size_t len;      /* of the keyring */
    size_t page_len; /* of the one page of secrets */
    size_t dirty;
};

static _Alignas(max_align_t) uint8_t watched[16384];
static _Alignas(max_align_t) uint8_t watched_page[SNET_SECRETS_PAGE_BYTES];

static void watch_look(struct watch *watch, const uint8_t *memory, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        watch->dirty += memory[i] != 0;
    }
}

static void *watch_alloc(void *ctx, size_t size_bytes)
{
    struct watch *watch = ctx;
    assert_int_equal(watch->len, 0);
    watch->len = size_bytes;
    return size_bytes <= sizeof watched ? watched : NULL;
}

static void watch_free(void *ctx, void *memory)
{
    struct watch *watch = ctx;
    assert_ptr_equal(memory, watched);
    watch_look(watch, watched, watch->len);
    watch->len = 0;
}

static void *watch_secret_alloc(void *ctx, size_t size_bytes)
{
    struct watch *watch = ctx;
    assert_int_equal(size_bytes, sizeof watched_page);
    assert_int_equal(watch->page_len, 0);
    watch->page_len = size_bytes;
    return watched_page;
}

static void watch_secret_free(void *ctx, void *memory, size_t size_bytes)
{
    struct watch *watch = ctx;
    assert_ptr_equal(memory, watched_page);
    assert_int_equal(size_bytes, watch->page_len);
    watch_look(watch, watched_page, size_bytes);
    watch->page_len = 0;
}

static bool watch_saw_key(const struct snet_key *key)
{
    return memmem(watched, sizeof watched, key, sizeof *key) != NULL;
}

/* The keyring of some keys, with memory that is looked at. */
static snet_err watch_keyring(struct fixture *fixture, struct watch *watch)
{
    const struct snet_env env = {
        .ctx = watch,
        .alloc = watch_alloc,
        .free = watch_free,
        .secret_alloc = watch_secret_alloc,
        .secret_free = watch_secret_free,
    };
    struct snet_server_keys keys = some_keys(fixture);
    struct snet_keyring *keyring = NULL;
    struct snet_secrets slab;
    keys.authorized = fixture->list;
    keys.authorized_count = LIST_MAX;
    snet_secrets_init(&slab, &env);
    const snet_err err = snet_keyring_new(&slab, fixture->crypto, &keys, &keyring);
    assert_false(watch_saw_key(&keys.secrets[0]));
    assert_false(watch_saw_key(&keys.psks[PSK_COUNT - 1]));
    snet_keyring_free(keyring);
    snet_secrets_deinit(&slab);
    assert_int_equal(watch->len, 0);
    assert_int_equal(watch->page_len, 0);
    return err;
}

/* Nothing that is secret is in ordinary memory, and nothing at all is left. */
static void keyring_wipes_all_that_it_had(void **state)
{
    struct fixture *fixture = *state;
    struct watch watch = {.len = 0};
    memset(fixture->list, 0x5a, LIST_MAX * sizeof fixture->list[0]);
    assert_int_equal(watch_keyring(fixture, &watch), SNET_OK);
    assert_int_equal(watch.dirty, 0);
    /* Also when the last shared secret cannot be completed. */
    size_t number = FAIL_TRIES_MAX;
    snet_err err = SNET_OK;
    while (err == SNET_OK && number > 0) {
        test_crypto_memory_fail_at(number--);
        err = watch_keyring(fixture, &watch);
    }
    assert_true(test_crypto_memory_heal());
    assert_int_equal(err, SNET_ERR_CRYPTO);
    assert_int_equal(watch.dirty, 0);
}

static void keyring_free_accepts_null(void **state)
{
    (void)state;
    snet_keyring_free(NULL);
}

#define KEYRING_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYRING_TEST(keyring_refuses_to_be_without_a_key_of_its_own),
        KEYRING_TEST(keyring_refuses_more_keys_than_the_maximum),
        KEYRING_TEST(keyring_refuses_a_count_without_its_list),
        KEYRING_TEST(keyring_reports_a_lack_of_memory),
        KEYRING_TEST(keyring_survives_every_failure_of_libcrypto),
        KEYRING_TEST(keyring_root_is_the_first_secret_key_or_else_the_first_shared_secret),
        KEYRING_TEST(keyring_finds_no_pair_for_a_hello_to_somebody_else),
        KEYRING_TEST(keyring_finds_each_pair_by_the_hello_to_it),
        KEYRING_TEST(keyring_completes_pairs_as_the_rfc_has_them),
        KEYRING_TEST(keyring_finds_no_pair_when_libcrypto_fails),
        KEYRING_TEST(keyring_knows_no_shared_secret_by_another_id),
        KEYRING_TEST(keyring_finds_each_shared_secret_by_its_id),
        KEYRING_TEST(keyring_id_of_a_shared_secret_is_that_of_the_formula),
        KEYRING_TEST(keyring_serves_those_on_its_list_and_nobody_else),
        KEYRING_TEST(keyring_list_takes_as_many_as_the_maximum),
        KEYRING_TEST(keyring_list_may_name_a_client_twice),
        KEYRING_TEST(keyring_without_a_list_serves_everybody),
        KEYRING_TEST(keyring_with_an_empty_list_serves_nobody),
        KEYRING_TEST(keyring_keeps_copies),
        KEYRING_TEST(keyring_wipes_all_that_it_had),
        cmocka_unit_test(keyring_free_accepts_null),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
