--- Other processes: commands that are waited for, servers that stay, tools that answer lines.
-- All end after a time, and with us; only what was started here is ended, by its id.
local process = {}

-- A word as the shell takes it literally.
local function quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

local function line(words)
  local quoted = {}
  for i, word in ipairs(words) do quoted[i] = quote(word) end
  return table.concat(quoted, " ")
end

local function take(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  os.remove(path)
  return (text:gsub("%s+$", ""))
end

local Child = {}
Child.__index = Child

-- Starts words with standard input from the file `input`, for `seconds` at most.
local function start(words, seconds, input)
  local self = setmetatable({ words = words, errors = os.tmpname() }, Child)
  -- The inner shell becomes the command, so the number that it prints is the command's.
  local inner = "echo $$; ulimit -n $(ulimit -H -n); exec " .. line(words)
  local outer = "exec setpriv --pdeathsig TERM timeout -k 1 %d sh -c %s <%s 2>%s"
  self.pipe = assert(io.popen(outer:format(seconds, quote(inner), input, self.errors), "r"))
  return self
end

-- Waits for its end. Returns whether it was a success, and what it wrote on standard error.
local function finish(self)
  local ok, how, code = self.pipe:close()
  local said = take(self.errors)
  if not ok and said == "" then said = ("%s: %s %d"):format(self.words[1], how, code) end
  return ok, said
end

--- Runs to the end. Returns what it printed, or nil and why not.
function process.run(words, seconds)
  local child = start(words, seconds, "/dev/null")
  child.pipe:read("l") -- its id
  local printed = child.pipe:read("a")
  local ok, said = finish(child)
  if not ok then return nil, said end
  return printed
end

--- Starts a server that prints its port. Returns it (`pid`, `port`), or nil and why not.
function process.serve(words, seconds)
  local child = start(words, seconds, "/dev/null")
  child.pid = child.pipe:read("n")
  child.port = child.pipe:read("n")
  if child.port then return child end
  return nil, child:stop()
end

--- Ends it, and returns what it wrote on standard error.
function Child:stop()
  if self.pid then os.execute(("kill %d 2>/dev/null"):format(self.pid)) end
  local _, said = finish(self)
  return said
end

--- Starts a tool that answers each line with a line.
function process.tool(words, seconds)
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute("mkfifo -m 600 " .. path))
  local child = start(words, seconds, path)
  child.input = assert(io.open(path, "w")) -- waits until the shell has opened it
  os.remove(path)
  child.pipe:read("l") -- its id
  return child
end

--- The answer to a line, or nil and why there is none: the tool has ended then.
function Child:ask(question)
  self.input:write(question, "\n")
  self.input:flush()
  local answer = self.pipe:read("l")
  if answer then return answer end
  self.input:close()
  local _, said = finish(self)
  return nil, said
end

--- Asks a tool to end. Returns true, or nil and why that was no success. (Closing its input would
-- not do: what was started later has inherited it.)
function Child:leave()
  self.input:write("end\n")
  self.input:close()
  local ok, said = finish(self)
  if not ok then return nil, said end
  return true
end

return process
