/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What the cores of servers that serve as one have together. */
#include "core/shares.h"

#include "core/link.h"
#include "core/server.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#define MEMBERS 2u
#define PAGES 64u
#define SESSIONS 8u

struct scene {
    struct test_env env;
    snet_shares *shares;
    snet_core *cores[MEMBERS];
    snet_server *servers[MEMBERS];
};

static snet_err make(struct test_env *env, uint32_t members, snet_shares **ret_shares)
{
    const struct snet_shares_config config = {
        .members = members,
        .send_budget_bytes = PAGES * SNET_PAGE_BYTES,
        .recv_budget_bytes = 2 * PAGES * SNET_PAGE_BYTES,
        .sessions_max = SESSIONS,
    };
    return snet_shares_new(&env->env, &config, ret_shares);
}

static void scene_open(struct scene *scene)
{
    struct snet_server_config config = core_pair_config_for(SNET_WIRE_2, false).server;
    test_env_init(&scene->env, 1);
    assert_int_equal(make(&scene->env, MEMBERS, &scene->shares), SNET_OK);
    for (unsigned i = 0; i < MEMBERS; i++) {
        const struct snet_core_config core = {.shares = scene->shares};
        assert_int_equal(snet_core_new(&scene->env.env, &core, &scene->cores[i]), SNET_OK);
        config.shards = 1u << i;
        config.shares = scene->shares;
        assert_int_equal(snet_server_new(scene->cores[i], &config, &scene->servers[i]), SNET_OK);
    }
}

static void scene_close(struct scene *scene)
{
    for (unsigned i = 0; i < MEMBERS; i++) {
        snet_core_free(scene->cores[i]);
    }
    snet_shares_free(scene->shares);
    assert_int_equal(scene->env.live_count, 0);
}

static void shares_need_a_page_and_a_place_for_each(void **state)
{
    (void)state;
    struct test_env env;
    snet_shares *shares = NULL;
    test_env_init(&env, 1);
    assert_int_equal(make(&env, 0, &shares), SNET_ERR_INVALID);
    assert_int_equal(make(&env, SESSIONS + 1, &shares), SNET_ERR_INVALID);
    assert_int_equal(make(&env, SNET_SHARDS_MAX + 1, &shares), SNET_ERR_INVALID);
    env.fail_one_in = 1;
    assert_int_equal(make(&env, 1, &shares), SNET_ERR_NO_MEMORY);
    env.fail_one_in = 0;
    assert_int_equal(env.live_count, 0);
    snet_shares_free(NULL);
}

static void half_of_the_pages_is_everybodys_own(void **state)
{
    (void)state;
    struct scene scene;
    struct snet_page *pages[PAGES];
    unsigned taken = 0;
    scene_open(&scene);
    struct snet_pool *busy = &scene.cores[0]->send_pool;
    struct snet_pool *other = &scene.cores[1]->send_pool;
    assert_int_equal(snet_pool_available(&scene.cores[0]->recv_pool), 2 * PAGES * 3 / 4);
    for (pages[0] = snet_pool_take(busy); pages[taken] != NULL;) {
        taken++;
        pages[taken] = snet_pool_take(busy);
    }
    assert_int_equal(taken, PAGES * 3 / 4);
    assert_int_equal(snet_pool_available(other), PAGES / 4);
    while (taken > 0) {
        snet_pool_give(busy, pages[--taken]);
    }
    assert_int_equal(snet_pool_available(other), PAGES * 3 / 4);
    scene_close(&scene);
}

static snet_session *begin(struct scene *scene, unsigned member)
{
    const struct snet_wire_ops *wire = snet_wires_find(SNET_WIRE_2);
    snet_server *server = scene->servers[member];
    snet_link *link = NULL;
    snet_session *session = NULL;
    uint64_t id = 0;
    if (snet_server_admit(server, wire, SNET_SECOND_NS) != SNET_OK) {
        return NULL;
    }
    assert_int_equal(snet_server_accepted(server, &link, SNET_SECOND_NS), SNET_OK);
    assert_int_equal(snet_link_use_wire(link, wire), SNET_OK);
    assert_int_equal(snet_server_draw_id(server, &id), SNET_OK);
    assert_int_equal(snet_server_begin(link, SNET_NEVER, &session), SNET_OK);
    snet_server_enter(session, id);
    snet_link_free(link, SNET_SECOND_NS);
    return session;
}

static void places_for_sessions_go_to_whoever_needs_them(void **state)
{
    (void)state;
    struct scene scene;
    snet_session *sessions[SESSIONS];
    unsigned count = 0;
    scene_open(&scene);
    for (sessions[0] = begin(&scene, 0); sessions[count] != NULL;) {
        count++;
        assert_true(count < SESSIONS);
        sessions[count] = begin(&scene, 0);
    }
    assert_int_equal(count, SESSIONS * 3 / 4);
    assert_non_null(begin(&scene, 1));
    assert_non_null(begin(&scene, 1));
    assert_null(begin(&scene, 1));
    snet_session_abort(sessions[0], SNET_SECOND_NS);
    assert_non_null(begin(&scene, 1));
    assert_null(begin(&scene, 0));
    scene_close(&scene);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_need_a_page_and_a_place_for_each),
        cmocka_unit_test(half_of_the_pages_is_everybodys_own),
        cmocka_unit_test(places_for_sessions_go_to_whoever_needs_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
