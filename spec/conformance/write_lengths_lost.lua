-- What writableLength, bufferSize, bytesWritten and writableNeedDrain say around writes that are
-- lost: in their callbacks, in 'error' and 'close', and afterwards.
local t = require("prelude")
local log, net, pair, later, props = t.log, t.net, t.pair, t.later, t.props
local each, fill = t.each, t.fill
local newPath, nextTick, setImmediate = t.newPath, t.nextTick, t.setImmediate

local NAMES = "writableLength bufferSize bytesWritten writableNeedDrain"
local LARGE = 4 << 20 -- bytes; more than the kernel takes

local function tell(name, socket)
  return function(e) log(name, e and e.code, props(socket, NAMES)) end
end

local function hear(socket, next)
  socket:on("drain", tell("drain", socket))
  socket:on("finish", tell("finish", socket))
  socket:on("error", tell("error", socket))
  socket:on("close", function()
    tell("close", socket)()
    setImmediate(function()
      tell("after", socket)()
      next()
    end)
  end)
end

local function write(socket, name, text)
  log("write", name, socket:write(text, tell(name, socket)), props(socket, NAMES))
end

local steps = {
  -- destroyed while a part has left and more waits
  function(next)
    pair("unix", nil, function(near, far)
      hear(near, next)
      far:on("error", function() end)
      write(near, "first", fill("x", LARGE))
      write(near, "second", "12345")
      write(near, "third", fill("y", 20000))
      near:destroy()
      tell("destroyed", near)()
      nextTick(tell("tick", near))
      far:resume()
    end)
  end,
  -- the same with an error
  function(next)
    pair("unix", nil, function(near, far)
      hear(near, next)
      far:on("error", function() end)
      write(near, "first", fill("x", LARGE))
      write(near, "second", "12345")
      later(function()
        near:destroy(t.error("mine"))
        tell("destroyed", near)()
        nextTick(tell("tick", near))
        far:resume()
      end, 20)
    end)
  end,
  -- corked and destroyed
  function(next)
    pair("unix", nil, function(near, far)
      hear(near, next)
      far:on("error", function() end)
      near:cork()
      write(near, "first", fill("x", 20000))
      write(near, "second", "12345")
      near:destroy()
      tell("destroyed", near)()
      nextTick(tell("tick", near))
      far:resume()
    end)
  end,
  -- the peer goes while a part has left
  function(next)
    pair("unix", nil, function(near, far)
      hear(near, next)
      write(near, "first", fill("x", LARGE))
      write(near, "second", "12345")
      later(function() far:destroy() end, 20)
    end)
  end,
}

-- the peer has gone before: a large one, a small one, corked ones
for _, texts in ipairs({
  { fill("x", LARGE) },
  { "small" },
  { "1", "22", "333" },
  { fill("x", LARGE), "22" },
  { "1", "22" },
  { "1", "22", "333", "4444" },
}) do
  steps[#steps + 1] = function(next)
    pair("unix", { near = { allowHalfOpen = true } }, function(near, far)
      hear(near, next)
      near:on("end", function()
        if #texts == 3 then near:cork() end
        for i, text in ipairs(texts) do
            near:write(text, tell("callback " .. i - 1, near))
        end
        if #texts == 3 then near:uncork() end
        tell("written", near)()
      end)
      near:resume()
      far:destroy()
    end)
  end
end

-- nothing listens there
steps[#steps + 1] = function(next)
  local near = net.connect(newPath())
  hear(near, next)
  write(near, "first", "12345")
  write(near, "second", "678")
  near:cork()
  write(near, "third", "9")
end

-- destroyed before it was connected
steps[#steps + 1] = function(next)
  local near = net.connect(newPath())
  hear(near, next)
  write(near, "first", fill("x", 20000))
  write(near, "second", "678")
  near:destroy()
  tell("destroyed", near)()
  nextTick(tell("tick", near))
end

-- never connected
steps[#steps + 1] = function(next)
  local near = net.Socket()
  hear(near, next)
  write(near, "first", "12345")
  write(near, "second", "678")
  nextTick(tell("tick", near))
end

-- after destroy
steps[#steps + 1] = function(next)
  local near = net.Socket()
  hear(near, next)
  near:destroy()
  write(near, "first", "12345")
  nextTick(tell("tick", near))
end

each(steps, function(step, next) step(next) end)

t.run()
