/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The exit codes of all subcommands, those of sysexits.h.
 *
 * Thread: any.
 */
#ifndef SNET_APP_EXIT_CODE_H
#define SNET_APP_EXIT_CODE_H

#include <snet/error.h>

#define SNET_EXIT_OK 0
#define SNET_EXIT_OUTPUT 1         /* what has arrived cannot be written */
#define SNET_EXIT_USAGE 64         /* EX_USAGE */
#define SNET_EXIT_NO_INPUT 66      /* EX_NOINPUT */
#define SNET_EXIT_UNAVAILABLE 69   /* EX_UNAVAILABLE: nothing could be begun */
#define SNET_EXIT_CANNOT_CREATE 73 /* EX_CANTCREAT */
#define SNET_EXIT_SOFTWARE 70      /* EX_SOFTWARE */
#define SNET_EXIT_OS 71            /* EX_OSERR */
#define SNET_EXIT_LOST 74          /* EX_IOERR: the session was lost */
#define SNET_EXIT_BUSY 75          /* EX_TEMPFAIL: the server asked to come back later */
#define SNET_EXIT_PROTOCOL 76      /* EX_PROTOCOL: the other end is not what it should be */
#define SNET_EXIT_REFUSED 77       /* EX_NOPERM: the server refused the session or its key */
/* A session that a signal ended: this and the number of the signal, as shells have it. */
#define SNET_SIGNAL_EXIT_BASE 128

/* The exit code of a session that ended with `err`. */
int snet_exit_code_of(snet_err err);

#endif
