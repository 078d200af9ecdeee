/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The end of a session on the legacy wires: a server of ours sends a stream that ends, through a
 * network that says FIN in its place, swallows bytes and answers for it; the server may be killed and
 * come back without the session. The question is what a client may call a clean end, and what ends a
 * session at all [PROTO 6.2] [PROTO 6.5] [PROTO 7.3] [PROTO 7.5].
 *
 * A byte is its offset. A link is a number of bytes on their way; requests and replies are one step,
 * in which the reply may be lost, and on snet/2 the answer to it. There is no time: a row of refusals
 * is three of them, and the 2 s after which a link shows nothing are in HASTY_FIN. On snet/1 a lost
 * reply looks like a refusal, so a row may come of nothing but losses.
 *
 * The runner, check_model.py, reads the three tables below.
 */

/* The claims. A broken rule often breaks several; WATCH chooses by their bits. */
#ifndef WATCH
#define WATCH 31
#endif
bool no_false_clean = (WATCH & 1) != 0;   /* a client says "clean" when all of it is there */
bool no_false_closed = (WATCH & 2) != 0;  /* a server says so when its client has all */
bool no_false_overrun = (WATCH & 4) != 0; /* a server gives up only who lacks what is gone */
bool no_hasty_end = (WATCH & 8) != 0;     /* nothing unproven ends a session that could go on */
bool end_is_known = (WATCH & 16) != 0;    /* what a server has proven to end well, ends well */
#define CLAIM(name, condition) assert(!name || (condition))

/* The cases: the true model must stand all of them. */
#define PROVES 1 /* case: snet/2, where the reply to a goodbye is a proof */
#define SHOWS 2  /* case: snet/1, where an end is likely if nobody swallows and says FIN in 2 s */

/*
 * Each mutant leaves one rule out, or has it as it first stood on paper. It must break the claim
 * that it names, in the case that it names.
 */
#define REFUSAL_IS_CLEAN 1  /* PROVES no_false_clean: a refusal behind a FIN is a clean end */
#define PROOF_OF_NOW 2      /* PROVES no_false_clean: who has all that is written so far gets one */
#define GOODBYE_ANY 3       /* PROVES no_false_closed: all that comes behind the FIN is one */
#define OVERRUN_AT_ONCE 4   /* PROVES no_false_overrun: a request ends the session, unanswered */
#define ONE_REFUSAL 5       /* PROVES no_hasty_end: the first refusal is believed */
#define ROW_UNBROKEN 6      /* PROVES no_hasty_end: what is no refusal does not break a row */
#define PORTAL_IS_FINAL 7   /* PROVES no_hasty_end: impossible counts end a session */
#define GOODBYE_ONCE 8      /* PROVES end_is_known: a goodbye ends it, answered or not */
#define ANY_FIN 9           /* SHOWS no_false_clean: any link that ends by FIN shows an end */
#define BROUGHT_BYTES 10    /* SHOWS no_false_clean: so does one that brought bytes */
#define OVERRUN_UNTOLD 11   /* SHOWS no_false_clean: the reply to an overrun declares Rc, too */
#ifndef MUTANT
#define MUTANT 0
#endif
#define RULE(mutant) (MUTANT != mutant)
#ifndef CASE
#define CASE PROVES
#endif

#define TOTAL 3    /* the length of the stream */
#define HISTORY 1  /* what a server keeps of it while it has a link */
#define FAULTS 4
#define STRANGERS 4 /* how often something else answers, and refuses twice in a row at most */
#define GOODBYES 3
#define ROW 3
#define NOTHING 255

#define NOT_YET 0
#define CLEAN 1
#define LOST 2
#define OVERRUN 3
byte client_end = NOT_YET;
byte server_end = NOT_YET;
bool known = true; /* the server has the session */
bool killed;

/* The server. */
byte written, base, goodbyes;
bool fin_sent, told, heard_all;
/* The link: what its two ends think of it, and the offset behind the last byte sent on it. */
bool server_up = true, client_up = true;
bool server_fin; /* what is on its way is followed by the server's FIN */
byte sent;
/* The client. */
byte have, claimed, refusals;
bool resumed, brought, fin;
byte held = NOTHING; /* a request of it that somebody has kept */

byte faults = FAULTS, strangers = STRANGERS;
byte believed; /* ghost: refusals in a row by strangers, which are believed in the end */

inline end_client(how)
{
    CLAIM(no_false_clean, (how) != CLEAN || have == TOTAL);
    CLAIM(no_hasty_end, (how) == CLEAN || CASE == SHOWS || !known || have < base || heard_all);
    CLAIM(end_is_known, (how) == CLEAN || CASE == SHOWS || killed || !heard_all);
    client_end = how
}

inline end_server(how)
{
    CLAIM(no_false_closed, (how) != CLEAN || have == TOTAL);
    CLAIM(no_false_overrun, (how) != OVERRUN || have < base);
    server_end = how;
    known = false;
    server_up = false
}

/* --- The stream -------------------------------------------------------------------------------- */

inline send_byte()
{
    sent++;
    base = (sent > base + HISTORY -> sent - HISTORY : base)
}

inline take_byte()
{
    have++;
    brought = true;
    believed = 0;
    refusals = 0
}

inline server_finishes()
{
    server_up = false;
    server_fin = true;
    fin_sent = true
}

/* The client's end of the link ends; with `good`, by a FIN, whoever has sent that. */
inline client_loses(good)
{
    client_up = false;
    fin = ((good) && (CASE == PROVES || !RULE(ANY_FIN) ||
                      (resumed && (!brought || !RULE(BROUGHT_BYTES)))));
    server_fin = false;
    if
    :: fin && CASE == SHOWS -> refusals = 0
    :: else
    fi
}

/* On snet/1, what would have to happen within 2 s of a resume, and does not. */
#define HASTY_FIN (CASE == SHOWS && RULE(BROUGHT_BYTES) && RULE(ANY_FIN) && resumed && !brought)

/* --- A client that resumes --------------------------------------------------------------------- */

inline refused()
{
    refusals++;
    if
    :: CASE == PROVES && !RULE(REFUSAL_IS_CLEAN) && fin && have >= claimed -> end_client(CLEAN)
    :: else ->
        if
        :: refusals < ROW && RULE(ONE_REFUSAL)
        :: else ->
            if
            :: CASE == SHOWS && fin && have >= claimed -> end_client(CLEAN)
            :: else -> end_client(LOST)
            fi
        fi
    fi
}

inline broken_row()
{
    believed = 0;
    refusals = (RULE(ROW_UNBROKEN) -> 0 : refusals);
    fin = (fin && CASE == PROVES)
}

/* A reply is lost: on snet/1 a connection that ends before it looks like a refusal. */
inline no_reply()
{
    if
    :: CASE == SHOWS -> refused()
    :: CASE == PROVES -> broken_row()
    fi
}

inline agreed(count)
{
    claimed = count;
    fin = false;
    resumed = true;
    brought = false;
    client_up = true;
    server_fin = false
}

/* The reply to a request of the client arrives, or not; on snet/2 the answer does, too. */
#define GOODBYE                                                                                    \
    ((fin_sent || !RULE(PROOF_OF_NOW)) && (have == written || !RULE(GOODBYE_ANY)))

inline goodbye()
{
    heard_all = (fin_sent && have == written);
    if
    :: CASE == SHOWS || !RULE(GOODBYE_ONCE) || !RULE(GOODBYE_ANY) ->
        goodbyes++;
        if
        :: goodbyes == GOODBYES || !RULE(GOODBYE_ONCE) || !RULE(GOODBYE_ANY) -> end_server(CLEAN)
        :: else
        fi
    :: else
    fi;
    if
    :: faults > 0 -> faults--; no_reply()
    :: CASE == PROVES -> end_client(CLEAN); known = false
    :: CASE == SHOWS -> agreed(have); client_loses(true)
    :: CASE == SHOWS && faults > 0 -> faults--; agreed(have); client_loses(false)
    fi
}

inline overrun()
{
    if
    :: told && CASE == SHOWS -> refused()
    :: else ->
        told = true;
        if
        :: CASE == SHOWS -> end_server(OVERRUN)
        :: else
        fi;
        if
        :: faults > 0 -> faults--; no_reply()
        :: true ->
            agreed(have);
            claimed = (RULE(OVERRUN_UNTOLD) -> written : have);
            if
            :: CASE == PROVES -> end_server(OVERRUN)
            :: CASE == PROVES && faults > 0 -> faults--
            :: CASE == SHOWS
            fi;
            client_loses(true)
        fi
    fi
}

inline accepted()
{
    if
    :: faults > 0 ->
        faults--;
        if
        :: CASE == SHOWS -> server_up = true; sent = have; fin_sent = false
        :: CASE == PROVES
        fi;
        no_reply()
    :: true ->
        server_up = true;
        sent = have;
        fin_sent = false;
        agreed(have)
    fi
}

inline resume()
{
    if
    :: held == NOTHING -> held = have
    :: true
    fi;
    if
    :: !known -> refused()
    :: known && GOODBYE -> goodbye()
    :: known && !GOODBYE && have < base -> overrun()
    :: known && !GOODBYE && have >= base -> accepted()
    fi
}

/* Something else is in the server's place. */
inline stranger()
{
    strangers--;
    if
    :: believed < ROW - 1 -> believed++; refused()
    :: RULE(PORTAL_IS_FINAL) -> broken_row()
    :: !RULE(PORTAL_IS_FINAL) -> end_client(LOST)
    fi
}

/* --- Replays, on snet/2: who makes them cannot answer a challenge ------------------------------- */

inline replay()
{
    if
    :: held < base && !fin_sent ->
        told = true;
        if
        :: RULE(OVERRUN_AT_ONCE)
        :: else -> end_server(OVERRUN)
        fi
    :: else
    fi;
    held = NOTHING
}

inline kill_server()
{
    killed = true;
    known = false;
    server_up = false
}

init
{
    do
    :: d_step { known && !heard_all && written < TOTAL &&
                (server_up || written < base + HISTORY) -> written++ }
    :: d_step { server_up && sent < written -> send_byte() }
    :: d_step { client_up && have < sent && (server_up || server_fin || faults > 0) ->
                take_byte() }
    :: d_step { server_up && written == TOTAL && sent == TOTAL -> server_finishes() }
    :: atomic { client_up && server_fin && have == sent -> client_loses(true) }
    /* The network ends the link at one end, and what was on its way is gone. */
    :: atomic { client_up && faults > 0 && !HASTY_FIN -> faults--; client_loses(true) }
    :: atomic { client_up && faults > 0 -> faults--; client_loses(false) }
    :: d_step { server_up && !client_up -> server_up = false }
    :: atomic { client_up && !server_up && !server_fin -> client_loses(false) }
    :: d_step { known && faults > 0 -> faults--; kill_server() }
    :: atomic { CASE == PROVES && known && held != NOTHING && faults > 0 -> faults--; replay() }
    :: atomic { !client_up && client_end == NOT_YET -> resume() }
    :: atomic { !client_up && client_end == NOT_YET && strangers > 0 && CASE == PROVES ->
                stranger() }
    :: client_end != NOT_YET -> break
    od
}
