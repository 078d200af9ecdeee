/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * An echo server whose clients may change networks: one thread per client, as one would write it
 * with plain sockets. A session goes on when its connection breaks, so this program never notices.
 *
 *   echo_server [HOST:PORT]
 *
 * It makes a key for itself and prints how to reach it. A real server keeps its key in a file, so
 * that clients know it again after a restart: `snet keygen` makes one.
 */
#include <snet/key.h>
#include <snet/socket.h>

#include <pthread.h>
#include <stdio.h>

/* Sends back what comes until the client has ended its stream; then the echo is complete. */
static void *serve(void *arg)
{
    snet_socket *client = arg;
    char bytes[4096];
    ssize_t len = snet_read(client, bytes, sizeof bytes);
    while (len > 0 && snet_write(client, bytes, (size_t)len) == len) {
        len = snet_read(client, bytes, sizeof bytes);
    }
    (void)snet_close(client); /* what was written still goes out, in the background */
    return NULL;
}

int main(int argc, char **argv)
{
    struct snet_key secret;
    struct snet_key public_key;
    char text[SNET_KEY_TEXT_BYTES];
    if (snet_key_generate(&secret) != SNET_OK || snet_key_public(&secret, &public_key) != SNET_OK) {
        (void)fprintf(stderr, "echo_server: cannot make a key\n");
        return 1;
    }
    snet_key_format(&public_key, text);

    struct snet_config config = SNET_CONFIG_INIT;
    config.key = &secret;
    config.key_count = 1;
    struct snet_error error;
    snet_socket *listener = snet_listen(argc > 1 ? argv[1] : "127.0.0.1:0", &config, &error);
    if (listener == NULL) {
        (void)fprintf(stderr, "echo_server: %s\n", error.text);
        return 1;
    }
    struct snet_info info;
    (void)snet_socket_info(listener, &info, sizeof info);
    (void)printf("echo_client %s %s\n", info.address, text);
    (void)fflush(stdout);

    snet_socket *client = snet_accept(listener);
    for (; client != NULL; client = snet_accept(listener)) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, client) != 0) {
            (void)snet_close(client);
        } else {
            (void)pthread_detach(thread);
        }
    }
    (void)snet_close(listener);
    return 0;
}
