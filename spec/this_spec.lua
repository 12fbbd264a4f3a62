-- Methods called with a dot, or on an object of another class.
local child = require("spec.support.child")
local cluster = require("lnet.cluster")
local events = require("lnet.events")
local ipc = require("lnet.ipc")
local net = require("lnet")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")

-- The functions of a class that make something, or that ask about any value.
local NO_METHODS = {
  new = true, isBlockList = true, isSocketAddress = true, parse = true, any = true, timeout = true,
}

-- The methods of a class: those of its table, but for EventEmitter's, which work on any emitter. A
-- signal has its own ones of these.
local function methodsOf(class)
  local found = {}
  for name, value in pairs(class) do
    local shared = events.EventEmitter[name] and class ~= net.AbortSignal
    if type(value) == "function" and not NO_METHODS[name] and not shared then
      found[name] = value
    end
  end
  return found
end

local function pick(object, ...)
  local found = {}
  for _, name in ipairs({ ... }) do
    found[name] = object[name]
  end
  return found
end

describe("a method called on what is not of its class", function()
  local objects, methods

  setup(function()
    local program = temp.file("")
    cluster.setupPrimary({ exec = program })
    objects = {
      Socket = net.Socket(),
      Server = net.createServer(),
      Buffer = net.Buffer(3),
      BlockList = net.BlockList(),
      SocketAddress = net.SocketAddress(),
      AbortController = net.AbortController(),
      AbortSignal = net.AbortController().signal,
      Timeout = timers.setTimeout(function() end, 1000),
      Immediate = timers.setImmediate(function() end),
      Subprocess = ipc.fork(program),
      Worker = cluster.fork(),
    }
    timers.clearTimeout(objects.Timeout)
    timers.clearImmediate(objects.Immediate)
    methods = {
      Timeout = pick(objects.Timeout, "ref", "unref", "hasRef", "refresh", "close"),
      Immediate = pick(objects.Immediate, "ref", "unref", "hasRef"),
      Subprocess = pick(objects.Subprocess, "send", "disconnect", "kill", "ref", "unref"),
      Worker = pick(objects.Worker, "send", "disconnect", "kill", "isDead", "isConnected"),
    }
    for _, class in ipairs({
      "Socket", "Server", "Buffer", "BlockList", "SocketAddress", "AbortController", "AbortSignal",
    }) do
      methods[class] = methodsOf(net[class])
    end
    methods.AbortSignal.abort = nil -- makes a signal
    within(10)
  end)

  teardown(function()
    within.clean()
    temp.clean()
  end)

  -- Calls the method wrongly; what is raised must name the class and the line of this file.
  local function refuses(class, name, ...)
    local method, args = methods[class][name], table.pack(...)
    local line = debug.getinfo(1, "l").currentline + 1
    local ok, err = pcall(function() method(table.unpack(args, 1, args.n)) end)
    local where = ("%s:%s on %s"):format(class, name, type((...)))
    assert.is_false(ok, where)
    assert.equal("table", type(err), where .. ": " .. tostring(err))
    assert.equal("ERR_INVALID_THIS", err.code, where .. ": " .. tostring(err))
    assert.equal("TypeError", err.name)
    assert.equal(
      ('Value of "this" must be of type %s: call methods with a colon, object:method(...)'):format(
        class),
      err.message
    )
    local at = err.stack:match("stack traceback:\n[^\n]*this_spec%.lua:(%d+): in")
      or err.stack:match("stack traceback:\n\t%[C%][^\n]*\n[^\n]*this_spec%.lua:(%d+): in")
    assert.equal(line, tonumber(at), where .. ": " .. err.stack)
  end

  for _, class in ipairs({
    "Socket", "Server", "Buffer", "BlockList", "SocketAddress", "AbortController", "AbortSignal",
    "Timeout", "Immediate", "Subprocess", "Worker",
  }) do
    it("is refused with what to do, whatever it is called on: " .. class, function()
      local count = 0
      for name in pairs(methods[class]) do
        count = count + 1
        refuses(class, name)
        for _, wrong in ipairs({ "text", 5, {}, true, print, io.stdout, net, net[class] or {} }) do
          refuses(class, name, wrong)
          refuses(class, name, wrong, 1, "x")
        end
        for other, object in pairs(objects) do
          if other ~= class then refuses(class, name, object) end
        end
      end
      assert.is_true(count > 0)
    end)
  end

  it("is refused in the child and in the worker of a cluster, too", function()
    local result = child.program([[
      local cluster, ipc, net = require("lnet.cluster"), require("lnet.ipc"), require("lnet")
      if cluster.isPrimary then
        cluster.setupPrimary({ exec = arg[0] })
        cluster.fork():on("message", print)
        net.run()
        return
      end
      local wrong = {}
      for _, object in ipairs({ ipc.parent, cluster.worker }) do
        for _, name in ipairs({ "send", "disconnect", "kill", "isDead", "isConnected" }) do
          local ok, err = pcall(object[name] or error, {})
          if object[name] and (ok or err.code ~= "ERR_INVALID_THIS") then
            wrong[#wrong + 1] = name
          end
        end
      end
      ipc.parent:send("wrong: " .. table.concat(wrong, " "), function() os.exit(0) end)
      net.run()
    ]]):wait()
    assert.equal("", result.err)
    assert.equal("wrong: \n", (result.out:gsub("\tnil", "")))
  end)
end)
