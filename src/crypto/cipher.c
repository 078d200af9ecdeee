/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/cipher.h>

#include "base/cursor.h"
#include "crypto/rc4.h"

#define CIPHER_RC4_SAVED_BYTES (256u + 2u) /* the permutation, then i and j */

_Static_assert(sizeof(struct snet_rc4) <= SNET_CIPHER_STATE_MAX_BYTES, "RC4 fits a cipher's state");

static void cipher_rc4_init(void *ret_state, const uint8_t key[SNET_CIPHER_KEY_BYTES])
{
    snet_rc4_init(ret_state, key, SNET_CIPHER_KEY_BYTES);
}

static void cipher_rc4_apply(void *state, const uint8_t *in, uint8_t *ret_out, size_t len)
{
    snet_rc4_xor(state, in, ret_out, len);
}

static void cipher_rc4_save(const void *state, uint8_t *ret_bytes)
{
    const struct snet_rc4 *rc4 = state;
    struct snet_writer writer;
    snet_writer_init(&writer, ret_bytes, CIPHER_RC4_SAVED_BYTES);
    snet_writer_bytes(&writer, rc4->state, sizeof rc4->state);
    snet_writer_u8(&writer, rc4->i);
    snet_writer_u8(&writer, rc4->j);
}

static void cipher_rc4_load(void *ret_state, const uint8_t *bytes)
{
    struct snet_rc4 *rc4 = ret_state;
    struct snet_reader reader;
    snet_reader_init(&reader, bytes, CIPHER_RC4_SAVED_BYTES);
    snet_reader_bytes(&reader, rc4->state, sizeof rc4->state);
    rc4->i = snet_reader_u8(&reader);
    rc4->j = snet_reader_u8(&reader);
}

/* [PROTO 2.5] */
static const struct snet_cipher cipher_rc4 = {
    .name = "rc4",
    .state_bytes = sizeof(struct snet_rc4),
    .saved_bytes = CIPHER_RC4_SAVED_BYTES,
    .init = cipher_rc4_init,
    .apply = cipher_rc4_apply,
    .save = cipher_rc4_save,
    .load = cipher_rc4_load,
};

const struct snet_cipher *snet_cipher_rc4(void)
{
    return &cipher_rc4;
}
