local child = require("spec.support.child")
local net = require("lnet")
local pattern = require("spec.support.pattern")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

local SECONDS = 15 -- starting node takes the longest
local SIZE = 4 << 20 -- bytes; more than any buffer on the way
local RETRY = 20 -- ms between two looks whether a tool listens already

-- A server of this process that sends back what it gets, for one connection.
local function echoOnce(start)
  local server, at
  server, at = start(function(socket)
    socket:pipe(socket)
    server:close()
  end)
  return at
end

-- A server of this process that collects what it gets and answers `answer` after 'end'.
local function answerOnce(start, answer)
  local pieces, server = {}, nil
  local at
  server, at = start({ allowHalfOpen = true }, function(socket)
    socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    socket:on("end", function() socket:finish(answer) end)
    server:close()
  end)
  return at, function() return table.concat(pieces) end
end

-- Runs the loop until the tool's connection is over, then waits for the tool.
local function finished(tool)
  within(SECONDS)
  local result = tool:wait()
  assert.equal(0, result.code)
  return result
end

-- A free port of the loopback, for a tool to listen on.
local function freePort()
  local server, port = serve.tcp()
  server:close()
  within(2)
  return port
end

-- Connects to a tool that may not listen yet: tries again while it is refused.
local function connectTo(target, onConnect)
  local function attempt()
    local socket = keep(net.connect(target))
    socket:once("connect", function() onConnect(socket) end)
    socket:on("error", function(err)
      if err.code == "ECONNREFUSED" or err.code == "ENOENT" then
        timers.setTimeout(attempt, RETRY)
      else
        error(err)
      end
    end)
  end
  attempt()
end

-- Sends `bytes` to a tool that listens, finishes, and returns what came back.
local function talk(target, bytes, tool)
  local pieces, closes = {}, 0
  connectTo(target, function(socket)
    socket:on("data", function(piece) pieces[#pieces + 1] = piece end)
    socket:on("close", function() closes = closes + 1 end)
    socket:finish(bytes)
  end)
  within(SECONDS)
  local result = tool:wait()
  assert.equal(1, closes)
  return table.concat(pieces), result
end

local function script(source) return child.quote(temp.file(source)) end

local NODE_CLIENT = [[
  const net = require("net");
  const [target, file] = process.argv.slice(2);
  const bytes = require("fs").readFileSync(file);
  const tcp = { port: +target, host: "127.0.0.1" };
  const socket = net.connect(isNaN(target) ? { path: target } : tcp);
  const pieces = [];
  socket.on("data", (piece) => pieces.push(piece));
  socket.on("end", () => {
    const same = Buffer.concat(pieces).equals(bytes);
    process.stdout.write(`${same} ${socket.bytesRead} ${socket.bytesWritten}`);
  });
  socket.end(bytes);
]]

local NODE_SERVER = [[
  const net = require("net");
  const target = process.argv[2];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.pipe(socket);
    socket.on("close", (hadError) => process.stdout.write(`${hadError} ${socket.bytesRead}`));
    server.close();
  });
  server.listen(isNaN(target) ? target : { port: +target, host: "127.0.0.1" });
]]

describe("an lnet server and the client", function()
  after_each(within.clean)

  it("nc, over TCP", function()
    local port, received = answerOnce(serve.tcp, "answer\n")
    local result = finished(child.tool(("nc -N 127.0.0.1 %d"):format(port), "question\n"))
    assert.equal("question\n", received())
    assert.equal("answer\n", result.out)
  end)

  it("nc, over IPv6", function()
    local server
    server = keep(net.createServer(function(socket)
      socket:pipe(socket)
      server:close()
    end)):listen(0, "::1")
    within.reached(2, function() return server.listening end)
    local result = finished(child.tool(("nc -N ::1 %d"):format(server:address().port), "six\n"))
    assert.equal("six\n", result.out)
  end)

  it("nc, over a Unix socket", function()
    local path = echoOnce(serve.unix)
    local result = finished(child.tool("nc -N -U " .. child.quote(path), "unix\n"))
    assert.equal("unix\n", result.out)
  end)

  it("socat, over TCP, with some MiB", function()
    local port = echoOnce(serve.tcp)
    local bytes = pattern.bytes(0, SIZE)
    local result = finished(child.tool(("socat -t 10 - TCP4:127.0.0.1:%d"):format(port), bytes))
    assert.is_true(bytes == result.out) -- not assert.equal: it would print them
  end)

  it("socat, over a Unix socket, with some MiB", function()
    local path = echoOnce(serve.unix)
    local bytes = pattern.bytes(0, SIZE)
    local tool = child.tool(("socat -t 10 - UNIX-CONNECT:%s"):format(path), bytes)
    assert.is_true(bytes == finished(tool).out)
  end)

  -- An HTTP server for one request; returns what it got.
  local function http(start, body)
    local request, server = "", nil
    local at
    server, at = start(function(socket)
      socket:on("data", function(bytes)
        request = request .. bytes
        if not request:find("\r\n\r\n", 1, true) then return end
        socket:write("HTTP/1.1 200 OK\r\nConnection: close\r\n")
        socket:write(("Content-Length: %d\r\n\r\n"):format(#body))
        socket:finish(body)
      end)
      server:close()
    end)
    return at, function() return request end
  end

  it("curl, over TCP", function()
    local body = pattern.bytes(0, SIZE)
    local port, request = http(serve.tcp, body)
    local url = ("http://127.0.0.1:%d/some/path"):format(port)
    local result = finished(child.tool("curl -s -S --noproxy '*' -m 10 " .. url))
    assert.is_true(body == result.out)
    assert.equal("", result.err)
    assert.matches("^GET /some/path HTTP/1%.1\r\n", request())
  end)

  it("curl, over a Unix socket", function()
    local path, request = http(serve.unix, "over unix")
    local command = "curl -s -S -m 10 --unix-socket %s http://localhost/x"
    local result = finished(child.tool(command:format(child.quote(path))))
    assert.equal("over unix", result.out)
    assert.matches("^GET /x HTTP/1%.1\r\n", request())
  end)

  for kind, start in pairs({ TCP = serve.tcp, ["a Unix socket"] = serve.unix }) do
    it("node, over " .. kind .. ", with some MiB", function()
      local at = echoOnce(start)
      local input = temp.file(pattern.bytes(0, SIZE))
      local command = "node %s %s %s"
      local to = child.quote(tostring(at))
      local result = finished(child.tool(command:format(script(NODE_CLIENT), to, input)))
      assert.equal("", result.err)
      assert.equal(("true %d %d"):format(SIZE, SIZE), result.out)
    end)
  end
end)

describe("an lnet client and the server", function()
  after_each(within.clean)

  it("nc, over TCP", function()
    local port = freePort()
    local tool = child.tool(("nc -N -l 127.0.0.1 %d"):format(port), "from nc\n")
    local received, result = talk({ port = port, host = "127.0.0.1" }, "from lnet\n", tool)
    assert.equal("from nc\n", received)
    assert.equal("from lnet\n", result.out)
  end)

  it("nc, over a Unix socket", function()
    local path = temp.path()
    local tool = child.tool("nc -N -l -U " .. child.quote(path), "from nc\n")
    local received, result = talk({ path = path }, "from lnet\n", tool)
    assert.equal("from nc\n", received)
    assert.equal("from lnet\n", result.out)
  end)

  it("socat, which echoes some MiB over TCP", function()
    local port = freePort()
    local listen = "TCP4-LISTEN:%d,bind=127.0.0.1,reuseaddr"
    local tool = child.tool(("socat -t 10 %s EXEC:cat"):format(listen:format(port)))
    local bytes = pattern.bytes(0, SIZE)
    local received, result = talk({ port = port, host = "127.0.0.1" }, bytes, tool)
    assert.is_true(bytes == received)
    assert.equal(0, result.code)
  end)

  it("socat, which echoes some MiB over a Unix socket", function()
    local path = temp.path()
    local tool = child.tool(("socat -t 10 UNIX-LISTEN:%s EXEC:cat"):format(path))
    local bytes = pattern.bytes(0, SIZE)
    local received, result = talk({ path = path }, bytes, tool)
    assert.is_true(bytes == received)
    assert.equal(0, result.code)
  end)

  it("node, which echoes some MiB over TCP", function()
    local port = freePort()
    local tool = child.tool(("node %s %d"):format(script(NODE_SERVER), port))
    local bytes = pattern.bytes(0, SIZE)
    local received, result = talk({ port = port, host = "127.0.0.1" }, bytes, tool)
    assert.is_true(bytes == received)
    assert.equal("false " .. SIZE, result.out)
    assert.equal("", result.err)
  end)

  it("node, which echoes some MiB over a Unix socket", function()
    local path = temp.path()
    local tool = child.tool(("node %s %s"):format(script(NODE_SERVER), child.quote(path)))
    local bytes = pattern.bytes(0, SIZE)
    local received, result = talk({ path = path }, bytes, tool)
    assert.is_true(bytes == received)
    assert.equal("false " .. SIZE, result.out)
    assert.equal("", result.err)
  end)

  it("node, which resets the connection", function()
    local port = freePort()
    local tool = child.tool(("node %s"):format(script(([[
      const server = require("net").createServer((socket) => {
        socket.once("data", () => {
          socket.resetAndDestroy();
          server.close();
        });
      });
      server.listen(%d, "127.0.0.1");
    ]]):format(port))))
    local codes, closed = {}, nil
    connectTo({ port = port, host = "127.0.0.1" }, function(socket)
      socket:write("x") -- a reset that comes at once would be one of the connecting
      socket:removeAllListeners("error")
      socket:on("error", function(err) codes[#codes + 1] = err.message end)
      socket:on("close", function(hadError) closed = hadError end)
      socket:resume()
    end)
    within(SECONDS)
    assert.equal(0, tool:wait().code)
    assert.same({ "read ECONNRESET" }, codes)
    assert.is_true(closed)
  end)
end)
