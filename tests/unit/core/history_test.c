/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/history.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define CAPACITY 64u
#define UNSENT_MAX (CAPACITY / SNET_HISTORY_UNSENT_DIVISOR)

struct fixture {
    struct test_env env;
    struct snet_pool pool;
    struct snet_history history;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;
    test_env_init(&fixture.env, 1);
    snet_pool_init(&fixture.pool, &fixture.env.env, 4 * SNET_PAGE_BYTES);
    snet_history_init(&fixture.history, CAPACITY);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    snet_history_check(&fixture->history);
    snet_history_deinit(&fixture->history, &fixture->pool);
    snet_pool_deinit(&fixture->pool);
    return fixture->env.live_count == 0 ? 0 : -1;
}

/* Writes at most `len` bytes, each its offset in the stream; returns how many. */
static size_t put(struct fixture *fixture, size_t len, bool slides)
{
    size_t done = 0;
    fixture->history.slides = slides;
    while (done < len) {
        size_t part = 0;
        uint8_t *space = snet_history_reserve(&fixture->history, &fixture->pool, len - done, &part);
        if (space == NULL) {
            break;
        }
        for (size_t i = 0; i < part; i++) {
            space[i] = (uint8_t)(fixture->history.end + i);
        }
        snet_history_commit(&fixture->history, part);
        done += part;
        snet_history_check(&fixture->history);
    }
    return done;
}

static size_t room(struct fixture *fixture, bool slides)
{
    fixture->history.slides = slides;
    return snet_history_room(&fixture->history, &fixture->pool);
}

/* Sends all that can be sent and checks each byte; returns how many. */
static size_t send_all(struct fixture *fixture)
{
    struct snet_span span;
    size_t sent = 0;
    while (snet_history_look(&fixture->history, &span, 1) == 1) {
        for (size_t i = 0; i < span.len; i++) {
            assert_int_equal(span.data[i], (uint8_t)(fixture->history.sent + i));
        }
        snet_history_sent(&fixture->history, span.len);
        sent += span.len;
    }
    return sent;
}

/* Writes and sends `len` bytes, sliding. */
static void stream(struct fixture *fixture, size_t len)
{
    while (len > 0) {
        const size_t part = put(fixture, len < UNSENT_MAX ? len : UNSENT_MAX, true);
        assert_int_equal(send_all(fixture), part);
        len -= part;
    }
}

/* [PROTO 5.3] */
static void history_refuses_an_offset_that_was_never_written(void **state)
{
    struct fixture *fixture = *state;
    stream(fixture, 10);
    assert_int_equal(snet_history_rewind(&fixture->history, 11), SNET_ERR_BAD_COUNT);
    assert_int_equal(fixture->history.sent, 10);
}

/* [PROTO 5.3] */
static void history_refuses_an_offset_that_has_left(void **state)
{
    struct fixture *fixture = *state;
    stream(fixture, CAPACITY + 10);
    assert_int_equal(fixture->history.base, 10);
    assert_int_equal(snet_history_rewind(&fixture->history, 9), SNET_ERR_HISTORY_OVERRUN);
    assert_int_equal(send_all(fixture), 0);
}

/* [PROTO 5.3] */
static void history_keeps_its_whole_capacity(void **state)
{
    struct fixture *fixture = *state;
    stream(fixture, 3 * CAPACITY);
    assert_int_equal(snet_history_rewind(&fixture->history, 2 * CAPACITY), SNET_OK);
    assert_int_equal(send_all(fixture), CAPACITY);
}

/* [PROTO 5.3]: also when the writer has less than there is room for. */
static void history_drops_no_more_than_what_replaces_it(void **state)
{
    struct fixture *fixture = *state;
    stream(fixture, CAPACITY);
    assert_int_equal(put(fixture, 3, true), 3);
    assert_int_equal(fixture->history.base, 3);
}

static void history_rewinds_again_and_again(void **state)
{
    struct fixture *fixture = *state;
    stream(fixture, 60);
    for (uint64_t offset = 0; offset <= 60; offset++) {
        assert_int_equal(snet_history_rewind(&fixture->history, offset), SNET_OK);
        assert_int_equal(send_all(fixture), 60 - offset);
    }
    assert_int_equal(snet_history_rewind(&fixture->history, 0), SNET_OK);
    assert_int_equal(fixture->history.sent_max, 60);
}

/* What was never sent once is never overwritten. [PROTO 5.3] */
static void history_without_a_link_fills_up_and_then_waits(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(room(fixture, false), CAPACITY);
    assert_int_equal(put(fixture, 2 * CAPACITY, false), CAPACITY);
    assert_int_equal(room(fixture, false), 0);
    assert_int_equal(room(fixture, true), 0);
    assert_int_equal(put(fixture, 1, true), 0);
    assert_int_equal(fixture->history.base, 0);
}

static void history_with_a_link_limits_what_is_unsent(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(put(fixture, CAPACITY, true), UNSENT_MAX);
    assert_int_equal(put(fixture, CAPACITY, true), 0);
    assert_int_equal(send_all(fixture), UNSENT_MAX);
    assert_int_equal(put(fixture, CAPACITY, true), UNSENT_MAX);
}

/* When the pool is used up, a live history goes on with its own oldest pages, down to its floor. */
static void history_recycles_its_own_pages(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t capacity = 4 * SNET_PAGE_BYTES;
    snet_history_init(&fixture->history, capacity);
    for (unsigned i = 0; i < 64; i++) {
        const size_t most = room(fixture, true);
        assert_true(most > 0);
        assert_int_equal(put(fixture, 2000, true), most < 2000 ? most : 2000);
        (void)send_all(fixture);
    }
    assert_int_equal(snet_pool_available(&fixture->pool), 0);
    assert_true(fixture->history.end > 2 * capacity);
    assert_true(fixture->history.end - fixture->history.base >=
                capacity / SNET_HISTORY_FLOOR_DIVISOR);
    /* Without a link nothing is dropped: the writer waits. */
    (void)put(fixture, capacity, false);
    assert_int_equal(room(fixture, false), 0);
}

/* A wire that acknowledges: exactly what was acknowledged leaves, and makes room. */
static void history_trims_what_is_acknowledged(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(put(fixture, CAPACITY, false), CAPACITY);
    assert_int_equal(send_all(fixture), CAPACITY);
    for (uint64_t offset = 0; offset <= CAPACITY; offset += 8) {
        snet_history_trim(&fixture->history, &fixture->pool, offset);
        snet_history_check(&fixture->history);
        assert_int_equal(fixture->history.base, offset);
        assert_int_equal(room(fixture, false), offset);
    }
    snet_history_trim(&fixture->history, &fixture->pool, 3); /* an old one */
    assert_int_equal(fixture->history.base, CAPACITY);
    assert_int_equal(snet_pool_available(&fixture->pool), 4);
    assert_int_equal(put(fixture, 10, false), 10);
    assert_int_equal(send_all(fixture), 10);
}

/* The acknowledgement overtakes what the present link sends again. */
static void history_trims_beyond_what_this_link_has_sent(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(put(fixture, 60, false), 60);
    assert_int_equal(send_all(fixture), 60);
    assert_int_equal(snet_history_rewind(&fixture->history, 10), SNET_OK);
    snet_history_trim(&fixture->history, &fixture->pool, 50);
    snet_history_check(&fixture->history);
    assert_int_equal(fixture->history.sent, 50);
    assert_int_equal(send_all(fixture), 10);
    assert_int_equal(snet_history_rewind(&fixture->history, 49), SNET_ERR_HISTORY_OVERRUN);
}

/* Others wait for pages: what was sent goes, but for half of the capacity. */
static void history_shrinks_to_its_floor(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t capacity = 4 * SNET_PAGE_BYTES;
    snet_history_init(&fixture->history, capacity);
    while (fixture->history.end < capacity) {
        assert_true(put(fixture, 500, true) > 0);
        (void)send_all(fixture);
    }
    snet_history_shrink(&fixture->history, &fixture->pool);
    snet_history_check(&fixture->history);
    const uint64_t kept = fixture->history.end - fixture->history.base;
    assert_true(kept >= capacity / SNET_HISTORY_FLOOR_DIVISOR);
    assert_true(kept < capacity / SNET_HISTORY_FLOOR_DIVISOR + SNET_PAGE_BYTES);
    assert_true(snet_pool_available(&fixture->pool) >= 1);
    snet_history_shrink(&fixture->history, &fixture->pool);
    assert_int_equal(fixture->history.end - fixture->history.base, kept);
}

static void history_waits_when_the_machine_has_no_memory(void **state)
{
    struct fixture *fixture = *state;
    fixture->env.fail_at = 1;
    assert_int_equal(put(fixture, 10, true), 0);
    assert_int_equal(put(fixture, 10, true), UNSENT_MAX);
}

int main(void)
{
#define HISTORY_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(history_refuses_an_offset_that_was_never_written),
        HISTORY_TEST(history_refuses_an_offset_that_has_left),
        HISTORY_TEST(history_keeps_its_whole_capacity),
        HISTORY_TEST(history_drops_no_more_than_what_replaces_it),
        HISTORY_TEST(history_rewinds_again_and_again),
        HISTORY_TEST(history_without_a_link_fills_up_and_then_waits),
        HISTORY_TEST(history_with_a_link_limits_what_is_unsent),
        HISTORY_TEST(history_recycles_its_own_pages),
        HISTORY_TEST(history_trims_what_is_acknowledged),
        HISTORY_TEST(history_trims_beyond_what_this_link_has_sent),
        HISTORY_TEST(history_shrinks_to_its_floor),
        HISTORY_TEST(history_waits_when_the_machine_has_no_memory),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
