std = "lua54"
max_line_length = 100
cache = false
files["**/*.rockspec"].std = "rockspec"
files["spec"].std = "+busted"
files["spec/conformance"].std = "lua54"
