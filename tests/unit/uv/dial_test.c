/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/stream.h>

#include "tests/support/memory.h"
#include "tests/support/resolver.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DIAL_BUFFER_BYTES 16384
#define DIAL_HOSTS_MAX 8u /* how many addresses of a name are tried */

struct fixture {
    struct test_loop loop;
    snet_stream_dial *dial;
    unsigned done_count;
    snet_err err;
    int os_err;
    uv_stream_t *stream;
    char peer[SNET_STREAM_ADDRESS_MAX_BYTES]; /* of the stream */
};

static void fixture_init(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    test_loop_open(&fixture->loop);
}

static void fixture_deinit(struct fixture *fixture)
{
    if (fixture->stream != NULL) {
        snet_stream_close(fixture->stream, true);
    }
    test_loop_close(&fixture->loop);
}

static void fixture_done(void *user, snet_err err, int os_err, uv_stream_t *stream)
{
    struct fixture *fixture = user;
    fixture->done_count++;
    fixture->err = err;
    fixture->os_err = os_err;
    fixture->stream = stream;
    if (stream != NULL) {
        snet_stream_peer(stream, fixture->peer, sizeof fixture->peer);
    }
}

static snet_err start(struct fixture *fixture, const char *address)
{
    const struct snet_stream_dial_config config = {
        .address = address,
        .options = {.buffer_bytes = DIAL_BUFFER_BYTES},
        .on_done = fixture_done,
        .user = fixture,
    };
    fixture->done_count = 0;
    return snet_stream_dial_start(&fixture->loop.uv, &config, &fixture->dial);
}

/* Dials to the end, which must come without any time passing. */
static void dial(struct fixture *fixture, const char *address)
{
    assert_int_equal(start(fixture, address), SNET_OK);
    assert_int_equal(fixture->done_count, 0); /* never from within the call */
    TEST_LOOP_UNTIL(&fixture->loop, fixture->done_count == 1);
}

static void expect_failure(const struct fixture *fixture, snet_err err, int os_err)
{
    assert_int_equal(fixture->done_count, 1);
    assert_int_equal(fixture->err, err);
    assert_int_equal(fixture->os_err, os_err);
    assert_null(fixture->stream);
}

static void expect_stream(const struct fixture *fixture, const char *peer)
{
    assert_int_equal(fixture->done_count, 1);
    assert_int_equal(fixture->err, SNET_OK);
    assert_int_equal(fixture->os_err, 0);
    assert_non_null(fixture->stream);
    assert_null(fixture->stream->data);
    assert_string_equal(fixture->peer, peer);
}

/* The address of `name` with the port of another address; it is one text at a time. */
static const char *with_port(const char *name, const char *address)
{
    static char text[SNET_STREAM_ADDRESS_MAX_BYTES];
    (void)snprintf(text, sizeof text, "%s:%s", name, test_socket_port(address));
    return text;
}

static void dial_refuses_what_is_no_address(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(start(&fixture, "127.0.0.1"), SNET_ERR_ADDRESS);
    assert_int_equal(test_loop_handles(&fixture.loop), 0);
    fixture_deinit(&fixture);
}

static void dial_without_memory_is_refused_or_fails(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_memory_fail_at(1, false);
    assert_int_equal(start(&fixture, "127.0.0.1:1"), SNET_ERR_NO_MEMORY);
    assert_true(test_memory_heal());
    assert_int_equal(start(&fixture, "127.0.0.1:1"), SNET_OK);
    test_memory_fail_at(1, false);
    TEST_LOOP_UNTIL(&fixture.loop, fixture.done_count == 1);
    assert_true(test_memory_heal());
    expect_failure(&fixture, SNET_ERR_CONNECT, UV_ENOMEM);
    fixture_deinit(&fixture);
}

/* A label is 63 characters at most, a whole name 253: no resolver needs to be asked. */
static void dial_refuses_a_name_that_cannot_be_one(void **state)
{
    (void)state;
    struct fixture fixture;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    memset(address, 'a', sizeof address);
    memcpy(address + sizeof address - sizeof ":80", ":80", sizeof ":80");
    assert_int_equal(start(&fixture, address), SNET_ERR_OS);
    test_loop_settle(&fixture.loop);
    assert_int_equal(fixture.done_count, 0);
    fixture_deinit(&fixture);
}

static void dial_reports_a_name_that_does_not_resolve(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    dial(&fixture, "nowhere.test:80");
    expect_failure(&fixture, SNET_ERR_RESOLVE, UV_EAI_NONAME);
    test_resolver_set("empty.test", NULL, 0);
    dial(&fixture, "empty.test:80");
    expect_failure(&fixture, SNET_ERR_RESOLVE, 0);
    fixture_deinit(&fixture);
}

static void dial_reports_a_port_that_refuses(void **state)
{
    (void)state;
    struct fixture fixture;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    const int closed =
        test_socket_listen("127.0.0.1:0", TEST_SOCKET_CLOSED, address, sizeof address);
    dial(&fixture, address);
    expect_failure(&fixture, SNET_ERR_CONNECT, UV_ECONNREFUSED);
    dial(&fixture, "unix:/nowhere/at/all/socket");
    expect_failure(&fixture, SNET_ERR_CONNECT, UV_ENOENT);
    test_socket_close(closed);
    fixture_deinit(&fixture);
}

static void dial_gives_up_a_resolver_that_does_not_answer(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_resolver_hold();
    assert_int_equal(start(&fixture, "localhost:80"), SNET_OK);
    test_loop_pass(&fixture.loop, SNET_STREAM_DIAL_TIMEOUT_MS - 1);
    assert_int_equal(fixture.done_count, 0);
    test_loop_pass(&fixture.loop, 1);
    expect_failure(&fixture, SNET_ERR_RESOLVE, UV_ETIMEDOUT);
    test_resolver_release();
    fixture_deinit(&fixture);
}

static void dial_gives_up_an_address_that_is_silent(void **state)
{
    (void)state;
    struct fixture fixture;
    struct test_silent silent;
    fixture_init(&fixture);
    test_silent_open(&silent, "127.0.0.1:0");
    assert_int_equal(start(&fixture, silent.address), SNET_OK);
    test_loop_settle(&fixture.loop);
    test_loop_pass(&fixture.loop, SNET_STREAM_DIAL_TIMEOUT_MS - 1);
    assert_int_equal(fixture.done_count, 0);
    test_loop_pass(&fixture.loop, 1);
    expect_failure(&fixture, SNET_ERR_CONNECT, UV_ETIMEDOUT);
    test_silent_close(&silent);
    fixture_deinit(&fixture);
}

static void dial_cancelled_reports_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    struct test_silent silent;
    fixture_init(&fixture);
    test_silent_open(&silent, "127.0.0.1:0");
    snet_stream_dial_cancel(NULL);
    for (unsigned turned = 0; turned < 2; turned++) {
        assert_int_equal(start(&fixture, silent.address), SNET_OK);
        if (turned == 1) {
            test_loop_settle(&fixture.loop); /* now it is connecting */
        }
        snet_stream_dial_cancel(fixture.dial);
        snet_stream_dial_cancel(fixture.dial);
        test_loop_pass(&fixture.loop, SNET_STREAM_DIAL_TIMEOUT_MS);
        assert_int_equal(fixture.done_count, 0);
        assert_int_equal(test_loop_handles(&fixture.loop), 0);
    }
    test_silent_close(&silent);
    fixture_deinit(&fixture);
}

static void dial_cancelled_while_resolving_reports_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_resolver_hold();
    /* More than libuv asks at once: some can be taken back and some cannot. */
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(start(&fixture, "localhost:80"), SNET_OK);
        snet_stream_dial_cancel(fixture.dial);
    }
    test_resolver_release();
    fixture_deinit(&fixture);
    assert_int_equal(fixture.done_count, 0);
}

static void dial_connects_to_every_form_of_address(void **state)
{
    (void)state;
    static const char *const listens[] = {"127.0.0.1:0", "[::1]:0"};
    struct fixture fixture;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    for (size_t i = 0; i < 2; i++) {
        const int listener = test_socket_listen(listens[i], 1, address, sizeof address);
        dial(&fixture, address);
        expect_stream(&fixture, address);
        snet_stream_close(fixture.stream, true);
        test_socket_close(listener);
    }
    const int listener = test_socket_listen("127.0.0.1:0", 2, address, sizeof address);
    dial(&fixture, with_port("localhost", address));
    expect_stream(&fixture, address);
    snet_stream_close(fixture.stream, true);
    dial(&fixture, with_port("", address));
    expect_stream(&fixture, address);
    test_socket_close(listener);
    fixture_deinit(&fixture);
}

static void dial_begins_with_the_family_that_is_asked_for(void **state)
{
    (void)state;
    static const char *const hosts[] = {"::1", "127.0.0.1"};
    static const int families[] = {0, AF_INET6, AF_INET};
    struct fixture fixture;
    char address[2][SNET_STREAM_ADDRESS_MAX_BYTES];
    char address6[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    const int listener = test_socket_listen("127.0.0.1:0", 3, address[1], sizeof address[1]);
    (void)snprintf(address6, sizeof address6, "[::1]:%s", test_socket_port(address[1]));
    const int listener6 = test_socket_listen(address6, 3, address[0], sizeof address[0]);
    test_resolver_set("both.test", hosts, 2);
    for (size_t i = 0; i < 3; i++) {
        const struct snet_stream_dial_config config = {
            .address = with_port("both.test", address[1]),
            .family = families[i],
            .on_done = fixture_done,
            .user = &fixture,
        };
        fixture.done_count = 0;
        assert_int_equal(snet_stream_dial_start(&fixture.loop.uv, &config, &fixture.dial), SNET_OK);
        TEST_LOOP_UNTIL(&fixture.loop, fixture.done_count == 1);
        expect_stream(&fixture, address[families[i] == AF_INET ? 1 : 0]);
        snet_stream_close(fixture.stream, true);
    }
    fixture.stream = NULL;
    test_socket_close(listener);
    test_socket_close(listener6);
    fixture_deinit(&fixture);
}

static void dial_connects_to_local_sockets(void **state)
{
    (void)state;
    struct fixture fixture;
    char folder[] = "/tmp/snet-dial-XXXXXX";
    char address[64];
    fixture_init(&fixture);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(address, sizeof address, "unix:%s/socket", folder);
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    (void)snprintf(local.sun_path, sizeof local.sun_path, "%s/socket", folder);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&local, sizeof local), 0);
    assert_int_equal(listen(listener, 1), 0);
    dial(&fixture, address);
    expect_stream(&fixture, "unix");
    test_socket_close(listener);
    assert_int_equal(unlink(local.sun_path), 0);
    assert_int_equal(rmdir(folder), 0);
    fixture_deinit(&fixture);
}

static void dial_gives_its_stream_the_options(void **state)
{
    (void)state;
    struct fixture fixture;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    int no_delay = 0;
    int buffer_bytes = 0;
    socklen_t len = sizeof no_delay;
    fixture_init(&fixture);
    const int listener = test_socket_listen("127.0.0.1:0", 1, address, sizeof address);
    dial(&fixture, address);
    expect_stream(&fixture, address);
    const int fd = test_socket_of(fixture.stream);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &len), 0);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, &len), 0);
    assert_int_equal(no_delay, 1);
    assert_in_range(buffer_bytes, DIAL_BUFFER_BYTES, 2 * DIAL_BUFFER_BYTES);
    test_socket_close(listener);
    fixture_deinit(&fixture);
}

static void dial_prefers_ipv6_whatever_the_resolver_does(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "::1"};
    (void)state;
    struct fixture fixture;
    char four[SNET_STREAM_ADDRESS_MAX_BYTES];
    char six[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    const int first = test_socket_listen("127.0.0.1:0", 1, four, sizeof four);
    const int second = test_socket_listen(with_port("[::1]", four), 1, six, sizeof six);
    test_resolver_set("both.test", hosts, 2);
    dial(&fixture, with_port("both.test", four));
    expect_stream(&fixture, six);
    test_socket_close(first);
    test_socket_close(second);
    fixture_deinit(&fixture);
}

static void dial_goes_on_at_once_from_an_address_that_refuses(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
    (void)state;
    struct fixture fixture;
    char refusing[SNET_STREAM_ADDRESS_MAX_BYTES];
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    const int closed =
        test_socket_listen("127.0.0.1:0", TEST_SOCKET_CLOSED, refusing, sizeof refusing);
    test_resolver_set("three.test", hosts, 3);
    dial(&fixture, with_port("three.test", refusing));
    expect_failure(&fixture, SNET_ERR_CONNECT, UV_ECONNREFUSED);
    const int listener =
        test_socket_listen(with_port("127.0.0.3", refusing), 1, address, sizeof address);
    dial(&fixture, with_port("three.test", refusing));
    expect_stream(&fixture, address);
    test_socket_close(listener);
    test_socket_close(closed);
    fixture_deinit(&fixture);
}

static void dial_races_the_next_address_with_one_that_is_silent(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2"};
    (void)state;
    struct fixture fixture;
    struct test_silent silent;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    test_silent_open(&silent, "127.0.0.1:0");
    const int listener =
        test_socket_listen(with_port("127.0.0.2", silent.address), 1, address, sizeof address);
    test_resolver_set("two.test", hosts, 2);
    assert_int_equal(start(&fixture, with_port("two.test", silent.address)), SNET_OK);
    /* Both timers and the attempt: the name is resolved. */
    TEST_LOOP_UNTIL(&fixture.loop, test_loop_handles(&fixture.loop) == 3);
    test_loop_pass(&fixture.loop, SNET_STREAM_DIAL_STAGGER_MS - 1);
    assert_int_equal(fixture.done_count, 0);
    test_loop_pass(&fixture.loop, 1);
    TEST_LOOP_UNTIL(&fixture.loop, fixture.done_count == 1);
    expect_stream(&fixture, address);
    assert_int_equal(test_loop_handles(&fixture.loop), 1); /* the loser is closed */
    test_socket_close(listener);
    test_silent_close(&silent);
    fixture_deinit(&fixture);
}

static void dial_tries_eight_addresses_and_no_more(void **state)
{
    static const char *const hosts[] = {
        "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5",
        "127.0.0.6", "127.0.0.7", "127.0.0.8", "127.0.0.9",
    };
    (void)state;
    struct fixture fixture;
    char last[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture);
    const int listener = test_socket_listen("127.0.0.9:0", 1, last, sizeof last);
    test_resolver_set("many.test", hosts, DIAL_HOSTS_MAX + 1);
    dial(&fixture, with_port("many.test", last));
    expect_failure(&fixture, SNET_ERR_CONNECT, UV_ECONNREFUSED);
    test_resolver_set("many.test", hosts + 1, DIAL_HOSTS_MAX);
    dial(&fixture, with_port("many.test", last));
    expect_stream(&fixture, last);
    test_socket_close(listener);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dial_refuses_what_is_no_address),
        cmocka_unit_test(dial_without_memory_is_refused_or_fails),
        cmocka_unit_test(dial_refuses_a_name_that_cannot_be_one),
        cmocka_unit_test(dial_reports_a_name_that_does_not_resolve),
        cmocka_unit_test(dial_reports_a_port_that_refuses),
        cmocka_unit_test(dial_gives_up_a_resolver_that_does_not_answer),
        cmocka_unit_test(dial_gives_up_an_address_that_is_silent),
        cmocka_unit_test(dial_cancelled_reports_nothing),
        cmocka_unit_test(dial_cancelled_while_resolving_reports_nothing),
        cmocka_unit_test(dial_connects_to_every_form_of_address),
        cmocka_unit_test(dial_begins_with_the_family_that_is_asked_for),
        cmocka_unit_test(dial_connects_to_local_sockets),
        cmocka_unit_test(dial_gives_its_stream_the_options),
        cmocka_unit_test(dial_prefers_ipv6_whatever_the_resolver_does),
        cmocka_unit_test(dial_goes_on_at_once_from_an_address_that_refuses),
        cmocka_unit_test(dial_races_the_next_address_with_one_that_is_silent),
        cmocka_unit_test(dial_tries_eight_addresses_and_no_more),
    };
    return cmocka_run_group_tests_name("dial", tests, NULL, NULL);
}
