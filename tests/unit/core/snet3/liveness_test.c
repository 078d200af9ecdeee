/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Signs of life, and everything else that time does [PROTO 20.2]; bounds of how much [PROTO 20.1].
 */
#include "core/snet3/liveness.h"

#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

static void heartbeat_is_what_is_wanted_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(snet_v3_liveness_heartbeat(0), SNET_SECOND_NS);
    assert_int_equal(snet_v3_liveness_heartbeat(SNET_SECOND_NS - 1), SNET_SECOND_NS);
    assert_int_equal(snet_v3_liveness_heartbeat(77 * SNET_SECOND_NS), 77 * SNET_SECOND_NS);
    assert_int_equal(snet_v3_liveness_heartbeat(UINT64_MAX), 600 * SNET_SECOND_NS);
}

static void link_without_a_first_byte_is_closed_in_time(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_pass(&ends, SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS - 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&ends, 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    core_pair_close(&ends);
}

static void link_with_half_a_message_is_closed_in_time(void **state)
{
    static const uint8_t head[] = {0xC3, 1, 3, 1, 1, 0, 100, 0, 7, 7, 7};
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, true);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_pass(&ends, SNET_SECOND_NS);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, head, sizeof head);
    core_pair_pass(&ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS - SNET_SECOND_NS - 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&ends, 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    core_pair_close(&ends);
}

/* A link that is met by silence counts as well. */
static void links_in_their_handshake_are_bounded_and_one_goes(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    scene.config.server.handshakes_max = 3;
    v3_setup_open(&scene, SNET_NOISE_NNPSK0); /* no peer is here */
    v3_peer_connect(&scene.peer);
    struct core_pair_conn *oldest = scene.peer.conn;
    v3_peer_hello(&scene.peer,
                  &(struct snet_v3_offer){.window = V3_PEER_WINDOW, .max_record = 16384});
    v3_peer_send(&scene.peer);
    for (unsigned i = 0; i < 2; i++) {
        (void)core_pair_intrude(&scene.ends);
        assert_int_equal(oldest->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    }
    for (unsigned i = 0; i < 64 && oldest->sides[CORE_PAIR_SERVER].how == SNET_CLOSE_NONE; i++) {
        (void)core_pair_intrude(&scene.ends); /* any of them gives way */
    }
    assert_int_equal(oldest->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(oldest->sides[CORE_PAIR_SERVER].err, SNET_ERR_HANDSHAKES_FULL);
    v3_setup_close(&scene);
}

/* --- Heartbeats --------------------------------------------------------------------------- */

static void silent_link_is_asked_for_a_sign_of_life_and_is_dead_without_one(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    core_pair_pass(&scene.ends, 15 * SNET_SECOND_NS - 1);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    core_pair_pass(&scene.ends, 1);
    assert_true(v3_peer_take_record(&scene.peer));
    const struct snet_v3_frame *ping = v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING);
    assert_non_null(ping);
    core_pair_pass(&scene.ends, 5 * SNET_SECOND_NS - 1);
    v3_peer_put(&scene.peer,
                &(struct snet_v3_frame){.type = SNET_V3_FRAME_PONG, .number = ping->number});
    v3_peer_say(&scene.peer);
    core_pair_pass(&scene.ends, 15 * SNET_SECOND_NS - 1);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    core_pair_pass(&scene.ends, 1);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING));
    /* The first answer took nearly 5 s: now there are four of these [PROTO 20.3]. */
    core_pair_pass(&scene.ends, 4 * (5 * SNET_SECOND_NS - 1) - 1);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&scene.ends, 1);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    v3_setup_close(&scene);
}

/* Any record is a sign of life, but there is no second PING before the PONG [PROTO 16.5]. */
static void link_is_not_asked_again_before_it_has_answered(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    core_pair_pass(&scene.ends, 15 * SNET_SECOND_NS);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING));
    for (unsigned i = 0; i < 20; i++) {
        core_pair_pass(&scene.ends, 4 * SNET_SECOND_NS);
        v3_peer_put_data(&scene.peer, i, 1);
        v3_peer_say(&scene.peer);
        while (v3_peer_take_record(&scene.peer)) {
            assert_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING));
        }
    }
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&scene.ends, 20 * SNET_SECOND_NS);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    v3_setup_close(&scene);
}

/* --- Long and slow paths [PROTO 20.3] ------------------------------------------------------ */

/* The peer's end of `scene` has been asked for a sign of life. */
static snet_link *begin_asked(struct v3_setup *scene)
{
    v3_setup_begin(scene);
    snet_link_tell_tcp(scene->peer.conn->sides[CORE_PAIR_SERVER].link,
                       &(struct snet_link_tcp){.queued_bytes = 0}, scene->ends.now);
    core_pair_pass(&scene->ends, 15 * SNET_SECOND_NS);
    assert_true(v3_peer_take_record(&scene->peer));
    assert_non_null(v3_peer_frame(&scene->peer, SNET_V3_FRAME_PING));
    return scene->peer.conn->sides[CORE_PAIR_SERVER].link;
}

static void tell_queue(struct v3_setup *scene, uint64_t queued_bytes)
{
    snet_link *link = scene->peer.conn->sides[CORE_PAIR_SERVER].link;
    assert_true(snet_link_wants_tcp(link));
    snet_link_tell_tcp(link, &(struct snet_link_tcp){.queued_bytes = queued_bytes},
                       scene->ends.now);
}

static void link_whose_ping_waits_in_our_own_queue_is_not_dead(void **state)
{
    (void)state;
    struct v3_setup scene;
    const snet_link *link = begin_asked(&scene);
    for (uint64_t left = 20; left > 0; left--) {
        core_pair_pass(&scene.ends, 4 * SNET_SECOND_NS);
        tell_queue(&scene, left);
    }
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    tell_queue(&scene, 0);
    assert_false(snet_link_wants_tcp(link));
    core_pair_pass(&scene.ends, 5 * SNET_SECOND_NS - 1);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&scene.ends, 1);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    v3_setup_close(&scene);
}

static void link_whose_queue_does_not_move_is_dead(void **state)
{
    (void)state;
    struct v3_setup scene;
    (void)begin_asked(&scene);
    tell_queue(&scene, 15); /* of the PING */
    for (unsigned i = 0; i < 5; i++) {
        core_pair_pass(&scene.ends, 4 * SNET_SECOND_NS);
        tell_queue(&scene, 15);
    }
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    tell_queue(&scene, 15);
    core_pair_pass(&scene.ends, 4 * SNET_SECOND_NS);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    v3_setup_close(&scene);
}

/* A queue that has only grown is no path that moves: that is what a dead one looks like. */
static void link_whose_queue_has_never_moved_is_dead_in_time(void **state)
{
    (void)state;
    struct v3_setup scene;
    (void)begin_asked(&scene);
    core_pair_pass(&scene.ends, 2 * SNET_SECOND_NS);
    tell_queue(&scene, 1000);
    core_pair_pass(&scene.ends, 3 * SNET_SECOND_NS);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    v3_setup_close(&scene);
}

/* [PROTO 17.3] */
static void record_that_trickles_in_is_acknowledged_every_five_seconds(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_seal(&scene.peer);
    unsigned acks = 0;
    for (size_t i = 0; i < 21; i++) {
        v3_peer_send_bytes(&scene.peer, scene.peer.record + i, 1);
        while (v3_peer_take_record(&scene.peer)) {
            acks += v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK) != NULL;
        }
        core_pair_pass(&scene.ends, SNET_SECOND_NS);
    }
    assert_int_equal(acks, 4);
    v3_setup_close(&scene);
}

/* A round trip that TCP has measured makes the time of a handshake, up to 30 s. */
static void long_path_has_more_time_for_its_handshake(void **state)
{
    static const uint8_t head[] = {0xC3, 1, 3, 1, 1, 0, 100, 0, 7, 7, 7};
    static const struct {
        uint64_t rtt_ns;
        uint64_t wanted_ns;
    } rows[] = {{SNET_SECOND_NS, 10 * SNET_SECOND_NS},
                {5 * SNET_SECOND_NS, 20 * SNET_SECOND_NS},
                {60 * SNET_SECOND_NS, 30 * SNET_SECOND_NS}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct core_pair ends;
        const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, true);
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_intrude(&ends);
        snet_link_tell_tcp(conn->sides[CORE_PAIR_SERVER].link,
                           &(struct snet_link_tcp){.rtt_ns = rows[i].rtt_ns}, ends.now);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, head, sizeof head);
        core_pair_pass(&ends, rows[i].wanted_ns - 1);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
        core_pair_pass(&ends, 1);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
        core_pair_close(&ends);
    }
}

/* The client's time is that of its connect, and the time to begin follows. */
static void slow_connect_gives_the_hello_more_time(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open_server(&scene);
    core_pair_pass(&scene.ends, 5 * SNET_SECOND_NS);
    v3_peer_connect(&scene.peer);
    core_pair_pass(&scene.ends, 20 * SNET_SECOND_NS - 1);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&scene.ends, 1);
    assert_int_equal(scene.ends.ended[CORE_PAIR_CLIENT], SNET_ERR_NO_ANSWER);
    v3_setup_close(&scene);
}

/* A session that no record of the server has confirmed may never have begun there [PROTO 18.3]. */
static void unknown_is_no_restart_before_the_first_record(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_resume resume;
    v3_setup_prepare(&scene);
    v3_setup_open_server(&scene);
    v3_peer_connect(&scene.peer);
    v3_peer_reply(&scene.peer, &(struct snet_v3_welcome){.window = V3_PEER_WINDOW,
                                                         .max_record = 16384,
                                                         .heartbeat_s = 15,
                                                         .resume_window_ms = 300000});
    v3_peer_send(&scene.peer);
    core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_CLIENT);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    v3_peer_connect(&scene.peer);
    v3_peer_take_resume(&scene.peer, &resume);
    v3_peer_reject(&scene.peer, SNET_V3_UNKNOWN, 0, true);
    v3_peer_send(&scene.peer);
    assert_int_equal(scene.ends.ended[CORE_PAIR_CLIENT], SNET_ERR_REFUSED);
    v3_setup_close(&scene);
}

static void idle_session_lives_for_ever(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    for (unsigned second = 0; second < 3600; second++) {
        core_pair_pass(&ends, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
    }
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 1);
    core_pair_close(&ends);
}

/* Both ends notice by themselves that the path is gone, and the session goes on. */
static void dead_path_is_found_out_by_both_ends(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_pass(&ends, 20 * SNET_SECOND_NS);
    assert_int_equal(conn->sides[CORE_PAIR_CLIENT].err, SNET_ERR_LINK_TIMEOUT);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    core_pair_pass(&ends, SNET_SECOND_NS);
    conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_RESUMED], 1);
    core_pair_close(&ends);
}

/* --- Sleep [PROTO 20.5] --------------------------------------------------------------------- */

/* Neither end's timers run for `duration_ns`, and then all at once. */
static void oversleep(struct core_pair *ends, uint64_t duration_ns)
{
    ends->now += duration_ns;
    snet_core_tick(ends->cores[CORE_PAIR_CLIENT], ends->now);
    snet_core_tick(ends->cores[CORE_PAIR_SERVER], ends->now);
    core_pair_drain(ends);
}

static void link_is_asked_after_a_sleep_and_not_given_up(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    for (unsigned i = 0; i < 3; i++) {
        oversleep(&ends, 3600 * SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
    }
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    assert_false(snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link)->ping_out);
    assert_true(snet_v3_session_of(ends.client)->rtt_ns < SNET_SECOND_NS);
    /* A path that died meanwhile is found out as soon as after any PING. */
    oversleep(&ends, 3600 * SNET_SECOND_NS);
    core_pair_pass(&ends, SNET_HEARTBEAT_DEAD_NS);
    assert_int_equal(conn->sides[CORE_PAIR_CLIENT].err, SNET_ERR_LINK_TIMEOUT);
    core_pair_close(&ends);
}

/* [PROTO 20.5]: what is due since long ago says nothing, if time went on meanwhile. */
static void timer_of_the_past_is_no_sleep(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    snet_link *link = conn->sides[CORE_PAIR_CLIENT].link;
    for (unsigned i = 0; i < 10; i++) {
        oversleep(&ends, SNET_SECOND_NS);
    }
    snet_link_alarm(link, ends.now - 5 * SNET_SECOND_NS);
    oversleep(&ends, SNET_MS_NS);
    assert_false(snet_v3_link_of(link)->ping_out);
    core_pair_close(&ends);
}

static void link_that_was_asked_before_a_sleep_has_its_time_to_answer(void **state)
{
    (void)state;
    struct v3_setup scene;
    (void)begin_asked(&scene);
    oversleep(&scene.ends, 3600 * SNET_SECOND_NS);
    core_pair_pass(&scene.ends, 5 * SNET_SECOND_NS - 1);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&scene.ends, 1);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    v3_setup_close(&scene);
}

static void handshake_goes_on_after_a_sleep(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, true);
    core_pair_open(&ends, &config);
    oversleep(&ends, 0);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    oversleep(&ends, 3600 * SNET_SECOND_NS);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
    assert_non_null(ends.served);
    core_pair_close(&ends);
}

/* The other end has counted that, too. */
static void session_without_a_link_expires_in_a_sleep(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    oversleep(&ends, 3600 * SNET_SECOND_NS);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_EXPIRED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_EXPIRED);
    core_pair_close(&ends);
}

/* --- Paths that forget [PROTO 20.4] --------------------------------------------------------- */

/* Passes bytes for `duration_ns`, but cuts a link on which none moved for `limit_ns`. */
static struct core_pair_conn *pass_behind_balancer(struct core_pair *ends,
                                                   struct core_pair_conn *conn,
                                                   uint64_t duration_ns, uint64_t limit_ns)
{
    const uint64_t step_ns = SNET_SECOND_NS / 20;
    const uint64_t end_ns = ends->now + duration_ns;
    uint64_t moved_ns = ends->now;
    while (ends->now < end_ns) {
        core_pair_pass(ends, step_ns);
        const uint64_t before = snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link)->sent_ns;
        core_pair_settle(ends, conn);
        const struct snet_v3_link *client = snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link);
        const bool moved = client->sent_ns != before || client->heard_ns == ends->now;
        moved_ns = moved ? ends->now : moved_ns;
        if (ends->now - moved_ns >= limit_ns) {
            core_pair_cut(ends, conn);
            core_pair_pass(ends, SNET_SECOND_NS);
            conn = core_pair_connect(ends);
            core_pair_settle(ends, conn);
            moved_ns = ends->now;
        }
    }
    return conn;
}

static void client_asks_before_its_path_forgets_the_link(void **state)
{
    (void)state;
    struct core_pair ends;
    const unsigned *lost = &ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST];
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    conn = pass_behind_balancer(&ends, conn, 70 * SNET_SECOND_NS, 5 * SNET_SECOND_NS);
    assert_int_equal(*lost, 4); /* three taught it, and one was tried after ten heartbeats */
    conn = pass_behind_balancer(&ends, conn, 60 * SNET_SECOND_NS, 5 * SNET_SECOND_NS);
    assert_int_equal(*lost, 4);
    /* On another path the next try succeeds, and the heartbeat is what it was. */
    conn = pass_behind_balancer(&ends, conn, 120 * SNET_SECOND_NS, 60 * SNET_SECOND_NS);
    conn = pass_behind_balancer(&ends, conn, 20 * SNET_SECOND_NS, 60 * SNET_SECOND_NS);
    const struct snet_v3_session *client = snet_v3_session_of(ends.client);
    assert_int_equal(client->of.client.idle.heartbeat_ns, 0);
    assert_int_equal(*lost, 4);
    core_pair_settle(&ends, conn);
    core_pair_close(&ends);
}

/* --- The wait time ------------------------------------------------------------------------ */

static void session_without_a_link_expires_at_both_ends(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, 300 * SNET_SECOND_NS - 1);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&ends, 1);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_EXPIRED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_EXPIRED);
    core_pair_close(&ends);
}

/* --- Records ------------------------------------------------------------------------------ */

/* New keys in the middle of a stream, at both ends at once [PROTO 12.4]. */
static void records_take_new_keys_without_a_word(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    struct snet_v3_link *client = snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link);
    struct snet_v3_link *server = snet_v3_link_of(conn->sides[CORE_PAIR_SERVER].link);
    assert_int_equal(client->seal.rekey_records, 65536);
    client->seal.rekey_records = server->open.rekey_records = 4;
    for (unsigned i = 0; i < 20; i++) {
        core_pair_write(&ends, ends.client, 10);
        core_pair_settle(&ends, conn);
    }
    assert_true(client->seal.generation >= 5);
    assert_int_equal(server->open.generation, client->seal.generation);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 200);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    core_pair_close(&ends);
}

static void records_are_padded_to_what_is_wanted(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.session.pad_bytes = 256;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    uint8_t data[1000];
    for (size_t len = 1; len < 600; len += 83) {
        core_pair_write(&ends, ends.client, len);
        const size_t taken = core_pair_take(&ends, conn, CORE_PAIR_CLIENT, data, sizeof data);
        assert_int_equal((taken - 2 - 16) % 256, 0);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, data, taken);
        core_pair_settle(&ends, conn);
    }
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_close(&ends);
}

/* The least that a peer may take [PROTO 13.2, 16.1]. */
static void records_fit_a_peer_that_takes_the_least(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_welcome welcome;
    char name[300] = {0};
    v3_setup_prepare(&scene);
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_connect(&scene.peer);
    v3_peer_hello(&scene.peer,
                  &(struct snet_v3_offer){.window = V3_PEER_WINDOW, .max_record = 512});
    v3_peer_send(&scene.peer);
    v3_peer_take_reply(&scene.peer, &welcome);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_PING});
    v3_peer_say(&scene.peer);
    memset(name, 'a', 255);
    memcpy(name + 255, ":65535", 7);
    assert_int_equal(snet_session_migrate(scene.ends.served, name, SNET_SECOND_NS, scene.ends.now),
                     SNET_OK);
    core_pair_write(&scene.ends, scene.ends.served, 20000);
    snet_session_shutdown(scene.ends.served, scene.ends.now);
    size_t len = 0;
    bool fin = false;
    while (v3_peer_hear(&scene.peer) > 0) {
        assert_true((scene.peer.in[0] | scene.peer.in[1] << 8) <= 512 + 16);
        assert_true(v3_peer_take_record(&scene.peer));
        const struct snet_v3_frame *data = v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA);
        len += data == NULL ? 0 : data->bytes.len;
        fin = fin || v3_peer_frame(&scene.peer, SNET_V3_FRAME_FIN) != NULL;
    }
    assert_int_equal(len, 20000);
    assert_true(fin);
    v3_setup_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heartbeat_is_what_is_wanted_within_its_bounds),
        cmocka_unit_test(link_without_a_first_byte_is_closed_in_time),
        cmocka_unit_test(link_with_half_a_message_is_closed_in_time),
        cmocka_unit_test(links_in_their_handshake_are_bounded_and_one_goes),
        cmocka_unit_test(silent_link_is_asked_for_a_sign_of_life_and_is_dead_without_one),
        cmocka_unit_test(link_is_not_asked_again_before_it_has_answered),
        cmocka_unit_test(link_whose_ping_waits_in_our_own_queue_is_not_dead),
        cmocka_unit_test(link_whose_queue_does_not_move_is_dead),
        cmocka_unit_test(link_whose_queue_has_never_moved_is_dead_in_time),
        cmocka_unit_test(record_that_trickles_in_is_acknowledged_every_five_seconds),
        cmocka_unit_test(long_path_has_more_time_for_its_handshake),
        cmocka_unit_test(slow_connect_gives_the_hello_more_time),
        cmocka_unit_test(unknown_is_no_restart_before_the_first_record),
        cmocka_unit_test(idle_session_lives_for_ever),
        cmocka_unit_test(dead_path_is_found_out_by_both_ends),
        cmocka_unit_test(link_is_asked_after_a_sleep_and_not_given_up),
        cmocka_unit_test(timer_of_the_past_is_no_sleep),
        cmocka_unit_test(link_that_was_asked_before_a_sleep_has_its_time_to_answer),
        cmocka_unit_test(handshake_goes_on_after_a_sleep),
        cmocka_unit_test(session_without_a_link_expires_in_a_sleep),
        cmocka_unit_test(client_asks_before_its_path_forgets_the_link),
        cmocka_unit_test(session_without_a_link_expires_at_both_ends),
        cmocka_unit_test(records_take_new_keys_without_a_word),
        cmocka_unit_test(records_are_padded_to_what_is_wanted),
        cmocka_unit_test(records_fit_a_peer_that_takes_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
