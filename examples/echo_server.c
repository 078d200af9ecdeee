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
#include <sys/random.h>

/* Sends back what comes until the client has ended its stream; then the echo is complete. */
static void *serve(void *arg)
{
    snet_socket *client = arg;
    char bytes[4096];
    ssize_t len = snet_read(client, bytes, sizeof bytes);
    while (len > 0 && snet_write(client, bytes, (size_t)len) == len) {
        len = snet_read(client, bytes, sizeof bytes);
    }
    snet_socket_close(client); /* what was written still goes out, in the background */
    return NULL;
}

int main(int argc, char **argv)
{
    struct snet_key secret;
    struct snet_key public_key;
    char text[SNET_KEY_TEXT_BYTES];
    if (getrandom(secret.bytes, sizeof secret.bytes, 0) != (ssize_t)sizeof secret.bytes ||
        snet_key_public(&secret, &public_key) != SNET_OK) {
        (void)fprintf(stderr, "echo_server: cannot make a key\n");
        return 1;
    }
    snet_key_format(&public_key, text);

    const struct snet_socket_config config = {
        .struct_size = sizeof config,
        .server_keys = {.secrets = &secret, .secret_count = 1},
    };
    snet_err err = SNET_OK;
    snet_acceptor *acceptor = snet_listen(argc > 1 ? argv[1] : "127.0.0.1:0", &config, &err);
    if (acceptor == NULL) {
        (void)fprintf(stderr, "echo_server: %s\n", snet_err_message(err));
        return 1;
    }
    (void)printf("echo_client %s %s\n", snet_acceptor_address(acceptor), text);
    (void)fflush(stdout);

    snet_socket *client = snet_accept(acceptor);
    for (; client != NULL; client = snet_accept(acceptor)) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, client) != 0) {
            snet_socket_close(client);
        } else {
            (void)pthread_detach(thread);
        }
    }
    snet_acceptor_close(acceptor);
    return 0;
}
