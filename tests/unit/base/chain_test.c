/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/chain.h"

#include "tests/support/death.h"
#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define PAGE SNET_PAGE_DATA_BYTES
#define POOL_PAGES 4u
#define CHAIN_SEED UINT64_C(1)
#define CHAIN_STEPS 5000u

/* A chain whose byte at stream position n is stream_byte(n). */
struct fixture {
    struct test_env env;
    struct snet_pool pool;
    struct snet_chain chain;
    uint64_t begin; /* stream position of the head */
    uint64_t end;
};

static uint8_t stream_byte(uint64_t position)
{
    return (uint8_t)(position * 7 + position / 251);
}

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    test_env_init(&fixture->env, CHAIN_SEED);
    snet_pool_init(&fixture->pool, &fixture->env.env, (uint64_t)POOL_PAGES * SNET_PAGE_BYTES);
}

/* Ends the chain and its pool; no memory may be left. */
static void fixture_deinit(struct fixture *fixture)
{
    snet_chain_deinit(&fixture->chain, &fixture->pool);
    snet_chain_check(&fixture->chain);
    snet_pool_deinit(&fixture->pool);
    assert_int_equal(fixture->env.live_count, 0);
}

/* Appends at most `len` bytes of the stream, as many as the pool has pages for; says how many. */
static size_t append(struct fixture *fixture, size_t len)
{
    size_t done = 0;
    while (done < len) {
        size_t space_len = 0;
        uint8_t *space = snet_chain_space(&fixture->chain, &fixture->pool, &space_len);
        if (space == NULL) {
            break;
        }
        const size_t part = space_len < len - done ? space_len : len - done;
        for (size_t i = 0; i < part; i++) {
            space[i] = stream_byte(fixture->end++);
        }
        snet_chain_commit(&fixture->chain, part);
        done += part;
    }
    snet_chain_check(&fixture->chain);
    return done;
}

static void fixture_with(struct fixture *fixture, size_t len)
{
    fixture_init(fixture);
    assert_int_equal(append(fixture, len), len);
}

static void consume(struct fixture *fixture, size_t len)
{
    snet_chain_consume(&fixture->chain, &fixture->pool, len);
    snet_chain_check(&fixture->chain);
    fixture->begin += len;
}

/* From `mark` on there are all bytes of the stream from `position` on. */
static void expect_rest(const struct fixture *fixture, struct snet_chain_mark mark,
                        uint64_t position)
{
    struct snet_span spans[SNET_CHAIN_SPANS_MAX];
    const size_t count = snet_chain_look(&fixture->chain, mark, spans, SNET_CHAIN_SPANS_MAX);
    for (size_t i = 0; i < count; i++) {
        assert_true(spans[i].len > 0);
        for (size_t n = 0; n < spans[i].len; n++) {
            assert_int_equal(spans[i].data[n], stream_byte(position++));
        }
    }
    assert_int_equal(position, fixture->end);
}

static void expect_all(const struct fixture *fixture)
{
    assert_int_equal(fixture->chain.len, fixture->end - fixture->begin);
    expect_rest(fixture, snet_chain_mark(&fixture->chain, 0), fixture->begin);
}

static void chain_refuses_a_commit_beyond_its_space(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    ASSERT_ABORTS(snet_chain_commit(&fixture.chain, 1));
    assert_int_equal(append(&fixture, 1), 1);
    ASSERT_ABORTS(snet_chain_commit(&fixture.chain, PAGE));
    fixture_deinit(&fixture);
}

static void chain_refuses_to_consume_more_than_it_has(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, 3);
    ASSERT_ABORTS(snet_chain_consume(&fixture.chain, &fixture.pool, 4));
    fixture_deinit(&fixture);
    fixture_init(&fixture);
    ASSERT_ABORTS(snet_chain_consume(&fixture.chain, &fixture.pool, 1));
    fixture_deinit(&fixture);
}

static void chain_refuses_a_mark_beyond_its_end(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, PAGE + 3);
    struct snet_chain_mark mark = snet_chain_mark(&fixture.chain, PAGE + 3);
    ASSERT_ABORTS((void)snet_chain_mark(&fixture.chain, PAGE + 4));
    ASSERT_ABORTS(snet_chain_advance(&fixture.chain, &mark, 1));
    consume(&fixture, 2);
    ASSERT_ABORTS((void)snet_chain_mark(&fixture.chain, PAGE + 2));
    fixture_deinit(&fixture);
}

static void chain_refuses_to_advance_in_an_empty_chain(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_chain_mark mark = {0};
    fixture_init(&fixture);
    ASSERT_ABORTS(snet_chain_advance(&fixture.chain, &mark, 1));
    snet_chain_advance(&fixture.chain, &mark, 0);
    fixture_deinit(&fixture);
}

static void chain_check_trips_on_each_broken_invariant(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, PAGE + 3);
    struct snet_chain broken = fixture.chain;
    broken.len++;
    ASSERT_ABORTS(snet_chain_check(&broken));
    broken = (struct snet_chain){.tail = fixture.chain.tail};
    ASSERT_ABORTS(snet_chain_check(&broken));
    broken = fixture.chain;
    broken.head_skip = PAGE;
    broken.len = 3;
    ASSERT_ABORTS(snet_chain_check(&broken));
    fixture_deinit(&fixture);
}

static void chain_has_no_space_without_a_page(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t len = 77;
    fixture_init(&fixture);
    fixture.env.fail_at = 1;
    assert_null(snet_chain_space(&fixture.chain, &fixture.pool, &len));
    assert_int_equal(append(&fixture, 5 * PAGE), POOL_PAGES * PAGE);
    assert_null(snet_chain_space(&fixture.chain, &fixture.pool, &len));
    assert_int_equal(len, 77);
    expect_all(&fixture);
    fixture_deinit(&fixture);
}

static void chain_zeroed_is_empty(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    snet_chain_check(&fixture.chain);
    assert_int_equal(snet_chain_slack(&fixture.chain), 0);
    consume(&fixture, 0);
    expect_all(&fixture);
    fixture_deinit(&fixture);
}

static void chain_space_enters_only_by_commit(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t len = 0;
    fixture_init(&fixture);
    uint8_t *const first = snet_chain_space(&fixture.chain, &fixture.pool, &len);
    assert_int_equal(len, PAGE);
    assert_int_equal(fixture.chain.len, 0);
    assert_ptr_equal(snet_chain_space(&fixture.chain, &fixture.pool, &len), first);
    assert_int_equal(fixture.pool.used_count, 1);
    expect_all(&fixture);
    fixture_deinit(&fixture);
}

static void chain_slack_is_what_fits_into_the_last_page(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, 1);
    assert_int_equal(snet_chain_slack(&fixture.chain), PAGE - 1);
    assert_int_equal(append(&fixture, PAGE - 1), PAGE - 1);
    assert_int_equal(snet_chain_slack(&fixture.chain), 0);
    assert_int_equal(append(&fixture, 2), 2);
    assert_int_equal(snet_chain_slack(&fixture.chain), PAGE - 2);
    fixture_deinit(&fixture);
}

static void chain_gives_a_page_back_with_its_last_byte(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, 2 * PAGE + 5);
    consume(&fixture, PAGE - 1);
    assert_int_equal(fixture.pool.used_count, 3);
    consume(&fixture, 1);
    assert_int_equal(fixture.pool.used_count, 2);
    expect_all(&fixture);
    consume(&fixture, PAGE + 4);
    assert_int_equal(fixture.pool.used_count, 1);
    expect_all(&fixture);
    consume(&fixture, 1);
    assert_int_equal(fixture.pool.used_count, 0);
    expect_all(&fixture);
    fixture_deinit(&fixture);
}

static void chain_gives_many_pages_back_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, 3 * PAGE + 5);
    consume(&fixture, 3 * PAGE);
    assert_int_equal(fixture.pool.used_count, 1);
    expect_all(&fixture);
    fixture_deinit(&fixture);
}

static void chain_looks_at_no_more_spans_than_asked(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_span spans[3];
    fixture_with(&fixture, 2 * PAGE + 5);
    const struct snet_chain_mark mark = snet_chain_mark(&fixture.chain, 10);
    assert_int_equal(snet_chain_look(&fixture.chain, mark, spans, 0), 0);
    assert_int_equal(snet_chain_look(&fixture.chain, mark, spans, 1), 1);
    assert_int_equal(spans[0].len, PAGE - 10);
    assert_int_equal(snet_chain_look(&fixture.chain, mark, spans, 3), 3);
    assert_int_equal(spans[2].len, 5);
    fixture_deinit(&fixture);
}

static void chain_mark_of_an_empty_chain_sees_what_comes(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct snet_chain_mark mark = snet_chain_mark(&fixture.chain, 0);
    assert_int_equal(append(&fixture, PAGE + 3), PAGE + 3);
    expect_rest(&fixture, mark, 0);
    snet_chain_advance(&fixture.chain, &mark, PAGE + 1);
    expect_rest(&fixture, mark, PAGE + 1);
    fixture_deinit(&fixture);
}

static void chain_zeroed_mark_is_the_head(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, PAGE);
    consume(&fixture, 3);
    expect_rest(&fixture, (struct snet_chain_mark){0}, 3);
    fixture_deinit(&fixture);
}

static void chain_mark_at_the_end_sees_what_comes(void **state)
{
    (void)state;
    static const size_t ends[] = {1, PAGE - 1, PAGE, PAGE + 1};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct fixture fixture;
        fixture_with(&fixture, ends[i]);
        const struct snet_chain_mark mark = snet_chain_mark(&fixture.chain, ends[i]);
        expect_rest(&fixture, mark, ends[i]);
        assert_int_equal(append(&fixture, PAGE), PAGE);
        expect_rest(&fixture, mark, ends[i]);
        fixture_deinit(&fixture);
    }
}

static void chain_mark_at_the_end_of_a_page_moves_on_to_the_next(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_with(&fixture, PAGE);
    struct snet_chain_mark mark = snet_chain_mark(&fixture.chain, PAGE);
    assert_ptr_equal(mark.page, fixture.chain.head);
    assert_int_equal(append(&fixture, 2), 2);
    snet_chain_advance(&fixture.chain, &mark, 0);
    assert_ptr_equal(mark.page, fixture.chain.tail);
    consume(&fixture, PAGE);
    expect_rest(&fixture, mark, PAGE);
    fixture_deinit(&fixture);
}

/* Appends, consumes, and looks from a random place. */
static void random_step(struct fixture *fixture)
{
    struct test_env *const random = &fixture->env;
    const size_t room = POOL_PAGES * PAGE - fixture->chain.len;
    const size_t want = (size_t)test_env_below(random, 2 * PAGE);
    const size_t done = append(fixture, want);
    assert_true(done <= want);
    assert_true(done == want || done + PAGE > room);
    consume(fixture, (size_t)test_env_below(random, fixture->chain.len + 1));
    const size_t skip = (size_t)test_env_below(random, fixture->chain.len + 1);
    struct snet_chain_mark mark = snet_chain_mark(&fixture->chain, skip);
    expect_rest(fixture, mark, fixture->begin + skip);
    const size_t more = (size_t)test_env_below(random, fixture->chain.len - skip + 1);
    snet_chain_advance(&fixture->chain, &mark, more);
    expect_rest(fixture, mark, fixture->begin + skip + more);
}

static void chain_keeps_every_byte_in_order(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    print_message("seed %llu\n", (unsigned long long)CHAIN_SEED);
    for (unsigned step = 0; step < CHAIN_STEPS; step++) {
        random_step(&fixture);
    }
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_refuses_a_commit_beyond_its_space),
        cmocka_unit_test(chain_refuses_to_consume_more_than_it_has),
        cmocka_unit_test(chain_refuses_a_mark_beyond_its_end),
        cmocka_unit_test(chain_refuses_to_advance_in_an_empty_chain),
        cmocka_unit_test(chain_check_trips_on_each_broken_invariant),
        cmocka_unit_test(chain_has_no_space_without_a_page),
        cmocka_unit_test(chain_zeroed_is_empty),
        cmocka_unit_test(chain_space_enters_only_by_commit),
        cmocka_unit_test(chain_slack_is_what_fits_into_the_last_page),
        cmocka_unit_test(chain_gives_a_page_back_with_its_last_byte),
        cmocka_unit_test(chain_gives_many_pages_back_at_once),
        cmocka_unit_test(chain_looks_at_no_more_spans_than_asked),
        cmocka_unit_test(chain_mark_of_an_empty_chain_sees_what_comes),
        cmocka_unit_test(chain_zeroed_mark_is_the_head),
        cmocka_unit_test(chain_mark_at_the_end_sees_what_comes),
        cmocka_unit_test(chain_mark_at_the_end_of_a_page_moves_on_to_the_next),
        cmocka_unit_test(chain_keeps_every_byte_in_order),
    };
    return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
