/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A core and a peer that has the keys: see tests/fuzz/peer.h for what is checked.
 *
 *   input     kind[1]: bit 0 the core is the client, 2..1 pattern, 3 suite
 *             then operations until the end of the input: op[1]  n[2]
 *             Numbers in messages are one byte, F0..FE near what they should be, FF and then any 8
 */
#include "tests/fuzz/peer.h"

#include <string.h>

#define PEER_OPS_MAX 400u
#define PEER_PLAIN_MAX_BYTES 1024u

/* Bytes of the program, as many as it has. */
static struct snet_bytes op_bytes(struct peer *peer, size_t want)
{
    const size_t left = peer->program.failed ? 0 : peer->program.left;
    const size_t len = want < left ? want : left;
    return (struct snet_bytes){snet_reader_view(&peer->program, len), len};
}

/* A record of them. */
static void op_raw(struct peer *peer, uint16_t n)
{
    peer_say(peer, op_bytes(peer, 1 + n % PEER_PLAIN_MAX_BYTES));
}

static void op_frame(struct peer *peer, const struct snet_v3_frame *frame)
{
    uint8_t plain[PEER_PLAIN_MAX_BYTES + 32];
    struct snet_writer writer;
    snet_writer_init(&writer, plain, sizeof plain);
    snet_v3_frame_encode(frame, &writer);
    peer_say(peer, (struct snet_bytes){plain, writer.written});
}

/* A number that differs from what it should be by the low bits of n, mostly by nothing. */
static uint64_t op_near(uint64_t right, uint16_t n)
{
    return (n & 7u) < 5 ? right : right + (n & 7u) - 6;
}

static void op_start(struct peer *peer, uint16_t n)
{
    op_frame(peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_START,
                                           .offset = op_near(peer->out_offset, n)});
}

static void op_ack(struct peer *peer, uint16_t n)
{
    op_frame(peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_ACK,
                                           .offset = op_near(peer->core_offset, n),
                                           .limit = peer->core_offset + n});
}

static void op_data(struct peer *peer, uint16_t n)
{
    static const uint8_t bytes[PEER_PLAIN_MAX_BYTES];
    op_frame(peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_DATA,
                                           .bytes = {bytes, 1 + n % PEER_PLAIN_MAX_BYTES}});
}

static void op_fin(struct peer *peer, uint16_t n)
{
    op_frame(peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_FIN,
                                           .offset = op_near(peer->out_offset, n)});
}

static void op_ping(struct peer *peer, uint16_t n)
{
    op_frame(peer, &(struct snet_v3_frame){.type = (n & 1u) == 0 ? SNET_V3_FRAME_PING
                                                                 : SNET_V3_FRAME_PONG,
                                           .number = n >> 1});
}

static void op_take(struct peer *peer, uint16_t n)
{
    (void)n;
    peer_take(peer);
}

/* Bytes that were never sealed. */
static void op_waste(struct peer *peer, uint16_t n)
{
    const struct snet_bytes bytes = op_bytes(peer, n % 64);
    peer_feed(peer, bytes.data, bytes.len);
}

static void op_connect(struct peer *peer, uint16_t n)
{
    peer_connect(peer, (n & 1u) == 0);
}

static void op_cut(struct peer *peer, uint16_t n)
{
    (void)n;
    peer_cut(peer);
}

static void op_eof(struct peer *peer, uint16_t n)
{
    (void)n;
    if (peer->link != NULL) {
        snet_link_eof(peer->link, peer->now);
    }
}

static void op_pass(struct peer *peer, uint16_t n)
{
    peer->now += n < 0x8000 ? n * SNET_MS_NS : (n & 0xFFu) * SNET_SECOND_NS;
    snet_core_tick(peer->core, peer->now);
}

static void op_write(struct peer *peer, uint16_t n)
{
    static const uint8_t bytes[4096];
    size_t written = 0;
    if (peer->session != NULL) {
        (void)(snet_session_write(peer->session, bytes, n % sizeof bytes, &written, peer->now) ==
               SNET_OK);
    }
}

static void op_read(struct peer *peer, uint16_t n)
{
    uint8_t bytes[4096];
    size_t len = 0;
    if (peer->session != NULL && n % sizeof bytes > 0 &&
        snet_session_read(peer->session, bytes, n % sizeof bytes, &len, peer->now) == SNET_OK) {
        peer->read += len;
    }
}

static void op_end(struct peer *peer, uint16_t n)
{
    if (peer->session == NULL) {
        return;
    }
    if (n % 4 < 2) {
        snet_session_shutdown(peer->session, peer->now);
    } else if (n % 4 == 2) {
        snet_session_abort_with(peer->session, SNET_CODE_APPLICATION, "text", peer->now);
    } else {
        snet_session_free(peer->session, peer->now);
        peer->session = NULL;
    }
}

static void op_changed(struct peer *peer, uint16_t n)
{
    if (!peer->is_client && peer->session != NULL) {
        snet_client_network_changed(peer->session, peer->now);
    } else if (peer->session != NULL) {
        (void)(snet_session_migrate(peer->session, NULL, n * SNET_MS_NS, peer->now) == SNET_OK);
    }
}

/* The order is part of what the files of the corpus mean. */
static void (*const ops[])(struct peer *peer, uint16_t n) = {
    op_connect, /* 0: with bit 0 of n a new session, or a REJECT; else a resume, or an answer */
    op_start,   op_ack, op_data, op_fin,   op_ping, op_raw, op_waste,   op_take,
    op_cut,     op_eof, op_pass, op_write, op_read, op_end, op_changed,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct peer peer;
    peer_open(&peer, (struct snet_bytes){data, len});
    for (unsigned op = 0; op < PEER_OPS_MAX && peer.program.left > 0; op++) {
        const uint8_t what = snet_reader_u8(&peer.program) % (sizeof ops / sizeof ops[0]);
        ops[what](&peer, snet_reader_u16(&peer.program));
        peer_drain(&peer);
    }
    peer_close(&peer);
    return 0;
}
