/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Many threads in the sockets of <snet/socket.h> at once, while their connections are cut. It says
 * more under ThreadSanitizer, where tests/tsan runs it too: so threads share nothing here that
 * would order what the library does, beyond what it does itself.
 */
#include <snet/socket.h>

#include "sock/loop.h"
#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS "127.0.0.1:0"
#define PARTIES 4u
#define ENDLESS_BYTES (4u << 20) /* more than is taken while nobody reads */
#define TOTAL_BYTES (512u * 1024)
#define CUT_BYTES (40u * 1024) /* a cut each so many bytes of a session */
#define PIECE_BYTES 3000u
#define SOON_NS (100 * SNET_MS_NS)

/* One session: at each end a thread reads and one writes, and a fifth one cuts and closes. */
struct party {
    struct sockaddr_in address;
    pthread_mutex_t mutex; /* of `link`, so that no other descriptor of this number is hit */
    int link;              /* a duplicate of the last connection; -1 */
    snet_socket *client;   /* NULL with `fd` */
    int fd;
    snet_socket *server;
    bool moves;          /* each second cut is a new network, of all sessions */
    atomic_size_t read;  /* by the client */
    atomic_bool written; /* by the client, all that counts */
    atomic_uint cuts;
    bool reader_good;
    bool writer_good;
    bool server_reader_good;
    bool server_writer_good;
};

static int party_connect(void *user)
{
    struct party *party = user;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&party->address, sizeof party->address) != 0) {
        (void)close(fd);
        return -1;
    }
    (void)pthread_mutex_lock(&party->mutex);
    if (party->link >= 0) {
        (void)close(party->link);
    }
    party->link = dup(fd);
    (void)pthread_mutex_unlock(&party->mutex);
    return fd;
}

static void party_cut(struct party *party)
{
    (void)pthread_mutex_lock(&party->mutex);
    (void)shutdown(party->link, SHUT_RDWR); /* it may have gone already */
    (void)pthread_mutex_unlock(&party->mutex);
    party->cuts++;
}

/* --- Threads: none of them may fail a test by itself, so they say how it went ---------------- */

static bool is_pattern(const uint8_t *data, size_t len, size_t offset)
{
    uint8_t expected[PIECE_BYTES];
    test_pattern_fill(expected, len, offset);
    return memcmp(data, expected, len) == 0;
}

static ssize_t client_read(struct party *party, void *ret_data, size_t len)
{
    return party->client != NULL ? snet_read(party->client, ret_data, len)
                                 : read(party->fd, ret_data, len);
}

static ssize_t client_write(struct party *party, const void *data, size_t len)
{
    return party->client != NULL ? snet_write(party->client, data, len)
                                 : send(party->fd, data, len, MSG_NOSIGNAL);
}

/* Reads all, and then for as long as there is a socket: nothing comes any more. */
static void *client_reader(void *arg)
{
    struct party *party = arg;
    uint8_t data[PIECE_BYTES];
    bool good = true;
    ssize_t len = client_read(party, data, sizeof data);
    while (len > 0 && good) {
        good = is_pattern(data, (size_t)len, party->read);
        party->read += (size_t)len;
        while (party->read >= (party->cuts + 1) * CUT_BYTES) {
            (void)sched_yield(); /* no fast machine does without its cuts */
        }
        len = client_read(party, data, sizeof data);
    }
    const bool woken = party->client != NULL ? len == -1 && errno == EBADF : len == 0;
    party->reader_good = good && woken && party->read == TOTAL_BYTES;
    return NULL;
}

/* Writes all, and then what is never taken as a whole. */
static void *client_writer(void *arg)
{
    static uint8_t endless[ENDLESS_BYTES];
    struct party *party = arg;
    uint8_t data[PIECE_BYTES];
    size_t written = 0;
    while (written < TOTAL_BYTES) {
        const size_t most = 1 + written % sizeof data;
        const size_t len = TOTAL_BYTES - written < most ? TOTAL_BYTES - written : most;
        test_pattern_fill(data, len, written);
        if (client_write(party, data, len) != (ssize_t)len) {
            return NULL;
        }
        written += len;
    }
    party->written = true;
    party->writer_good = client_write(party, endless, sizeof endless) < (ssize_t)sizeof endless;
    return NULL;
}

static void *server_reader(void *arg)
{
    struct party *party = arg;
    uint8_t data[PIECE_BYTES];
    size_t done = 0;
    bool good = true;
    while (good && done < TOTAL_BYTES) {
        const size_t want = TOTAL_BYTES - done < sizeof data ? TOTAL_BYTES - done : sizeof data;
        const ssize_t len = snet_read(party->server, data, want);
        good = len > 0 && is_pattern(data, (size_t)len, done);
        done += len > 0 ? (size_t)len : 0;
    }
    party->server_reader_good = good;
    return NULL;
}

static void *server_writer(void *arg)
{
    struct party *party = arg;
    uint8_t data[PIECE_BYTES];
    size_t done = 0;
    bool good = true;
    while (good && done < TOTAL_BYTES) {
        const size_t len = TOTAL_BYTES - done < sizeof data ? TOTAL_BYTES - done : sizeof data;
        test_pattern_fill(data, len, done);
        good = snet_write(party->server, data, len) == (ssize_t)len;
        done += len;
    }
    party->server_writer_good = good;
    return NULL;
}

/* Whether so many threads are inside of a call, which is when closing wakes them. */
static bool are_inside(const snet_socket *socket, unsigned count)
{
    snet_loop_lock();
    const bool inside = socket->users == count;
    snet_loop_unlock();
    return inside;
}

static void *closer(void *arg)
{
    struct party *party = arg;
    struct snet_info info;
    while (party->read < TOTAL_BYTES || !party->written) {
        if (party->read >= (party->cuts + 1) * CUT_BYTES) {
            if (party->moves && party->cuts % 2 == 0) {
                snet_network_changed();
                party->cuts++;
            } else {
                party_cut(party);
            }
        } else if (party->client != NULL) {
            snet_socket_info(party->client, &info, sizeof info); /* asking is for any thread, too */
        }
        (void)sched_yield();
    }
    if (party->client == NULL) {
        (void)shutdown(party->fd, SHUT_RDWR);
        return NULL;
    }
    while (!are_inside(party->client, 2)) {
        (void)sched_yield();
    }
    snet_close(party->client);
    return NULL;
}

/* --- All at once ------------------------------------------------------------------------------ */

static snet_socket *listen_small(struct sockaddr_in *ret_address)
{
    const struct snet_config config = {
        .size = sizeof config,
        .history_bytes = 1u << 16,
        .inbox_bytes = 1u << 16,
        .key = &core_pair_keys()->server,
        .key_count = 1,
        .linger_ns = SOON_NS,
    };
    socklen_t len = sizeof *ret_address;
    *ret_address = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)ret_address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret_address, &len), 0);
    snet_socket *acceptor = snet_listen_fd(fd, &config, NULL);
    assert_non_null(acceptor);
    return acceptor;
}

static void party_open(struct party *party, snet_socket *acceptor, bool with_descriptor)
{
    const struct snet_config config = {
        .size = sizeof config,
        .history_bytes = 1u << 16,
        .inbox_bytes = 1u << 16,
        .server_key = &core_pair_keys()->server_public,
        .linger_ns = SOON_NS,
        .connect = party_connect,
        .user = party,
    };
    (void)pthread_mutex_init(&party->mutex, NULL);
    party->link = party->fd = -1;
    party->client = snet_dial(NULL, &config, NULL);
    assert_non_null(party->client);
    party->server = snet_accept(acceptor);
    assert_non_null(party->server);
    if (with_descriptor) {
        party->fd = snet_socket_to_fd(party->client);
        assert_true(party->fd >= 0);
        party->client = NULL;
    }
}

static void run_parties(struct party *parties, bool with_descriptor)
{
    void *(*const roles[])(void *) = {client_reader, client_writer, server_reader, server_writer,
                                      closer};
    pthread_t threads[PARTIES][sizeof roles / sizeof roles[0]];
    struct sockaddr_in address;
    snet_socket *acceptor = listen_small(&address);
    for (unsigned i = 0; i < PARTIES; i++) {
        parties[i].address = address;
        party_open(&parties[i], acceptor, with_descriptor);
    }
    for (unsigned i = 0; i < PARTIES; i++) {
        for (unsigned role = 0; role < sizeof roles / sizeof roles[0]; role++) {
            assert_int_equal(pthread_create(&threads[i][role], NULL, roles[role], &parties[i]), 0);
        }
    }
    for (unsigned i = 0; i < PARTIES; i++) {
        for (unsigned role = 0; role < sizeof roles / sizeof roles[0]; role++) {
            assert_int_equal(pthread_join(threads[i][role], NULL), 0);
        }
        assert_true(parties[i].reader_good);
        assert_true(parties[i].writer_good);
        assert_true(parties[i].server_reader_good);
        assert_true(parties[i].server_writer_good);
        assert_true(parties[i].cuts >= (TOTAL_BYTES - 1) / CUT_BYTES);
        snet_close(parties[i].server);
        if (parties[i].fd >= 0) {
            assert_int_equal(close(parties[i].fd), 0);
        }
    }
    snet_close(acceptor);
}

static void threads_read_write_and_close_sockets_through_cuts(void **state)
{
    (void)state;
    static struct party parties[PARTIES]; /* lingering sessions may still want a connection */
    run_parties(parties, false);
}

static void threads_read_write_and_shut_descriptors_through_cuts(void **state)
{
    (void)state;
    static struct party parties[PARTIES];
    run_parties(parties, true);
}

static void threads_go_on_while_the_network_changes(void **state)
{
    (void)state;
    static struct party parties[PARTIES];
    for (unsigned i = 0; i < PARTIES; i++) {
        parties[i].moves = true;
    }
    run_parties(parties, false);
}

/* --- The last thread in a closed socket ------------------------------------------------------- */

static sem_t loop_is_held;
static sem_t loop_may_go;

static void hold_loop(void *user, const struct snet_event *event)
{
    (void)user;
    if (event->type == SNET_EVENT_OPENED) {
        (void)sem_post(&loop_is_held);
        (void)sem_wait(&loop_may_go);
    }
}

/* Dials while the background thread does nothing more. */
static snet_socket *dial_and_hold_loop(snet_socket *acceptor)
{
    const struct snet_config config = {
        .size = sizeof config,
        .server_key = &core_pair_keys()->server_public,
        .linger_ns = SOON_NS,
        .on_event = hold_loop,
    };
    (void)sem_init(&loop_is_held, 0, 0);
    (void)sem_init(&loop_may_go, 0, 0);
    snet_socket *socket = snet_dial(asked_address(acceptor), &config, NULL);
    assert_non_null(socket);
    (void)sem_wait(&loop_is_held);
    return socket;
}

/* What the kernel tells, beyond what the C library knows of it. */
struct kernel_tcp_info {
    struct tcp_info known;
    uint64_t rates[2];
    uint64_t bytes[2];
    uint32_t counts[5];
    uint32_t data_segs_out;
};

/* How many segments with bytes the client's last connection has sent. */
static uint32_t party_sent(const struct party *party)
{
    struct kernel_tcp_info info;
    socklen_t len = sizeof info;
    memset(&info, 0, sizeof info);
    assert_int_equal(getsockopt(party->link, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    return info.data_segs_out;
}

static void threads_that_write_send_without_the_background_thread(void **state)
{
    (void)state;
    static struct party party;
    snet_socket *acceptor = listen_small(&party.address);
    party_open(&party, acceptor, false);
    if (party_sent(&party) == 0) {
        skip(); /* an emulator that does not tell */
    }
    snet_socket *other = dial_and_hold_loop(acceptor);
    const uint32_t before = party_sent(&party);
    const ssize_t len = snet_write(party.client, "x", 1);
    const uint32_t after = party_sent(&party);
    (void)sem_post(&loop_may_go);
    assert_int_equal(len, 1);
    assert_true(after > before);
    snet_close(party.client);
    snet_close(other);
    snet_close(party.server);
    snet_close(acceptor);
}

static bool is_lingering(const snet_socket *socket)
{
    snet_loop_lock();
    const bool lingering = socket->linger_until_ns != 0;
    snet_loop_unlock();
    return lingering;
}

static void *expect_closed(void *arg)
{
    struct party *party = arg;
    uint8_t byte = 0;
    party->reader_good = snet_read(party->client, &byte, 1) == -1 && errno == EBADF;
    return NULL;
}

/* The last one sends what closing has to say, over a connection that nobody knows to be dead. */
static void threads_are_told_of_a_closed_socket_and_not_of_its_connection(void **state)
{
    (void)state;
    static struct party party;
    pthread_t thread;
    snet_socket *acceptor = listen_small(&party.address);
    party_open(&party, acceptor, false);
    assert_int_equal(pthread_create(&thread, NULL, expect_closed, &party), 0);
    while (!are_inside(party.client, 1)) {
        (void)sched_yield();
    }
    snet_socket *other = dial_and_hold_loop(acceptor);
    party_cut(&party);
    snet_close(party.client);
    while (!is_lingering(party.client)) {
        (void)sched_yield();
    }
    (void)sem_post(&loop_may_go);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(party.reader_good);
    snet_close(other);
    snet_close(party.server);
    snet_close(acceptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_write_send_without_the_background_thread),
        cmocka_unit_test(threads_are_told_of_a_closed_socket_and_not_of_its_connection),
        cmocka_unit_test(threads_read_write_and_close_sockets_through_cuts),
        cmocka_unit_test(threads_read_write_and_shut_descriptors_through_cuts),
        cmocka_unit_test(threads_go_on_while_the_network_changes),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
