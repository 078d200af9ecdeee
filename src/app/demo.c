/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet demo`: server, client and a hostile network in one process. A file goes up and down at the
 * same time while connections are cut at random bytes, refused for a while, and once frozen.
 */
#include "app/arguments.h"
#include "app/chaos.h"
#include "app/commands.h"
#include "app/demo_end.h"
#include "app/log.h"
#include "app/nodump.h"
#include "app/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEMO_FILE_BYTES (UINT64_C(256) << 20)
#define DEMO_TOTAL_MIN_BYTES (UINT64_C(16) << 20) /* less would not meet enough cuts */
#define DEMO_CUTS_MIN 200u
#define DEMO_CUTS_PLANNED 280u
#define DEMO_DEAD_PEER_NS (2 * SNET_SECOND_NS)
#define DEMO_REFUSE_MS 1500u
#define DEMO_LIMIT_MS 180000u
#define DEMO_TERMINAL_MS 100u
#define DEMO_PIPE_MS 2000u

struct demo {
    uv_loop_t loop;
    struct snet_log log;
    snet_uv *driver;
    snet_uv_server *server;
    snet_chaos *chaos;
    struct snet_demo_source source;
    struct snet_demo_end client_end;
    struct snet_demo_end server_end;
    uv_timer_t progress;
    enum snet_wire wire;
    uint32_t seed;
    uint64_t begun_ms;
    uint64_t resume_ns_worst;
    bool terminal;
    bool refused;
    bool frozen;
    bool closing; /* all has arrived: the session is being closed */
    bool over;
    const char *failure;
};

struct demo_choice {
    struct snet_arguments arguments;
    uint32_t wire; /* index in demo_wires */
    uint32_t seed;
    const char *path; /* NULL: of a file that is made */
};

/* In the order of the option's words. */
static const enum snet_wire demo_wires[] = {SNET_WIRE_3, SNET_WIRE_1, SNET_WIRE_1_PADDED,
                                            SNET_WIRE_2};

#define DEMO_ROW(...) SNET_APP_ROW(struct demo_choice, __VA_ARGS__),
static const struct snet_schema_row demo_rows[] = {SNET_APP_DEMO_SCHEMA(DEMO_ROW)};
static const struct snet_schema demo_schema = {demo_rows, sizeof demo_rows / sizeof demo_rows[0]};

static const char demo_head[] =
    "snet demo: a transfer through a hostile network, in one process\n"
    "\n"
    "  snet demo [--wire NAME] [--seed N] [FILE]\n"
    "\n"
    "Sends FILE, by default 256 MiB that it makes, up and down at the same time,\n"
    "while the network cuts connections at random bytes, refuses them for 1.5 s, and\n"
    "once falls silent without closing. Ends with the SHA-256 sums of both directions\n"
    "and OK, or says what failed.\n"
    "\n";

static void demo_over(struct demo *demo, const char *failure)
{
    if (!demo->over) {
        demo->over = true;
        demo->failure = failure;
        uv_stop(&demo->loop);
    }
}

/* --- Progress -------------------------------------------------------------------------------- */

static uint64_t demo_moved(const struct demo *demo)
{
    return demo->client_end.received + demo->server_end.received;
}

static uint64_t demo_resent(const struct demo *demo, uint32_t *ret_resumes)
{
    struct snet_session_info client = {0};
    struct snet_session_info server = {0};
    if (demo->client_end.session != NULL) {
        snet_session_get_info(demo->client_end.session, &client);
    }
    if (demo->server_end.session != NULL) {
        snet_session_get_info(demo->server_end.session, &server);
    }
    *ret_resumes = client.resumes;
    return client.resent_bytes + server.resent_bytes;
}

/* One line of at most 79 columns; on a terminal it takes the place of the one before. */
static void demo_print(const struct demo *demo)
{
    struct snet_chaos_stats chaos;
    uint32_t resumes = 0;
    const uint64_t resent = demo_resent(demo, &resumes);
    const uint64_t elapsed_ms = uv_now(&demo->loop) - demo->begun_ms + 1;
    snet_chaos_stats(demo->chaos, &chaos);
    (void)printf("%sup %5.1f%%  down %5.1f%%  %5.0f MiB/s  %3" PRIu64 " cuts  %3" PRIu32
                 " resumes  resent %4.0f MiB%s",
                 demo->terminal ? "\r" : "",
                 100.0 * (double)demo->server_end.received / (double)demo->source.total_bytes,
                 100.0 * (double)demo->client_end.received / (double)demo->source.total_bytes,
                 (double)demo_moved(demo) / 1048576.0 / ((double)elapsed_ms / 1000.0), chaos.cuts,
                 resumes, (double)resent / 1048576.0, demo->terminal ? "" : "\n");
    (void)fflush(stdout);
}

/* A line that stays, below the progress so far. */
static void demo_say(const struct demo *demo, const char *text)
{
    demo_print(demo);
    (void)printf("%s%s\n", demo->terminal ? "\n" : "", text);
    (void)fflush(stdout);
}

/* A third of the way connections are refused, at two thirds the network falls silent. */
static void demo_torment(struct demo *demo)
{
    const uint64_t total = 2 * demo->source.total_bytes;
    if (!demo->refused && demo_moved(demo) > total / 3) {
        demo->refused = true;
        demo_say(demo, "The network refuses connections for 1.5 s.");
        snet_chaos_refuse(demo->chaos, DEMO_REFUSE_MS);
    }
    if (!demo->frozen && demo_moved(demo) > total / 3 * 2) {
        demo->frozen = true;
        demo_say(demo, "The network falls silent: nothing arrives, and nothing is closed.");
        snet_chaos_freeze(demo->chaos);
    }
}

static void demo_tick(uv_timer_t *timer)
{
    struct demo *demo = timer->data;
    demo_print(demo);
    if (uv_now(timer->loop) - demo->begun_ms > DEMO_LIMIT_MS) {
        demo_over(demo, "the transfer took too long");
    }
}

/* --- The transfer ---------------------------------------------------------------------------- */

static void demo_check(struct demo *demo)
{
    const char *failure =
        demo->client_end.failure != NULL ? demo->client_end.failure : demo->server_end.failure;
    if (failure != NULL) {
        demo_over(demo, failure);
        return;
    }
    demo_torment(demo);
    if (!demo->closing && snet_demo_end_done(&demo->client_end) &&
        snet_demo_end_done(&demo->server_end)) {
        struct snet_session_info info;
        demo->closing = true;
        snet_session_shutdown(demo->server_end.session, snet_uv_now(demo->driver));
        snet_session_get_info(demo->client_end.session, &info);
        if (info.half_close) {
            snet_session_shutdown(demo->client_end.session, snet_uv_now(demo->driver));
        }
    }
}

static void demo_session_ended(struct demo *demo, const struct snet_demo_end *end, snet_err err)
{
    if (err != SNET_ERR_CLOSED || !demo->closing) {
        demo_over(demo, snet_err_message(err));
    } else if (end == &demo->client_end) {
        demo_over(demo, NULL);
    }
}

static void demo_event(void *user, const struct snet_core_event *event)
{
    struct demo *demo = user;
    struct snet_demo_end *end = event->server == NULL ? &demo->client_end : &demo->server_end;
    struct snet_session_info info;
    if (end->session == NULL) {
        end->session = event->session;
    } else if (end->session != event->session) {
        /* The first hello was answered and the answer lost: the client began anew. */
        snet_session_free(end->session, snet_uv_now(demo->driver));
        end->session = event->session;
    }
    if (event->type == SNET_CORE_EVENT_ENDED) {
        demo_session_ended(demo, end, event->err);
        return;
    }
    if (event->type == SNET_CORE_EVENT_RESUMED) {
        snet_session_get_info(event->session, &info);
        if (info.last_detached_ns > demo->resume_ns_worst) {
            demo->resume_ns_worst = info.last_detached_ns;
        }
    }
    snet_demo_end_receive(end);
    snet_demo_end_send(end);
    demo_check(demo);
}

/* --- Setting up ------------------------------------------------------------------------------ */

/* Makes a file of DEMO_FILE_BYTES without a name. */
static int demo_make_file(uint64_t seed)
{
    char path[] = "/tmp/snet-demo-XXXXXX";
    const int fd = mkstemp(path);
    if (fd < 0) {
        return -1;
    }
    (void)unlink(path);
    uint64_t block[8192];
    for (uint64_t made = 0; made < DEMO_FILE_BYTES; made += sizeof block) {
        for (size_t i = 0; i < sizeof block / sizeof block[0]; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            block[i] = seed ^ (seed >> 29);
        }
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block) {
            (void)close(fd);
            return -1;
        }
    }
    return fd;
}

static bool demo_open_file(struct demo *demo, const char *path)
{
    struct stat stat;
    demo->source.fd = path == NULL ? demo_make_file(demo->seed) : open(path, O_RDONLY | O_CLOEXEC);
    if (demo->source.fd < 0 || fstat(demo->source.fd, &stat) != 0 || stat.st_size <= 0) {
        snet_log_say(&demo->log, "cannot use %s: %s", path == NULL ? "a file in /tmp" : path,
                     demo->source.fd < 0 ? strerror(errno) : "it is empty");
        return false;
    }
    demo->source.file_bytes = (uint64_t)stat.st_size;
    uint64_t times = (DEMO_TOTAL_MIN_BYTES + demo->source.file_bytes - 1) / demo->source.file_bytes;
    times = times == 0 ? 1 : times;
    demo->source.total_bytes = times * demo->source.file_bytes;
    (void)printf("snet demo: %s, %.1f MiB up and down at once,\nwire %s, seed %" PRIu32 "\n",
                 path == NULL ? "a file of random bytes" : path,
                 (double)demo->source.total_bytes / 1048576.0, snet_wire_name(demo->wire),
                 demo->seed);
    return true;
}

/* `secret` is the server's key, whose public half the client pins. */
static snet_err demo_start(struct demo *demo, const struct snet_key *secret,
                           const struct snet_key *public_key)
{
    int os_err = 0;
    const struct snet_uv_config driver = {
        .dead_peer_timeout_ns = DEMO_DEAD_PEER_NS,
        .on_event = demo_event,
        .user = demo,
    };
    const struct snet_server_config server = {
        .wires = demo->wire,
        .keys = {.secrets = secret, .secret_count = 1},
    };
    const struct snet_client_config client = {.wire = demo->wire, .keys = {.server = public_key}};
    snet_err err = snet_uv_new(&demo->loop, &driver, &demo->driver);
    if (err == SNET_OK) {
        err = snet_uv_serve(demo->driver, "127.0.0.1:0", &server, &demo->server, &os_err);
    }
    if (err == SNET_OK) {
        const struct snet_chaos_config chaos = {
            .listen = "127.0.0.1:0",
            .to = snet_uv_server_address(demo->server),
            .cut_every_bytes = 2 * demo->source.total_bytes / DEMO_CUTS_PLANNED,
            .seed = demo->seed,
        };
        err = snet_chaos_new(&demo->loop, &chaos, &demo->chaos, &os_err);
    }
    if (err == SNET_OK) {
        err = snet_demo_end_init(&demo->server_end, demo->driver, &demo->source);
    }
    if (err == SNET_OK) {
        err = snet_demo_end_init(&demo->client_end, demo->driver, &demo->source);
    }
    snet_session *ignored = NULL;
    if (err == SNET_OK) {
        err = snet_uv_connect(demo->driver, snet_chaos_address(demo->chaos), &client, &ignored);
    }
    return err;
}

/* The same with keys made for this run. */
static snet_err demo_start_with_keys(struct demo *demo)
{
    struct snet_key secret;
    struct snet_key public_key;
    snet_nodump_process();
    snet_err err = snet_key_generate(&secret);
    if (err == SNET_OK) {
        err = snet_key_public(&secret, &public_key);
    }
    if (err == SNET_OK) {
        err = demo_start(demo, &secret, &public_key);
    }
    snet_key_wipe(&secret); /* the library has its own copy */
    return err;
}

static bool demo_sums_match(const struct snet_demo_end *from, const struct snet_demo_end *to,
                            const char *name)
{
    char sent[SNET_DIGEST_TEXT_BYTES];
    char received[SNET_DIGEST_TEXT_BYTES];
    if (snet_digest_text(from->sent_digest, sent) != SNET_OK ||
        snet_digest_text(to->received_digest, received) != SNET_OK) {
        return false;
    }
    const bool match = strcmp(sent, received) == 0;
    (void)printf("%-5s sent     %s\n      received %s%s\n", name, sent, received,
                 match ? "" : "  DIFFERS");
    return match;
}

static int demo_verdict(struct demo *demo)
{
    struct snet_chaos_stats chaos;
    snet_chaos_stats(demo->chaos, &chaos);
    demo_print(demo);
    (void)printf("%s", demo->terminal ? "\n" : "");
    const bool up = demo_sums_match(&demo->client_end, &demo->server_end, "up");
    const bool down = demo_sums_match(&demo->server_end, &demo->client_end, "down");
    if (demo->failure == NULL && !(up && down)) {
        demo->failure = "the sums differ";
    }
    if (demo->failure == NULL && chaos.cuts < DEMO_CUTS_MIN) {
        demo->failure = "too few cuts to prove anything";
    }
    if (demo->failure != NULL) {
        (void)printf("FAILED: %s (repeat with --seed %" PRIu32 ")\n", demo->failure, demo->seed);
        return SNET_EXIT_SOFTWARE;
    }
    (void)printf("%" PRIu64 " cuts, one refusal of %.1f s, one silence; the slowest resume took "
                 "%" PRIu64 " ms.\nNothing lost, nothing twice.\nOK\n",
                 chaos.cuts, DEMO_REFUSE_MS / 1000.0, demo->resume_ns_worst / SNET_MS_NS);
    return SNET_EXIT_OK;
}

/* Returns the exit code. */
static int demo_parse(struct demo_choice *choice, int argc, char **argv)
{
    struct snet_arguments *arguments = &choice->arguments;
    *arguments = (struct snet_arguments){.program = "snet demo", .object = choice};
    snet_arguments_add(arguments, &demo_schema, SNET_APP_USE);
    const int code = snet_arguments_parse(arguments, argc, argv);
    choice->path = argv[arguments->operand];
    return code == SNET_EXIT_OK && argc - arguments->operand > 1
               ? snet_arguments_refuse(arguments, "takes one file")
               : code;
}

static void demo_init(struct demo *demo, const struct demo_choice *choice)
{
    demo->log.command = "demo";
    demo->wire = demo_wires[choice->wire];
    demo->seed = choice->seed;
    demo->terminal = isatty(STDOUT_FILENO) != 0;
    if (demo->seed == 0) {
        (void)uv_random(NULL, NULL, &demo->seed, sizeof demo->seed, 0, NULL);
        demo->seed |= 1; /* 0 could not be repeated */
    }
    (void)uv_loop_init(&demo->loop);
}

/* Returns the exit code. */
static int demo_run(struct demo *demo, const char *path)
{
    int exit_code = SNET_EXIT_NO_INPUT;
    const snet_err err = demo_open_file(demo, path) ? demo_start_with_keys(demo) : SNET_ERR_OS;
    if (err == SNET_OK) {
        const uint64_t every_ms = demo->terminal ? DEMO_TERMINAL_MS : DEMO_PIPE_MS;
        (void)uv_timer_init(&demo->loop, &demo->progress);
        demo->progress.data = demo;
        demo->begun_ms = uv_now(&demo->loop);
        (void)uv_timer_start(&demo->progress, demo_tick, every_ms, every_ms);
        (void)uv_run(&demo->loop, UV_RUN_DEFAULT);
        exit_code = demo_verdict(demo);
    } else if (err != SNET_ERR_OS) {
        exit_code = SNET_EXIT_OS;
        snet_log_say(&demo->log, "%s", snet_err_message(err));
    }
    snet_demo_end_deinit(&demo->client_end);
    snet_demo_end_deinit(&demo->server_end);
    return exit_code;
}

int snet_demo_main(int argc, char **argv)
{
    struct demo_choice choice = {.path = NULL};
    int code = demo_parse(&choice, argc, argv);
    if (code == SNET_EXIT_OK && choice.arguments.help) {
        snet_arguments_help(&choice.arguments, demo_head, NULL, "");
    } else if (code == SNET_EXIT_OK) {
        struct demo *demo = calloc(1, sizeof *demo);
        code = SNET_EXIT_OS;
        if (demo != NULL) {
            demo_init(demo, &choice);
            code = demo_run(demo, choice.path);
            free(demo);
        }
    }
    snet_arguments_deinit(&choice.arguments);
    return code;
}
