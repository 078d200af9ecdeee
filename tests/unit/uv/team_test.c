/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Servers that serve as one. All members are on one loop here, each on a driver of its own, so that
 * the order of things is the test's; tests/e2e/test_threads.py has threads.
 */
#include "uv/team.h"

#include "codec/legacy.h"
#include "core/wire.h"
#include "tests/support/loop_pair.h"
#include "tests/support/memory.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"
#include "uv/conn.h"
#include "uv/serve.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MEMBERS 3u
#define SESSIONS 9u
#define ALLOCATIONS_MAX 60u

static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2, SNET_WIRE_3};
#define WIRES (sizeof wires / sizeof wires[0])

struct scene {
    struct test_loop loop;
    snet_team *team;
    snet_uv *members[MEMBERS];
    snet_uv_server *servers[MEMBERS];
    snet_team_listener *listener;
    snet_uv *clients;
    snet_session *sessions[SESSIONS];
    unsigned opened;  /* at clients */
    unsigned resumed; /* at clients */
    unsigned ended;
    unsigned begun[MEMBERS]; /* sessions, by member */
};

static void client_event(void *user, const struct snet_core_event *event)
{
    struct scene *scene = user;
    scene->opened += event->type == SNET_CORE_EVENT_OPENED ? 1 : 0;
    scene->resumed += event->type == SNET_CORE_EVENT_RESUMED ? 1 : 0;
    scene->ended += event->type == SNET_CORE_EVENT_ENDED ? 1 : 0;
}

static void member_event(void *user, const struct snet_core_event *event)
{
    struct scene *scene = user;
    for (unsigned i = 0; i < MEMBERS && event->type == SNET_CORE_EVENT_OPENED; i++) {
        const bool its =
            scene->servers[i] != NULL && snet_uv_server_core(scene->servers[i]) == event->server;
        scene->begun[i] += its ? 1 : 0;
    }
}

static void scene_join(struct scene *scene, const struct snet_server_config *config)
{
    for (unsigned i = 0; i < MEMBERS; i++) {
        const struct snet_uv_config driver = {
            .core = {.shares = snet_team_shares(scene->team)},
            .on_event = member_event,
            .user = scene,
        };
        assert_int_equal(snet_uv_new(&scene->loop.uv, &driver, &scene->members[i]), SNET_OK);
        assert_int_equal(
            snet_team_serve(scene->team, scene->members[i], config, &scene->servers[i]), SNET_OK);
    }
}

static void scene_open(struct scene *scene, const struct snet_server_config *config)
{
    const struct snet_shares_config shares = {.members = MEMBERS};
    const struct snet_uv_config clients = {.on_event = client_event, .user = scene};
    int os_err = 0;
    memset(scene, 0, sizeof *scene);
    test_loop_open(&scene->loop);
    assert_int_equal(snet_team_new(&shares, &scene->team), SNET_OK);
    scene_join(scene, config);
    assert_int_equal(
        snet_team_listen(scene->team, &scene->loop.uv, "127.0.0.1:0", &scene->listener, &os_err),
        SNET_OK);
    assert_int_equal(snet_uv_new(&scene->loop.uv, &clients, &scene->clients), SNET_OK);
}

static void scene_close(struct scene *scene)
{
    snet_team_listener_close(scene->listener);
    snet_uv_free(scene->clients);
    for (unsigned i = 0; i < MEMBERS; i++) {
        snet_uv_free(scene->members[i]);
    }
    snet_team_free(scene->team);
    test_loop_close(&scene->loop);
}

static struct test_pair_config config_for(enum snet_wire wire)
{
    struct test_pair_config config =
        wire == SNET_WIRE_3 ? test_pair_secure() : test_pair_defaults();
    config.client.wire = wire;
    config.server.wires = wire;
    return config;
}

static void scene_connect(struct scene *scene, const struct snet_client_config *config)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        assert_int_equal(snet_uv_connect(scene->clients,
                                         snet_team_listener_address(scene->listener), config,
                                         &scene->sessions[i]),
                         SNET_OK);
    }
    TEST_LOOP_PASS_UNTIL(&scene->loop, TEST_PAIR_STEP_MS, scene->opened == SESSIONS);
}

static void new_sessions_are_divided_evenly(void **state)
{
    (void)state;
    const struct test_pair_config config = config_for(SNET_WIRE_3);
    struct scene scene;
    scene_open(&scene, &config.server);
    scene_connect(&scene, &config.client);
    TEST_LOOP_UNTIL(&scene.loop, scene.begun[0] + scene.begun[1] + scene.begun[2] == SESSIONS);
    for (unsigned i = 0; i < MEMBERS; i++) {
        assert_int_equal(scene.begun[i], SESSIONS / MEMBERS);
    }
    scene_close(&scene);
}

/* Each connection of a resume comes to whichever member has the fewest. */
static void sessions_are_found_wherever_their_client_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        const struct test_pair_config config = config_for(wires[i]);
        struct scene scene;
        scene_open(&scene, &config.server);
        scene_connect(&scene, &config.client);
        for (unsigned round = 1; round <= 3; round++) {
            for (unsigned k = 0; k < SESSIONS; k++) {
                const snet_link *link = snet_session_link(scene.sessions[k]);
                const struct snet_conn *conn = link == NULL ? NULL : snet_link_user(link);
                assert_non_null(conn);
                test_socket_reset(test_socket_of(conn->stream));
            }
            TEST_LOOP_PASS_UNTIL(&scene.loop, TEST_PAIR_STEP_MS, scene.resumed >= round * SESSIONS);
        }
        assert_int_equal(scene.ended, 0);
        assert_int_equal(scene.begun[0] + scene.begun[1] + scene.begun[2], SESSIONS);
        scene_close(&scene);
    }
}

/* What a program has read by itself comes first. */
static void a_connection_is_taken_with_what_was_read_of_it(void **state)
{
    (void)state;
    const struct test_pair_config config = config_for(SNET_WIRE_2);
    struct scene scene;
    int ends[2];
    scene_open(&scene, &config.server);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    uint8_t hello[SNET_LEGACY_MESSAGE_MAX_BYTES];
    const size_t len = snet_legacy_hello_encode(snet_wires_find(SNET_WIRE_2)->format, 12345, hello);
    const struct snet_uv_taken taken = {.first = hello, .first_len = len - 1};
    assert_int_equal(snet_team_take(scene.team, ends[0], &taken), SNET_OK);
    test_loop_settle(&scene.loop);
    assert_int_equal(test_socket_pending(ends[1]), 0);
    assert_int_equal(write(ends[1], &hello[len - 1], 1), 1);
    TEST_LOOP_UNTIL(&scene.loop, test_socket_pending(ends[1]) > 0); /* the server has answered */
    test_socket_close(ends[1]);
    scene_close(&scene);
}

static void a_team_needs_all_its_members_and_has_no_more(void **state)
{
    (void)state;
    const struct test_pair_config config = config_for(SNET_WIRE_2);
    const struct snet_shares_config shares = {.members = MEMBERS};
    const struct snet_uv_taken nothing = {.first_len = 0};
    struct scene scene;
    snet_uv_server *server = NULL;
    snet_team *team = NULL;
    int os_err = 0;
    int ends[2];
    scene_open(&scene, &config.server);
    assert_int_equal(snet_team_serve(scene.team, scene.members[0], &config.server, &server),
                     SNET_ERR_LIMIT);
    assert_int_equal(snet_team_new(&shares, &team), SNET_OK);
    assert_int_equal(
        snet_team_listen(team, &scene.loop.uv, "127.0.0.1:0", &scene.listener, &os_err),
        SNET_ERR_STATE);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(snet_team_take(team, ends[0], &nothing), SNET_ERR_LIMIT);
    assert_int_equal(test_socket_end(ends[1]), UV_EOF);
    test_socket_close(ends[1]);
    snet_team_free(team);
    scene_close(&scene);
}

/* A member that takes nothing: its sessions' clients are not answered by another one. */
static void a_connection_for_a_member_that_has_left_is_closed(void **state)
{
    (void)state;
    const struct test_pair_config config = config_for(SNET_WIRE_3);
    struct scene scene;
    scene_open(&scene, &config.server);
    scene_connect(&scene, &config.client);
    snet_uv_free(scene.members[1]);
    scene.members[1] = NULL;
    scene.servers[1] = NULL;
    test_loop_pass(&scene.loop, TEST_PAIR_STEP_MS);
    for (unsigned turn = 0; turn < 100; turn++) {
        test_loop_pass(&scene.loop, TEST_PAIR_STEP_MS);
    }
    assert_int_equal(scene.ended, 0);
    scene_close(&scene);
}

static void joining_without_memory_leaves_nothing(void **state)
{
    (void)state;
    const struct test_pair_config config = config_for(SNET_WIRE_3);
    const struct snet_shares_config shares = {.members = 1};
    const struct snet_uv_config driver_config = {.on_event = client_event};
    struct test_loop loop;
    bool joined = false;
    test_loop_open(&loop);
    for (unsigned number = 1; !joined; number++) {
        snet_team *team = NULL;
        snet_uv *driver = NULL;
        snet_uv_server *server = NULL;
        assert_in_range(number, 1, ALLOCATIONS_MAX);
        assert_int_equal(snet_uv_new(&loop.uv, &driver_config, &driver), SNET_OK);
        test_memory_fail_at(number, false);
        snet_err err = snet_team_new(&shares, &team);
        if (err == SNET_OK) {
            err = snet_team_serve(team, driver, &config.server, &server);
        }
        joined = err == SNET_OK;
        assert_int_equal(err, test_memory_heal() ? SNET_ERR_NO_MEMORY : SNET_OK);
        snet_uv_free(driver);
        snet_team_free(team);
        test_loop_settle(&loop);
    }
    test_loop_close(&loop);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_sessions_are_divided_evenly),
        cmocka_unit_test(sessions_are_found_wherever_their_client_comes_back),
        cmocka_unit_test(a_connection_is_taken_with_what_was_read_of_it),
        cmocka_unit_test(a_team_needs_all_its_members_and_has_no_more),
        cmocka_unit_test(a_connection_for_a_member_that_has_left_is_closed),
        cmocka_unit_test(joining_without_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
