-- What a callback of onread, or the function that gives it buffers, may do.
local t = require("prelude")
local net, log, watch, listen, each = t.net, t.log, t.watch, t.listen, t.each
local buffer, later, props = t.buffer, t.later, t.props

local socket
local function nothing() end
local function resumeLater()
  later(function()
    log("resume", socket:isPaused(), socket.readableFlowing)
    socket:resume()
  end, 20)
end

-- name, callback(n, buffer), what is done at first, the function that gives buffers
local ways = {
  { "destroys", function() socket:destroy() end },
  { "destroys with an error", function() socket:destroy(t.error("mine")) end },
  { "pauses", function()
    socket:pause()
    resumeLater()
  end },
  { "answers false", function()
    resumeLater()
    return false
  end },
  { "answers false for ever", function()
    later(function()
      log(socket.bytesRead)
      socket:destroy()
    end, 60)
    return false
  end },
  { "answers 0", function() return 0 end },
  { "ends", function() return socket:finish("bye") end },
  { "raises", function() error(t.error("mine")) end },
  { "text", function(_, given) log(type(given) == "string") end,
    function() socket:setEncoding("hex") end },
  { "listeners", nothing, function()
    socket:on("data", function(data) log("data", data) end)
    socket:on("readable", function() log("readable", socket:read()) end)
  end },
  { "paused before", nothing, function()
    socket:pause()
    resumeLater()
  end },
  { "properties", function()
    log(props(socket, "bytesRead readableLength readableFlowing readable"))
  end },
  { "function", function(_, given) log(#given) end, nothing, function(asked)
    return buffer(2 * asked)
  end },
  { "function and false", function()
    resumeLater()
    return false
  end, nothing, function(asked)
    log("asked", asked)
    return buffer(3)
  end },
  { "function raises", nothing, nothing, function(asked)
    if asked == 3 then error(t.error("mine")) end
    return buffer(3)
  end },
}

each(ways, function(way, next)
  local name, callback, first, source = table.unpack(way)
  log("--", name)
  local asked = 0
  local function ask()
    asked = asked + 1
    return source(asked)
  end
  listen("tcp", {}, function(peer)
    peer:on("error", nothing)
    peer:resume():finish("hello world")
  end, function(to, server)
    socket = net.connect({ port = to.port, host = to.host, onread = {
      buffer = source and ask or buffer(4),
      callback = function(n, given)
        log("callback", n)
        return callback(n, given)
      end,
    } })
    log("asked", asked)
    if first then first() end
    watch(log, socket, "data end finish error close")
    socket:on("close", function()
      log(props(socket, "bytesRead readableLength readableEnded destroyed"))
      server:close(function() next() end)
    end)
  end)
end)

t.run()
