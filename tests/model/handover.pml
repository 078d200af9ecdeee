/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sending without the lock, as src/uv/conn_unlocked.h has it: a thread that writes a request and
 * waits for the answer, another one that writes beside it, the loop, and a kernel that may be full.
 *
 * A byte is its number: `written` by the threads, `told` to the link as sent, `wired` when the
 * kernel has it. The connection may break once: then another one brings what is missing, and this
 * one has to be closed.
 *
 * The runner, check_model.py, reads the two tables below.
 */

/* The claims. A broken rule often breaks several; WATCH chooses by their bits. */
#ifndef WATCH
#define WATCH 63
#endif
bool in_order = (WATCH & 1) != 0;   /* the kernel gets each byte once, in order */
bool is_open = (WATCH & 2) != 0;    /* nobody sends on a descriptor that may be another's by then */
bool told_first = (WATCH & 4) != 0; /* no answer comes to what the link has not been told is sent */
bool all_sent = (WATCH & 8) != 0;   /* nothing stays behind when everybody rests */
bool is_woken = (WATCH & 16) != 0;  /* nobody waits for what has come */
bool all_closed = (WATCH & 32) != 0; /* a connection that should close does */
#define CLAIM(name, condition) assert(!name || (condition))

/* Each mutant leaves one rule out. It must break the claim that it names. */
#define TWO_AT_ONCE 1  /* in_order: a thread sends though another one is sending */
#define LOOP_TOO 2     /* in_order: the loop sends though a thread is sending */
#define LEFT_LAST 3    /* in_order: what the kernel did not take is sent behind what came later */
#define CLOSED_UNDER 4 /* is_open: the loop closes the connection though a thread is sending */
#define TOLD_AFTER 5   /* told_first: the link is told when the thread is back */
#define NO_LOOK 6      /* all_sent: the thread does not look again when it is back */
#define NO_RETURN 7    /* all_sent: the loop is not woken for what the kernel did not take */
#define NO_RETRY 8     /* is_woken: a thread that gave the lock up waits, and does not look again */
#define EVENT_STAYS 9  /* all_sent: the same when it was full with the lock: the event will do */
#define STAYS_OPEN 10  /* all_closed: the loop is not woken for a connection that should close */
#ifndef MUTANT
#define MUTANT 0
#endif
#define RULE(mutant) (MUTANT != mutant)

#define WRITES 2 /* of the thread beside */

#define IDLE 0
#define SENDING 1
#define RETURNED 2
byte state = IDLE;
bool closes;    /* as soon as it is not SENDING */
bool is_closed; /* the connection, and its descriptor */
bool broken;
byte crowded = 2; /* how often the kernel may be */

bool locked;
byte written, told, wired;
byte request; /* the number of its last byte; 0: it is not written yet */
bool readable;
bool waits;       /* the thread, until somebody wakes it */
bool is_answered; /* the program has what it waited for */
bool wanted;      /* the loop is awake, or soon will be */
bool event;       /* the link has something to send, and the loop has not seen that */
bool full_locked; /* the mutant: the event is left to the loop, if it is still there */

inline lock()
{
    atomic { !locked -> locked = true }
}

inline unlock()
{
    locked = false
}

inline tell(number)
{
    told = (number > told -> number : told)
}

/* The kernel takes the bytes behind `from` up to `to`, or none of them. */
inline call(from, to)
{
    atomic {
        CLAIM(is_open, !is_closed);
        if
        :: broken
        :: !broken && crowded > 0 -> crowded--
        :: !broken ->
            CLAIM(in_order, wired == from);
            wired = to
        fi
    }
}

/* With the lock: what the kernel does not take stays with the link. */
inline send_much()
{
    CLAIM(is_open, !is_closed);
    if
    :: (broken || crowded > 0) && RULE(EVENT_STAYS) ->
        crowded = (crowded > 0 -> crowded - 1 : 0);
        state = RETURNED;
        wanted = true
    :: (broken || crowded > 0) && !RULE(EVENT_STAYS) ->
        crowded = (crowded > 0 -> crowded - 1 : 0);
        full_locked = true
    :: !broken ->
        CLAIM(in_order, wired == told);
        told = written;
        wired = written
    fi
}

/* Without the lock. What the kernel does not take is the loop's. */
inline send_little(from, to)
{
    from = told;
    to = written;
    if
    :: RULE(TOLD_AFTER) -> tell(to)
    :: else
    fi;
    state = SENDING;
    unlock();
    call(from, to);
    lock();
    state = IDLE;
    tell(to);
    if
    :: wired < to || (closes && RULE(STAYS_OPEN)) ->
        state = RETURNED;
        wanted = wanted || RULE(NO_RETURN)
    :: else
    fi
}

/* By a thread, with the lock: sends what there is; `unlocked` says whether it gave the lock up. */
inline use(from, to, unlocked)
{
    unlocked = false;
    do
    :: is_closed || closes || state == RETURNED || written == told -> break
    :: else ->
        if
        :: RULE(TWO_AT_ONCE) && state == SENDING -> break
        :: state != SENDING -> /* it is much */
            send_much();
            if
            :: state == RETURNED || !RULE(EVENT_STAYS) -> break
            :: else
            fi
        :: !RULE(TWO_AT_ONCE) || state != SENDING -> /* it is little */
            send_little(from, to);
            unlocked = true;
            if
            :: state == RETURNED || !RULE(NO_LOOK) -> break
            :: else
            fi
        fi
    od;
    event = event && full_locked;
    full_locked = false
}

/* Writes a request, and reads the answer. */
active proctype asker()
{
    byte from, to;
    bool unlocked;
    lock();
    written++;
    event = true;
    request = written;
    use(from, to, unlocked);
    unlock();
    lock();
    do
    :: readable -> break
    :: else ->
        use(from, to, unlocked); /* before it waits */
        if
        :: unlocked && RULE(NO_RETRY)
        :: else ->
            waits = true;
            unlock();
            !waits;
            lock()
        fi
    od;
    unlock();
    is_answered = true
}

/* Writes, and leaves the bytes to others if it likes: they may wait for more of them. */
active proctype writer()
{
    byte from, to, count;
    bool unlocked;
    do
    :: count < WRITES ->
        count++;
        lock();
        written++;
        event = true;
        if
        :: use(from, to, unlocked)
        :: skip
        fi;
        unlock()
    :: else -> break
    od
}

/* --- The loop ---------------------------------------------------------------------------------- */

/* What it sends waits in the process until the kernel has room: nothing else overtakes it. */
inline send(number)
{
    if
    :: !broken && !is_closed ->
        CLAIM(in_order, wired == told || number == told);
        wired = number
    :: else
    fi;
    tell(number)
}

inline go_on()
{
    if
    :: state == RETURNED && closes ->
        state = IDLE;
        is_closed = true
    :: state == RETURNED && !closes ->
        state = IDLE;
        if
        :: RULE(LEFT_LAST) -> send(told)
        :: else
        fi
    :: else
    fi;
    if
    :: !is_closed && !closes && (state == IDLE || !RULE(LOOP_TOO)) -> send(written)
    :: else
    fi
}

active proctype loop()
{
    bool breaks; /* the connection, some time */
    if
    :: breaks = true
    :: skip
    fi;
    do
    :: atomic { (wanted || event) && !locked -> locked = true };
        wanted = false;
        event = false;
        go_on();
        unlock()
    :: atomic { request > 0 && wired >= request && !readable && !broken && !locked ->
            locked = true };
        CLAIM(told_first, told >= request);
        readable = true;
        waits = false;
        unlock()
    :: atomic { request > 0 && breaks && !broken && !locked -> locked = true };
        broken = true;
        if
        :: state == SENDING && RULE(CLOSED_UNDER) -> closes = true
        :: else -> is_closed = true
        fi;
        readable = true; /* by the next connection */
        waits = false;
        unlock()
    :: timeout ->
        CLAIM(all_sent, is_closed || wired == written);
        CLAIM(is_woken, is_answered);
        CLAIM(all_closed, is_closed || !closes);
        break
    od
}
