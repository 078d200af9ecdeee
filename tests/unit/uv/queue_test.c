/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/queue.h"

#include "tests/support/loop.h"
#include "tests/support/memory.h"
#include "tests/support/unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAKEN_MAX (4 * SNET_QUEUE_TURN_MAX)

struct scene {
    struct test_loop loop;
    struct snet_queue queue;
    uint8_t taken[TAKEN_MAX]; /* the first byte of each, in order */
    size_t taken_count;
    unsigned turns; /* in which something was taken */
    unsigned turn;
    bool closes; /* what is taken first closes the queue */
    int kept;    /* the descriptor that was taken out last */
};

static void take(void *user, struct snet_queue_item *item)
{
    struct scene *scene = user;
    assert_true(scene->taken_count < TAKEN_MAX);
    scene->turns += scene->turn != scene->loop.turns || scene->taken_count == 0 ? 1 : 0;
    scene->turn = scene->loop.turns;
    scene->taken[scene->taken_count++] = item->first[0];
    if (item->first[0] == 'k') {
        scene->kept = item->fd;
        item->fd = -1;
    }
    if (scene->closes) {
        snet_queue_close(&scene->queue);
    }
}

static void scene_open(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    test_loop_open(&scene->loop);
    assert_true(snet_queue_init(&scene->queue));
    const struct snet_queue_taker taker = {.take = take, .user = scene};
    assert_true(snet_queue_open(&scene->queue, &scene->loop.uv, &taker));
}

static void scene_close(struct scene *scene)
{
    snet_queue_close(&scene->queue);
    snet_queue_deinit(&scene->queue);
    test_loop_close(&scene->loop);
}

/* A descriptor, in an item with this first byte. */
static struct snet_queue_item *item_new(enum snet_queue_kind kind, uint8_t first, int *ret_fd)
{
    *ret_fd = dup(STDERR_FILENO);
    assert_true(*ret_fd >= 0);
    struct snet_queue_item *item = snet_queue_item_new(*ret_fd, kind, NULL, &first, 1);
    assert_non_null(item);
    return item;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

static void both_kinds_are_taken_in_turn_and_a_few_at_a_time(void **state)
{
    (void)state;
    struct scene scene;
    int fd = -1;
    scene_open(&scene);
    for (uint8_t i = 0; i < SNET_QUEUE_TURN_MAX + 2; i++) {
        assert_true(snet_queue_put(&scene.queue, item_new(SNET_QUEUE_NEW, i, &fd)));
    }
    assert_true(snet_queue_put(&scene.queue, item_new(SNET_QUEUE_PASSED, 100, &fd)));
    assert_int_equal(snet_queue_count(&scene.queue, SNET_QUEUE_NEW), SNET_QUEUE_TURN_MAX + 2);
    TEST_LOOP_UNTIL(&scene.loop, scene.taken_count == SNET_QUEUE_TURN_MAX + 3);
    assert_int_equal(scene.taken[0], 0);
    assert_int_equal(scene.taken[1], 100);
    for (size_t i = 2; i < scene.taken_count; i++) {
        assert_int_equal(scene.taken[i], i - 1);
    }
    assert_int_equal(scene.turns, 2);
    scene_close(&scene);
}

static void what_is_not_taken_out_is_closed(void **state)
{
    (void)state;
    struct scene scene;
    int left = -1;
    int kept = -1;
    scene_open(&scene);
    assert_true(snet_queue_put(&scene.queue, item_new(SNET_QUEUE_NEW, 'l', &left)));
    assert_true(snet_queue_put(&scene.queue, item_new(SNET_QUEUE_NEW, 'k', &kept)));
    TEST_LOOP_UNTIL(&scene.loop, scene.taken_count == 2);
    assert_false(is_open(left));
    assert_int_equal(scene.kept, kept);
    assert_true(is_open(kept));
    (void)close(kept);
    scene_close(&scene);
}

static void a_full_queue_takes_no_more_of_that_kind(void **state)
{
    (void)state;
    struct scene scene;
    struct snet_queue_item *extra = NULL;
    int fd = -1;
    scene_open(&scene);
    scene.closes = true; /* else more would be taken than are counted here */
    for (unsigned i = 0; i < SNET_QUEUE_MAX; i++) {
        assert_true(snet_queue_put(&scene.queue, item_new(SNET_QUEUE_PASSED, 1, &fd)));
    }
    extra = item_new(SNET_QUEUE_PASSED, 2, &fd);
    assert_false(snet_queue_put(&scene.queue, extra));
    assert_true(is_open(fd));
    snet_queue_item_free(extra);
    assert_false(is_open(fd));
    assert_true(snet_queue_put(&scene.queue, item_new(SNET_QUEUE_NEW, 3, &fd)));
    scene_close(&scene);
    assert_false(is_open(fd));
}

static void a_queue_that_is_closed_while_it_is_taken_from_ends_there(void **state)
{
    (void)state;
    struct scene scene;
    int fds[3];
    scene_open(&scene);
    scene.closes = true;
    for (unsigned i = 0; i < 3; i++) {
        assert_true(snet_queue_put(&scene.queue, item_new(SNET_QUEUE_NEW, 1, &fds[i])));
    }
    TEST_LOOP_UNTIL(&scene.loop, scene.taken_count == 1);
    test_loop_settle(&scene.loop);
    assert_int_equal(scene.taken_count, 1);
    for (unsigned i = 0; i < 3; i++) {
        assert_false(is_open(fds[i]));
    }
    assert_int_equal(snet_queue_count(&scene.queue, SNET_QUEUE_NEW), SNET_QUEUE_MAX);
    scene_close(&scene);
}

static void opening_without_memory_leaves_nothing(void **state)
{
    (void)state;
    struct test_loop loop;
    struct snet_queue queue;
    const struct snet_queue_taker taker = {.take = take};
    test_loop_open(&loop);
    assert_true(snet_queue_init(&queue));
    test_memory_fail_at(1, false);
    assert_false(snet_queue_open(&queue, &loop.uv, &taker));
    assert_true(test_memory_heal());
    test_memory_fail_at(1, false);
    assert_null(snet_queue_item_new(-1, SNET_QUEUE_NEW, NULL, NULL, 0));
    assert_true(test_memory_heal());
    snet_queue_close(&queue);
    snet_queue_deinit(&queue);
    test_loop_close(&loop);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_are_taken_in_turn_and_a_few_at_a_time),
        cmocka_unit_test(what_is_not_taken_out_is_closed),
        cmocka_unit_test(a_full_queue_takes_no_more_of_that_kind),
        cmocka_unit_test(a_queue_that_is_closed_while_it_is_taken_from_ends_there),
        cmocka_unit_test(opening_without_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
