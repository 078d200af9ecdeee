/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a peer that has its keys can try on purpose, and what must not come of it. */
#include "core/snet3/state.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* --- Strangers ---------------------------------------------------------------------------- */

/* Eight bytes at a time would make a flood of dropped bytes a flood of work. */
static void stranger_is_dropped_in_large_pieces(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open(&scene, SNET_NOISE_NK);
    const struct snet_v3_offer offer = {.window = V3_PEER_WINDOW, .max_record = 16384};
    v3_peer_connect(&scene.peer);
    v3_peer_hello(&scene.peer, &offer);
    scene.peer.message[scene.peer.message_len - 1] ^= 1;
    v3_peer_send(&scene.peer);
    v3_peer_expect_silence(&scene.peer);
    assert_int_equal(snet_link_room(scene.peer.conn->sides[CORE_PAIR_SERVER].link),
                     SNET_V3_READ_MAX_BYTES);
    v3_setup_close(&scene);
}

/* --- Unconfirmed sessions ----------------------------------------------------------------- */

/* R8 proves the pending link, and there is no room for the session any more. */
static void
unconfirmed_that_finds_no_room_is_refused_when_it_opens_not_when_it_resumes(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct v3_peer other;
    struct snet_core_stats stats;
    v3_setup_prepare(&scene);
    scene.config.server.sessions_max = 1;
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_greet(&scene.peer);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    struct snet_v3_accept accept;
    v3_peer_open(&other, &scene.ends, SNET_NOISE_NK);
    v3_peer_begin(&other);
    v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 2,
                                                             .limit = V3_PEER_WINDOW,
                                                             .cause = SNET_V3_CAUSE_PLANNED});
    v3_peer_take_accept(&scene.peer, &accept);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_say(&scene.peer);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.sessions, 1);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    v3_peer_close(&other);
    v3_setup_close(&scene);
}

/* The program knows nothing of the session yet: bytes of it are no event. */
static void unconfirmed_with_early_bytes_is_invisible_before_it_opens(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_accept accept;
    uint8_t early[10];
    v3_setup_prepare(&scene);
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_greet(&scene.peer);
    test_pattern_fill(early, sizeof early, 0);
    v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 1,
                                                             .limit = V3_PEER_WINDOW,
                                                             .early = {early, sizeof early}});
    v3_peer_take_accept(&scene.peer, &accept);
    assert_int_equal(accept.recv_next, sizeof early);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_READABLE], 0);
    v3_peer_put_start(&scene.peer, sizeof early);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_say(&scene.peer);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_READABLE], 1);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), sizeof early);
    v3_setup_close(&scene);
}

/* The machine has no memory while a client proves its key: the session does not go on without it.
 */
static void client_with_a_key_has_it_whatever_fails_meanwhile(void **state)
{
    (void)state;
    for (unsigned failing = 1; failing < 6; failing++) {
        struct v3_setup scene;
        struct snet_key key;
        struct snet_v3_header header;
        struct snet_v3_accept accept;
        v3_setup_prepare(&scene);
        v3_setup_open(&scene, SNET_NOISE_XK);
        v3_peer_greet(&scene.peer);
        struct test_env *env = &scene.ends.env[CORE_PAIR_SERVER];
        env->fail_at = env->alloc_count + failing;
        v3_peer_auth(&scene.peer);
        v3_peer_send(&scene.peer);
        env->fail_at = 0;
        if (scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED] == 0) {
            v3_peer_say_resume(&scene.peer,
                               &(struct snet_v3_resume){.attempt = 1, .limit = V3_PEER_WINDOW});
            assert_true(v3_peer_hear(&scene.peer) > 0);
            assert_int_equal(snet_v3_header_decode(scene.peer.in, &header), SNET_OK);
            if (header.type == SNET_V3_ACCEPT) {
                v3_peer_take_accept(&scene.peer, &accept);
                v3_peer_confirm(&scene.peer, 0);
            }
        }
        if (scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED] > 0) {
            assert_true(snet_session_peer_key(scene.ends.served, &key));
        }
        v3_setup_close(&scene);
    }
}

/* --- Early bytes -------------------------------------------------------------------------- */

/* A server heard more on the first link than the second one has sent again, and that breaks. */
static void early_bytes_are_those_of_the_offset_that_is_said(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct v3_peer server;
    struct snet_v3_resume resume;
    uint8_t some[100];
    const struct snet_v3_welcome welcome = {.window = V3_PEER_WINDOW, .max_record = 512};
    v3_setup_prepare(&scene);
    scene.config.client.early_data = true;
    core_pair_open(&scene.ends, &scene.config);
    v3_peer_open_server(&server, &scene.ends);
    v3_peer_connect(&server);
    v3_peer_reply(&server, &welcome);
    v3_peer_send(&server);
    core_pair_write(&scene.ends, scene.ends.client, 10000);
    assert_true(v3_peer_hear(&server) > 10000);
    snet_client_network_changed(scene.ends.client, scene.ends.now);
    core_pair_drain(&scene.ends);
    v3_peer_connect(&server);
    v3_peer_take_resume(&server, &resume);
    v3_peer_accept(&server, &(struct snet_v3_accept){.limit = V3_PEER_WINDOW});
    v3_peer_send(&server);
    assert_int_equal(core_pair_take(&scene.ends, server.conn, CORE_PAIR_CLIENT, some, sizeof some),
                     sizeof some);
    v3_peer_put_start(&server, 0);
    v3_peer_put_ack(&server, 5000, V3_PEER_WINDOW);
    v3_peer_say(&server);
    core_pair_cut(&scene.ends, server.conn);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    v3_peer_connect(&server);
    v3_peer_take_resume(&server, &resume);
    assert_int_equal(resume.early_off, 5000);
    assert_int_equal(resume.early.len, SNET_V3_EARLY_MAX_BYTES);
    test_pattern_expect(resume.early.data, resume.early.len, resume.early_off);
    v3_peer_close(&server);
    core_pair_close(&scene.ends);
}

/* --- Refusals ----------------------------------------------------------------------------- */

/* Codes of ABORT, of nothing yet, and those that need a proof [PROTO 21]. */
static void client_tries_again_after_a_refusal_of_no_meaning(void **state)
{
    static const uint16_t codes[] = {0, 8, 15, 16, 22, 23, 32, 37, 0x1000, 0xffff};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct v3_setup scene;
        struct v3_peer server;
        const struct snet_v3_welcome welcome = {.window = V3_PEER_WINDOW, .max_record = 512};
        v3_setup_prepare(&scene);
        core_pair_open(&scene.ends, &scene.config);
        v3_peer_open_server(&server, &scene.ends);
        v3_peer_connect(&server);
        v3_peer_reply(&server, &welcome);
        v3_peer_reject(&server, codes[i], 0, false);
        v3_peer_send(&server);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
        core_pair_pass(&scene.ends, SNET_SECOND_NS);
        v3_peer_serve(&server);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
        v3_peer_close(&server);
        core_pair_close(&scene.ends);
    }
}

/* --- Memory ------------------------------------------------------------------------------- */

/* A few with large windows whose readers have stopped would starve all others. */
static void reserved_windows_leave_pages_to_those_without(void **state)
{
    (void)state;
    struct v3_setup scene;
    uint64_t reserved = 0;
    v3_setup_prepare(&scene);
    core_pair_open(&scene.ends, &scene.config);
    core_pair_begin(&scene.ends);
    snet_core *core = scene.ends.cores[CORE_PAIR_SERVER];
    struct snet_reserve other = {.bytes = 0};
    while (snet_reserves_take(&core->reserves, &other, other.bytes + SNET_PAGE_BYTES,
                              scene.ends.now)) {
        reserved += SNET_PAGE_BYTES;
    }
    assert_true(reserved <= SNET_BUDGET_DEFAULT_BYTES / 4 * 3);
    assert_true(reserved > SNET_BUDGET_DEFAULT_BYTES / 2);
    snet_reserves_give(&core->reserves, &other);
    core_pair_close(&scene.ends);
}

/* [PROTO 17.2]: a peer that used its credit, and now does not, keeps no pages from others. */
static void credit_that_nobody_uses_is_lent_and_given_anew_when_it_is_used(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    snet_core *core = ends.cores[CORE_PAIR_SERVER];
    struct snet_v3_session *served = snet_v3_session_of(ends.served);
    const uint32_t window = 1u << 20;
    struct snet_reserve other = {.bytes = 0};
    const uint32_t rest = SNET_BUDGET_DEFAULT_BYTES / 4 * 3 - SNET_RESERVES_KEPT_BYTES;
    assert_true(snet_reserves_take(&core->reserves, &served->reserve,
                                   window - SNET_WINDOW_UNRESERVED_BYTES, ends.now));
    snet_window_grow(&served->window, window);
    snet_inbox_grow(&ends.served->inbox, window);
    assert_false(snet_reserves_take(&core->reserves, &other, rest, ends.now));
    core_pair_pass(&ends, SNET_RESERVES_LEND_NS);
    assert_true(snet_reserves_take(&core->reserves, &other, rest, ends.now));
    core_pair_write(&ends, ends.client, 10);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 10);
    assert_int_equal(served->window.bytes, SNET_WINDOW_FIRST_BYTES);
    snet_reserves_give(&core->reserves, &other);
    core_pair_close(&ends);
}

/* Sessions that end unread, one after the other, would fill the budget all the same. */
static void pages_stay_reserved_for_what_was_not_read(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    const snet_core *core = scene.ends.cores[CORE_PAIR_SERVER];
    const uint64_t before = core->reserves.bytes;
    assert_true(before > 0);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_put(&scene.peer,
                &(struct snet_v3_frame){.type = SNET_V3_FRAME_ABORT, .number = 0x1000});
    v3_peer_say(&scene.peer);
    assert_int_equal(scene.ends.ended[CORE_PAIR_SERVER], SNET_ERR_PEER_ABORTED);
    assert_int_equal(core->reserves.bytes, before);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 10);
    snet_session_free(scene.ends.served, scene.ends.now);
    assert_int_equal(core->reserves.bytes, 0);
    v3_setup_close(&scene);
}

/* --- Slow paths --------------------------------------------------------------------------- */

/* Each byte is a sign of life: a record that takes long would be begun for ever. But who sends a
   byte now and then does not keep a link [PROTO 20.3]. */
static void link_lives_while_a_record_trickles_in(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_seal(&scene.peer);
    for (size_t i = 0; i < scene.peer.message_len; i++) {
        core_pair_pass(&scene.ends, 50 * SNET_SECOND_NS / scene.peer.message_len);
        v3_peer_send_bytes(&scene.peer, scene.peer.record + i, 1);
    }
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 10);
    v3_peer_put_data(&scene.peer, 10, 10);
    v3_peer_seal(&scene.peer);
    for (size_t i = 0; i < 9; i++) {
        core_pair_pass(&scene.ends, 10 * SNET_SECOND_NS);
        if (scene.peer.conn->sides[CORE_PAIR_SERVER].link != NULL) {
            v3_peer_send_bytes(&scene.peer, scene.peer.record + i, 1);
        }
    }
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 1);
    v3_setup_close(&scene);
}

/* 32 kbit/s, and another connection at once: a record takes longer than a path is trusted for. */
static void slow_path_is_not_left_again_and_again(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    core_pair_open(&scene.ends, &scene.config);
    struct core_pair_conn *conn = core_pair_begin(&scene.ends);
    uint64_t read = 0;
    unsigned dials = scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
    core_pair_write(&scene.ends, scene.ends.client, 131072);
    for (unsigned second = 0; second < 60; second++) {
        core_pair_pass(&scene.ends, SNET_SECOND_NS);
        if (scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL] > dials) {
            dials = scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
            conn = core_pair_connect(&scene.ends);
        }
        core_pair_move(&scene.ends, conn, CORE_PAIR_CLIENT, 109);
        core_pair_move(&scene.ends, conn, CORE_PAIR_SERVER, 4096);
        core_pair_move(&scene.ends, conn, CORE_PAIR_CLIENT, 4000);
        read += core_pair_read(&scene.ends, scene.ends.served, read);
        core_pair_move(&scene.ends, conn, CORE_PAIR_SERVER, 4096);
    }
    assert_true(read > 120000);
    core_pair_close(&scene.ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stranger_is_dropped_in_large_pieces),
        cmocka_unit_test(
            unconfirmed_that_finds_no_room_is_refused_when_it_opens_not_when_it_resumes),
        cmocka_unit_test(unconfirmed_with_early_bytes_is_invisible_before_it_opens),
        cmocka_unit_test(client_with_a_key_has_it_whatever_fails_meanwhile),
        cmocka_unit_test(early_bytes_are_those_of_the_offset_that_is_said),
        cmocka_unit_test(client_tries_again_after_a_refusal_of_no_meaning),
        cmocka_unit_test(reserved_windows_leave_pages_to_those_without),
        cmocka_unit_test(credit_that_nobody_uses_is_lent_and_given_anew_when_it_is_used),
        cmocka_unit_test(pages_stay_reserved_for_what_was_not_read),
        cmocka_unit_test(link_lives_while_a_record_trickles_in),
        cmocka_unit_test(slow_path_is_not_left_again_and_again),
    };
    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
