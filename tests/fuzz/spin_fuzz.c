/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The spinner as a target: see tests/fuzz/spin.h for what is checked.
 *
 *   input     kind[1]: bits 1..0 wire, 2 mixed, 3 plain, 4 few handshakes, 5 tight, 7..6 keys
 *             size[1]: bits 2..0 history, 4..3 inbox, 5 suite      seed[1]
 *             then operations until the end of the input: op[1]  a[1]  n[2]
 *             where `a` mostly chooses a connection or a pair, with its bit 7 the server's end
 */
#include "tests/fuzz/spin.h"

#define SPIN_WASTE_MAX_BYTES 64u

struct spin_args {
    uint8_t a;
    uint16_t n;
};

/* The connection meant, or the next one that is there; NULL without any. */
static struct spin_conn *args_conn(struct spin *spin, const struct spin_args *args)
{
    for (unsigned i = 0; i < SPIN_CONNS_MAX; i++) {
        struct spin_conn *conn = &spin->conns[((args->a & 0x7Fu) + i) % SPIN_CONNS_MAX];
        if (conn->used) {
            return conn;
        }
    }
    return NULL;
}

static unsigned args_side(const struct spin_args *args)
{
    return args->a >> 7;
}

static unsigned args_pair_index(const struct spin *spin, const struct spin_args *args)
{
    return spin->pair_count == 0 ? 0 : (args->a & 0x7Fu) % spin->pair_count;
}

static struct spin_pair *args_pair(struct spin *spin, const struct spin_args *args)
{
    return &spin->pairs[args_pair_index(spin, args)];
}

/* Bytes of the program, as many as it says and has. */
static struct snet_bytes args_bytes(struct spin *spin, const struct spin_args *args)
{
    size_t len = args->n % (SPIN_WASTE_MAX_BYTES + 1);
    len = len < spin->program.left ? len : spin->program.left;
    return (struct snet_bytes){snet_reader_view(&spin->program, len), len};
}

/* From microseconds to minutes, by the upper bits of n. */
static uint64_t args_duration_ns(const struct spin_args *args)
{
    static const uint64_t units_ns[] = {1000, 100 * 1000, 10 * SNET_MS_NS, SNET_SECOND_NS};
    return (uint64_t)(args->n & 0xFFu) * units_ns[args->n >> 8 & 0x03u];
}

/* --- Operations on connections ------------------------------------------------------------ */

static void op_send(struct spin *spin, struct spin_conn *conn, const struct spin_args *args)
{
    (void)spin_net_send(spin, conn, args_side(args), args->n);
}

static void op_deliver(struct spin *spin, struct spin_conn *conn, const struct spin_args *args)
{
    (void)spin_net_deliver(spin, conn, args_side(args), args->n);
}

static void op_cut(struct spin *spin, struct spin_conn *conn, const struct spin_args *args)
{
    spin_net_break(spin, conn, args_side(args));
    spin_net_break(spin, conn, 1 - args_side(args));
}

static void op_break(struct spin *spin, struct spin_conn *conn, const struct spin_args *args)
{
    spin_net_break(spin, conn, args_side(args));
}

static void op_fin(struct spin *spin, struct spin_conn *conn, const struct spin_args *args)
{
    (void)args;
    spin_net_fin(spin, conn);
}

static void op_flip(struct spin *spin, struct spin_conn *conn, const struct spin_args *args)
{
    spin_net_flip(spin, conn, args_side(args), args->n);
}

static void op_insert(struct spin *spin, struct spin_conn *conn, const struct spin_args *args)
{
    spin_net_insert(spin, conn, args_side(args), args_bytes(spin, args));
}

/* --- All others --------------------------------------------------------------------------- */

static struct spin_app *args_app(struct spin *spin, const struct spin_args *args)
{
    return &args_pair(spin, args)->apps[args_side(args)];
}

static void op_settle(struct spin *spin, const struct spin_args *args)
{
    (void)args;
    spin_net_settle(spin);
}

static void op_talk(struct spin *spin, const struct spin_args *args)
{
    struct spin_pair *pair = args_pair(spin, args);
    for (unsigned index = 0; index < 2; index++) {
        spin_app_write(spin, &pair->apps[index], args->n);
    }
    spin_drain(spin);
    spin_net_settle(spin);
    for (unsigned index = 0; index < 2; index++) {
        while (spin_app_read(spin, pair, index, SIZE_MAX) > 0) {
        }
    }
}

static void op_dial(struct spin *spin, const struct spin_args *args)
{
    spin_net_dial(spin, args_pair_index(spin, args), (args->n & 1u) != 0);
}

static void op_write(struct spin *spin, const struct spin_args *args)
{
    spin_app_write(spin, args_app(spin, args), args->n);
}

static void op_read(struct spin *spin, const struct spin_args *args)
{
    (void)spin_app_read(spin, args_pair(spin, args), args_side(args), args->n);
}

static void op_pass(struct spin *spin, const struct spin_args *args)
{
    spin_pass(spin, args_duration_ns(args));
}

static void op_changed(struct spin *spin, const struct spin_args *args)
{
    struct spin_app *client = &args_pair(spin, args)->apps[SPIN_CLIENT];
    if (client->session != NULL) {
        snet_client_network_changed(client->session, spin->now);
    }
}

static void op_replay(struct spin *spin, const struct spin_args *args)
{
    const struct spin_record *record = &spin->records[args->a % SPIN_RECORDS_MAX];
    const size_t len = args->n < record->len ? args->n : record->len;
    spin_net_stranger(spin, (struct snet_bytes){record->data, len}, record->pair);
}

static void op_stranger(struct spin *spin, const struct spin_args *args)
{
    spin_net_stranger(spin, args_bytes(spin, args), args_pair_index(spin, args));
}

static void op_shutdown(struct spin *spin, const struct spin_args *args)
{
    spin_app_shutdown(spin, args_app(spin, args));
}

static void op_abort(struct spin *spin, const struct spin_args *args)
{
    spin_app_abort(spin, args_app(spin, args));
}

static void op_free(struct spin *spin, const struct spin_args *args)
{
    spin_app_free(spin, args_app(spin, args));
}

static void op_drain(struct spin *spin, const struct spin_args *args)
{
    (void)args;
    snet_server_drain(spin->server);
}

static void op_open(struct spin *spin, const struct spin_args *args)
{
    (void)args;
    spin_open_client(spin);
}

static void op_memory(struct spin *spin, const struct spin_args *args)
{
    struct test_env *env = &spin->envs[args_side(args)];
    spin->memory_failed = true;
    env->fail_at = env->alloc_count + 1 + args->n % 64;
}

static void op_abort_with(struct spin *spin, const struct spin_args *args)
{
    struct spin_app *app = args_app(spin, args);
    if (app->session != NULL) {
        app->aborted = true;
        snet_session_abort_with(app->session, args->n | SNET_CODE_APPLICATION,
                                (args->n & 1u) != 0 ? "text" : NULL, spin->now);
    }
}

/* Only a server's session of snet/3 can; the others say so. */
static void op_migrate(struct spin *spin, const struct spin_args *args)
{
    const struct spin_app *app = args_app(spin, args);
    if (app->session != NULL) {
        const snet_err err =
            snet_session_migrate(app->session, (args->n & 1u) != 0 ? "[::1]:7000" : NULL,
                                 (uint64_t)args->n * SNET_MS_NS, spin->now);
        FUZZ_CHECK(err == SNET_OK || err == SNET_ERR_STATE || err == SNET_ERR_NO_MEMORY);
    }
}

/* --- The program -------------------------------------------------------------------------- */

/* One of the two functions. The order is part of what the files of the corpus mean. */
struct spin_op {
    void (*conn_op)(struct spin *spin, struct spin_conn *conn, const struct spin_args *args);
    void (*op)(struct spin *spin, const struct spin_args *args);
};

static const struct spin_op ops[] = {
    {op_send, NULL},       /* 0: a side puts n bytes on the wire */
    {op_deliver, NULL},    /* 1: n bytes arrive at a side */
    {NULL, op_settle},     /* 2: everything moves */
    {NULL, op_talk},       /* 3: both ends write n bytes, everything moves and is read */
    {NULL, op_dial},       /* 4: a connection is made, or with bit 0 of n refused */
    {NULL, op_write},      /* 5 */
    {NULL, op_read},       /* 6 */
    {op_cut, NULL},        /* 7: a connection breaks at both sides */
    {op_break, NULL},      /* 8: at one side */
    {op_fin, NULL},        /* 9: the network closes a connection in good order */
    {op_flip, NULL},       /* 10: bit n of what is on its way changes */
    {op_insert, NULL},     /* 11: bytes of the program join what is on its way */
    {NULL, op_pass},       /* 12: time passes */
    {NULL, op_changed},    /* 13: the client hears that the network has changed */
    {NULL, op_replay},     /* 14: a stranger sends n bytes of what a client once sent */
    {NULL, op_stranger},   /* 15: a stranger sends bytes of the program */
    {NULL, op_shutdown},   /* 16 */
    {NULL, op_abort},      /* 17 */
    {NULL, op_free},       /* 18 */
    {NULL, op_drain},      /* 19: the server takes no new sessions */
    {NULL, op_open},       /* 20: one more client */
    {NULL, op_memory},     /* 21: the n-th allocation of a core from now on fails */
    {NULL, op_abort_with}, /* 22: with a code and, with bit 0 of n, a text */
    {NULL, op_migrate},    /* 23: the server asks the client to move, with bit 0 of n elsewhere */
};

static void fuzz_step(struct spin *spin)
{
    const struct spin_op *what = &ops[snet_reader_u8(&spin->program) % (sizeof ops / sizeof *ops)];
    const struct spin_args args = {
        .a = snet_reader_u8(&spin->program),
        .n = snet_reader_u16(&spin->program),
    };
    struct spin_conn *conn = what->conn_op == NULL ? NULL : args_conn(spin, &args);
    if (conn != NULL) {
        what->conn_op(spin, conn, &args);
    } else if (what->op != NULL) {
        what->op(spin, &args);
    }
    spin_drain(spin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct spin spin;
    if (!spin_open(&spin, (struct snet_bytes){data, len})) {
        return 0;
    }
    for (unsigned op = 0; op < SPIN_OPS_MAX && spin.program.left > 0; op++) {
        fuzz_step(&spin);
    }
    spin_heal(&spin);
    spin_close(&spin);
    return 0;
}
