/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a server answers to a RESUME, and which credentials it keeps. */
#include "core/snet3/resume.h"

#include "core/snet3/refuse.h"
#include "core/snet3/server.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* A peer that has had a session with 10 bytes of its stream, and 20 of the server's. */
static void begin_with_bytes(struct v3_setup *scene)
{
    v3_setup_begin(scene);
    v3_peer_put_data(&scene->peer, 0, 10);
    v3_peer_say(&scene->peer);
    core_pair_write(&scene->ends, scene->ends.served, 20);
    assert_true(v3_peer_hear(&scene->peer) > 0);
}

static struct snet_v3_resume resume_of(const struct v3_setup *scene)
{
    return (struct snet_v3_resume){.attempt = scene->peer.attempt + 1, .limit = V3_PEER_WINDOW};
}

/* A new connection with a RESUME in hand. */
static void begin_resume(struct v3_setup *scene, const struct snet_v3_resume *resume)
{
    v3_peer_connect(&scene->peer);
    v3_peer_resume(&scene->peer, resume);
}

/* The session is as it was: its present link still works, or it can be resumed. */
static void expect_session_lives(struct v3_setup *scene)
{
    assert_int_equal(scene->ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    v3_peer_resume_to_accept(&scene->peer, SNET_V3_CAUSE_LOST, 0);
    v3_peer_confirm(&scene->peer, 0);
    assert_true(snet_session_link(scene->ends.served) ==
                scene->peer.conn->sides[CORE_PAIR_SERVER].link);
}

/* Row 1 [PROTO 15.2, 13.4]. */
static void resume_with_a_header_of_no_message_is_closed_or_met_by_silence(void **state)
{
    static const struct {
        uint8_t at;
        uint8_t value;
        bool closed;
    } rows[] = {{1, 0x03, true}, {6, 100, true}, {7, 0x19, true}, {2, 2, false}, {2, 4, false}};
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct snet_v3_resume resume = resume_of(&scene);
        begin_resume(&scene, &resume);
        scene.peer.message[rows[i].at] = rows[i].value;
        v3_peer_send_bytes(&scene.peer, scene.peer.message, rows[i].closed ? 8 : 80);
        if (rows[i].closed) {
            v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
        } else {
            v3_peer_expect_silence(&scene.peer);
        }
    }
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

/* Flags come before the pattern, that before the suite, and all before the cid. */
static void resume_is_refused_for_the_first_thing_that_is_wrong_in_its_header(void **state)
{
    static const struct {
        uint8_t pattern;
        uint8_t suite;
        uint8_t flags;
        uint16_t code;
    } rows[] = {
        {1, 0x7f, 0x02, SNET_V3_BAD_FORMAT},  {3, 1, 0x81, SNET_V3_BAD_FORMAT},
        {1, 0x7f, 0x00, SNET_V3_BAD_PATTERN}, {0, 1, 0x01, SNET_V3_BAD_PATTERN},
        {3, 0x7f, 0x00, SNET_V3_BAD_SUITE},   {3, 0x03, 0x01, SNET_V3_BAD_SUITE},
    };
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        const struct snet_v3_resume resume = resume_of(&scene);
        begin_resume(&scene, &resume);
        scene.peer.message[3] = rows[i / 2].pattern;
        scene.peer.message[4] = rows[i / 2].suite;
        scene.peer.message[5] = rows[i / 2].flags;
        if (i % 2 == 1) {
            scene.peer.message[SNET_V3_HEADER_BYTES] ^= 0x80; /* a foreign cid */
        }
        v3_peer_send(&scene.peer);
        v3_peer_expect_reject(&scene.peer, rows[i / 2].code, false);
    }
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

/* Row 2: whose cid it is [PROTO 12.5, 13.5]. */
static void resume_with_a_cid_of_somebody_else_is_asked_to_come_later(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct v3_peer other;
    struct snet_v3_reject reject;
    struct core_pair elsewhere;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.server.keys.node_id = 7;
    core_pair_open(&elsewhere, &config);
    v3_peer_open(&other, &elsewhere, SNET_NOISE_NK);
    v3_peer_begin(&other);
    begin_with_bytes(&scene);
    const struct snet_v3_resume resume = resume_of(&scene);
    /* A cid of another node, which has the same key: only the holder of the token believes it. */
    memcpy(scene.peer.cid, other.cid, sizeof other.cid);
    memcpy(scene.peer.token, other.token, sizeof other.token);
    begin_resume(&scene, &resume);
    v3_peer_send(&scene.peer);
    assert_true(v3_peer_take_reject(&scene.peer, &reject));
    assert_int_equal(reject.code, SNET_V3_BUSY);
    assert_int_equal(reject.retry_after, SNET_V3_RETRY_AFTER);
    /* One of another config id. */
    scene.peer.cid[0] ^= 0x20;
    begin_resume(&scene, &resume);
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_BUSY, false);
    v3_peer_close(&other);
    core_pair_close(&elsewhere);
    v3_setup_close(&scene);
}

static void resume_with_a_cid_that_was_never_given_is_unknown_to_those_with_its_token(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    const struct snet_v3_resume resume = resume_of(&scene);
    begin_resume(&scene, &resume);
    scene.peer.message[SNET_V3_HEADER_BYTES] ^= 0x01; /* chance: still a cid of ours */
    v3_peer_send(&scene.peer);
    struct snet_v3_reject reject;
    assert_false(v3_peer_take_reject(&scene.peer, &reject)); /* our own token does not prove it */
    assert_int_equal(reject.code, SNET_V3_UNKNOWN);
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

static void resume_with_the_other_suite_is_refused(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    const struct snet_v3_resume resume = resume_of(&scene);
    begin_resume(&scene, &resume);
    scene.peer.message[4] = SNET_SUITE_AES_256_GCM;
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_SUITE, false);
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

/* Row 3. */
static void resume_without_the_secret_is_not_authentic_and_changes_nothing(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    snet_link *before = snet_session_link(scene.ends.served);
    struct snet_v3_resume resume = resume_of(&scene);
    resume.attempt = 1000;
    scene.peer.secret[0] ^= 1;
    begin_resume(&scene, &resume);
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_AUTH, false);
    assert_true(snet_session_link(scene.ends.served) == before);
    scene.peer.secret[0] ^= 1;
    scene.peer.attempt = 0; /* the 1000 does not count */
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

static void resume_with_a_malformed_payload_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    struct snet_v3_resume resume = resume_of(&scene);
    resume.cause = 2;
    begin_resume(&scene, &resume);
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_FORMAT, false);
    scene.peer.attempt = 0;
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

/* Row 4, R4: any RESUME that was accepted, come again [PROTO 15.1]. */
static void resume_that_was_accepted_is_stale_for_ever(void **state)
{
    uint8_t old[5][SNET_V3_MESSAGE_MAX_BYTES];
    size_t old_len[5];
    uint8_t cids[5][SNET_V3_CID_BYTES];
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    for (unsigned i = 0; i < 5; i++) {
        struct snet_v3_accept accept;
        struct snet_v3_reject reject;
        const struct snet_v3_resume resume = resume_of(&scene);
        begin_resume(&scene, &resume);
        memcpy(old[i], scene.peer.message, scene.peer.message_len);
        memcpy(cids[i], scene.peer.cid, sizeof cids[i]);
        old_len[i] = scene.peer.message_len;
        v3_peer_send(&scene.peer);
        v3_peer_take_accept(&scene.peer, &accept);
        if (i % 2 == 0) {
            v3_peer_confirm(&scene.peer, 0);
        }
        struct core_pair_conn *conn = scene.peer.conn;
        snet_link *live = snet_session_link(scene.ends.served);
        for (unsigned j = 0; j <= i; j++) {
            struct v3_peer thief;
            v3_peer_open(&thief, &scene.ends, SNET_NOISE_NK);
            v3_peer_connect(&thief);
            v3_peer_send_bytes(&thief, old[j], old_len[j]);
            (void)v3_peer_take_reject(&thief, &reject);
            /* Its credential is one of the two that are kept, or it is forgotten. */
            assert_true(reject.code == SNET_V3_STALE || reject.code == SNET_V3_UNKNOWN);
            assert_true(i % 2 == 0 || j < i || reject.code == SNET_V3_STALE);
            assert_true(snet_session_link(scene.ends.served) == live);
            assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
            v3_peer_close(&thief);
        }
    }
    v3_setup_close(&scene);
}

static void resume_with_a_number_that_is_not_higher_is_stale(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    struct snet_v3_resume resume = resume_of(&scene);
    resume.attempt = 0;
    begin_resume(&scene, &resume);
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_STALE, false);
    scene.peer.attempt = 9; /* numbers may be left out */
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    v3_peer_confirm(&scene.peer, 0);
    for (resume.attempt = 9; resume.attempt <= 10; resume.attempt++) {
        resume.recv_next = 1000; /* impossible, but too old to be looked at */
        begin_resume(&scene, &resume);
        v3_peer_send(&scene.peer);
        v3_peer_expect_reject(&scene.peer, SNET_V3_STALE, false);
    }
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

/* Row 5, the only one that ends the session. */
static void resume_with_impossible_offsets_ends_the_session(void **state)
{
    static const struct {
        uint64_t recv_next;
        uint64_t limit;
        bool shut;
        bool ok;
    } rows[] = {
        {20, 20 + (UINT64_C(1) << 30), false, true},
        {21, 100, true, true},
        {5, 0, false, true},
        {21, 100, false, false},
        {22, 100, true, false},
        {UINT64_MAX, 100, false, false},
        {20, 21 + (UINT64_C(1) << 30), false, false},
        {0, UINT64_MAX, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        struct snet_v3_accept accept;
        begin_with_bytes(&scene);
        if (rows[i].shut) {
            snet_session_shutdown(scene.ends.served, scene.ends.now);
            assert_true(v3_peer_hear(&scene.peer) > 0);
        }
        struct snet_v3_resume resume = resume_of(&scene);
        resume.recv_next = rows[i].recv_next;
        resume.limit = rows[i].limit;
        begin_resume(&scene, &resume);
        v3_peer_send(&scene.peer);
        if (rows[i].ok) {
            v3_peer_take_accept(&scene.peer, &accept);
            assert_int_equal(accept.recv_next, 10);
            assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
        } else {
            v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_OFFSET, true);
            assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 1);
            assert_int_equal(scene.ends.ended[CORE_PAIR_SERVER], SNET_ERR_BAD_COUNT);
            begin_resume(&scene, &resume); /* and the tombstone says the same */
            v3_peer_send(&scene.peer);
            v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_OFFSET, true);
        }
        v3_setup_close(&scene);
    }
}

/* Row 6: 200 at once and 100 in a second [PROTO 20.1]. */
static void resumes_that_come_too_often_are_asked_to_come_later(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_reject reject;
    begin_with_bytes(&scene);
    for (unsigned i = 0; i < 200; i++) {
        v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    }
    const uint64_t attempt = scene.peer.attempt;
    struct snet_v3_resume resume = resume_of(&scene);
    begin_resume(&scene, &resume);
    v3_peer_send(&scene.peer);
    assert_true(v3_peer_take_reject(&scene.peer, &reject));
    assert_int_equal(reject.code, SNET_V3_BUSY);
    assert_int_equal(reject.retry_after, SNET_V3_RESUME_RETRY_AFTER);
    core_pair_pass(&scene.ends, 10 * SNET_MS_NS);
    scene.peer.attempt = attempt; /* the number of what was refused does not count */
    expect_session_lives(&scene);
    begin_resume(&scene, &(struct snet_v3_resume){.attempt = scene.peer.attempt + 1});
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_BUSY, true);
    v3_setup_close(&scene);
}

/* Row 7: a point of small order has the right psk, and yields no key [PROTO 12.1]. */
static void resume_with_a_point_of_small_order_is_closed_and_changes_nothing(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_noise noise;
    struct snet_bytes prologue[4];
    uint8_t payload[36] = {0};
    uint8_t text[256];
    static const uint8_t head[8] = "snet/3\0";
    struct snet_writer out;
    begin_with_bytes(&scene);
    snet_link *before = snet_session_link(scene.ends.served);
    const struct snet_v3_resume resume = resume_of(&scene);
    begin_resume(&scene, &resume); /* for its header */
    uint8_t zero_key[32] = {0};
    prologue[0] = (struct snet_bytes){head, sizeof head};
    prologue[1] = (struct snet_bytes){scene.peer.message, 8};
    prologue[2] = (struct snet_bytes){scene.peer.cid, sizeof scene.peer.cid};
    const struct snet_noise_config config = {
        .pattern = SNET_NOISE_NNPSK0,
        .suite = scene.peer.suite,
        .initiator = true,
        .prologue = prologue,
        .prologue_count = 3,
        .psk = scene.peer.secret,
        .ephemeral = scene.peer.ephemeral,
    };
    assert_int_equal(snet_noise_init(&noise, scene.peer.crypto, &config), SNET_OK);
    memcpy(noise.own_ephemeral.public_key, zero_key, sizeof zero_key);
    noise.ephemeral_made = true;
    payload[0] = 1;
    snet_writer_init(&out, text, sizeof text);
    assert_int_equal(snet_noise_write(&noise, (struct snet_bytes){payload, sizeof payload}, &out),
                     SNET_OK);
    memcpy(scene.peer.message + 8 + 17, text, out.written);
    scene.peer.message_len = 8 + 17 + out.written;
    snet_noise_deinit(&noise);
    v3_peer_send(&scene.peer);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_true(snet_session_link(scene.ends.served) == before);
    scene.peer.attempt = 0;
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

struct credential {
    uint8_t cid[SNET_V3_CID_BYTES];
    uint8_t token[SNET_V3_TOKEN_BYTES];
    uint8_t secret[SNET_HASH_BYTES];
};

static struct credential credential_of(const struct v3_peer *peer)
{
    struct credential credential;
    memcpy(credential.cid, peer->cid, sizeof credential.cid);
    memcpy(credential.token, peer->token, sizeof credential.token);
    memcpy(credential.secret, peer->secret, sizeof credential.secret);
    return credential;
}

static void use(struct v3_peer *peer, const struct credential *credential)
{
    memcpy(peer->cid, credential->cid, sizeof peer->cid);
    memcpy(peer->token, credential->token, sizeof peer->token);
    memcpy(peer->secret, credential->secret, sizeof peer->secret);
}

static void expect_unknown(struct v3_setup *scene, const struct credential *credential)
{
    const struct credential own = credential_of(&scene->peer);
    struct core_pair_conn *conn = scene->peer.conn;
    struct v3_peer thief;
    v3_peer_open(&thief, &scene->ends, SNET_NOISE_NK);
    use(&thief, credential);
    v3_peer_say_resume(&thief, &(struct snet_v3_resume){.attempt = 10000});
    v3_peer_expect_reject(&thief, SNET_V3_UNKNOWN, true);
    v3_peer_close(&thief);
    scene->peer.conn = conn;
    use(&scene->peer, &own);
}

/* R1, R2, R3 and R5 [PROTO 15.1]. */
static void credentials_are_two_until_a_record_proves_the_newer(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    const struct credential first = credential_of(&scene.peer);
    /* ACCEPT is lost: the client has the first one only, and it still works. */
    for (unsigned i = 0; i < 3; i++) {
        use(&scene.peer, &first);
        v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    }
    /* Any pending one but the last is void: R2. */
    const struct credential second = credential_of(&scene.peer);
    use(&scene.peer, &first);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    expect_unknown(&scene, &second);
    /* Time and the loss of the link do not drop the last: R5. */
    core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_SERVER);
    core_pair_pass(&scene.ends, 100 * SNET_SECOND_NS);
    const struct credential pending = credential_of(&scene.peer);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    /* It was the base: it is confirmed now, and the first one is gone. */
    expect_unknown(&scene, &first);
    const struct credential last = credential_of(&scene.peer);
    use(&scene.peer, &pending);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    expect_unknown(&scene, &last);
    /* A record proves the newest: R3. */
    v3_peer_confirm(&scene.peer, 0);
    expect_unknown(&scene, &pending);
    expect_session_lives(&scene);
    v3_setup_close(&scene);
}

/* R8. */
static void resume_that_is_newer_closes_the_pending_link(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    const struct credential first = credential_of(&scene.peer);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    struct core_pair_conn *older = scene.peer.conn;
    use(&scene.peer, &first);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    assert_int_equal(older->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(older->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_REPLACED);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    v3_peer_confirm(&scene.peer, 0);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_RESUMED], 1);
    v3_setup_close(&scene);
}

/* But not when its client lives on it already, and plans to leave it: it is live, as by R3. */
static void resume_that_is_planned_from_the_pending_link_makes_that_one_live(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    struct core_pair_conn *first = scene.peer.conn;
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    struct core_pair_conn *second = scene.peer.conn;
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    assert_int_equal(first->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(second->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    assert_true(snet_session_link(scene.ends.served) == second->sides[CORE_PAIR_SERVER].link);
    v3_peer_confirm(&scene.peer, 0);
    assert_int_equal(second->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    v3_setup_close(&scene);
}

/* A plan is no proof: an unconfirmed session opens by a record, and not when there is no room. */
static void resume_that_is_planned_by_an_unconfirmed_opens_no_session(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct v3_peer other;
    v3_setup_prepare(&scene);
    scene.config.server.sessions_max = 1;
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_greet(&scene.peer);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    v3_peer_open(&other, &scene.ends, SNET_NOISE_NK);
    v3_peer_begin(&other);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_say(&scene.peer);
    v3_peer_expect_abort(&scene.peer, SNET_V3_BUSY);
    v3_peer_close(&other);
    v3_setup_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resume_with_a_header_of_no_message_is_closed_or_met_by_silence),
        cmocka_unit_test(resume_is_refused_for_the_first_thing_that_is_wrong_in_its_header),
        cmocka_unit_test(resume_with_a_cid_of_somebody_else_is_asked_to_come_later),
        cmocka_unit_test(resume_with_a_cid_that_was_never_given_is_unknown_to_those_with_its_token),
        cmocka_unit_test(resume_with_the_other_suite_is_refused),
        cmocka_unit_test(resume_without_the_secret_is_not_authentic_and_changes_nothing),
        cmocka_unit_test(resume_with_a_malformed_payload_is_refused_and_changes_nothing),
        cmocka_unit_test(resume_that_was_accepted_is_stale_for_ever),
        cmocka_unit_test(resume_with_a_number_that_is_not_higher_is_stale),
        cmocka_unit_test(resume_with_impossible_offsets_ends_the_session),
        cmocka_unit_test(resumes_that_come_too_often_are_asked_to_come_later),
        cmocka_unit_test(resume_with_a_point_of_small_order_is_closed_and_changes_nothing),
        cmocka_unit_test(credentials_are_two_until_a_record_proves_the_newer),
        cmocka_unit_test(resume_that_is_newer_closes_the_pending_link),
        cmocka_unit_test(resume_that_is_planned_from_the_pending_link_makes_that_one_live),
        cmocka_unit_test(resume_that_is_planned_by_an_unconfirmed_opens_no_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
