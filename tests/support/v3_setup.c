/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/v3_setup.h"

#include "tests/support/unit.h"

void scene_prepare(struct scene *scene)
{
    scene->config = ends_config_for(SNET_WIRE_3, false);
}

void scene_open(struct scene *scene, enum snet_noise_pattern pattern)
{
    ends_open(&scene->ends, &scene->config);
    peer_open(&scene->peer, &scene->ends, pattern);
}

void scene_open_server(struct scene *scene)
{
    ends_open(&scene->ends, &scene->config);
    peer_open_server(&scene->peer, &scene->ends);
}

void scene_close(struct scene *scene)
{
    peer_close(&scene->peer);
    ends_close(&scene->ends);
}

void scene_begin(struct scene *scene)
{
    scene_prepare(scene);
    scene_open(scene, SNET_NOISE_NK);
    peer_begin(&scene->peer);
    assert_non_null(scene->ends.served);
}

void scene_serve(struct scene *scene)
{
    scene_prepare(scene);
    scene_open_server(scene);
    peer_serve(&scene->peer);
    peer_confirm(&scene->peer, 0);
}
