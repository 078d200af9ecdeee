/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/socket.h>

#include "tests/support/ends.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#define ADDRESS "127.0.0.1:0"
#define MEGABYTES 8u
#define CHUNK_BYTES 10007u

/* A listener and what connects to it, over snet/3. */
static struct snet_socket_config server_config(void)
{
    return (struct snet_socket_config){
        .struct_size = sizeof(struct snet_socket_config),
        .server_keys = {.secrets = &ends_keys()->server, .secret_count = 1},
    };
}

static struct snet_socket_config client_config(void)
{
    return (struct snet_socket_config){
        .struct_size = sizeof(struct snet_socket_config),
        .client_keys = {.server = &ends_keys()->server_public},
    };
}

struct pair {
    snet_acceptor *acceptor;
    snet_socket *client;
    snet_socket *server;
};

static void pair_open(struct pair *pair)
{
    const struct snet_socket_config server = server_config();
    const struct snet_socket_config client = client_config();
    snet_err err = SNET_OK;
    pair->acceptor = snet_listen(ADDRESS, &server, &err);
    assert_int_equal(err, SNET_OK);
    pair->client = snet_dial(snet_acceptor_address(pair->acceptor), &client, &err);
    assert_int_equal(err, SNET_OK);
    pair->server = snet_accept(pair->acceptor);
    assert_non_null(pair->server);
}

static void pair_close(struct pair *pair)
{
    snet_socket_close(pair->client);
    snet_socket_close(pair->server);
    snet_acceptor_close(pair->acceptor);
}

static void socket_refuses_a_config_of_another_size(void **state)
{
    (void)state;
    struct snet_socket_config config = client_config();
    snet_err err = SNET_OK;
    config.struct_size--;
    assert_null(snet_dial("127.0.0.1:1", &config, &err));
    assert_int_equal(err, SNET_ERR_INVALID);
    assert_int_equal(errno, EINVAL);
    assert_null(snet_listen(ADDRESS, NULL, &err));
    assert_int_equal(err, SNET_ERR_INVALID);
}

static void socket_says_why_it_could_not_listen(void **state)
{
    (void)state;
    struct snet_socket_config config = server_config();
    snet_err err = SNET_OK;
    assert_null(snet_listen("nowhere", &config, &err));
    assert_int_equal(err, SNET_ERR_ADDRESS);
    config.server_keys.secret_count = 0;
    assert_null(snet_listen(ADDRESS, &config, &err));
    assert_int_equal(err, SNET_ERR_INVALID);
}

static void socket_reads_what_was_written_and_then_the_end(void **state)
{
    (void)state;
    struct pair pair;
    char text[16];
    pair_open(&pair);
    assert_int_equal(snet_write(pair.client, "hello", 5), 5);
    assert_int_equal(snet_read(pair.server, text, sizeof text), 5);
    assert_memory_equal(text, "hello", 5);
    assert_int_equal(snet_flush(pair.client), 0);
    assert_int_equal(snet_unacked(pair.client), 0);
    assert_int_equal(snet_shutdown(pair.client), 0);
    assert_int_equal(snet_read(pair.server, text, sizeof text), 0);
    assert_int_equal(snet_write(pair.client, "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(snet_write(pair.server, "bye", 3), 3);
    assert_int_equal(snet_read(pair.client, text, sizeof text), 3);
    assert_int_equal(snet_shutdown(pair.server), 0);
    assert_int_equal(snet_read(pair.client, text, sizeof text), 0);
    pair_close(&pair);
}

static void socket_that_does_not_block_says_again(void **state)
{
    (void)state;
    struct snet_socket_config server = server_config();
    server.nonblocking = true;
    snet_acceptor *acceptor = snet_listen(ADDRESS, &server, NULL);
    assert_non_null(acceptor);
    assert_null(snet_accept(acceptor));
    assert_int_equal(errno, EAGAIN);
    snet_acceptor_close(acceptor);
}

static void socket_waits_no_longer_than_it_was_told(void **state)
{
    (void)state;
    struct pair pair;
    char byte = 0;
    pair_open(&pair);
    snet_socket_set_timeout(pair.client, SNET_MS_NS);
    assert_int_equal(snet_read(pair.client, &byte, 1), -1);
    assert_int_equal(errno, ETIMEDOUT);
    pair_close(&pair);
}

static void *write_much(void *arg)
{
    static uint8_t chunk[CHUNK_BYTES];
    snet_socket *socket = arg;
    uint64_t done = 0;
    while (done < MEGABYTES << 20) {
        for (size_t i = 0; i < sizeof chunk; i++) {
            chunk[i] = test_pattern_byte(done + i);
        }
        if (snet_write(socket, chunk, sizeof chunk) != (ssize_t)sizeof chunk) {
            return NULL;
        }
        done += sizeof chunk;
    }
    (void)snet_shutdown(socket);
    return socket;
}

static void socket_carries_megabytes_between_two_threads(void **state)
{
    (void)state;
    struct pair pair;
    pthread_t writer;
    void *result = NULL;
    uint8_t chunk[CHUNK_BYTES];
    uint64_t done = 0;
    pair_open(&pair);
    assert_int_equal(pthread_create(&writer, NULL, write_much, pair.client), 0);
    ssize_t len = snet_read(pair.server, chunk, sizeof chunk);
    for (; len > 0; len = snet_read(pair.server, chunk, sizeof chunk)) {
        test_pattern_expect(chunk, (size_t)len, done);
        done += (uint64_t)len;
    }
    assert_int_equal(len, 0);
    assert_true(done >= MEGABYTES << 20);
    assert_int_equal(pthread_join(writer, &result), 0);
    assert_non_null(result);
    pair_close(&pair);
}

static void *close_it(void *arg)
{
    snet_socket_close(arg);
    return NULL;
}

static void socket_that_is_closed_wakes_its_reader(void **state)
{
    (void)state;
    struct pair pair;
    pthread_t closer;
    char byte = 0;
    pair_open(&pair);
    assert_int_equal(pthread_create(&closer, NULL, close_it, pair.server), 0);
    const ssize_t len = snet_read(pair.client, &byte, 1);
    assert_int_equal(len, 0); /* its end is in good order */
    assert_int_equal(pthread_join(closer, NULL), 0);
    snet_socket_close(pair.client);
    snet_acceptor_close(pair.acceptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(socket_refuses_a_config_of_another_size),
        cmocka_unit_test(socket_says_why_it_could_not_listen),
        cmocka_unit_test(socket_reads_what_was_written_and_then_the_end),
        cmocka_unit_test(socket_that_does_not_block_says_again),
        cmocka_unit_test(socket_waits_no_longer_than_it_was_told),
        cmocka_unit_test(socket_carries_megabytes_between_two_threads),
        cmocka_unit_test(socket_that_is_closed_wakes_its_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
