--- Instructions of a request and of a connection, by mode and peer of bench/lib/plan.lua.
-- Written by `make counts-renew`, compared by `make counts`.
return {
  ["instructions"] = {
    ["lnet-data"] = 2767,
    ["lnet-pipe"] = 837,
  },
  ["instructions-connect"] = {
    ["lnet-data"] = 9584,
    ["lnet-pipe"] = 53771,
  },
}
