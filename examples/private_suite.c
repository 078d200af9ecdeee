/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A cipher of one's own for snet/3, and a session that uses it.
 *
 * The suite is AES-256-OCB (RFC 7253) by way of libcrypto, under the private id 0x40. Two cores, a
 * client's and a server's, register it and talk through memory: a connection is two pointers, and
 * time is a number that this program counts up. The connection breaks on the way, with bytes of
 * both directions in it, and the session goes on over another one.
 *
 * A suite is more than an AEAD: both ends must have it under the same id, and nobody else vouches
 * for it. The library uses a nonce once for each key, whatever the suite, so OCB is safe here.
 */
#include <snet/core.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXAMPLE_SUITE_ID SNET_SUITE_PRIVATE_FIRST
#define EXAMPLE_ROUNDS_MAX 100u

/* --- The suite ---------------------------------------------------------------------------- */

/* What lies in the context: one cipher for each way, so that the key is set up once. */
struct ocb {
    EVP_CIPHER_CTX *seal;
    EVP_CIPHER_CTX *open;
};

static void ocb_wipe(void *ctx)
{
    struct ocb *ocb = ctx;
    EVP_CIPHER_CTX_free(ocb->seal); /* overwrites the key; accepts NULL */
    EVP_CIPHER_CTX_free(ocb->open);
    *ocb = (struct ocb){0};
}

static int ocb_init(void *ctx, const uint8_t key[SNET_SUITE_KEY_BYTES])
{
    struct ocb *ocb = ctx;
    *ocb = (struct ocb){.seal = EVP_CIPHER_CTX_new(), .open = EVP_CIPHER_CTX_new()};
    if (ocb->seal == NULL || ocb->open == NULL ||
        EVP_EncryptInit_ex(ocb->seal, EVP_aes_256_ocb(), NULL, key, NULL) != 1 ||
        EVP_DecryptInit_ex(ocb->open, EVP_aes_256_ocb(), NULL, key, NULL) != 1) {
        ocb_wipe(ctx);
        return -1;
    }
    return 0;
}

/* tidy: allow func-params because snet_suite has it so */
static int ocb_seal(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES], const void *ad,
                    size_t ad_len, uint8_t *buf, size_t len)
{
    const struct ocb *ocb = ctx;
    int part = 0;
    int rest = 0;
    const int ok =
        EVP_EncryptInit_ex(ocb->seal, NULL, NULL, NULL, nonce) == 1 &&
        (ad_len == 0 || EVP_EncryptUpdate(ocb->seal, NULL, &part, ad, (int)ad_len) == 1) &&
        (len == 0 || EVP_EncryptUpdate(ocb->seal, buf, &part, buf, (int)len) == 1) &&
        EVP_EncryptFinal_ex(ocb->seal, len == 0 ? buf : buf + part, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(ocb->seal, EVP_CTRL_AEAD_GET_TAG, SNET_SUITE_TAG_BYTES, buf + len) == 1;
    return ok ? 0 : -1;
}

/* tidy: allow func-params because snet_suite has it so */
static int ocb_open(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES], const void *ad,
                    size_t ad_len, uint8_t *buf, size_t len)
{
    const struct ocb *ocb = ctx;
    int part = 0;
    int rest = 0;
    if (len < SNET_SUITE_TAG_BYTES) {
        return -1;
    }
    const size_t plain_len = len - SNET_SUITE_TAG_BYTES;
    const int ok =
        EVP_DecryptInit_ex(ocb->open, NULL, NULL, NULL, nonce) == 1 &&
        EVP_CIPHER_CTX_ctrl(ocb->open, EVP_CTRL_AEAD_SET_TAG, SNET_SUITE_TAG_BYTES,
                            buf + plain_len) == 1 &&
        (ad_len == 0 || EVP_DecryptUpdate(ocb->open, NULL, &part, ad, (int)ad_len) == 1) &&
        (plain_len == 0 || EVP_DecryptUpdate(ocb->open, buf, &part, buf, (int)plain_len) == 1) &&
        EVP_DecryptFinal_ex(ocb->open, plain_len == 0 ? buf : buf + part, &rest) == 1;
    if (!ok) {
        /* Decryption comes before the check of the tag: what it wrote must not be seen. */
        OPENSSL_cleanse(buf, len);
        return -1;
    }
    return 0;
}

/* The test that RFC 7253 ends with: what 384 messages of all short lengths add up to. */
#define OCB_TEST_LENGTHS 128u
#define OCB_TEST_BYTES_MAX 22400u

struct ocb_test {
    struct ocb ocb;
    uint16_t number;                    /* of the next nonce */
    uint8_t joined[OCB_TEST_BYTES_MAX]; /* all ciphertexts so far */
    size_t joined_len;
};

static int ocb_test_add(struct ocb_test *test, size_t ad_len, size_t len)
{
    static const uint8_t zeros[OCB_TEST_LENGTHS];
    uint8_t nonce[SNET_SUITE_NONCE_BYTES] = {0};
    uint8_t *out = test->joined + test->joined_len;
    test->number++;
    nonce[10] = (uint8_t)(test->number >> 8);
    nonce[11] = (uint8_t)test->number;
    memset(out, 0, len);
    test->joined_len += len + SNET_SUITE_TAG_BYTES;
    return ocb_seal(&test->ocb, nonce, zeros, ad_len, out, len);
}

static int ocb_test_run(struct ocb_test *test)
{
    static const uint8_t expected[SNET_SUITE_TAG_BYTES] = {0xD9, 0x0E, 0xB8, 0xE9, 0xC9, 0x77,
                                                           0xC8, 0x8B, 0x79, 0xDD, 0x79, 0x3D,
                                                           0x7F, 0xFA, 0x16, 0x1C};
    static const uint8_t nonce[SNET_SUITE_NONCE_BYTES] = {[10] = 1, [11] = 0x81};
    uint8_t tag[SNET_SUITE_TAG_BYTES];
    int failed = 0;
    for (size_t i = 0; i < OCB_TEST_LENGTHS; i++) {
        failed |= ocb_test_add(test, i, i);
        failed |= ocb_test_add(test, 0, i);
        failed |= ocb_test_add(test, i, 0);
    }
    failed |= ocb_seal(&test->ocb, nonce, test->joined, test->joined_len, tag, 0);
    failed |= memcmp(tag, expected, sizeof tag);
    /* It opens again, and does not open when a bit of it is another one. */
    failed |= ocb_open(&test->ocb, nonce, test->joined, test->joined_len, tag, sizeof tag);
    tag[0] ^= 1;
    failed |= ocb_open(&test->ocb, nonce, test->joined, test->joined_len, tag, sizeof tag) == 0;
    return failed == 0 ? 0 : -1;
}

static int ocb_selftest(void)
{
    static const uint8_t key[SNET_SUITE_KEY_BYTES] = {[31] = 8 * SNET_SUITE_TAG_BYTES};
    struct ocb_test *test = calloc(1, sizeof *test);
    int result = -1;
    if (test != NULL && ocb_init(&test->ocb, key) == 0) {
        result = ocb_test_run(test);
        ocb_wipe(&test->ocb);
    }
    free(test);
    return result;
}

static const snet_suite example_suite = {
    .id = EXAMPLE_SUITE_ID,
    .noise_dh_cipher_hash = "25519_xAESOCB_SHA256",
    .key_len = SNET_SUITE_KEY_BYTES,
    .nonce_len = SNET_SUITE_NONCE_BYTES,
    .tag_len = SNET_SUITE_TAG_BYTES,
    .rekey_records = 4096,
    .ctx_size = sizeof(struct ocb),
    .init = ocb_init,
    .seal = ocb_seal,
    .open = ocb_open,
    .wipe = ocb_wipe,
    .selftest = ocb_selftest,
};

/* --- Two cores in one process ------------------------------------------------------------- */

enum side {
    CLIENT,
    SERVER
};

static const char *const side_names[] = {"client", "server"};

struct world {
    uint64_t now;
    struct snet_key server_secret;
    struct snet_key server_public;
    snet_core *cores[2];
    snet_server *server;
    snet_session *sessions[2];
    snet_link *links[2]; /* both ends of the connection, or NULL */
    bool close[2];       /* the core wants this end closed */
    bool dial;           /* the client wants a connection */
    snet_err ended[2];   /* why the sessions ended, SNET_OK before */
    uint64_t carried_bytes;
};

/* Ends the program when something is not as it must be. */
static void must(snet_err err, const char *what)
{
    if (err != SNET_OK) {
        (void)fprintf(stderr, "private_suite: %s: %s\n", what, snet_err_message(err));
        exit(1);
    }
}

static void must_be(bool condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "private_suite: %s\n", what);
        exit(1);
    }
}

static void world_event(struct world *world, enum side side, const struct snet_core_event *event)
{
    switch (event->type) {
    case SNET_CORE_EVENT_DIAL:
        world->dial = true;
        break;
    case SNET_CORE_EVENT_OPENED:
        world->sessions[side] = event->session;
        (void)printf("%s: session open\n", side_names[side]);
        break;
    case SNET_CORE_EVENT_LOST:
        (void)printf("%s: connection lost, session waits\n", side_names[side]);
        break;
    case SNET_CORE_EVENT_RESUMED:
        (void)printf("%s: session resumed\n", side_names[side]);
        break;
    case SNET_CORE_EVENT_ENDED:
        world->ended[side] = event->err;
        (void)printf("%s: session ended: %s\n", side_names[side], snet_err_message(event->err));
        break;
    case SNET_CORE_EVENT_LINK_CLOSE:
        world->close[side] = true;
        break;
    case SNET_CORE_EVENT_READABLE:
    case SNET_CORE_EVENT_WRITABLE:
    case SNET_CORE_EVENT_FREED:
    case SNET_CORE_EVENT_LINK_SEND:
    case SNET_CORE_EVENT_LINK_RECV:
        break; /* this program looks at everything in each round anyway */
    }
}

static void world_events(struct world *world)
{
    struct snet_core_event event;
    for (int side = CLIENT; side <= SERVER; side++) {
        while (snet_core_next_event(world->cores[side], &event)) {
            world_event(world, (enum side)side, &event);
        }
    }
}

/* Carries what one end has to send to the other, as much as that takes; false for nothing. */
static bool world_carry(struct world *world, enum side from)
{
    snet_link *sender = world->links[from];
    snet_link *receiver = world->links[1 - from];
    struct snet_span span;
    size_t taken = 0;
    if (sender == NULL || receiver == NULL || snet_link_send(sender, &span, 1) == 0) {
        return false;
    }
    const size_t room = snet_link_room(receiver);
    snet_link_recv(receiver, span.data, span.len < room ? span.len : room, &taken, world->now);
    snet_link_sent(sender, taken, world->now);
    world->carried_bytes += taken;
    world_events(world);
    return taken > 0;
}

static void world_connect(struct world *world)
{
    world->dial = false;
    must(snet_client_connected(world->sessions[CLIENT], &world->links[CLIENT], world->now),
         "connecting");
    must(snet_server_accepted(world->server, &world->links[SERVER], world->now), "accepting");
    (void)printf("(a connection is up)\n");
}

/* Closes the ends that their cores want closed; the other end sees the end of the connection. */
static bool world_close(struct world *world)
{
    bool closed = false;
    for (int side = CLIENT; side <= SERVER; side++) {
        if (world->close[side]) {
            snet_link_free(world->links[side], world->now);
            world->links[side] = NULL;
            world->close[side] = false;
            closed = true;
            if (world->links[1 - side] != NULL) {
                snet_link_eof(world->links[1 - side], world->now);
            }
            world_events(world);
        }
    }
    return closed;
}

/* Lets both ends do all they have to do, and a little time pass. */
static void world_run(struct world *world)
{
    for (unsigned round = 0; round < EXAMPLE_ROUNDS_MAX; round++) {
        world->now += 10 * SNET_MS_NS;
        snet_core_tick(world->cores[CLIENT], world->now);
        snet_core_tick(world->cores[SERVER], world->now);
        world_events(world);
        if (world->dial) {
            world_connect(world);
        }
        bool moved = true;
        while (moved) {
            moved = world_carry(world, CLIENT);
            moved = world_carry(world, SERVER) || moved || world_close(world);
        }
    }
}

/* The connection breaks; what its ends had taken to send is lost with it. */
static void world_break(struct world *world)
{
    struct snet_span span;
    (void)printf("(the connection breaks)\n");
    for (int side = CLIENT; side <= SERVER; side++) {
        while (snet_link_send(world->links[side], &span, 1) == 1) {
            (void)printf("(%zu bytes of the %s are lost)\n", span.len, side_names[side]);
            snet_link_sent(world->links[side], span.len, world->now);
        }
        snet_link_failed(world->links[side], SNET_ERR_LINK_LOST, world->now);
        world_events(world);
        snet_link_free(world->links[side], world->now);
        world->links[side] = NULL;
        world->close[side] = false;
    }
}

static void world_open(struct world *world)
{
    struct snet_env env;
    const struct snet_server_config server = {
        .wires = SNET_WIRE_3,
        .keys = {.secrets = &world->server_secret, .secret_count = 1},
    };
    const struct snet_client_config client = {
        .wire = SNET_WIRE_3,
        .keys = {.server = &world->server_public},
        .suite = EXAMPLE_SUITE_ID,
    };
    world->now = SNET_SECOND_NS;
    snet_env_system(&env);
    must(snet_key_generate(&world->server_secret), "making a secret key");
    must(snet_key_public(&world->server_secret, &world->server_public), "making a key pair");
    for (int side = CLIENT; side <= SERVER; side++) {
        must(snet_core_new(&env, &(struct snet_core_config){0}, &world->cores[side]),
             "making a core");
        must(snet_core_suite_add(world->cores[side], &example_suite), "registering the suite");
    }
    (void)printf("suite 0x%02x, %s: registered at both ends, after its self-test\n",
                 EXAMPLE_SUITE_ID, example_suite.noise_dh_cipher_hash);
    must(snet_server_new(world->cores[SERVER], &server, &world->server), "making a server");
    must(snet_client_open(world->cores[CLIENT], &client, &world->sessions[CLIENT], world->now),
         "opening a session");
}

static void world_say(struct world *world, enum side side, const char *text)
{
    size_t written = 0;
    must(snet_session_write(world->sessions[side], (const uint8_t *)text, strlen(text), &written,
                            world->now),
         "writing");
    must_be(written == strlen(text), "not everything was taken");
}

static void world_hear(struct world *world, enum side side, const char *text)
{
    char heard[256] = "";
    size_t len = 0;
    must(snet_session_read(world->sessions[side], (uint8_t *)heard, sizeof heard - 1, &len,
                           world->now),
         "reading");
    (void)printf("%s: heard \"%s\"\n", side_names[side], heard);
    must_be(strcmp(heard, text) == 0, "that is not what was said");
}

int main(void)
{
    struct world world = {0};
    world_open(&world);
    world_run(&world);
    must_be(world.sessions[SERVER] != NULL, "no session came about");

    world_say(&world, CLIENT, "Is anybody there?");
    world_run(&world);
    world_hear(&world, SERVER, "Is anybody there?");

    world_say(&world, SERVER, "Yes. ");
    world_say(&world, CLIENT, "I am on a train.");
    world_break(&world);
    world_say(&world, SERVER, "Go on.");
    world_run(&world);
    world_hear(&world, SERVER, "I am on a train.");
    world_hear(&world, CLIENT, "Yes. Go on.");

    snet_session_shutdown(world.sessions[CLIENT], world.now);
    snet_session_shutdown(world.sessions[SERVER], world.now);
    world_run(&world);
    for (int side = CLIENT; side <= SERVER; side++) {
        must_be(world.ended[side] == SNET_ERR_CLOSED, "the session did not end cleanly");
        snet_core_free(world.cores[side]);
    }
    (void)printf("%" PRIu64 " bytes crossed the connections, sealed by the suite\n",
                 world.carried_bytes);
    snet_key_wipe(&world.server_secret);
    return 0;
}
