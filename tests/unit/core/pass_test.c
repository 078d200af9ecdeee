/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Several servers that serve as one: a request to go on with a session is passed on to the one
 * whose session it is. Beside the server of the pair there is a second one, on a core of its own.
 */
#include <snet/shares.h>

#include "core/link.h"
#include "core/shards.h"
#include "tests/support/core_pair.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <string.h>

/* The pair's server has shard 0, the other one shard 1. */
#define OWN_SHARDS 1u
#define OTHER_SHARDS 2u

static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2, SNET_WIRE_3};
#define WIRES (sizeof wires / sizeof wires[0])

struct scene {
    struct core_pair ends;
    struct test_env env;
    snet_core *core;
    snet_server *other;
};

static void scene_open(struct scene *scene, enum snet_wire wire)
{
    struct core_pair_config config = core_pair_config_for(wire, false);
    const struct snet_core_config budgets = {0};
    config.server.shards = OWN_SHARDS;
    core_pair_open(&scene->ends, &config);
    test_env_init(&scene->env, 9);
    assert_int_equal(snet_core_new(&scene->env.env, &budgets, &scene->core), SNET_OK);
    config.server.shards = OTHER_SHARDS;
    assert_int_equal(snet_server_new(scene->core, &config.server, &scene->other), SNET_OK);
}

static void scene_close(struct scene *scene)
{
    core_pair_close(&scene->ends);
    snet_core_free(scene->core);
    assert_int_equal(scene->env.live_count, 0);
}

/* The client's connection reaches the other server, which passes it on; false: it does not. */
static bool scene_ask_other(struct scene *scene, struct core_pair_conn *conn, uint8_t *ret_first,
                            struct snet_link_pass *ret_pass)
{
    snet_link *link = NULL;
    uint8_t sent[1024];
    struct snet_core_event event;
    bool passed = false;
    const size_t len = core_pair_take(&scene->ends, conn, CORE_PAIR_CLIENT, sent, sizeof sent);
    assert_int_equal(snet_server_accepted(scene->other, &link, scene->ends.now), SNET_OK);
    for (size_t done = 0; done < len && !passed;) {
        size_t room = snet_link_room(link);
        size_t taken = 0;
        room = room < len - done ? room : len - done;
        snet_link_recv(link, sent + done, room, &taken, scene->ends.now);
        done += taken;
        while (snet_core_next_event(scene->core, &event)) {
            passed = passed || (event.type == SNET_CORE_EVENT_LINK_CLOSE &&
                                event.close_how == SNET_CLOSE_PASS);
        }
        if (passed) {
            snet_link_get_pass(link, ret_pass);
            assert_int_equal(ret_pass->first.len, len);
            assert_memory_equal(ret_pass->first.data, sent, len);
            memcpy(ret_first, ret_pass->first.data, len);
        }
    }
    struct snet_span span;
    assert_int_equal(passed ? snet_link_send(link, &span, 1) : 0, 0); /* nothing was answered */
    snet_link_free(link, scene->ends.now);
    return passed;
}

static void a_resume_at_the_wrong_server_is_passed_on_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct scene scene;
        struct snet_link_pass pass;
        uint8_t first[1024];
        scene_open(&scene, wires[i]);
        struct core_pair_conn *conn = core_pair_begin(&scene.ends);
        core_pair_write(&scene.ends, scene.ends.client, 100);
        core_pair_cut(&scene.ends, conn);
        core_pair_pass(&scene.ends, SNET_SECOND_NS);
        struct core_pair_conn *dialed = core_pair_dial(&scene.ends);
        assert_true(scene_ask_other(&scene, dialed, first, &pass));
        assert_int_equal(pass.shard, 0);
        struct core_pair_conn *found = core_pair_intrude(&scene.ends);
        found->sides[CORE_PAIR_CLIENT] = dialed->sides[CORE_PAIR_CLIENT];
        dialed->sides[CORE_PAIR_CLIENT].link = NULL;
        core_pair_feed(&scene.ends, found, CORE_PAIR_SERVER, first, pass.first.len);
        core_pair_settle(&scene.ends, found);
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_RESUMED], 1);
        assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 100);
        scene_close(&scene);
    }
}

/* The server of the shard is the one that knows: it does not pass on what it has not. */
static void a_session_that_is_gone_is_refused_where_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct scene scene;
        struct core_pair_config config = core_pair_config_for(wires[i], false);
        scene_open(&scene, wires[i]);
        (void)core_pair_begin(&scene.ends);
        config.server.shards = OWN_SHARDS;
        core_pair_restart(&scene.ends, &config.server);
        core_pair_pass(&scene.ends, SNET_SECOND_NS);
        struct core_pair_conn *next = core_pair_connect(&scene.ends);
        core_pair_settle(&scene.ends, next);
        assert_int_equal(next->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
        assert_int_equal(next->sides[CORE_PAIR_SERVER].err, SNET_ERR_UNKNOWN_SESSION);
        scene_close(&scene);
    }
}

/* A session that has ended is answered where it was, and not looked for elsewhere. */
static void an_ended_session_is_not_passed_on(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, SNET_WIRE_3);
    struct core_pair_conn *conn = core_pair_begin(&scene.ends);
    core_pair_cut(&scene.ends, conn);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    snet_session_abort(scene.ends.served, scene.ends.now);
    struct core_pair_conn *next = core_pair_connect(&scene.ends);
    core_pair_settle(&scene.ends, next);
    assert_int_equal(next->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
    assert_int_equal(scene.ends.ended[CORE_PAIR_CLIENT], SNET_ERR_PEER_ABORTED);
    scene_close(&scene);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resume_at_the_wrong_server_is_passed_on_whole),
        cmocka_unit_test(a_session_that_is_gone_is_refused_where_it_was),
        cmocka_unit_test(an_ended_session_is_not_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
