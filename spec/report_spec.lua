-- How an error that leaves a program is shown by the plain interpreter and by bin/lnet, and what
-- the text of an error is for the program itself.
local child = require("spec.support.child")
local foreign = require("spec.foreign") -- spec/support/foreign.c
local net = require("lnet")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

-- Nobody listens on port 1 of the loopback.
local REFUSED = "Error: connect ECONNREFUSED 127.0.0.1:1"
local BAD_PORT = "RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. "
  .. "Received type number (70000)."
local BOTH = [[
function both(_, _, callback)
  callback(nil, { { address = "::1", family = 6 }, { address = "127.0.0.1", family = 4 } })
end
]]

-- What leaves the program: the case, the text that is shown, the program's second part. Its line
-- that has --here must be the first line of code that is shown.
local cases = {
  { "a usage error in the main chunk", BAD_PORT, [[
    net.createServer():listen(70000) --here
  ]] },
  { "a usage error in a listener", BAD_PORT, [[
    net.nextTick(function()
      net.createServer():listen(70000) --here
    end)
    net.run()
  ]] },
  { "an 'error' event without listener", REFUSED, [[
    net.connect(1, "127.0.0.1")
    net.run() --here
  ]] },
  { "an 'error' event of the main chunk without listener", "told", [[
    net.Socket():emit("error", { message = "told" }) --here
  ]] },
  { "a value that is no error, in an 'error' event without listener",
    "Error [ERR_UNHANDLED_ERROR]: Unhandled error. (5)", [[
    net.nextTick(function()
      net.Socket():emit("error", 5) --here
    end)
    net.run()
  ]] },
  { "an error object raised by a listener", REFUSED, [[
    net.connect(1, "127.0.0.1"):on("error", function(err) error(err) end)
    net.run() --here
  ]] },
  { "several errors in one", "AggregateError [ECONNREFUSED]:\n"
    .. "    Error: connect ECONNREFUSED ::1:1\n    " .. REFUSED, [[
    net.connect({ port = 1, host = "both", lookup = both })
    net.run() --here
  ]] },
  { "an error object raised again by error", REFUSED, [[
    net.connect(1, "127.0.0.1")
    local _, err = pcall(net.run) --here
    error(err, 0)
  ]] },
  { "an error object raised again by assert", REFUSED, [[
    net.connect(1, "127.0.0.1")
    assert(pcall(net.run)) --here
  ]] },
  { "an error object raised again by another C library", REFUSED, [[
    net.connect(1, "127.0.0.1")
    local _, err = pcall(net.run) --here
    require("spec.foreign").raise(err)
  ]] },
  { "an error object out of coroutine.wrap", REFUSED, [[
    net.connect(1, "127.0.0.1")
    coroutine.wrap(function()
      net.run() --here
    end)()
  ]] },
  { "a usage error out of a coroutine in a coroutine", BAD_PORT, [[
    coroutine.wrap(function()
      coroutine.wrap(function()
        net.createServer():listen(70000) --here
      end)()
    end)()
  ]] },
  { "a usage error in a file that is required", BAD_PORT, [[
    package.preload.part = function()
      net.createServer():listen(70000) --here
    end
    require("part")
  ]] },
  { "a usage error below many frames", BAD_PORT, [[
    local function deep(n)
      if n > 0 then
        deep(n - 1)
      else
        net.createServer():listen(70000) --here
      end
      return n
    end
    deep(5000)
  ]] },
  { "an error that the program has made its own", "TypeError: changed", [[
    local _, err = pcall(net.connect)
    err.message, err.code, err.stack = "changed", nil, nil
    error(err) --here
  ]] },
  { "an error table of the user's own", "mine", [[
    net.nextTick(function()
      error({ message = "mine" }) --here
    end)
    net.run()
  ]] },
  { "an error table of the user's own, raised again", "mine", [[
    net.nextTick(function()
      error({ message = "mine" }) --here
    end)
    local _, err = pcall(net.run)
    error(err)
  ]] },
  { "an error of a class of the user's own", "mine", [[
    local Class = {}
    net.nextTick(function()
      error(setmetatable({ message = "mine" }, Class)) --here
    end)
    net.run()
  ]] },
  { "an error of a class that has a text, out of coroutine.wrap", "mine", [[
    local Class = { __tostring = function(err) return "Class: " .. err.message end }
    net.nextTick(function()
      error(setmetatable({ message = "mine" }, Class)) --here
    end)
    coroutine.wrap(function() net.run() end)()
  ]] },
  { "an error object whose name raises", "(error object is a table value)", [[
    local _, err = pcall(net.connect)
    err.name, err.stack = setmetatable({}, { __tostring = error }), nil
    error(err) --here
  ]], differs = true },
}

describe("an error that leaves a program", function()
  after_each(temp.clean)

  -- What a run has shown, without the program's name in front; and its first line of this file.
  local function shown(result, program, path)
    assert.equal(1, result.code)
    assert.equal("", result.out)
    assert.equal(program .. ": ", result.err:sub(1, #program + 2))
    local text = result.err:sub(#program + 3)
    return text, tonumber(text:match("\t" .. path:gsub("%p", "%%%0") .. ":(%d+): in "))
  end

  for _, case in ipairs(cases) do
    local what, text, source = table.unpack(case)
    source = 'net = require("lnet")\n' .. BOTH .. source
    local line = select(2, source:match("^(.-)%-%-here"):gsub("\n", "")) + 1
    it("is shown with its line by the plain interpreter and by bin/lnet: " .. what, function()
      local path = temp.file(source)
      for program, options in pairs({ ["lua5.4"] = "", lnet = "bin/lnet " }) do
        local out, at = shown(child.lua(options .. path .. " x y"):wait(), program, path)
        if program ~= "lnet" or not case.differs then
          assert.equal(text .. "\nstack traceback:\n", out:sub(1, #text + 18))
          assert.equal(line, at)
        end
      end
    end)
  end

  it("is shown in the same way for code of the command line and of standard input", function()
    local code = 'require("lnet").createServer():listen(70000)'
    local result = child.lua("-e " .. child.quote(code)):wait()
    assert.matches(BAD_PORT .. "\nstack traceback:\n\t(command line):1: in main chunk", result.err,
      1, true)
    result = child.lua("-", "\n" .. code):wait()
    assert.matches(BAD_PORT .. "\nstack traceback:\n\tstdin:2: in main chunk", result.err, 1, true)
  end)

  it("is shown with its stack at the prompt, which goes on", function()
    local input = 'net = require("lnet")\nnet.createServer():listen(70000)\nprint("on")\n'
    local result = child.lua("-i", input):wait()
    assert.matches(BAD_PORT .. "\nstack traceback:\n", result.err, 1, true)
    assert.matches("on\n", result.out, 1, true)
    assert.equal(0, result.code)
  end)
end)

describe("the text of an error object", function()
  local function refused()
    net.connect(1, "127.0.0.1")
    local ok, err = pcall(within.run, 5)
    assert.is_false(ok)
    return err
  end

  it("is Node's String(err) wherever a program asks for it", function()
    local err = refused()
    local function second(_, value) return value end
    assert.equal(REFUSED, tostring(err))
    assert.equal(REFUSED, ("%s"):format(err))
    assert.equal(REFUSED, second(pcall(tostring, err)))
    assert.equal(REFUSED, foreign.text(err))
    assert.equal(REFUSED, second(pcall(foreign.text, err)))
    assert.equal(REFUSED, second(xpcall(error, foreign.text, err)))
    assert.equal(REFUSED, second(xpcall(foreign.raise, foreign.text, err)))
    assert.equal(REFUSED, coroutine.wrap(foreign.text)(err))
    assert.equal(REFUSED, second(pcall(string.format, "%s", err)))
    assert.equal(REFUSED, second(xpcall(error, tostring, err)))
    assert.equal(REFUSED, second(xpcall(error, function(value) return tostring(value) end, err)))
    assert.equal(REFUSED, coroutine.wrap(tostring)(err))
    assert.equal(REFUSED, coroutine.wrap(string.format)("%s", err))
  end)

  it("is the same for functions of C that a program of the plain interpreter calls", function()
    local result = child.program([[
      local net = require("lnet")
      local print = require("spec.foreign").put
      net.connect(1, "127.0.0.1")
      local _, err = pcall(net.run)
      print(err)
      pcall(print, err)
      xpcall(error, print, err)
      coroutine.wrap(print)(err)
      coroutine.wrap(pcall)(print, err)
      net.Socket():on("error", print):emit("error", err)
      net.nextTick(print, err)
      net.Socket():on("error", print):destroy(err)
      net.run()
      coroutine.wrap(function() net.Socket():on("error", print):emit("error", err) end)()
    ]]):wait()
    assert.equal("", result.err)
    assert.equal((REFUSED .. "\n"):rep(9), result.out)
    temp.clean()
  end)

  it("can be concatenated on either side, with strings, numbers and its like", function()
    local err = refused()
    assert.equal("failed: " .. REFUSED, "failed: " .. err)
    assert.equal(REFUSED .. "!", err .. "!")
    assert.equal("5" .. REFUSED .. "1.5", 5 .. err .. 1.5)
    assert.equal(REFUSED .. REFUSED, err .. err)
    for _, other in ipairs({ {}, true, print }) do
      local line = debug.getinfo(1, "l").currentline + 1
      local ok, message = pcall(function() return other .. err end)
      assert.is_false(ok)
      assert.matches("report_spec.lua:" .. line .. ": attempt to concatenate a " .. type(other)
        .. " value", message, 1, true)
      ok, message = pcall(function() return err .. other end)
      assert.is_false(ok)
      assert.matches("attempt to concatenate a " .. type(other) .. " value", message, 1, true)
    end
  end)

  it("has the bytes behind a 0, and goes with any value that a field may be given", function()
    local _, err = pcall(net.connect)
    err.code = nil
    err.message = "a\0b" .. ("x"):rep(100000)
    assert.equal("TypeError: " .. err.message, tostring(err))
    err.code = "ERR_\0X"
    assert.equal("TypeError [ERR_\0X]: " .. err.message, tostring(err))
    err.code, err.message = 5, nil
    assert.equal("TypeError", tostring(err))
    err.name, err.message = nil, false
    assert.equal("Error: false", tostring(err))
  end)
end)

describe("an error table of the user's own that leaves net.run", function()
  local function raised(value)
    net.nextTick(error, value)
    local ok, err = pcall(within.run, 5)
    assert.is_false(ok)
    assert.equal(value, err)
    assert.equal("string", type(err.stack))
    return err
  end

  it("is the same table, whose text is still that of a table", function()
    local err = raised({ message = "mine" })
    assert.matches("^table: ", tostring(err))
    assert.equal("mine", err.message)
  end)

  it("keeps the metatable that it has, where the program catches it", function()
    local Class = { __tostring = function(err) return "Class: " .. err.message end }
    local err = raised(setmetatable({ message = "mine" }, Class))
    assert.equal(Class, getmetatable(err))
    assert.equal("Class: mine", tostring(err))
    assert.equal(nil, next(Class, next(Class)))
  end)

  it("is left to a message handler of the program as it is", function()
    local err = { message = "mine" }
    net.nextTick(error, err)
    local seen
    assert.is_false((xpcall(net.run, function(value)
      seen = { value, getmetatable(value) }
    end)))
    assert.equal(err, seen[1])
    assert.is_nil(seen[2])
  end)
end)

describe("errors that many callbacks raise before net.run can return", function()
  -- Has `count` callbacks of one socket raise their number.
  local function raise(count)
    local socket = net.Socket()
    socket:cork()
    socket:on("error", function() end)
    socket:connect("/nonexistent/lnet.sock")
    for i = 1, count do
      socket:write("x", function() error(i, 0) end)
    end
    socket:destroy()
  end

  local function memory()
    collectgarbage()
    collectgarbage()
    return collectgarbage("count")
  end

  it("are raised one by one, in their order, and leave no memory behind", function()
    local function all(count)
      raise(count)
      for i = 1, count do
        local ok, err = pcall(net.run)
        assert.is_false(ok)
        assert.equal(i, err)
      end
      assert.is_false(within.run(5))
    end
    all(10)
    local before = memory()
    all(2000)
    assert.is_true(memory() - before < 16) -- KiB; the queue of so many had 32 and more
  end)

  it("keep their order when more are raised before all have been told", function()
    raise(3)
    local seen = {}
    for _ = 1, 2 do
      seen[#seen + 1] = select(2, pcall(net.run))
    end
    raise(2)
    for _ = 1, 3 do
      seen[#seen + 1] = select(2, pcall(net.run))
    end
    assert.same({ 1, 2, 3, 1, 2 }, seen)
    assert.is_false(within.run(5))
  end)
end)
