/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/backlog.h"

#include "sock/info.h"

#include <stdio.h>
#include <stdlib.h>

/* Copies a text, unless it is the copy; returns what stands for it. */
static const char *backlog_keep(char *copy, size_t size, const char *text)
{
    if (text == NULL || text == copy) {
        return text;
    }
    (void)snprintf(copy, size, "%s", text);
    return copy;
}

void snet_backlog_set_config(struct snet_backlog *backlog, const struct snet_config *config)
{
    backlog->config = *config;
    backlog->config.address =
        backlog_keep(backlog->address, sizeof backlog->address, config->address);
    backlog->config.cipher = backlog_keep(backlog->cipher, sizeof backlog->cipher, config->cipher);
}

struct snet_backlog *snet_backlog_new(snet_socket *listener, const struct snet_config *config)
{
    struct snet_backlog *backlog = calloc(1, sizeof *backlog);
    if (backlog != NULL) {
        backlog->listener = listener;
        snet_backlog_set_config(backlog, config);
        snet_list_init(&backlog->waiting);
    }
    return backlog;
}

void snet_backlog_free(struct snet_backlog *backlog)
{
    free(backlog);
}

/* What the program says to a new session: 0, or the code to refuse it with. */
static uint32_t backlog_ask(const struct snet_backlog *backlog, const snet_session *session)
{
    struct snet_info info;
    if (backlog->config.on_accept == NULL) {
        return 0;
    }
    snet_info_of_session(session, &info);
    const uint32_t code = backlog->config.on_accept(backlog->config.user, &info);
    if (code == 0) {
        return 0;
    }
    return code < SNET_CODE_APPLICATION || code > UINT16_MAX ? SNET_CODE_APPLICATION : code;
}

static struct snet_backlog *backlog_of(const snet_server *server)
{
    struct snet_list *backlogs = snet_loop_backlogs();
    struct snet_list_node *node = snet_list_first(backlogs);
    for (; node != NULL; node = snet_list_next(backlogs, node)) {
        struct snet_backlog *backlog = SNET_CONTAINER(node, struct snet_backlog, node);
        if (snet_uv_server_core(backlog->server) == server) {
            return backlog;
        }
    }
    return NULL;
}

snet_socket *snet_backlog_offer(const struct snet_core_event *event, uint32_t *ret_code)
{
    struct snet_backlog *backlog = backlog_of(event->server);
    snet_socket *socket = NULL;
    *ret_code = backlog == NULL ? 0 : backlog_ask(backlog, event->session);
    if (*ret_code != 0) {
        snet_session_abort_with(event->session, (uint16_t)*ret_code, NULL, snet_loop_now());
        return NULL;
    }
    if (backlog != NULL && backlog->waiting.count < backlog->config.backlog_max) {
        socket = snet_socket_new(&backlog->config);
    }
    if (socket == NULL) {
        snet_session_abort(event->session, snet_loop_now());
        return NULL;
    }
    snet_socket_take(socket, event->session);
    socket->opened = true;
    snet_list_push(&backlog->waiting, &socket->node);
    return backlog->listener;
}

snet_socket *snet_backlog_take(struct snet_backlog *backlog)
{
    struct snet_list_node *node = snet_list_first(&backlog->waiting);
    if (node == NULL) {
        return NULL;
    }
    snet_list_remove(&backlog->waiting, node);
    snet_list_push(snet_loop_sockets(), node);
    return SNET_CONTAINER(node, snet_socket, node);
}

void snet_backlog_close(struct snet_backlog *backlog, void (*drop)(snet_socket *socket))
{
    if (!snet_list_contains(&backlog->node)) {
        return;
    }
    snet_list_remove(snet_loop_backlogs(), &backlog->node);
    snet_uv_server_close(backlog->server);
    snet_socket *socket = snet_backlog_take(backlog);
    for (; socket != NULL; socket = snet_backlog_take(backlog)) {
        drop(socket);
    }
}
