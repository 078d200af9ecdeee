/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Ending: what a client concludes from a refused resume on a wire without a close message
 * [PROTO 7.5]. No answer on these wires proves who gave it, so a loss is believed only after a row
 * of refusals [PROTO 6.5]. When refusals say that the stream has ended cleanly depends on what is
 * known of the server:
 *
 *   proves     it proves its ends in another way: a refusal is a loss
 *   shows      its ends are likely: it accepts resumes and closes their links at once, then refuses
 *   guessed    a published server: it closes in good order, has sent all that it declared, and
 *              refuses soon afterwards
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
/* Maximum: how long a link lives that a server closes because there is nothing more. */
#define SNET_ENDING_SHOWN_MAX_NS (2 * SNET_SECOND_NS)
/* Published servers count their ids from 1, ours are random. */
#define SNET_ENDING_PUBLISHED_ID_MAX UINT32_MAX

/* How the ends of a server are known. */
enum snet_ending_kind {
    SNET_ENDING_GUESSED,
    SNET_ENDING_SHOWS,
    SNET_ENDING_PROVES
};

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
    enum snet_ending_kind kind;
    bool known;                /* the server is known to have had the session */
    uint8_t refusals;          /* of the present row, no more than it takes */
    uint64_t resumed_ns;       /* when the last link resumed it, 0 if it began it */
    uint64_t fin_ns;           /* when the last link ended so that the stream may have, else 0 */
    uint64_t claimed;          /* what the server had written at the last agreement */
    uint64_t first_refusal_ns; /* of the present row */
};

/* The session begins, with this id; `challenged` says whether the server can prove an end. */
void snet_ending_begin(struct snet_ending *ending, uint64_t id, bool challenged);
/* The server answered a resume: it knows the session and has written `claimed` bytes. */
void snet_ending_agreed(struct snet_ending *ending, uint64_t claimed, uint64_t now);
/* The link ended in good order; `brought` says whether it brought a byte. */
void snet_ending_fin(struct snet_ending *ending, bool brought, uint64_t now);
/* A link worked: the row is broken. */
void snet_ending_worked(struct snet_ending *ending);
/* An attempt failed in another way than by a refusal: the row is broken. */
void snet_ending_interrupted(struct snet_ending *ending);
/* The whole resume was sent, and this is what came. */
enum snet_ending_verdict snet_ending_refused(struct snet_ending *ending,
                                             enum snet_ending_answer answer, uint64_t received,
                                             uint64_t now);
/* Whether the server has said that bytes are gone: only then does it declare what is missing. */
bool snet_ending_told_overrun(const struct snet_ending *ending, uint64_t received);
/* When the next attempt is wanted at the latest, for a row to end in time; SNET_NEVER if none. */
uint64_t snet_ending_retry_by_ns(const struct snet_ending *ending);

#endif
