/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Two cores of snet/3 and a peer made by hand against one of them, which most tests of the wire
 * begin with. A test that wants nothing special calls scene_begin or scene_serve; another one
 * prepares the scene, changes its configuration, opens it, and lets the peer say what it wants.
 */
#ifndef SNET_TESTS_SUPPORT_V3_SETUP_H
#define SNET_TESTS_SUPPORT_V3_SETUP_H

#include "crypto/noise.h"
#include "tests/support/core_pair.h"
#include "tests/support/v3_peer.h"

struct scene {
    struct ends_config config;
    struct ends ends;
    struct peer peer;
};

/* The configuration is the usual one: an anonymous client that pins the server's key. */
void scene_prepare(struct scene *scene);
/* Opens what was prepared, with a peer that is a client of `pattern`, not connected. */
void scene_open(struct scene *scene, enum snet_noise_pattern pattern);
/* The same, with a peer that is a server. */
void scene_open_server(struct scene *scene);
void scene_close(struct scene *scene);

/* All at once: the peer is a client that has an open session at the server. */
void scene_begin(struct scene *scene);
/* All at once: the peer is a server at which the client has an open session. */
void scene_serve(struct scene *scene);

#endif
