/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Records between two ends, under a program of operations: what was sealed opens to the same bytes,
 * in order, also where the keys change; what was changed, cut, repeated or made up does not, and
 * leaves the reader able to open the right one.
 */
#include "codec/snet3_frame.h"
#include "core/snet3/record.h"
#include "crypto/crypto.h"
#include "crypto/suites.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define RECORD_PLAIN_MAX_BYTES 600u
#define RECORD_WHOLE_MAX_BYTES                                                                     \
    (SNET_V3_FRAME_LEN_BYTES + RECORD_PLAIN_MAX_BYTES + SNET_SUITE_TAG_BYTES)
#define RECORD_OPS_MAX 200u

enum record_op {
    RECORD_OP_PASS,   /* seal and open */
    RECORD_OP_FLIP,   /* the same with a bit flipped before */
    RECORD_OP_CUT,    /* the same, cut short before */
    RECORD_OP_REPEAT, /* the record before once more */
    RECORD_OP_MADE_UP,
    RECORD_OP_JUMP /* to the last record of the present key */
};
#define RECORD_OPS (RECORD_OP_JUMP + 1)

struct record_pair {
    _Alignas(16) uint8_t contexts[2][SNET_SUITE_CTX_MAX_BYTES];
    struct snet_record seal;
    struct snet_record open;
    struct snet_reader program;
    size_t last_len; /* of the record that was opened last */
    uint8_t last[RECORD_WHOLE_MAX_BYTES];
};

static void pair_open(struct record_pair *pair, struct snet_crypto *crypto)
{
    static const uint8_t secret[SNET_HASH_BYTES] = {3, 1, 4};
    const uint8_t kind = snet_reader_u8(&pair->program);
    for (unsigned i = 0; i < 2; i++) {
        const struct snet_record_config config = {
            .suite = kind % 2 == 0 ? &snet_suites_chacha20_poly1305 : &snet_suites_aes_256_gcm,
            .ctx = pair->contexts[i],
            .secret = secret,
            .max_record_bytes =
                kind / 2 % 2 == 0 ? SNET_RECORD_LARGE_BYTES : SNET_V3_FRAME_RECORD_MAX_BYTES,
        };
        FUZZ_CHECK(snet_record_init(i == 0 ? &pair->seal : &pair->open, crypto, &config) ==
                   SNET_OK);
    }
}

/* As many bytes of the program as it says, at least 1; beyond its end they are zeros. */
static size_t pair_plain(struct record_pair *pair, uint8_t ret_data[RECORD_PLAIN_MAX_BYTES])
{
    const size_t want = 1 + snet_reader_u16(&pair->program) % RECORD_PLAIN_MAX_BYTES;
    memset(ret_data, 0, want);
    snet_reader_bytes(&pair->program, ret_data,
                      want < pair->program.left ? want : pair->program.left);
    return want;
}

/* Opens what must not open. */
static void pair_refuse(struct record_pair *pair, const uint8_t *data, size_t len)
{
    uint8_t opened[RECORD_WHOLE_MAX_BYTES];
    FUZZ_CHECK(snet_record_open(&pair->open, data, len, opened) == SNET_ERR_BAD_MAC);
}

/* Seals one, meets `op`, opens it. */
static void pair_pass(struct record_pair *pair, enum record_op op)
{
    uint8_t plain[RECORD_PLAIN_MAX_BYTES];
    uint8_t data[RECORD_WHOLE_MAX_BYTES];
    const size_t plain_len = pair_plain(pair, plain);
    const size_t len = SNET_V3_FRAME_LEN_BYTES + plain_len + SNET_SUITE_TAG_BYTES;
    memcpy(data + SNET_V3_FRAME_LEN_BYTES, plain, plain_len);
    FUZZ_CHECK(snet_record_seal(&pair->seal, data, plain_len) == SNET_OK);
    if (op == RECORD_OP_FLIP) {
        const size_t bit = snet_reader_u16(&pair->program) % (8 * len);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        pair_refuse(pair, data, len);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    } else if (op == RECORD_OP_CUT) {
        pair_refuse(pair, data, snet_reader_u16(&pair->program) % len);
    }
    memcpy(pair->last, data, len);
    pair->last_len = len;
    uint8_t opened[RECORD_WHOLE_MAX_BYTES];
    FUZZ_CHECK(snet_record_open(&pair->open, data, len, opened) == SNET_OK);
    FUZZ_CHECK(
        fuzz_same((struct snet_bytes){opened, plain_len}, (struct snet_bytes){plain, plain_len}));
}

static void pair_made_up(struct record_pair *pair)
{
    uint8_t data[RECORD_WHOLE_MAX_BYTES] = {0};
    const size_t want = snet_reader_u16(&pair->program) % (sizeof data + 1);
    snet_reader_bytes(&pair->program, data, want < pair->program.left ? want : pair->program.left);
    pair_refuse(pair, data, want);
}

/* Nobody has the time to seal 65536 records: both ends count as if they had. */
static void pair_jump(struct record_pair *pair)
{
    const uint64_t last = (pair->seal.generation + 1) * pair->seal.rekey_records - 1;
    pair->seal.seq = last > pair->seal.seq ? last : pair->seal.seq;
    pair->open.seq = pair->seal.seq;
}

static void pair_step(struct record_pair *pair, enum record_op op)
{
    switch (op) {
    case RECORD_OP_PASS:
    case RECORD_OP_FLIP:
    case RECORD_OP_CUT:
        pair_pass(pair, op);
        break;
    case RECORD_OP_REPEAT:
        pair_refuse(pair, pair->last, pair->last_len);
        break;
    case RECORD_OP_MADE_UP:
        pair_made_up(pair);
        break;
    case RECORD_OP_JUMP:
        pair_jump(pair);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct record_pair pair;
    struct snet_crypto *crypto = NULL;
    memset(&pair, 0, sizeof pair);
    snet_reader_init(&pair.program, data, len);
    FUZZ_CHECK(snet_crypto_new(&crypto) == SNET_OK);
    pair_open(&pair, crypto);
    for (unsigned op = 0; op < RECORD_OPS_MAX && pair.program.left > 0; op++) {
        pair_step(&pair, (enum record_op)(snet_reader_u8(&pair.program) % RECORD_OPS));
    }
    FUZZ_CHECK(pair.seal.seq == pair.open.seq);
    snet_record_deinit(&pair.seal);
    snet_record_deinit(&pair.open);
    snet_crypto_free(crypto);
    return 0;
}
