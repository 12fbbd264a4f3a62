local child = require("spec.support.child")
local temp = require("spec.support.temp")

-- Runs bin/lnet with these arguments (the shell's), and waits for its end.
local function lnet(arguments, input)
  return child.lua("bin/lnet " .. arguments, input):wait()
end

-- Runs bin/lnet on a script of this text.
local function script(source, arguments)
  return lnet(temp.file(source) .. " " .. (arguments or ""))
end

describe("bin/lnet", function()
  after_each(temp.clean)

  it("runs a script, then the loop, and exits with 0", function()
    local result = script([[
      local net = require("lnet")
      local server
      server = net.createServer(function(socket)
        socket:finish("served")
        socket:resume()
        server:close()
      end)
      server:listen(0, "127.0.0.1", function()
        net.connect(server:address().port, "127.0.0.1"):on("data", function(bytes)
          io.write(bytes, "\n")
        end)
      end)
      io.write("script\n")
    ]])
    assert.equal("script\nserved\n", result.out)
    assert.equal("", result.err)
    assert.equal(0, result.code)
  end)

  it("gives the script its arguments, in ... and in arg", function()
    local path = temp.file([[
      io.write(select("#", ...), " ", table.concat({ ... }, ","), "\n")
      io.write(#arg, " ", table.concat(arg, ","), " ", arg[0], "\n")
    ]])
    local result = lnet(path .. " one 'two words' -e ''")
    assert.equal(("4 one,two words,-e,\n4 one,two words,-e, %s\n"):format(path), result.out)
    assert.equal(0, result.code)
  end)

  it("skips a first line that starts with #!", function()
    local result = script("#!/usr/bin/env lnet\nio.write('run')")
    assert.equal("run", result.out)
    assert.equal(0, result.code)
  end)

  it("runs the code after -e, then the loop", function()
    local result = lnet([[-e 'require("lnet.timers").setTimeout(print, 1, "later") print("now")']])
    assert.equal("now\nlater\n", result.out)
    assert.equal("", result.err)
    assert.equal(0, result.code)
  end)

  it("exits with what the script gives os.exit", function()
    assert.equal(7, script("os.exit(7)").code)
    assert.equal(0, script("os.exit(true)").code)
    assert.equal(5, script([[require("lnet.timers").setTimeout(os.exit, 1, 5)]]).code)
  end)

  it("does not hang on a server that is unref'd", function()
    local result = script([[require("lnet").createServer():listen(0):unref()]])
    assert.equal("", result.err)
    assert.equal(0, result.code)
  end)

  it("tells an error of the script on stderr, with its place, and exits with 1", function()
    local result = script("\nerror('boom')")
    assert.equal("", result.out)
    assert.matches(":2: boom", result.err, 1, true)
    assert.matches("stack traceback:", result.err, 1, true)
    assert.equal(1, result.code)
  end)

  it("tells an error of a listener on stderr, with its place, and exits with 1", function()
    local result = script([[
      require("lnet").nextTick(function()
        error("boom")
      end)
      io.write("before")
    ]])
    assert.equal("before", result.out)
    assert.matches(":2: boom", result.err, 1, true)
    assert.matches("stack traceback:", result.err, 1, true)
    assert.equal(1, result.code)
  end)

  it("tells an 'error' event nobody listens to, and exits with 1", function()
    local result = script([[require("lnet").connect("/nonexistent/lnet.sock")]])
    assert.matches("Error: connect ENOENT /nonexistent/lnet.sock", result.err, 1, true)
    assert.equal(1, result.code)
  end)

  it("tells an error object with its code, its message and the line", function()
    local result = script("local net = require('lnet')\nnet.createServer():listen(70000)")
    assert.matches(
      "RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. "
        .. "Received type number (70000).",
      result.err, 1, true
    )
    assert.matches(":2:", result.err, 1, true)
    assert.equal(1, result.code)
  end)

  it("tells any other value that is raised", function()
    local result = script("error({})")
    assert.not_equal("", result.err)
    assert.equal(1, result.code)
    result = script("require('lnet').nextTick(error)")
    assert.not_equal("", result.err)
    assert.equal(1, result.code)
  end)

  it("tells values that do not want to be told, and bytes behind a 0", function()
    local raising = "setmetatable({}, { __index = error, __tostring = error })"
    for source, text in pairs({
      ["error(" .. raising .. ")"] = "lnet: (error object is a table value)\nstack traceback:\n",
      ["require('lnet').nextTick(error, " .. raising .. ")"] = "lnet: (error object is a table ",
      ["error(setmetatable({}, { __tostring = function() return {} end }))"] = "lnet: (error",
      ["error(setmetatable({ message = 'told' }, { __index = {} }))"] = "lnet: told\nstack",
      ["error({ message = 'told', stack = 5 })"] = "lnet: told\nstack",
      ["error(coroutine.create(print))"] = "lnet: (error object is a thread value: thread: ",
      ["error(print)"] = "lnet: (error object is a function value: ",
      ["error(false)"] = "lnet: (error object is a boolean value: false)",
      ["error('a\\0b', 0)"] = "lnet: a\0b\nstack traceback:\n",
      ["require('lnet').nextTick(error, 'a\\0b', 0)"] = "lnet: a\0b\nstack traceback:\n",
      ["require('lnet').nextTick(error, { message = 'a\\0b' })"] = "lnet: a\0b\nstack traceback:",
      ["require('lnet').Socket():emit('error', 'a\\0b')"] =
        "lnet: Error [ERR_UNHANDLED_ERROR]: Unhandled error. ('a\0b')\nstack traceback:\n",
    }) do
      local result = script(source)
      assert.equal(text, result.err:sub(1, #text))
      assert.equal(1, result.code)
    end
  end)

  it("tells an error of syntax, and runs nothing", function()
    local result = script("io.write('run')\nlocal = 1")
    assert.equal("", result.out)
    assert.matches(":2:", result.err, 1, true)
    assert.equal(1, result.code)
  end)

  it("tells that a script is not there", function()
    local result = lnet("/nonexistent/script.lua")
    assert.matches("/nonexistent/script.lua", result.err, 1, true)
    assert.equal(1, result.code)
  end)
end)
