/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/serve.h"

#include <snet/shares.h>

#include "uv/address.h"
#include "uv/adopt.h"
#include "uv/stream.h"
#include "uv/team.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Maximum: time for which a connection may have waited for the loop. Its client has given it up. */
#define SERVE_WAIT_MAX_NS SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS

void snet_serve_free(snet_uv_server *server)
{
    if (server->member != NULL) {
        snet_team_leave(server->member);
    }
    snet_stream_listener_close(server->listener);
    snet_list_remove(&server->driver->servers, &server->node);
    free(server);
}

void snet_serve_prepare(snet_uv *driver)
{
    struct snet_list_node *node = snet_list_first(&driver->servers);
    for (; node != NULL; node = snet_list_next(&driver->servers, node)) {
        snet_uv_server *server = SNET_CONTAINER(node, snet_uv_server, node);
        if (server->member != NULL) {
            snet_team_tell_load(server->member, driver->conns.count);
        }
        if (server->updated) {
            server->updated = false; /* a listener accepts without the lock */
            snet_stream_listener_set_options(server->listener, &server->options);
        }
    }
}

/* --- Connections ------------------------------------------------------------------------------ */

/* The core shares memory by networks. */
static void serve_tell_address(snet_link *link, const struct sockaddr_storage *peer)
{
    const struct snet_bytes address = snet_address_bytes(peer);
    snet_link_set_address(link, address.data, address.len);
}

static struct sockaddr_storage serve_peer_of(const uv_stream_t *stream)
{
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    int len = sizeof peer;
    if (stream->type == UV_TCP) {
        (void)uv_tcp_getpeername((const uv_tcp_t *)stream, (struct sockaddr *)&peer, &len);
    }
    return peer;
}

/* What was read of the connection before it came here. */
static void serve_feed(snet_link *link, const uint8_t *first, size_t len)
{
    size_t done = 0;
    size_t room = snet_link_room(link);
    while (done < len && room > 0) {
        const size_t part = room < len - done ? room : len - done;
        size_t taken = 0;
        snet_link_recv(link, first + done, part, &taken, snet_driver_now());
        done += taken;
        room = taken == part ? snet_link_room(link) : 0;
    }
    if (done < len) {
        snet_link_failed(link, SNET_ERR_NO_MEMORY, snet_driver_now());
    }
}

/* Serves the stream, which is closed if that fails. */
static snet_err serve_begin(const snet_uv_server *server, uv_stream_t *stream,
                            const struct sockaddr_storage *peer, const uint8_t *first, size_t len)
{
    snet_uv *driver = server->driver;
    snet_link *link = NULL;
    snet_driver_enter(driver);
    snet_err err = snet_server_accepted(server->core, &link, snet_driver_now());
    if (err == SNET_OK) {
        serve_tell_address(link, peer);
        err = snet_conn_open(driver, link, stream);
        if (err != SNET_OK) {
            snet_link_free(link, snet_driver_now());
        } else if (len > 0) {
            serve_feed(link, first, len);
        }
    }
    if (err != SNET_OK) {
        snet_stream_close(stream, true);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
    return err;
}

static void serve_accepted(void *user, uv_stream_t *stream)
{
    const struct sockaddr_storage peer = serve_peer_of(stream);
    (void)serve_begin(user, stream, &peer, NULL, 0);
}

/* Serves a connection; its descriptor is closed if that fails. */
static snet_err serve_take(const snet_uv_server *server, int fd,
                           const struct sockaddr_storage *peer, const uint8_t *first, size_t len)
{
    int os_err = 0;
    uv_stream_t *stream = snet_adopt_stream(server->driver->loop, fd, &os_err);
    if (stream == NULL) {
        (void)close(fd);
        return os_err == UV_ENOMEM ? SNET_ERR_NO_MEMORY : SNET_ERR_OS;
    }
    const struct sockaddr_storage known =
        peer->ss_family == AF_UNSPEC ? serve_peer_of(stream) : *peer;
    return serve_begin(server, stream, &known, first, len);
}

snet_err snet_uv_server_take(snet_uv_server *server, int fd, const struct snet_uv_taken *taken)
{
    struct sockaddr_storage peer;
    snet_address_copy(taken->peer, &peer);
    return serve_take(server, fd, &peer, taken->first, taken->first_len);
}

/* --- In a team -------------------------------------------------------------------------------- */

/* Whether the other end has closed the connection, and sent nothing more before. */
static bool serve_is_over(int fd)
{
    char byte = 0;
    const ssize_t len = recv(fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    return len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR);
}

/* A connection has come from another thread. One that nobody waits for any more could end what its
   client has begun since. */
static void serve_queued(void *user, struct snet_queue_item *item)
{
    const snet_uv_server *server = user;
    if (snet_driver_now() - item->queued_ns > SERVE_WAIT_MAX_NS || serve_is_over(item->fd)) {
        return;
    }
    const int fd = item->fd;
    item->fd = -1;
    (void)serve_take(server, fd, &item->peer, item->first, item->first_len);
}

/* The server of the driver that this one is in the core. */
static const snet_uv_server *serve_find(const snet_uv *driver, const snet_server *core)
{
    struct snet_list_node *node = snet_list_first(&driver->servers);
    for (; node != NULL; node = snet_list_next(&driver->servers, node)) {
        const snet_uv_server *server = SNET_CONTAINER(node, snet_uv_server, node);
        if (server->core == core) {
            return server;
        }
    }
    return NULL;
}

void snet_serve_pass(struct snet_conn *conn, const snet_server *core)
{
    const snet_uv_server *server = serve_find(conn->driver, core);
    const struct sockaddr_storage peer = serve_peer_of(conn->stream);
    struct snet_link_pass pass;
    snet_link_get_pass(conn->link, &pass);
    struct snet_queue_item *item =
        server == NULL || server->member == NULL
            ? NULL
            : snet_queue_item_new(-1, SNET_QUEUE_PASSED, (const struct sockaddr *)&peer,
                                  pass.first.data, pass.first.len);
    if (item == NULL) {
        snet_conn_close(conn, SNET_CLOSE_RESET);
        return;
    }
    item->fd = snet_conn_release(conn);
    if (item->fd < 0 || !snet_team_pass(server->member, pass.shard, item)) {
        snet_queue_item_free(item);
    }
}

/* --- Servers -----------------------------------------------------------------------------------
 */

/* Where a server listens. */
struct serve_place {
    const char *address; /* or NULL */
    int fd;
};

static snet_err serve_open(snet_uv *driver, const struct serve_place *place,
                           const struct snet_server_config *config, snet_uv_server **ret_server,
                           int *ret_os_err)
{
    const struct snet_stream_options options =
        snet_driver_options(driver, config->wires, &config->session);
    snet_stream_listener *listener = NULL;
    snet_err err = place->address != NULL
                       ? snet_stream_listener_open(driver->loop, place->address, &options,
                                                   &listener, ret_os_err)
                       : snet_stream_listener_adopt(driver->loop, place->fd, &listener, ret_os_err);
    if (err != SNET_OK) {
        return err;
    }
    snet_uv_server *server = calloc(1, sizeof *server);
    err =
        server == NULL ? SNET_ERR_NO_MEMORY : snet_server_new(driver->core, config, &server->core);
    if (err != SNET_OK) {
        snet_stream_listener_close(listener);
        free(server);
        return err;
    }
    snet_server_take_turns(server->core);
    server->driver = driver;
    server->listener = listener;
    server->adopted = place->address == NULL;
    snet_list_push(&driver->servers, &server->node);
    snet_stream_listener_start(server->listener, serve_accepted, server);
    *ret_server = server;
    return SNET_OK;
}

snet_err snet_uv_serve(snet_uv *driver, const char *address,
                       const struct snet_server_config *config, snet_uv_server **ret_server,
                       int *ret_os_err)
{
    const struct serve_place place = {.address = address};
    return address == NULL ? SNET_ERR_ADDRESS
                           : serve_open(driver, &place, config, ret_server, ret_os_err);
}

snet_err snet_uv_serve_fd(snet_uv *driver, int fd, const struct snet_server_config *config,
                          snet_uv_server **ret_server, int *ret_os_err)
{
    const struct serve_place place = {.fd = fd};
    return serve_open(driver, &place, config, ret_server, ret_os_err);
}

snet_server *snet_uv_server_core(const snet_uv_server *server)
{
    return server->core;
}

const char *snet_uv_server_address(const snet_uv_server *server)
{
    return server->listener == NULL ? "" : snet_stream_listener_address(server->listener);
}

/* The config as the core has it: of what the members of a team have together, a part. */
static struct snet_server_config serve_config(const snet_uv_server *server,
                                              const struct snet_server_config *config)
{
    struct snet_server_config own = *config;
    if (server->member != NULL) {
        snet_team_apply(server->member, &own);
    }
    return own;
}

snet_err snet_uv_server_update(snet_uv_server *server, const struct snet_server_config *config)
{
    const struct snet_server_config own = serve_config(server, config);
    const snet_err err = snet_server_update(server->core, &own, snet_driver_now());
    if (err == SNET_OK && server->listener != NULL && !server->adopted) {
        server->options = snet_driver_options(server->driver, config->wires, &config->session);
        server->updated = true;
    }
    return err;
}

void snet_uv_server_drain(snet_uv_server *server)
{
    snet_server_drain(server->core);
}

void snet_uv_server_close(snet_uv_server *server)
{
    snet_server_drain(server->core);
    snet_serve_free(server);
}

snet_err snet_team_serve(snet_team *team, snet_uv *driver, const struct snet_server_config *config,
                         snet_uv_server **ret_server)
{
    const struct snet_stream_options options =
        snet_driver_options(driver, config->wires, &config->session);
    snet_uv_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    server->driver = driver;
    const struct snet_queue_taker taker = {.take = serve_queued, .user = server};
    snet_err err = snet_team_join(team, driver->loop, &taker, &server->member);
    if (err != SNET_OK) {
        free(server);
        return err;
    }
    const struct snet_server_config own = serve_config(server, config);
    err = snet_server_new(driver->core, &own, &server->core);
    if (err != SNET_OK) {
        snet_team_leave(server->member);
        free(server);
        return err;
    }
    snet_team_set_options(team, &options);
    snet_server_take_turns(server->core);
    snet_list_push(&driver->servers, &server->node);
    *ret_server = server;
    return SNET_OK;
}
