/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a peer that has its keys can try on purpose, and what must not come of it. */
#include "core/secure.h"
#include "tests/support/peer.h"
#include "tests/support/unit.h"

#include <string.h>

struct scene {
    struct ends_config config;
    struct ends ends;
    struct peer peer; /* a client */
};

static void scene_prepare(struct scene *scene)
{
    scene->config = ends_config_for(SNET_WIRE_3, false);
}

static void scene_open(struct scene *scene)
{
    ends_open(&scene->ends, &scene->config);
    peer_open(&scene->peer, &scene->ends, SNET_NOISE_NK);
}

static void scene_close(struct scene *scene)
{
    peer_close(&scene->peer);
    ends_close(&scene->ends);
}

/* Says HELLO and takes the answer: an embryo, and no record to prove it. */
static void conceive(struct peer *peer)
{
    const struct snet_secure_offer offer = {.window = PEER_WINDOW, .max_record = 16384};
    struct snet_secure_welcome welcome;
    peer_connect(peer);
    peer_hello(peer, &offer);
    peer_send(peer);
    peer_take_reply(peer, &welcome);
}

/* --- Embryos ------------------------------------------------------------------------------ */

/* R8 proves the pending link, and there is no room for the session any more. */
static void embryo_that_finds_no_room_is_gone_before_its_next_resume_goes_on(void **state)
{
    (void)state;
    struct scene scene;
    struct peer other;
    struct snet_core_stats stats;
    scene_prepare(&scene);
    scene.config.server.sessions_max = 1;
    scene_open(&scene);
    conceive(&scene.peer);
    peer_resume_to_accept(&scene.peer, SNET_SECURE_CAUSE_PLANNED, 0);
    const struct ends_conn *pending = scene.peer.conn;
    peer_open(&other, &scene.ends, SNET_NOISE_NK);
    peer_begin(&other);
    peer_connect(&scene.peer);
    peer_resume(&scene.peer, &(struct snet_secure_resume){.attempt = 2,
                                                          .limit = PEER_WINDOW,
                                                          .cause = SNET_SECURE_CAUSE_PLANNED});
    peer_send(&scene.peer);
    peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_int_equal(pending->sides[ENDS_SERVER].how, SNET_CLOSE_FIN);
    snet_core_stats(scene.ends.cores[ENDS_SERVER], &stats);
    assert_int_equal(stats.sessions, 1);
    assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_OPENED], 1);
    peer_close(&other);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embryo_that_finds_no_room_is_gone_before_its_next_resume_goes_on),
    };
    return cmocka_run_group_tests_name("secure_hostile", tests, NULL, NULL);
}
