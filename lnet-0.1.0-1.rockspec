rockspec_format = "3.0"
package = "lnet"
version = "0.1.0-1"
-- A placeholder until there is a public repository; `luarocks make` and packed rocks need no source.
source = { url = "git+https://example.org/lnet.git", tag = "v0.1.0" }
description = {
  summary = "Node's net for Lua 5.4: TCP and Unix sockets, servers and clients",
  detailed = [[
Event-driven TCP and Unix socket servers and clients with the API of Node's net module, as a C module on libuv.]],
  license = "MIT",
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.4, < 5.5" }
external_dependencies = { LIBUV = { header = "uv.h", library = "uv" } }
build = {
  type = "builtin",
  modules = {
    ["lnet.core"] = {
      -- All of src/*.c; spec/rockspec_spec.lua compares the lists with what is there.
      sources = {
        "src/accept.c",
        "src/addr.c",
        "src/alarm.c",
        "src/attempt.c",
        "src/bind.c",
        "src/blocklist.c",
        "src/buffer.c",
        "src/call.c",
        "src/check.c",
        "src/class.c",
        "src/codec.c",
        "src/core.c",
        "src/decoder.c",
        "src/emitter.c",
        "src/error.c",
        "src/fault.c",
        "src/gather.c",
        "src/immediate.c",
        "src/ip.c",
        "src/listeners.c",
        "src/lookup.c",
        "src/loop.c",
        "src/names.c",
        "src/object.c",
        "src/onread.c",
        "src/open.c",
        "src/os.c",
        "src/pipe.c",
        "src/prefix.c",
        "src/readbuf.c",
        "src/reader.c",
        "src/server.c",
        "src/socket.c",
        "src/socketaddress.c",
        "src/sockopt.c",
        "src/stream.c",
        "src/tick.c",
        "src/timer.c",
        "src/wheel.c",
        "src/writer.c",
      },
      defines = { "_GNU_SOURCE", "NDEBUG" },
      libraries = { "uv" },
      incdirs = { "$(LIBUV_INCDIR)" },
      libdirs = { "$(LIBUV_LIBDIR)" },
    },
    ["lnet"] = "lua/lnet/init.lua",
    ["lnet.abort"] = "lua/lnet/abort.lua",
    ["lnet.blocklist"] = "lua/lnet/blocklist.lua",
    ["lnet.check"] = "lua/lnet/check.lua",
    ["lnet.cli"] = "lua/lnet/cli.lua",
    ["lnet.connect"] = "lua/lnet/connect.lua",
    ["lnet.errors"] = "lua/lnet/errors.lua",
    ["lnet.events"] = "lua/lnet/events.lua",
    ["lnet.listen"] = "lua/lnet/listen.lua",
    ["lnet.lookup"] = "lua/lnet/lookup.lua",
    ["lnet.pipe"] = "lua/lnet/pipe.lua",
    ["lnet.socketaddress"] = "lua/lnet/socketaddress.lua",
    ["lnet.timers"] = "lua/lnet/timers.lua",
  },
  install = { bin = { "bin/lnet" } },
  copy_directories = { "examples" },
}
