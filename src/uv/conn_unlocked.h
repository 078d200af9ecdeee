/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sending without the lock: a thread of the program that has a little to send copies it, gives the
 * driver's mutex up, and makes the system call. On loopback that call does the work of the other
 * end's kernel, too, and everybody else would wait for it.
 *
 * The link hears that bytes are sent before they are: an answer to them may come while the thread
 * is still in its call. What the kernel did not take stays with the conn, before all else.
 *
 *   IDLE      nobody sends without the lock, and nothing is left of that
 *   SENDING   a thread does: nobody else sends, or closes the stream
 *   RETURNED  the loop has to go on, with what is left or with the end of the conn
 *
 * A thread that is back from SENDING looks again for what others have written meanwhile.
 *
 * Ownership: this is part of a conn. Thread: any that holds the driver's mutex. A function that
 * says "Loop" is for the loop's thread alone.
 */
#ifndef SNET_UV_CONN_UNLOCKED_H
#define SNET_UV_CONN_UNLOCKED_H

#include <snet/uv.h>

/* Maximum of what is sent like this: a copy of more costs more than others wait. */
#define SNET_CONN_UNLOCKED_BYTES 4096u

struct snet_conn;

enum snet_conn_unlocked_state {
    SNET_CONN_UNLOCKED_IDLE,
    SNET_CONN_UNLOCKED_SENDING,
    SNET_CONN_UNLOCKED_RETURNED
};

/* Each conn has one: so its fields are small. */
struct snet_conn_unlocked {
    struct snet_conn *next; /* of those that are RETURNED */
    uint8_t *left;          /* what is in hand, when the kernel did not take it; NULL: it is lost */
    uint16_t in_hand;  /* bytes that the link takes for sent, and the kernel does not have yet */
    int16_t os_err;    /* of a call that failed, a code of libuv; 0: none has */
    uint8_t state;     /* enum snet_conn_unlocked_state */
    bool closes;       /* as soon as it is IDLE: */
    uint8_t close_how; /* enum snet_close_how */
};

/*
 * IDLE: sends a copy of `len` bytes, at most SNET_CONN_UNLOCKED_BYTES, which the link has been told
 * are sent, without the lock. False when it is RETURNED afterwards.
 */
bool snet_conn_unlocked_send(struct snet_conn *conn, const uint8_t *bytes, size_t len);
/* IDLE: the loop goes on in the next turn. */
void snet_conn_unlocked_return(struct snet_conn *conn);
/* Loop: the conn closes. False unless it is IDLE: then it closes as soon as it is. */
bool snet_conn_unlocked_end(struct snet_conn *conn, enum snet_close_how how);
/* Loop: what was in hand is sent, or nobody wants it any more. */
void snet_conn_unlocked_forget(struct snet_conn *conn);
/* Loop: goes on with the conns that were RETURNED. */
void snet_conn_unlocked_hand_over(snet_uv *driver);
/* Loop: until nobody is SENDING. */
void snet_conn_unlocked_wait(snet_uv *driver);

#endif
