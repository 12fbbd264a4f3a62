--- sockopt(socket, name): what the kernel has as an option of a socket, for example "TCP_KEEPIDLE".
local built = package.searchpath("lnet.core", package.cpath):match("^(.*)/lnet/core")
local get = assert(package.loadlib(built .. "/spec/sockopt.so", "luaopen_sockopt"))()

return function(socket, name) return get(socket.fd, name) end
