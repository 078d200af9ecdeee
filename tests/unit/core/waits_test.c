/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Writers that wait, and what wakes them: the rows of docs/internals/waits.md. Whoever is refused
 * for one reason and finds another one later must not be forgotten between the two.
 */
#include "core/pressure.h"
#include "core/session.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#define PAGE SNET_PAGE_DATA_BYTES
/* An eighth of it, which is what may wait unsent on the published wires, is one whole page. */
#define HISTORY_BYTES (8 * (uint32_t)PAGE)
/* Whole pages, and no less than snet/3 takes. */
#define HISTORY_3_BYTES (10 * (uint32_t)PAGE)
#define CLIENT CORE_PAIR_CLIENT
#define SERVER CORE_PAIR_SERVER

static struct core_pair ends;
static struct core_pair_config config;

static void open_on(enum snet_wire wire, uint32_t history_bytes)
{
    config = core_pair_config_for(wire, false);
    config.client.session.history_bytes = history_bytes;
    config.server.session.history_bytes = history_bytes;
    core_pair_open(&ends, &config);
}

/* Another session in the same client core; it is open when this returns. */
static snet_session *open_another(struct core_pair_conn **ret_conn)
{
    assert_int_equal(snet_client_open(ends.cores[CLIENT], &config.client, &ends.client, ends.now),
                     SNET_OK);
    core_pair_drain(&ends);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    if (ret_conn != NULL) {
        *ret_conn = conn;
    }
    return ends.client;
}

static struct snet_pool *pool_of(enum core_pair_side side)
{
    return &ends.cores[side]->send_pool;
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
    snet_pressure_wake_writers(&ends.cores[side]->pressure);
}

static snet_err try_write(snet_session *session)
{
    const uint8_t byte = 1;
    size_t written = 0;
    return snet_session_write(session, &byte, 1, &written, ends.now);
}

/* Whether WRITABLE is on its way to the session's program; it is not any more then. */
static bool is_woken(snet_session *session)
{
    const bool woken = (session->task.events & 1u << SNET_CORE_EVENT_WRITABLE) != 0;
    core_pair_drain(&ends);
    return woken;
}

/* As is_woken, for what happened while a connection was settled. */
static unsigned wakes(enum core_pair_side side)
{
    return ends.events[side][SNET_CORE_EVENT_WRITABLE];
}

static void writer_that_only_asks_for_room_does_not_wait(void **state)
{
    (void)state;
    open_on(SNET_WIRE_2, 0);
    (void)core_pair_begin(&ends);
    leave_pages(CLIENT, 0);
    assert_int_equal(snet_session_room(ends.client), 0);
    give_pages(CLIENT, 1);
    assert_false(is_woken(ends.client));
    assert_true(snet_session_room(ends.client) > 0);
    snet_session_await_room(ends.client);
    assert_true(is_woken(ends.client));
    core_pair_close(&ends);
}

/* The query asks nobody for pages: waiting does, and so does writing. */
static void writer_that_awaits_room_is_told_at_once_when_others_can_give_it(void **state)
{
    (void)state;
    open_on(SNET_WIRE_2, 0);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, SNET_HISTORY_DEFAULT_BYTES / 8);
    for (unsigned i = 1; i < 8; i++) {
        core_pair_settle(&ends, conn);
        assert_true(core_pair_read(&ends, ends.served,
                                   ends.served->inbox.received - ends.served->inbox.chain.len) > 0);
        core_pair_write(&ends, ends.client, SNET_HISTORY_DEFAULT_BYTES / 8);
    }
    core_pair_settle(&ends, conn);
    snet_session *second = open_another(NULL);
    leave_pages(CLIENT, 0);
    assert_int_equal(snet_session_room(second), 0);
    snet_session_await_room(second);
    assert_true(is_woken(second));
    assert_int_equal(try_write(second), SNET_OK);
    core_pair_close(&ends);
}

/*
 * A writer is refused because its own history is full, so it is not among those that wait for
 * pages. Others take all of them, and then its history has room again: nobody else would tell it.
 */
static void writer_tries_again_when_its_history_has_room_but_pages_are_short(void **state)
{
    static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2};
    (void)state;
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        open_on(wires[i], HISTORY_BYTES);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        core_pair_write(&ends, ends.client, PAGE);
        assert_int_equal(try_write(ends.client), SNET_ERR_AGAIN);
        leave_pages(CLIENT, 0);
        const unsigned before = wakes(CLIENT);
        core_pair_settle(&ends, conn);
        assert_int_equal(wakes(CLIENT), before + 1);
        assert_int_equal(try_write(ends.client), SNET_ERR_AGAIN);
        give_pages(CLIENT, 1);
        assert_true(is_woken(ends.client));
        assert_int_equal(try_write(ends.client), SNET_OK);
        core_pair_close(&ends);
    }
}

/* The same where bytes leave a history when they are acknowledged: a RESUME brings that, too. */
static void writer_without_a_link_tries_again_when_a_resume_makes_room(void **state)
{
    (void)state;
    open_on(SNET_WIRE_3, HISTORY_3_BYTES);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.served, HISTORY_3_BYTES);
    assert_int_equal(try_write(ends.served), SNET_ERR_AGAIN);
    (void)core_pair_move(&ends, conn, SERVER, SIZE_MAX); /* and no acknowledgement back */
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    const unsigned before = wakes(SERVER);
    (void)core_pair_move(&ends, conn, CLIENT, SIZE_MAX);
    assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
    assert_int_equal(wakes(SERVER), before + 1);
    leave_pages(SERVER, 0);
    assert_int_equal(try_write(ends.served), SNET_ERR_AGAIN);
    core_pair_settle(&ends, conn);
    give_pages(SERVER, 1);
    assert_true(is_woken(ends.served));
    assert_int_equal(try_write(ends.served), SNET_OK);
    core_pair_close(&ends);
}

/* A session opens while pages are short: its writer was refused for another reason before. */
static void writer_tries_again_when_a_session_opens_without_pages(void **state)
{
    (void)state;
    for (unsigned wire = SNET_WIRE_1; wire <= SNET_WIRE_3; wire <<= 1) {
        open_on((enum snet_wire)wire, 0);
        assert_int_equal(try_write(ends.client), SNET_ERR_AGAIN);
        leave_pages(CLIENT, 0);
        (void)core_pair_begin(&ends);
        assert_int_equal(wakes(CLIENT), 1);
        assert_int_equal(try_write(ends.client), SNET_ERR_AGAIN);
        give_pages(CLIENT, 1);
        assert_true(is_woken(ends.client));
        assert_int_equal(try_write(ends.client), SNET_OK);
        core_pair_close(&ends);
    }
}

/* --- One page, and more than one writer --------------------------------------------------- */

/* Two writers, `first` before `second`, find no page. */
static void open_two(enum snet_wire wire, snet_session **ret_first, snet_session **ret_second)
{
    open_on(wire, wire == SNET_WIRE_3 ? HISTORY_3_BYTES : HISTORY_BYTES);
    (void)core_pair_begin(&ends);
    *ret_first = ends.client;
    *ret_second = open_another(NULL);
    leave_pages(CLIENT, 0);
    assert_int_equal(try_write(*ret_first), SNET_ERR_AGAIN);
    assert_int_equal(try_write(*ret_second), SNET_ERR_AGAIN);
}

static void writer_of_a_stream_that_is_shut_takes_no_turn(void **state)
{
    static const enum snet_wire kinds[] = {SNET_WIRE_2, SNET_WIRE_3};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        snet_session *first = NULL;
        snet_session *second = NULL;
        open_two(kinds[i], &first, &second);
        snet_session_shutdown(first, ends.now);
        core_pair_drain(&ends);
        give_pages(CLIENT, 1);
        assert_true(is_woken(second));
        core_pair_close(&ends);

        /* Or it was woken already, and has nothing to say any more. */
        open_two(kinds[i], &first, &second);
        give_pages(CLIENT, 1);
        assert_true(is_woken(first));
        assert_int_equal(second->task.events, 0);
        snet_session_shutdown(first, ends.now);
        assert_true(is_woken(second));
        core_pair_close(&ends);
    }
}

static void writer_of_a_session_that_ends_leaves_its_turn_to_the_next(void **state)
{
    (void)state;
    snet_session *first = NULL;
    snet_session *second = NULL;
    open_two(SNET_WIRE_2, &first, &second);
    give_pages(CLIENT, 1);
    assert_true(is_woken(first));
    snet_session_free(first, ends.now);
    assert_true(is_woken(second));
    core_pair_close(&ends);
}

/* It would take the turn of one that can use a page. */
static void writer_whose_history_is_full_does_not_wait_for_pages(void **state)
{
    (void)state;
    open_on(SNET_WIRE_2, HISTORY_BYTES);
    (void)core_pair_begin(&ends);
    snet_session *full = ends.client;
    snet_session *other = open_another(NULL);
    core_pair_write(&ends, full, PAGE);
    leave_pages(CLIENT, 0);
    assert_int_equal(try_write(full), SNET_ERR_AGAIN);
    assert_int_equal(try_write(other), SNET_ERR_AGAIN);
    give_pages(CLIENT, 1);
    assert_int_equal(full->task.events & 1u << SNET_CORE_EVENT_WRITABLE, 0);
    assert_true(is_woken(other));
    core_pair_close(&ends);
}

static void writer_of_a_session_that_is_not_open_does_not_wait_for_pages(void **state)
{
    (void)state;
    open_on(SNET_WIRE_2, HISTORY_BYTES);
    (void)core_pair_begin(&ends);
    snet_session *open = ends.client;
    snet_session *opening = NULL;
    assert_int_equal(snet_client_open(ends.cores[CLIENT], &config.client, &opening, ends.now),
                     SNET_OK);
    leave_pages(CLIENT, 0);
    assert_int_equal(try_write(opening), SNET_ERR_AGAIN);
    assert_int_equal(try_write(open), SNET_ERR_AGAIN);
    give_pages(CLIENT, 1);
    assert_int_equal(opening->task.events & 1u << SNET_CORE_EVENT_WRITABLE, 0);
    assert_true(is_woken(open));
    core_pair_close(&ends);
}

/* A program is not obliged to write when it may. */
static void writer_is_woken_soon_when_the_one_before_is_silent(void **state)
{
    (void)state;
    snet_session *first = NULL;
    snet_session *second = NULL;
    open_two(SNET_WIRE_2, &first, &second);
    core_pair_pass(&ends, SNET_PRESSURE_WAKE_NS);
    const unsigned before = wakes(CLIENT);
    give_pages(CLIENT, 1);
    assert_true(is_woken(first));
    core_pair_pass(&ends, SNET_PRESSURE_WAKE_NS);
    assert_int_equal(wakes(CLIENT), before + 2);
    assert_int_equal(try_write(second), SNET_OK);
    assert_int_equal(snet_core_deadline(ends.cores[CLIENT]), SNET_NEVER); /* nobody waits */
    core_pair_close(&ends);
}

/* --- Pages that others can do without ----------------------------------------------------- */

/* Sessions without anything to give, and a last one with pages to spare. */
#define IDLE_SESSIONS (SNET_PRESSURE_RECLAIM_MAX + 1)

static void open_many(snet_session *ret_idle[IDLE_SESSIONS])
{
    struct core_pair_conn *conn = NULL;
    open_on(SNET_WIRE_2, HISTORY_BYTES);
    (void)core_pair_begin(&ends);
    ret_idle[0] = ends.client;
    for (unsigned i = 1; i < IDLE_SESSIONS; i++) {
        ret_idle[i] = open_another(NULL);
    }
    snet_session *rich = open_another(&conn);
    for (unsigned i = 0; i < 8; i++) {
        core_pair_write(&ends, rich, PAGE);
        core_pair_settle(&ends, conn);
    }
    assert_int_equal(pool_of(CLIENT)->used_count, 8);
    leave_pages(CLIENT, 0);
}

/* A turn asks a bounded number of sessions for pages. The others are asked in the next ones. */
static void writer_gets_pages_of_sessions_beyond_the_first_that_are_asked(void **state)
{
    (void)state;
    snet_session *idle[IDLE_SESSIONS];
    open_many(idle);
    assert_int_equal(try_write(idle[0]), SNET_ERR_AGAIN);
    assert_int_equal(idle[0]->task.events & 1u << SNET_CORE_EVENT_WRITABLE, 0);
    assert_true(snet_core_deadline(ends.cores[CLIENT]) <= ends.now);
    snet_core_tick(ends.cores[CLIENT], ends.now);
    assert_true(is_woken(idle[0]));
    assert_int_equal(try_write(idle[0]), SNET_OK);
    core_pair_close(&ends);
}

static void writer_that_gets_more_pages_than_it_needs_passes_them_on(void **state)
{
    (void)state;
    snet_session *idle[IDLE_SESSIONS];
    open_many(idle);
    assert_int_equal(try_write(idle[0]), SNET_ERR_AGAIN);
    assert_int_equal(try_write(idle[1]), SNET_OK);
    assert_true(is_woken(idle[0]));
    core_pair_close(&ends);
}

/* Nothing is left to be asked for, and the core does not ask over and over. */
static void writer_waits_in_silence_once_all_have_been_asked(void **state)
{
    (void)state;
    snet_session *idle[IDLE_SESSIONS];
    open_many(idle);
    ends.client->history.capacity_bytes *= 4; /* it can do without nothing */
    assert_int_equal(try_write(idle[0]), SNET_ERR_AGAIN);
    snet_core_tick(ends.cores[CLIENT], ends.now);
    assert_int_equal(snet_core_deadline(ends.cores[CLIENT]), SNET_NEVER);
    assert_false(is_woken(idle[0]));
    core_pair_close(&ends);
}

/* --- Pages of those that are away --------------------------------------------------------- */

/* A server's session that holds all pages, and another one whose writer wants some. */
static struct core_pair_conn *open_holder(snet_session **ret_holder, snet_session **ret_other)
{
    open_on(SNET_WIRE_3, HISTORY_3_BYTES);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    *ret_holder = ends.served;
    (void)open_another(NULL);
    *ret_other = ends.served;
    core_pair_write(&ends, *ret_holder, 2 * PAGE);
    leave_pages(SERVER, 0);
    return conn;
}

/* Those without a link hold more than their part. */
static bool is_under_pressure(void)
{
    return snet_holders_away_high(&ends.cores[SERVER]->holders);
}

/* [PROTO 20.1]: it was refused when the pages were those of a session with a link. */
static void writer_asks_again_when_a_session_with_pages_loses_its_link(void **state)
{
    (void)state;
    snet_session *holder = NULL;
    snet_session *other = NULL;
    struct core_pair_conn *conn = open_holder(&holder, &other);
    assert_int_equal(try_write(other), SNET_ERR_AGAIN);
    snet_link_failed(conn->sides[SERVER].link, SNET_ERR_LINK_LOST, ends.now);
    assert_true(is_woken(other));
    assert_int_equal(try_write(other), SNET_OK);
    core_pair_drain(&ends);
    assert_int_equal(ends.ended[SERVER], SNET_ERR_EVICTED);
    core_pair_close(&ends);
}

/* [PROTO 20.1]: the longest without a link is the one that asks. */
static void writer_never_evicts_itself(void **state)
{
    (void)state;
    snet_session *holder = NULL;
    snet_session *other = NULL;
    struct core_pair_conn *conn = open_holder(&holder, &other);
    core_pair_cut(&ends, conn);
    assert_true(is_under_pressure());
    assert_int_equal(try_write(holder), SNET_ERR_AGAIN);
    assert_int_equal(holder->state, SNET_SESSION_DETACHED);
    assert_int_equal(snet_session_room(holder), 0);
    assert_int_equal(holder->state, SNET_SESSION_DETACHED);
    core_pair_close(&ends);
}

/* It would get nothing by that. */
static void writer_whose_history_is_full_takes_nothing_from_others(void **state)
{
    (void)state;
    snet_session *holder = NULL;
    snet_session *full = NULL;
    struct core_pair_conn *conn = open_holder(&holder, &full);
    leave_pages(SERVER, 2 * HISTORY_3_BYTES / PAGE);
    core_pair_write(&ends, full, HISTORY_3_BYTES);
    core_pair_write(&ends, holder, HISTORY_3_BYTES - 2 * PAGE);
    leave_pages(SERVER, 0);
    core_pair_cut(&ends, conn);
    assert_true(is_under_pressure());
    assert_int_equal(try_write(full), SNET_ERR_AGAIN);
    assert_int_equal(holder->state, SNET_SESSION_DETACHED);
    core_pair_close(&ends);
}

/* Who ends for others depends on the time, and no event comes with it. */
static void writer_tries_again_until_one_that_has_stopped_may_end(void **state)
{
    (void)state;
    snet_session *holder = NULL;
    snet_session *other = NULL;
    (void)open_holder(&holder, &other);
    assert_int_equal(try_write(other), SNET_ERR_AGAIN);
    const unsigned before = wakes(SERVER);
    core_pair_pass(&ends, SNET_PRESSURE_RETRY_NS);
    assert_true(wakes(SERVER) > before);
    assert_int_equal(holder->state, SNET_SESSION_LIVE);
    core_pair_close(&ends);
}

/* [PROTO 20.1]: there are pages, but not for those that hold 64 KiB already. */
static void writer_waits_for_more_than_64_kib_until_others_give_it_back(void **state)
{
    (void)state;
    open_on(SNET_WIRE_3, 16 * SNET_HOLDERS_FREE_BYTES);
    (void)core_pair_begin(&ends);
    struct snet_core *core = ends.cores[SERVER];
    const uint64_t others = snet_holders_beyond_room(&core->holders);
    core->holders.beyond_bytes += others;
    core_pair_write(&ends, ends.served, SNET_HOLDERS_FREE_BYTES);
    assert_int_equal(try_write(ends.served), SNET_ERR_AGAIN);
    assert_int_equal(core->pressure.growers.count, 1);
    snet_pressure_wake_writers(&core->pressure);
    assert_false(is_woken(ends.served));
    core->holders.beyond_bytes -= others;
    snet_pressure_wake_writers(&core->pressure);
    assert_true(is_woken(ends.served));
    assert_int_equal(try_write(ends.served), SNET_OK);
    core_pair_close(&ends);
}

/* [PROTO 17.3]: what the peer allows, and 64 KiB beyond that. */
static void writer_waits_for_credit_with_64_kib_at_most(void **state)
{
    (void)state;
    open_on(SNET_WIRE_3, 16 * SNET_HOLDERS_FREE_BYTES);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.served, 65536 + 65536);
    assert_int_equal(try_write(ends.served), SNET_ERR_AGAIN);
    core_pair_settle(&ends, conn); /* all of the credit is used, nothing is read */
    assert_int_equal(try_write(ends.served), SNET_ERR_AGAIN);
    assert_true(core_pair_read(&ends, ends.client, 0) > 0);
    core_pair_settle(&ends, conn);
    assert_int_equal(try_write(ends.served), SNET_OK);
    core_pair_close(&ends);
}

/* --- Waits that are not for room ---------------------------------------------------------- */

static void flush_before_the_session_opens_is_told_when_it_does(void **state)
{
    (void)state;
    for (unsigned wire = SNET_WIRE_1; wire <= SNET_WIRE_3; wire <<= 1) {
        open_on((enum snet_wire)wire, 0);
        assert_int_equal(snet_session_flush(ends.client), SNET_ERR_AGAIN);
        (void)core_pair_begin(&ends);
        assert_int_equal(wakes(CLIENT), 1);
        assert_int_equal(snet_session_flush(ends.client),
                         wire == SNET_WIRE_3 ? SNET_OK : SNET_ERR_STATE);
        core_pair_close(&ends);
    }
}

/*
 * [PROTO 7.2]: the end is said by closing the link that has been given everything. While another
 * one negotiates this link stands still, and if that fails nothing is left to send that would make
 * anybody look.
 */
static void end_is_said_on_the_old_link_when_moving_over_fails(void **state)
{
    (void)state;
    open_on(SNET_WIRE_2, 0);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 10);
    core_pair_settle(&ends, conn);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    struct core_pair_conn *next = core_pair_dial(&ends);
    snet_session_shutdown(ends.client, ends.now);
    core_pair_drain(&ends);
    assert_int_equal(conn->sides[CLIENT].how, SNET_CLOSE_NONE);
    core_pair_cut(&ends, next);
    assert_int_equal(conn->sides[CLIENT].how, SNET_CLOSE_FIN);
    core_pair_settle(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS);
    core_pair_settle(&ends, core_pair_connect(&ends));
    assert_int_equal(ends.ended[CLIENT], SNET_ERR_CLOSED);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writer_that_only_asks_for_room_does_not_wait),
        cmocka_unit_test(writer_that_awaits_room_is_told_at_once_when_others_can_give_it),
        cmocka_unit_test(writer_tries_again_when_its_history_has_room_but_pages_are_short),
        cmocka_unit_test(writer_without_a_link_tries_again_when_a_resume_makes_room),
        cmocka_unit_test(writer_tries_again_when_a_session_opens_without_pages),
        cmocka_unit_test(writer_of_a_stream_that_is_shut_takes_no_turn),
        cmocka_unit_test(writer_of_a_session_that_ends_leaves_its_turn_to_the_next),
        cmocka_unit_test(writer_whose_history_is_full_does_not_wait_for_pages),
        cmocka_unit_test(writer_of_a_session_that_is_not_open_does_not_wait_for_pages),
        cmocka_unit_test(writer_is_woken_soon_when_the_one_before_is_silent),
        cmocka_unit_test(writer_gets_pages_of_sessions_beyond_the_first_that_are_asked),
        cmocka_unit_test(writer_that_gets_more_pages_than_it_needs_passes_them_on),
        cmocka_unit_test(writer_waits_in_silence_once_all_have_been_asked),
        cmocka_unit_test(writer_asks_again_when_a_session_with_pages_loses_its_link),
        cmocka_unit_test(writer_never_evicts_itself),
        cmocka_unit_test(writer_tries_again_until_one_that_has_stopped_may_end),
        cmocka_unit_test(writer_waits_for_more_than_64_kib_until_others_give_it_back),
        cmocka_unit_test(writer_waits_for_credit_with_64_kib_at_most),
        cmocka_unit_test(writer_whose_history_is_full_takes_nothing_from_others),
        cmocka_unit_test(flush_before_the_session_opens_is_told_when_it_does),
        cmocka_unit_test(end_is_said_on_the_old_link_when_moving_over_fails),
    };
    return cmocka_run_group_tests_name("waits", tests, NULL, NULL);
}
