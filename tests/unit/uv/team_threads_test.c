/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A team whose members have threads: sessions on all wires echo while their connections are cut
 * again and again, so that most of them come back at another member. One member stands still for
 * seconds: what the others have goes on, and what is its own waits. ThreadSanitizer watches this,
 * too.
 */
#include <snet/team.h>

#include "tests/support/pattern.h"
#include "tests/support/unit.h"
#include "uv/conn.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MEMBERS 4u
#define SESSIONS 24u
#define STREAM_BYTES (1024u * 1024)
#define CHUNK_BYTES 4096u
#define CUTS_MAX 120u
#define READS_PER_CUT 8u
#define STALLED 1u /* which member stands still */
#define STALL_MS 5000
#define LEAST_BESIDE (SESSIONS / 3) /* of three members of four, whoever has which */
#define LIMIT_MS 55000u
/* With all its sessions, and watched by a sanitizer, the clients' loop is slow. */
#define PATIENCE_NS (60 * SNET_SECOND_NS)

static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_2, SNET_WIRE_3, SNET_WIRE_3};
#define WIRES (sizeof wires / sizeof wires[0])

/* Threads wait for each other here, so time passes by itself: in place of the tests' own clock. */
/* tidy: allow clock because this is the clock of the machine */
SNET_API int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
    return (int)syscall(SYS_clock_gettime, clock_id, tp);
}

/* One member: all but `stop` and `stall` belong to its thread while that runs. */
struct member {
    uv_thread_t thread;
    uv_loop_t loop;
    uv_async_t stop;
    uv_async_t stall;
    snet_uv *driver;
    snet_uv_server *server;
    snet_team_listener *listener; /* of one of them: it accepts for all */
    _Atomic bool stalls;
};

/* One session at its client. */
struct client {
    snet_session *session;
    uint64_t written;
    uint64_t read;
    bool read_beside; /* while a member stood still */
    snet_err ended;
};

struct scene {
    struct member members[MEMBERS];
    struct client clients[SESSIONS];
    uv_loop_t loop;
    uv_timer_t limit;
    snet_team *team;
    snet_uv *driver;
    unsigned reads;
    unsigned cuts;
    unsigned resumed;
    unsigned done;
};

/* --- The members ---------------------------------------------------------------------------- */

/* What has come goes back as far as there is room. */
static void echo(snet_session *session)
{
    uint8_t chunk[CHUNK_BYTES];
    const uint64_t now = snet_uv_now(NULL);
    size_t room = snet_session_room(session);
    while (room > 0) {
        size_t len = 0;
        size_t written = 0;
        const size_t most = room < sizeof chunk ? room : sizeof chunk;
        if (snet_session_read(session, chunk, most, &len, now) != SNET_OK) {
            return;
        }
        assert_int_equal(snet_session_write(session, chunk, len, &written, now), SNET_OK);
        assert_int_equal(written, len);
        room = snet_session_room(session);
    }
    snet_session_await_room(session);
}

static void member_event(void *user, const struct snet_core_event *event)
{
    (void)user;
    if (event->type == SNET_CORE_EVENT_ENDED) {
        snet_session_free(event->session, snet_uv_now(NULL));
    } else if (event->type == SNET_CORE_EVENT_READABLE || event->type == SNET_CORE_EVENT_WRITABLE) {
        echo(event->session);
    }
}

static void member_stop(uv_async_t *async)
{
    struct member *member = async->data;
    snet_team_listener_close(member->listener);
    snet_uv_free(member->driver);
    uv_close((uv_handle_t *)&member->stop, NULL);
    uv_close((uv_handle_t *)&member->stall, NULL);
}

static void member_stall(uv_async_t *async)
{
    struct member *member = async->data;
    member->stalls = true;
    (void)poll(NULL, 0, STALL_MS);
    member->stalls = false;
}

static void member_run(void *user)
{
    struct member *member = user;
    (void)uv_run(&member->loop, UV_RUN_DEFAULT);
}

static void member_open(struct scene *scene, struct member *member,
                        const struct snet_server_config *config)
{
    const struct snet_uv_config driver = {.core = {.shares = snet_team_shares(scene->team)},
                                          .on_event = member_event};
    assert_int_equal(uv_loop_init(&member->loop), 0);
    assert_int_equal(uv_async_init(&member->loop, &member->stop, member_stop), 0);
    assert_int_equal(uv_async_init(&member->loop, &member->stall, member_stall), 0);
    member->stop.data = member;
    member->stall.data = member;
    assert_int_equal(snet_uv_new(&member->loop, &driver, &member->driver), SNET_OK);
    assert_int_equal(snet_team_serve(scene->team, member->driver, config, &member->server),
                     SNET_OK);
}

/* --- The clients ---------------------------------------------------------------------------- */

static void client_write(struct client *client)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t written = 1;
    while (client->written < STREAM_BYTES && written > 0) {
        const uint64_t left = STREAM_BYTES - client->written;
        const size_t len = left < sizeof chunk ? (size_t)left : sizeof chunk;
        for (size_t k = 0; k < len; k++) {
            chunk[k] = test_pattern_byte(client->written + k);
        }
        if (snet_session_write(client->session, chunk, len, &written, snet_uv_now(NULL)) !=
            SNET_OK) {
            return;
        }
        client->written += written;
    }
}

static void client_read(struct scene *scene, struct client *client)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t len = 0;
    while (snet_session_read(client->session, chunk, sizeof chunk, &len, snet_uv_now(NULL)) ==
           SNET_OK) {
        test_pattern_expect(chunk, len, client->read);
        client->read += len;
        client->read_beside = client->read_beside || scene->members[STALLED].stalls;
    }
    if (client->read == STREAM_BYTES) {
        client->read++; /* counted once */
        scene->done++;
        snet_session_abort(client->session, snet_uv_now(NULL));
    }
}

static void reset(const uv_stream_t *stream)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    uv_os_fd_t fd = -1;
    assert_int_equal(uv_fileno((const uv_handle_t *)stream, &fd), 0);
    assert_int_equal(connect(fd, &nobody, sizeof nobody), 0);
}

/* Resets the connection of one session after the other. */
static void scene_cut(struct scene *scene)
{
    const struct client *client = &scene->clients[scene->cuts % SESSIONS];
    const snet_link *link = client->session == NULL ? NULL : snet_session_link(client->session);
    const struct snet_conn *conn = link == NULL ? NULL : snet_link_user(link);
    if (scene->cuts == CUTS_MAX) {
        return; /* what is left comes through */
    }
    if (conn != NULL) {
        reset(conn->stream);
    }
    scene->cuts++;
    if (scene->cuts == CUTS_MAX / 4) {
        (void)uv_async_send(&scene->members[STALLED].stall);
    }
}

static void client_event(void *user, const struct snet_core_event *event)
{
    struct scene *scene = user;
    struct client *client = snet_session_user(event->session);
    scene->resumed += event->type == SNET_CORE_EVENT_RESUMED ? 1 : 0;
    if (event->type == SNET_CORE_EVENT_OPENED || event->type == SNET_CORE_EVENT_WRITABLE) {
        client_write(client);
    } else if (event->type == SNET_CORE_EVENT_READABLE) {
        client_read(scene, client);
        scene->reads++;
        if (scene->reads % READS_PER_CUT == 0) {
            scene_cut(scene);
        }
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        client->ended = event->err;
        client->session = NULL;
        snet_session_free(event->session, snet_uv_now(NULL));
        if (scene->done == SESSIONS) {
            uv_stop(&scene->loop);
        }
    }
}

static void scene_too_long(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

/* --- The scene ------------------------------------------------------------------------------ */

static const struct snet_key server_key = {.bytes = {1, 2, 3}};

static struct snet_server_config server_config(void)
{
    return (struct snet_server_config){
        .session = {.handshake_timeout_ns = PATIENCE_NS},
        .first_bytes_timeout_ns = PATIENCE_NS,
        .wires = SNET_WIRES_ALL,
        .keys = {.secrets = &server_key, .secret_count = 1},
    };
}

static void scene_open(struct scene *scene)
{
    const struct snet_shares_config shares = {.members = MEMBERS};
    const struct snet_uv_config driver = {.on_event = client_event, .user = scene};
    const struct snet_server_config config = server_config();
    int os_err = 0;
    memset(scene, 0, sizeof *scene);
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    assert_int_equal(snet_team_new(&shares, &scene->team), SNET_OK);
    for (unsigned i = 0; i < MEMBERS; i++) {
        member_open(scene, &scene->members[i], &config);
    }
    assert_int_equal(snet_team_listen(scene->team, &scene->members[0].loop, "127.0.0.1:0",
                                      &scene->members[0].listener, &os_err),
                     SNET_OK);
    for (unsigned i = 0; i < MEMBERS; i++) {
        assert_int_equal(
            uv_thread_create(&scene->members[i].thread, member_run, &scene->members[i]), 0);
    }
    assert_int_equal(snet_uv_new(&scene->loop, &driver, &scene->driver), SNET_OK);
    (void)uv_timer_init(&scene->loop, &scene->limit);
    (void)uv_timer_start(&scene->limit, scene_too_long, LIMIT_MS, 0);
}

static void scene_connect(struct scene *scene)
{
    struct snet_key public_key;
    assert_int_equal(snet_key_public(&server_key, &public_key), SNET_OK);
    for (unsigned i = 0; i < SESSIONS; i++) {
        const struct snet_client_config config = {
            .session = {.handshake_timeout_ns = PATIENCE_NS},
            .connect_timeout_ns = PATIENCE_NS,
            .wire = wires[i % WIRES],
            .keys = {.server = wires[i % WIRES] == SNET_WIRE_3 ? &public_key : NULL},
        };
        assert_int_equal(snet_uv_connect(scene->driver,
                                         snet_team_listener_address(scene->members[0].listener),
                                         &config, &scene->clients[i].session),
                         SNET_OK);
        snet_session_set_user(scene->clients[i].session, &scene->clients[i]);
    }
}

static void scene_close(struct scene *scene)
{
    snet_uv_free(scene->driver);
    uv_close((uv_handle_t *)&scene->limit, NULL);
    (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    for (unsigned i = 0; i < MEMBERS; i++) {
        (void)uv_async_send(&scene->members[i].stop);
    }
    for (unsigned i = 0; i < MEMBERS; i++) {
        assert_int_equal(uv_thread_join(&scene->members[i].thread), 0);
        assert_int_equal(uv_loop_close(&scene->members[i].loop), 0);
    }
    snet_team_free(scene->team);
}

static void sessions_go_on_at_their_member_wherever_they_come_back(void **state)
{
    (void)state;
    static struct scene scene;
    scene_open(&scene);
    scene_connect(&scene);
    (void)uv_run(&scene.loop, UV_RUN_DEFAULT);
    for (unsigned i = 0; i < SESSIONS; i++) {
        assert_int_equal(scene.clients[i].read, STREAM_BYTES + 1);
        assert_int_equal(scene.clients[i].ended, SNET_ERR_ABORTED);
    }
    unsigned beside = 0;
    for (unsigned i = 0; i < SESSIONS; i++) {
        beside += scene.clients[i].read_beside ? 1 : 0;
    }
    assert_true(beside >= LEAST_BESIDE);
    assert_true(scene.resumed > SESSIONS);
    scene_close(&scene);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_go_on_at_their_member_wherever_they_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
