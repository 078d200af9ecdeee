// SPDX-FileCopyrightText: 2026 The snet authors
// SPDX-License-Identifier: MIT
//
// An echo over a URL from C++17, with events that are pulled: echo URL BYTES
#include <snet/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

struct Closing {
    void operator()(snet_socket *socket) const { snet_close(socket); }
    void operator()(snet_events *events) const { snet_events_free(events); }
    void operator()(snet_config *config) const { snet_config_free(config); }
};

static unsigned resumes;

static void pull(snet_events *events)
{
    snet_event event;
    while (snet_events_next(events, &event, sizeof event, 0) == 1) {
        resumes += event.type == SNET_EVENT_RESUMED ? 1 : 0;
    }
}

static bool echo(snet_socket *server, std::size_t bytes, snet_events *events)
{
    std::vector<char> sent(16384), got(sent.size());
    for (std::size_t done = 0; done < bytes; done += sent.size()) {
        std::generate(sent.begin(), sent.end(), [n = done]() mutable { return char(n++ * 7 >> 3); });
        if (snet_write(server, sent.data(), sent.size()) != ssize_t(sent.size())) { return false; }
        for (std::size_t at = 0; at < got.size();) {
            const ssize_t len = snet_read(server, got.data() + at, got.size() - at);
            if (len <= 0) { return false; }
            at += std::size_t(len);
        }
        if (got != sent) { return false; }
        pull(events);
    }
    return true;
}

int main(int argc, char **argv)
{
    snet_error error{};
    std::unique_ptr<snet_events, Closing> events(snet_events_new());
    std::unique_ptr<snet_config, Closing> config(snet_config_new());
    snet_config_set_events(config.get(), events.get());
    std::unique_ptr<snet_socket, Closing> server(
        snet_dial_url(argc == 3 ? argv[1] : "", config.get(), &error));
    if (!server) { std::fprintf(stderr, "%s\n", error.text); return 69; }
    if (!echo(server.get(), std::strtoul(argv[2], nullptr, 10), events.get())) { return 1; }
    std::printf("%s bytes, %u resumes\n", argv[2], resumes);
    return 0;
}
