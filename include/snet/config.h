/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What a program settles about its sockets: one flat struct, which C fills in place and every other
 * language treats as opaque.
 *
 * Zero is the default in every field, and the default is the secure choice. A field's unit is in
 * its name. Each option has a name, under which it is known to files, command lines and URLs, and
 * the bounds and the default that the table of options gives it; `resume_timeout_ns` is the option
 * resume-timeout.
 *
 * Stable ABI: fields are appended, never moved, and 0 in a new one means what was before. `size`
 * tells the library how much of the struct the program knows, so that old programs run with a new
 * library. A new program runs with an old library as long as it leaves alone what that does not
 * know.
 *
 * Ownership: the struct borrows. A call that takes one copies all it needs, so that the struct and
 * what it points to may go afterwards.
 *
 * Threads: any, but one at a time for each struct.
 */
#ifndef SNET_CONFIG_H
#define SNET_CONFIG_H

#include <snet/error.h>
#include <snet/key.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_MS_NS UINT64_C(1000000)
#define SNET_SECOND_NS UINT64_C(1000000000)
/* A time that never comes: of timeouts that take it, no limit. */
#define SNET_NEVER UINT64_MAX

/* `wires`, one bit each: a set of them is made with |. */
enum snet_wire {
    SNET_WIRE_DEFAULT = 0,  /* snet/3, the secure wire */
    SNET_WIRE_1 = 1,        /* snet/1, hello of 16 bytes */
    SNET_WIRE_1_PADDED = 2, /* snet/1, hello of 40 bytes: the implementations of 2017 */
    SNET_WIRE_2 = 4,        /* snet/2: the implementations of 2018 */
    SNET_WIRE_3 = 8         /* snet/3 */
};
#define SNET_WIRES_ALL 15u

/* `suite`: 0 is the one that is fastest on this machine. */
#define SNET_SUITE_FASTEST 0u
#define SNET_SUITE_CHACHA20_POLY1305 0x01u
#define SNET_SUITE_AES_256_GCM 0x02u
/* Those that a program has registered have ids of this range. */
#define SNET_SUITE_PRIVATE_FIRST 0x40u
#define SNET_SUITE_PRIVATE_LAST 0x7Eu

/* `preset` */
#define SNET_PRESET_NONE 0u
/* Patient and quiet, with small buffers: what suits a phone or a laptop. */
#define SNET_PRESET_PHONE 1u

/* Limits of the lists. */
#define SNET_CONFIG_KEYS_MAX 4u
#define SNET_CONFIG_PSKS_MAX 64u
#define SNET_CONFIG_AUTHORIZED_MAX 65536u

struct snet_event;
struct snet_info;
struct snet_store;
typedef struct snet_events snet_events;
/* Called on the background thread, one at a time: must not wait for long. */
typedef void snet_event_fn(void *user, const struct snet_event *event);
/*
 * Whether a session is taken: 0, or a code, SNET_CODE_APPLICATION or above, that the client reads
 * as the end of its session; it is never accepted then. Called on the background thread, which does
 * nothing else meanwhile: it must not wait.
 */
typedef uint32_t snet_accept_fn(void *user, const struct snet_info *info);
/* Makes a connection: a connected stream socket, or -1 with errno. May wait: it has a thread of its
   own kind, whenever a connection is wanted. */
typedef int snet_connect_fn(void *user);

struct snet_config {
    uint32_t size;  /* of the struct as the program knows it; SNET_CONFIG_INIT sets it */
    uint32_t wires; /* bits SNET_WIRE_x, exactly one to dial. Default: snet/3 alone */
    /* What snet_config_set and snet_config_parse_url keep. Not the program's to touch. */
    struct snet_store *store;
    const char *address; /* HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH, for calls without one */
    const char *service; /* to ask the server for */
    /* Keys are 32 bytes each, an array with a count where there may be several. */
    const struct snet_key *server_key; /* public, of the server to dial */
    const struct snet_key *key;        /* secret, of this end: one to dial, 4 to listen at most */
    const struct snet_key *psk; /* secrets that both ends share, in place of keys: one, or 64 */
    /* Public, of the clients to serve: NULL for everybody, a pointer with a count of 0 for nobody.
     */
    const struct snet_key *authorized;
    const char *cipher; /* stream cipher of wires 1 and 2 that the program registered. Default: RC4
                         */
    uint32_t key_count;
    uint32_t psk_count;
    uint32_t authorized_count;
    uint32_t node_id;              /* of this server among those that share its key */
    uint32_t suite;                /* SNET_SUITE_x to offer, or a private one. Default: fastest */
    uint32_t preset;               /* SNET_PRESET_x: other defaults */
    uint32_t retry;                /* 1: try for the whole connect timeout, although the name is
                                      unknown or the port refuses */
    uint32_t early_data;           /* 1: send bytes along with a resume; see docs/security.md */
    uint32_t plain;                /* 1: do not encrypt the stream of wires 1 and 2 */
    uint32_t nonblocking;          /* 1: calls that would wait fail with EAGAIN */
    uint32_t fd_inherited;         /* 1: descriptors stay open across exec */
    uint32_t sessions_max;         /* Default: 65536 */
    uint32_t handshakes_max;       /* connections without a session. Default: 4096 */
    uint32_t backlog_max;          /* sessions that wait to be accepted. Default: 1024 */
    uint64_t connect_timeout_ns;   /* to begin a session, 31 days at most. Default: 10 s */
    uint64_t handshake_timeout_ns; /* the least that a handshake is given. Default: 10 s */
    uint64_t resume_timeout_ns;    /* how long a session without a connection is kept. Default: 5 m
                                    */
    uint64_t heartbeat_ns;         /* a link idle this long is sent a PING. Default: 15 s, and of a
                                      client what its server has */
    uint64_t dead_peer_timeout_ns; /* a connection whose peer is silent this long is dropped.
                                      Default: 20 s */
    uint64_t rekey_interval_ns;    /* between moves to a new connection with fresh keys. Default:
                                      SNET_NEVER */
    uint64_t linger_ns; /* how long a closed socket goes on sending in the background. Default: 5 s
                         */
    uint64_t first_bytes_timeout_ns; /* a connection that sends nothing for this long is closed.
                                        Default: 5 s */
    uint64_t ended_keep_ns; /* how long an ended session still answers resumes. Default: 30 s */
    uint64_t pad_bytes;     /* records are padded to a multiple of this. Default: not padded */
    uint64_t history_bytes; /* sent bytes that are kept. Default: 16 MiB, on wires 1 and 2 1 MiB */
    uint64_t inbox_bytes; /* received bytes not yet read. Default: 16 MiB, on wires 1 and 2 256 KiB
                           */
    uint64_t send_budget_bytes; /* all histories of the process together. Default: 256 MiB */
    uint64_t recv_budget_bytes; /* all inboxes of the process together. Default: 256 MiB */
    /* Where the events of these sockets wait to be taken. NULL: there are none. */
    snet_events *events;
    void *user; /* given to the functions below, and at first the pointer of each socket */
    snet_event_fn *on_event;   /* in place of `events` */
    snet_accept_fn *on_accept; /* asked about each new session. NULL: all are taken */
    snet_connect_fn *connect;  /* in place of connecting to the address */
    void *reserved;            /* NULL; keeps padding out where pointers have 4 bytes */
};

/* The defaults: `struct snet_config config = SNET_CONFIG_INIT;` */
#ifdef __cplusplus
#define SNET_CONFIG_INIT                                                                           \
    ([] {                                                                                          \
        auto config = snet_config();                                                               \
        config.size = sizeof config;                                                               \
        return config;                                                                             \
    }())
#else
#define SNET_CONFIG_INIT                                                                           \
    {                                                                                              \
        .size = sizeof(struct snet_config)                                                         \
    }
#endif

/* --- Other languages, files, command lines ---------------------------------------------------- */

/*
 * A config with the defaults, for languages without C's structs; NULL without memory. It is the
 * caller's until snet_config_free.
 */
SNET_API struct snet_config *snet_config_new(void);
/* Frees a config of snet_config_new with what it keeps. Accepts NULL. */
SNET_API void snet_config_free(struct snet_config *config);
/*
 * Gives back what snet_config_set and snet_config_parse_url keep for a config, wiping secrets, and
 * sets all defaults again. Of a config and its copies exactly one is cleared. Accepts NULL.
 */
SNET_API void snet_config_clear(struct snet_config *config);

/*
 * Sets an option by its name from a text. Lists are added to, all else is replaced. A file is read
 * now. What is kept never moves until snet_config_clear. Errors: INVALID (NULL, or a struct too
 * small for the option, which snet_config_new's is not), OPTION (unknown), VALUE, KEY, OS with
 * `os_err` (the file), LIMIT (the list is full), NO_MEMORY; the config is as it was, and
 * `*ret_error` names the option.
 */
SNET_API snet_err snet_config_set(struct snet_config *config, const char *name, const char *value,
                                  struct snet_error *ret_error);
/* The same from a key in memory, for server-key, key, psk and authorized. */
SNET_API snet_err snet_config_set_key(struct snet_config *config, const char *name,
                                      const struct snet_key *key, struct snet_error *ret_error);
/* Sets `events`. Errors: INVALID (NULL). */
SNET_API snet_err snet_config_set_events(struct snet_config *config, snet_events *events);
/*
 * Writes what counts for an option, also a default, in the words of snet_config_set: at most `size`
 * bytes with a zero, of `*ret_len` without it. Keys that are not public are "set". Errors: INVALID,
 * OPTION.
 */
SNET_API snet_err snet_config_get(const struct snet_config *config, const char *name,
                                  char *ret_text, size_t size, size_t *ret_len);

/*
 * Sets what a URL says: snet://[KEY@]HOST:PORT[/SERVICE][?NAME[=VALUE]&...], or
 * snet+unix://[KEY@]/PATH[?...]. KEY is the server's public key in base64 or base64url; %HH stands
 * for a byte; a name without a value is "yes". A URL cannot hold a secret, name a file, or lower
 * the protection: it always means snet/3 unless the program has set other wires. All of it counts
 * or nothing. Errors: URL, OPTION, VALUE and as snet_config_set; nothing of the URL is quoted.
 */
SNET_API snet_err snet_config_parse_url(struct snet_config *config, const char *url,
                                        struct snet_error *ret_error);
/* The same for a command line, where options may name files of keys. */
SNET_API snet_err snet_config_parse_url_files(struct snet_config *config, const char *url,
                                              struct snet_error *ret_error);
/*
 * Writes the URL that sets the address, server key, service and options of a config, without
 * secrets: at most `size` bytes with a zero, of `*ret_len` without it. Errors: INVALID (NULL, or no
 * address).
 */
SNET_API snet_err snet_config_format_url(const struct snet_config *config, char *ret_text,
                                         size_t size, size_t *ret_len);

/* Where an option may stand: bits of snet_option.uses, and what snet_config_check is asked for. */
#define SNET_USE_DIAL 1u
#define SNET_USE_LISTEN 2u
#define SNET_USE_LIBRARY 4u /* snet_library_open */
#define SNET_USE_URL 8u
#define SNET_USE_PROGRAM 16u /* not on command lines or in files */
#define SNET_USE_UPDATE 32u  /* taken over by a listener that serves */

/*
 * Whether a config can be used to dial, to listen, or for the library: each value within its
 * bounds, no option that has no effect there, what is needed and what excludes each other. Errors:
 * INVALID
 * (`size`), TOO_NEW, OPTION, VALUE; `*ret_error` names the option.
 */
SNET_API SNET_MUST_USE snet_err snet_config_check(const struct snet_config *config, uint32_t use,
                                                  struct snet_error *ret_error);

/* Types of options: how a value is written, and where it is stored. */
enum snet_option_type {
    SNET_TYPE_TEXT = 1, /* const char * */
    SNET_TYPE_LIST,     /* struct snet_text_list, of TEXT */
    SNET_TYPE_KEY,      /* a key, or the file of one */
    SNET_TYPE_KEYS,     /* a file of public keys */
    SNET_TYPE_SECRET,   /* the file of a secret */
    SNET_TYPE_SECRETS,  /* likewise, several */
    SNET_TYPE_FLAG,     /* yes or no; uint32_t, as the next three */
    SNET_TYPE_CHOICE,   /* one of `values`, by its index */
    SNET_TYPE_SET,      /* some of `values` with commas between, by bits */
    SNET_TYPE_COUNT,    /* a whole number */
    SNET_TYPE_BYTES,    /* 64k, 16M, 1G; uint64_t */
    SNET_TYPE_TIME      /* 300ms, 30s, 5m, 1d, a bare number of seconds, "never"; nanoseconds */
};
/* One row of a table of options; static storage. */
struct snet_option {
    const char *name;
    const char *values;       /* words of a CHOICE or SET, with | between; "never"; else empty */
    const char *default_text; /* what counts when nothing is set; empty for nothing */
    const char *phone_text;   /* the same with preset=phone; empty where that is no different */
    const char *sentence;     /* what it is, without a full stop */
    uint64_t min;             /* of the value, or of characters or keys */
    uint64_t max;
    uint32_t type; /* enum snet_option_type */
    uint32_t uses; /* SNET_USE_x */
};
/* The option at `index` of the library's table, in its order; NULL at the end. */
SNET_API const struct snet_option *snet_option_at(size_t index);
/* The option of that name, or NULL. */
SNET_API const struct snet_option *snet_option_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
