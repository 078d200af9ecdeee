/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Ending: what a client concludes from a refused resume on a wire without a close message
 * [PROTO 7.5]. A resume is the acknowledgement: when the server closed in good order, every byte it
 * last claimed has arrived, and it refuses soon afterwards, then the stream ended cleanly. Any
 * other refusal is a loss; so is one from a server that perhaps never knew the session, because the
 * client's proof was lost on its way. No answer on these wires proves who gave it, so a loss is
 * believed only after a row of refusals; on wires where a refusal is a bare close, a clean end is,
 * too [PROTO 6.5].
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_ENDING_H
#define SNET_CORE_LEGACY_ENDING_H

#include <snet/core.h>

#include <stdbool.h>
#include <stdint.h>

/* Maximum: from the good end of the last link to a refusal that shows a clean end. No server
   forgets an ended session sooner. */
#define SNET_ENDING_FIN_MAX_NS SNET_ENDED_KEEP_MIN_NS
/* Minimum: refusals in a row, and the time from the first to the last of them. */
#define SNET_ENDING_ROW_COUNT 3u
#define SNET_ENDING_ROW_NS (10 * SNET_SECOND_NS)

/* An answer to a resume after which the session cannot go on, if it is true. */
enum snet_ending_answer {
    SNET_ENDING_BARE_CLOSE, /* a close, without a byte */
    SNET_ENDING_MESSAGE,    /* the message that says no */
    SNET_ENDING_OVERRUN     /* counts that can be, and that the history does not reach back to */
};

enum snet_ending_verdict {
    SNET_ENDING_RETRY, /* not certain yet: try again */
    SNET_ENDING_CLEAN, /* the other end has closed, and everything arrived */
    SNET_ENDING_LOST   /* the session is lost */
};

/* A zeroed struct is fresh. */
struct snet_ending {
    bool known;                /* the server is known to have had the session */
    uint64_t fin_ns;           /* when the last link ended in good order, else 0 */
    uint64_t claimed;          /* what the server had written at the last agreement */
    uint64_t first_refusal_ns; /* of the present row */
    uint32_t refusals;
};

/* The server answered: it knows the session and has written `claimed` bytes; a new link begins. */
void snet_ending_agreed(struct snet_ending *ending, uint64_t claimed);
/* The link ended in good order. */
void snet_ending_fin(struct snet_ending *ending, uint64_t now);
/* A link worked, or an attempt failed in another way than by a refusal: the row is broken. */
void snet_ending_interrupted(struct snet_ending *ending);
/* The whole resume was sent, and this is what came. */
enum snet_ending_verdict snet_ending_refused(struct snet_ending *ending,
                                             enum snet_ending_answer answer, uint64_t received,
                                             uint64_t now);
/* When the next attempt is wanted at the latest, for a row to end in time; SNET_NEVER if none. */
uint64_t snet_ending_retry_by_ns(const struct snet_ending *ending);

#endif
