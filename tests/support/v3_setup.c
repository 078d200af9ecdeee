/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/v3_setup.h"

#include "tests/support/unit.h"

void v3_setup_prepare(struct v3_setup *scene)
{
    scene->config = core_pair_config_for(SNET_WIRE_3, false);
}

void v3_setup_open(struct v3_setup *scene, enum snet_noise_pattern pattern)
{
    core_pair_open(&scene->ends, &scene->config);
    v3_peer_open(&scene->peer, &scene->ends, pattern);
}

void v3_setup_open_server(struct v3_setup *scene)
{
    core_pair_open(&scene->ends, &scene->config);
    v3_peer_open_server(&scene->peer, &scene->ends);
}

void v3_setup_close(struct v3_setup *scene)
{
    v3_peer_close(&scene->peer);
    core_pair_close(&scene->ends);
}

void v3_setup_begin(struct v3_setup *scene)
{
    v3_setup_prepare(scene);
    v3_setup_open(scene, SNET_NOISE_NK);
    v3_peer_begin(&scene->peer);
    assert_non_null(scene->ends.served);
}

void v3_setup_serve(struct v3_setup *scene)
{
    v3_setup_prepare(scene);
    v3_setup_open_server(scene);
    v3_peer_serve(&scene->peer);
    v3_peer_confirm(&scene->peer, 0);
}
