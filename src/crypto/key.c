/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/key.h>

#include "base/cursor.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

#include <openssl/evp.h>

#include <stdbool.h>
#include <string.h>

#define KEY_TEXT_LEN (SNET_KEY_TEXT_BYTES - 1)
/* What a decoder writes for 44 characters: the key, and a byte for the '='. */
#define KEY_DECODED_BYTES (KEY_TEXT_LEN / 4 * 3)

snet_err snet_key_public(const struct snet_key *secret, struct snet_key *ret_public)
{
    struct snet_x25519 pair;
    if (secret == NULL || ret_public == NULL) {
        return SNET_ERR_INVALID;
    }
    const snet_err err = snet_x25519_import(secret->bytes, &pair);
    if (err == SNET_OK) {
        struct snet_writer writer;
        snet_writer_init(&writer, ret_public->bytes, sizeof ret_public->bytes);
        snet_writer_bytes(&writer, pair.public_key, sizeof pair.public_key);
    }
    snet_secret_wipe(&pair, sizeof pair);
    return err;
}

void snet_key_format(const struct snet_key *key, char ret_text[SNET_KEY_TEXT_BYTES])
{
    if (key != NULL && ret_text != NULL) {
        (void)EVP_EncodeBlock((unsigned char *)ret_text, key->bytes, (int)sizeof key->bytes);
    }
}

/* Writes the text as 44 characters of base64, whichever alphabet it has. */
static void key_pad(const char *text, size_t len, char ret_padded[SNET_KEY_TEXT_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, (uint8_t *)ret_padded, SNET_KEY_TEXT_BYTES);
    for (size_t i = 0; i < KEY_TEXT_LEN - 1; i++) {
        const char character = text[i];
        snet_writer_u8(&writer, character == '-'   ? '+'
                                : character == '_' ? '/'
                                                   : (uint8_t)character);
    }
    snet_writer_u8(&writer, len == KEY_TEXT_LEN ? (uint8_t)text[KEY_TEXT_LEN - 1] : '=');
    snet_writer_u8(&writer, '\0');
}

snet_err snet_key_parse(const char *text, struct snet_key *ret_key)
{
    uint8_t decoded[KEY_DECODED_BYTES];
    char padded[SNET_KEY_TEXT_BYTES];
    struct snet_key key;
    char again[SNET_KEY_TEXT_BYTES];
    if (text == NULL || ret_key == NULL) {
        return SNET_ERR_INVALID;
    }
    const size_t len = strnlen(text, SNET_KEY_TEXT_BYTES);
    if (len != KEY_TEXT_LEN && len != KEY_TEXT_LEN - 1) {
        return SNET_ERR_KEY;
    }
    key_pad(text, len, padded);
    bool ok = EVP_DecodeBlock(decoded, (const unsigned char *)padded, (int)KEY_TEXT_LEN) ==
              (int)KEY_DECODED_BYTES;
    struct snet_writer writer;
    snet_writer_init(&writer, key.bytes, sizeof key.bytes);
    snet_writer_bytes(&writer, decoded, sizeof key.bytes);
    /* One value per text: the decoder skips blanks and ignores bits that no key has. */
    snet_key_format(&key, again);
    ok = ok && strcmp(again, padded) == 0;
    if (ok) {
        *ret_key = key;
    }
    snet_secret_wipe(decoded, sizeof decoded);
    snet_secret_wipe(padded, sizeof padded);
    snet_secret_wipe(again, sizeof again);
    snet_key_wipe(&key);
    return ok ? SNET_OK : SNET_ERR_KEY;
}

void snet_key_wipe(struct snet_key *key)
{
    if (key != NULL) {
        snet_secret_wipe(key, sizeof *key);
    }
}
