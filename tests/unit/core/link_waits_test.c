/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Links that are not read, and what makes the caller read them again: the rows of
 * docs/internals/waits.md. Only the published wires leave bytes in the kernel when nobody reads.
 */
#include "core/link.h"
#include "core/session.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#define PAGE SNET_PAGE_DATA_BYTES
#define INBOX_BYTES 32768u
#define CLIENT CORE_PAIR_CLIENT
#define SERVER CORE_PAIR_SERVER

static struct core_pair ends;
static struct core_pair_config config;

static struct core_pair_conn *open_on(enum snet_wire wire, bool mixed)
{
    config = core_pair_config_for(wire, mixed);
    config.server.session.inbox_bytes = INBOX_BYTES;
    core_pair_open(&ends, &config);
    return core_pair_begin(&ends);
}

/* Another session in the same client core; `ends.client` and `ends.served` are its ends. */
static struct core_pair_conn *open_another(void)
{
    assert_int_equal(snet_client_open(ends.cores[CLIENT], &config.client, &ends.client, ends.now),
                     SNET_OK);
    core_pair_drain(&ends);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    core_pair_pass(&ends, SNET_GRACE_DEFAULT_NS);
    core_pair_settle(&ends, conn);
    return conn;
}

static struct snet_pool *pool_of(enum core_pair_side side)
{
    return &ends.cores[side]->recv_pool;
}

/* Others hold all pages but `count`. */
static void leave_pages(enum core_pair_side side, size_t count)
{
    pool_of(side)->budget_count = pool_of(side)->used_count + count;
}

/* Others give back so many pages. */
static void give_pages(enum core_pair_side side, size_t count)
{
    pool_of(side)->budget_count += count;
    snet_pressure_wake_links(&ends.cores[side]->pressure);
}

/* Whether LINK_RECV is on its way to the caller; it is not any more then. */
static bool is_woken(snet_link *link)
{
    const bool woken = (link->task.events & 1u << SNET_CORE_EVENT_LINK_RECV) != 0;
    core_pair_drain(&ends);
    return woken;
}

/* There is none now. */
static void await_room(snet_link *link)
{
    assert_int_equal(snet_link_room(link), 0);
    snet_link_await_room(link);
}

static void link_that_is_only_asked_for_its_room_does_not_wait(void **state)
{
    (void)state;
    snet_link *link = open_on(SNET_WIRE_2, false)->sides[SERVER].link;
    leave_pages(SERVER, 0);
    assert_int_equal(snet_link_room(link), 0);
    give_pages(SERVER, 1);
    assert_false(is_woken(link));
    core_pair_close(&ends);
}

static void link_that_has_room_is_told_at_once(void **state)
{
    (void)state;
    snet_link *link = open_on(SNET_WIRE_2, false)->sides[SERVER].link;
    assert_true(snet_link_room(link) > 0);
    snet_link_await_room(link);
    assert_true(is_woken(link));
    core_pair_close(&ends);
}

/*
 * A link is not read because its inbox is full. The reader empties it, but others have taken the
 * pages by then: the link must ask for one, or be forgotten with an empty inbox and a free pool.
 */
static void link_asks_for_pages_when_its_full_inbox_is_read(void **state)
{
    uint8_t chunk[PAGE];
    (void)state;
    struct core_pair_conn *conn = open_on(SNET_WIRE_2, false);
    snet_link *link = conn->sides[SERVER].link;
    core_pair_write(&ends, ends.client, INBOX_BYTES + 100);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.served->inbox.chain.len, INBOX_BYTES);
    bool woken = false;
    size_t len = 0;
    while (snet_session_read(ends.served, chunk, sizeof chunk, &len, ends.now) == SNET_OK) {
        leave_pages(SERVER, 0);
        woken = is_woken(link) || woken;
    }
    assert_true(woken);
    await_room(link);
    give_pages(SERVER, 1);
    assert_true(is_woken(link));
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.served->inbox.received, INBOX_BYTES + 100);
    core_pair_close(&ends);
}

/* It would take the turn of one that can use a page. */
static void link_with_a_full_inbox_does_not_wait_for_pages(void **state)
{
    (void)state;
    struct core_pair_conn *full = open_on(SNET_WIRE_2, false);
    core_pair_write(&ends, ends.client, INBOX_BYTES);
    core_pair_settle(&ends, full);
    struct core_pair_conn *other = open_another();
    leave_pages(SERVER, 0);
    await_room(full->sides[SERVER].link);
    await_room(other->sides[SERVER].link);
    give_pages(SERVER, 1);
    assert_false(is_woken(full->sides[SERVER].link));
    assert_int_equal(snet_link_room(other->sides[SERVER].link), PAGE);
    core_pair_close(&ends);
}

/* Two links, `first` before `second`, find no page at `side`. */
static void open_two(enum core_pair_side side, struct core_pair_conn **ret_first,
                     struct core_pair_conn **ret_second)
{
    *ret_first = open_on(SNET_WIRE_2, false);
    *ret_second = open_another();
    leave_pages(side, 0);
    await_room((*ret_first)->sides[side].link);
    await_room((*ret_second)->sides[side].link);
}

static void link_that_breaks_leaves_its_turn_to_the_next(void **state)
{
    (void)state;
    struct core_pair_conn *first = NULL;
    struct core_pair_conn *second = NULL;
    open_two(SERVER, &first, &second);
    give_pages(SERVER, 1);
    assert_true(is_woken(first->sides[SERVER].link));
    snet_link_failed(first->sides[SERVER].link, SNET_ERR_LINK_LOST, ends.now);
    assert_true(is_woken(second->sides[SERVER].link));
    core_pair_close(&ends);
}

/* [PROTO 6.3]: while a new link negotiates the old one stands still, and needs no page. */
static void link_that_stands_still_takes_no_turn(void **state)
{
    (void)state;
    struct core_pair_conn *first = NULL;
    struct core_pair_conn *second = NULL;
    open_two(CLIENT, &second, &first);
    snet_list_remove(&ends.cores[CLIENT]->pressure.links,
                     &second->sides[CLIENT].link->task.wait); /* behind the other */
    await_room(second->sides[CLIENT].link);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    struct core_pair_conn *next = core_pair_dial(&ends);
    assert_true(first->sides[CLIENT].link->frozen);
    give_pages(CLIENT, 1);
    assert_false((first->sides[CLIENT].link->task.events & 1u << SNET_CORE_EVENT_LINK_RECV) != 0);
    assert_true(is_woken(second->sides[CLIENT].link));
    core_pair_cut(&ends, next); /* it goes on, and asks again */
    assert_int_equal(snet_link_room(first->sides[CLIENT].link), PAGE);
    core_pair_close(&ends);
}

/* A woken link may have nothing to read. */
static void link_is_woken_soon_when_the_one_before_is_silent(void **state)
{
    (void)state;
    struct core_pair_conn *first = NULL;
    struct core_pair_conn *second = NULL;
    open_two(SERVER, &first, &second);
    core_pair_pass(&ends, SNET_PRESSURE_WAKE_NS);
    give_pages(SERVER, 1);
    assert_true(is_woken(first->sides[SERVER].link));
    const unsigned before = ends.events[SERVER][SNET_CORE_EVENT_LINK_RECV];
    core_pair_pass(&ends, SNET_PRESSURE_WAKE_NS);
    assert_int_equal(ends.events[SERVER][SNET_CORE_EVENT_LINK_RECV], before + 1);
    assert_int_equal(snet_core_deadline(ends.cores[SERVER]), SNET_NEVER); /* nobody waits */
    core_pair_close(&ends);
}

/* A session that was never proven goes, with bytes that came with an early RESUME. */
static void link_is_woken_for_pages_of_a_session_that_nobody_knew(void **state)
{
    (void)state;
    struct core_pair_conn *conn = open_on(SNET_WIRE_2, true);
    struct core_pair_config secure = core_pair_config_for(SNET_WIRE_3, true);
    assert_int_equal(snet_client_open(ends.cores[CLIENT], &secure.client, &ends.client, ends.now),
                     SNET_OK);
    core_pair_drain(&ends);
    (void)core_pair_move(&ends, core_pair_connect(&ends), CLIENT, SIZE_MAX);
    snet_session *unknown =
        SNET_CONTAINER(ends.cores[SERVER]->sessions.head.prev, snet_session, task.node);
    size_t len = 0;
    assert_int_equal(unknown->state, SNET_SESSION_OPENING);
    assert_non_null(snet_inbox_space(&unknown->inbox, pool_of(SERVER), &len));
    snet_inbox_commit(&unknown->inbox, 1);
    leave_pages(SERVER, 0);
    snet_link *link = conn->sides[SERVER].link;
    await_room(link);
    bool woken = false;
    while (pool_of(SERVER)->used_count > 0) {
        ends.now = snet_core_deadline(ends.cores[SERVER]);
        snet_core_tick(ends.cores[SERVER], ends.now);
        woken = is_woken(link);
    }
    assert_true(woken);
    core_pair_close(&ends);
}

/* The machine is out of memory although the budget is not: nobody says when it has some again. */
static void link_ends_when_there_is_no_memory_for_what_it_had_room_for(void **state)
{
    static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2};
    (void)state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        struct core_pair_conn *conn = open_on(wires[i], false);
        struct test_env *env = &ends.env[SERVER];
        core_pair_write(&ends, ends.client, 10);
        env->fail_at = env->alloc_count + 1;
        core_pair_settle(&ends, conn);
        assert_int_equal(conn->sides[SERVER].err, SNET_ERR_NO_MEMORY);
        core_pair_pass(&ends, SNET_SECOND_NS);
        core_pair_settle(&ends, core_pair_connect(&ends));
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 10);
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_that_is_only_asked_for_its_room_does_not_wait),
        cmocka_unit_test(link_that_has_room_is_told_at_once),
        cmocka_unit_test(link_asks_for_pages_when_its_full_inbox_is_read),
        cmocka_unit_test(link_with_a_full_inbox_does_not_wait_for_pages),
        cmocka_unit_test(link_that_breaks_leaves_its_turn_to_the_next),
        cmocka_unit_test(link_that_stands_still_takes_no_turn),
        cmocka_unit_test(link_is_woken_soon_when_the_one_before_is_silent),
        cmocka_unit_test(link_is_woken_for_pages_of_a_session_that_nobody_knew),
        cmocka_unit_test(link_ends_when_there_is_no_memory_for_what_it_had_room_for),
    };
    return cmocka_run_group_tests_name("link_waits", tests, NULL, NULL);
}
