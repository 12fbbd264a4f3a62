--- Other processes: servers that stay, commands that are waited for. All end by themselves after a
-- time, and only what was started here is ended, by its id.
local process = {}

--- A word as the shell takes it literally.
function process.quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

--- Words as one command of the shell.
function process.line(words)
  local quoted = {}
  for i, word in ipairs(words) do quoted[i] = process.quote(word) end
  return table.concat(quoted, " ")
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  os.remove(path)
  return text
end

local function start(words, seconds, errors)
  -- The inner shell becomes the command, so the number that it prints is the command's.
  local inner = "echo $$; ulimit -n $(ulimit -H -n); exec " .. process.line(words)
  return assert(io.popen(("exec timeout -k 1 %d sh -c %s 2>%s </dev/null"):format(seconds,
    process.quote(inner), errors), "r"))
end

--- Runs to the end, for `seconds` at most. Returns what it printed, or nil and why not.
function process.run(words, seconds)
  local errors = os.tmpname()
  local pipe = start(words, seconds, errors)
  pipe:read("l") -- its id
  local printed = pipe:read("a")
  local ok, how, code = pipe:close()
  local complaint = read(errors)
  if ok then return printed, complaint end
  if complaint == "" then complaint = ("%s: %s %d"):format(words[1], how, code) end
  return nil, (complaint:gsub("%s+$", ""))
end

local Server = {}
Server.__index = Server

--- Starts a server that prints its port. Returns it (`pid`, `port`), or nil and why not.
function process.serve(words, seconds)
  local self = setmetatable({ errors = os.tmpname() }, Server)
  self.pipe = start(words, seconds, self.errors)
  self.pid = self.pipe:read("n")
  self.port = self.pipe:read("n")
  if self.port then return self end
  return nil, self:stop()
end

--- Ends it and returns what it wrote on standard error.
function Server:stop()
  if self.pid then os.execute(("kill %d 2>/dev/null"):format(self.pid)) end
  self.pipe:close()
  return read(self.errors)
end

return process
