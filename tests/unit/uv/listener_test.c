/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/stream.h>

#include "tests/support/memory.h"
#include "tests/support/resolver.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTENER_STREAMS_MAX 8u
#define LISTENER_NO_ERR 1

static const struct snet_stream_options listener_options = {.buffer_bytes = 16384,
                                                            .dead_peer_timeout_ms = 20000};

struct fixture {
    struct test_loop loop;
    snet_stream_listener *listener;
    int os_err; /* LISTENER_NO_ERR when not written */
    uv_stream_t *streams[LISTENER_STREAMS_MAX];
    unsigned stream_count;
    char folder[32];
    char local[64]; /* a local address */
};

static void fixture_init(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->os_err = LISTENER_NO_ERR;
    test_loop_open(&fixture->loop);
    (void)snprintf(fixture->folder, sizeof fixture->folder, "/tmp/snet-listener-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->local, sizeof fixture->local, "unix:%s/socket", fixture->folder);
}

/* Fails the test when a file was left behind. */
static void fixture_deinit(struct fixture *fixture)
{
    snet_stream_listener_close(fixture->listener);
    for (unsigned i = 0; i < fixture->stream_count; i++) {
        snet_stream_close(fixture->streams[i], true);
    }
    test_loop_close(&fixture->loop);
    assert_int_equal(rmdir(fixture->folder), 0);
}

static snet_err open_listener(struct fixture *fixture, const char *address)
{
    return snet_stream_listener_open(&fixture->loop.uv, address, &listener_options,
                                     &fixture->listener, &fixture->os_err);
}

static void accepted(void *user, uv_stream_t *stream)
{
    struct fixture *fixture = user;
    if (fixture->stream_count == LISTENER_STREAMS_MAX) {
        snet_stream_close(stream, true);
        return;
    }
    fixture->streams[fixture->stream_count++] = stream;
}

static void listener_refuses_what_is_no_address(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "127.0.0.1"), SNET_ERR_ADDRESS);
    assert_null(fixture.listener);
    assert_int_equal(test_loop_handles(&fixture.loop), 0);
    fixture_deinit(&fixture);
}

static void listener_refuses_a_name_that_does_not_resolve(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "nowhere.test:0"), SNET_ERR_RESOLVE);
    assert_int_equal(fixture.os_err, UV_EAI_NONAME);
    test_resolver_set("empty.test", NULL, 0);
    assert_int_equal(open_listener(&fixture, "empty.test:0"), SNET_ERR_RESOLVE);
    assert_int_equal(fixture.os_err, UV_EAI_NONAME);
    assert_null(fixture.listener);
    fixture_deinit(&fixture);
}

static void listener_refuses_an_address_in_use(void **state)
{
    (void)state;
    struct fixture fixture;
    char taken[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    const int other = test_socket_listen("127.0.0.1:0", 1, taken, sizeof taken);
    assert_int_equal(open_listener(&fixture, taken), SNET_ERR_LISTEN);
    assert_int_equal(fixture.os_err, UV_EADDRINUSE);
    assert_null(fixture.listener);
    test_socket_close(other);
    fixture_deinit(&fixture);
}

static void listener_refuses_a_path_without_its_folder(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "unix:/nowhere/at/all/socket"), SNET_ERR_LISTEN);
    assert_true(fixture.os_err < 0);
    fixture_deinit(&fixture);
}

static void listener_refuses_a_path_in_use_and_leaves_it_alone(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, fixture.local), SNET_OK);
    snet_stream_listener *first = fixture.listener;
    assert_int_equal(open_listener(&fixture, fixture.local), SNET_ERR_LISTEN);
    assert_int_equal(fixture.os_err, UV_EADDRINUSE);
    snet_stream_listener_start(first, accepted, &fixture);
    const int peer = test_socket_connect(fixture.local);
    /* Whoever wants the path asks the one who has it, by a connection. */
    TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == 2);
    test_socket_close(peer);
    fixture_deinit(&fixture);
}

/* As a process that was killed leaves it: bound, and nobody listens. */
static void leave_a_socket_behind(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(close(fd), 0);
}

static void listener_takes_the_place_of_one_that_was_killed(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    leave_a_socket_behind(fixture.local + strlen("unix:"));
    assert_int_equal(open_listener(&fixture, fixture.local), SNET_OK);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    const int peer = test_socket_connect(fixture.local);
    TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == 1);
    test_socket_close(peer);
    fixture_deinit(&fixture); /* the folder must be empty */
}

static void listener_leaves_a_file_alone_that_is_no_socket(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    const char *path = fixture.local + strlen("unix:");
    const int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(open_listener(&fixture, fixture.local), SNET_ERR_LISTEN);
    assert_int_equal(fixture.os_err, UV_EADDRINUSE);
    assert_int_equal(unlink(path), 0);
    fixture_deinit(&fixture);
}

static void listener_does_not_remove_what_took_its_place(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    const char *path = fixture.local + strlen("unix:");
    assert_int_equal(open_listener(&fixture, fixture.local), SNET_OK);
    assert_int_equal(unlink(path), 0);
    leave_a_socket_behind(path);
    snet_stream_listener_close(fixture.listener);
    fixture.listener = NULL;
    assert_int_equal(unlink(path), 0);
    fixture_deinit(&fixture);
}

static void listener_open_without_memory_leaves_nothing(void **state)
{
    (void)state;
    static const char *const addresses[] = {"127.0.0.1:0", NULL};
    for (size_t i = 0; i < 2; i++) {
        for (size_t number = 1; number <= 2; number++) {
            struct fixture fixture;
            fixture_init(&fixture);
            const char *address = addresses[i] == NULL ? fixture.local : addresses[i];
            test_memory_fail_at(number, false);
            assert_int_equal(open_listener(&fixture, address), SNET_ERR_NO_MEMORY);
            assert_true(test_memory_heal());
            assert_null(fixture.listener);
            fixture_deinit(&fixture);
        }
    }
}

static void listener_close_accepts_null(void **state)
{
    (void)state;
    snet_stream_listener_close(NULL);
}

static void listener_reports_its_real_port(void **state)
{
    (void)state;
    static const char *const addresses[] = {"127.0.0.1:0", "[::1]:0", "localhost:0", ":0"};
    static const char *const begins[] = {"127.0.0.1:", "[::1]:", "127.0.0.1:", ""};
    for (size_t i = 0; i < 4; i++) {
        struct fixture fixture;
        fixture_init(&fixture);
        assert_int_equal(open_listener(&fixture, addresses[i]), SNET_OK);
        const char *address = snet_stream_listener_address(fixture.listener);
        assert_memory_equal(address, begins[i], strlen(begins[i]));
        assert_int_not_equal(strtoul(test_socket_port(address), NULL, 10), 0);
        assert_int_equal(snet_stream_address_check(address), SNET_OK);
        fixture_deinit(&fixture);
    }
}

/* A name that is both most likely means the address that older clients know. */
static void listener_prefers_the_ipv4_address_of_a_name(void **state)
{
    static const char *const hosts[] = {"::1", "127.0.0.2", "127.0.0.3"};
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_resolver_set("both.test", hosts, 3);
    assert_int_equal(open_listener(&fixture, "both.test:0"), SNET_OK);
    assert_memory_equal(snet_stream_listener_address(fixture.listener), "127.0.0.2:", 10);
    snet_stream_listener_close(fixture.listener);
    test_resolver_set("six.test", hosts, 1);
    assert_int_equal(open_listener(&fixture, "six.test:0"), SNET_OK);
    assert_memory_equal(snet_stream_listener_address(fixture.listener), "[::1]:", 6);
    fixture_deinit(&fixture);
}

static void listener_without_a_host_takes_every_local_address(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "[::1]"};
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, ":0"), SNET_OK);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    for (unsigned i = 0; i < 3; i++) {
        char address[SNET_STREAM_ADDRESS_MAX_BYTES];
        (void)snprintf(address, sizeof address, "%s:%s", hosts[i],
                       test_socket_port(snet_stream_listener_address(fixture.listener)));
        const int peer = test_socket_connect(address);
        TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == i + 1);
        test_socket_close(peer);
    }
    fixture_deinit(&fixture);
}

static void listener_hands_out_streams_with_their_options(void **state)
{
    (void)state;
    struct fixture fixture;
    int no_delay = 0;
    int keepalive = 0;
    int idle_s = 0;
    int limit_ms = 0;
    int buffer_bytes = 0;
    struct linger linger = {0};
    socklen_t len = sizeof no_delay;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "127.0.0.1:0"), SNET_OK);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    const int peer = test_socket_connect(snet_stream_listener_address(fixture.listener));
    TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == 1);
    assert_null(fixture.streams[0]->data);
    const int fd = test_socket_of(fixture.streams[0]);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &len), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, &len), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, &len), 0);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &keepalive, &len), 0);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, &len), 0);
    len = sizeof linger;
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len), 0);
    assert_int_equal(no_delay, 1);
    assert_int_equal(keepalive, 1);
    assert_int_equal(idle_s, 10);
    assert_int_equal(limit_ms, listener_options.dead_peer_timeout_ms);
    assert_int_equal(linger.l_onoff, 1);
    assert_int_equal(linger.l_linger, 0);
    assert_in_range(buffer_bytes, listener_options.buffer_bytes, 2 * listener_options.buffer_bytes);
    test_socket_close(peer);
    fixture_deinit(&fixture);
}

static void listener_on_a_path_removes_it_at_the_end(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, fixture.local), SNET_OK);
    assert_string_equal(snet_stream_listener_address(fixture.listener), fixture.local);
    assert_int_equal(access(fixture.local + strlen("unix:"), F_OK), 0);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    const int peer = test_socket_connect(fixture.local);
    TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == 1);
    test_socket_close(peer);
    fixture_deinit(&fixture); /* the folder must be empty */
}

static void listener_takes_connections_that_came_before_its_start(void **state)
{
    (void)state;
    struct fixture fixture;
    int peers[2];
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "127.0.0.1:0"), SNET_OK);
    for (unsigned i = 0; i < 2; i++) {
        peers[i] = test_socket_connect(snet_stream_listener_address(fixture.listener));
    }
    test_loop_settle(&fixture.loop);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    assert_int_equal(fixture.stream_count, 0);
    TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == 2);
    test_socket_close(peers[0]);
    test_socket_close(peers[1]);
    fixture_deinit(&fixture);
}

static void listener_goes_on_when_memory_is_back(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "127.0.0.1:0"), SNET_OK);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    test_memory_fail_at(1, true);
    const int first = test_socket_connect(snet_stream_listener_address(fixture.listener));
    test_loop_settle(&fixture.loop);
    assert_true(test_memory_heal());
    assert_int_equal(fixture.stream_count, 0);
    const int second = test_socket_connect(snet_stream_listener_address(fixture.listener));
    TEST_LOOP_PASS_UNTIL(&fixture.loop, 10, fixture.stream_count == 2);
    test_socket_close(first);
    test_socket_close(second);
    fixture_deinit(&fixture);
}

static void listener_sheds_connections_while_descriptors_are_out(void **state)
{
    (void)state;
    struct fixture fixture;
    struct rlimit whole;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "127.0.0.1:0"), SNET_OK);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    const int first = test_socket_connect(snet_stream_listener_address(fixture.listener));
    TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == 1);

    const int second = test_socket_connect(snet_stream_listener_address(fixture.listener));
    const int free_fd = dup(second);
    assert_int_equal(close(free_fd), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &whole), 0);
    const struct rlimit none_left = {.rlim_cur = (rlim_t)free_fd, .rlim_max = whole.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none_left), 0);
    const int end = test_socket_await_end(&fixture.loop, second);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &whole), 0);
    assert_int_equal(end, UV_ECONNRESET);
    assert_int_equal(fixture.stream_count, 1);

    const int third = test_socket_connect(snet_stream_listener_address(fixture.listener));
    TEST_LOOP_UNTIL(&fixture.loop, fixture.stream_count == 2);
    test_socket_close(first);
    test_socket_close(second);
    test_socket_close(third);
    fixture_deinit(&fixture);
}

static void listener_closed_takes_nothing_any_more(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(open_listener(&fixture, "127.0.0.1:0"), SNET_OK);
    snet_stream_listener_start(fixture.listener, accepted, &fixture);
    const int peer = test_socket_connect(snet_stream_listener_address(fixture.listener));
    snet_stream_listener_close(fixture.listener);
    fixture.listener = NULL;
    assert_int_equal(test_socket_await_end(&fixture.loop, peer), UV_ECONNRESET);
    assert_int_equal(fixture.stream_count, 0);
    test_socket_close(peer);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listener_refuses_what_is_no_address),
        cmocka_unit_test(listener_refuses_a_name_that_does_not_resolve),
        cmocka_unit_test(listener_refuses_an_address_in_use),
        cmocka_unit_test(listener_refuses_a_path_without_its_folder),
        cmocka_unit_test(listener_refuses_a_path_in_use_and_leaves_it_alone),
        cmocka_unit_test(listener_open_without_memory_leaves_nothing),
        cmocka_unit_test(listener_close_accepts_null),
        cmocka_unit_test(listener_reports_its_real_port),
        cmocka_unit_test(listener_prefers_the_ipv4_address_of_a_name),
        cmocka_unit_test(listener_takes_the_place_of_one_that_was_killed),
        cmocka_unit_test(listener_leaves_a_file_alone_that_is_no_socket),
        cmocka_unit_test(listener_does_not_remove_what_took_its_place),
        cmocka_unit_test(listener_without_a_host_takes_every_local_address),
        cmocka_unit_test(listener_hands_out_streams_with_their_options),
        cmocka_unit_test(listener_on_a_path_removes_it_at_the_end),
        cmocka_unit_test(listener_takes_connections_that_came_before_its_start),
        cmocka_unit_test(listener_goes_on_when_memory_is_back),
        cmocka_unit_test(listener_sheds_connections_while_descriptors_are_out),
        cmocka_unit_test(listener_closed_takes_nothing_any_more),
    };
    return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
