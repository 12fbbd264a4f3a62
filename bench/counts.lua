--- Instructions of a request and of a connection, by mode and peer of bench/lib/plan.lua.
-- Written by `make counts-renew`, compared by `make counts`.
return {
  ["instructions"] = {
    ["lnet-data"] = 2715,
    ["lnet-pipe"] = 831,
  },
  ["instructions-connect"] = {
    ["lnet-data"] = 8911,
    ["lnet-pipe"] = 47146,
  },
}
