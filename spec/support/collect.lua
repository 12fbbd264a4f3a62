--- collect(socket): notes what `socket` receives; the function returned gives it as one string.
return function(socket)
  local pieces = {}
  socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
  return function() return table.concat(pieces) end
end
