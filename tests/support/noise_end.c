/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/noise_end.h"

#include "crypto/suites.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 128u
#define PROLOGUE_SPLIT 2u /* the prologue of the vectors is longer */

struct noise_message noise_end_message(const char *hex)
{
    struct noise_message message = {.len = 0};
    message.len = test_hex_decode(hex, message.data, sizeof message.data);
    return message;
}

/* tidy: allow layer because noise_to_c.py makes it from tests/data while building */
#include "noise_vectors.inc"

_Static_assert(sizeof noise_vectors / sizeof noise_vectors[0] == NOISE_END_VECTORS,
               "three patterns with two suites");

int noise_end_run(const char *group, const struct CMUnitTest *tests, size_t count)
{
    /* cmocka passes over those without a name. */
    struct CMUnitTest all[NOISE_END_VECTORS * NOISE_END_TESTS_MAX] = {{.name = NULL}};
    static char names[NOISE_END_VECTORS * NOISE_END_TESTS_MAX][NAME_MAX_BYTES];
    assert_true(count <= NOISE_END_TESTS_MAX);
    for (size_t i = 0; i < NOISE_END_VECTORS * count; i++) {
        const struct noise_vector *vector = &noise_vectors[i / count];
        all[i] = tests[i % count];
        (void)snprintf(names[i], sizeof names[i], "%s: %s", vector->name, all[i].name);
        all[i].name = names[i];
        all[i].initial_state = (void *)(uintptr_t)vector;
    }
    return cmocka_run_group_tests_name(group, all, NULL, NULL);
}

static void key_of(const char *hex, uint8_t ret_key[SNET_X25519_BYTES])
{
    assert_int_equal(test_hex_decode(hex, ret_key, SNET_X25519_BYTES), SNET_X25519_BYTES);
}

static void end_prepare_keys(struct noise_end *end)
{
    const char *const own = end->vector->statics[end->role];
    key_of(end->vector->ephemerals[end->role], end->ephemeral);
    end->config.ephemeral = end->ephemeral;
    if (own != NULL) {
        uint8_t key[SNET_X25519_BYTES];
        key_of(own, key);
        assert_int_equal(snet_x25519_import(key, &end->own_static), SNET_OK);
        end->config.own_static = &end->own_static;
    }
    if (end->role == NOISE_INITIATOR && end->vector->responder_public != NULL) {
        key_of(end->vector->responder_public, end->peer_static);
        end->config.peer_static = end->peer_static;
    }
    if (end->vector->psk != NULL) {
        key_of(end->vector->psk, end->psk);
        end->config.psk = end->psk;
    }
}

void noise_end_prepare(struct noise_end *end, const struct noise_vector *vector,
                       enum noise_role role)
{
    *end = (struct noise_end){.vector = vector, .role = role};
    assert_int_equal(snet_crypto_new(&end->crypto), SNET_OK);
    const size_t len = test_hex_decode(vector->prologue, end->prologue, sizeof end->prologue);
    assert_true(len > PROLOGUE_SPLIT);
    end->prologue_parts[0] = (struct snet_bytes){end->prologue, PROLOGUE_SPLIT};
    end->prologue_parts[1] =
        (struct snet_bytes){end->prologue + PROLOGUE_SPLIT, len - PROLOGUE_SPLIT};
    end->config = (struct snet_noise_config){
        .pattern = vector->pattern,
        .suite = vector->suite,
        .initiator = role == NOISE_INITIATOR,
        .prologue = end->prologue_parts,
        .prologue_count = 2,
    };
    end_prepare_keys(end);
}

snet_err noise_end_init(struct noise_end *end)
{
    return snet_noise_init(&end->noise, end->crypto, &end->config);
}

void noise_end_close(struct noise_end *end)
{
    snet_noise_deinit(&end->noise);
    snet_crypto_free(end->crypto);
}

snet_err noise_end_write(struct noise_end *end, const struct noise_message *payload,
                         struct noise_message *ret_text)
{
    struct snet_writer writer;
    const struct snet_bytes bytes = {payload->data, payload->len};
    snet_writer_init(&writer, ret_text->data, sizeof ret_text->data);
    const snet_err err = snet_noise_write(&end->noise, bytes, &writer);
    ret_text->len = writer.written;
    return err;
}

/* Reads a copy that ends where its memory ends, so that the sanitizer sees what is read beyond it.
 */
snet_err noise_end_read(struct noise_end *end, const struct noise_message *text,
                        struct noise_message *ret_payload)
{
    struct snet_bytes payload = {NULL, 0};
    uint8_t *memory = malloc(text->len + 1); /* never none, which may be NULL */
    assert_non_null(memory);
    uint8_t *copy = memory + 1;
    memcpy(copy, text->data, text->len);
    const snet_err err = snet_noise_read(&end->noise, copy, text->len, &payload);
    ret_payload->len = payload.len;
    if (err == SNET_OK) {
        assert_true(payload.data >= copy && payload.data + payload.len <= copy + text->len);
        memcpy(ret_payload->data, payload.data, payload.len);
    }
    free(memory);
    return err;
}

snet_err noise_end_step(struct noise_end *end, unsigned index, struct noise_message *ret_output)
{
    const bool ours = index % 2 == (unsigned)end->role;
    const struct noise_message text = noise_end_message(end->vector->messages[index].text);
    const struct noise_message payload = noise_end_message(end->vector->messages[index].payload);
    return ours ? noise_end_write(end, &payload, ret_output)
                : noise_end_read(end, &text, ret_output);
}

void noise_end_open(struct noise_end *end, const struct noise_vector *vector, enum noise_role role,
                    unsigned count)
{
    noise_end_prepare(end, vector, role);
    assert_int_equal(noise_end_init(end), SNET_OK);
    for (unsigned i = 0; i < count; i++) {
        struct noise_message output;
        const bool ours = i % 2 == (unsigned)role;
        const char *const text = vector->messages[i].text;
        const char *const payload = vector->messages[i].payload;
        assert_int_equal(snet_noise_message_len(&end->noise, strlen(payload) / 2),
                         strlen(text) / 2);
        assert_int_equal(noise_end_step(end, i, &output), SNET_OK);
        ASSERT_HEX(output.data, output.len, ours ? text : payload);
    }
}
