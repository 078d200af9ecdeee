/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A cipher of one's own for snet/3, and a session that uses it.
 *
 * The suite is AES-256-OCB (RFC 7253) by way of libcrypto, under the private id 0x40. It is
 * registered for the process; a client then chooses it by the option `suite`, and a listener takes
 * clients that do. Here both are in one program. The connection breaks on the way, with bytes of
 * both directions in it, and the session goes on over another one.
 *
 * A suite is more than an AEAD: both ends must have it under the same id, and nobody else vouches
 * for it. The library uses a nonce once for each key, whatever the suite, so OCB is safe here.
 */
#include <snet/key.h>
#include <snet/socket.h>
#include <snet/suite.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXAMPLE_SUITE_ID SNET_SUITE_PRIVATE_FIRST

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
    failed |= memcmp(tag, expected, sizeof tag) != 0;
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

/* --- A session that uses it ----------------------------------------------------------------- */

/* How the client connects. The last connection is kept, to be broken. */
struct way {
    struct sockaddr_in address;
    atomic_int fd; /* a duplicate, or -1 */
};

static int way_connect(void *user)
{
    struct way *way = user;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&way->address, sizeof way->address) != 0) {
        (void)close(fd);
        return -1;
    }
    const int before = atomic_exchange(&way->fd, fcntl(fd, F_DUPFD_CLOEXEC, 0));
    (void)close(before);
    return fd;
}

/* Ends the program when something is not as it must be. */
static void must(bool condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "private_suite: %s\n", what);
        exit(1);
    }
}

static void say(snet_socket *socket, const char *text)
{
    must(snet_write(socket, text, strlen(text)) == (ssize_t)strlen(text), "writing failed");
}

static void hear(snet_socket *socket, const char *who, const char *text)
{
    char heard[64] = "";
    size_t len = 0;
    while (len < strlen(text)) {
        const ssize_t part = snet_read(socket, heard + len, sizeof heard - 1 - len);
        must(part > 0, "reading failed");
        len += (size_t)part;
    }
    (void)printf("%s: heard \"%s\"\n", who, heard);
    must(strcmp(heard, text) == 0, "that is not what was said");
}

static void hear_end(snet_socket *socket)
{
    char byte = 0;
    must(snet_read(socket, &byte, 1) == 0, "the stream did not end cleanly");
}

static snet_socket *listen_here(const struct snet_key *key, struct way *ret_way)
{
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_error error;
    struct snet_info info;
    config.key = key;
    snet_socket *listener = snet_listen("127.0.0.1:0", &config, &error);
    must(listener != NULL, listener == NULL ? error.text : "");
    must(snet_socket_info(listener, &info, sizeof info) == 0, "the listener has no address");
    ret_way->address = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
        .sin_port = htons((uint16_t)strtoul(strrchr(info.address, ':') + 1, NULL, 10)),
    };
    ret_way->fd = -1;
    return listener;
}

static snet_socket *dial(const struct snet_key *server_key, struct way *way)
{
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_error error;
    config.server_key = server_key;
    config.suite = EXAMPLE_SUITE_ID;
    config.connect = way_connect;
    config.user = way;
    snet_socket *client = snet_dial(NULL, &config, &error);
    must(client != NULL, client == NULL ? error.text : "");
    return client;
}

int main(void)
{
    static struct way way; /* a session that lingers may still want a connection */
    struct snet_key secret;
    struct snet_key public_key;
    struct snet_info info;
    must(snet_library_add_suite(&example_suite) == SNET_OK, "the suite was refused");
    (void)printf("suite 0x%02x, %s: registered, after its self-test\n", EXAMPLE_SUITE_ID,
                 example_suite.noise_dh_cipher_hash);
    must(snet_key_generate(&secret) == SNET_OK, "no random bytes");
    must(snet_key_public(&secret, &public_key) == SNET_OK, "making a key pair failed");
    snet_socket *listener = listen_here(&secret, &way);
    snet_key_wipe(&secret);
    snet_socket *client = dial(&public_key, &way);
    snet_socket *server = snet_accept(listener);
    must(server != NULL, "nobody came");

    say(client, "Is anybody there?");
    hear(server, "server", "Is anybody there?");
    (void)printf("(the connection breaks)\n");
    must(shutdown(way.fd, SHUT_RDWR) == 0, "there was no connection to break");
    say(server, "Yes. ");
    say(client, "I am on a train.");
    say(server, "Go on.");
    hear(server, "server", "I am on a train.");
    hear(client, "client", "Yes. Go on.");
    must(snet_socket_info(client, &info, sizeof info) == 0 && info.resumes > 0, "it did not break");
    (void)printf("resumed %u time(s), sealed by the suite before and after\n", info.resumes);

    must(snet_shutdown(client) == 0 && snet_shutdown(server) == 0, "ending failed");
    hear_end(client);
    hear_end(server);
    must(snet_close(client) == 0 && snet_close(server) == 0 && snet_close(listener) == 0,
         "closing failed");
    return snet_library_close(SNET_SECOND_NS) == SNET_OK ? 0 : 1;
}
