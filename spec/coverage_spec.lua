--- spec/conformance/COVERAGE.md says which pair covers which heading of Node's page: both ways, so
-- that no pair is left out, no name is of a pair that is gone, and no heading is missing.
local lfs = require("lfs")

local DIR = "spec/conformance/"

-- The headings of the page, in its order. The page itself is not part of the repository.
local HEADINGS = {
  "Net",
  "IPC Support",
  "Identifying paths for IPC connections",
  "Class: net.Server",
  "new net.Server",
  "Event: 'close' (server)",
  "Event: 'connection'",
  "Event: 'error' (server)",
  "Event: 'listening'",
  "server.address()",
  "server.close([callback])",
  "server.connections",
  "server.getConnections(callback)",
  "server.listen()",
  "server.listen(handle)",
  "server.listen(options)",
  "server.listen(path)",
  "server.listen(port, host)",
  "server.listening",
  "server.maxConnections",
  "server.ref()",
  "server.unref()",
  "Class: net.Socket",
  "new net.Socket([options])",
  "Event: 'close' (socket)",
  "Event: 'connect'",
  "Event: 'data'",
  "Event: 'drain'",
  "Event: 'end'",
  "Event: 'error' (socket)",
  "Event: 'lookup'",
  "Event: 'timeout'",
  "socket.address()",
  "socket.bufferSize",
  "socket.bytesRead",
  "socket.bytesWritten",
  "socket.connect()",
  "socket.connect(options)",
  "socket.connect(path)",
  "socket.connect(port, host)",
  "socket.connecting",
  "socket.destroy([exception])",
  "socket.destroyed",
  "socket.end([data][, encoding])",
  "socket.localAddress",
  "socket.localPort",
  "socket.pause()",
  "socket.ref()",
  "socket.remoteAddress",
  "socket.remoteFamily",
  "socket.remotePort",
  "socket.resume()",
  "socket.setEncoding([encoding])",
  "socket.setKeepAlive()",
  "socket.setNoDelay()",
  "socket.setTimeout()",
  "socket.unref()",
  "socket.write()",
  "net.connect()",
  "net.connect(options)",
  "net.connect(path)",
  "net.connect(port, host)",
  "net.createConnection()",
  "net.createConnection(options)",
  "net.createConnection(path)",
  "net.createConnection(port, host)",
  "net.createServer()",
  "net.isIP(input)",
  "net.isIPv4(input)",
  "net.isIPv6(input)",
}

-- What is no pair in the directory.
local OTHERS = { prelude = true, run = true }

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

-- The rows of the table: heading, pairs and state, as text.
local function rows()
  local list = {}
  for line in read(DIR .. "COVERAGE.md"):gmatch("[^\n]+") do
    local heading, pairsText, state = line:match("^| (.-) | (.-) | (.-) |$")
    if heading and heading ~= "heading" and not heading:find("^%-") then
      list[#list + 1] = { heading = heading, pairs = pairsText, state = state }
    end
  end
  return list
end

-- The names of the files of a directory that end so, without that ending.
local function names(dir, ending)
  local found = {}
  for file in lfs.dir(dir) do
    local name = file:match("^(.*)%." .. ending .. "$")
    if name and not OTHERS[name] then found[#found + 1] = name end
  end
  table.sort(found)
  return found
end

describe("COVERAGE.md", function()
  local coverage = rows()
  local programs = names(DIR, "js")
  local isPair = {}
  for _, name in ipairs(programs) do isPair[name] = true end

  it("is about pairs: a program for node, one for lnet, and the recorded trace of node", function()
    assert.same(programs, names(DIR, "lua"))
    assert.same(programs, names(DIR .. "expected", "txt"))
  end)

  it("names each pair", function()
    local named, missing = {}, {}
    for _, row in ipairs(coverage) do
      for name in row.pairs:gmatch("[%w_]+") do named[name] = true end
    end
    for _, name in ipairs(programs) do
      if not named[name] then missing[#missing + 1] = name end
    end
    assert.same({}, missing)
  end)

  it("names nothing but pairs, or says where else a heading is tested", function()
    local wrong = {}
    for _, row in ipairs(coverage) do
      for name in row.pairs:gmatch("[%w_]+") do
        if not isPair[name] then wrong[#wrong + 1] = row.heading .. ": " .. name end
      end
      local without = row.pairs == "–"
      if without ~= (row.state:find("^elsewhere; ") ~= nil) then
        wrong[#wrong + 1] = row.heading .. ": " .. row.pairs .. " is " .. row.state
      elseif not without and not row.state:find("^pass") and not row.state:find("^open") then
        wrong[#wrong + 1] = row.heading .. ": " .. row.state
      end
    end
    for name in read(DIR .. "COVERAGE.md"):gmatch("%((%l+_[%l%d_]+)%)") do
      if not isPair[name] then wrong[#wrong + 1] = "in the text: " .. name end
    end
    assert.same({}, wrong)
  end)

  it("has the headings of the page, in its order, then parts of API.md", function()
    local headings = {}
    for i, row in ipairs(coverage) do
      if i <= #HEADINGS then
        headings[i] = row.heading
      else
        assert.matches("^API%.md %d: ", row.heading)
      end
    end
    assert.same(HEADINGS, headings)
  end)
end)
