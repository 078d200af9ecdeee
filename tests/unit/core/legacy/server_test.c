/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What strangers and thieves of old messages can do to a server that carries a live session:
 * nothing but lose their own connection. After each attack the honest session still works.
 */
#include "core/legacy/server.h"

#include "core/legacy/proof.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

static struct core_pair ends;
static struct core_pair_conn *live;

static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2};
#define WIRES (sizeof wires / sizeof wires[0])
#define FAR (UINT64_C(1) << 62)

struct message {
    uint8_t data[SNET_LEGACY_MESSAGE_MAX_BYTES];
    size_t len;
};

/* An honest session over `wire`: 100 bytes up, 50 down, all arrived. */
static void open_live(enum snet_wire wire, bool mixed)
{
    const struct core_pair_config config = core_pair_config_for(wire, mixed);
    core_pair_open(&ends, &config);
    live = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 100);
    core_pair_write(&ends, ends.served, 50);
    core_pair_settle(&ends, live);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 50);
}

/* The honest session goes on over its old connection, and memory is flat. */
static void close_live(void)
{
    struct snet_session_info up;
    struct snet_session_info down;
    snet_session_get_info(ends.client, &up);
    snet_session_get_info(ends.served, &down);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    core_pair_write(&ends, ends.client, 20);
    core_pair_write(&ends, ends.served, 20);
    core_pair_settle(&ends, live);
    assert_int_equal(core_pair_read(&ends, ends.served, up.written), 20);
    assert_int_equal(core_pair_read(&ends, ends.client, down.written), 20);
    struct snet_core_stats stats;
    snet_core_totals(ends.cores[CORE_PAIR_SERVER], &stats);
    assert_true(stats.send_bytes + stats.recv_bytes <= 2 * (uint64_t)SNET_PAGE_BYTES);
    core_pair_close(&ends);
}

static const struct snet_legacy_format *format_of(const snet_session *session)
{
    return session->wire->format;
}

/* A resume of the honest session with these counts, proven with its key. */
static struct message proven_resume(uint64_t write_count, uint64_t read_count)
{
    struct message message;
    struct snet_legacy_resume resume = {
        .id = ends.client->id,
        .write_count = write_count,
        .read_count = read_count,
    };
    assert_int_equal(snet_legacy_proof_resume(ends.cores[CORE_PAIR_CLIENT], &resume,
                                              snet_legacy_session_of(ends.client)->key, resume.mac),
                     SNET_OK);
    message.len = snet_legacy_resume_encode(format_of(ends.client), &resume, message.data);
    return message;
}

static struct core_pair_conn *send_to_server(const struct message *message)
{
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, message->data, message->len);
    return conn;
}

/* The note of a refused resume carries both ends' counts. */
static void assert_refused(const struct core_pair_conn *conn, snet_err err)
{
    const struct snet_note *note = &ends.env[CORE_PAIR_SERVER].last_note;
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, err);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
    assert_int_equal(note->kind, SNET_NOTE_RESUME_REFUSED);
    assert_int_equal(note->err, err);
}

/* [PROTO 6.2]: proven, but impossible. */
static void server_refuses_impossible_counts_of_a_live_session(void **state)
{
    static const uint64_t bad[][2] = {
        {99, 50},          {0, 50},    {FAR, 50},
        {UINT64_MAX, 50},  {100, 51},  {100, FAR},
        {100, UINT64_MAX}, {FAR, FAR}, {101 + SNET_LEGACY_AHEAD_MAX_BYTES, 50},
    };
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_live(wires[i], false);
        for (size_t j = 0; j < sizeof bad / sizeof bad[0]; j++) {
            const struct message message = proven_resume(bad[j][0], bad[j][1]);
            assert_refused(send_to_server(&message), SNET_ERR_BAD_COUNT);
            assert_int_equal(ends.env[CORE_PAIR_SERVER].last_note.own_write, 50);
            assert_int_equal(ends.env[CORE_PAIR_SERVER].last_note.own_read, 100);
        }
        close_live();
    }
}

/* [PROTO 6.1]: every single bit of a resume matters. */
static void server_refuses_a_resume_with_any_bit_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_live(wires[i], false);
        const struct message good = proven_resume(100, 50);
        for (size_t bit = 0; bit < 8 * good.len; bit += 7) {
            struct message message = good;
            message.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            ends.conn_count = 1; /* the slots of strangers are used again */
            memset(&ends.conns[1], 0, sizeof ends.conns[1]);
            struct core_pair_conn *conn = send_to_server(&message);
            const snet_err err = conn->sides[CORE_PAIR_SERVER].err;
            assert_true(err == SNET_ERR_BAD_MAC || err == SNET_ERR_UNKNOWN_SESSION ||
                        err == SNET_ERR_BAD_START ||
                        conn->sides[CORE_PAIR_SERVER].how == SNET_CLOSE_NONE);
            assert_ptr_equal(ends.served->links.live, live->sides[CORE_PAIR_SERVER].link);
            snet_link_free(conn->sides[CORE_PAIR_SERVER].link, ends.now);
        }
        close_live();
    }
}

/* [PROTO 6.4]: what was recorded before an accepted resume is older than what that proved. */
static void server_refuses_a_replay_that_is_older_than_an_accepted_resume(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_live(wires[i], false);
        const struct message old = proven_resume(100, 49);
        live = core_pair_reconnect(&ends, live, SNET_SECOND_NS);
        core_pair_settle(&ends, live);
        ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST] = 0;
        assert_refused(send_to_server(&old), SNET_ERR_STALE_RESUME);
        close_live();
    }
}

/* [PROTO 6.4]: on snet/1 a write count below what has arrived since gives a replay away. */
static void server_refuses_a_replay_once_the_client_has_sent_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_live(wires[i], false);
        const struct message old = proven_resume(100, 50);
        core_pair_write(&ends, ends.client, 1);
        core_pair_settle(&ends, live);
        assert_int_equal(core_pair_read(&ends, ends.served, 100), 1);
        assert_refused(send_to_server(&old), SNET_ERR_BAD_COUNT);
        close_live();
    }
}

/* [PROTO 6.1]: on snet/2 a replay gets a challenge, and that is all it gets. */
static void server_keeps_the_live_link_until_the_challenge_is_answered(void **state)
{
    (void)state;
    open_live(SNET_WIRE_2, true);
    const struct message replay = proven_resume(100, 50);
    const struct message wrong = {.data = {1, 2, 3}, .len = 16};
    struct core_pair_conn *conn = send_to_server(&replay);
    uint8_t reply[64];
    assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_SERVER, reply, sizeof reply), 24);
    assert_ptr_equal(ends.served->links.live, live->sides[CORE_PAIR_SERVER].link);
    struct core_pair_conn *second = send_to_server(&replay);
    core_pair_feed(&ends, second, CORE_PAIR_SERVER, wrong.data, wrong.len);
    assert_int_equal(second->sides[CORE_PAIR_SERVER].err, SNET_ERR_BAD_MAC);
    core_pair_pass(&ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS); /* the first never answers */
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_HANDSHAKE_TIMEOUT);
    close_live();
}

/* [PROTO 2.4]: two equal challenges in a row would make a recorded proof good again. */
static void server_draws_a_fresh_challenge_that_is_not_zero(void **state)
{
    (void)state;
    open_live(SNET_WIRE_2, false);
    const struct message message = proven_resume(100, 50);
    uint8_t replies[2][64];
    test_env_queue(&ends.env[CORE_PAIR_SERVER], SNET_RANDOM_CHALLENGE, 0);
    test_env_queue(&ends.env[CORE_PAIR_SERVER], SNET_RANDOM_CHALLENGE, 0);
    for (size_t i = 0; i < 2; i++) {
        struct core_pair_conn *conn = send_to_server(&message);
        assert_int_equal(
            core_pair_take(&ends, conn, CORE_PAIR_SERVER, replies[i], sizeof replies[i]), 24);
        assert_int_not_equal(snet_legacy_u64_decode(replies[i] + 16), 0);
    }
    assert_memory_not_equal(replies[0] + 16, replies[1] + 16, 8);
    close_live();
}

/* [PROTO 2.1] */
static void server_refuses_degenerate_public_keys(void **state)
{
    static const uint64_t bad[] = {1, UINT64_C(0xffffffffffffffc4), UINT64_C(0xffffffffffffffc5),
                                   UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_live(wires[i], false);
        for (size_t j = 0; j < sizeof bad / sizeof bad[0]; j++) {
            struct message message = {.len = 0};
            message.len = snet_legacy_hello_encode(format_of(ends.client), bad[j], message.data);
            struct core_pair_conn *conn = send_to_server(&message);
            if (wires[i] == SNET_WIRE_1_PADDED) {
                static const uint8_t padding[24];
                core_pair_feed(&ends, conn, CORE_PAIR_SERVER, padding, sizeof padding);
            }
            assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_BAD_PUBLIC_KEY);
        }
        close_live();
    }
}

/* [PROTO 6.1]: a session of one dialect cannot be resumed in the other. */
static void server_refuses_a_resume_in_the_wrong_dialect(void **state)
{
    (void)state;
    open_live(SNET_WIRE_2, true);
    struct message message = proven_resume(100, 50);
    memmove(message.data, message.data + 1, --message.len);
    assert_refused(send_to_server(&message), SNET_ERR_UNKNOWN_SESSION);
    close_live();
}

/* Random bytes, thousands of connections: nothing happens but closes. */
static void server_outlives_random_bytes(void **state)
{
    (void)state;
    open_live(SNET_WIRE_2, true);
    struct test_env dice;
    test_env_init(&dice, 4711);
    for (unsigned round = 0; round < 5000; round++) {
        static const uint8_t firsts[] = {0x00, 0x80, 0xBF, 0xC3, 0xFF, 0x01};
        uint8_t data[200] = {0};
        const size_t len = 1 + (size_t)test_env_below(&dice, sizeof data - 1);
        for (size_t i = 0; i < len; i++) {
            data[i] = (uint8_t)test_env_next(&dice);
        }
        data[0] = test_env_below(&dice, 2) == 0 ? data[0] : firsts[round % sizeof firsts];
        ends.conn_count = 1;
        memset(&ends.conns[1], 0, sizeof ends.conns[1]);
        struct core_pair_conn *conn = core_pair_intrude(&ends);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, data, len);
        core_pair_eof(&ends, conn, CORE_PAIR_SERVER);
        snet_link_free(conn->sides[CORE_PAIR_SERVER].link, ends.now);
        core_pair_drain(&ends);
        assert_ptr_equal(ends.served->links.live, live->sides[CORE_PAIR_SERVER].link);
    }
    close_live();
}

/* [PROTO 6.2]: gone from the history while no client was connected: an end with a reason. */
static void server_ends_a_session_whose_bytes_have_left_the_history(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, false);
    config.server.session.history_bytes = 64;
    core_pair_open(&ends, &config);
    live = core_pair_begin(&ends);
    uint8_t lost[200];
    for (unsigned i = 0; i < 20; i++) {
        core_pair_write(&ends, ends.served, 8);
        assert_int_equal(core_pair_take(&ends, live, CORE_PAIR_SERVER, lost, sizeof lost), 8);
    }
    core_pair_settle(&ends, core_pair_reconnect(&ends, live, SNET_SECOND_NS));
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_HISTORY_OVERRUN);
    core_pair_reconnect_until_ended(&ends);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_HISTORY_OVERRUN);
    struct snet_session_info info;
    snet_session_get_info(ends.served, &info);
    assert_int_equal(info.written, 160);
    assert_int_equal(info.peer_received, 0);
    snet_session_get_info(ends.client, &info);
    assert_int_equal(info.received, 0);
    assert_int_equal(info.peer_written, 160);
    core_pair_close(&ends);
}

/* A session over `wire`, of which 160 bytes left a history of 64 on `live`, and 50 arrived. */
static void open_overrun(enum snet_wire wire)
{
    struct core_pair_config config = core_pair_config_for(wire, false);
    uint8_t lost[200];
    config.server.session.history_bytes = 64;
    core_pair_open(&ends, &config);
    live = core_pair_begin(&ends);
    core_pair_write(&ends, ends.served, 8);
    core_pair_settle(&ends, live);
    for (unsigned i = 0; i < 20; i++) {
        core_pair_write(&ends, ends.served, 8);
        assert_int_equal(core_pair_take(&ends, live, CORE_PAIR_SERVER, lost, sizeof lost), 8);
    }
}

/* What the server answers to a resume with these counts. */
static size_t answer_to(uint64_t write_count, uint64_t read_count, struct core_pair_conn **ret_conn,
                        uint64_t ret_fields[3])
{
    const struct message message = proven_resume(write_count, read_count);
    uint8_t reply[64] = {0};
    *ret_conn = send_to_server(&message);
    const size_t len = core_pair_take(&ends, *ret_conn, CORE_PAIR_SERVER, reply, sizeof reply);
    for (size_t i = 0; i < 3; i++) {
        ret_fields[i] = snet_legacy_u64_decode(reply + 8 * i);
    }
    return len;
}

/* The right answer to a challenge, and what may follow it. */
static struct message answer_and_seen(uint64_t challenge)
{
    struct message message = {.len = 2 * SNET_LEGACY_MAC_BYTES};
    const uint8_t *key = snet_legacy_session_of(ends.client)->key;
    assert_int_equal(
        snet_legacy_proof_answer(ends.cores[CORE_PAIR_CLIENT], challenge, key, message.data),
        SNET_OK);
    assert_int_equal(snet_legacy_proof_seen(ends.cores[CORE_PAIR_CLIENT], challenge, key,
                                            message.data + SNET_LEGACY_MAC_BYTES),
                     SNET_OK);
    return message;
}

/* [PROTO 6.7]: a resume is promised what its client has, whatever was written. */
static void server_declares_what_its_client_has(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct core_pair_conn *conn = NULL;
        uint64_t fields[3];
        open_live(wires[i], false);
        core_pair_write(&ends, ends.served, 30); /* not sent yet */
        assert_true(answer_to(100, 20, &conn, fields) >= 16);
        assert_int_equal(fields[0], 20);
        assert_int_equal(fields[1], 100);
        core_pair_close(&ends);
    }
}

/* [PROTO 6.2]: said with the true counts, beside a live link; on snet/1 three times, then refused.
 */
static void server_says_that_its_history_is_overrun(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct core_pair_conn *conn = NULL;
        uint64_t fields[3];
        open_overrun(wires[i]);
        core_pair_write(&ends, ends.client, 5);
        core_pair_settle(&ends, live);
        for (unsigned said = 0; said < (wires[i] == SNET_WIRE_2 ? 9 : 3); said++) {
            assert_true(answer_to(5, 8, &conn, fields) >= 16);
            assert_int_equal(fields[0], 168);
            assert_int_equal(fields[1], 5);
        }
        assert_int_equal(ends.env[CORE_PAIR_SERVER].last_note.err, SNET_ERR_HISTORY_OVERRUN);
        assert_int_equal(ends.env[CORE_PAIR_SERVER].last_note.own_write, 168);
        assert_int_equal(ends.env[CORE_PAIR_SERVER].last_note.peer_read, 8);
        const struct message again = proven_resume(5, 8);
        if (wires[i] != SNET_WIRE_2) {
            assert_refused(send_to_server(&again), SNET_ERR_HISTORY_OVERRUN);
        }
        assert_ptr_equal(ends.served->links.live, live->sides[CORE_PAIR_SERVER].link);
        core_pair_close(&ends);
    }
}

/* [PROTO 6.2]: on snet/2 only who answers the challenge can say that a session is lost. */
static void server_gives_up_an_overrun_session_when_the_challenge_is_answered(void **state)
{
    (void)state;
    struct core_pair_conn *conn = NULL;
    uint64_t fields[3];
    open_overrun(SNET_WIRE_2);
    core_pair_cut(&ends, live);
    assert_int_equal(answer_to(0, 8, &conn, fields), 24);
    assert_int_not_equal(fields[2], 0);
    assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
    const struct message answer = answer_and_seen(fields[2]);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, answer.data, SNET_LEGACY_MAC_BYTES);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_HISTORY_OVERRUN);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
    core_pair_close(&ends);
}

/* [PROTO 6.2]: on snet/1 the last accepted request may be anybody's replay; its time is limited. */
static void server_keeps_a_session_whose_accepted_resume_is_repeated(void **state)
{
    (void)state;
    struct core_pair_conn *conn = NULL;
    uint64_t fields[3];
    uint8_t lost[200];
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, false);
    config.server.session.history_bytes = 64;
    core_pair_open(&ends, &config);
    live = core_pair_begin(&ends);
    core_pair_settle(&ends, live);
    core_pair_cut(&ends, live);
    assert_int_equal(answer_to(0, 0, &conn, fields), 16); /* the client sees nothing of it */
    for (unsigned i = 0; i < 20; i++) {
        core_pair_write(&ends, ends.served, 8);
        assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_SERVER, lost, sizeof lost), 8);
    }
    snet_link_failed(conn->sides[CORE_PAIR_SERVER].link, SNET_ERR_LINK_LOST, ends.now);
    assert_int_equal(answer_to(0, 0, &conn, fields), 16);
    assert_int_equal(fields[0], 160);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_HISTORY_OVERRUN);
    for (unsigned i = 1; i < 3; i++) {
        assert_int_equal(answer_to(0, 0, &conn, fields), 16);
    }
    const struct message again = proven_resume(0, 0);
    assert_refused(send_to_server(&again), SNET_ERR_HISTORY_OVERRUN);
    assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
    core_pair_pass(&ends, SNET_RESUME_TIMEOUT_DEFAULT_NS);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_HISTORY_OVERRUN);
    core_pair_close(&ends);
}

/* A session over `wire` whose server has ended its stream of 50 bytes; all of it arrived. */
static void open_ended(enum snet_wire wire)
{
    open_live(wire, false);
    snet_session_shutdown(ends.served, ends.now);
    core_pair_settle(&ends, live);
    assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
}

/* [PROTO 7.3]: on snet/2 the reply proves the end, and only answers are counted. */
static void server_proves_its_end_until_three_goodbyes_were_answered(void **state)
{
    (void)state;
    struct core_pair_conn *conn = NULL;
    uint64_t fields[3];
    uint64_t proof = 0;
    open_ended(SNET_WIRE_2);
    const struct snet_legacy_resume counts = {
        .id = ends.client->id, .write_count = 50, .read_count = 100};
    assert_int_equal(snet_legacy_proof_end(ends.cores[CORE_PAIR_CLIENT], &counts,
                                           snet_legacy_session_of(ends.client)->key, &proof),
                     SNET_OK);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(answer_to(100, 50, &conn, fields), 24);
        assert_int_equal(fields[0], 50);
        assert_int_equal(fields[1], 100);
        assert_int_equal(fields[2], proof);
        assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
        if (i % 2 == 1) {
            const struct message answer = answer_and_seen(fields[2]);
            core_pair_feed(&ends, conn, CORE_PAIR_SERVER, answer.data, SNET_LEGACY_MAC_BYTES);
            core_pair_pass(&ends, SNET_SECOND_NS / 5);
            assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
        }
    }
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    const struct message late = proven_resume(100, 50);
    assert_refused(send_to_server(&late), SNET_ERR_UNKNOWN_SESSION);
    core_pair_close(&ends);
}

/* [PROTO 7.3]: who has recognised the proof need not come again. */
static void server_ends_at_once_when_its_proof_was_seen(void **state)
{
    (void)state;
    struct core_pair_conn *conn = NULL;
    uint64_t fields[3];
    open_ended(SNET_WIRE_2);
    assert_int_equal(answer_to(100, 50, &conn, fields), 24);
    struct message answer = answer_and_seen(fields[2]);
    answer.data[SNET_LEGACY_MAC_BYTES] ^= 1;
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, answer.data, answer.len);
    assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
    assert_int_equal(answer_to(100, 50, &conn, fields), 24);
    answer = answer_and_seen(fields[2]);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, answer.data, answer.len);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
    core_pair_close(&ends);
}

/* [PROTO 7.3] */
static void server_of_snet1_accepts_three_goodbyes(void **state)
{
    (void)state;
    struct core_pair_conn *conn = NULL;
    uint64_t fields[3];
    open_ended(SNET_WIRE_1);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
        assert_int_equal(answer_to(100, 50, &conn, fields), 16);
        assert_int_equal(fields[0], 50);
        assert_int_equal(fields[1], 100);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
    }
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    const struct message late = proven_resume(100, 50);
    assert_refused(send_to_server(&late), SNET_ERR_UNKNOWN_SESSION);
    core_pair_close(&ends);
}

/* [PROTO 7.3]: the linger may run out after that; a replay of older counts changes nothing. */
static void server_ends_well_after_a_goodbye_that_nobody_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct core_pair_conn *conn = NULL;
        uint64_t fields[3];
        open_ended(wires[i]);
        assert_true(answer_to(100, 50, &conn, fields) >= 16);
        const struct message old = proven_resume(100, 20);
        assert_refused(send_to_server(&old), SNET_ERR_STALE_RESUME);
        struct snet_core_stats stats;
        snet_core_totals(ends.cores[CORE_PAIR_SERVER], &stats);
        assert_int_equal(stats.send_bytes, 0);
        core_pair_pass(&ends, SNET_ENDED_KEEP_DEFAULT_NS + SNET_SECOND_NS);
        assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
        core_pair_close(&ends);
    }
}

/*
 * [PROTO 6.4]: the weakness of snet/1. A resume that was sent and never accepted is no replay that
 * could be known. Once more than a history has passed, it takes a stranger's repetition of it for a
 * client that has lost too much: not while there is a link, but afterwards. [PROTO 6.2]
 */
static void server_is_fooled_by_an_old_resume_that_it_never_accepted(void **state)
{
    static const enum snet_wire kinds[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct core_pair_config config = core_pair_config_for(kinds[i], false);
        struct message old = {.len = 0};
        config.server.session.history_bytes = 64;
        core_pair_open(&ends, &config);
        live = core_pair_begin(&ends);
        snet_client_network_changed(ends.client, ends.now);
        core_pair_drain(&ends);
        struct core_pair_conn *attempt = core_pair_dial(&ends);
        old.len = core_pair_take(&ends, attempt, CORE_PAIR_CLIENT, old.data, sizeof old.data);
        core_pair_cut(&ends, attempt);
        for (unsigned round = 0; round < 20; round++) {
            core_pair_write(&ends, ends.served, 8);
            core_pair_settle(&ends, live);
        }
        (void)send_to_server(&old);
        assert_int_equal(ends.served->state, SNET_SESSION_LIVE);
        core_pair_cut(&ends, live);
        assert_refused(send_to_server(&old), SNET_ERR_HISTORY_OVERRUN);
        core_pair_drain(&ends);
        assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_HISTORY_OVERRUN);
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_refuses_impossible_counts_of_a_live_session),
        cmocka_unit_test(server_refuses_a_resume_with_any_bit_changed),
        cmocka_unit_test(server_refuses_a_replay_that_is_older_than_an_accepted_resume),
        cmocka_unit_test(server_refuses_a_replay_once_the_client_has_sent_more),
        cmocka_unit_test(server_keeps_the_live_link_until_the_challenge_is_answered),
        cmocka_unit_test(server_draws_a_fresh_challenge_that_is_not_zero),
        cmocka_unit_test(server_refuses_degenerate_public_keys),
        cmocka_unit_test(server_refuses_a_resume_in_the_wrong_dialect),
        cmocka_unit_test(server_outlives_random_bytes),
        cmocka_unit_test(server_ends_a_session_whose_bytes_have_left_the_history),
        cmocka_unit_test(server_declares_what_its_client_has),
        cmocka_unit_test(server_says_that_its_history_is_overrun),
        cmocka_unit_test(server_gives_up_an_overrun_session_when_the_challenge_is_answered),
        cmocka_unit_test(server_keeps_a_session_whose_accepted_resume_is_repeated),
        cmocka_unit_test(server_proves_its_end_until_three_goodbyes_were_answered),
        cmocka_unit_test(server_ends_at_once_when_its_proof_was_seen),
        cmocka_unit_test(server_of_snet1_accepts_three_goodbyes),
        cmocka_unit_test(server_ends_well_after_a_goodbye_that_nobody_answered),
        cmocka_unit_test(server_is_fooled_by_an_old_resume_that_it_never_accepted),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
