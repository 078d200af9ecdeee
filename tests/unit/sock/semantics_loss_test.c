/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The rows of docs/socket-semantics.md by their numbers, both columns where a test can: lost
 * connections, errors, options, and the old wires.
 */
#include <snet/socket.h>

#include "tests/support/asked.h"
#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOON_NS (100 * SNET_MS_NS)
#define LONG_NS (20 * SNET_SECOND_NS)

static const struct twin_options short_wait = {.resume_timeout_ns = 300 * SNET_MS_NS};

/* --- Losses -------------------------------------------------------------------------------- */

static void s35_the_connection_is_reset(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    twin_reset(&twins.server);
    twin_expect_error(&twins.client, ECONNRESET);
    tcp_twin_close(&twins);

    const struct linger linger = {.l_onoff = 1};
    tcp_twin_open(&twins, TWIN_SNET, NULL);
    (void)setsockopt(twins.way->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    tcp_twin_cut(&twins, false);
    assert_int_equal(twin_write(&twins.server, "after", 5), 5);
    twin_expect(&twins.client, "after", 5);
    tcp_twin_close(&twins);
}

static void s36_somebody_on_the_way_ends_the_connection(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    assert_int_equal(shutdown(twins.server.fd, SHUT_RDWR), 0); /* who it was cannot be told */
    twin_expect_end(&twins.client);
    tcp_twin_close(&twins);

    tcp_twin_open(&twins, TWIN_SNET, NULL);
    tcp_twin_cut(&twins, false);
    assert_int_equal(twin_write(&twins.client, "after", 5), 5);
    twin_expect(&twins.server, "after", 5);
    assert_true(asked(twins.client.socket).resumes > 0);
    tcp_twin_close(&twins);
}

static void s37_writing_while_there_is_no_connection(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, NULL);
    tcp_twin_cut(&twins, true);
    assert_int_equal(twin_write(&twins.client, "from client", 11), 11);
    assert_int_equal(twin_write(&twins.server, "from server", 11), 11);
    assert_int_equal(twin_unacked(&twins.client), 11);
    tcp_twin_mend(&twins);
    twin_expect(&twins.server, "from client", 11);
    twin_expect(&twins.client, "from server", 11);
    tcp_twin_close(&twins);
}

static void s38_reading_while_there_is_no_connection(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, NULL);
    tcp_twin_cut(&twins, true);
    twin_set_timeout(&twins.client, SOON_NS);
    twin_expect_error(&twins.client, ETIMEDOUT);
    assert_int_equal(snet_socket_error(twins.client.socket), SNET_OK);
    tcp_twin_mend(&twins);
    twin_set_timeout(&twins.client, LONG_NS);
    assert_int_equal(twin_write(&twins.server, "back", 4), 4);
    twin_expect(&twins.client, "back", 4);
    tcp_twin_close(&twins);
}

static void s39_there_is_no_connection_for_too_long(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, &short_wait);
    tcp_twin_cut(&twins, true);
    twin_expect_error(&twins.client, ETIMEDOUT);
    twin_expect_error(&twins.server, ETIMEDOUT);
    assert_int_equal(snet_socket_error(twins.client.socket), SNET_ERR_EXPIRED);
    assert_int_equal(twin_write(&twins.client, "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    tcp_twin_close(&twins);
}

/* The client ends at once, which the server sees as an error. */
static void abort_client(struct tcp_twin *twins)
{
    if (twins->kind == TWIN_TCP) {
        twin_reset(&twins->client);
    } else {
        snet_socket_abort(twins->client.socket, SNET_CODE_APPLICATION, NULL);
    }
    twin_expect_error(&twins->server, ECONNRESET);
}

/* --- Errors -------------------------------------------------------------------------------- */

static void check_s40(struct tcp_twin *twins)
{
    assert_int_equal(twin_write(&twins->client, "before", 6), 6);
    if (twins->kind == TWIN_TCP) {
        twin_await(&twins->server, POLLIN);
        twin_reset(&twins->client);
        twin_await(&twins->server, POLLRDHUP);
    } else {
        assert_int_equal(snet_flush(twins->client.socket), 0);
        snet_socket_abort(twins->client.socket, SNET_CODE_APPLICATION, NULL);
        while (snet_socket_error(twins->server.socket) == SNET_OK) {
            (void)sched_yield();
        }
    }
    twin_expect(&twins->server, "before", 6);
    twin_expect_error(&twins->server, ECONNRESET);
}

static void s40_bytes_that_came_before_an_error(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s40, NULL);
}

static void check_s41(struct tcp_twin *twins)
{
    abort_client(twins);
    if (twins->kind == TWIN_TCP) {
        twin_expect_end(&twins->server);
    } else {
        twin_expect_error(&twins->server, ECONNRESET);
    }
}

static void s41_an_error_is_asked_for_again(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s41, NULL);
}

static void check_s42(struct tcp_twin *twins)
{
    abort_client(twins);
    if (twins->kind == TWIN_SNET) {
        assert_int_equal(asked(twins->server.socket).peer_code, SNET_CODE_APPLICATION);
        assert_int_equal(snet_socket_error(twins->server.socket), SNET_ERR_PEER_ABORTED);
        assert_int_equal(snet_socket_error(twins->client.socket), SNET_ERR_ABORTED);
    }
}

static void s42_the_reason_of_an_end(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s42, NULL);
}

/* --- Options ------------------------------------------------------------------------------- */

static void s43_the_address_of_the_other_end(void **state)
{
    (void)state;
    struct tcp_twin twins;
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    char want[32];
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    assert_int_equal(getpeername(twins.client.fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(address.sin_port, twins.way->address.sin_port);
    tcp_twin_close(&twins);
    tcp_twin_open(&twins, TWIN_SNET, NULL);
    const unsigned port = ntohs(twins.way->address.sin_port);
    (void)snprintf(want, sizeof want, "127.0.0.1:%u", port);
    assert_string_equal(asked_address(twins.client.socket), want);
    tcp_twin_cut(&twins, true);
    while (strcmp(asked_address(twins.client.socket), "-") != 0) {
        (void)sched_yield();
    }
    tcp_twin_mend(&twins);
    assert_int_equal(twin_write(&twins.client, "x", 1), 1);
    twin_expect(&twins.server, "x", 1);
    tcp_twin_close(&twins);
}

static void s44_a_silent_path_is_noticed(void **state)
{
    (void)state;
    struct tcp_twin twins;
    int number = -1;
    socklen_t len = sizeof number;
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    assert_int_equal(getsockopt(twins.client.fd, SOL_SOCKET, SO_KEEPALIVE, &number, &len), 0);
    assert_int_equal(number, 0);
    tcp_twin_close(&twins);
}

static void s45_urgent_bytes(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    assert_int_equal(send(twins.client.fd, "!", 1, MSG_OOB), 1);
    twin_await(&twins.server, POLLPRI);
    tcp_twin_close(&twins);
}

static void s46_looking_without_taking(void **state)
{
    (void)state;
    struct tcp_twin twins;
    char byte = 0;
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    assert_int_equal(twin_write(&twins.client, "x", 1), 1);
    assert_int_equal(recv(twins.server.fd, &byte, 1, MSG_PEEK), 1);
    twin_expect(&twins.server, "x", 1);
    tcp_twin_close(&twins);
}

static void s68_a_listener_that_serves_gets_other_options(void **state)
{
    (void)state;
    struct tcp_twin twins;
    struct snet_error error;
    struct snet_config config = twin_server_config(NULL);
    struct sockaddr_in address;
    const struct snet_key other = {{68}};
    int number = 1;
    socklen_t len = sizeof number;
    const int listener = twin_listen(&address);
    assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_KEEPALIVE, &number, sizeof number), 0);
    const int client = twin_connect(&address);
    const int server = accept(listener, NULL, NULL);
    number = 0;
    assert_int_equal(getsockopt(server, SOL_SOCKET, SO_KEEPALIVE, &number, &len), 0);
    assert_int_equal(number, 1);
    (void)close(client);
    (void)close(server);
    (void)close(listener);

    tcp_twin_open(&twins, TWIN_SNET, NULL);
    config.resume_timeout_ns = SNET_SECOND_NS;
    config.backlog_max = 7; /* which cannot change */
    assert_int_equal(snet_socket_update(twins.listening, &config, &error), -1);
    assert_int_equal(errno, EINVAL);
    assert_string_equal(error.option, "backlog");
    config.backlog_max = 0;
    assert_int_equal(snet_socket_update(twins.listening, &config, &error), 0);
    assert_int_equal(twin_write(&twins.client, "x", 1), 1);
    twin_expect(&twins.server, "x", 1);
    config.key = &other;
    assert_int_equal(snet_socket_update(twins.listening, &config, &error), 0);
    twin_expect_error(&twins.client, EACCES);
    assert_int_equal(snet_socket_error(twins.client.socket), SNET_ERR_DENIED);
    assert_int_equal(snet_socket_error(twins.server.socket), SNET_ERR_DENIED);
    tcp_twin_close(&twins);
}

/* --- The old wires ------------------------------------------------------------------------- */

static void s48_the_own_direction_ends_over_an_old_wire(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, &(struct twin_options){.wires = SNET_WIRE_2});
    assert_int_equal(twin_write(&twins.server, "last", 4), 4);
    twin_expect(&twins.client, "last", 4);
    assert_int_equal(twin_shutdown(&twins.server), 0);
    twin_expect_end(&twins.client);
    assert_int_equal(twin_write(&twins.client, "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    tcp_twin_close(&twins);
}

static void s49_waiting_until_the_other_end_has_all_over_an_old_wire(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, &(struct twin_options){.wires = SNET_WIRE_2});
    assert_int_equal(twin_write(&twins.client, "x", 1), 1);
    assert_int_equal(asked(twins.client.socket).features & SNET_FEATURE_ACK, 0);
    assert_int_equal(snet_flush(twins.client.socket), -1);
    assert_int_equal(errno, ENOTSUP);
    twin_expect(&twins.server, "x", 1);
    snet_socket_abort(twins.client.socket, SNET_CODE_APPLICATION, NULL);
    snet_socket_abort(twins.server.socket, SNET_CODE_APPLICATION, NULL);
    tcp_twin_close(&twins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s35_the_connection_is_reset),
        cmocka_unit_test(s36_somebody_on_the_way_ends_the_connection),
        cmocka_unit_test(s37_writing_while_there_is_no_connection),
        cmocka_unit_test(s38_reading_while_there_is_no_connection),
        cmocka_unit_test(s39_there_is_no_connection_for_too_long),
        cmocka_unit_test(s40_bytes_that_came_before_an_error),
        cmocka_unit_test(s41_an_error_is_asked_for_again),
        cmocka_unit_test(s42_the_reason_of_an_end),
        cmocka_unit_test(s43_the_address_of_the_other_end),
        cmocka_unit_test(s44_a_silent_path_is_noticed),
        cmocka_unit_test(s45_urgent_bytes),
        cmocka_unit_test(s46_looking_without_taking),
        cmocka_unit_test(s68_a_listener_that_serves_gets_other_options),
        cmocka_unit_test(s48_the_own_direction_ends_over_an_old_wire),
        cmocka_unit_test(s49_waiting_until_the_other_end_has_all_over_an_old_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
