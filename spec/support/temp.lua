--- Names of files and sockets that a test may use; `clean` removes what is left of them.
local temp = {}

local names = {}

--- A path where nothing is yet, short enough for a Unix socket.
function temp.path()
  local name = os.tmpname()
  os.remove(name)
  names[#names + 1] = name
  return name
end

--- A file with the given bytes; returns its path.
function temp.file(bytes)
  local name = temp.path()
  local file = assert(io.open(name, "wb"))
  assert(file:write(bytes))
  assert(file:close())
  return name
end

--- The bytes of a file, nil when there is none.
function temp.read(name)
  local file = io.open(name, "rb")
  if not file then return nil end
  local bytes = file:read("a")
  file:close()
  return bytes
end

function temp.exists(name)
  return os.rename(name, name) ~= nil
end

function temp.clean()
  for i = #names, 1, -1 do
    os.remove(names[i])
    names[i] = nil
  end
end

return temp
