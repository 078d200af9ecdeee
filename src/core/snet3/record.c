/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/record.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "base/try.h"
#include "codec/snet3_frame.h"
#include "crypto/secret.h"
#include "crypto/suites.h"

#define RECORD_AD_BYTES SNET_V3_FRAME_LEN_BYTES

static void record_drop_key(struct snet_record *record)
{
    if (record->keyed) {
        record->suite->wipe(record->ctx);
        record->keyed = false;
    }
}

/* Derives key and iv from the present secret. */
static snet_err record_set_key(struct snet_record *record)
{
    uint8_t key[SNET_SUITE_KEY_BYTES];
    const struct snet_hash_info key_info = {.label = "snet3 key"};
    const struct snet_hash_info iv_info = {.label = "snet3 iv"};
    record_drop_key(record);
    snet_err err = snet_hash_expand(record->crypto, record->secret, &key_info, key, sizeof key);
    if (err == SNET_OK) {
        err = snet_hash_expand(record->crypto, record->secret, &iv_info, record->iv,
                               sizeof record->iv);
    }
    if (err == SNET_OK) {
        err = snet_suites_key(record->suite, record->crypto, record->ctx, key);
    }
    record->keyed = err == SNET_OK;
    snet_secret_wipe(key, sizeof key);
    return err;
}

snet_err snet_record_init(struct snet_record *record, struct snet_crypto *crypto,
                          const struct snet_record_config *config)
{
    const bool large = config->max_record_bytes > SNET_RECORD_LARGE_BYTES;
    *record = (struct snet_record){
        .crypto = crypto,
        .suite = config->suite,
        .ctx = config->ctx,
        .rekey_records = config->suite->rekey_records / (large ? SNET_RECORD_LARGE_DIVISOR : 1),
    };
    SNET_ASSERT(record->rekey_records > 0);
    snet_bytes_copy(record->secret, config->secret, sizeof record->secret);
    const snet_err err = record_set_key(record);
    if (err != SNET_OK) {
        snet_record_deinit(record);
    }
    return err;
}

void snet_record_deinit(struct snet_record *record)
{
    record_drop_key(record);
    snet_secret_wipe(record, sizeof *record);
}

/* Takes the next keys when it is time; the older secret is gone then. */
static snet_err record_advance(struct snet_record *record)
{
    if (record->seq >= SNET_RECORD_SEQ_MAX || !record->keyed) {
        return SNET_ERR_STATE;
    }
    if (record->seq / record->rekey_records == record->generation) {
        return SNET_OK;
    }
    uint8_t next[SNET_HASH_BYTES];
    const struct snet_hash_info info = {.label = "snet3 upd"};
    SNET_TRY(snet_hash_expand(record->crypto, record->secret, &info, next, sizeof next));
    snet_bytes_copy(record->secret, next, sizeof next);
    snet_secret_wipe(next, sizeof next);
    record->generation++;
    SNET_ASSERT(record->seq / record->rekey_records == record->generation);
    return record_set_key(record);
}

static void record_nonce(const struct snet_record *record,
                         uint8_t ret_nonce[SNET_SUITE_NONCE_BYTES])
{
    for (unsigned i = 0; i < SNET_SUITE_NONCE_BYTES; i++) {
        const unsigned first = SNET_SUITE_NONCE_BYTES - sizeof record->seq;
        const uint8_t part = (uint8_t)(i < first ? 0 : record->seq >> (8 * (i - first)));
        ret_nonce[i] = (uint8_t)(record->iv[i] ^ part);
    }
}

snet_err snet_record_seal(struct snet_record *record, uint8_t *data, size_t plain_len)
{
    uint8_t nonce[SNET_SUITE_NONCE_BYTES];
    SNET_ASSERT(plain_len > 0);
    SNET_ASSERT(plain_len <= SNET_V3_FRAME_RECORD_MAX_BYTES);
    SNET_TRY(record_advance(record));
    struct snet_writer writer;
    snet_writer_init(&writer, data, RECORD_AD_BYTES);
    snet_writer_u16(&writer, (uint16_t)(plain_len + SNET_SUITE_TAG_BYTES));
    record_nonce(record, nonce);
    record->seq++;
    return record->suite->seal(record->ctx, nonce, data, RECORD_AD_BYTES, data + RECORD_AD_BYTES,
                               plain_len) == 0
               ? SNET_OK
               : SNET_ERR_CRYPTO;
}

snet_err snet_record_open(struct snet_record *record, const uint8_t *data, size_t len,
                          uint8_t *ret_plain)
{
    uint8_t nonce[SNET_SUITE_NONCE_BYTES];
    if (len <= RECORD_AD_BYTES + SNET_SUITE_TAG_BYTES) {
        return SNET_ERR_BAD_MAC;
    }
    SNET_TRY(record_advance(record));
    record_nonce(record, nonce);
    const struct snet_suites_use use = {
        .suite = record->suite, .ctx = record->ctx, .nonce = nonce, .ad = {data, RECORD_AD_BYTES}};
    const struct snet_bytes sealed = {data + RECORD_AD_BYTES, len - RECORD_AD_BYTES};
    SNET_TRY(snet_suites_open_to(&use, sealed, ret_plain));
    record->seq++;
    return SNET_OK;
}
