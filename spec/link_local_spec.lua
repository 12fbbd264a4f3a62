--- Link-local addresses mean nothing without their zone, the interface: they carry it everywhere.
-- What these programs print is what node v20 does, save for the last one.
local child = require("spec.support.child")

-- What the program prints, run where fe80::1 is an address of the loopback.
local function run(source)
  local process, reason = child.apart("local net = require('lnet')\n" .. source .. "\nnet.run()")
  if not process then return nil, reason end
  local ended = process:wait()
  assert.equal("", ended.err)
  assert.equal(0, ended.code)
  return ended.out
end

-- A test of what a program prints, pending where there can be no such network.
local function prints(title, expected, source)
  it(title, function()
    local out, reason = run(source)
    if not out then
      pending(reason)
      return
    end
    assert.equal(expected, out)
  end)
end

describe("a link-local address", function()
  prints("has its zone in all that a connection tells", [[
listens fe80::1%lo IPv6
near fe80::1%lo fe80::1%lo IPv6 fe80::1%lo
far fe80::1%lo fe80::1%lo IPv6 fe80::1%lo
]], [[
    local server
    server = net.createServer(function(far)
      far:on("end", function()
        print("far", far.remoteAddress, far.localAddress, far.remoteFamily, far:address().address)
      end)
      far:resume()
    end)
    print = function(...) io.write(table.concat({ ... }, " "), "\n") end
    server:listen(0, "fe80::1%lo", function()
      print("listens", server:address().address, server:address().family)
      local near
      near = net.connect(server:address().port, "fe80::1%lo", function()
        print("near", near.remoteAddress, near.localAddress, near.localFamily,
          near:address().address)
        near:finish()
      end)
      near:on("close", function() server:close() end)
    end)
  ]])

  prints("can be connected to as the other side's address, and bound to as the own one", [[
fe80::1%lo fe80::1%lo
]], [[
    local server = net.createServer():listen(0, "::")
    server:on("connection", function(far) far:resume() end)
    server:on("listening", function()
      local port = server:address().port
      local first
      first = net.connect(port, "fe80::1%lo", function()
        local second
        second = net.connect({ port = port, host = first.remoteAddress,
          localAddress = first.localAddress }, function()
          print((second.remoteAddress .. " " .. second.localAddress))
          first:destroy()
          second:destroy()
          server:close()
        end)
      end)
    end)
  ]])

  prints("has its zone in 'drop'", "fe80::1%lo IPv6 fe80::1%lo IPv6\n", [[
    local server = net.createServer(function(far) far:resume() end)
    server.maxConnections = 1
    local first
    server:on("drop", function(drop)
      io.write(drop.localAddress, " ", drop.localFamily, " ", drop.remoteAddress, " ",
        drop.remoteFamily, "\n")
      first:destroy()
      server:close()
    end)
    server:listen(0, "fe80::1%lo", function()
      first = net.connect(server:address().port, "fe80::1%lo", function()
        net.connect(server:address().port, "fe80::1%lo"):on("error", function() end)
      end)
    end)
  ]])

  prints("needs a zone that is the name of an interface", [[
connect EINVAL fe80::1:1 - Local (:::0)
connect EINVAL fe80::1%1:1 - Local (:::0)
connect EINVAL fe80::1%77:1 - Local (:::0)
connect EINVAL fe80::1%none:1 - Local (:::0)
connect ECONNREFUSED fe80::1%lo:1
bind EINVAL fe80::1
bind EINVAL fe80::1%1
bind EINVAL fe80::1%77
bind EINVAL fe80::1%none
connect ECONNREFUSED ::1:1
listen EINVAL: invalid argument fe80::1
listen EINVAL: invalid argument fe80::1%1
listen EINVAL: invalid argument fe80::1%77
listen EINVAL: invalid argument fe80::1%none
fe80::1%lo
]], [[
    local zones = { "", "%1", "%77", "%none", "%lo" }
    local steps = {}
    local function step()
      local next = table.remove(steps, 1)
      if next then next() end
    end
    local function tell(err)
      print(err.message)
      step()
    end
    for _, zone in ipairs(zones) do
      steps[#steps + 1] = function() net.connect(1, "fe80::1" .. zone):on("error", tell) end
    end
    for _, zone in ipairs(zones) do
      steps[#steps + 1] = function()
        net.connect({ port = 1, host = "::1", localAddress = "fe80::1" .. zone }):on("error", tell)
      end
    end
    for _, zone in ipairs(zones) do
      steps[#steps + 1] = function()
        local server = net.createServer()
        server:on("error", tell)
        server:listen(0, "fe80::1" .. zone, function()
          print(server:address().address)
          server:close()
          step()
        end)
      end
    end
    step()
  ]])

  prints("is blocked with any zone, by any side", [[
IP(fe80::1%lo) is blocked by net.BlockList
0 connections
]], [[
    local list = net.BlockList()
    list:addAddress("fe80::1%eth7", "ipv6")
    local server = net.createServer({ blockList = list })
    local connections = 0
    server:on("connection", function() connections = connections + 1 end)
    server:listen(0, "fe80::1%lo", function()
      local to = { port = server:address().port, host = "fe80::1%lo" }
      local near = net.connect(to)
      near:on("error", function() end)
      near:on("close", function()
        to.blockList = list
        net.connect(to):on("error", function(err)
          print(err.message)
          print(connections .. " connections")
          server:close()
        end)
      end)
    end)
  ]])

  -- isIP does not know such a zone, so it is looked up; node loses the zone there.
  prints("is connected to where the interface has a name that isIP does not take", [[
0
fe80::1%l_o
true fe80::1%l_o
]], [[
    assert(os.execute("unset LD_PRELOAD; ip link set lo down && ip link set lo name l_o && "
      .. "ip link set l_o up && ip -6 addr add fe80::1/64 dev l_o nodad && "
      .. "until ip -6 route get fe80::1 dev l_o >/dev/null 2>&1; do sleep 0.02; done"))
    print(net.isIP("fe80::1%l_o"))
    local server = net.createServer(function(far) far:finish() end)
    server:listen(0, "fe80::1%l_o", function()
      print(server:address().address)
      local near
      near = net.connect({ port = server:address().port, host = server:address().address,
        localAddress = "fe80::1%l_o" }, function()
        print((tostring(near.remoteAddress == near.localAddress) .. " " .. near.remoteAddress))
        near:destroy()
        server:close()
      end)
    end)
  ]])
end)
