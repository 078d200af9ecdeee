/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Dialer: connects one client session to its address whenever the core asks for it.
 *
 * Ownership: one per session, belongs to the driver. Thread: that of the loop.
 */
#ifndef SNET_UV_DIALER_H
#define SNET_UV_DIALER_H

#include "uv/adopt.h"
#include "uv/driver.h"

struct snet_dialer {
    struct snet_list_node node;
    snet_uv *driver;
    snet_session *session;
    snet_stream_dial *dial;             /* NULL while none is on its way */
    struct snet_uv_connector connector; /* the program's; without a function: `address` counts */
    struct snet_adopt_dial *adopt;      /* as `dial` */
    struct snet_stream_options options;
    struct snet_conn *attempt; /* the connection that is in its handshake */
    uint64_t dialed_ns;        /* when the dial on its way began */
    unsigned restarts;         /* of dials on their way since one was over */
    int family;                /* of the address of the last connection; 0: of none */
    int os_err;
    bool retry;    /* an attempt that was refused is not the last */
    bool farewell; /* the session carries one, and the program does not know it */
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
};

/* Errors: NO_MEMORY, ADDRESS. */
SNET_MUST_USE snet_err snet_dialer_new(snet_uv *driver, const char *address,
                                       const struct snet_client_config *config,
                                       struct snet_dialer **ret_dialer);
void snet_dialer_free(struct snet_dialer *dialer);
/* The session wants a connection. */
void snet_dialer_dial(struct snet_dialer *dialer);
/* The session wants none any more. */
void snet_dialer_stop(struct snet_dialer *dialer);
/* The session has ended: where it has left word for its server, the dialer connects for that from
   now on, and knows no more of the session. False: there is no word. */
bool snet_dialer_take_farewell(struct snet_dialer *dialer);
/* The connection that was in its handshake carries the session now. */
void snet_dialer_attempt_over(struct snet_dialer *dialer);
/* The network has changed: a dial on its way starts over, and the session tries to move. */
void snet_dialer_network_changed(struct snet_dialer *dialer);
/*
 * The addresses of this machine have changed: that counts as a change of the network when the path
 * of the session is another one, or it has none. A dial on its way starts over unless it is young:
 * interfaces that come and go must not keep it from arriving.
 */
void snet_dialer_addresses_changed(struct snet_dialer *dialer);
/* Looks again, since routes follow addresses: a live link whose path has changed is left. */
void snet_dialer_look_again(struct snet_dialer *dialer);

#endif
