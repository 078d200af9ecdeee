/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Two cores of snet/3 and a peer made by hand against one of them, which most tests of the wire
 * begin with. A test that wants nothing special calls v3_setup_begin or v3_setup_serve; another one
 * prepares the scene, changes its configuration, opens it, and lets the peer say what it wants.
 */
#ifndef SNET_TESTS_SUPPORT_V3_SETUP_H
#define SNET_TESTS_SUPPORT_V3_SETUP_H

#include "crypto/noise.h"
#include "tests/support/core_pair.h"
#include "tests/support/v3_peer.h"

struct v3_setup {
    struct core_pair_config config;
    struct core_pair ends;
    struct v3_peer peer;
};

/* The configuration is the usual one: an anonymous client that pins the server's key. */
void v3_setup_prepare(struct v3_setup *scene);
/* Opens what was prepared, with a peer that is a client of `pattern`, not connected. */
void v3_setup_open(struct v3_setup *scene, enum snet_noise_pattern pattern);
/* The same, with a peer that is a server. */
void v3_setup_open_server(struct v3_setup *scene);
void v3_setup_close(struct v3_setup *scene);

/* All at once: the peer is a client that has an open session at the server. */
void v3_setup_begin(struct v3_setup *scene);
/* All at once: the peer is a server at which the client has an open session. */
void v3_setup_serve(struct v3_setup *scene);

#endif
