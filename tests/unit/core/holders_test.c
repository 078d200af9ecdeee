/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/holders.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#include <stdlib.h>

#define BUDGET_PAGES 256u
#define BUDGET ((uint64_t)BUDGET_PAGES * SNET_PAGE_BYTES)
#define COUNT 8u
#define FREE SNET_HOLDERS_FREE_BYTES
#define SECOND SNET_SECOND_NS

struct fixture {
    struct test_env env;
    struct snet_pool pool;
    struct snet_holders holders;
    struct snet_holder all[COUNT];
};

static int fixture_open(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    test_env_init(&fixture->env, 1);
    snet_pool_init(&fixture->pool, &fixture->env.env, BUDGET);
    snet_holders_init(&fixture->holders, &fixture->pool);
    *state = fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT; i++) {
        snet_holders_drop(&fixture->holders, &fixture->all[i]);
    }
    assert_int_equal(fixture->holders.away_bytes, 0);
    assert_int_equal(fixture->holders.beyond_bytes, 0);
    assert_int_equal(fixture->holders.owner_count, 0);
    assert_int_equal(fixture->holders.ending_count, 0);
    assert_int_equal(fixture->holders.list.count, 0);
    snet_pool_deinit(&fixture->pool);
    free(fixture);
    return 0;
}

/* From `now` on a session with a link holds so much, for this owner. */
static struct snet_holder *hold(struct fixture *fixture, size_t index, uint16_t owner,
                                uint64_t bytes, uint64_t now)
{
    struct snet_holder *holder = &fixture->all[index];
    snet_holders_give(&fixture->holders, holder, owner);
    snet_holders_count(&fixture->holders, holder, bytes, SNET_HOLDER_ATTACHED, now);
    return holder;
}

/* The same for one without a link. */
static struct snet_holder *hold_away(struct fixture *fixture, size_t index, uint16_t owner,
                                     uint64_t bytes, uint64_t now)
{
    struct snet_holder *holder = hold(fixture, index, owner, bytes, now);
    snet_holders_count(&fixture->holders, holder, bytes, SNET_HOLDER_AWAY, now);
    return holder;
}

static void expect(struct fixture *fixture, enum snet_holders_lack lack, uint64_t now,
                   const struct snet_holder *victim)
{
    fixture->holders.look_at_ns = 0;
    assert_ptr_equal(snet_holders_victim(&fixture->holders, NULL, lack, now), victim);
}

static void holder_may_always_have_its_first_64_kib(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holders *holders = &fixture->holders;
    struct snet_holder *large = hold(fixture, 0, 1, FREE, 0);
    const uint64_t most = BUDGET - BUDGET / SNET_HOLDERS_UNRESERVED_DIVISOR;
    assert_int_equal(snet_holders_room(holders, large, false), most);
    (void)hold(fixture, 0, 1, FREE + most, 0);
    assert_int_equal(snet_holders_room(holders, large, false), 0);
    assert_int_equal(snet_holders_room(holders, &fixture->all[1], false), FREE);
    (void)hold(fixture, 0, 1, FREE + most - 10, 0);
    assert_int_equal(snet_holders_room(holders, &fixture->all[1], false), FREE + 10);
}

static void holder_above_its_share_gets_no_more_when_others_wait(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holders *holders = &fixture->holders;
    struct snet_holder *large = hold(fixture, 0, 1, BUDGET / 2 + 1, 0);
    struct snet_holder *small = hold(fixture, 1, 2, FREE, 0);
    assert_true(snet_holders_room(holders, large, false) > 0);
    assert_int_equal(snet_holders_room(holders, large, true), 0);
    assert_true(snet_holders_room(holders, small, true) > 0);
}

/* A path of 6 s is not a peer that has stopped. */
static void holder_with_a_link_ends_when_it_acknowledges_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holder *holder = hold(fixture, 0, 1, 2 * FREE, SECOND);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 100 * SECOND, NULL); /* nothing is in flight */
    snet_holders_moved(holder, 0, 10, 10, SECOND);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 21 * SECOND, NULL);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 21 * SECOND + 1, holder);
    holder->rtt_ms = 6000;
    expect(fixture, SNET_HOLDERS_LACK_MORE, 25 * SECOND, NULL);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 25 * SECOND + 1, holder);
    assert_null(
        snet_holders_victim(&fixture->holders, holder, SNET_HOLDERS_LACK_MORE, 99 * SECOND));
}

/* One byte acknowledged now and then makes nothing young; a whole flight does. */
static void holder_is_as_old_as_what_it_had_in_flight(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holder *holder = hold(fixture, 0, 1, FREE, 0);
    snet_holders_moved(holder, 0, 1000, 1000, SECOND);
    snet_holders_moved(holder, 1, 2000, 2000, 19 * SECOND);
    snet_holders_moved(holder, 999, 3000, 3000, 20 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 22 * SECOND, holder);
    snet_holders_moved(holder, 1000, 3000, 3000, 22 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 40 * SECOND, NULL);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 43 * SECOND, holder);
    snet_holders_moved(holder, 3000, 3000, 3000, 43 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 99 * SECOND, NULL);
}

/*
 * Bytes that wait for credit are as old as the others when somebody lacks a page. A peer that gives
 * credit for a byte now and then keeps them all the same.
 */
static void holder_without_credit_ends_for_a_page(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holder *holder = hold(fixture, 0, 1, FREE, 0);
    snet_holders_moved(holder, 100, 100, 100 + FREE, SECOND);
    snet_holders_moved(holder, 101, 101, 100 + FREE, 20 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 21 * SECOND, NULL);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 22 * SECOND, holder);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 99 * SECOND, NULL);
    snet_holders_moved(holder, 100 + FREE, 100 + FREE, 101 + FREE, 22 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 42 * SECOND, NULL);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 43 * SECOND, holder);
}

/* Who comes back has all its time; what its peer makes of the round trip is bounded. */
static void holder_is_as_old_as_its_time_with_a_link(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holder *holder = hold(fixture, 0, 1, FREE, 0);
    snet_holders_moved(holder, 0, 1000, 1000, SECOND);
    snet_holders_count(&fixture->holders, holder, FREE, SNET_HOLDER_AWAY, 6 * SECOND);
    (void)hold(fixture, 0, 1, FREE, 100 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 115 * SECOND, NULL);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 115 * SECOND + 1, holder);
    holder->rtt_ms = 60000;
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 125 * SECOND, NULL);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 125 * SECOND + 1, holder);
}

static void holder_without_a_link_ends_only_beyond_their_part(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t part = BUDGET / SNET_HOLDERS_AWAY_DIVISOR;
    struct snet_holder *first = hold_away(fixture, 0, 1, part - 1, 0);
    (void)hold_away(fixture, 1, 1, 1, SECOND);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 2 * SECOND, NULL);
    (void)hold_away(fixture, 1, 1, 2, SECOND);
    expect(fixture, SNET_HOLDERS_LACK_MORE, 2 * SECOND,
           NULL); /* nobody ends for more than 64 KiB */
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 2 * SECOND, first);
}

/* However long a stranger is away, who holds most pays. */
static void owner_that_holds_most_pays(void **state)
{
    struct fixture *fixture = *state;
    (void)hold_away(fixture, 0, 1, BUDGET / 3, 0);
    (void)hold(fixture, 1, 2, BUDGET / 4 + 1, 50 * SECOND);
    struct snet_holder *second = hold(fixture, 2, 2, BUDGET / 4, 49 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 50 * SECOND, NULL); /* too young, all of them */
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 51 * SECOND, second);
    snet_holders_drop(&fixture->holders, second);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 52 * SECOND, &fixture->all[0]);
}

static void many_small_sessions_of_one_owner_pay_for_others(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 4; i++) {
        (void)hold(fixture, i, 1, FREE, (i + 1) * SECOND);
    }
    (void)hold(fixture, 4, 2, FREE, 0);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 9 * SECOND, NULL); /* 256 KiB are no unequal share */
    (void)hold(fixture, 5, 1, BUDGET / 2, 8 * SECOND);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 9 * SECOND, &fixture->all[0]);
}

static void session_of_a_client_never_ends_for_others(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holder *holder = hold(fixture, 0, 1, BUDGET, 0);
    snet_holders_count(&fixture->holders, holder, BUDGET, SNET_HOLDER_OWN, 0);
    snet_holders_moved(holder, 0, 10, 10, SECOND);
    expect(fixture, SNET_HOLDERS_LACK_PAGE, 1000 * SECOND, NULL);
}

static void holders_are_looked_at_now_and_then(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holders *holders = &fixture->holders;
    struct snet_holder *holder = hold(fixture, 0, 1, FREE, 0);
    snet_holders_moved(holder, 0, 10, 10, SECOND);
    assert_null(snet_holders_victim(holders, NULL, SNET_HOLDERS_LACK_MORE, 21 * SECOND));
    assert_null(snet_holders_victim(holders, NULL, SNET_HOLDERS_LACK_MORE, 21 * SECOND + 1));
    assert_ptr_equal(snet_holders_victim(holders, NULL, SNET_HOLDERS_LACK_MORE, 22 * SECOND),
                     holder);
}

static void owners_are_told_apart(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t names[2][3] = {{127, 0, 0}, {127, 0, 1}};
    fixture->holders.secret = 7;
    const uint16_t first = snet_holders_owner(&fixture->holders, (struct snet_bytes){names[0], 3});
    assert_int_not_equal(snet_holders_owner(&fixture->holders, (struct snet_bytes){names[1], 3}),
                         first);
    fixture->holders.secret = 8;
    assert_int_not_equal(snet_holders_owner(&fixture->holders, (struct snet_bytes){names[0], 3}),
                         first);
}

/* --- Places of a server -------------------------------------------------------------------- */

static struct snet_seat seats[COUNT];

static struct snet_seat *seat(struct fixture *fixture, size_t i, enum snet_seat_rank rank,
                              uint16_t owner, uint64_t since_ns)
{
    seats[i] = (struct snet_seat){.of = fixture, .legacy = i % 2 != 0};
    snet_holders_seat(&fixture->holders, &seats[i], rank, owner, since_ns);
    return &seats[i];
}

static struct snet_seat *seat_victim(struct fixture *fixture, bool legacy_only, uint64_t now)
{
    const struct snet_holders_group group = {.of = fixture, .legacy_only = legacy_only};
    return snet_holders_seat_victim(&fixture->holders, &group, now);
}

static void seat_of_one_who_has_shown_nothing_ends_first(void **state)
{
    struct fixture *fixture = *state;
    struct snet_holders *holders = &fixture->holders;
    assert_null(seat_victim(fixture, false, 9 * SECOND));
    (void)seat(fixture, 0, SNET_SEAT_ATTACHED, 1, 0);
    (void)seat(fixture, 1, SNET_SEAT_ATTACHED, 1, 0);
    struct snet_seat *away = seat(fixture, 2, SNET_SEAT_AWAY, 1, 0);
    assert_null(seat_victim(fixture, false, 9 * SECOND)); /* one owner has no more than its share */
    (void)seat(fixture, 3, SNET_SEAT_ATTACHED, 2, 0);
    assert_ptr_equal(seat_victim(fixture, false, 9 * SECOND), away);
    struct snet_seat *silent = seat(fixture, 4, SNET_SEAT_UNPROVEN_ATTACHED, 3, 9 * SECOND);
    assert_ptr_equal(seat_victim(fixture, false, 10 * SECOND - 1), away);
    assert_ptr_equal(seat_victim(fixture, false, 10 * SECOND), silent);
    struct snet_seat *gone = seat(fixture, 5, SNET_SEAT_UNPROVEN_AWAY, 3, 9 * SECOND);
    assert_ptr_equal(seat_victim(fixture, false, 9 * SECOND), gone);
    for (size_t i = 0; i < 6; i++) {
        snet_holders_unseat(holders, &seats[i]);
        snet_holders_unseat(holders, &seats[i]);
    }
    assert_int_equal(holders->seat_count, 0);
    assert_int_equal(holders->seated_owners, 0);
}

static void seat_of_the_owner_that_has_most_ends(void **state)
{
    struct fixture *fixture = *state;
    (void)seat(fixture, 0, SNET_SEAT_UNPROVEN_AWAY, 1, 0);
    struct snet_seat *first = seat(fixture, 1, SNET_SEAT_UNPROVEN_AWAY, 2, 1);
    (void)seat(fixture, 2, SNET_SEAT_UNPROVEN_AWAY, 2, 2);
    assert_ptr_equal(seat_victim(fixture, false, SECOND), first);
    snet_holders_seat(&fixture->holders, first, SNET_SEAT_ATTACHED, 2, 3);
    assert_ptr_equal(seat_victim(fixture, false, SECOND), &seats[2]);
    snet_holders_seat(&fixture->holders, first, SNET_SEAT_ATTACHED, 3, 4);
    assert_ptr_equal(seat_victim(fixture, false, SECOND), &seats[0]); /* as many: the oldest */
}

static void seats_of_legacy_wires_can_be_asked_for_alone(void **state)
{
    struct fixture *fixture = *state;
    const struct snet_holders_group other = {.of = &seats};
    (void)seat(fixture, 0, SNET_SEAT_UNPROVEN_AWAY, 1, 0);
    assert_null(seat_victim(fixture, true, SECOND));
    struct snet_seat *legacy = seat(fixture, 1, SNET_SEAT_UNPROVEN_AWAY, 1, 0);
    assert_ptr_equal(seat_victim(fixture, true, SECOND), legacy);
    assert_null(snet_holders_seat_victim(&fixture->holders, &other, SECOND));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(holder_may_always_have_its_first_64_kib),
        TEST(holder_above_its_share_gets_no_more_when_others_wait),
        TEST(holder_with_a_link_ends_when_it_acknowledges_nothing),
        TEST(holder_is_as_old_as_what_it_had_in_flight),
        TEST(holder_without_credit_ends_for_a_page),
        TEST(holder_is_as_old_as_its_time_with_a_link),
        TEST(holder_without_a_link_ends_only_beyond_their_part),
        TEST(owner_that_holds_most_pays),
        TEST(many_small_sessions_of_one_owner_pay_for_others),
        TEST(session_of_a_client_never_ends_for_others),
        TEST(holders_are_looked_at_now_and_then),
        TEST(owners_are_told_apart),
        TEST(seat_of_one_who_has_shown_nothing_ends_first),
        TEST(seat_of_the_owner_that_has_most_ends),
        TEST(seats_of_legacy_wires_can_be_asked_for_alone),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
