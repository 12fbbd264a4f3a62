-- onread: what starts the reading again after pause() and after a callback that returned false.
local t = require("prelude")
local net, log, listen, each, watch, later = t.net, t.log, t.listen, t.each, t.watch, t.later

local socket
local function nothing() end
local stops = {
  ["pause"] = function() socket:pause() end,
  ["false"] = function() return false end,
  ["pause and false"] = function()
    socket:pause()
    return false
  end,
}
local starts = {
  ["nothing"] = nothing,
  ["resume"] = function() socket:resume() end,
  ["read()"] = function() log(socket:read()) end,
  ["read(0)"] = function() log(socket:read(0)) end,
  ["read(3)"] = function() log(socket:read(3)) end,
  ["read(-1)"] = function() log(socket:read(-1)) end,
  ["read and pause"] = function()
    socket:read()
    socket:pause()
  end,
  ["pause and resume"] = function()
    socket:pause()
    socket:resume()
  end,
  ["resume and pause"] = function()
    socket:resume()
    socket:pause()
  end,
  ["data"] = function() socket:on("data", function(data) log("data", data) end) end,
  ["once data, removed"] = function()
    socket:once("data", nothing)
    socket:removeListener("data", nothing)
  end,
  ["end"] = function() socket:on("end", nothing) end,
  ["pipe"] = function()
    local dest = t.EventEmitter()
    dest.write = function(_, data) log("piped", data) end
    dest.finish = function() log("piped end") end
    socket:pipe(dest)
  end,
  ["unshift"] = function() log(socket:unshift("zz"), socket.readableLength) end,
  ["setEncoding"] = function() socket:setEncoding("utf8") end,
  ["finish"] = function() socket:finish("x") end,
}

local ways = {}
for _, stop in ipairs({ "pause", "false", "pause and false" }) do
  for _, start in ipairs({ "nothing", "resume", "read()", "read(0)", "read(3)", "read(-1)",
    "read and pause", "pause and resume", "resume and pause", "data", "once data, removed", "end",
    "pipe", "unshift", "setEncoding", "finish" }) do
    for _, when in ipairs({ "in the callback", "in a tick", "later" }) do
      ways[#ways + 1] = { stop, start, when }
    end
  end
end

each(ways, function(way, next)
  local stop, start, when = table.unpack(way)
  log("--", stop, start, when)
  listen("tcp", {}, function(peer)
    peer:on("error", nothing)
    peer:resume():finish("abcdefghij")
  end, function(to, server)
    local first = true
    local function act()
      local own = socket
      starts[start]()
      later(function()
        if own.bytesRead == 10 then return end
        log("stopped", own.bytesRead, own:isPaused(), own.readableFlowing)
        own:destroy()
      end, 10)
    end
    socket = net.connect({ port = to.port, host = to.host, onread = {
      buffer = t.buffer(4),
      callback = function(n, buffer)
        log("callback", t.text(buffer, n))
        if not first then return end
        first = false
        if when == "in a tick" then t.nextTick(act) end
        if when == "later" then later(act, 5) end
        local answer = stops[stop]()
        if when == "in the callback" then act() end
        return answer
      end,
    } })
    watch(log, socket, "pause resume end close")
    socket:on("close", function() server:close(function() next() end) end)
  end)
end)

t.run()
