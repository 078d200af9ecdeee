/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/conn.h"

#include "tests/support/loop_pair.h"
#include "tests/support/memory.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"

#include <sys/socket.h>

#define CONN_PARTS_MAX 1000u

static struct snet_conn *conn_of(const struct test_pair *pair, enum test_pair_side side)
{
    const snet_link *link = snet_session_link(pair->ends[side].session);
    assert_non_null(link);
    return snet_link_user(link);
}

static uint64_t received_by(const struct test_pair *pair, enum test_pair_side side)
{
    struct snet_session_info info;
    snet_session_get_info(pair->ends[side].session, &info);
    return info.received;
}

/* The client writes until nothing more is taken; returns how many bytes it was. */
static uint64_t write_until_full(struct test_pair *pair)
{
    uint64_t total = 0;
    size_t part = 1;
    for (unsigned i = 0; i < CONN_PARTS_MAX && part > 0; i++) {
        part = test_pair_write(pair, TEST_PAIR_CLIENT, TEST_PAIR_HISTORY_BYTES);
        total += part;
        test_loop_settle(&pair->loop);
    }
    assert_int_equal(part, 0);
    return total;
}

static void conn_open_without_memory_leaves_link_and_stream_alone(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    snet_link *link = NULL;
    int peer = -1;
    test_pair_open(&pair, &config);
    uv_stream_t *stream = test_socket_stream(&pair.loop, AF_INET, &peer);
    snet_server *server = snet_uv_server_core(pair.server);
    assert_int_equal(snet_server_accepted(server, &link, snet_uv_now(pair.driver)), SNET_OK);
    test_memory_fail_at(1, false);
    assert_int_equal(snet_conn_open(pair.driver, link, stream), SNET_ERR_NO_MEMORY);
    assert_true(test_memory_heal());
    assert_int_equal(pair.driver->conns.count, 0);
    assert_null(snet_link_user(link));
    assert_int_equal(test_socket_end(peer), TEST_SOCKET_OPEN);
    snet_link_free(link, snet_uv_now(pair.driver));
    snet_stream_close(stream, false);
    test_socket_close(peer);
    test_pair_close(&pair);
}

static void conn_of_a_silent_stranger_is_reset(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    test_pair_open(&pair, &config);
    const int stranger = test_socket_connect(snet_uv_server_address(pair.server));
    TEST_LOOP_UNTIL(&pair.loop, pair.driver->conns.count == 1);
    test_loop_pass(&pair.loop, SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS / SNET_MS_NS - 1);
    assert_int_equal(test_socket_end(stranger), TEST_SOCKET_OPEN);
    test_loop_pass(&pair.loop, 1);
    assert_int_equal(test_socket_await_end(&pair.loop, stranger), UV_ECONNRESET);
    assert_int_equal(pair.driver->conns.count, 0);
    assert_int_equal(pair.note.kind, SNET_NOTE_LINK_REFUSED);
    test_socket_close(stranger);
    test_pair_close(&pair);
}

static void conn_of_a_stranger_who_leaves_is_gone(void **state)
{
    (void)state;
    for (unsigned orderly = 0; orderly < 2; orderly++) {
        const struct test_pair_config config = test_pair_defaults();
        struct test_pair pair;
        test_pair_open(&pair, &config);
        const int stranger = test_socket_connect(snet_uv_server_address(pair.server));
        TEST_LOOP_UNTIL(&pair.loop, pair.driver->conns.count == 1);
        if (orderly == 1) {
            assert_int_equal(shutdown(stranger, SHUT_WR), 0);
        } else {
            test_socket_reset(stranger);
        }
        TEST_LOOP_UNTIL(&pair.loop, pair.driver->conns.count == 0);
        assert_int_equal(pair.note_count, 1);
        test_socket_close(stranger);
        test_pair_close(&pair);
    }
}

static void conn_takes_no_reset_for_an_orderly_end(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    test_pair_cut(&pair);
    TEST_LOOP_UNTIL(&pair.loop,
                    test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST) == 1);
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].lost, SNET_ERR_LINK_RESET);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS,
                         test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_RESUMED) == 1);
    assert_int_equal(shutdown(test_pair_socket(&pair, TEST_PAIR_CLIENT), SHUT_WR), 0);
    TEST_LOOP_UNTIL(&pair.loop,
                    test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST) == 2);
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].lost, SNET_ERR_LINK_FIN);
    test_pair_close(&pair);
}

static void conn_reads_no_more_than_its_session_takes(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    const uint64_t total = write_until_full(&pair);
    assert_int_equal(received_by(&pair, TEST_PAIR_SERVER), TEST_PAIR_INBOX_BYTES);
    assert_true(total > TEST_PAIR_INBOX_BYTES);
    assert_int_equal(pair.driver->paused.count, 1);
    /* When there is room again, the rest comes. */
    TEST_LOOP_UNTIL(&pair.loop, test_pair_read(&pair, TEST_PAIR_SERVER) == total);
    assert_int_equal(pair.driver->paused.count, 0);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST), 0);
    test_pair_close(&pair);
}

static void conn_that_does_not_read_is_probed_for_its_death(void **state)
{
    (void)state;
    struct test_pair pair;
    test_socket_need_tcp_info();
    test_pair_begin(&pair, NULL);
    (void)write_until_full(&pair);
    assert_int_equal(pair.driver->paused.count, 1);
    test_loop_pass(&pair.loop, SNET_CONN_PROBE_MS);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST), 0);
    snet_session_free(pair.ends[TEST_PAIR_CLIENT].session, snet_uv_now(pair.driver));
    TEST_LOOP_UNTIL(&pair.loop, !snet_stream_alive(conn_of(&pair, TEST_PAIR_SERVER)->stream));
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST), 0);
    test_loop_pass(&pair.loop, SNET_CONN_PROBE_MS);
    assert_int_equal(test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST), 1);
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].lost, SNET_ERR_LINK_LOST);
    /* Nothing is left to probe. */
    test_loop_pass(&pair.loop, SNET_CONN_PROBE_MS);
    assert_int_equal(
        uv_is_active((uv_handle_t *)&pair.driver->timers[SNET_DRIVER_TIMER_PROBE].handle), 0);
    test_pair_close(&pair);
}

/* What has arrived can be read after the link is gone, and comes once. */
static void conn_closed_while_it_does_not_read_loses_nothing(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    const uint64_t total = write_until_full(&pair);
    test_pair_cut(&pair);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS,
                         test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_RESUMED) == 1);
    TEST_LOOP_UNTIL(&pair.loop, test_pair_read(&pair, TEST_PAIR_SERVER) == total);
    assert_int_equal(pair.driver->paused.count, 0);
    test_pair_close(&pair);
}

static void conn_without_memory_for_bytes_has_them_sent_again(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    void *pages[2 * SNET_PAGE_BLOCKS_PAGES];
    size_t count = 0;
    assert_int_equal(test_pair_write(&pair, TEST_PAIR_CLIENT, 5000), 5000);
    while (pair.driver->pages.open.count > 0) {
        pages[count++] = snet_page_blocks_take(&pair.driver->pages);
    }
    test_memory_fail_at(1, true);
    TEST_LOOP_UNTIL(&pair.loop,
                    test_pair_count(&pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_LOST) == 1);
    assert_true(test_memory_heal());
    while (count > 0) {
        snet_page_blocks_give(&pair.driver->pages, pages[--count]);
    }
    assert_int_equal(pair.ends[TEST_PAIR_SERVER].lost, SNET_ERR_NO_MEMORY);
    TEST_LOOP_PASS_UNTIL(&pair.loop, TEST_PAIR_STEP_MS,
                         test_pair_read(&pair, TEST_PAIR_SERVER) == 5000);
    test_pair_close(&pair);
}

static void conn_closed_in_good_order_sends_everything_first(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    test_pair_send(&pair, TEST_PAIR_SERVER, TEST_PAIR_INBOX_BYTES / 2);
    snet_session_shutdown(pair.ends[TEST_PAIR_SERVER].session, snet_uv_now(pair.driver));
    TEST_LOOP_UNTIL(&pair.loop,
                    test_pair_count(&pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_LOST) == 1);
    assert_int_equal(pair.ends[TEST_PAIR_CLIENT].lost, SNET_ERR_LINK_FIN);
    assert_int_equal(test_pair_read(&pair, TEST_PAIR_CLIENT), TEST_PAIR_INBOX_BYTES / 2);
    test_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conn_open_without_memory_leaves_link_and_stream_alone),
        cmocka_unit_test(conn_of_a_silent_stranger_is_reset),
        cmocka_unit_test(conn_of_a_stranger_who_leaves_is_gone),
        cmocka_unit_test(conn_takes_no_reset_for_an_orderly_end),
        cmocka_unit_test(conn_reads_no_more_than_its_session_takes),
        cmocka_unit_test(conn_that_does_not_read_is_probed_for_its_death),
        cmocka_unit_test(conn_closed_while_it_does_not_read_loses_nothing),
        cmocka_unit_test(conn_without_memory_for_bytes_has_them_sent_again),
        cmocka_unit_test(conn_closed_in_good_order_sends_everything_first),
    };
    return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
