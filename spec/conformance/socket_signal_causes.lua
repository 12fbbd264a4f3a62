-- When a signal aborts, and what the error tells.
local t = require("prelude")
local net, log, listen, each, props = t.net, t.log, t.listen, t.each, t.props
local controller = t.AbortController

local function text(e)
  if type(e) ~= "table" or not e.name then return e end
  return table.concat({ e.name, e.code or "", e.message }, "|")
end

local to = {}
local function connect(signal, more)
  local options = more or {}
  options.port, options.host, options.signal = to.port, to.host, signal
  return net.connect(options)
end

local ways = {
  { "at once", function()
    local c = controller()
    local socket = connect(c.signal)
    c:abort(t.error("why"))
    return socket
  end },
  { "connected", function()
    local c = controller()
    local socket = connect(c.signal)
    return socket:on("connect", function()
      c:abort()
      log(props(socket, "destroyed"))
    end)
  end },
  { "ended", function()
    local c = controller()
    local socket = connect(c.signal, { allowHalfOpen = true })
    return socket:resume():on("end", function() c:abort("text") end)
  end },
  { "written", function()
    local c = controller()
    local socket = connect(c.signal)
    socket:write("x", function(e) log("write", text(e)) end)
    socket:finish(function(e) log("end", text(e), e.cause and text(e.cause)) end)
    c:abort(5)
    return socket
  end },
  { "never connected", function()
    local c = controller()
    local socket = net.Socket({ signal = c.signal })
    c:abort()
    return socket
  end },
  { "destroyed before", function()
    local c = controller()
    local socket = connect(c.signal)
    socket:destroy(t.error("mine"))
    c:abort()
    return socket
  end },
  { "closed before", function()
    local c = controller()
    local socket = connect(c.signal)
    socket:on("close", function() c:abort() end)
    return socket:on("connect", function() socket:destroy() end)
  end },
  { "timeout", function()
    return connect(t.AbortSignal.timeout(20), { allowHalfOpen = true }):resume()
  end },
  { "any", function()
    local c = controller()
    local socket = connect(t.AbortSignal.any({ controller().signal, c.signal }))
    return socket:on("connect", function() c:abort("one of two") end)
  end },
}

local server
server = listen("tcp", {}, function(socket)
  socket:on("error", function() end)
  socket:finish("hi")
end, function(where)
  to = where
  each(ways, function(way, next)
    local name, make = way[1], way[2]
    local socket = make()
    log(name, props(socket, "destroyed connecting"))
    for _, event in ipairs({ "connect", "end", "finish" }) do
      socket:on(event, function() log(name, event) end)
    end
    socket:on("error", function(e) log(name, "error", text(e), text(e.cause)) end)
    socket:on("close", function(hadError)
      log(name, "close", hadError)
      t.later(function()
        if name == "any" then server:close() else next() end
      end, 20)
    end)
  end)
end)

t.run()
