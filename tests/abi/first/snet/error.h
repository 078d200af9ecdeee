/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Errors: one list for the whole library, and the form in which a call explains itself.
 *
 * Every fallible function returns an snet_err: SNET_OK is 0, failures are negative. Each error has
 * a stable name, a class, by which a caller decides what to do, and a message. The list holds local
 * errors only; what a peer is told is a different type that wires map to.
 *
 * Stable ABI: a number never changes its meaning and is never used again for another error; later
 * versions add numbers. The functions take int32_t, so that a number from a later version, or from
 * another language, can be asked about. A library that does not know a number says "UNKNOWN".
 *
 * Thread: every function here is pure and may be called from anywhere.
 */
#ifndef SNET_ERROR_H
#define SNET_ERROR_H

#include <snet/version.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a caller does about an error. */
enum snet_err_class {
    SNET_CLASS_OK,     /* nothing is wrong */
    SNET_CLASS_AGAIN,  /* not now: wait for the next event */
    SNET_CLASS_LINK,   /* this TCP connection failed: the session reconnects by itself */
    SNET_CLASS_GONE,   /* the session is over: start anew */
    SNET_CLASS_PEER,   /* the other end broke the protocol */
    SNET_CLASS_AUTH,   /* the other end could not prove who it is */
    SNET_CLASS_LIMIT,  /* a configured limit was reached */
    SNET_CLASS_SYSTEM, /* this machine refused: memory, descriptors, names, routes */
    SNET_CLASS_USAGE,  /* the call does not fit the object's state or has a bad argument */
    SNET_CLASS_BUG     /* a defect of snet itself: please report it */
};

/* clang-format off */
/* X(name, number, class, message). Numbers are stable: they appear in logs and bindings. */
#define SNET_ERR_MAP(X)                                                                            \
    X(AGAIN, -1, AGAIN, "not possible now, wait for the next event")                               \
    X(CLOSED, -2, GONE, "the stream has ended cleanly")                                            \
    X(NO_PROGRESS, -4, GONE, "nothing got through for the resume timeout")                         \
    X(LINK_LOST, -10, LINK, "the connection was lost")                                             \
    X(LINK_FIN, -11, LINK, "the other end closed the connection")                                  \
    X(LINK_REPLACED, -12, LINK, "a newer connection of the session took over")                     \
    X(LINK_TIMEOUT, -13, LINK, "the connection gave no sign of life in time")                      \
    X(LINK_RESET, -14, LINK, "the other end reset the connection")                                 \
    X(EXPIRED, -20, GONE, "no resume within the wait time")                                        \
    X(REFUSED, -21, GONE, "the server refused to resume the session")                              \
    X(HISTORY_OVERRUN, -22, GONE, "the other end lacks bytes that have left the history")          \
    X(CLOSE_UNCONFIRMED, -23, GONE, "closed, but nothing confirmed that the last bytes arrived")   \
    X(ABORTED, -24, GONE, "the session was aborted by its owner")                                  \
    X(NO_ANSWER, -25, GONE, "no valid answer to the hello")                                        \
    X(SERVER_RESTARTED, -26, GONE, "the server was restarted and has lost the session")            \
    X(EVICTED, -27, GONE, "the server dropped the session to make room for others")                \
    X(PEER_ABORTED, -28, GONE, "the other end aborted the session")                                \
    X(CANCELED, -29, GONE, "the wait was cancelled")                                               \
    X(BAD_START, -30, PEER, "the first bytes are not a hello of a wire served here")               \
    X(BAD_HELLO, -31, PEER, "malformed handshake message")                                         \
    X(BAD_PADDING, -32, PEER, "non-zero bytes where padding was expected")                         \
    X(BAD_PUBLIC_KEY, -33, PEER, "unacceptable public key")                                        \
    X(BAD_COUNT, -34, PEER, "impossible byte counts in a resume")                                  \
    X(STALE_RESUME, -35, PEER, "the resume is older than one that was accepted")                   \
    X(TRUNCATED, -36, PEER, "the connection ended inside the handshake")                           \
    X(HANDSHAKE_TIMEOUT, -37, LINK, "the handshake took too long")                                 \
    X(BAD_FRAME, -38, PEER, "malformed frame in an authentic record")                              \
    X(BAD_CREDIT, -39, PEER, "more bytes than were allowed")                                       \
    X(BAD_MAC, -40, AUTH, "the proof of the key is wrong")                                         \
    X(UNKNOWN_SESSION, -41, AUTH, "no such session here")                                          \
    X(DENIED, -42, AUTH, "the server does not accept this client")                                 \
    X(BAD_SUITE, -43, AUTH, "the server does not have this suite")                                 \
    X(BAD_PATTERN, -44, AUTH, "the server wants another kind of key")                              \
    X(BAD_RATE, -45, PEER, "more requests than are allowed in a time")                             \
    X(SESSIONS_FULL, -50, LIMIT, "the limit of sessions is reached")                               \
    X(HANDSHAKES_FULL, -51, LIMIT, "too many handshakes at once, the oldest gives way")            \
    X(DRAINING, -52, LIMIT, "the server is shutting down and takes no new sessions")               \
    X(BUSY, -53, LIMIT, "the server is busy, come back later")                                     \
    X(LIMIT, -54, LIMIT, "no more of these can be added")                                          \
    X(NO_MEMORY, -60, SYSTEM, "out of memory")                                                     \
    X(RESOLVE, -61, SYSTEM, "the name could not be resolved")                                      \
    X(CONNECT, -62, SYSTEM, "no address of the server could be connected")                         \
    X(LISTEN, -63, SYSTEM, "cannot listen on this address")                                        \
    X(OS, -64, SYSTEM, "the operating system refused")                                             \
    X(RANDOM, -65, SYSTEM, "the random number source failed")                                      \
    X(CRYPTO, -66, SYSTEM, "the cryptographic library failed")                                     \
    X(INVALID, -70, USAGE, "invalid argument")                                                     \
    X(STATE, -71, USAGE, "not possible in this state")                                             \
    X(ADDRESS, -72, USAGE, "not an address of the form HOST:PORT or unix:PATH")                    \
    X(KEY, -73, USAGE, "not a key: 44 characters of base64 are")                                   \
    X(OPTION, -74, USAGE, "no such option, or not one that fits here")                             \
    X(VALUE, -75, USAGE, "the option does not take this value")                                    \
    X(URL, -76, USAGE, "not a URL of the form snet://KEY@HOST:PORT/SERVICE?OPTION=VALUE")          \
    X(TOO_NEW, -77, USAGE, "the program sets something that this version of the library lacks")    \
    X(FORKED, -78, USAGE, "not possible in a child process after fork")                            \
    X(UNSUPPORTED, -79, USAGE, "not supported on this wire or this system")                        \
    X(INTERNAL, -90, BUG, "internal error, please report it")
/* clang-format on */

typedef enum snet_err {
    SNET_OK = 0,
#define SNET_ERR_ENUM(name, number, class_name, message) SNET_ERR_##name = (number),
    SNET_ERR_MAP(SNET_ERR_ENUM)
#undef SNET_ERR_ENUM
} snet_err;

#define SNET_ERROR_OPTION_BYTES 48u /* with the zero */
#define SNET_ERROR_TEXT_BYTES 200u  /* likewise */

/*
 * Why a call failed. Calls that take one write it on failure and leave it alone on success; all of
 * them accept NULL. 256 bytes for ever.
 */
struct snet_error {
    int32_t err;                          /* an snet_err */
    int32_t os_err;                       /* errno of the system call behind it, or 0 */
    char option[SNET_ERROR_OPTION_BYTES]; /* the option that is to blame; empty for none */
    char text[SNET_ERROR_TEXT_BYTES];     /* one printable sentence, never with a secret in it */
};

/* The class of `err`; SNET_CLASS_BUG for a number that is not in the list. */
SNET_API enum snet_err_class snet_err_class_of(int32_t err);

/* The stable name of `err`, like "HISTORY_OVERRUN" or "OK", and "UNKNOWN" for a number that is not
   in the list; static storage, never NULL. */
SNET_API const char *snet_err_name(int32_t err);

/* One sentence without a full stop; static storage, never NULL. */
SNET_API const char *snet_err_message(int32_t err);

#ifdef __cplusplus
}
#endif
#endif
