/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/cipher.h>

#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

static const uint8_t key[SNET_CIPHER_KEY_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8};

/* A cipher for tests alone: a counter, which looks different from RC4. */
static void counter_init(void *ret_state, const uint8_t counter_key[SNET_CIPHER_KEY_BYTES])
{
    *(uint8_t *)ret_state = counter_key[0];
}

static void counter_apply(void *state, const uint8_t *in, uint8_t *ret_out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ret_out[i] = in[i] ^ (*(uint8_t *)state)++;
    }
}

static void counter_save(const void *state, uint8_t *ret_bytes)
{
    ret_bytes[0] = *(const uint8_t *)state;
}

static void counter_load(void *ret_state, const uint8_t *bytes)
{
    *(uint8_t *)ret_state = bytes[0];
}

static const struct snet_cipher counter = {
    .name = "counter",
    .state_bytes = 1,
    .saved_bytes = 1,
    .init = counter_init,
    .apply = counter_apply,
    .save = counter_save,
    .load = counter_load,
};

static void cipher_with_too_large_a_state_is_refused(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, false);
    struct snet_cipher large = counter;
    snet_session *session = NULL;
    core_pair_open(&ends, &config);
    large.state_bytes = SNET_CIPHER_STATE_MAX_BYTES + 1;
    config.client.session.cipher = &large;
    assert_int_equal(
        snet_client_open(ends.cores[CORE_PAIR_CLIENT], &config.client, &session, ends.now),
        SNET_ERR_INVALID);
    core_pair_close(&ends);
}

/* [PROTO 2.5] */
static void cipher_rc4_goes_on_from_a_saved_state(void **state)
{
    (void)state;
    uint64_t memory[2][SNET_CIPHER_STATE_MAX_BYTES / sizeof(uint64_t)];
    uint8_t saved[512] = {0};
    uint8_t bytes[2][100] = {{0}};
    snet_cipher_rc4()->init(memory[0], key);
    snet_cipher_rc4()->apply(memory[0], bytes[0], bytes[0], 33);
    assert_true(snet_cipher_rc4()->saved_bytes <= sizeof saved);
    snet_cipher_rc4()->save(memory[0], saved);
    assert_int_equal(saved[snet_cipher_rc4()->saved_bytes], 0);
    snet_cipher_rc4()->load(memory[1], saved);
    snet_cipher_rc4()->apply(memory[0], bytes[0], bytes[0], sizeof bytes[0]);
    snet_cipher_rc4()->apply(memory[1], bytes[1], bytes[1], sizeof bytes[1]);
    assert_memory_equal(bytes[0] + 33, bytes[1] + 33, sizeof bytes[1] - 33);
}

/* [PROTO 2.5]: configured at both ends, another cipher carries the id and both streams. */
static void cipher_of_the_program_replaces_rc4(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, false);
    config.client.session.cipher = config.server.session.cipher = &counter;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 100);
    core_pair_write(&ends, ends.served, 100);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 100);
    core_pair_close(&ends);
}

/* [PROTO 2.5]: configured at one end only, the streams are noise, and nothing else shows it. */
static void cipher_that_only_one_end_knows_gives_noise(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, false);
    config.client.session.cipher = &counter;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    static const uint8_t hello[5] = {'h', 'e', 'l', 'l', 'o'};
    uint8_t got[5];
    size_t len = 0;
    assert_int_equal(snet_session_write(ends.client, hello, sizeof hello, &len, ends.now), SNET_OK);
    core_pair_settle(&ends, conn);
    assert_int_equal(snet_session_read(ends.served, got, sizeof got, &len, ends.now), SNET_OK);
    assert_memory_not_equal(got, hello, sizeof hello);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cipher_with_too_large_a_state_is_refused),
        cmocka_unit_test(cipher_rc4_goes_on_from_a_saved_state),
        cmocka_unit_test(cipher_of_the_program_replaces_rc4),
        cmocka_unit_test(cipher_that_only_one_end_knows_gives_noise),
    };
    return cmocka_run_group_tests_name("cipher", tests, NULL, NULL);
}
