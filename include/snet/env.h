/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The environment: all that the core takes from the outside world, apart from time and bytes.
 *
 * The core calls these functions and, inside libcrypto, what that needs for memory of its own; it
 * never reads a clock, a file or a socket.
 * With the same answers from the environment and the same calls, it does the same, bit for bit.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: the core copies the struct; `ctx` must outlive the core. Thread: the functions are
 * called from within calls of the core, on the caller's thread, and must not call the core back.
 */
#ifndef SNET_ENV_H
#define SNET_ENV_H

#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What random bytes are for: a test can answer each kind apart. */
enum snet_random_purpose {
    SNET_RANDOM_SESSION_ID, /* 8 bytes, visible on the wire */
    SNET_RANDOM_KEY,        /* private keys: secret */
    SNET_RANDOM_CHALLENGE,  /* 8 bytes, visible on the wire */
    SNET_RANDOM_JITTER,     /* 8 bytes, spreads retries; needs no secrecy */
    SNET_RANDOM_TABLE       /* keys of tables that strangers fill: secret, never on the wire */
};

/* What a note of the core is about; for logs at debug level. */
enum snet_note_kind {
    SNET_NOTE_LINK_REFUSED,   /* a link ended before it carried a session; `err` says why */
    SNET_NOTE_RESUME_REFUSED, /* a resume of a known session was refused; `err` says why */
    /* A provider of AES-256-GCM was found wrong, and OpenSSL serves: for the log at any level. Once
       in a process, from within the call that makes a core. */
    SNET_NOTE_PROVIDER_REFUSED
};

/* One note: numbers only, never payload, never keys. */
struct snet_note {
    enum snet_note_kind kind;
    snet_err err;
    const struct snet_link *link; /* valid during the call; NULL when the note is about none */
    uint64_t session_id;          /* 0 when no session is known */
    uint64_t peer_write;          /* the peer's claim in a resume, else 0 */
    uint64_t peer_read;
    uint64_t own_write;
    uint64_t own_read;
};

struct snet_env {
    void *ctx;
    /* Memory of `size_bytes`, aligned for any object, or NULL. */
    void *(*alloc)(void *ctx, size_t size_bytes);
    /* Gives back what `alloc` gave; never called with NULL. */
    void (*free)(void *ctx, void *memory);
    /* Fills `ret_bytes`; SNET_OK or SNET_ERR_RANDOM. Secret kinds need a CSPRNG. */
    snet_err (*random)(void *ctx, enum snet_random_purpose purpose, uint8_t *ret_bytes, size_t len);
    /* Takes a note; may be NULL. */
    void (*note)(void *ctx, const struct snet_note *note);
    /*
     * Memory for what stays secret for long, in pages of 4096 bytes, or NULL: of keys, and of what
     * sessions are resumed with. It may be emptied in a child of fork; a core in that child begins
     * no handshake any more (SNET_ERR_FORKED). Both may be NULL together: `alloc` and `free` serve.
     */
    void *(*secret_alloc)(void *ctx, size_t size_bytes);
    /* Gives back what `secret_alloc` gave for this size, wiped; never called with NULL. */
    void (*secret_free)(void *ctx, void *memory, size_t size_bytes);
    /*
     * Pages of 4096 bytes for the bytes of streams, or NULL. Apart from other memory they can go
     * back to the system as soon as streams need fewer of them. Both may be NULL together: `alloc`
     * and `free` serve.
     */
    void *(*page_alloc)(void *ctx);
    /* Gives back what `page_alloc` gave; never called with NULL. */
    void (*page_free)(void *ctx, void *page);
};

/*
 * The environment of this system, as the driver of <snet/uv.h> has it: memory of malloc, random
 * bytes of the system's secure source, and pages for secrets that a fork empties where the kernel
 * can do that. It takes no notes. Its functions make no use of `ctx`: a program may set that along
 * with a `note` of its own. What is to be virtual in a test is replaced likewise.
 */
SNET_API void snet_env_system(struct snet_env *ret_env);

#ifdef __cplusplus
}
#endif
#endif
