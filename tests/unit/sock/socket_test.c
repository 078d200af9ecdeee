/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/socket.h>

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS "127.0.0.1:0"
#define MEGABYTES 8u
#define CHUNK_BYTES 10007u

/* A listener and what connects to it, over snet/3. */
static struct snet_config server_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .key = &core_pair_keys()->server,
        .key_count = 1,
    };
}

static struct snet_config client_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .server_key = &core_pair_keys()->server_public,
    };
}

struct pair {
    snet_socket *acceptor;
    snet_socket *client;
    snet_socket *server;
};

static void pair_open(struct pair *pair)
{
    const struct snet_config server = server_config();
    const struct snet_config client = client_config();
    struct snet_error error = {.err = SNET_OK};
    pair->acceptor = snet_listen(ADDRESS, &server, &error);
    assert_int_equal(error.err, SNET_OK);
    pair->client = snet_dial(asked_address(pair->acceptor), &client, &error);
    assert_int_equal(error.err, SNET_OK);
    pair->server = snet_accept(pair->acceptor);
    assert_non_null(pair->server);
}

static void pair_close(struct pair *pair)
{
    snet_close(pair->client);
    snet_close(pair->server);
    snet_close(pair->acceptor);
}

static void socket_refuses_a_config_of_another_size(void **state)
{
    (void)state;
    struct snet_config config = client_config();
    struct snet_error error = {.err = SNET_OK};
    config.size--;
    assert_null(snet_dial("127.0.0.1:1", &config, &error));
    assert_int_equal(error.err, SNET_ERR_INVALID);
    assert_int_equal(errno, EINVAL);
    assert_null(snet_listen(ADDRESS, NULL, &error));
    assert_int_equal(error.err, SNET_ERR_OPTION);
    assert_string_equal(error.option, "key");
}

static void socket_says_why_it_could_not_listen(void **state)
{
    (void)state;
    struct snet_config config = server_config();
    struct snet_error error = {.err = SNET_OK};
    assert_null(snet_listen("nowhere", &config, &error));
    assert_int_equal(error.err, SNET_ERR_ADDRESS);
    config.pad_bytes = 5000;
    assert_null(snet_listen(ADDRESS, &config, &error));
    assert_int_equal(error.err, SNET_ERR_VALUE);
    assert_string_equal(error.option, "pad");
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
    assert_int_equal(asked_unacked(pair.client), 0);
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
    struct snet_config server = server_config();
    server.nonblocking = true;
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    assert_non_null(acceptor);
    assert_null(snet_accept(acceptor));
    assert_int_equal(errno, EAGAIN);
    snet_close(acceptor);
}

static void socket_waits_no_longer_than_it_was_told(void **state)
{
    (void)state;
    struct pair pair;
    char byte = 0;
    pair_open(&pair);
    snet_socket_set_timeout(pair.client, SNET_READ | SNET_WRITE, SNET_MS_NS);
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
    snet_close(arg);
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
    snet_close(pair.client);
    snet_close(pair.acceptor);
}

static void socket_fills_and_empties_several_buffers_in_order(void **state)
{
    (void)state;
    struct pair pair;
    char first[4];
    char second[8];
    pair_open(&pair);
    const struct iovec out[] = {{"one", 3}, {"", 0}, {"two!", 4}};
    assert_int_equal(snet_writev(pair.client, out, 3), 7);
    assert_int_equal(snet_flush(pair.client), 0);
    const struct iovec in[] = {{first, sizeof first}, {second, sizeof second}};
    assert_int_equal(snet_readv(pair.server, in, 2), 7);
    assert_memory_equal(first, "onet", 4);
    assert_memory_equal(second, "wo!", 3);
    pair_close(&pair);
}

static void socket_that_is_aborted_tells_the_other_end_why(void **state)
{
    (void)state;
    struct pair pair;
    char byte = 0;
    pair_open(&pair);
    snet_socket_abort(pair.server, SNET_CODE_APPLICATION + 7, "not on a Tuesday");
    assert_int_equal(snet_read(pair.client, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(snet_socket_error(pair.client), SNET_ERR_PEER_ABORTED);
    assert_int_equal(asked(pair.client).peer_code, SNET_CODE_APPLICATION + 7);
    assert_string_equal(asked(pair.client).peer_text, "not on a Tuesday");
    pair_close(&pair);
}

static void socket_is_found_among_all_and_keeps_a_pointer(void **state)
{
    (void)state;
    struct pair pair;
    struct snet_info infos[4];
    pair_open(&pair);
    assert_int_equal(snet_socket_list(infos, sizeof infos[0], 4), 3);
    assert_int_equal(infos[0].state, SNET_STATE_LISTENING);
    for (unsigned i = 1; i < 3; i++) {
        assert_int_equal(infos[i].state, SNET_STATE_ATTACHED);
        assert_int_equal(infos[i].wire, SNET_WIRE_3);
    }
    snet_socket_set_user(pair.client, &pair);
    assert_ptr_equal(snet_socket_user(pair.client), &pair);
    assert_null(snet_socket_user(pair.server));
    assert_string_equal(asked_address(pair.client), asked_address(pair.acceptor));
    assert_int_equal(asked(pair.server).has_peer_key, 0);
    pair_close(&pair);
}

/* A program's own way to connect, which the test can break. */
struct own_way {
    struct sockaddr_in address;
    atomic_int fd; /* of the last connection */
    atomic_uint events[SNET_EVENT_BARREN + 1];
};

static int connect_own_way(void *user)
{
    struct own_way *way = user;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (const struct sockaddr *)&way->address, sizeof way->address) != 0) {
        (void)close(fd);
        return -1;
    }
    way->fd = fd;
    return fd;
}

static void count_event(void *user, const struct snet_event *event)
{
    struct own_way *way = user;
    way->events[event->type]++;
}

static void socket_goes_on_over_connections_and_listeners_of_the_program(void **state)
{
    (void)state;
    struct own_way way = {.address = {.sin_family = AF_INET}};
    struct snet_config server = server_config();
    struct snet_config client = client_config();
    socklen_t len = sizeof way.address;
    char text[8];
    way.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listening, (const struct sockaddr *)&way.address, len), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&way.address, &len), 0);
    snet_socket *acceptor = snet_listen_fd(listening, &server, NULL);
    assert_non_null(acceptor);
    client.connect = connect_own_way;
    client.on_event = count_event;
    client.user = &way;
    snet_socket *dialed = snet_dial(NULL, &client, NULL);
    assert_non_null(dialed);
    snet_socket *accepted = snet_accept(acceptor);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(shutdown(way.fd, SHUT_RDWR), 0);
        assert_int_equal(snet_write(dialed, "again", 5), 5);
        assert_int_equal(snet_read(accepted, text, sizeof text), 5);
        assert_int_equal(snet_flush(dialed), 0);
    }
    snet_close(dialed);
    snet_close(accepted);
    snet_close(acceptor);
    assert_int_equal(way.events[SNET_EVENT_OPENED], 1);
    assert_true(way.events[SNET_EVENT_RESUMED] >= 1);
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
        cmocka_unit_test(socket_fills_and_empties_several_buffers_in_order),
        cmocka_unit_test(socket_that_is_aborted_tells_the_other_end_why),
        cmocka_unit_test(socket_is_found_among_all_and_keeps_a_pointer),
        cmocka_unit_test(socket_goes_on_over_connections_and_listeners_of_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
