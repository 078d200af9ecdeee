/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A chat server on a libuv loop, one thread for all of its members: each line that one of them says
 * goes to everybody, the speaker too. Members whose network has gone for a moment miss nothing:
 * what is said meanwhile waits in the send buffers of their sessions.
 *
 *   chat_server [HOST:PORT]
 *
 * It makes a key for itself and prints how to reach it. chat_clients is its other end, and
 * line_client_snet another one.
 */
#include <snet/key.h>
#include <snet/uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CHAT_LINE_MAX_BYTES 512u

struct member {
    struct chat *chat;
    struct member *next;
    snet_session *session;
    char line[CHAT_LINE_MAX_BYTES]; /* the one that is being received */
    size_t line_len;
};

struct chat {
    snet_uv *driver;
    struct member *members;
};

/*
 * A member who has been away for so long that the send buffer is full is no member any more.
 * Waiting for one would make everybody wait.
 */
static void member_tell(struct member *member, const char *text, size_t len)
{
    const uint64_t now = snet_uv_now(member->chat->driver);
    size_t taken = 0;
    const snet_err err =
        snet_session_write(member->session, (const uint8_t *)text, len, &taken, now);
    if (err != SNET_OK || taken < len) {
        snet_session_abort_with(member->session, SNET_CODE_APPLICATION, "you are too slow", now);
    }
}

static void member_said(struct member *speaker, const char *text, size_t len)
{
    struct member *member = speaker->chat->members;
    for (; member != NULL; member = member->next) {
        member_tell(member, text, len);
    }
}

static void member_joined(struct chat *chat, snet_session *session)
{
    static const char welcome[] = "welcome\n";
    struct member *member = calloc(1, sizeof *member);
    if (member == NULL) {
        snet_session_abort(session, snet_uv_now(chat->driver)); /* SNET_CORE_EVENT_ENDED follows */
        return;
    }
    *member = (struct member){.chat = chat, .next = chat->members, .session = session};
    chat->members = member;
    snet_session_set_user(session, member);
    member_tell(member, welcome, sizeof welcome - 1);
}

/* Takes what has arrived and passes each whole line on. */
static void member_read(struct member *member)
{
    const uint64_t now = snet_uv_now(member->chat->driver);
    uint8_t bytes[4096];
    size_t len = 0;
    snet_err err = snet_session_read(member->session, bytes, sizeof bytes, &len, now);
    while (err == SNET_OK) {
        for (size_t i = 0; i < len; i++) {
            member->line[member->line_len] = (char)bytes[i];
            member->line_len++;
            if (bytes[i] == '\n' || member->line_len == CHAT_LINE_MAX_BYTES) {
                member_said(member, member->line, member->line_len);
                member->line_len = 0;
            }
        }
        err = snet_session_read(member->session, bytes, sizeof bytes, &len, now);
    }
    if (err == SNET_ERR_CLOSED) {
        snet_session_shutdown(member->session, now); /* they have ended their stream, end ours */
    }
}

static void member_left(struct chat *chat, snet_session *session)
{
    struct member *member = snet_session_user(session);
    struct member **link = &chat->members;
    while (*link != NULL && *link != member) {
        link = &(*link)->next;
    }
    if (member != NULL) {
        *link = member->next;
        free(member);
    }
    snet_session_free(session, snet_uv_now(chat->driver));
}

/* All that happens to sessions comes here. LOST and RESUMED are nothing to a chat. */
static void chat_event(void *user, const struct snet_core_event *event)
{
    struct chat *chat = user;
    if (event->type == SNET_CORE_EVENT_OPENED) {
        member_joined(chat, event->session);
    } else if (event->type == SNET_CORE_EVENT_READABLE &&
               snet_session_user(event->session) != NULL) {
        member_read(snet_session_user(event->session));
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        member_left(chat, event->session);
    }
}

/* Each connection takes a descriptor: as many as this process may have. */
static void allow_many_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int chat_run(const char *address, const struct snet_key *secret, const char *public_key)
{
    struct chat chat = {0};
    const struct snet_uv_config config = {.on_event = chat_event, .user = &chat};
    const struct snet_server_config server_config = {
        .wires = SNET_WIRE_3,
        .keys = {.secrets = secret, .secret_count = 1},
    };
    snet_uv_server *server = NULL;
    int os_err = 0;
    snet_err err = snet_uv_new(uv_default_loop(), &config, &chat.driver);
    if (err == SNET_OK) {
        err = snet_uv_serve(chat.driver, address, &server_config, &server, &os_err);
    }
    if (err != SNET_OK) {
        (void)fprintf(stderr, "chat_server: %s\n", snet_err_message(err));
        return 1;
    }
    (void)printf("chat_clients %s %s 10\n", snet_uv_server_address(server), public_key);
    (void)fflush(stdout);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

int main(int argc, char **argv)
{
    struct snet_key secret;
    struct snet_key public_key;
    char text[SNET_KEY_TEXT_BYTES];
    if (snet_key_generate(&secret) != SNET_OK || snet_key_public(&secret, &public_key) != SNET_OK) {
        (void)fprintf(stderr, "chat_server: cannot make a key\n");
        return 1;
    }
    snet_key_format(&public_key, text);
    allow_many_connections();
    return chat_run(argc > 1 ? argv[1] : "127.0.0.1:0", &secret, text);
}
