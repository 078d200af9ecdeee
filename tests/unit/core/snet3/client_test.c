/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a client does with each answer of a server, and without one. */
#include "core/snet3/client.h"

#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

static const struct snet_v3_welcome welcome = {.cid = {1, 2, 3},
                                               .token = {4, 5, 6},
                                               .window = V3_PEER_WINDOW,
                                               .max_record = 16384,
                                               .heartbeat_s = 15,
                                               .resume_window_ms = 300000};

static void expect_ended(const struct v3_setup *scene, snet_err err)
{
    assert_int_equal(scene->ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 1);
    assert_int_equal(scene->ends.ended[CORE_PAIR_CLIENT], err);
}

static unsigned dials(const struct v3_setup *scene)
{
    return scene->ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
}

/* The session goes on by another attempt, the `count`th so far, within `duration_ns`. */
static void expect_dial(struct v3_setup *scene, unsigned count, uint64_t duration_ns)
{
    core_pair_pass(&scene->ends, duration_ns);
    assert_int_equal(scene->ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    assert_int_equal(dials(scene), count);
}

/* A client with an open session whose link is lost, and which has sent a RESUME. */
static void open_resuming(struct v3_setup *scene, struct snet_v3_resume *ret_resume)
{
    v3_setup_serve(scene);
    core_pair_cut(&scene->ends, scene->peer.conn);
    core_pair_pass(&scene->ends, SNET_SECOND_NS);
    v3_peer_connect(&scene->peer);
    v3_peer_take_resume(&scene->peer, ret_resume);
}

/* --- HELLO [PROTO 14.4] ------------------------------------------------------------------- */

/* A connect timeout that never comes must not be one that is over. */
static void client_that_waits_for_ever_does_not_end(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    scene.config.client.connect_timeout_ns = SNET_NEVER;
    v3_setup_open_server(&scene);
    core_pair_pass(&scene.ends, 1000 * SNET_SECOND_NS);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    v3_setup_close(&scene);
}

static void client_without_an_answer_fails_and_does_not_try_again(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    scene.config.client.connect_timeout_ns = 100 * SNET_SECOND_NS;
    v3_setup_open_server(&scene);
    v3_peer_connect(&scene.peer);
    core_pair_pass(&scene.ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS - 1);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&scene.ends, 1);
    expect_ended(&scene, SNET_ERR_NO_ANSWER);
    assert_int_equal(dials(&scene), 1);
    v3_setup_close(&scene);
}

static void client_that_is_refused_fails_with_the_reason(void **state)
{
    static const struct {
        uint16_t code;
        snet_err err;
    } rows[] = {{SNET_V3_BAD_FORMAT, SNET_ERR_BAD_HELLO},
                {SNET_V3_BAD_SUITE, SNET_ERR_BAD_SUITE},
                {SNET_V3_BAD_PATTERN, SNET_ERR_BAD_PATTERN}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        v3_setup_open_server(&scene);
        v3_peer_connect(&scene.peer);
        v3_peer_reply(&scene.peer, &welcome);
        v3_peer_reject(&scene.peer, rows[i].code, 0, false);
        v3_peer_send(&scene.peer);
        expect_ended(&scene, rows[i].err);
        assert_int_equal(dials(&scene), 1);
        v3_setup_close(&scene);
    }
}

/* The pause is what the server asked for, but no longer than 30 s; without one, that of 8.2. */
static void client_of_a_busy_server_waits_as_long_as_it_is_asked(void **state)
{
    static const struct {
        uint16_t retry_after;
        uint64_t pause_ns;
    } rows[] = {{20, 2 * SNET_SECOND_NS}, {300, 30 * SNET_SECOND_NS}, {65535, 30 * SNET_SECOND_NS}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        struct snet_session_info info;
        v3_setup_prepare(&scene);
        scene.config.client.connect_timeout_ns = 100 * SNET_SECOND_NS;
        v3_setup_open_server(&scene);
        v3_peer_connect(&scene.peer);
        v3_peer_reply(&scene.peer, &welcome);
        v3_peer_reject(&scene.peer, SNET_V3_BUSY, rows[i].retry_after, false);
        v3_peer_send(&scene.peer);
        snet_session_get_info(scene.ends.client, &info);
        assert_int_equal(info.retry_after_ns, rows[i].pause_ns);
        expect_dial(&scene, 1, rows[i].pause_ns - 1);
        expect_dial(&scene, 2, 1);
        v3_peer_serve(&scene.peer);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
        v3_setup_close(&scene);
    }
}

/* What a server asks of an attempt beside a live link is not asked of those after a later loss; and
   what anybody can have said asks for nothing. */
static void client_forgets_a_pause_that_nobody_waits_for(void **state)
{
    static const struct {
        uint16_t code;
        bool live;
    } rows[] = {{SNET_V3_BUSY, true}, {SNET_V3_UNKNOWN, true}, {SNET_V3_UNKNOWN, false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        struct snet_v3_resume resume;
        struct snet_session_info info;
        v3_setup_prepare(&scene);
        v3_setup_open_server(&scene);
        v3_peer_serve(&scene.peer);
        if (rows[i].live) {
            snet_client_network_changed(scene.ends.client, scene.ends.now);
            scene.ends.client->dial.handovers_left = 0;
        } else {
            core_pair_cut(&scene.ends, scene.peer.conn);
            core_pair_pass(&scene.ends, SNET_SECOND_NS);
        }
        core_pair_drain(&scene.ends);
        v3_peer_connect(&scene.peer);
        v3_peer_take_resume(&scene.peer, &resume);
        v3_peer_reject(&scene.peer, rows[i].code, 300, false);
        v3_peer_send(&scene.peer);
        snet_session_get_info(scene.ends.client, &info);
        assert_int_equal(info.retry_after_ns, 0);
        v3_setup_close(&scene);
    }
}

static void client_of_a_server_that_stays_busy_fails_in_time(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open_server(&scene);
    v3_peer_connect(&scene.peer);
    v3_peer_reply(&scene.peer, &welcome);
    v3_peer_reject(&scene.peer, SNET_V3_BUSY, 200, false);
    v3_peer_send(&scene.peer);
    core_pair_pass(&scene.ends, SNET_CONNECT_TIMEOUT_DEFAULT_NS);
    expect_ended(&scene, SNET_ERR_BUSY);
    v3_setup_close(&scene);
}

/* Anybody on the path can do this: a new connection, with a new ephemeral key. */
static void client_with_a_bad_answer_or_none_says_a_new_hello(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 7; round++) {
        struct v3_setup scene;
        uint8_t first[SNET_X25519_BYTES];
        v3_setup_prepare(&scene);
        v3_setup_open_server(&scene);
        v3_peer_connect(&scene.peer);
        assert_true(v3_peer_hear(&scene.peer) > 40);
        memcpy(first, scene.peer.in + SNET_V3_HEADER_BYTES, sizeof first);
        v3_peer_reply(&scene.peer, &welcome);
        static const struct {
            uint8_t at;
            uint8_t flip;
        } flips[] = {{0, 1}, {1, 2}, {2, 1}, {5, 1}, {60, 1}};
        if (round < 5) {
            scene.peer.message[flips[round].at] ^= flips[round].flip;
            v3_peer_send(&scene.peer);
        } else if (round == 5) {
            core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_CLIENT);
        } else {
            core_pair_cut(&scene.ends, scene.peer.conn);
        }
        expect_dial(&scene, 2, SNET_SECOND_NS);
        v3_peer_connect(&scene.peer);
        assert_true(v3_peer_hear(&scene.peer) > 40);
        assert_memory_not_equal(first, scene.peer.in + SNET_V3_HEADER_BYTES, sizeof first);
        v3_peer_reply(&scene.peer, &welcome);
        v3_peer_send(&scene.peer);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
        v3_setup_close(&scene);
    }
}

/* Only the server can have said so: trying again would not help [PROTO 13.2]. */
static void client_with_a_malformed_welcome_fails(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_welcome bad = welcome;
    v3_setup_prepare(&scene);
    bad.max_record = 100;
    v3_setup_open_server(&scene);
    v3_peer_connect(&scene.peer);
    v3_peer_reply(&scene.peer, &bad);
    v3_peer_send(&scene.peer);
    expect_ended(&scene, SNET_ERR_BAD_HELLO);
    v3_setup_close(&scene);
}

/* [PROTO 14.2, 16.3] */
static void client_says_its_first_record_at_once(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open_server(&scene);
    v3_peer_serve(&scene.peer);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    assert_int_equal(scene.peer.frames[0].offset, 0);
    assert_int_equal(scene.peer.frames[1].type, SNET_V3_FRAME_ACK);
    assert_int_equal(scene.peer.frames[1].offset, 0);
    v3_setup_close(&scene);
}

/* A window and a heartbeat out of bounds are not malformed [PROTO 13.2]. */
static void client_takes_the_nearest_heartbeat_and_any_window(void **state)
{
    static const struct {
        uint16_t heartbeat_s;
        uint64_t pause_ns;
    } rows[] = {{0, SNET_SECOND_NS}, {3, 3 * SNET_SECOND_NS}, {65535, 600 * SNET_SECOND_NS}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        struct snet_v3_welcome odd = welcome;
        v3_setup_prepare(&scene);
        odd.heartbeat_s = rows[i].heartbeat_s;
        odd.window = 10;
        v3_setup_open_server(&scene);
        v3_peer_connect(&scene.peer);
        v3_peer_reply(&scene.peer, &odd);
        v3_peer_send(&scene.peer);
        v3_peer_put_start(&scene.peer, 0);
        v3_peer_put_ack(&scene.peer, 0, 0);
        v3_peer_say(&scene.peer);
        core_pair_write(&scene.ends, scene.ends.client, 100);
        assert_true(v3_peer_take_record(&scene.peer));
        assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA)->bytes.len, 10);
        v3_peer_put_ack(&scene.peer, 10, 10);
        v3_peer_say(&scene.peer);
        core_pair_pass(&scene.ends, rows[i].pause_ns - 1);
        assert_false(v3_peer_take_record(&scene.peer));
        core_pair_pass(&scene.ends, 1);
        assert_true(v3_peer_take_record(&scene.peer));
        assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING));
        v3_setup_close(&scene);
    }
}

/* --- RESUME ------------------------------------------------------------------------------- */

/* R4 and R6: each attempt has a number and a key of its own [PROTO 15.1, 14.4]. */
static void client_counts_every_attempt_whatever_comes_of_it(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_resume resume;
    uint8_t said[SNET_V3_EPHEMERAL_BYTES] = {0};
    open_resuming(&scene, &resume);
    for (uint64_t attempt = 1; attempt < 6; attempt++) {
        assert_int_equal(resume.attempt, attempt);
        assert_int_equal(resume.cause, SNET_V3_CAUSE_LOST);
        assert_int_equal(resume.early_off, 0);
        assert_int_equal(resume.limit, 65536);
        assert_memory_not_equal(said, scene.peer.said, sizeof said);
        memcpy(said, scene.peer.said, sizeof said);
        if (attempt == 1) {
            core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_CLIENT);
        } else if (attempt == 2) {
            core_pair_pass(&scene.ends, SNET_LINK_PATH_MAX_NS);
            assert_int_equal(scene.peer.conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
        } else {
            v3_peer_reject(&scene.peer, SNET_V3_BAD_AUTH, 0, false);
            v3_peer_send(&scene.peer);
        }
        expect_dial(&scene, 2 + (unsigned)attempt, 31 * SNET_SECOND_NS);
        v3_peer_connect(&scene.peer);
        v3_peer_take_resume(&scene.peer, &resume);
    }
    v3_setup_close(&scene);
}

/* All but a final code with the right proof is a hint [PROTO 13.5, 12.5, 21]. */
static void client_takes_a_refusal_without_a_proof_for_a_hint(void **state)
{
    static const uint16_t codes[] = {0,  1,  2,  3,  4,  5,  6,  7,      16,     17,    18,
                                     19, 20, 21, 22, 23, 32, 37, 0x1000, 0x1234, 0xffff};
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof codes / sizeof codes[0]); i++) {
        const uint16_t code = codes[i / 2];
        const bool final = snet_v3_code_final(code);
        struct v3_setup scene;
        struct snet_v3_resume resume;
        struct snet_v3_accept accept = {.limit = V3_PEER_WINDOW, .cid = {7}};
        open_resuming(&scene, &resume);
        v3_peer_reject(&scene.peer, code, 0, i % 2 == 1 && !final);
        v3_peer_send(&scene.peer);
        expect_dial(&scene, 3, SNET_SECOND_NS);
        v3_peer_connect(&scene.peer);
        v3_peer_take_resume(&scene.peer, &resume);
        v3_peer_accept(&scene.peer, &accept);
        v3_peer_send(&scene.peer);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_RESUMED], 1);
        v3_setup_close(&scene);
    }
}

/* A bit of it flipped, or that of another attempt: it proves nothing. */
static void client_does_not_believe_a_proof_that_was_changed_or_is_of_another_attempt(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit <= 8 * 28; bit++) {
        struct v3_setup scene;
        struct snet_v3_resume resume;
        uint8_t message[28];
        open_resuming(&scene, &resume);
        v3_peer_reject(&scene.peer, SNET_V3_EXPIRED, 0, true);
        memcpy(message, scene.peer.message, sizeof message);
        if (bit < 8 * sizeof message) {
            scene.peer.message[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            v3_peer_send(&scene.peer);
        } else {
            core_pair_cut(&scene.ends, scene.peer.conn);
            expect_dial(&scene, 3, SNET_SECOND_NS);
            v3_peer_connect(&scene.peer);
            v3_peer_take_resume(&scene.peer, &resume);
            v3_peer_send_bytes(&scene.peer, message, sizeof message);
        }
        core_pair_pass(&scene.ends, 40 * SNET_SECOND_NS);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
        assert_true(dials(&scene) >= 3);
        v3_setup_close(&scene);
    }
}

/* [PROTO 18.3] */
static void client_ends_by_each_final_code_with_its_proof(void **state)
{
    static const struct {
        uint16_t code;
        snet_err err;
    } rows[] = {
        {SNET_V3_UNKNOWN, SNET_ERR_SERVER_RESTARTED},
        {SNET_V3_EXPIRED, SNET_ERR_EXPIRED},
        {SNET_V3_EVICTED, SNET_ERR_EVICTED},
        {SNET_V3_CLOSED_OK, SNET_ERR_REFUSED},
        {SNET_V3_ABORTED, SNET_ERR_PEER_ABORTED},
        {SNET_V3_BAD_OFFSET, SNET_ERR_BAD_COUNT},
        {SNET_V3_DENIED, SNET_ERR_DENIED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        struct snet_v3_resume resume;
        open_resuming(&scene, &resume);
        v3_peer_reject(&scene.peer, rows[i].code, 7, true);
        v3_peer_send(&scene.peer);
        expect_ended(&scene, rows[i].err);
        v3_setup_close(&scene);
    }
}

/* It has written its last byte: whether that was said makes the difference [PROTO 18.3]. */
static void client_that_has_sent_its_end_takes_unknown_for_closed_but_not_confirmed(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 4; round++) {
        struct v3_setup scene;
        struct snet_v3_resume resume;
        v3_setup_prepare(&scene);
        v3_setup_open_server(&scene);
        v3_peer_serve(&scene.peer);
        v3_peer_put_start(&scene.peer, 0);
        v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
        if (round != 3) {
            v3_peer_put_fin(&scene.peer, 0);
        }
        v3_peer_say(&scene.peer);
        snet_session_shutdown(scene.ends.client, scene.ends.now);
        if (round > 0) {
            assert_true(v3_peer_take_record(&scene.peer));
            assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_FIN));
        }
        core_pair_cut(&scene.ends, scene.peer.conn);
        core_pair_pass(&scene.ends, SNET_SECOND_NS);
        v3_peer_connect(&scene.peer);
        v3_peer_take_resume(&scene.peer, &resume);
        v3_peer_reject(&scene.peer, round == 2 ? SNET_V3_CLOSED_OK : SNET_V3_UNKNOWN, 0, true);
        v3_peer_send(&scene.peer);
        /* Without our end sent, or without theirs, something may be missing. */
        static const snet_err wanted[] = {SNET_ERR_SERVER_RESTARTED, SNET_ERR_CLOSE_UNCONFIRMED,
                                          SNET_ERR_CLOSED, SNET_ERR_SERVER_RESTARTED};
        expect_ended(&scene, wanted[round]);
        v3_setup_close(&scene);
    }
}

/* [PROTO 15.4] */
static void client_with_a_forged_accept_loses_the_attempt_only(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 107; at++) {
        struct v3_setup scene;
        struct snet_v3_resume resume;
        struct snet_v3_accept accept = {.limit = V3_PEER_WINDOW, .cid = {7}};
        uint8_t first[SNET_V3_CID_BYTES];
        open_resuming(&scene, &resume);
        memcpy(first, scene.peer.cid, sizeof first);
        const struct v3_peer before = scene.peer;
        v3_peer_accept(&scene.peer, &accept);
        assert_int_equal(scene.peer.message_len, 107);
        scene.peer.message[at] ^= 0x10;
        v3_peer_send(&scene.peer);
        core_pair_pass(&scene.ends, 20 * SNET_SECOND_NS);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
        /* The next one is from the credential before. */
        v3_peer_connect(&scene.peer);
        memcpy(scene.peer.cid, before.cid, sizeof scene.peer.cid);
        memcpy(scene.peer.secret, before.secret, sizeof scene.peer.secret);
        v3_peer_take_resume(&scene.peer, &resume);
        assert_int_equal(resume.attempt, 2);
        v3_setup_close(&scene);
    }
}

static void client_with_an_impossible_or_malformed_accept_ends(void **state)
{
    static const struct {
        struct snet_v3_accept accept;
        snet_err err;
    } rows[] = {
        {{.recv_next = 1, .limit = 100}, SNET_ERR_BAD_COUNT},
        {{.recv_next = UINT64_MAX, .limit = 100}, SNET_ERR_BAD_COUNT},
        {{.recv_next = 0, .limit = 1 + (UINT64_C(1) << 30)}, SNET_ERR_BAD_COUNT},
        {{.recv_next = 0, .limit = UINT64_C(1) << 30}, SNET_OK},
        {{.recv_next = 0, .limit = 0}, SNET_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        struct snet_v3_resume resume;
        open_resuming(&scene, &resume);
        v3_peer_accept(&scene.peer, &rows[i].accept);
        v3_peer_send(&scene.peer);
        if (rows[i].err == SNET_OK) {
            assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_RESUMED], 1);
        } else {
            expect_ended(&scene, rows[i].err);
        }
        v3_setup_close(&scene);
    }
}

static void client_with_padding_that_is_not_zero_in_its_accept_ends(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_resume resume;
    const uint8_t payload[60] = {[55] = 1};
    open_resuming(&scene, &resume);
    const struct snet_v3_header header = {.type = SNET_V3_ACCEPT,
                                          .version = 3,
                                          .pattern = 3,
                                          .suite = 1,
                                          .body_len = 32 + sizeof payload + 16};
    v3_peer_write(&scene.peer, &header, (struct snet_bytes){payload, sizeof payload});
    v3_peer_send(&scene.peer);
    expect_ended(&scene, SNET_ERR_BAD_HELLO);
    v3_setup_close(&scene);
}

static void client_confirms_a_resume_at_once_and_goes_on_where_the_server_is(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_resume resume;
    struct snet_v3_accept accept = {.recv_next = 40, .limit = V3_PEER_WINDOW, .cid = {7}};
    v3_setup_prepare(&scene);
    v3_setup_open_server(&scene);
    v3_peer_serve(&scene.peer);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_put_data(&scene.peer, 0, 9);
    v3_peer_say(&scene.peer);
    core_pair_write(&scene.ends, scene.ends.client, 100);
    assert_true(v3_peer_hear(&scene.peer) > 0);
    core_pair_cut(&scene.ends, scene.peer.conn);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    v3_peer_connect(&scene.peer);
    v3_peer_take_resume(&scene.peer, &resume);
    assert_int_equal(resume.recv_next, 9);
    v3_peer_accept(&scene.peer, &accept);
    v3_peer_send(&scene.peer);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    assert_int_equal(scene.peer.frames[0].offset, 40);
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK)->offset, 9);
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA)->bytes.len, 60);
    v3_setup_close(&scene);
}

/* A pause that was asked for holds for one attempt, not for those of later losses. */
static void client_forgets_the_pause_of_a_busy_server(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_resume resume;
    struct snet_v3_accept accept = {.limit = V3_PEER_WINDOW, .cid = {7}};
    open_resuming(&scene, &resume);
    v3_peer_reject(&scene.peer, SNET_V3_BUSY, 100, false);
    v3_peer_send(&scene.peer);
    expect_dial(&scene, 2, 10 * SNET_SECOND_NS - 1);
    expect_dial(&scene, 3, 1);
    v3_peer_connect(&scene.peer);
    v3_peer_take_resume(&scene.peer, &resume);
    v3_peer_accept(&scene.peer, &accept);
    v3_peer_send(&scene.peer);
    core_pair_pass(&scene.ends, 2 * SNET_SECOND_NS);
    core_pair_cut(&scene.ends, scene.peer.conn);
    expect_dial(&scene, 4, SNET_SECOND_NS);
    v3_setup_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_that_waits_for_ever_does_not_end),
        cmocka_unit_test(client_without_an_answer_fails_and_does_not_try_again),
        cmocka_unit_test(client_that_is_refused_fails_with_the_reason),
        cmocka_unit_test(client_of_a_busy_server_waits_as_long_as_it_is_asked),
        cmocka_unit_test(client_forgets_a_pause_that_nobody_waits_for),
        cmocka_unit_test(client_of_a_server_that_stays_busy_fails_in_time),
        cmocka_unit_test(client_with_a_bad_answer_or_none_says_a_new_hello),
        cmocka_unit_test(client_with_a_malformed_welcome_fails),
        cmocka_unit_test(client_says_its_first_record_at_once),
        cmocka_unit_test(client_takes_the_nearest_heartbeat_and_any_window),
        cmocka_unit_test(client_counts_every_attempt_whatever_comes_of_it),
        cmocka_unit_test(client_takes_a_refusal_without_a_proof_for_a_hint),
        cmocka_unit_test(client_does_not_believe_a_proof_that_was_changed_or_is_of_another_attempt),
        cmocka_unit_test(client_ends_by_each_final_code_with_its_proof),
        cmocka_unit_test(client_that_has_sent_its_end_takes_unknown_for_closed_but_not_confirmed),
        cmocka_unit_test(client_with_a_forged_accept_loses_the_attempt_only),
        cmocka_unit_test(client_with_an_impossible_or_malformed_accept_ends),
        cmocka_unit_test(client_with_padding_that_is_not_zero_in_its_accept_ends),
        cmocka_unit_test(client_confirms_a_resume_at_once_and_goes_on_where_the_server_is),
        cmocka_unit_test(client_forgets_the_pause_of_a_busy_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
