/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/hooked.h"

#include "sock/loop.h"
#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOOKED_THREADS 8u
#define HOOKED_ROUNDS 6u
#define HOOKED_SOON_NS (5 * SNET_MS_NS)

struct hooked_world hooked_world;
/* All ways: until the process ends. */
static struct hooked_way *hooked_ways;
static pthread_mutex_t hooked_mutex = PTHREAD_MUTEX_INITIALIZER;

/* --- Hooks ------------------------------------------------------------------------------------ */

/* Uses what a hook may use. */
static void on_event(void *user, const struct snet_event *event)
{
    struct snet_info info;
    (void)user;
    (void)snet_socket_info(event->socket, &info, sizeof info);
    (void)snet_socket_error(event->socket);
    snet_socket_set_user(event->socket, snet_socket_user(event->socket));
    hooked_world.hooks++;
}

void hooked_on_line(void *user, const char *line)
{
    (void)user;
    (void)line;
    hooked_world.hooks++;
}

static uint32_t on_accept(void *user, const struct snet_info *client)
{
    (void)client;
    hooked_world.hooks++;
    return user == &hooked_world ? HOOKED_CODE : 0;
}

static void on_event_of_way(void *user, const struct snet_event *event)
{
    struct hooked_way *way = user;
    on_event(user, event);
    way->told = way->told || event->type == SNET_EVENT_OPENED;
}

/* False when the way was closed meanwhile. */
static bool way_take(struct hooked_way *way, int fd)
{
    (void)pthread_mutex_lock(&way->mutex);
    const bool open = !way->closed;
    if (open) {
        int *place = &way->links[way->linked % HOOKED_LINKS];
        (void)close(*place);
        *place = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        way->linked++;
    }
    (void)pthread_mutex_unlock(&way->mutex);
    return open;
}

static int connect_by_way(void *user)
{
    struct hooked_way *way = user;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)pthread_mutex_lock(&way->mutex);
    const struct sockaddr_in address = way->address;
    const bool closed = way->closed;
    (void)pthread_mutex_unlock(&way->mutex);
    if (fd < 0 || closed || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        !way_take(way, fd)) {
        (void)close(fd);
        errno = ECONNREFUSED;
        return -1;
    }
    return fd;
}

void hooked_redirect(struct hooked_way *way, snet_socket *listener)
{
    const char *port = strrchr(asked_address(listener), ':') + 1;
    (void)pthread_mutex_lock(&way->mutex);
    way->address = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
        .sin_port = htons((uint16_t)atoi(port)),
    };
    (void)pthread_mutex_unlock(&way->mutex);
}

/* It outlives its session, which may want a connection while it lingers: one for each call. */
static struct hooked_way *way_new(snet_socket *listener)
{
    struct hooked_way *way = calloc(1, sizeof *way);
    if (way != NULL) {
        (void)pthread_mutex_init(&way->mutex, NULL);
        for (unsigned i = 0; i < HOOKED_LINKS; i++) {
            way->links[i] = -1;
        }
        hooked_redirect(way, listener);
        (void)pthread_mutex_lock(&hooked_mutex);
        way->next = hooked_ways;
        hooked_ways = way;
        (void)pthread_mutex_unlock(&hooked_mutex);
    }
    return way;
}

void hooked_cut(struct hooked_way *way, bool closed)
{
    (void)pthread_mutex_lock(&way->mutex);
    way->closed = closed;
    for (unsigned i = 0; i < HOOKED_LINKS; i++) {
        (void)shutdown(way->links[i], SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&way->mutex);
}

/* --- Sockets ---------------------------------------------------------------------------------- */

struct snet_config hooked_server_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .history_bytes = 1u << 16,
        .inbox_bytes = 1u << 16,
        .key = &hooked_world.keys.server,
        .key_count = 1,
        .linger_ns = HOOKED_SOON_NS,
        .on_event = on_event,
        .on_accept = on_accept,
    };
}

struct snet_config hooked_client_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .history_bytes = 1u << 16,
        .inbox_bytes = 1u << 16,
        .server_key = &hooked_world.keys.server_public,
        .linger_ns = HOOKED_SOON_NS,
        .on_event = on_event,
    };
}

struct snet_config hooked_hasty_config(void)
{
    struct snet_config config = hooked_client_config();
    config.connect_timeout_ns = HOOKED_SOON_NS;
    return config;
}

unsigned hooked_users(const snet_socket *socket)
{
    snet_loop_lock();
    const unsigned users = socket->users + (socket->events.waiting != 0 ? 1 : 0);
    snet_loop_unlock();
    return users;
}

bool hooked_open(struct hooked_pair *pair)
{
    const struct snet_config server = hooked_server_config();
    struct snet_config client = hooked_client_config();
    pair->client = pair->server = NULL;
    pair->listener = snet_listen(HOOKED_ADDRESS, &server, NULL);
    if (pair->listener == NULL) {
        return false;
    }
    pair->way = way_new(pair->listener);
    client.resume_timeout_ns = pair->resume_timeout_ns;
    client.connect = connect_by_way;
    client.on_event = on_event_of_way;
    client.user = pair->way;
    pair->client = snet_dial(NULL, &client, NULL);
    pair->server = pair->client == NULL ? NULL : snet_accept(pair->listener);
    while (pair->server != NULL && (!pair->way->told || hooked_users(pair->client) > 0)) {
        (void)sched_yield();
    }
    return pair->server != NULL;
}

void hooked_close(struct hooked_pair *pair)
{
    snet_close(pair->client);
    snet_close(pair->server);
    snet_close(pair->listener);
}

bool hooked_reads_end(snet_socket *socket, int number)
{
    char byte = 0;
    return snet_read(socket, &byte, 1) == -1 && errno == number;
}

/* --- Threads ---------------------------------------------------------------------------------- */

struct hooked_worker {
    const struct hooked_call *calls;
    size_t count;
    size_t first;
    unsigned rounds;
    const char *broken; /* the first call that did not fail as it should */
    pthread_t thread;
};

static void *hooked_work(void *arg)
{
    struct hooked_worker *worker = arg;
    for (size_t i = 0; i < worker->rounds * worker->count && worker->broken == NULL; i++) {
        const struct hooked_call *call = &worker->calls[(worker->first + i) % worker->count];
        worker->broken = call->fails() ? NULL : call->name;
    }
    return NULL;
}

static void hooked_run(struct hooked_worker *workers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_create(&workers[i].thread, NULL, hooked_work, &workers[i]), 0);
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    }
    for (size_t i = 0; i < count; i++) {
        if (workers[i].broken != NULL) {
            fail_msg("%s", workers[i].broken);
        }
    }
}

void hooked_run_by_one(const struct hooked_call *calls, size_t count)
{
    struct hooked_worker worker = {.calls = calls, .count = count, .rounds = HOOKED_ROUNDS};
    hooked_run(&worker, 1);
}

void hooked_run_by_many(const struct hooked_call *calls, size_t count)
{
    for (size_t call = 0; call < count; call++) {
        struct hooked_worker workers[HOOKED_THREADS] = {{.calls = NULL}};
        for (unsigned i = 0; i < HOOKED_THREADS; i++) {
            workers[i] = (struct hooked_worker){&calls[call], 1, 0, HOOKED_ROUNDS, NULL, 0};
        }
        hooked_run(workers, HOOKED_THREADS);
    }
}

void hooked_run_together(const struct hooked_call *calls, size_t count)
{
    struct hooked_worker workers[HOOKED_THREADS] = {{.calls = NULL}};
    for (unsigned i = 0; i < HOOKED_THREADS; i++) {
        workers[i] = (struct hooked_worker){calls, count, i * 3, HOOKED_ROUNDS / 2, NULL, 0};
    }
    hooked_run(workers, HOOKED_THREADS);
}

/* --- The world -------------------------------------------------------------------------------- */

static void *take(void *arg)
{
    snet_socket *socket = snet_accept(hooked_world.taking);
    while (socket != NULL) {
        snet_close(socket);
        socket = snet_accept(hooked_world.taking);
    }
    return arg;
}

/* A port that is bound, so that it is nobody else's, and refuses. */
static void bind_dead(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(hooked_world.dead, sizeof hooked_world.dead, "127.0.0.1:%u",
                   ntohs(address.sin_port));
}

int hooked_set_up(void **state)
{
    pthread_t taker; /* until the process ends, like what it takes from */
    (void)state;
    hooked_world.keys = *core_pair_keys();
    struct snet_config config = hooked_server_config();
    bind_dead();
    snet_library_set_log(hooked_on_line, NULL);
    hooked_world.taking = snet_listen(HOOKED_ADDRESS, &config, NULL);
    assert_non_null(hooked_world.taking);
    config.user = &hooked_world;
    hooked_world.refusing = snet_listen(HOOKED_ADDRESS, &config, NULL);
    assert_non_null(hooked_world.refusing);
    const int number = pthread_create(&taker, NULL, take, NULL);
    return number == 0 ? pthread_detach(taker) : number;
}
