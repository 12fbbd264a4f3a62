-- What writableLength, bufferSize, bytesWritten and writableNeedDrain say while a large chunk
-- leaves in parts: it counts whole until the last of it has left.
local t = require("prelude")
local log, pair, later, props, each, fill = t.log, t.pair, t.later, t.props, t.each, t.fill

local NAMES = "writableLength bufferSize bytesWritten writableNeedDrain"
local LARGE = 4 << 20 -- bytes; more than the kernel takes

local function small(where, size, next)
  pair(where, nil, function(near, far)
    local count = 1
    while near:write(fill("x", size)) do count = count + 1 end
    log(near.writableLength % size, near.writableLength >= 16384, near.bytesWritten == size * count)
    near:on("drain", function()
      log("drain", near.writableLength, near.bytesWritten == size * count)
      near:finish()
    end)
    far:resume()
    near:on("close", next)
  end)
end

each({
  -- one chunk of which a part has left
  function(next)
    pair("unix", nil, function(near, far)
      log("fresh", props(near, NAMES))
      log("write", near:write(fill("x", LARGE), function() log("callback", props(near, NAMES)) end))
      log("written", props(near, NAMES))
      near:on("drain", function()
        log("drain", props(near, NAMES))
        near:finish("end")
        log("ended", props(near, NAMES))
      end)
      near:on("finish", function() log("finish", props(near, NAMES)) end)
      near:on("close", function()
        log("close", props(near, NAMES))
        next()
      end)
      later(function()
        log("later", props(near, NAMES))
        far:resume()
      end, 20)
    end)
  end,
  -- several chunks behind one of which a part has left
  function(next)
    pair("unix", nil, function(near, far)
      local function on(name)
        return function() log(name, props(near, NAMES)) end
      end
      log(near:write(fill("x", LARGE), on("first")))
      log(near:write("12345", on("second")))
      log(near:write(fill("y", 20000), on("third")))
      log(near:write("", on("fourth")))
      log("written", props(near, NAMES))
      near:on("drain", function()
        log("drain", props(near, NAMES))
        far:destroy()
      end)
      near:on("close", function()
        log("close", props(near, NAMES))
        next()
      end)
      later(function()
        log("later", props(near, NAMES))
        far:resume()
      end, 20)
    end)
  end,
  -- corked
  function(next)
    pair("unix", nil, function(near, far)
      local function on(name)
        return function() log(name, props(near, NAMES)) end
      end
      near:cork()
      log(near:write(fill("x", LARGE), on("first")))
      log(near:write("12345", on("second")))
      log("corked", props(near, NAMES))
      near:uncork()
      log("uncorked", props(near, NAMES))
      log(near:write("67", on("third")))
      log("third", props(near, NAMES))
      near:on("drain", function()
        log("drain", props(near, NAMES))
        near:finish()
        far:finish()
      end)
      near:on("close", function()
        log("close", props(near, NAMES))
        next()
      end)
      near:resume()
      later(function() far:resume() end, 20)
    end)
  end,
  -- small chunks until one leaves in part only
  function(next)
    pair("unix", nil, function(near, far)
      local count = 0
      while near.writableLength == 0 do
        near:write(fill("x", 1000))
        count = count + 1
      end
      log(near.writableLength, near.bytesWritten == 1000 * count)
      log(near:write("y"), near.writableLength, near.bytesWritten == 1000 * count + 1)
      near:on("drain", function()
        log("drain", near.writableLength, near.bytesWritten == 1000 * count + 1)
      end)
      far:resume()
      near:finish()
      near:on("close", next)
    end)
  end,
  -- many small chunks without a look in between
  function(next) small("unix", 700, next) end,
  function(next) small("tcp", 700, next) end,
  function(next) small("tcp", 4001, next) end,
}, function(step, next) step(next) end)

t.run()
