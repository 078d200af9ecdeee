/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The rows of docs/socket-semantics.md by their numbers, both columns where a test can: connecting,
 * accepting, reading and writing. The files socket_semantics_*_test.c have the others.
 */
#include <snet/socket.h>

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS "127.0.0.1:0"
#define SOON_NS (100 * SNET_MS_NS)
#define LONG_MS 10000
#define MUCH_BYTES (4u << 20)
#define LOOKS 50u

static void text_of(const struct sockaddr_in *address, char ret_text[32])
{
    (void)snprintf(ret_text, 32, "127.0.0.1:%u", (unsigned)ntohs(address->sin_port));
}

/* --- Connecting ---------------------------------------------------------------------------- */

static void s1_nobody_listens(void **state)
{
    (void)state;
    struct sockaddr_in address;
    char text[32];
    struct snet_error error = {.err = SNET_OK};
    assert_int_equal(close(twin_listen(&address)), 0);
    assert_int_equal(twin_connect(&address), -1);
    assert_int_equal(errno, ECONNREFUSED);
    struct snet_config config = twin_client_config(NULL);
    config.connect_timeout_ns = SOON_NS;
    text_of(&address, text);
    assert_null(snet_dial(text, &config, &error));
    assert_int_equal(errno, ECONNREFUSED);
    assert_int_equal(error.err, SNET_ERR_CONNECT);
}

static void s2_somebody_listens_and_never_answers(void **state)
{
    (void)state;
    struct sockaddr_in address;
    char text[32];
    struct snet_error error = {.err = SNET_OK};
    const int listener = twin_listen(&address);
    const int fd = twin_connect(&address);
    assert_true(fd >= 0);
    struct snet_config config = twin_client_config(NULL);
    config.connect_timeout_ns = SOON_NS;
    text_of(&address, text);
    assert_null(snet_dial(text, &config, &error));
    assert_int_equal(errno, ETIMEDOUT);
    assert_int_equal(error.err, SNET_ERR_NO_ANSWER);
    (void)close(fd);
    (void)close(listener);
}

static void s3_a_connection_is_up_before_it_is_accepted(void **state)
{
    (void)state;
    struct sockaddr_in address;
    const int listener = twin_listen(&address);
    const int fd = twin_connect(&address);
    assert_int_equal(send(fd, "x", 1, 0), 1);
    const struct snet_config server = twin_server_config(NULL);
    const struct snet_config client = twin_client_config(NULL);
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    snet_socket *socket = snet_dial(asked_address(acceptor), &client, NULL);
    assert_non_null(socket);
    assert_int_equal(snet_write(socket, "x", 1), 1);
    assert_int_equal(snet_flush(socket), 0);
    snet_close(socket);
    snet_close(acceptor);
    (void)close(fd);
    (void)close(listener);
}

static void s4_connecting_without_waiting(void **state)
{
    (void)state;
    struct sockaddr_in address;
    char text[32];
    int number = 0;
    socklen_t len = sizeof number;
    assert_int_equal(close(twin_listen(&address)), 0);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        assert_true(errno == EINPROGRESS || errno == ECONNREFUSED);
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        assert_int_equal(poll(&ready, 1, LONG_MS), 1);
    }
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &len), 0);
    struct snet_config config = twin_client_config(NULL);
    config.connect_timeout_ns = SOON_NS;
    config.nonblocking = true;
    text_of(&address, text);
    snet_socket *socket = snet_dial(text, &config, NULL);
    assert_non_null(socket);
    while (snet_socket_error(socket) == SNET_OK) {
        (void)sched_yield();
    }
    twin_expect_error(&(struct twin_end){.socket = socket}, ECONNREFUSED);
    assert_int_equal(snet_socket_error(socket), SNET_ERR_CONNECT);
    snet_close(socket);
    (void)close(fd);
}

static void s5_the_other_end_is_not_who_it_should_be(void **state)
{
    (void)state;
    const struct snet_config server = twin_server_config(NULL);
    struct snet_config client = twin_client_config(NULL);
    struct snet_error error = {.err = SNET_OK};
    client.server_key = &core_pair_keys()->client_public;
    client.connect_timeout_ns = SOON_NS;
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    assert_null(snet_dial(asked_address(acceptor), &client, &error));
    assert_int_equal(errno, ETIMEDOUT);
    snet_close(acceptor);
}

/* --- Listening ----------------------------------------------------------------------------- */

static void s6_the_address_is_taken(void **state)
{
    (void)state;
    struct sockaddr_in address;
    char text[32];
    const struct snet_config config = twin_server_config(NULL);
    const int listener = twin_listen(&address);
    const int second = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(second, (const struct sockaddr *)&address, sizeof address), -1);
    assert_int_equal(errno, EADDRINUSE);
    text_of(&address, text);
    assert_null(snet_listen(text, &config, NULL));
    assert_int_equal(errno, EADDRINUSE);
    (void)close(second);
    (void)close(listener);
}

static void s7_port_0_is_a_free_one(void **state)
{
    (void)state;
    struct sockaddr_in address;
    const struct snet_config config = twin_server_config(NULL);
    const int listener = twin_listen(&address);
    assert_int_not_equal(address.sin_port, 0);
    snet_socket *acceptor = snet_listen(ADDRESS, &config, NULL);
    assert_string_not_equal(asked_address(acceptor), ADDRESS);
    snet_close(acceptor);
    (void)close(listener);
}

static void s8_accepting_without_waiting(void **state)
{
    (void)state;
    struct sockaddr_in address;
    const struct snet_config config =
        twin_server_config(&(struct twin_options){.nonblocking = true});
    const int listener = twin_listen(&address);
    assert_int_equal(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(accept(listener, NULL, NULL), -1);
    assert_int_equal(errno, EAGAIN);
    snet_socket *acceptor = snet_listen(ADDRESS, &config, NULL);
    assert_null(snet_accept(acceptor));
    assert_int_equal(errno, EAGAIN);
    snet_close(acceptor);
    (void)close(listener);
}

static void s9_the_client_has_gone_before_it_is_accepted(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct twin_end end = {.fd = -1};
    const int listener = twin_listen(&address);
    const int fd = twin_connect(&address);
    assert_int_equal(send(fd, "early", 5, 0), 5);
    (void)close(fd);
    end.fd = accept(listener, NULL, NULL);
    twin_expect(&end, "early", 5);
    twin_expect_end(&end);
    twin_close(&end);
    (void)close(listener);

    const struct snet_config server = twin_server_config(NULL);
    const struct snet_config client = twin_client_config(NULL);
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    snet_socket *socket = snet_dial(asked_address(acceptor), &client, NULL);
    assert_int_equal(snet_write(socket, "early", 5), 5);
    snet_close(socket);
    end.socket = snet_accept(acceptor);
    twin_expect(&end, "early", 5);
    twin_expect_end(&end);
    twin_close(&end);
    snet_close(acceptor);
}

static void check_s10(struct tcp_twin *twins)
{
    if (twins->kind == TWIN_TCP) {
        (void)close(twins->listener);
        twins->listener = -1;
    } else {
        snet_close(twins->listening);
        twins->listening = NULL;
    }
    assert_int_equal(twin_write(&twins->client, "still", 5), 5);
    twin_expect(&twins->server, "still", 5);
}

static void s10_what_was_accepted_outlives_the_listener(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s10, NULL);
}

struct acceptance {
    int listener;
    snet_socket *acceptor;
    atomic_int id; /* of the thread */
    bool failed;
    int number;
};

static void *accept_it(void *arg)
{
    struct acceptance *acceptance = arg;
    acceptance->id = gettid();
    acceptance->failed = acceptance->acceptor != NULL
                             ? snet_accept(acceptance->acceptor) == NULL
                             : accept(acceptance->listener, NULL, NULL) == -1;
    acceptance->number = errno;
    return NULL;
}

/* Whether the thread sleeps in the system, as its line in /proc says behind its name. */
static bool sleeps(int id)
{
    char path[64];
    char line[256] = "";
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/stat", id);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        (void)fgets(line, sizeof line, file);
        (void)fclose(file);
    }
    const char *name_end = strrchr(line, ')');
    return name_end != NULL && name_end[2] == 'S';
}

/* Begins to accept, and comes back when the thread has waited for a while. */
static pthread_t accept_elsewhere(struct acceptance *acceptance)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, accept_it, acceptance), 0);
    for (unsigned looks = 0; looks < LOOKS;) {
        looks = acceptance->id != 0 && sleeps(acceptance->id) ? looks + 1 : 0;
        (void)sched_yield();
    }
    return thread;
}

static void s11_a_thread_waits_while_the_listener_is_closed(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct acceptance tcp = {.listener = twin_listen(&address)};
    pthread_t thread = accept_elsewhere(&tcp);
    assert_int_equal(shutdown(tcp.listener, SHUT_RDWR), 0); /* close() would not wake it */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(tcp.failed);
    assert_int_equal(tcp.number, EINVAL);
    (void)close(tcp.listener);

    const struct snet_config config = twin_server_config(NULL);
    struct acceptance snet = {.acceptor = snet_listen(ADDRESS, &config, NULL)};
    thread = accept_elsewhere(&snet);
    snet_close(snet.acceptor);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(snet.failed);
    assert_int_equal(snet.number, EBADF);
}

/* --- Reading ------------------------------------------------------------------------------- */

static void check_s12(struct tcp_twin *twins)
{
    char text[8];
    assert_int_equal(twin_write(&twins->client, "abcde", 5), 5);
    assert_int_equal(twin_write(&twins->client, "fg", 2), 2);
    ssize_t len = twin_read(&twins->server, text, 2);
    assert_int_equal(len, 2);
    assert_memory_equal(text, "ab", 2);
    twin_expect(&twins->server, "cdefg", 5);
}

static void s12_reading_knows_no_messages(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s12, NULL);
}

static void check_s13(struct tcp_twin *twins)
{
    char byte = 0;
    assert_int_equal(twin_read(&twins->server, &byte, 0), 0);
    assert_int_equal(twin_write(&twins->server, &byte, 0), 0);
}

static void s13_no_bytes_are_moved_at_once(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s13, NULL);
}

static void check_s14(struct tcp_twin *twins)
{
    twin_expect_error(&twins->client, EAGAIN);
    twin_expect_error(&twins->server, EAGAIN);
}

static void s14_reading_nothing_without_waiting(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s14, &(struct twin_options){.nonblocking = true});
}

static void check_s15(struct tcp_twin *twins)
{
    twin_set_timeout(&twins->client, SNET_MS_NS);
    twin_expect_error(&twins->client, twins->kind == TWIN_TCP ? EAGAIN : ETIMEDOUT);
    twin_set_timeout(&twins->client, 0);
    assert_int_equal(twin_write(&twins->server, "late", 4), 4);
    twin_expect(&twins->client, "late", 4);
}

static void s15_the_time_for_reading_is_over(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s15, NULL);
}

static void check_s16(struct tcp_twin *twins)
{
    assert_int_equal(twin_write(&twins->client, "last", 4), 4);
    twin_close(&twins->client);
    twin_expect(&twins->server, "last", 4);
    twin_expect_end(&twins->server);
    twin_expect_end(&twins->server);
}

static void s16_the_end_comes_after_all_bytes_and_stays(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s16, NULL);
}

struct reading {
    const struct twin_end *end;
    atomic_bool done;
    ssize_t len;
    int number;
};

static void *read_a_byte(void *arg)
{
    struct reading *reading = arg;
    char byte = 0;
    reading->len = twin_read(reading->end, &byte, 1);
    reading->number = errno;
    reading->done = true;
    return NULL;
}

static void take_signal(int number)
{
    (void)number;
}

#define SIGNALS 1000u

static void check_s17(struct tcp_twin *twins)
{
    pthread_t thread;
    struct reading reading = {.end = &twins->server};
    assert_int_equal(pthread_create(&thread, NULL, read_a_byte, &reading), 0);
    for (unsigned i = 0; !reading.done && (twins->kind == TWIN_TCP || i < SIGNALS); i++) {
        assert_int_equal(pthread_kill(thread, SIGUSR1), 0);
        (void)sched_yield();
    }
    assert_int_equal(twin_write(&twins->client, "x", 1), 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(reading.len, twins->kind == TWIN_TCP ? -1 : 1);
    assert_true(twins->kind != TWIN_TCP || reading.number == EINTR);
}

static void s17_a_signal_arrives_while_a_call_waits(void **state)
{
    (void)state;
    const struct sigaction action = {.sa_handler = take_signal}; /* without SA_RESTART */
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    tcp_twin_for_both(check_s17, NULL);
}

/* --- Writing ------------------------------------------------------------------------------- */

static void *write_much(void *arg)
{
    static const uint8_t zeros[MUCH_BYTES];
    struct reading *writing = arg;
    writing->len = twin_write(writing->end, zeros, sizeof zeros);
    return NULL;
}

static void check_s18(struct tcp_twin *twins)
{
    static uint8_t chunk[1u << 16];
    pthread_t thread;
    struct reading writing = {.end = &twins->client};
    size_t done = 0;
    assert_int_equal(pthread_create(&thread, NULL, write_much, &writing), 0);
    while (done < MUCH_BYTES) {
        const ssize_t len = twin_read(&twins->server, chunk, sizeof chunk);
        assert_true(len > 0);
        done += (size_t)len;
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(writing.len, MUCH_BYTES);
}

static const struct twin_options small_buffers = {
    .history_bytes = 64u * 1024,
    .inbox_bytes = 64u * 1024,
};

static void s18_writing_waits_until_all_is_taken(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s18, &small_buffers);
}

static void check_s19(struct tcp_twin *twins)
{
    static const uint8_t zeros[MUCH_BYTES];
    ssize_t len = twin_write(&twins->client, zeros, sizeof zeros);
    assert_true(len > 0 && len < (ssize_t)sizeof zeros);
    while (len > 0) {
        len = twin_write(&twins->client, zeros, sizeof zeros);
    }
    assert_int_equal(errno, EAGAIN);
}

static void s19_writing_without_waiting_takes_a_part(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s19, &(struct twin_options){.history_bytes = 64u * 1024,
                                                        .inbox_bytes = 64u * 1024,
                                                        .nonblocking = true,
                                                        .linger_ns = SOON_NS});
}

static atomic_uint pipes;

static void take_pipe(int number)
{
    (void)number;
    pipes++;
}

static void check_s20(struct tcp_twin *twins)
{
    assert_int_equal(twin_shutdown(&twins->client), 0);
    const ssize_t len = twins->kind == TWIN_TCP ? write(twins->client.fd, "x", 1)
                                                : twin_write(&twins->client, "x", 1);
    assert_int_equal(len, -1);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(pipes, 1); /* of TCP, which comes first */
}

static void s20_writing_after_the_own_end(void **state)
{
    (void)state;
    const struct sigaction action = {.sa_handler = take_pipe};
    struct sigaction before;
    assert_int_equal(sigaction(SIGPIPE, &action, &before), 0);
    tcp_twin_for_both(check_s20, NULL);
    assert_int_equal(sigaction(SIGPIPE, &before, NULL), 0);
}

static void check_s22(struct tcp_twin *twins)
{
    assert_int_equal(twin_unacked(&twins->client), 0);
    assert_int_equal(twin_write(&twins->client, "abc", 3), 3);
    while (twin_unacked(&twins->client) > 0) {
        (void)sched_yield();
    }
    twin_expect(&twins->server, "abc", 3);
}

static void s22_how_much_the_other_end_lacks(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s22, NULL);
}

static void s24_small_writes_are_not_held_back(void **state)
{
    (void)state;
    struct tcp_twin twins;
    int number = -1;
    socklen_t len = sizeof number;
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    const int fd = twins.client.fd;
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &number, &len), 0);
    assert_int_equal(number, 0);
    tcp_twin_close(&twins);
    tcp_twin_open(&twins, TWIN_SNET, NULL);
    assert_int_equal(getsockopt(twins.way->fd, IPPROTO_TCP, TCP_NODELAY, &number, &len), 0);
    assert_int_equal(number, 1);
    tcp_twin_close(&twins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s1_nobody_listens),
        cmocka_unit_test(s2_somebody_listens_and_never_answers),
        cmocka_unit_test(s3_a_connection_is_up_before_it_is_accepted),
        cmocka_unit_test(s4_connecting_without_waiting),
        cmocka_unit_test(s5_the_other_end_is_not_who_it_should_be),
        cmocka_unit_test(s6_the_address_is_taken),
        cmocka_unit_test(s7_port_0_is_a_free_one),
        cmocka_unit_test(s8_accepting_without_waiting),
        cmocka_unit_test(s9_the_client_has_gone_before_it_is_accepted),
        cmocka_unit_test(s10_what_was_accepted_outlives_the_listener),
        cmocka_unit_test(s11_a_thread_waits_while_the_listener_is_closed),
        cmocka_unit_test(s12_reading_knows_no_messages),
        cmocka_unit_test(s13_no_bytes_are_moved_at_once),
        cmocka_unit_test(s14_reading_nothing_without_waiting),
        cmocka_unit_test(s15_the_time_for_reading_is_over),
        cmocka_unit_test(s16_the_end_comes_after_all_bytes_and_stays),
        cmocka_unit_test(s17_a_signal_arrives_while_a_call_waits),
        cmocka_unit_test(s18_writing_waits_until_all_is_taken),
        cmocka_unit_test(s19_writing_without_waiting_takes_a_part),
        cmocka_unit_test(s20_writing_after_the_own_end),
        cmocka_unit_test(s22_how_much_the_other_end_lacks),
        cmocka_unit_test(s24_small_writes_are_not_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
