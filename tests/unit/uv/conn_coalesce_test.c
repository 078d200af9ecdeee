/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Many small writes in a row. */
#include "uv/conn_coalesce.h"

#include "sock/socket.h"
#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"

#include <errno.h>

#define WRITES_MAX 1000000u

static const struct twin_options nonblocking = {.linger_ns = SNET_MS_NS, .nonblocking = true};

/* Written, and neither sent nor on its way. */
static uint64_t waiting(const struct twin_end *end)
{
    snet_loop_lock();
    const uint64_t bytes = snet_session_unsent(end->socket->session);
    snet_loop_unlock();
    return bytes;
}

/* Takes all that has come; returns how much. */
static uint64_t take(const struct twin_end *end)
{
    static char text[65536];
    uint64_t taken = 0;
    ssize_t len = twin_read(end, text, sizeof text);
    while (len > 0) {
        taken += (uint64_t)len;
        len = twin_read(end, text, sizeof text);
    }
    assert_int_equal(errno, EAGAIN);
    return taken;
}

/* Waits until this many bytes have come; the test has a time limit of its own. */
static void take_all(const struct twin_end *end, uint64_t bytes)
{
    uint64_t taken = 0;
    while (taken < bytes) {
        taken += take(end);
    }
    assert_int_equal(taken, bytes);
}

/* Writes byte after byte until some wait; returns how many were written. */
static uint64_t write_until_some_wait(const struct tcp_twin *twins)
{
    uint64_t written = 0;
    while (written == 0 || waiting(&twins->client) == 0) {
        assert_true(written < WRITES_MAX);
        assert_int_equal(twin_write(&twins->client, "x", 1), 1);
        written++;
    }
    return written;
}

static void coalesce_lets_a_few_writes_go_at_once(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, &nonblocking);
    for (unsigned i = 0; i < SNET_CONN_COALESCE_BURST_WRITES; i++) {
        assert_int_equal(twin_write(&twins.client, "x", 1), 1);
        assert_int_equal(waiting(&twins.client), 0);
    }
    take_all(&twins.server, SNET_CONN_COALESCE_BURST_WRITES);
    tcp_twin_close(&twins);
}

static void coalesce_holds_no_byte_longer_than_a_tick(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, &nonblocking);
    take_all(&twins.server, write_until_some_wait(&twins));
    assert_int_equal(waiting(&twins.client), 0);
    tcp_twin_close(&twins);
}

static void coalesce_lets_all_go_when_the_program_asks_for_more(void **state)
{
    (void)state;
    struct tcp_twin twins;
    char byte = 0;
    tcp_twin_open(&twins, TWIN_SNET, &nonblocking);
    const uint64_t written = write_until_some_wait(&twins);
    assert_int_equal(twin_read(&twins.client, &byte, 1), -1);
    assert_int_equal(waiting(&twins.client), 0);
    take_all(&twins.server, written);
    tcp_twin_close(&twins);
}

static void coalesce_loses_nothing_with_the_connection(void **state)
{
    (void)state;
    struct tcp_twin twins;
    for (unsigned i = 0; i < 10; i++) {
        tcp_twin_open(&twins, TWIN_SNET, &nonblocking);
        const uint64_t written = write_until_some_wait(&twins);
        tcp_twin_cut(&twins, false);
        take_all(&twins.server, written);
        tcp_twin_close(&twins);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coalesce_lets_a_few_writes_go_at_once),
        cmocka_unit_test(coalesce_holds_no_byte_longer_than_a_tick),
        cmocka_unit_test(coalesce_lets_all_go_when_the_program_asks_for_more),
        cmocka_unit_test(coalesce_loses_nothing_with_the_connection),
    };
    return cmocka_run_group_tests_name("conn_coalesce", tests, NULL, NULL);
}
