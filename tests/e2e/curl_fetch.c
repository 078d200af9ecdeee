/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A program of somebody else that is made to survive: libcurl, whose sockets are descriptors of
 * snet. All it needs is two hooks.
 *
 *   curl_fetch ADDRESS SERVER_KEY get|put URL FILE
 */
#include <snet/socket.h>

#include <curl/curl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct fetch {
    const char *address;
    struct snet_key server_key;
    unsigned sockets;
};

/* In place of socket(): what curl takes for a socket that is not connected yet. */
static curl_socket_t fetch_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    (void)address;
    struct fetch *fetch = user;
    const struct snet_config config = {
        .size = sizeof config,
        .server_key = &fetch->server_key,
    };
    struct snet_error error;
    const int fd = snet_dial_fd(fetch->address, &config, &error);
    if (fd < 0) {
        (void)fprintf(stderr, "%s\n", error.text);
        return CURL_SOCKET_BAD;
    }
    fetch->sockets++;
    return fd;
}

static int fetch_connected(void *user, curl_socket_t socket, curlsocktype purpose)
{
    (void)user;
    (void)socket;
    (void)purpose;
    return CURL_SOCKOPT_ALREADY_CONNECTED;
}

/*
 * libcurl 7.88.0 and 7.88.1 connect a socket of the program's although they were told that it is
 * connected (curl's issue 10626). This stands before the C library's function, for local sockets,
 * which nobody else here connects.
 */
int fetch_connect(int fd, const void *address, socklen_t len) __asm__("connect")
    __attribute__((visibility("default")));
int fetch_connect(int fd, const void *address, socklen_t len)
{
    struct sockaddr_storage own = {.ss_family = AF_UNSPEC};
    socklen_t own_len = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 && own.ss_family == AF_UNIX) {
        return 0;
    }
    return (int)syscall(SYS_connect, fd, address, len);
}

static CURLcode fetch_run(struct fetch *fetch, CURL *curl, const char *url, FILE *file, bool put)
{
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, fetch_open);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, fetch);
    (void)curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, fetch_connected);
    (void)curl_easy_setopt(curl, put ? CURLOPT_READDATA : CURLOPT_WRITEDATA, file);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, put ? 1L : 0L);
    struct stat status;
    if (put && fstat(fileno(file), &status) == 0) {
        (void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)status.st_size);
    }
    return curl_easy_perform(curl);
}

int main(int argc, char **argv)
{
    struct fetch fetch = {.sockets = 0};
    if (argc != 6 || snet_key_parse(argv[2], &fetch.server_key) != SNET_OK) {
        (void)fputs("curl_fetch ADDRESS SERVER_KEY get|put URL FILE\n", stderr);
        return EXIT_FAILURE;
    }
    fetch.address = argv[1];
    const bool put = strcmp(argv[3], "put") == 0;
    FILE *file = fopen(argv[5], put ? "rb" : "wb");
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_FAILED_INIT;
    if (curl != NULL && file != NULL) {
        code = fetch_run(&fetch, curl, argv[4], file, put);
    }
    (void)fprintf(stderr, "%s, %u sockets\n", curl_easy_strerror(code), fetch.sockets);
    curl_easy_cleanup(curl);
    if (file != NULL && fclose(file) != 0) {
        return EXIT_FAILURE;
    }
    return code == CURLE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
