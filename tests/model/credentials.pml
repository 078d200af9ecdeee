/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The credential rules of snet/3: one client, one server, and a network that is the enemy.
 *
 * An epoch is a number, in the order in which the server made them. It stands for everything that
 * one accepted handshake yields: a cid, its secret and the keys of one connection. So "the link of
 * epoch 3" names one connection at both ends, and whoever does not know epoch 3 cannot speak on it.
 *
 * The enemy sees, holds back, repeats and reorders every message and ends any connection at either
 * end, but it knows no key. A message that has been sent once can therefore arrive at any later
 * time, any number of times and over any connection, so there are no channels here, only the set of
 * what has been sent. BUSY is the same as a message that has not arrived yet.
 *
 * At any moment the enemy may go quiet for good. From then on the two ends must get together with
 * the few attempts that are left, whatever happened before.
 *
 * The runner, check_model.py, reads the two tables below.
 */

/* The claims. A broken rule often breaks several; WATCH chooses by their bits. */
#ifndef WATCH
#define WATCH 255
#endif
bool no_lock_out = (WATCH & 1) != 0;       /* the client's credential is one of the server's */
bool no_kick = (WATCH & 2) != 0;           /* no RESUME closes a link that the client uses */
bool no_false_end = (WATCH & 4) != 0;      /* nobody and no timer ends a session that lives */
bool one_pending_link = (WATCH & 8) != 0;  /* a session has one unproven link at most */
bool one_acceptance = (WATCH & 16) != 0;   /* no RESUME is accepted twice */
bool secrets_wiped = (WATCH & 32) != 0;    /* what a newer proof has made useless is gone */
bool reconnects = (WATCH & 64) != 0;       /* once the enemy is quiet, the client gets in */
bool data_at_once = (WATCH & 128) != 0;    /* after a loss no dead link holds the data up */
#define CLAIM(name, condition) assert(!name || (condition))

/*
 * Each mutant leaves one rule out, or has it as it first stood on paper. It must break the claim
 * that it names.
 */
#define NO_R1 1              /* no_lock_out: an ACCEPT makes the server forget what it knew */
#define NO_R2 2              /* no_lock_out: a pending base is replaced, not confirmed first */
#define NO_R3 3              /* secrets_wiped: a valid record confirms nothing */
#define NO_R4_SERVER 4       /* one_acceptance: the server looks at no attempt number */
#define NO_R4_LOCK_OUT 5     /* no_lock_out: the same; a replay replaces what the client has */
#define NO_R4_CLIENT 6       /* reconnects: the client counts its successes, not its attempts */
#define NO_R5 7              /* no_lock_out: the pending credential goes with its link */
#define NO_R6_ACCEPT 8       /* no_lock_out: an ACCEPT for an attempt given up is taken */
#define NO_R6_REJECT 9       /* no_false_end: a proof for an attempt given up is believed */
#define NO_R7 10             /* no_kick: PLANNED closes the live link as LOST does */
#define NO_R8 11             /* one_pending_link: a newer pending link leaves the older one be */
#define NO_D2 12             /* data_at_once: LOST leaves the live link be, as PLANNED does */
#define CLOSE_BEFORE_R4 13   /* no_kick: links are closed before the attempt number is looked at */
#define NO_PUT_OFF 14        /* no_false_end: a session expires though a link is pending */
#define NO_PROOF 15          /* no_false_end: a REJECT that anybody can write is believed */
#define NO_OWNER 16          /* one_acceptance: two processes hold the session */
#define AS_WRITTEN_R8 17     /* no_kick: R8 closes the pending link also if the base proves it */
#define AS_WRITTEN_EMBRYO 18 /* no_false_end: an embryo dies with its connection */
#ifndef MUTANT
#define MUTANT 0
#endif
#define RULE(mutant) (MUTANT != mutant)

#ifndef HOSTILE_TRIES
#define HOSTILE_TRIES 5
#endif
/* One attempt of before may turn out stale or dead and the next one is refused by nobody; the third
 * proves that the second was enough. */
#define QUIET_TRIES 3
#define MSGS (HOSTILE_TRIES + QUIET_TRIES + 1)
#define EPOCHS (MSGS + 2)

/* The client. Zero is "none" for epochs, links and messages alike. */
byte cred;    /* the credential that it will resume from */
byte link;    /* the epoch of its live link */
byte sent;    /* how many RESUMEs it has sent, which is also the name of the latest */
byte number;  /* its latest attempt number */
bool in_hand; /* it waits for the answer to the latest RESUME */

/* What is on the wire for ever: what a RESUME says, the epoch of its ACCEPT, where the client has
 * spoken, and whether there is an UNKNOWN with proof for the attempt in hand, or for another. */
byte base[MSGS];
byte attempt[MSGS];
bool lost[MSGS];
byte answer[MSGS];
bool spoke[EPOCHS];
bool unknown, unknown_older;

/* The server. */
byte confirmed = 1, pending, last_attempt;
byte live = 1; /* the epoch of its live link */
byte waiting;  /* the epoch of its pending link */
bool embryo = true;
bool gone;
byte next_epoch = 2;
byte proved; /* ghost: the newest epoch that the client has proved to hold */

/* NO_OWNER: a second process with a copy of the session, made at any time. */
bool forked;
byte other_confirmed, other_pending, other_last, other_live, other_waiting;

bool quiet;

#define HOSTILE (!quiet && !gone)
#define KNOWN(m) (base[m] == confirmed || (pending != 0 && base[m] == pending))
#define FRESH(m)                                                                                   \
    (attempt[m] > last_attempt || !RULE(NO_R4_SERVER) || !RULE(NO_R4_LOCK_OUT))
#define MAY_EXPIRE ((live == 0 || embryo) && (waiting == 0 || !RULE(NO_PUT_OFF)))

inline check_credentials()
{
    CLAIM(no_lock_out, cred == 0 || cred == confirmed || cred == pending);
    CLAIM(secrets_wiped, confirmed >= proved && (pending == 0 || pending > proved))
}

inline client_send_resume()
{
    sent++;
    /* The mutant sends the number again until an attempt succeeds. */
    if
    :: RULE(NO_R4_CLIENT) || number == 0 || answer[sent - 1] == cred -> number++
    :: else
    fi;
    in_hand = true;
    unknown_older = unknown_older || (unknown && !RULE(NO_R6_REJECT));
    unknown = false;
    base[sent] = cred;
    attempt[sent] = number;
    lost[sent] = (link == 0)
}

inline client_take_accept(m)
{
    cred = answer[m];
    link = answer[m]; /* R7: the client closes its old link here. */
    spoke[link] = true;
    in_hand = false;
    check_credentials()
}

/* [R8] What becomes of an older pending link. */
inline server_end_waiting(m)
{
    if
    :: waiting != 0 && base[m] == pending && !lost[m] && RULE(AS_WRITTEN_R8) ->
        /* The client went over to that link when it took the ACCEPT, and plans to leave it. To
         * close it now would let a RESUME kick, so it becomes the live one, as by R3. */
        CLAIM(no_kick, live == 0 || live != link);
        live = waiting;
        waiting = 0
    :: waiting != 0 && RULE(NO_R8) ->
        CLAIM(no_kick, waiting != link);
        waiting = 0
    :: else
    fi
}

inline server_accept(m)
{
    last_attempt = attempt[m];
    CLAIM(one_acceptance, answer[m] == 0);
    server_end_waiting(m);
    CLAIM(one_pending_link, waiting == 0);
    if
    :: (lost[m] && RULE(NO_D2)) || !RULE(NO_R7) ->
        CLAIM(no_kick, live == 0 || live != link);
        live = 0
    :: else
    fi;
    CLAIM(data_at_once, live == 0 || !lost[m]);
    if
    :: pending != 0 && base[m] == pending ->
        /* [R2] The client has shown that it has the pending one. */
        proved = pending;
        if
        :: RULE(NO_R2) -> confirmed = pending
        :: else
        fi
    :: else
    fi;
    if
    :: RULE(NO_R1) -> pending = next_epoch
    :: else ->
        confirmed = next_epoch;
        pending = 0
    fi;
    waiting = next_epoch;
    answer[m] = next_epoch;
    next_epoch++;
    check_credentials()
}

/* RESUME m arrives. The order is that of the specification: cid, tag, attempt number. */
inline server_resume(m)
{
    if
    :: gone || !KNOWN(m) ->
        if
        :: m == sent -> unknown = true
        :: m != sent && !RULE(NO_R6_REJECT) -> unknown_older = true
        :: else
        fi
    :: else ->
        if
        :: lost[m] && !RULE(CLOSE_BEFORE_R4) ->
            CLAIM(no_kick, link == 0 || (live != link && waiting != link));
            live = 0;
            waiting = 0
        :: else
        fi;
        /* STALE, without a proof, changes nothing. A mutant may use up the epochs. */
        if
        :: FRESH(m) && next_epoch < EPOCHS -> server_accept(m)
        :: else
        fi
    fi
}

/* A valid record arrives on the link of epoch e. */
inline server_record(e)
{
    if
    :: waiting == e ->
        /* [R3] The old link is closed; the client has closed its end of it before. */
        CLAIM(no_kick, live == 0 || live != link);
        live = e;
        waiting = 0;
        if
        :: RULE(NO_R3) ->
            confirmed = pending;
            pending = 0
        :: else
        fi;
        proved = e
    :: else
    fi;
    embryo = false;
    check_credentials()
}

inline swap_owners()
{
    e = confirmed; confirmed = other_confirmed; other_confirmed = e;
    e = pending; pending = other_pending; other_pending = e;
    e = last_attempt; last_attempt = other_last; other_last = e;
    e = live; live = other_live; other_live = e;
    e = waiting; waiting = other_waiting; other_waiting = e;
    e = 0
}

active proctype world()
{
    byte m, e;

    do
    /* HELLO_REPLY arrives. */
    :: cred == 0 && HOSTILE ->
        d_step {
            cred = 1;
            link = 1;
            spoke[1] = true
        }

    /* The client wants a link: it has none, or it plans to leave the one it has. */
    :: cred != 0 && !in_hand && sent < HOSTILE_TRIES && HOSTILE -> d_step { client_send_resume() }
    /* It gives an attempt up: lost, refused by anybody, too late [R6]. */
    :: in_hand && HOSTILE -> in_hand = false
    /* It learns that its live link is lost. */
    :: link != 0 && HOSTILE -> link = 0
    :: in_hand && answer[sent] != 0 && HOSTILE -> d_step { client_take_accept(sent) }
    :: !RULE(NO_R6_ACCEPT) && HOSTILE ->
        atomic {
            select(m : 1 .. HOSTILE_TRIES);
            if
            :: m <= sent && answer[m] > cred -> d_step { client_take_accept(m); m = 0 }
            :: else -> m = 0
            fi
        }

    /* UNKNOWN with a proof ends the session at the client; so would one without, in a mutant. */
    :: in_hand && (unknown || unknown_older || !RULE(NO_PROOF)) && HOSTILE ->
        CLAIM(no_false_end, false);
        break

    /* Any RESUME ever sent arrives, for the first time or again. */
    :: sent != 0 && HOSTILE ->
        atomic {
            select(m : 1 .. HOSTILE_TRIES);
            if
            :: m <= sent -> d_step { server_resume(m); m = 0 }
            :: else -> m = 0
            fi
        }
    /* A record arrives; on other links than these two nobody listens. */
    :: live != 0 && spoke[live] && embryo && HOSTILE -> embryo = false
    :: waiting != 0 && spoke[waiting] && HOSTILE ->
        d_step {
            e = waiting;
            server_record(e);
            e = 0
        }

    /* The server learns that a link is lost, or a timer says so. */
    :: live != 0 && HOSTILE ->
        d_step {
            live = 0;
            gone = (embryo && !RULE(AS_WRITTEN_EMBRYO))
        }
    :: waiting != 0 && HOSTILE ->
        d_step {
            waiting = 0;
            if
            :: RULE(NO_R5)
            :: else -> pending = 0
            fi;
            check_credentials()
        }
    :: gone && in_hand && !quiet ->
        CLAIM(no_false_end, false);
        break

    /* The wait for a resume is over, or that for the first record of an embryo. */
    :: MAY_EXPIRE && HOSTILE ->
        CLAIM(no_false_end, waiting == 0 || waiting != link);
        break

    :: !RULE(NO_OWNER) && !forked && HOSTILE ->
        d_step {
            forked = true;
            other_confirmed = confirmed;
            other_pending = pending;
            other_last = last_attempt
        }
    :: forked && HOSTILE -> d_step { swap_owners() }

    :: cred != 0 && HOSTILE -> quiet = true

    /* Quiet: what is under way may still arrive, or be lost with its link. */
    :: quiet && in_hand && answer[sent] != 0 -> d_step { client_take_accept(sent) }
    :: quiet && in_hand && sent <= HOSTILE_TRIES -> in_hand = false
    :: quiet && in_hand && answer[sent] == 0 && !FRESH(sent) -> in_hand = false
    :: quiet && in_hand && answer[sent] == 0 && FRESH(sent) && !unknown ->
        d_step {
            server_resume(sent);
            CLAIM(no_false_end, !unknown)
        }
    :: quiet && in_hand && unknown -> in_hand = false
    /* The end of a link arrives, or silence tells. */
    :: quiet && link != 0 && live != link && waiting != link -> link = 0
    :: quiet && waiting != 0 && waiting == link ->
        d_step {
            e = link;
            server_record(e);
            e = 0
        }
    :: quiet && link == 0 && !in_hand && sent < MSGS - 1 -> d_step { client_send_resume() }
    :: quiet && link == 0 && !in_hand && sent == MSGS - 1 ->
        CLAIM(reconnects, false);
        break
    :: quiet && link != 0 && !in_hand && live == link ->
        CLAIM(reconnects, cred == link && confirmed == link);
        break
    od
}
