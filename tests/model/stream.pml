/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The stream of snet/3 over links that die: offsets, acknowledgements, credit, resumes, planned
 * handovers with two links alive, the end of a session and what is remembered of it.
 *
 * A byte is a number, its offset, so that whoever gets one knows whether it is the right one. FIN is
 * one more, virtual byte. The secrets, and RESUMEs that are replayed or late, are the business of
 * credentials.pml; here a RESUME arrives while its link lives, or never.
 *
 * A link is a pair of queues, and each end of it lives and dies for itself: what one end sent before
 * it died may still arrive, and what was on its way may be lost. Each link is in one of two slots,
 * which is what a session can have of them. Losses and handovers are counted, so the search ends;
 * when nothing can move any more, both ends must have come to their end.
 *
 * The runner, check_model.py, reads the three tables below.
 */

/* The claims. A broken rule often breaks several; WATCH chooses by their bits. */
#ifndef WATCH
#define WATCH 1023
#endif
bool no_loss = (WATCH & 1) != 0;            /* no byte is left out */
bool no_duplicate = (WATCH & 2) != 0;       /* no byte is delivered twice */
bool history_suffices = (WATCH & 4) != 0;   /* nobody lacks a byte that it has to send again */
bool no_false_violation = (WATCH & 8) != 0; /* no honest end is taken for one that breaks rules */
bool within_credit = (WATCH & 16) != 0;     /* no byte goes beyond the limit that was promised */
bool no_deadlock = (WATCH & 32) != 0;       /* while both ends live, something can move */
bool clean_end = (WATCH & 64) != 0;         /* unless the server gives up, both ends end clean */
bool no_false_clean = (WATCH & 128) != 0;   /* nobody says "clean" when not all was delivered */
bool no_kick = (WATCH & 256) != 0;          /* no RESUME closes a link that the client uses */
bool input_complete = (WATCH & 512) != 0;   /* CLOSE_UNCONFIRMED casts no doubt on the input */
/* claim no_endless_run (BOTH, ECHO, EXPIRE): all runs end, as no state is ever seen again */
#define CLAIM(name, condition) assert(!name || (condition))

/* The cases: the true model must stand all of them. */
#define BOTH 1   /* case: both ends send through small windows */
#define DOWN 2   /* case: the server sends, with planned handovers */
#define UP 3     /* case: the client sends, with planned handovers */
#define ECHO 4   /* case: the server reads only what it can write back, and lacks pages */
#define EXPIRE 5 /* case: the server may give up and forget */

/*
 * Each mutant leaves one rule out, or has it as it first stood on paper. It must break the claim
 * that it names, in the case that it names.
 */
#define AS_WRITTEN_START 1       /* DOWN history_suffices: START follows ACCEPT beside a live link */
#define AS_WRITTEN_TRIM 2        /* UP history_suffices: what is acknowledged is given up at once */
#define AS_WRITTEN_EOF 3         /* BOTH clean_end: an EOF that anybody can make is the clean end */
#define AS_WRITTEN_UNCONFIRMED 4 /* EXPIRE input_complete: CLOSE_UNCONFIRMED before their FIN */
#define TRIM_DETACHED 5          /* DOWN history_suffices: the same, for a server that has no link */
#define NO_LARGER_FROM 6         /* UP history_suffices: a client starts where ACCEPT says, always */
#define NO_MONOTONE_ACKS 7       /* DOWN history_suffices: an older acknowledgement counts */
#define NO_DROP_BY_OFFSET 8      /* UP no_duplicate: all that arrives is taken for new */
#define ACK_BEFORE_STORE 9       /* ECHO no_loss: recv_next moves before there is a page */
#define NO_FIN_BYTE 10           /* BOTH no_false_clean: the bytes' ACK is that of the FIN, too */
#define SENT_REWINDS 11          /* DOWN no_false_violation: a resume sets back what was sent */
#define NO_FIN_AGAIN 12          /* BOTH no_deadlock: FIN is sent once */
#define NO_NEWS_OF_CREDIT 13     /* BOTH no_deadlock: an ACK tells of bytes, never of credit alone */
#define NO_CLOSE_ON_PAGE 14      /* ECHO no_deadlock: DATA without a page waits, with all behind it */
#define NO_CREDIT 15             /* BOTH within_credit: a sender looks at its buffer only */
#define EARLY_TOMB 16            /* EXPIRE no_false_clean: a server ends before the ACK of its FIN */
#define UNKNOWN_IS_CLEAN 17      /* EXPIRE no_false_clean: CLOSE_UNCONFIRMED is told as CLOSED */
#define TOMB_OF_ONE_CID 18       /* DOWN clean_end: a tomb is found by the confirmed cid only */
#define NO_R7 19                 /* DOWN no_kick: ACCEPT ends the old link at the server */
#define ACK_OF_ACK 20            /* BOTH no_endless_run: what tells nothing is answered, too */
#define SKIP_TO_ACK 21           /* UP no_loss: a sender leaves out what an ACK has overtaken */
#ifndef MUTANT
#define MUTANT 0
#endif
#define RULE(mutant) (MUTANT != mutant)

/* Small numbers: each fault that was found needs a byte or two, one loss and one handover. PAGES is
 * what there is memory for, WINDOW what is promised. */
#ifndef CASE
#define CASE BOTH
#endif
#define PICK(both, down, up, echo, expire)                                                         \
    ((CASE == BOTH) * both + (CASE == DOWN) * down + (CASE == UP) * up + (CASE == ECHO) * echo +   \
     (CASE == EXPIRE) * expire)
/*                      BOTH DOWN UP ECHO EXPIRE */
#define UP_BYTES   PICK(2,   0,   2, 3,   1)
#define DOWN_BYTES PICK(2,   2,   0, 3,   1)
#define WINDOW     PICK(1,   2,   2, 2,   1)
#define PAGES      PICK(1,   2,   2, 1,   1)
#define SENDBUF    PICK(2,   2,   2, 1,   1)
#define LOSSES     PICK(3,   2,   2, 1,   1)
#define HANDOVERS  PICK(0,   1,   1, 1,   1)
#define QUEUE 2 /* records on their way, in each direction of a link */
#define CLIENT 0
#define SERVER 1

mtype = { RESUME, ACCEPT, REJECT, FIRST, DATA, ACK, FIN, BYE };
/* FIRST is the first record, START(from) and ACK. BYE is the server's last one: ABORT(CLOSED_OK). */
chan q[4] = [QUEUE] of { mtype, byte, byte, byte };

/* States of one end of a link. */
#define CLOSED 0
#define TRYING 1  /* the client has sent RESUME; the server has not read it */
#define PENDING 2 /* the server has sent ACCEPT */
#define LIVE 3
byte st[4];
bool started[4]; /* START went out over this end */

/* The macros take a slot and an end; Q is what this end has sent. */
#define Q(l, e) q[2 * (l) + (e)]
#define ST(l, e) st[2 * (l) + (e)]
#define STARTED(l, e) started[2 * (l) + (e)]

/* How a session has ended at an end, and what a REJECT with a proof says. */
#define NOT_YET 0
#define CLEAN 1
#define EXPIRED 2
#define UNKNOWN 3
#define UNCONFIRMED 4
#define FAILED 5
byte ended[2];
bool forgotten;
bool ahead; /* the client holds the pending credential, and the server has no proof of it yet */

/* Of the stream that an end sends. */
byte acked[2], sent[2], pos[2];
byte limit[2] = WINDOW;
byte trimmed[2]; /* the history begins here */
#define NOT_FIXED 255
byte fixed = NOT_FIXED; /* AS_WRITTEN_START: what START has said on the pending link */

/* Of the stream that an end receives. */
byte recv[2], nread[2], rpos[2], told_recv[2];
byte told_limit[2] = WINDOW;
#define NOTHING 255
byte have[2]; /* ghost: how many bytes are stored or read */

byte losses = LOSSES, handovers = HANDOVERS;
byte stalls; /* how often nothing could move since something moved the last time */

hidden mtype kind, dropped;
hidden byte x, y, z, least;

#define TOTAL(e) (e == CLIENT -> UP_BYTES : DOWN_BYTES)
#define COMING(e) (e == CLIENT -> DOWN_BYTES : UP_BYTES)
#define WRITTEN(e) ((e == SERVER && CASE == ECHO) -> nread[SERVER] : TOTAL(e))
#define SHUT(e) (e == CLIENT || CASE != ECHO || (FIN_IN(e) && nread[e] == COMING(e)))
#define FIN_IN(e) (recv[e] == COMING(e) + 1)
#define FIN_ACKED(e)                                                                               \
    (acked[e] == TOTAL(e) + 1 ||                                                                   \
     (!RULE(NO_FIN_BYTE) && acked[e] == TOTAL(e) && sent[e] == TOTAL(e) + 1))
#define DELIVERED(e) (have[e] == COMING(e) && FIN_IN(e))
#define CREDIT(e) (nread[e] + WINDOW)
#define MAY_READ(e)                                                                                \
    (nread[e] < have[e] && (e == CLIENT || CASE != ECHO || nread[e] < trimmed[e] + SENDBUF))
/* DATA is next on the link, and there is nowhere to put it. */
#define NO_PAGE(l, e)                                                                              \
    (ST(l, e) == LIVE && Q(l, 1 - (e))?[DATA, _, _, _] && rpos[e] >= recv[e] &&                    \
     have[e] - nread[e] >= PAGES)
/* [D1] The link that carries what this end sends: a pending one only while no other is live. */
#define OUT(l, e)                                                                                  \
    (ended[e] == NOT_YET && (ST(l, e) == LIVE || (ST(l, e) == PENDING && ST(1 - (l), e) != LIVE)))
#define BEGUN(l, e) (OUT(l, e) && STARTED(l, e))
#define MAY_SEND(l, e) (BEGUN(l, e) && nfull(Q(l, e)))
#define CARRIES(e) (BEGUN(0, e) || BEGUN(1, e))
#define FREE(l) (ST(l, CLIENT) == CLOSED && ST(l, SERVER) == CLOSED)

inline flush(l, e)
{
    do
    :: nempty(Q(l, e)) -> Q(l, e)?dropped, _, _, _
    :: empty(Q(l, e)) -> break
    od
}

inline close_end(l, e)
{
    ST(l, e) = CLOSED;
    STARTED(l, e) = false;
    flush(l, 1 - (e));
    if
    :: ST(l, 1 - (e)) == CLOSED -> flush(l, e)
    :: else
    fi
}

/* What is sent to an end that has gone is lost. */
inline send(l, e, what, a, b, c)
{
    if
    :: ST(l, 1 - (e)) != CLOSED -> Q(l, e)!what, a, b, c
    :: else
    fi
}

inline end_client(how)
{
    CLAIM(no_false_clean, (how) != CLEAN || (DELIVERED(CLIENT) && DELIVERED(SERVER)));
    ended[CLIENT] = how;
    close_end(0, CLIENT);
    close_end(1, CLIENT)
}

inline say_bye(l)
{
    if
    :: BEGUN(l, SERVER) && RULE(AS_WRITTEN_EOF) && nfull(Q(l, SERVER)) ->
        send(l, SERVER, BYE, 0, 0, 0)
    :: !BEGUN(l, SERVER) || !RULE(AS_WRITTEN_EOF) || full(Q(l, SERVER))
    fi;
    close_end(l, SERVER)
}

inline end_server()
{
    CLAIM(no_false_clean, DELIVERED(CLIENT) && DELIVERED(SERVER));
    say_bye(0);
    say_bye(1);
    ended[SERVER] = CLEAN;
    /* A tomb under one cid is unknown to a client that comes with the other. */
    forgotten = (ahead && !RULE(TOMB_OF_ONE_CID))
}

/* Bytes that are acknowledged are given up, but never those that the link in use is still to carry:
 * after a handover, acknowledgements may be ahead of what is sent again. */
#define MAY_LAG(e) (RULE(AS_WRITTEN_TRIM) && (e == CLIENT || RULE(TRIM_DETACHED)))
inline trim(e, next)
{
    /* The mutant does not say so with a START: the offsets of what follows are wrong then. */
    pos[e] = (CARRIES(e) && !RULE(SKIP_TO_ACK) && pos[e] < next -> next : pos[e]);
    least = (CARRIES(e) && MAY_LAG(e) && pos[e] < next -> pos[e] : next);
    trimmed[e] = (least > trimmed[e] -> least : trimmed[e])
}

inline take_ack(e, next, credit)
{
    CLAIM(no_false_violation, next <= sent[e]);
    if
    :: next > acked[e] || !RULE(NO_MONOTONE_ACKS) ->
        acked[e] = next;
        stalls = 0
    :: else
    fi;
    trim(e, next);
    limit[e] = (credit > limit[e] -> credit : limit[e])
}

/* The first record: START, and an ACK of what this end has. */
inline begin(l, e, from)
{
    pos[e] = from;
    if
    :: RULE(SENT_REWINDS)
    :: else -> sent[e] = from
    fi;
    STARTED(l, e) = true;
    told_recv[e] = recv[e];
    told_limit[e] = CREDIT(e);
    send(l, e, FIRST, from, recv[e], CREDIT(e))
}

inline take_first(e, from, next, credit)
{
    CLAIM(no_false_violation, from <= recv[e]);
    rpos[e] = from;
    take_ack(e, next, credit)
}

inline take_data(e, value)
{
    if
    :: rpos[e] < recv[e] && RULE(NO_DROP_BY_OFFSET)
    :: else ->
        CLAIM(within_credit, rpos[e] < CREDIT(e));
        CLAIM(no_duplicate, value >= have[e]);
        CLAIM(no_loss, value <= have[e]);
        have[e]++;
        recv[e] = (rpos[e] + 1 > recv[e] -> rpos[e] + 1 : recv[e]);
        stalls = 0
    fi;
    rpos[e]++
}

/* A record that is not the answer to an attempt arrives; kind and x to z are what it says. */
inline take_record(e)
{
    if
    :: kind == FIRST -> take_first(e, x, y, z)
    :: kind == DATA -> take_data(e, x)
    :: kind == ACK ->
        take_ack(e, x, y);
        told_recv[e] = (RULE(ACK_OF_ACK) -> told_recv[e] : NOTHING)
    :: kind == FIN ->
        CLAIM(no_loss, x <= recv[e]);
        if
        :: x == recv[e] -> recv[e] = x + 1
        :: else
        fi
    :: kind == BYE -> end_client(CLEAN)
    fi
}

inline client_answer(l)
{
    if
    :: kind == ACCEPT ->
        take_ack(CLIENT, x, y);
        if
        :: ST(1 - (l), CLIENT) != CLOSED -> close_end(1 - (l), CLIENT)
        :: else
        fi;
        ST(l, CLIENT) = LIVE;
        ahead = true;
        /* Acknowledgements may have overtaken this ACCEPT on the old link. */
        if
        :: RULE(NO_LARGER_FROM) -> x = acked[CLIENT]
        :: else
        fi;
        begin(l, CLIENT, x)
    :: kind == REJECT && x == CLEAN -> end_client(CLEAN)
    :: kind == REJECT && x == UNKNOWN ->
        if
        :: FIN_IN(CLIENT) && FIN_ACKED(CLIENT) -> end_client(CLEAN)
        :: (FIN_IN(CLIENT) || !RULE(AS_WRITTEN_UNCONFIRMED)) && !FIN_ACKED(CLIENT) ->
            CLAIM(input_complete, DELIVERED(CLIENT));
            end_client((RULE(UNKNOWN_IS_CLEAN) -> UNCONFIRMED : CLEAN))
        :: else -> end_client(FAILED)
        fi
    :: kind == REJECT && x == EXPIRED -> end_client(FAILED)
    fi
}

inline server_accept(l)
{
    if
    :: ST(1 - (l), SERVER) != CLOSED && (z || !RULE(NO_R7)) ->
        /* [D2, R8] */
        CLAIM(no_kick, ST(1 - (l), CLIENT) != LIVE);
        close_end(1 - (l), SERVER)
    :: ST(1 - (l), SERVER) == PENDING && !z && RULE(NO_R7) ->
        /* The client lives on that link and plans to leave it. */
        ST(1 - (l), SERVER) = LIVE
    :: else
    fi;
    ahead = false;
    ST(l, SERVER) = PENDING;
    send(l, SERVER, ACCEPT, recv[SERVER], CREDIT(SERVER), 0);
    if
    :: ST(1 - (l), SERVER) == LIVE && !RULE(AS_WRITTEN_START) ->
        fixed = acked[SERVER];
        STARTED(l, SERVER) = true;
        send(l, SERVER, FIRST, fixed, recv[SERVER], CREDIT(SERVER))
    :: else -> fixed = NOT_FIXED
    fi
}

/* RESUME arrives: x is recv_next, y the limit, z says that the client has no live link. */
inline server_resume(l)
{
    if
    :: ended[SERVER] == NOT_YET ->
        take_ack(SERVER, x, y);
        if
        :: FIN_IN(SERVER) && FIN_ACKED(SERVER) ->
            /* This was the last acknowledgement that was missing. */
            send(l, SERVER, REJECT, CLEAN, 0, 0);
            end_server()
        :: else -> server_accept(l)
        fi
    :: else ->
        send(l, SERVER, REJECT, (forgotten -> UNKNOWN : ended[SERVER]), 0, 0);
        close_end(l, SERVER)
    fi
}

/* [R3] The first record of the client on the pending link. */
inline server_confirm(l)
{
    if
    :: ST(1 - (l), SERVER) != CLOSED -> close_end(1 - (l), SERVER)
    :: else
    fi;
    ST(l, SERVER) = LIVE;
    ahead = false;
    if
    :: !RULE(AS_WRITTEN_START) && fixed != NOT_FIXED -> pos[SERVER] = fixed
    :: else
    fi;
    take_record(SERVER)
}

#define MAY_BEGIN(l, e) (OUT(l, e) && !STARTED(l, e) && nfull(Q(l, e)))
#define MAY_DATA(l, e)                                                                             \
    (MAY_SEND(l, e) && pos[e] < WRITTEN(e) && pos[e] < trimmed[e] + SENDBUF &&                       \
     (pos[e] < limit[e] || !RULE(NO_CREDIT)))
#define MAY_FIN(l, e)                                                                              \
    (MAY_SEND(l, e) && pos[e] == TOTAL(e) && SHUT(e) && (RULE(NO_FIN_AGAIN) || sent[e] <= TOTAL(e)))
#define MAY_ACK(l, e)                                                                              \
    (MAY_SEND(l, e) &&                                                                             \
     (told_recv[e] != recv[e] || (told_limit[e] != CREDIT(e) && RULE(NO_NEWS_OF_CREDIT))))
#define MAY_TAKE(l, e, state) (ST(l, e) == state && nempty(Q(l, 1 - (e))) && !NO_PAGE(l, e))
#define MAY_LOSE(l, e) (ST(l, e) != CLOSED && losses > 0)
#define MAY_HANG_UP(l, e)                                                                          \
    (ST(l, e) != CLOSED && ST(l, 1 - (e)) == CLOSED && empty(Q(l, 1 - (e))))

inline send_data(l, e)
{
    CLAIM(history_suffices, pos[e] >= trimmed[e]);
    send(l, e, DATA, pos[e], 0, 0);
    pos[e]++;
    sent[e] = (pos[e] > sent[e] -> pos[e] : sent[e]);
    trim(e, acked[e])
}

inline send_fin(l, e)
{
    send(l, e, FIN, pos[e], 0, 0);
    pos[e]++;
    sent[e] = pos[e]
}

inline send_ack(l, e)
{
    told_recv[e] = recv[e];
    told_limit[e] = CREDIT(e);
    send(l, e, ACK, recv[e], CREDIT(e), 0)
}

/* Nothing says whether it was the other end that has closed the link. */
inline hang_up(l, e)
{
    if
    :: e == CLIENT && !RULE(AS_WRITTEN_EOF) && ST(l, e) == LIVE && FIN_IN(e) && FIN_ACKED(e) ->
        end_client(CLEAN)
    :: else -> close_end(l, e)
    fi
}

/* What this end has sent may arrive all the same, or is lost, too. */
inline lose(l, e, all)
{
    losses--;
    if
    :: all -> flush(l, e)
    :: else
    fi;
    hang_up(l, e)
}

/* Each step is one record, one loss, or one decision. */
#define STEPS_OF_BOTH(l, e)                                                                        \
    :: d_step { MAY_BEGIN(l, e) -> begin(l, e, acked[e]) }                                         \
    :: d_step { MAY_DATA(l, e) -> send_data(l, e) }                                                \
    :: d_step { MAY_FIN(l, e) -> send_fin(l, e) }                                                  \
    :: d_step { MAY_ACK(l, e) -> send_ack(l, e) }                                                  \
    :: d_step { MAY_TAKE(l, e, LIVE) -> Q(l, 1 - (e))?kind, x, y, z; take_record(e) }              \
    :: d_step { MAY_LOSE(l, e) -> lose(l, e, false) }                                              \
    :: d_step { MAY_LOSE(l, e) -> lose(l, e, true) }                                               \
    :: d_step { MAY_HANG_UP(l, e) -> hang_up(l, e) }

/* A new link in the first slot that is free, because there is none or it is to be left. */
#define MAY_RESUME(l)                                                                              \
    (ended[CLIENT] == NOT_YET && FREE(l) && (l == 0 || !FREE(0)) &&                                \
     (ST(1 - l, CLIENT) == CLOSED || (ST(1 - l, CLIENT) == LIVE && handovers > 0)))

inline resume(l)
{
    z = (ST(1 - (l), CLIENT) == CLOSED -> 1 : 0);
    handovers = handovers - (1 - z);
    ST(l, CLIENT) = TRYING;
    ST(l, SERVER) = TRYING;
    send(l, CLIENT, RESUME, recv[CLIENT], CREDIT(CLIENT), z)
}

proctype client_link(byte l)
{
    do
    STEPS_OF_BOTH(l, CLIENT)
    :: d_step { MAY_TAKE(l, CLIENT, TRYING) -> Q(l, SERVER)?kind, x, y, z; client_answer(l) }
    :: d_step { MAY_RESUME(l) -> resume(l) }
    od
}

proctype server_link(byte l)
{
    do
    STEPS_OF_BOTH(l, SERVER)
    :: d_step { MAY_TAKE(l, SERVER, TRYING) -> Q(l, CLIENT)?kind, x, y, z; server_resume(l) }
    :: d_step { MAY_TAKE(l, SERVER, PENDING) -> Q(l, CLIENT)?kind, x, y, z; server_confirm(l) }
    od
}

inline read_byte(e)
{
    nread[e]++;
    stalls = 0
}

#define SERVER_IS_THROUGH                                                                          \
    (ended[SERVER] == NOT_YET && sent[SERVER] == TOTAL(SERVER) + 1 && FIN_IN(SERVER) &&            \
     (FIN_ACKED(SERVER) || !RULE(EARLY_TOMB)))
#define MAY_EXPIRE                                                                                 \
    (CASE == EXPIRE && ended[SERVER] == NOT_YET && ST(0, SERVER) == CLOSED &&                      \
     ST(1, SERVER) == CLOSED)
#define MAY_FORGET (CASE == EXPIRE && ended[SERVER] != NOT_YET && !forgotten)

proctype programs()
{
    do
    :: d_step { MAY_READ(CLIENT) -> read_byte(CLIENT) }
    :: d_step { MAY_READ(SERVER) -> read_byte(SERVER) }
    :: d_step { SERVER_IS_THROUGH -> end_server() }
    :: d_step { MAY_EXPIRE -> ended[SERVER] = EXPIRED }
    :: d_step { MAY_FORGET -> forgotten = true }
    od
}

/* DATA without a page closes the link, with all that is behind it. That is one of the losses; when
 * there are none left it happens only if nothing else can, and twice in vain is once too many. */
#define MAY_CLOSE(l, e) (NO_PAGE(l, e) && RULE(NO_CLOSE_ON_PAGE) && stalls < 2)

inline close_for_page(l, e)
{
    CLAIM(within_credit, rpos[e] < CREDIT(e));
    if
    :: losses > 0 -> losses--
    :: else -> stalls++
    fi;
    if
    :: RULE(ACK_BEFORE_STORE)
    :: else -> recv[e]++
    fi;
    close_end(l, e)
}

#define CLOSES_FOR_PAGE(l, e, when) :: d_step { when && MAY_CLOSE(l, e) -> close_for_page(l, e) }
#define ANY_PAGE_WANTED                                                                            \
    (MAY_CLOSE(0, CLIENT) || MAY_CLOSE(1, CLIENT) || MAY_CLOSE(0, SERVER) || MAY_CLOSE(1, SERVER))

proctype memory()
{
    do
    CLOSES_FOR_PAGE(0, CLIENT, losses > 0)
    CLOSES_FOR_PAGE(1, CLIENT, losses > 0)
    CLOSES_FOR_PAGE(0, SERVER, losses > 0)
    CLOSES_FOR_PAGE(1, SERVER, losses > 0)
    :: timeout ->
        if
        CLOSES_FOR_PAGE(0, CLIENT, true)
        CLOSES_FOR_PAGE(1, CLIENT, true)
        CLOSES_FOR_PAGE(0, SERVER, true)
        CLOSES_FOR_PAGE(1, SERVER, true)
        :: !ANY_PAGE_WANTED -> break
        fi
    od;
    /* Nothing can move any more. */
    CLAIM(clean_end, CASE == EXPIRE || ended[SERVER] == CLEAN || ended[CLIENT] == NOT_YET);
    CLAIM(clean_end, CASE == EXPIRE || ended[CLIENT] == CLEAN || ended[CLIENT] == NOT_YET);
    CLAIM(no_deadlock, ended[CLIENT] != NOT_YET)
}

init
{
    st[0] = LIVE;
    st[1] = LIVE;
    started[0] = true;
    started[1] = true;
    atomic {
        run client_link(0);
        run client_link(1);
        run server_link(0);
        run server_link(1);
        run programs();
        run memory()
    }
}
