/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The layout of handshake messages [PROTO 13.1, 13.2, 13.3, 13.4, 13.5]. */
#include "codec/snet3.h"

#include "tests/support/unit.h"

#include <string.h>

struct message {
    uint8_t data[8192];
    struct snet_writer writer;
};

static void message_begin(struct message *message)
{
    memset(message, 0, sizeof *message);
    snet_writer_init(&message->writer, message->data, sizeof message->data);
}

static struct snet_bytes message_bytes(const struct message *message)
{
    return (struct snet_bytes){message->data, message->writer.written};
}

struct header_row {
    uint8_t type;
    uint16_t body_len;
    bool ok;
};

static void v3_header_refuses_lengths_out_of_range(void **state)
{
    static const struct header_row rows[] = {
        {SNET_V3_HELLO, 75, false},
        {SNET_V3_HELLO, 76, true},
        {SNET_V3_HELLO, 2048, true},
        {SNET_V3_HELLO, 2049, false},
        {SNET_V3_RESUME, 100, false},
        {SNET_V3_RESUME, 101, true},
        {SNET_V3_RESUME, 6144, true},
        {SNET_V3_RESUME, 6145, false},
        {SNET_V3_AUTH, 65, false},
        {SNET_V3_AUTH, 66, true},
        {SNET_V3_AUTH, 2048, true},
        {SNET_V3_AUTH, 2049, false},
        {SNET_V3_HELLO_REPLY, 98, false},
        {SNET_V3_HELLO_REPLY, 99, true},
        {SNET_V3_ACCEPT, 98, false},
        {SNET_V3_ACCEPT, 99, true},
        {SNET_V3_ACCEPT, 1024, true},
        {SNET_V3_ACCEPT, 1025, false},
        {SNET_V3_REJECT, 19, false},
        {SNET_V3_REJECT, 20, true},
        {SNET_V3_REJECT, 21, false},
        {0x00, 100, false},
        {0x04, 100, false},
        {0x80, 100, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t data[SNET_V3_HEADER_BYTES];
        struct snet_v3_header header = {
            .type = rows[i].type, .version = 3, .pattern = 1, .suite = 2, .flags = 1};
        struct snet_v3_header decoded;
        header.body_len = rows[i].body_len;
        snet_v3_header_encode(&header, data);
        const snet_err err = snet_v3_header_decode(data, &decoded);
        assert_int_equal(err, rows[i].ok ? SNET_OK : SNET_ERR_BAD_HELLO);
        if (rows[i].ok) {
            assert_int_equal(decoded.type, header.type);
            assert_int_equal(decoded.flags, header.flags);
            assert_int_equal(decoded.suite, header.suite);
            assert_int_equal(decoded.body_len, header.body_len);
        }
    }
}

static void v3_header_has_its_bytes_in_order(void **state)
{
    static const uint8_t expected[] = {0xC3, 0x01, 0x03, 0x02, 0x40, 0x00, 0x34, 0x01};
    (void)state;
    uint8_t data[SNET_V3_HEADER_BYTES];
    struct snet_v3_header header = {
        .type = 1, .version = 3, .pattern = 2, .suite = 0x40, .body_len = 0x134};
    snet_v3_header_encode(&header, data);
    assert_memory_equal(data, expected, sizeof expected);
    data[0] = 0xC2;
    assert_int_equal(snet_v3_header_decode(data, &header), SNET_ERR_BAD_HELLO);
}

/* Every shorter length of a good payload is refused. */
static void v3_payloads_refuse_every_truncation(void **state)
{
    (void)state;
    struct message message;
    struct snet_v3_offer offer = {.caps = 1, .window = 2, .max_record = 600};
    struct snet_v3_welcome welcome = {.cid = {1}, .max_record = 512};
    struct snet_v3_resume resume = {.attempt = 1};
    struct snet_v3_accept accept = {.recv_next = 1};
    struct snet_bytes credential;
    offer.service = (struct snet_bytes){(const uint8_t *)"chat", 4};
    message_begin(&message);
    snet_v3_offer_encode(&offer, &message.writer);
    for (size_t len = 0; len < message.writer.written; len++) {
        const struct snet_bytes cut = {message.data, len};
        assert_int_equal(snet_v3_offer_decode(cut, &offer), SNET_ERR_BAD_HELLO);
        assert_int_equal(snet_v3_credential_decode(cut, &credential), SNET_ERR_BAD_HELLO);
    }
    message_begin(&message);
    snet_v3_welcome_encode(&welcome, &message.writer);
    for (size_t len = 0; len < message.writer.written; len++) {
        const struct snet_bytes cut = {message.data, len};
        assert_int_equal(snet_v3_welcome_decode(cut, &welcome), SNET_ERR_BAD_HELLO);
    }
    message_begin(&message);
    snet_v3_resume_encode(&resume, &message.writer);
    for (size_t len = 0; len < message.writer.written; len++) {
        const struct snet_bytes cut = {message.data, len};
        assert_int_equal(snet_v3_resume_decode(cut, &resume), SNET_ERR_BAD_HELLO);
    }
    message_begin(&message);
    snet_v3_accept_encode(&accept, &message.writer);
    for (size_t len = 0; len < message.writer.written; len++) {
        const struct snet_bytes cut = {message.data, len};
        assert_int_equal(snet_v3_accept_decode(cut, &accept), SNET_ERR_BAD_HELLO);
    }
}

/* [PROTO 13.2] */
static void v3_payloads_refuse_records_that_nobody_can_send(void **state)
{
    static const struct {
        uint16_t max_record;
        bool ok;
    } rows[] = {{0, false},    {1, false},     {511, false},  {512, true},
                {65518, true}, {65519, false}, {65535, false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct message message;
        struct snet_v3_offer offer = {.max_record = rows[i].max_record};
        struct snet_v3_welcome welcome = {.max_record = rows[i].max_record};
        const snet_err expected = rows[i].ok ? SNET_OK : SNET_ERR_BAD_HELLO;
        message_begin(&message);
        snet_v3_offer_encode(&offer, &message.writer);
        assert_int_equal(snet_v3_offer_decode(message_bytes(&message), &offer), expected);
        message_begin(&message);
        snet_v3_welcome_encode(&welcome, &message.writer);
        assert_int_equal(snet_v3_welcome_decode(message_bytes(&message), &welcome), expected);
    }
}

/* [PROTO 13.4] */
static void v3_resume_refuses_an_unknown_cause(void **state)
{
    (void)state;
    for (unsigned cause = 0; cause < 256; cause++) {
        struct message message;
        struct snet_v3_resume resume = {.attempt = 1, .cause = (uint8_t)cause};
        message_begin(&message);
        snet_v3_resume_encode(&resume, &message.writer);
        assert_int_equal(snet_v3_resume_decode(message_bytes(&message), &resume),
                         cause <= SNET_V3_CAUSE_PLANNED ? SNET_OK : SNET_ERR_BAD_HELLO);
    }
}

static void v3_offer_comes_back_as_it_was(void **state)
{
    static const struct snet_v3_offer offers[] = {
        {.caps = 0, .window = 4096, .max_record = 512},
        {.caps = UINT32_MAX,
         .window = 1u << 24,
         .max_record = 65518,
         .service = {(const uint8_t *)"game.example.org/lobby", 22}},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct message message;
        struct snet_v3_offer offer;
        message_begin(&message);
        snet_v3_offer_encode(&offers[i], &message.writer);
        assert_int_equal(message.writer.written,
                         12 + (offers[i].service.len == 0 ? 0 : 4 + offers[i].service.len));
        assert_int_equal(snet_v3_offer_decode(message_bytes(&message), &offer), SNET_OK);
        assert_int_equal(offer.caps, offers[i].caps);
        assert_int_equal(offer.window, offers[i].window);
        assert_int_equal(offer.max_record, offers[i].max_record);
        assert_int_equal(offer.service.len, offers[i].service.len);
        if (offer.service.len > 0) {
            assert_memory_equal(offer.service.data, offers[i].service.data, offer.service.len);
        }
    }
}

struct tlv_row {
    uint8_t tlvs[40];
    size_t len;
    bool ok;
};

static void v3_offer_knows_which_tlvs_it_may_ignore(void **state)
{
    static const struct tlv_row rows[] = {
        {{0x00, 0x80, 1, 0, 7}, 5, true},                /* ignorable */
        {{0xff, 0xff, 0, 0}, 4, true},                   /* ignorable */
        {{2, 0, 3, 0, 0, 0, 0}, 7, true},                /* padding */
        {{2, 0, 3, 0, 0, 1, 0}, 7, false},               /* padding that is not zero */
        {{1, 0, 1, 0, 'a', 2, 0, 1, 0, 0}, 10, true},    /* service, padding */
        {{1, 0, 1, 0, 'a', 1, 0, 1, 0, 'b'}, 10, false}, /* two services */
        {{3, 0, 1, 0, 'a'}, 5, false},                   /* not here */
        {{4, 0, 0, 0}, 4, false},                        /* unknown */
        {{0, 0, 0, 0}, 4, false},                        /* unknown */
        {{1, 0, 2, 0, 'a'}, 5, false},                   /* cut off */
        {{1, 0, 1}, 3, false},                           /* cut off */
        {{0xff, 0x7f, 0, 0}, 4, false},                  /* the last that must be known */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct message message;
        struct snet_v3_offer offer = {.window = 1, .max_record = 512};
        message_begin(&message);
        snet_v3_offer_encode(&offer, &message.writer);
        message.data[10] = (uint8_t)rows[i].len;
        memcpy(message.data + 12, rows[i].tlvs, rows[i].len);
        const struct snet_bytes payload = {message.data, 12 + rows[i].len};
        assert_int_equal(snet_v3_offer_decode(payload, &offer),
                         rows[i].ok ? SNET_OK : SNET_ERR_BAD_HELLO);
    }
}

static void v3_service_and_credential_have_their_limits(void **state)
{
    (void)state;
    struct message message;
    struct snet_v3_offer offer = {.window = 1, .max_record = 512};
    struct snet_bytes credential;
    static uint8_t text[SNET_V3_CREDENTIAL_MAX_BYTES];
    message_begin(&message);
    offer.service = (struct snet_bytes){text, SNET_V3_SERVICE_MAX_BYTES};
    snet_v3_offer_encode(&offer, &message.writer);
    assert_int_equal(snet_v3_offer_decode(message_bytes(&message), &offer), SNET_OK);
    message.data[10]++;
    message.data[14]++; /* one byte more */
    const struct snet_bytes longer = {message.data, message.writer.written + 1};
    assert_int_equal(snet_v3_offer_decode(longer, &offer), SNET_ERR_BAD_HELLO);
    message_begin(&message);
    snet_v3_credential_encode((struct snet_bytes){text, sizeof text}, &message.writer);
    assert_int_equal(snet_v3_credential_decode(message_bytes(&message), &credential), SNET_OK);
    assert_int_equal(credential.len, sizeof text);
    message_begin(&message);
    snet_v3_credential_encode((struct snet_bytes){NULL, 0}, &message.writer);
    assert_int_equal(message.writer.written, 2);
    assert_int_equal(snet_v3_credential_decode(message_bytes(&message), &credential), SNET_OK);
    assert_int_equal(credential.len, 0);
}

/* A peer that takes less than any record, or more than its length can say [PROTO 13.2]. */
static void v3_payloads_refuse_sizes_of_records_out_of_bounds(void **state)
{
    static const uint16_t sizes[] = {0, 511, 65519, 65535};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct message message;
        struct snet_v3_offer offer = {.max_record = sizes[i]};
        struct snet_v3_welcome welcome = {.max_record = sizes[i]};
        message_begin(&message);
        snet_v3_offer_encode(&offer, &message.writer);
        assert_int_equal(snet_v3_offer_decode(message_bytes(&message), &offer), SNET_ERR_BAD_HELLO);
        message_begin(&message);
        snet_v3_welcome_encode(&welcome, &message.writer);
        assert_int_equal(snet_v3_welcome_decode(message_bytes(&message), &welcome),
                         SNET_ERR_BAD_HELLO);
    }
}

static void v3_welcome_comes_back_as_it_was(void **state)
{
    (void)state;
    struct message message;
    struct snet_v3_welcome decoded;
    struct snet_v3_welcome welcome = {.caps = 1,
                                      .window = 262144,
                                      .max_record = 16384,
                                      .heartbeat_s = 15,
                                      .resume_window_ms = 300000};
    memset(welcome.cid, 0xA1, sizeof welcome.cid);
    memset(welcome.token, 0xB2, sizeof welcome.token);
    message_begin(&message);
    snet_v3_welcome_encode(&welcome, &message.writer);
    assert_int_equal(message.writer.written, 51);
    assert_int_equal(snet_v3_welcome_decode(message_bytes(&message), &decoded), SNET_OK);
    assert_memory_equal(decoded.cid, welcome.cid, sizeof welcome.cid);
    assert_memory_equal(decoded.token, welcome.token, sizeof welcome.token);
    assert_int_equal(decoded.window, welcome.window);
    assert_int_equal(decoded.max_record, welcome.max_record);
    assert_int_equal(decoded.heartbeat_s, welcome.heartbeat_s);
    assert_int_equal(decoded.resume_window_ms, welcome.resume_window_ms);
}

static void v3_resume_comes_back_as_it_was(void **state)
{
    (void)state;
    static uint8_t early[SNET_V3_EARLY_MAX_BYTES];
    memset(early, 7, sizeof early);
    for (size_t len = 0; len <= sizeof early; len += sizeof early) {
        struct message message;
        struct snet_v3_resume decoded;
        const struct snet_v3_resume resume = {.attempt = UINT64_MAX,
                                              .recv_next = 1,
                                              .limit = UINT64_C(1) << 61,
                                              .early_off = 3,
                                              .early = {early, len},
                                              .cause = SNET_V3_CAUSE_PLANNED};
        message_begin(&message);
        snet_v3_resume_encode(&resume, &message.writer);
        assert_int_equal(message.writer.written, 36 + len);
        message.writer.written += 100; /* padding */
        assert_int_equal(snet_v3_resume_decode(message_bytes(&message), &decoded), SNET_OK);
        assert_int_equal(decoded.attempt, resume.attempt);
        assert_int_equal(decoded.limit, resume.limit);
        assert_int_equal(decoded.early_off, len == 0 ? 0 : 3);
        assert_int_equal(decoded.cause, resume.cause);
        assert_int_equal(decoded.early.len, len);
        message.data[36 + len + 50] = 1; /* padding that is not zero */
        assert_int_equal(snet_v3_resume_decode(message_bytes(&message), &decoded),
                         SNET_ERR_BAD_HELLO);
        message.data[36 + len + 50] = 0;
        message.data[34] = 2; /* a cause that does not exist */
        assert_int_equal(snet_v3_resume_decode(message_bytes(&message), &decoded),
                         SNET_ERR_BAD_HELLO);
        message.data[34] = 1;
        message.data[35] = 1; /* the reserved byte */
        assert_int_equal(snet_v3_resume_decode(message_bytes(&message), &decoded),
                         SNET_ERR_BAD_HELLO);
    }
}

static void v3_accept_and_reject_come_back_as_they_were(void **state)
{
    (void)state;
    struct message message;
    struct snet_v3_accept accept = {.recv_next = 5, .limit = 6, .early_taken = true};
    struct snet_v3_accept decoded;
    memset(accept.cid, 1, sizeof accept.cid);
    memset(accept.token, 2, sizeof accept.token);
    message_begin(&message);
    snet_v3_accept_encode(&accept, &message.writer);
    assert_int_equal(message.writer.written, 51);
    assert_int_equal(snet_v3_accept_decode(message_bytes(&message), &decoded), SNET_OK);
    assert_int_equal(decoded.recv_next, 5);
    assert_int_equal(decoded.limit, 6);
    assert_true(decoded.early_taken);
    assert_memory_equal(decoded.cid, accept.cid, sizeof accept.cid);
    struct snet_v3_reject reject = {.code = SNET_V3_EXPIRED, .retry_after = 0x0201};
    struct snet_v3_reject back;
    uint8_t data[SNET_V3_REJECT_BODY_BYTES];
    memset(reject.proof, 9, sizeof reject.proof);
    snet_v3_reject_encode(&reject, data);
    snet_v3_reject_decode(data, &back);
    assert_memory_equal(&reject, &back, sizeof reject);
}

static void v3_codes_that_end_a_session_are_those_with_a_proof(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 0x1100; code++) {
        assert_int_equal(snet_v3_code_final((uint16_t)code), code >= 16 && code <= 22);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v3_header_refuses_lengths_out_of_range),
        cmocka_unit_test(v3_header_has_its_bytes_in_order),
        cmocka_unit_test(v3_payloads_refuse_every_truncation),
        cmocka_unit_test(v3_payloads_refuse_records_that_nobody_can_send),
        cmocka_unit_test(v3_resume_refuses_an_unknown_cause),
        cmocka_unit_test(v3_offer_comes_back_as_it_was),
        cmocka_unit_test(v3_offer_knows_which_tlvs_it_may_ignore),
        cmocka_unit_test(v3_service_and_credential_have_their_limits),
        cmocka_unit_test(v3_payloads_refuse_sizes_of_records_out_of_bounds),
        cmocka_unit_test(v3_welcome_comes_back_as_it_was),
        cmocka_unit_test(v3_resume_comes_back_as_it_was),
        cmocka_unit_test(v3_accept_and_reject_come_back_as_they_were),
        cmocka_unit_test(v3_codes_that_end_a_session_are_those_with_a_proof),
    };
    return cmocka_run_group_tests_name("snet3", tests, NULL, NULL);
}
