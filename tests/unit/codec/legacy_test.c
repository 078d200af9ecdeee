/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Every message of every legacy wire against literal bytes: hellos [PROTO 3.1] [PROTO 3.4] and
 * resumes [PROTO 3.3] [PROTO 3.5].
 */
#include "codec/legacy.h"

#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <stdlib.h>
#include <string.h>

#define WIRES 3u
#define MESSAGES 4u
#define MAX_BYTES SNET_LEGACY_MESSAGE_MAX_BYTES

enum {
    WIRE_1,
    WIRE_1_PADDED,
    WIRE_2
};

static const struct snet_legacy_format wires[WIRES] = {
    [WIRE_1] = {.prefixed = false},
    [WIRE_1_PADDED] = {.padded = true},
    [WIRE_2] = {.prefixed = true, .challenged = true},
};

/* What the messages say. */
struct values {
    uint64_t client_public;
    struct snet_legacy_hello_reply hello_reply;
    struct snet_legacy_resume resume;
    struct snet_legacy_resume_reply resume_reply;
};

/* The values of the case "one-resume-loss-both-ways" of tests/data/legacy-wire.json. */
static const struct values recorded = {
    .client_public = UINT64_C(0x438a829dac856d73),
    .hello_reply = {.server_public = UINT64_C(0xd1d9c86240ac3d2f),
                    .sealed_id = {0xae, 0x69, 0xab, 0x37, 0xdf, 0x0b, 0xc4, 0x18},
                    .challenge = UINT64_C(0x67a107fab297684d)},
    .resume = {.id = 1,
               .write_count = 130,
               .read_count = 60,
               .mac = {0x60, 0x48, 0xa0, 0x88, 0xf5, 0x00, 0x50, 0xe7, 0x53, 0x25, 0xd0, 0x83, 0x2d,
                       0xc4, 0xb0, 0x1c}},
    .resume_reply = {.write_count = 110,
                     .read_count = 100,
                     .challenge = UINT64_C(0x449dff012e7567cb)},
};

static size_t encode_hello(const struct snet_legacy_format *format, const struct values *values,
                           uint8_t ret_data[MAX_BYTES])
{
    return snet_legacy_hello_encode(format, values->client_public, ret_data);
}

static snet_err decode_hello(const struct snet_legacy_format *format, const uint8_t *data,
                             size_t len, struct values *ret_values)
{
    return snet_legacy_hello_decode(format, data, len, &ret_values->client_public);
}

static size_t encode_hello_reply(const struct snet_legacy_format *format,
                                 const struct values *values, uint8_t ret_data[MAX_BYTES])
{
    return snet_legacy_hello_reply_encode(format, &values->hello_reply, ret_data);
}

static snet_err decode_hello_reply(const struct snet_legacy_format *format, const uint8_t *data,
                                   size_t len, struct values *ret_values)
{
    return snet_legacy_hello_reply_decode(format, data, len, &ret_values->hello_reply);
}

static size_t encode_resume(const struct snet_legacy_format *format, const struct values *values,
                            uint8_t ret_data[MAX_BYTES])
{
    return snet_legacy_resume_encode(format, &values->resume, ret_data);
}

static snet_err decode_resume(const struct snet_legacy_format *format, const uint8_t *data,
                              size_t len, struct values *ret_values)
{
    return snet_legacy_resume_decode(format, data, len, &ret_values->resume);
}

static size_t encode_resume_reply(const struct snet_legacy_format *format,
                                  const struct values *values, uint8_t ret_data[MAX_BYTES])
{
    return snet_legacy_resume_reply_encode(format, &values->resume_reply, ret_data);
}

static snet_err decode_resume_reply(const struct snet_legacy_format *format, const uint8_t *data,
                                    size_t len, struct values *ret_values)
{
    return snet_legacy_resume_reply_decode(format, data, len, &ret_values->resume_reply);
}

/* The recorded messages, without padding; `size` says how long they are on a wire. */
static const struct message {
    size_t (*encode)(const struct snet_legacy_format *, const struct values *, uint8_t *);
    snet_err (*decode)(const struct snet_legacy_format *, const uint8_t *, size_t, struct values *);
    size_t (*size)(const struct snet_legacy_format *);
    const char *hex[WIRES];
} messages[MESSAGES] = {
    {encode_hello,
     decode_hello,
     snet_legacy_hello_len,
     {"0000000000000000736d85ac9d828a43", "0000000000000000736d85ac9d828a43",
      "00736d85ac9d828a43"}},
    {encode_hello_reply,
     decode_hello_reply,
     snet_legacy_reply_len,
     {"2f3dac4062c8d9d1ae69ab37df0bc418", "2f3dac4062c8d9d1ae69ab37df0bc418",
      "2f3dac4062c8d9d1ae69ab37df0bc4184d6897b2fa07a167"}},
    {encode_resume,
     decode_resume,
     snet_legacy_resume_len,
     {"010000000000000082000000000000003c000000000000006048a088f50050e75325d0832dc4b01c",
      "010000000000000082000000000000003c000000000000006048a088f50050e75325d0832dc4b01c",
      "ff010000000000000082000000000000003c000000000000006048a088f50050e75325d0832dc4b01c"}},
    {encode_resume_reply,
     decode_resume_reply,
     snet_legacy_reply_len,
     {"6e000000000000006400000000000000", "6e000000000000006400000000000000",
      "6e000000000000006400000000000000cb67752e01ff9d44"}},
};

/* One message on one wire, as bytes with one more behind them. */
struct sample {
    const struct message *message;
    const struct snet_legacy_format *format;
    const char *hex;
    uint8_t data[MAX_BYTES + 1];
    size_t len;
};

static struct sample sample_of(size_t message, size_t wire)
{
    struct sample sample = {
        .message = &messages[message],
        .format = &wires[wire],
        .hex = messages[message].hex[wire],
    };
    sample.len = test_hex_decode(sample.hex, sample.data, MAX_BYTES);
    return sample;
}

/* Decodes from memory that ends where the message does, so that the sanitizer sees a step over. */
static snet_err decode(const struct sample *sample, size_t len, struct values *ret_values)
{
    uint8_t *const exact = malloc(len == 0 ? 1 : len);
    assert_non_null(exact);
    memcpy(exact, sample->data, len);
    const snet_err err = sample->message->decode(sample->format, exact, len, ret_values);
    free(exact);
    return err;
}

static void expect_refused(const struct sample *sample, size_t len)
{
    struct values values;
    struct values before;
    memset(&values, 0xaa, sizeof values);
    memcpy(&before, &values, sizeof values);
    assert_int_equal(decode(sample, len, &values), SNET_ERR_BAD_HELLO);
    assert_memory_equal(&values, &before, sizeof values);
}

static void for_each_sample(void (*check)(const struct sample *sample))
{
    for (size_t message = 0; message < MESSAGES; message++) {
        for (size_t wire = 0; wire < WIRES; wire++) {
            const struct sample sample = sample_of(message, wire);
            check(&sample);
        }
    }
}

static void check_lengths(const struct sample *sample)
{
    for (size_t len = 0; len <= sizeof sample->data; len++) {
        if (len != sample->len) {
            expect_refused(sample, len);
        }
    }
}

static void legacy_refuses_every_other_length(void **state)
{
    (void)state;
    for_each_sample(check_lengths);
}

static void legacy_refuses_a_hello_that_does_not_begin_with_zeros(void **state)
{
    (void)state;
    static const size_t zeros[WIRES] = {8, 8, 1};
    for (size_t wire = 0; wire < WIRES; wire++) {
        for (size_t bit = 0; bit < 8 * zeros[wire]; bit++) {
            struct sample sample = sample_of(0, wire);
            sample.data[bit / 8] = (uint8_t)(1u << (bit % 8));
            expect_refused(&sample, sample.len);
        }
    }
}

static void legacy_refuses_a_resume_with_another_prefix(void **state)
{
    (void)state;
    struct sample sample = sample_of(2, WIRE_2);
    for (unsigned prefix = 0; prefix < SNET_LEGACY_RESUME_PREFIX; prefix++) {
        sample.data[0] = (uint8_t)prefix;
        expect_refused(&sample, sample.len);
    }
}

static void legacy_takes_any_id_where_there_is_no_prefix(void **state)
{
    (void)state;
    struct sample sample = sample_of(2, WIRE_1);
    for (unsigned first = 0; first <= UINT8_MAX; first++) {
        struct values values;
        sample.data[0] = (uint8_t)first;
        assert_int_equal(decode(&sample, sample.len, &values), SNET_OK);
        assert_int_equal(values.resume.id, first);
    }
}

static void check_encoding(const struct sample *sample)
{
    uint8_t data[MAX_BYTES];
    const size_t len = sample->message->encode(sample->format, &recorded, data);
    assert_int_equal(sample->message->size(sample->format), sample->len);
    assert_true(len >= sample->len);
    ASSERT_HEX(data, sample->len, sample->hex);
    if (sample->message->encode != encode_hello) {
        assert_int_equal(len, sample->len);
    }
}

static void legacy_encodes_the_recorded_bytes(void **state)
{
    (void)state;
    for_each_sample(check_encoding);
}

static void legacy_pads_only_the_hello_of_the_padded_wire(void **state)
{
    (void)state;
    uint8_t data[MAX_BYTES];
    assert_int_equal(snet_legacy_hello_encode(&wires[WIRE_1], 1, data), 16);
    assert_int_equal(snet_legacy_hello_encode(&wires[WIRE_2], 1, data), 9);
    memset(data, 0xaa, sizeof data);
    assert_int_equal(snet_legacy_hello_encode(&wires[WIRE_1_PADDED], 1, data), 40);
    ASSERT_HEX(data + 16, 25, "000000000000000000000000000000000000000000000000aa");
}

/* All fields as recorded; a wire without challenges yields 0 for them. */
static void expect_recorded(const struct values *values, bool challenged)
{
    struct values wanted = recorded;
    if (!challenged) {
        wanted.hello_reply.challenge = 0;
        wanted.resume_reply.challenge = 0;
    }
    assert_memory_equal(values, &wanted, sizeof wanted);
}

static void legacy_decodes_the_recorded_bytes(void **state)
{
    (void)state;
    for (size_t wire = 0; wire < WIRES; wire++) {
        struct values values = {0};
        for (size_t i = 0; i < MESSAGES; i++) {
            const struct sample sample = sample_of(i, wire);
            assert_int_equal(decode(&sample, sample.len, &values), SNET_OK);
        }
        expect_recorded(&values, wires[wire].challenged);
    }
}

/* Decodes what it encodes, whatever the values. */
static void check_bounds(const struct sample *sample)
{
    for (unsigned byte = 0; byte <= UINT8_MAX; byte += UINT8_MAX) {
        struct values values;
        struct values again;
        struct sample other = *sample;
        memset(&values, (int)byte, sizeof values);
        memset(&again, (int)byte, sizeof again);
        (void)sample->message->encode(sample->format, &values, other.data);
        assert_int_equal(decode(&other, other.len, &again), SNET_OK);
        if (!sample->format->challenged) {
            again.hello_reply.challenge = values.hello_reply.challenge;
            again.resume_reply.challenge = values.resume_reply.challenge;
        }
        assert_memory_equal(&again, &values, sizeof values);
    }
}

static void legacy_keeps_the_lowest_and_highest_values(void **state)
{
    (void)state;
    for_each_sample(check_bounds);
}

static void legacy_mac_covers_the_resume_without_prefix_and_mac(void **state)
{
    (void)state;
    uint8_t counts[SNET_LEGACY_COUNTS_BYTES];
    snet_legacy_counts_encode(&recorded.resume, counts);
    ASSERT_HEX(counts, sizeof counts, "010000000000000082000000000000003c00000000000000");
}

static void legacy_integers_are_little_endian(void **state)
{
    (void)state;
    uint8_t data[8];
    snet_legacy_u64_encode(UINT64_C(0x8f0e0d0c0b0a0908), data);
    ASSERT_HEX(data, sizeof data, "08090a0b0c0d0e8f");
    assert_int_equal(snet_legacy_u64_decode(data), UINT64_C(0x8f0e0d0c0b0a0908));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legacy_refuses_every_other_length),
        cmocka_unit_test(legacy_refuses_a_hello_that_does_not_begin_with_zeros),
        cmocka_unit_test(legacy_refuses_a_resume_with_another_prefix),
        cmocka_unit_test(legacy_takes_any_id_where_there_is_no_prefix),
        cmocka_unit_test(legacy_encodes_the_recorded_bytes),
        cmocka_unit_test(legacy_pads_only_the_hello_of_the_padded_wire),
        cmocka_unit_test(legacy_decodes_the_recorded_bytes),
        cmocka_unit_test(legacy_keeps_the_lowest_and_highest_values),
        cmocka_unit_test(legacy_mac_covers_the_resume_without_prefix_and_mac),
        cmocka_unit_test(legacy_integers_are_little_endian),
    };
    return cmocka_run_group_tests_name("legacy", tests, NULL, NULL);
}
