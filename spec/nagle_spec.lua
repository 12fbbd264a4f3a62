local child = require("spec.support.child")
local processes = require("spec.support.processes")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

describe("Nagle's algorithm", function()
  after_each(within.clean)

  -- What TCP_NODELAY is set to while a client runs `steps`, each in a callback of its own.
  local function settings(steps)
    local program = temp.file(([[
      local net = require("lnet")
      local LARGE, SMALL = ("x"):rep(70000), "small"
      local steps = {%s}
      local server
      server = net.createServer(function(c)
        c:resume()
        server:close()
      end)
      server:listen(0, "127.0.0.1", function()
        local c = net.connect(server:address().port, "127.0.0.1")
        local function step()
          local next = table.remove(steps, 1)
          if not next then return c:finish() end
          next(c, LARGE, SMALL)
          if c.writableNeedDrain then c:once("drain", step) else net.nextTick(step) end
        end
        c:on("connect", step)
      end)
      net.run()
    ]]):format(steps))
    local built = package.searchpath("lnet.core", package.cpath):match("^(.*)/lnet/core")
    local preload = (os.getenv("LD_PRELOAD") or "") .. " " .. built .. "/spec/nodelay.so"
    local command = ("env LUA_PATH_5_4=%s LUA_CPATH_5_4=%s LD_PRELOAD=%s lua5.4 %s"):format(
      child.quote(package.path), child.quote(package.cpath), child.quote(preload), program)
    local result = child.tool(command):wait()
    assert.equal(0, result.code)
    return (result.err:gsub("nodelay ", ""):gsub("%s", ""))
  end

  local large = "function(c, large) c:write(large) end,"
  local small = "function(c, _, small) c:write(small) end,"

  it("is off for large writes, and on again for a small one", function()
    assert.equal("", settings(small))
    assert.equal("1", settings(small .. large .. large))
    assert.equal("101", settings(large .. small .. large))
  end)

  it("is off for a large write behind a small one of the same callback", function()
    assert.equal("1", settings("function(c, large, small) c:write(small) c:write(large) end,"))
  end)

  it("stays off where the user wants it so", function()
    local off = "function(c) c:setNoDelay(true) end,"
    local on = "function(c) c:setNoDelay(false) end,"
    assert.equal("1", settings(off .. small .. large .. small))
    assert.equal("11", settings(large .. off .. small .. large .. small))
    assert.equal("101", settings(off .. large .. on .. small .. large))
    assert.equal("1101", settings(large .. off .. on .. large))
  end)

  it("is on when the socket goes to another process", function()
    local script = processes.script([[
      parent:on("message", function(_, socket)
        socket:destroy()
        parent:disconnect()
      end)
    ]])
    local send = 'function(c) require("lnet.ipc").fork(%q):send("yours", c) end,'
    assert.equal("10", settings(large .. send:format(script)))
  end)
end)
