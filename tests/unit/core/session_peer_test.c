/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/session.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

#define CLIENT CORE_PAIR_CLIENT
#define SERVER CORE_PAIR_SERVER

static struct core_pair ends;

static int session_open(void **state)
{
    (void)state;
    (void)core_pair_begin_on(&ends, SNET_WIRE_3);
    return 0;
}

static int session_close(void **state)
{
    (void)state;
    core_pair_close(&ends);
    return 0;
}

static struct snet_bytes bytes_of(const char *text)
{
    return (struct snet_bytes){(const uint8_t *)text, strlen(text)};
}

static void session_keeps_what_it_knew_when_there_is_no_memory(void **state)
{
    const struct snet_key key = {.bytes = {1}};
    struct snet_key got;
    (void)state;
    assert_int_equal(snet_session_redirect_to(ends.client, bytes_of("a:1")), SNET_OK);
    ends.env[CLIENT].fail_at = ends.env[CLIENT].alloc_count + 1;
    assert_int_equal(snet_session_redirect_to(ends.client, bytes_of("b:2")), SNET_ERR_NO_MEMORY);
    assert_string_equal(snet_session_redirect(ends.client), "a:1");
    ends.env[SERVER].fail_at = ends.env[SERVER].alloc_count + 1;
    assert_int_equal(snet_session_set_peer_key(ends.served, &key), SNET_ERR_NO_MEMORY);
    assert_false(snet_session_peer_key(ends.served, &got));
    assert_string_equal(snet_session_service(ends.served), "");
}

static void session_knows_a_service_without_a_key_and_then_both(void **state)
{
    const struct snet_key key = {.bytes = {1, 2, 3}};
    struct snet_key got;
    (void)state;
    assert_int_equal(snet_session_set_service(ends.served, bytes_of("mail")), SNET_OK);
    assert_false(snet_session_peer_key(ends.served, &got));
    assert_int_equal(snet_session_set_peer_key(ends.served, &key), SNET_OK);
    assert_true(snet_session_peer_key(ends.served, &got));
    assert_memory_equal(got.bytes, key.bytes, sizeof key.bytes);
    assert_string_equal(snet_session_service(ends.served), "mail");
}

static void session_is_flushed_by_the_last_byte_alone(void **state)
{
    (void)state;
    core_pair_write(&ends, ends.client, 10);
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_AGAIN);
    snet_session_acked(ends.client, 9, false);
    assert_true(ends.client->want_flush);
    snet_session_acked(ends.client, 10, false);
    assert_false(ends.client->want_flush);
    assert_true((ends.client->task.events & 1u << SNET_CORE_EVENT_WRITABLE) != 0);
}

static void session_is_done_when_both_ends_know_both_ends(void **state)
{
    (void)state;
    snet_session_acked(ends.served, 0, true);
    assert_false(snet_session_done(ends.served));
    snet_session_peer_closed(ends.served);
    assert_true(snet_session_done(ends.served));
    core_pair_drain(&ends);
    assert_int_equal(ends.events[SERVER][SNET_CORE_EVENT_READABLE], 1);
}

static void session_ends_with_the_text_of_the_other_end_up_to_a_zero(void **state)
{
    static const uint8_t text[] = {'n', 'o', 0, 'x'};
    const struct snet_session_abort abort = {SNET_ERR_REFUSED, 0x1001, {text, sizeof text}};
    (void)state;
    assert_string_equal(snet_session_peer_text(ends.client), "");
    snet_session_peer_aborted(ends.client, &abort, ends.now);
    assert_string_equal(snet_session_peer_text(ends.client), "no");
    assert_int_equal(core_pair_info(ends.client).peer_code, 0x1001);
    assert_int_equal(core_pair_info(ends.client).end_err, SNET_ERR_REFUSED);
}

/* Without memory for its text, the session ends all the same. */
static void session_ends_without_a_text_when_there_is_no_memory(void **state)
{
    const struct snet_session_abort abort = {SNET_ERR_REFUSED, 0x1001, bytes_of("no")};
    (void)state;
    ends.env[CLIENT].fail_at = ends.env[CLIENT].alloc_count + 1;
    snet_session_peer_aborted(ends.client, &abort, ends.now);
    assert_string_equal(snet_session_peer_text(ends.client), "");
    assert_int_equal(core_pair_info(ends.client).end_err, SNET_ERR_REFUSED);
}

int main(void)
{
#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_open, session_close)
    const struct CMUnitTest tests[] = {
        SESSION_TEST(session_keeps_what_it_knew_when_there_is_no_memory),
        SESSION_TEST(session_knows_a_service_without_a_key_and_then_both),
        SESSION_TEST(session_is_flushed_by_the_last_byte_alone),
        SESSION_TEST(session_is_done_when_both_ends_know_both_ends),
        SESSION_TEST(session_ends_with_the_text_of_the_other_end_up_to_a_zero),
        SESSION_TEST(session_ends_without_a_text_when_there_is_no_memory),
    };
    return cmocka_run_group_tests_name("session_peer", tests, NULL, NULL);
}
