/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/inbox.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define CAPACITY 5000u

struct fixture {
    struct test_env env;
    struct snet_pool pool;
    struct snet_inbox inbox;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;
    test_env_init(&fixture.env, 1);
    snet_pool_init(&fixture.pool, &fixture.env.env, 2 * SNET_PAGE_BYTES);
    snet_inbox_init(&fixture.inbox, CAPACITY);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    snet_inbox_check(&fixture->inbox);
    snet_inbox_deinit(&fixture->inbox, &fixture->pool);
    snet_pool_deinit(&fixture->pool);
    return fixture->env.live_count == 0 ? 0 : -1;
}

static size_t put(struct fixture *fixture, size_t len)
{
    size_t done = 0;
    while (done < len) {
        size_t room = 0;
        uint8_t *space = snet_inbox_space(&fixture->inbox, &fixture->pool, &room);
        if (space == NULL) {
            break;
        }
        const size_t part = room < len - done ? room : len - done;
        for (size_t i = 0; i < part; i++) {
            space[i] = (uint8_t)(fixture->inbox.received + i);
        }
        snet_inbox_commit(&fixture->inbox, part);
        done += part;
        snet_inbox_check(&fixture->inbox);
    }
    return done;
}

/* Reads `len` bytes that begin at `offset` of the stream. */
static void take(struct fixture *fixture, uint64_t offset, size_t len)
{
    while (len > 0) {
        struct snet_span span;
        assert_int_equal(snet_inbox_look(&fixture->inbox, &span, 1), 1);
        const size_t part = span.len < len ? span.len : len;
        for (size_t i = 0; i < part; i++) {
            assert_int_equal(span.data[i], (uint8_t)(offset + i));
        }
        snet_inbox_consume(&fixture->inbox, &fixture->pool, part);
        offset += part;
        len -= part;
    }
}

static void inbox_takes_no_more_than_its_capacity(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(snet_inbox_room(&fixture->inbox, &fixture->pool), CAPACITY);
    assert_int_equal(put(fixture, CAPACITY + 1), CAPACITY);
    assert_int_equal(snet_inbox_room(&fixture->inbox, &fixture->pool), 0);
    take(fixture, 0, 1);
    assert_int_equal(put(fixture, 10), 1);
}

static void inbox_takes_no_more_than_there_are_pages(void **state)
{
    struct fixture *fixture = *state;
    struct snet_page *page = snet_pool_take(&fixture->pool);
    assert_int_equal(snet_inbox_room(&fixture->inbox, &fixture->pool), SNET_PAGE_DATA_BYTES);
    assert_int_equal(put(fixture, CAPACITY), SNET_PAGE_DATA_BYTES);
    snet_pool_give(&fixture->pool, page);
    assert_int_equal(put(fixture, CAPACITY), CAPACITY - SNET_PAGE_DATA_BYTES);
}

/* [PROTO 5.2] */
static void inbox_counts_what_it_keeps_once_and_gives_it_in_order(void **state)
{
    struct fixture *fixture = *state;
    uint64_t offset = 0;
    for (unsigned round = 0; round < 50; round++) {
        assert_int_equal(put(fixture, 777), 777);
        take(fixture, offset, 777);
        offset += 777;
        assert_int_equal(fixture->inbox.received, offset);
    }
    struct snet_span span;
    assert_int_equal(snet_inbox_look(&fixture->inbox, &span, 1), 0);
}

static void inbox_gives_its_pages_back_as_they_are_read(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(put(fixture, CAPACITY), CAPACITY);
    assert_int_equal(snet_pool_available(&fixture->pool), 0);
    take(fixture, 0, SNET_PAGE_DATA_BYTES);
    assert_int_equal(snet_pool_available(&fixture->pool), 1);
    take(fixture, SNET_PAGE_DATA_BYTES, CAPACITY - SNET_PAGE_DATA_BYTES);
    assert_int_equal(snet_pool_available(&fixture->pool), 2);
}

int main(void)
{
#define INBOX_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        INBOX_TEST(inbox_takes_no_more_than_its_capacity),
        INBOX_TEST(inbox_takes_no_more_than_there_are_pages),
        INBOX_TEST(inbox_counts_what_it_keeps_once_and_gives_it_in_order),
        INBOX_TEST(inbox_gives_its_pages_back_as_they_are_read),
    };
    return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
