--- What a BlockList costs: microseconds for adding a rule and for a check, by the number of rules.
-- lua5.4 bench/blocklist.lua [RULES], after `eval "$(make -s env)"`. One process, os.clock: no I/O.
local net = require("lnet")

local CHECKS = 200000
local most = tonumber(arg[1]) or 100000

local state = 1
local function random(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return (state >> 8) % n
end

local function v4()
  return ("%d.%d.%d.%d"):format(random(256), random(256), random(256), random(256))
end

local function v6()
  return ("2001:db8:%x:%x::%x"):format(random(65536), random(65536), random(65536))
end

-- As many of each: addresses, subnets, and ranges of up to 256 addresses, of both families.
local function addRule(list, i)
  local kind = i % 6
  if kind == 0 then
    list:addAddress(v4())
  elseif kind == 1 then
    list:addAddress(v6(), "ipv6")
  elseif kind == 2 then
    list:addSubnet(v4(), 20 + random(13))
  elseif kind == 3 then
    list:addSubnet(v6(), 48 + random(81), "ipv6")
  else
    local prefix = v4():match("^(.*%.)")
    local first = random(256)
    local last = first + random(256 - first)
    list:addRange(prefix .. first, prefix .. last)
  end
end

-- Microseconds for each of n calls.
local function time(n, call)
  local start = os.clock()
  for i = 1, n do call(i) end
  return (os.clock() - start) * 1e6 / n
end

local texts, addresses = {}, {}
for i = 1, CHECKS do
  texts[i] = v4()
  addresses[i] = net.SocketAddress({ address = v6(), family = "ipv6" })
end

local function measure(rules)
  local list = net.BlockList()
  local adding = time(rules, function(i) addRule(list, i) end)
  local found = 0
  local byText = time(CHECKS, function(i) if list:check(texts[i]) then found = found + 1 end end)
  local byAddress = time(CHECKS, function(i) list:check(addresses[i]) end)
  print(("%7d rules: add %.2f us, check of an IPv4 text %.2f us (%.0f%% blocked), "
    .. "of an IPv6 SocketAddress %.2f us"):format(rules, adding, byText, found * 100 / CHECKS,
    byAddress))
end

for _, rules in ipairs({ 100, 10000, most }) do measure(rules) end
