/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "codec/snet3.h"

#include "base/assert.h"
#include "base/try.h"
#include "codec/snet3_frame.h"

enum v3_tlv {
    V3_TLV_SERVICE = 1,
    V3_TLV_PADDING = 2,
    V3_TLV_CREDENTIAL = 3,
    V3_TLV_IGNORABLE = 0x8000 /* and above */
};

#define V3_STATUS_EARLY 0x0001u

bool snet_v3_code_final(uint16_t code)
{
    return code >= SNET_V3_UNKNOWN && code <= SNET_V3_DENIED;
}

/* --- Header ------------------------------------------------------------------------------- */

struct v3_limits {
    uint8_t type;
    uint16_t body_min;
    uint16_t body_max;
};

static const struct v3_limits v3_limits[] = {
    {SNET_V3_HELLO, 76, 2048},
    {SNET_V3_RESUME, 101, SNET_V3_BODY_MAX_BYTES},
    {SNET_V3_AUTH, 66, 2048},
    {SNET_V3_HELLO_REPLY, 99, 2048},
    {SNET_V3_ACCEPT, 99, 1024},
    {SNET_V3_REJECT, SNET_V3_REJECT_BODY_BYTES, SNET_V3_REJECT_BODY_BYTES},
};

void snet_v3_header_encode(const struct snet_v3_header *header,
                           uint8_t ret_data[SNET_V3_HEADER_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, SNET_V3_HEADER_BYTES);
    snet_writer_u8(&writer, SNET_V3_MAGIC);
    snet_writer_u8(&writer, header->type);
    snet_writer_u8(&writer, header->version);
    snet_writer_u8(&writer, header->pattern);
    snet_writer_u8(&writer, header->suite);
    snet_writer_u8(&writer, header->flags);
    snet_writer_u16(&writer, header->body_len);
    SNET_ASSERT(!writer.failed);
}

snet_err snet_v3_header_decode(const uint8_t data[SNET_V3_HEADER_BYTES],
                               struct snet_v3_header *ret_header)
{
    struct snet_reader reader;
    snet_reader_init(&reader, data, SNET_V3_HEADER_BYTES);
    const uint8_t magic = snet_reader_u8(&reader);
    struct snet_v3_header header = {.type = snet_reader_u8(&reader)};
    header.version = snet_reader_u8(&reader);
    header.pattern = snet_reader_u8(&reader);
    header.suite = snet_reader_u8(&reader);
    header.flags = snet_reader_u8(&reader);
    header.body_len = snet_reader_u16(&reader);
    for (size_t i = 0; i < sizeof v3_limits / sizeof v3_limits[0]; i++) {
        const struct v3_limits *limits = &v3_limits[i];
        if (magic == SNET_V3_MAGIC && header.type == limits->type &&
            header.body_len >= limits->body_min && header.body_len <= limits->body_max) {
            *ret_header = header;
            return SNET_OK;
        }
    }
    return SNET_ERR_BAD_HELLO;
}

/* --- TLVs --------------------------------------------------------------------------------- */

/* Writes a list of at most one TLV, with its length before it. */
static void v3_tlv_encode(enum v3_tlv type, struct snet_bytes value, struct snet_writer *out)
{
    if (value.len == 0) {
        snet_writer_u16(out, 0);
        return;
    }
    snet_writer_u16(out, (uint16_t)(2 + 2 + value.len));
    snet_writer_u16(out, (uint16_t)type);
    snet_writer_u16(out, (uint16_t)value.len);
    snet_writer_bytes(out, value.data, value.len);
}

static bool v3_all_zero(const uint8_t *data, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++) {
        any |= data[i];
    }
    return any == 0;
}

/* What a message may carry beside padding and what can be ignored. */
struct v3_wanted {
    enum v3_tlv type;
    size_t max_len;
};

/* Reads the rest of a payload: tlv_len, then TLVs, then nothing. `wanted` may come once. */
static snet_err v3_tlvs_decode(struct snet_reader *reader, const struct v3_wanted *wanted,
                               struct snet_bytes *ret_value)
{
    struct snet_bytes value = {NULL, 0};
    bool seen = false;
    const uint16_t tlv_len = snet_reader_u16(reader);
    if (reader->failed || tlv_len != reader->left) {
        return SNET_ERR_BAD_HELLO;
    }
    while (reader->left > 0) {
        const uint16_t type = snet_reader_u16(reader);
        const uint16_t len = snet_reader_u16(reader);
        const uint8_t *data = snet_reader_view(reader, len);
        if (reader->failed) {
            return SNET_ERR_BAD_HELLO;
        }
        if (type == (uint16_t)wanted->type && !seen && len <= wanted->max_len) {
            seen = true;
            value = (struct snet_bytes){data, len};
        } else if (type == V3_TLV_PADDING ? !v3_all_zero(data, len) : type < V3_TLV_IGNORABLE) {
            return SNET_ERR_BAD_HELLO;
        }
    }
    *ret_value = value;
    return SNET_OK;
}

/* --- Payloads of a new session ------------------------------------------------------------ */

static const struct v3_wanted v3_wants_service = {V3_TLV_SERVICE, SNET_V3_SERVICE_MAX_BYTES};
static const struct v3_wanted v3_wants_credential = {V3_TLV_CREDENTIAL,
                                                     SNET_V3_CREDENTIAL_MAX_BYTES};
/* Nothing but padding and what can be ignored. */
static const struct v3_wanted v3_wants_nothing = {V3_TLV_PADDING, 0};

/* Whether a record can be made for it; else the message is malformed [PROTO 13.2]. */
static bool v3_max_record_ok(uint16_t max_record)
{
    return max_record >= SNET_V3_FRAME_RECORD_MIN_BYTES &&
           max_record <= SNET_V3_FRAME_RECORD_MAX_BYTES;
}

void snet_v3_offer_encode(const struct snet_v3_offer *offer, struct snet_writer *out)
{
    SNET_ASSERT(offer->service.len <= SNET_V3_SERVICE_MAX_BYTES);
    snet_writer_u32(out, offer->caps);
    snet_writer_u32(out, offer->window);
    snet_writer_u16(out, offer->max_record);
    v3_tlv_encode(V3_TLV_SERVICE, offer->service, out);
}

snet_err snet_v3_offer_decode(struct snet_bytes payload, struct snet_v3_offer *ret_offer)
{
    struct snet_reader reader;
    snet_reader_init(&reader, payload.data, payload.len);
    struct snet_v3_offer offer = {.caps = snet_reader_u32(&reader)};
    offer.window = snet_reader_u32(&reader);
    offer.max_record = snet_reader_u16(&reader);
    if (!v3_max_record_ok(offer.max_record)) {
        return SNET_ERR_BAD_HELLO;
    }
    SNET_TRY(v3_tlvs_decode(&reader, &v3_wants_service, &offer.service));
    *ret_offer = offer;
    return SNET_OK;
}

void snet_v3_welcome_encode(const struct snet_v3_welcome *welcome, struct snet_writer *out)
{
    snet_writer_bytes(out, welcome->cid, sizeof welcome->cid);
    snet_writer_bytes(out, welcome->token, sizeof welcome->token);
    snet_writer_u32(out, welcome->caps);
    snet_writer_u32(out, welcome->window);
    snet_writer_u16(out, welcome->max_record);
    snet_writer_u16(out, welcome->heartbeat_s);
    snet_writer_u32(out, welcome->resume_window_ms);
    snet_writer_u16(out, 0);
}

snet_err snet_v3_welcome_decode(struct snet_bytes payload, struct snet_v3_welcome *ret_welcome)
{
    struct snet_reader reader;
    struct snet_v3_welcome welcome;
    struct snet_bytes none;
    snet_reader_init(&reader, payload.data, payload.len);
    snet_reader_bytes(&reader, welcome.cid, sizeof welcome.cid);
    snet_reader_bytes(&reader, welcome.token, sizeof welcome.token);
    welcome.caps = snet_reader_u32(&reader);
    welcome.window = snet_reader_u32(&reader);
    welcome.max_record = snet_reader_u16(&reader);
    welcome.heartbeat_s = snet_reader_u16(&reader);
    welcome.resume_window_ms = snet_reader_u32(&reader);
    if (!v3_max_record_ok(welcome.max_record)) {
        return SNET_ERR_BAD_HELLO;
    }
    SNET_TRY(v3_tlvs_decode(&reader, &v3_wants_nothing, &none));
    *ret_welcome = welcome;
    return SNET_OK;
}

void snet_v3_credential_encode(struct snet_bytes credential, struct snet_writer *out)
{
    SNET_ASSERT(credential.len <= SNET_V3_CREDENTIAL_MAX_BYTES);
    v3_tlv_encode(V3_TLV_CREDENTIAL, credential, out);
}

snet_err snet_v3_credential_decode(struct snet_bytes payload, struct snet_bytes *ret_credential)
{
    struct snet_reader reader;
    snet_reader_init(&reader, payload.data, payload.len);
    return v3_tlvs_decode(&reader, &v3_wants_credential, ret_credential);
}

/* --- Payloads of a resume ----------------------------------------------------------------- */

/* The rest of the payload is padding. */
static snet_err v3_padding_decode(struct snet_reader *reader)
{
    if (reader->failed) {
        return SNET_ERR_BAD_HELLO;
    }
    const size_t len = reader->left;
    return v3_all_zero(snet_reader_view(reader, len), len) ? SNET_OK : SNET_ERR_BAD_HELLO;
}

void snet_v3_resume_encode(const struct snet_v3_resume *resume, struct snet_writer *out)
{
    SNET_ASSERT(resume->early.len <= SNET_V3_EARLY_MAX_BYTES);
    snet_writer_u64(out, resume->attempt);
    snet_writer_u64(out, resume->recv_next);
    snet_writer_u64(out, resume->limit);
    snet_writer_u64(out, resume->early.len == 0 ? 0 : resume->early_off);
    snet_writer_u16(out, (uint16_t)resume->early.len);
    snet_writer_u8(out, resume->cause);
    snet_writer_u8(out, 0);
    snet_writer_bytes(out, resume->early.data, resume->early.len);
}

snet_err snet_v3_resume_decode(struct snet_bytes payload, struct snet_v3_resume *ret_resume)
{
    struct snet_reader reader;
    snet_reader_init(&reader, payload.data, payload.len);
    struct snet_v3_resume resume = {.attempt = snet_reader_u64(&reader)};
    resume.recv_next = snet_reader_u64(&reader);
    resume.limit = snet_reader_u64(&reader);
    resume.early_off = snet_reader_u64(&reader);
    resume.early.len = snet_reader_u16(&reader);
    resume.cause = snet_reader_u8(&reader);
    const uint8_t zero = snet_reader_u8(&reader);
    resume.early.data = snet_reader_view(&reader, resume.early.len);
    SNET_TRY(v3_padding_decode(&reader));
    if (zero != 0 || resume.cause > SNET_V3_CAUSE_PLANNED ||
        resume.early.len > SNET_V3_EARLY_MAX_BYTES ||
        (resume.early.len == 0 && resume.early_off != 0)) {
        return SNET_ERR_BAD_HELLO;
    }
    *ret_resume = resume;
    return SNET_OK;
}

void snet_v3_accept_encode(const struct snet_v3_accept *accept, struct snet_writer *out)
{
    snet_writer_u64(out, accept->recv_next);
    snet_writer_u64(out, accept->limit);
    snet_writer_bytes(out, accept->cid, sizeof accept->cid);
    snet_writer_bytes(out, accept->token, sizeof accept->token);
    snet_writer_u16(out, accept->early_taken ? V3_STATUS_EARLY : 0);
}

snet_err snet_v3_accept_decode(struct snet_bytes payload, struct snet_v3_accept *ret_accept)
{
    struct snet_reader reader;
    snet_reader_init(&reader, payload.data, payload.len);
    struct snet_v3_accept accept = {.recv_next = snet_reader_u64(&reader)};
    accept.limit = snet_reader_u64(&reader);
    snet_reader_bytes(&reader, accept.cid, sizeof accept.cid);
    snet_reader_bytes(&reader, accept.token, sizeof accept.token);
    accept.early_taken = (snet_reader_u16(&reader) & V3_STATUS_EARLY) != 0;
    SNET_TRY(v3_padding_decode(&reader));
    *ret_accept = accept;
    return SNET_OK;
}

void snet_v3_reject_encode(const struct snet_v3_reject *reject,
                           uint8_t ret_data[SNET_V3_REJECT_BODY_BYTES])
{
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, SNET_V3_REJECT_BODY_BYTES);
    snet_writer_u16(&writer, reject->code);
    snet_writer_u16(&writer, reject->retry_after);
    snet_writer_bytes(&writer, reject->proof, sizeof reject->proof);
    SNET_ASSERT(!writer.failed);
}

void snet_v3_reject_decode(const uint8_t data[SNET_V3_REJECT_BODY_BYTES],
                           struct snet_v3_reject *ret_reject)
{
    struct snet_reader reader;
    snet_reader_init(&reader, data, SNET_V3_REJECT_BODY_BYTES);
    ret_reject->code = snet_reader_u16(&reader);
    ret_reject->retry_after = snet_reader_u16(&reader);
    snet_reader_bytes(&reader, ret_reject->proof, sizeof ret_reject->proof);
}
