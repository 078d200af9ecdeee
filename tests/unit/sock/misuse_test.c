/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Whatever a program passes to a function of <snet/socket.h> and <snet/file.h>: nothing, zero, what
 * is out of range, the wrong kind of socket, one that has ended, calls in the wrong order. All of
 * them report an error, and none ends the process. These return nothing, and do nothing then:
 * snet_socket_set_user, snet_events_free, snet_library_totals, snet_library_set_log,
 * snet_network_changed.
 */
#include <snet/file.h>
#include <snet/socket.h>

#include "tests/support/sock_pair.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <unistd.h>

/* The call fails by this number. */
#define EXPECT_FAILS(call, number)                                                                 \
    do {                                                                                           \
        errno = 0;                                                                                 \
        assert_int_equal((call), -1);                                                              \
        assert_int_equal(errno, number);                                                           \
    } while (false)
#define EXPECT_NULL(call, number)                                                                  \
    do {                                                                                           \
        errno = 0;                                                                                 \
        assert_null(call);                                                                         \
        assert_int_equal(errno, number);                                                           \
    } while (false)

/* All calls on a socket that cannot be used: `number` is what they say. */
static void use(snet_socket *socket, int number)
{
    struct snet_info info;
    struct iovec buffer = {.iov_base = &info, .iov_len = 1};
    EXPECT_FAILS(snet_read(socket, &info, 1), number);
    EXPECT_FAILS(snet_write(socket, &info, 1), number);
    EXPECT_FAILS(snet_readv(socket, &buffer, 1), number);
    EXPECT_FAILS(snet_writev(socket, &buffer, 1), number);
    EXPECT_FAILS(snet_shutdown(socket), number);
    EXPECT_FAILS(snet_flush(socket), number);
    EXPECT_FAILS(snet_dial_wait(socket, NULL), number);
    EXPECT_FAILS(snet_socket_abort(socket, SNET_CODE_APPLICATION, NULL), number);
    EXPECT_FAILS(snet_socket_to_fd(socket), number);
}

static void misuse_of_no_socket_is_a_bad_descriptor(void **state)
{
    (void)state;
    struct snet_info info;
    struct snet_event event;
    use(NULL, EBADF);
    EXPECT_NULL(snet_accept(NULL), EBADF);
    EXPECT_FAILS(snet_accept_fd(NULL), EBADF);
    EXPECT_FAILS(snet_socket_drain(NULL), EBADF);
    EXPECT_FAILS(snet_socket_update(NULL, NULL, NULL), EBADF);
    EXPECT_FAILS(snet_socket_info(NULL, &info, sizeof info), EBADF);
    EXPECT_FAILS(snet_socket_cancel(NULL), EBADF);
    EXPECT_FAILS(snet_socket_set_timeout(NULL, SNET_READ, 1), EBADF);
    EXPECT_FAILS(snet_socket_set_deadline(NULL, SNET_READ, 1), EBADF);
    EXPECT_FAILS(snet_socket_set_nonblocking(NULL, 1), EBADF);
    EXPECT_FAILS(snet_events_fd(NULL), EBADF);
    EXPECT_FAILS(snet_events_next(NULL, &event, sizeof event, 0), EBADF);
    EXPECT_NULL(snet_fdopen(NULL), EBADF);
    assert_int_equal(snet_close(NULL), 0);
    assert_int_equal(snet_socket_error(NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_fd_error(-1), SNET_ERR_INVALID);
    assert_int_equal(snet_fd_error(STDIN_FILENO), SNET_ERR_INVALID);
    assert_null(snet_socket_user(NULL));
    snet_socket_set_user(NULL, &info);
    snet_events_free(NULL);
    snet_library_totals(NULL, 8);
    snet_library_totals((struct snet_totals *)&info, 0);
    assert_int_equal(snet_socket_list(NULL, 0, 8), 0);
}

static void misuse_of_addresses_and_configs_explains_itself(void **state)
{
    (void)state;
    static const char *const addresses[] = {"",        ":",     "nowhere", "a:b",
                                            "a:99999", "unix:", "[::1",    "snet://a:1"};
    struct sock_pair pair;
    struct snet_error error;
    struct snet_config config;
    sock_pair_prepare(&pair);
    pair.client_config.connect = NULL;
    for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        error = (struct snet_error){.err = SNET_OK};
        EXPECT_NULL(snet_dial(addresses[i], &pair.client_config, &error), EINVAL);
        assert_int_not_equal(error.err, SNET_OK);
        assert_true(error.text[0] != '\0');
        assert_null(snet_listen(addresses[i], &pair.server_config, &error));
        EXPECT_FAILS(snet_dial_fd(addresses[i], &pair.client_config, NULL), EINVAL);
        EXPECT_NULL(snet_fopen(addresses[i], &pair.client_config, NULL), EINVAL);
        EXPECT_NULL(snet_dial_start(addresses[i], &pair.client_config, NULL), EINVAL);
    }
    EXPECT_NULL(snet_dial(NULL, NULL, &error), EINVAL);
    EXPECT_NULL(snet_dial(NULL, &pair.client_config, &error), EINVAL);
    EXPECT_NULL(snet_listen(NULL, NULL, &error), EINVAL);
    EXPECT_NULL(snet_listen(NULL, &pair.server_config, &error), EINVAL);
    EXPECT_NULL(snet_dial_url(NULL, NULL, &error), EINVAL);
    EXPECT_NULL(snet_dial_url("http://a:1", NULL, &error), EINVAL);
    EXPECT_NULL(snet_listen_fd(-1, &pair.server_config, &error), EBADF);
    EXPECT_NULL(snet_listen_fd(1000000, &pair.server_config, &error), EBADF);
    for (uint32_t size = 0; size < sizeof config; size += 7) {
        config = pair.client_config;
        config.size = size % 2 == 0 ? size : UINT32_MAX - size;
        EXPECT_NULL(snet_dial("127.0.0.1:1", &config, &error), EINVAL);
        EXPECT_NULL(snet_listen("127.0.0.1:0", &config, &error), EINVAL);
    }
}

static void misuse_of_arguments_is_invalid(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_info info;
    struct snet_event event;
    struct iovec buffers[2] = {{.iov_base = &info, .iov_len = SIZE_MAX}, {.iov_len = 1}};
    snet_events *events = snet_events_new();
    sock_pair_begin(&pair);
    EXPECT_FAILS(snet_readv(pair.client, buffers, 1), EINVAL);
    EXPECT_FAILS(snet_writev(pair.client, &buffers[1], 1), EINVAL);
    EXPECT_FAILS(snet_readv(pair.client, buffers, -1), EINVAL);
    EXPECT_FAILS(snet_writev(pair.client, buffers, 1025), EINVAL);
    EXPECT_FAILS(snet_readv(pair.client, NULL, 1), EINVAL);
    EXPECT_FAILS(snet_read(pair.client, NULL, 1), EINVAL);
    EXPECT_FAILS(snet_write(pair.client, NULL, 1), EINVAL);
    assert_int_equal(snet_write(pair.client, NULL, 0), 0);
    assert_int_equal(snet_read(pair.client, NULL, 0), 0);
    EXPECT_FAILS(snet_socket_abort(pair.client, 0, NULL), EINVAL);
    EXPECT_FAILS(snet_socket_abort(pair.client, SNET_CODE_APPLICATION - 1, NULL), EINVAL);
    EXPECT_FAILS(snet_socket_abort(pair.client, 65536, NULL), EINVAL);
    EXPECT_FAILS(snet_socket_set_timeout(pair.client, 0, 1), EINVAL);
    EXPECT_FAILS(snet_socket_set_timeout(pair.client, 4, 1), EINVAL);
    EXPECT_FAILS(snet_socket_set_deadline(pair.client, 7, 1), EINVAL);
    assert_int_equal(snet_socket_set_timeout(pair.client, SNET_READ, SNET_NEVER), 0);
    EXPECT_FAILS(snet_socket_info(pair.client, NULL, sizeof info), EINVAL);
    EXPECT_FAILS(snet_socket_info(pair.client, &info, 0), EINVAL);
    EXPECT_FAILS(snet_events_next(events, NULL, sizeof event, 0), EINVAL);
    EXPECT_FAILS(snet_events_next(events, &event, 0, 0), EINVAL);
    /* One kind of socket in place of the other. */
    use(pair.listener, EINVAL);
    EXPECT_NULL(snet_accept(pair.client), EINVAL);
    EXPECT_FAILS(snet_socket_drain(pair.client), EINVAL);
    EXPECT_FAILS(snet_socket_update(pair.client, &pair.server_config, NULL), EINVAL);
    snet_events_free(events);
    sock_pair_close(&pair);
}

static void misuse_after_the_end_fails_and_may_be_repeated(void **state)
{
    (void)state;
    static struct sock_pair pair;
    char byte = 0;
    sock_pair_begin(&pair);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(snet_shutdown(pair.client), 0);
        EXPECT_FAILS(snet_write(pair.client, "x", 1), EPIPE);
        assert_int_equal(snet_socket_drain(pair.listener), 0);
        assert_int_equal(snet_socket_abort(pair.server, SNET_CODE_APPLICATION, NULL), 0);
        EXPECT_FAILS(snet_read(pair.server, &byte, 1), ECONNRESET);
        assert_int_equal(snet_socket_error(pair.server), SNET_ERR_ABORTED);
        EXPECT_FAILS(snet_write(pair.server, &byte, 1), EPIPE);
        assert_int_equal(snet_socket_cancel(pair.server), 0);
    }
    assert_int_equal(snet_dial_wait(pair.client, NULL), 0);
    sock_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse_of_no_socket_is_a_bad_descriptor),
        cmocka_unit_test(misuse_of_addresses_and_configs_explains_itself),
        cmocka_unit_test(misuse_of_arguments_is_invalid),
        cmocka_unit_test(misuse_after_the_end_fails_and_may_be_repeated),
    };
    return cmocka_run_group_tests_name("misuse", tests, NULL, NULL);
}
