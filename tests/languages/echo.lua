-- SPDX-FileCopyrightText: 2026 The snet authors
-- SPDX-License-Identifier: MIT
-- An echo over a URL from LuaJIT, with events that are pulled: echo.lua URL BYTES
local ffi = require "ffi"
ffi.cdef [[
struct snet_error { int32_t err, os_err; char option[48], text[200]; };
struct snet_event { uint32_t type; int32_t err; void *socket, *user; uint64_t after_ns, resent_bytes;
    uint32_t attempt, reserved; };
void *snet_events_new(void); void snet_events_free(void *events);
int snet_events_next(void *events, struct snet_event *event, size_t size, uint64_t timeout_ns);
void *snet_config_new(void); void snet_config_free(void *config);
int snet_config_set_events(void *config, void *events);
void *snet_dial_url(const char *url, const void *config, struct snet_error *error);
ssize_t snet_read(void *socket, void *data, size_t len);
ssize_t snet_write(void *socket, const char *data, size_t len);
int snet_close(void *socket); int snet_library_close(uint64_t timeout_ns);
]]
local snet = ffi.load(os.getenv "LIBSNET" or "snet")
local url, total, resumed = arg[1], tonumber(arg[2]), 4
local err, event = ffi.new "struct snet_error", ffi.new "struct snet_event"
local events, config, resumes = snet.snet_events_new(), snet.snet_config_new(), 0
snet.snet_config_set_events(config, events)
local server = snet.snet_dial_url(url, config, err)
if server == nil then io.stderr:write(ffi.string(err.text), "\n") os.exit(69) end
local buffer = ffi.new "char[16384]"
for done = 0, total - 1, 16384 do
    local sent, got = string.rep(string.format("%08x", done), 2048), {}
    if snet.snet_write(server, sent, #sent) ~= #sent then error("errno " .. ffi.errno()) end
    local left = #sent
    while left > 0 do
        local len = tonumber(snet.snet_read(server, buffer, 16384))
        if len <= 0 then error("errno " .. ffi.errno()) end
        got[#got + 1], left = ffi.string(buffer, len), left - len
    end
    assert(table.concat(got) == sent, "other bytes behind " .. done)
    while snet.snet_events_next(events, event, ffi.sizeof(event), 0) == 1 do
        if event.type == resumed then resumes = resumes + 1 end
    end
end
snet.snet_close(server)
snet.snet_config_free(config)
snet.snet_events_free(events)
assert(snet.snet_library_close(5000000000ULL) == 0)
print(string.format("%d bytes, %d resumes", total, resumes))
