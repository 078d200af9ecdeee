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
 * says how much of the struct the program knows, so that old programs run with a new
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
                                      unknown or the port refuses; 2: not even with a preset */
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

/* --- Options by name ------------------------------------------------------------------------- */

/* What an option's value is. */
enum snet_option_type {
    SNET_TYPE_TEXT = 1,
    SNET_TYPE_LIST,    /* texts */
    SNET_TYPE_KEY,     /* a public key, or the name of a file with one */
    SNET_TYPE_KEYS,    /* the same, a file of many */
    SNET_TYPE_SECRET,  /* the name of a file with a secret key */
    SNET_TYPE_SECRETS, /* the same, several of them */
    SNET_TYPE_FLAG,    /* yes or no; also on, off, true, false, 1, 0 */
    SNET_TYPE_CHOICE,  /* one of `values`, which stand for 0, 1 and so on */
    SNET_TYPE_SET,     /* some of `values`, with commas between; they stand for bits */
    SNET_TYPE_COUNT,
    SNET_TYPE_BYTES, /* 4096, 64k, 16M, 1G: powers of 1024 */
    SNET_TYPE_TIME,  /* 300ms, 0.5s, 5m, 12h, 1d; without a unit seconds */
    SNET_TYPE_RATE   /* 20k/s, 1M/s, with the same units; /s may be left out */
};

/* Where an option belongs. */
#define SNET_USE_DIAL 1u
#define SNET_USE_LISTEN 2u
#define SNET_USE_LIBRARY 4u
#define SNET_USE_URL 8u           /* also in URLs */
#define SNET_USE_PROGRAM 0x10u    /* for programs alone, not on command lines or in files */
#define SNET_USE_UPDATE 0x20u     /* a listener takes it over while it serves */
#define SNET_USE_SECURE 0x40u     /* means nothing on wires 1 and 2 */
#define SNET_USE_LEGACY 0x80u     /* means nothing on snet/3 */
#define SNET_USE_OWN_FIRST 0x100u /* from here on: a program's own, for options of its own */

/* What there is to say of an option. Fields are appended; no pointer is NULL. */
struct snet_option {
    const char *name;         /* "resume-timeout" */
    const char *values;       /* names with '|' between them; of a CHOICE the last may be a range of
                                 numbers. Of a TIME "never", if it takes that, or "ms", if that is
                                 the unit of a number without one; of a SECRET "shared",
                                 if both ends share it; of a TEXT what stands for it in help texts,
                                 empty for TEXT */
    const char *default_text; /* as a value, empty for none */
    const char *phone_text;   /* the default with preset=phone; empty: the same */
    const char *sentence;     /* what the option is about, without a full stop */
    uint64_t min;             /* of a text its length, of a list how many */
    uint64_t max;
    uint32_t type;    /* enum snet_option_type */
    uint32_t uses;    /* SNET_USE_x, joined by | */
    const char *unit; /* of `min`, `max` and the field: "ns", "bytes", "bytes/s" or "" */
};

/* The options of the library, in the order of the manual; NULL behind the last one. */
SNET_API const struct snet_option *snet_option_at(size_t index);
/* The option of that name, or NULL. */
SNET_API const struct snet_option *snet_option_find(const char *name);

/*
 * A struct of the library's own, for languages that have no C structs and for programs that are
 * older than an option: all defaults. NULL without memory.
 */
SNET_API struct snet_config *snet_config_new(void);
/* Wipes and frees one that snet_config_new made, with what was set by name. Accepts NULL. */
SNET_API void snet_config_free(struct snet_config *config);

/*
 * Back to the defaults: wipes and frees what snet_config_set, _set_key and _parse_url keep. A
 * program calls it for a struct of its own that it used them on, once; copies of the struct are
 * good until then, and must not be used after. Accepts NULL; a struct whose `size` is none is left
 * alone.
 */
SNET_API void snet_config_clear(struct snet_config *config);

/*
 * Sets an option by its name. Lists (key, psk, authorized) add to what is there, everything else
 * replaces it; the last call counts. Files are read at once.
 *
 * Errors: OPTION (there is none of that name, or this struct is too old for it), VALUE, LIMIT, OS,
 * KEY, NO_MEMORY as snet_schema_set of <snet/schema.h> has them, INVALID (NULL, or a `size` that
 * is none). The struct is then as it was, and `ret_error` names the option and says what it takes.
 */
SNET_API SNET_MUST_USE snet_err snet_config_set(struct snet_config *config, const char *name,
                                                const char *value, struct snet_error *ret_error);
/* The same for an option whose value is a key that the program has, from a keychain perhaps. */
SNET_API SNET_MUST_USE snet_err snet_config_set_key(struct snet_config *config, const char *name,
                                                    const struct snet_key *key,
                                                    struct snet_error *ret_error);
/* Sets where the events go; NULL for nowhere. Errors: INVALID. */
SNET_API snet_err snet_config_set_events(struct snet_config *config, snet_events *events);

/*
 * Writes what counts for an option, as snet_config_set takes it: its value, or the default with
 * this preset and these wires; of secrets "set" or nothing, of an `authorized` without keys
 * "nobody". At most `size` bytes are written, with a zero; `*ret_len` is the length of the whole
 * text without it. Errors: OPTION, INVALID (NULL, or a `size` that is none).
 */
SNET_API SNET_MUST_USE snet_err snet_config_get(const struct snet_config *config, const char *name,
                                                char *ret_text, size_t size, size_t *ret_len);

#define SNET_URL_MAX_BYTES 2048u

/*
 * Sets what a URL says, all of it or nothing:
 *
 *   snet://[KEY@]HOST:PORT[/SERVICE][?NAME[=VALUE]&...]        also [IPv6] and [IPv6%25ZONE]
 *   snet+unix://[KEY@]/PATH[?NAME[=VALUE]&...]
 *
 * KEY is the server's public key in either alphabet of base64. %HH stands for a byte everywhere but
 * in the scheme; a name without a value is "yes". The options are those with SNET_USE_URL. A URL
 * never sets what would lower protection, and whoever wrote it, the wire is snet/3 after it; a
 * program that insists on something sets it afterwards.
 *
 * A URL comes from outside, so it holds no secret and names no files.
 *
 * Errors: URL (its form; `ret_error` says at which character), OPTION (unknown, not for URLs, or
 * twice), VALUE (also a file, or a secret), LIMIT, NO_MEMORY, INVALID (NULL, or a `size` that is
 * none). No sentence quotes the URL.
 */
SNET_API SNET_MUST_USE snet_err snet_config_parse_url(struct snet_config *config, const char *url,
                                                      struct snet_error *ret_error);
/* The same for a command line, where key, psk and server-key may name files of keys. Errors: also
   those of snet_key_read_file, which name the file. */
SNET_API SNET_MUST_USE snet_err snet_config_parse_url_files(struct snet_config *config,
                                                            const char *url,
                                                            struct snet_error *ret_error);
/*
 * Writes the URL by which to dial what the struct says: address, server-key, service, and the
 * options for URLs that are set. Secrets, and what no URL sets, are left out. At most `size` bytes
 * are written, with a zero; `*ret_len` is the length of the whole URL without it. Errors: INVALID
 * (NULL, no address, or a `size` that is none), ADDRESS (without a host, or a path that does not
 * begin with a slash), UNSUPPORTED (its wires are not snet/3).
 */
SNET_API SNET_MUST_USE snet_err snet_config_format_url(const struct snet_config *config,
                                                       char *ret_text, size_t size,
                                                       size_t *ret_len);

/*
 * Whether the struct can be used for one of SNET_USE_DIAL, SNET_USE_LISTEN and SNET_USE_LIBRARY;
 * the calls that take a struct ask the same. An option that means nothing there is an error, since
 * whoever sets it believes in it. Errors: VALUE, LIMIT, OPTION (not for this use, or not beside
 * another option, or missing), TOO_NEW (the program sets what this library does not have), INVALID.
 */
SNET_API SNET_MUST_USE snet_err snet_config_check(const struct snet_config *config, uint32_t use,
                                                  struct snet_error *ret_error);

#ifdef __cplusplus
}
#endif
#endif
