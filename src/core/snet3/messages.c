/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/messages.h"

#include "base/assert.h"
#include "base/try.h"
#include "crypto/secret.h"

#include <string.h>

static const char messages_prologue[8] = "snet/3\0";
static const char messages_mac1_label[] = "snet3 mac1";

_Static_assert(SNET_V3_PSK_ID_BYTES == SNET_V3_MAC1_BYTES, "a HELLO has one of the two");

/* Maximum: a payload that this end writes, which is that of a RESUME with early bytes. */
#define MESSAGES_PAYLOAD_MAX_BYTES (36u + SNET_V3_EARLY_MAX_BYTES)

/* --- What all messages have in common ----------------------------------------------------- */

/* Begins Noise with the prologue of the client's header, as it stands on the wire. */
static snet_err messages_begin(struct snet_v3_handshake *handshake, struct snet_crypto *crypto,
                               const struct snet_v3_messages_config *config, bool initiator,
                               const uint8_t *header)
{
    const struct snet_bytes prologue[] = {
        {(const uint8_t *)messages_prologue, sizeof messages_prologue},
        {header, SNET_V3_HEADER_BYTES},
        {config->psk_id, config->psk_id == NULL ? 0 : SNET_V3_PSK_ID_BYTES},
        {config->cid, config->cid == NULL ? 0 : SNET_V3_CID_BYTES},
    };
    const struct snet_noise_config noise = {
        .pattern = config->pattern,
        .suite = config->suite,
        .initiator = initiator,
        .prologue = prologue,
        .prologue_count = sizeof prologue / sizeof prologue[0],
        .own_static = config->own_static,
        .peer_static = initiator ? config->server_public : NULL,
        .psk = config->psk,
        .ephemeral = config->ephemeral,
    };
    handshake->crypto = crypto;
    return snet_noise_init(&handshake->noise, crypto, &noise);
}

/* Checks the header of a whole message that is read; its body begins behind it. */
static snet_err messages_check_header(struct snet_bytes message, enum snet_v3_type type,
                                      struct snet_v3_header *ret_header)
{
    struct snet_v3_header header;
    if (message.len < SNET_V3_HEADER_BYTES) {
        return SNET_ERR_BAD_HELLO;
    }
    SNET_TRY(snet_v3_header_decode(message.data, &header));
    if (header.type != (uint8_t)type || header.version != SNET_V3_VERSION ||
        header.body_len != message.len - SNET_V3_HEADER_BYTES) {
        return SNET_ERR_BAD_HELLO;
    }
    *ret_header = header;
    return SNET_OK;
}

/* Writes a header of this exchange for a body of `body_len`; returns where it stands. */
static const uint8_t *messages_put_header(struct snet_v3_handshake *handshake,
                                          enum snet_v3_type type, size_t body_len,
                                          struct snet_writer *out)
{
    uint8_t data[SNET_V3_HEADER_BYTES];
    const uint8_t *place = out->data;
    struct snet_v3_header header = handshake->header;
    header.type = (uint8_t)type;
    header.flags = type == SNET_V3_RESUME ? header.flags : 0;
    header.body_len = (uint16_t)body_len;
    snet_v3_header_encode(&header, data);
    snet_writer_bytes(out, data, sizeof data);
    return place;
}

/* Reads Noise's part of a message: without `skip` bytes at its head and `trim` at its end. */
static snet_err messages_read_noise(struct snet_v3_handshake *handshake, struct snet_buffer message,
                                    size_t skip, size_t trim, struct snet_bytes *ret_payload)
{
    if (message.len < skip + trim) {
        return SNET_ERR_BAD_HELLO;
    }
    return snet_noise_read(&handshake->noise, message.data + skip, message.len - skip - trim,
                           ret_payload);
}

/* --- mac1 --------------------------------------------------------------------------------- */

static snet_err messages_mac1(struct snet_crypto *crypto, const uint8_t *server_public,
                              struct snet_bytes covered, uint8_t ret_mac[SNET_HASH_BYTES])
{
    uint8_t key[SNET_HASH_BYTES];
    const struct snet_bytes parts[] = {
        {(const uint8_t *)messages_mac1_label, sizeof messages_mac1_label - 1},
        {server_public, SNET_X25519_BYTES},
    };
    SNET_TRY(snet_hash_sha256(crypto, parts, 2, key));
    return snet_hash_hmac(crypto, (struct snet_bytes){key, sizeof key}, &covered, 1, ret_mac);
}

snet_err snet_v3_messages_check_mac1(struct snet_crypto *crypto, const uint8_t *server_public,
                                     struct snet_bytes message)
{
    uint8_t mac[SNET_HASH_BYTES];
    if (message.len < SNET_V3_MAC1_BYTES) {
        return SNET_ERR_BAD_MAC;
    }
    const struct snet_bytes covered = {message.data, message.len - SNET_V3_MAC1_BYTES};
    SNET_TRY(messages_mac1(crypto, server_public, covered, mac));
    return snet_secret_equal(mac, message.data + covered.len, SNET_V3_MAC1_BYTES)
               ? SNET_OK
               : SNET_ERR_BAD_MAC;
}

/* --- The client's first message ----------------------------------------------------------- */

/* The header that begins an exchange, but for what differs between its messages. */
static void messages_set_header(struct snet_v3_handshake *handshake,
                                const struct snet_v3_messages_config *config)
{
    *handshake = (struct snet_v3_handshake){
        .header =
            {
                .version = SNET_V3_VERSION,
                .pattern = (uint8_t)config->pattern,
                .suite = config->suite->id,
            },
    };
}

snet_err snet_v3_messages_hello(struct snet_v3_handshake *handshake, struct snet_crypto *crypto,
                                const struct snet_v3_messages_config *config,
                                const struct snet_v3_offer *offer, struct snet_writer *out)
{
    uint8_t payload[128];
    uint8_t mac[SNET_HASH_BYTES];
    struct snet_writer writer;
    const bool psk = config->pattern == SNET_NOISE_NNPSK0;
    snet_writer_init(&writer, payload, sizeof payload);
    snet_v3_offer_encode(offer, &writer);
    SNET_ASSERT(!writer.failed);
    const size_t body_len = SNET_V3_EPHEMERAL_BYTES + writer.written + SNET_SUITE_TAG_BYTES +
                            SNET_V3_PSK_ID_BYTES; /* or a mac1, which is as long */
    messages_set_header(handshake, config);
    const uint8_t *header = messages_put_header(handshake, SNET_V3_HELLO, body_len, out);
    SNET_TRY(messages_begin(handshake, crypto, config, true, header));
    if (psk) {
        snet_writer_bytes(out, config->psk_id, SNET_V3_PSK_ID_BYTES);
    }
    SNET_TRY(
        snet_noise_write(&handshake->noise, (struct snet_bytes){payload, writer.written}, out));
    if (!psk) {
        const struct snet_bytes covered = {header, (size_t)(out->data - header)};
        SNET_TRY(messages_mac1(crypto, config->server_public, covered, mac));
        snet_writer_bytes(out, mac, SNET_V3_MAC1_BYTES);
    }
    SNET_ASSERT(!out->failed);
    return SNET_OK;
}

snet_err snet_v3_messages_read_hello(struct snet_v3_handshake *handshake,
                                     struct snet_crypto *crypto,
                                     const struct snet_v3_messages_config *config,
                                     struct snet_buffer message, struct snet_v3_offer *ret_offer)
{
    struct snet_bytes payload;
    const struct snet_bytes whole = {message.data, message.len};
    const bool psk = config->pattern == SNET_NOISE_NNPSK0;
    messages_set_header(handshake, config);
    SNET_TRY(messages_check_header(whole, SNET_V3_HELLO, &handshake->header));
    SNET_TRY(messages_begin(handshake, crypto, config, false, whole.data));
    SNET_TRY(messages_read_noise(handshake, message,
                                 SNET_V3_HEADER_BYTES + (psk ? SNET_V3_PSK_ID_BYTES : 0),
                                 psk ? 0 : SNET_V3_MAC1_BYTES, &payload));
    return snet_v3_offer_decode(payload, ret_offer);
}

snet_err snet_v3_messages_resume(struct snet_v3_handshake *handshake, struct snet_crypto *crypto,
                                 const struct snet_v3_messages_config *config,
                                 const struct snet_v3_resume *resume, struct snet_writer *out)
{
    uint8_t payload[MESSAGES_PAYLOAD_MAX_BYTES];
    struct snet_writer writer;
    snet_writer_init(&writer, payload, sizeof payload);
    snet_v3_resume_encode(resume, &writer);
    SNET_ASSERT(!writer.failed);
    const size_t body_len =
        SNET_V3_CID_BYTES + SNET_V3_EPHEMERAL_BYTES + writer.written + SNET_SUITE_TAG_BYTES;
    messages_set_header(handshake, config);
    handshake->header.flags = resume->early.len > 0 ? SNET_V3_FLAG_EARLY : 0;
    const uint8_t *header = messages_put_header(handshake, SNET_V3_RESUME, body_len, out);
    SNET_TRY(messages_begin(handshake, crypto, config, true, header));
    snet_writer_bytes(out, config->cid, SNET_V3_CID_BYTES);
    SNET_TRY(
        snet_noise_write(&handshake->noise, (struct snet_bytes){payload, writer.written}, out));
    SNET_ASSERT(!out->failed);
    return SNET_OK;
}

snet_err snet_v3_messages_read_resume(struct snet_v3_handshake *handshake,
                                      struct snet_crypto *crypto,
                                      const struct snet_v3_messages_config *config,
                                      struct snet_buffer message, struct snet_v3_resume *ret_resume)
{
    struct snet_bytes payload;
    struct snet_v3_resume resume;
    const struct snet_bytes whole = {message.data, message.len};
    messages_set_header(handshake, config);
    SNET_TRY(messages_check_header(whole, SNET_V3_RESUME, &handshake->header));
    SNET_TRY(messages_begin(handshake, crypto, config, false, whole.data));
    SNET_TRY(messages_read_noise(handshake, message, SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES, 0,
                                 &payload));
    SNET_TRY(snet_v3_resume_decode(payload, &resume));
    if (resume.early.len > 0 && (handshake->header.flags & SNET_V3_FLAG_EARLY) == 0) {
        return SNET_ERR_BAD_HELLO;
    }
    *ret_resume = resume;
    return SNET_OK;
}

/* --- Everything that follows -------------------------------------------------------------- */

/* Writes a message whose body is Noise's next message alone. */
static snet_err messages_write(struct snet_v3_handshake *handshake, enum snet_v3_type type,
                               struct snet_bytes payload, struct snet_writer *out)
{
    (void)messages_put_header(handshake, type,
                              snet_noise_message_len(&handshake->noise, payload.len), out);
    SNET_TRY(snet_noise_write(&handshake->noise, payload, out));
    SNET_ASSERT(!out->failed);
    return SNET_OK;
}

/* Reads one: its header must echo version, pattern and suite, and have no flags. */
static snet_err messages_read(struct snet_v3_handshake *handshake, enum snet_v3_type type,
                              struct snet_buffer message, struct snet_bytes *ret_payload)
{
    struct snet_v3_header header;
    const struct snet_bytes whole = {message.data, message.len};
    if (messages_check_header(whole, type, &header) != SNET_OK ||
        header.pattern != handshake->header.pattern || header.suite != handshake->header.suite ||
        header.flags != 0) {
        return SNET_ERR_BAD_MAC;
    }
    return messages_read_noise(handshake, message, SNET_V3_HEADER_BYTES, 0, ret_payload);
}

snet_err snet_v3_messages_reply(struct snet_v3_handshake *handshake,
                                const struct snet_v3_welcome *welcome, struct snet_writer *out)
{
    uint8_t payload[128];
    struct snet_writer writer;
    snet_writer_init(&writer, payload, sizeof payload);
    snet_v3_welcome_encode(welcome, &writer);
    SNET_ASSERT(!writer.failed);
    const struct snet_bytes plain = {payload, writer.written};
    const snet_err err = messages_write(handshake, SNET_V3_HELLO_REPLY, plain, out);
    snet_secret_wipe(payload, sizeof payload); /* a reset token was in it */
    return err;
}

snet_err snet_v3_messages_read_reply(struct snet_v3_handshake *handshake,
                                     struct snet_buffer message,
                                     struct snet_v3_welcome *ret_welcome)
{
    struct snet_bytes payload;
    SNET_TRY(messages_read(handshake, SNET_V3_HELLO_REPLY, message, &payload));
    return snet_v3_welcome_decode(payload, ret_welcome);
}

snet_err snet_v3_messages_accept(struct snet_v3_handshake *handshake,
                                 const struct snet_v3_accept *accept, struct snet_writer *out)
{
    uint8_t payload[128];
    struct snet_writer writer;
    snet_writer_init(&writer, payload, sizeof payload);
    snet_v3_accept_encode(accept, &writer);
    SNET_ASSERT(!writer.failed);
    const struct snet_bytes plain = {payload, writer.written};
    const snet_err err = messages_write(handshake, SNET_V3_ACCEPT, plain, out);
    snet_secret_wipe(payload, sizeof payload); /* a reset token was in it */
    return err;
}

snet_err snet_v3_messages_read_accept(struct snet_v3_handshake *handshake,
                                      struct snet_buffer message, struct snet_v3_accept *ret_accept)
{
    struct snet_bytes payload;
    SNET_TRY(messages_read(handshake, SNET_V3_ACCEPT, message, &payload));
    return snet_v3_accept_decode(payload, ret_accept);
}

snet_err snet_v3_messages_auth(struct snet_v3_handshake *handshake, struct snet_bytes credential,
                               struct snet_writer *out)
{
    uint8_t payload[SNET_V3_CREDENTIAL_MAX_BYTES + 8];
    struct snet_writer writer;
    snet_writer_init(&writer, payload, sizeof payload);
    snet_v3_credential_encode(credential, &writer);
    SNET_ASSERT(!writer.failed);
    const struct snet_bytes plain = {payload, writer.written};
    const snet_err err = messages_write(handshake, SNET_V3_AUTH, plain, out);
    snet_secret_wipe(payload, sizeof payload);
    return err;
}

snet_err snet_v3_messages_read_auth(struct snet_v3_handshake *handshake, struct snet_buffer message,
                                    struct snet_bytes *ret_credential)
{
    struct snet_bytes payload;
    SNET_TRY(messages_read(handshake, SNET_V3_AUTH, message, &payload));
    return snet_v3_credential_decode(payload, ret_credential);
}

/* --- The end ------------------------------------------------------------------------------ */

snet_err snet_v3_messages_finish(struct snet_v3_handshake *handshake,
                                 struct snet_v3_handshake_epoch *ret_epoch)
{
    struct snet_noise_keys keys;
    struct snet_v3_handshake_epoch epoch;
    snet_err err = snet_noise_split(&handshake->noise, &keys);
    const struct snet_hash_info info = {.label = "snet3 resume",
                                        .context = {keys.hash, sizeof keys.hash}};
    if (err == SNET_OK) {
        snet_bytes_copy(epoch.client, keys.initiator, sizeof epoch.client);
        snet_bytes_copy(epoch.server, keys.responder, sizeof epoch.server);
        err = snet_hash_expand(handshake->crypto, keys.resume, &info, epoch.resume,
                               sizeof epoch.resume);
    }
    if (err == SNET_OK) {
        *ret_epoch = epoch;
    }
    snet_secret_wipe(&keys, sizeof keys);
    snet_secret_wipe(&epoch, sizeof epoch);
    return err;
}

void snet_v3_messages_deinit(struct snet_v3_handshake *handshake)
{
    snet_noise_deinit(&handshake->noise);
    snet_secret_wipe(handshake, sizeof *handshake);
}
