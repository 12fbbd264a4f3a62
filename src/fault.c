/* The error objects for faults of streams: node's codes and messages. */
#include "fault.h"
#include "error.h"

static const char *const syscalls[] = {"read", "write", "shutdown", "accept", "reset", "open"};

static const struct {
  const char *code;
  const char *message;
} texts[] = {
    [LNET_FAULT_FIN] = {"EPIPE", "This socket has been ended by the other party"},
    [LNET_FAULT_WRITE_AFTER_END] = {"ERR_STREAM_WRITE_AFTER_END", "write after end"},
    [LNET_FAULT_DESTROYED_WRITE] = {"ERR_STREAM_DESTROYED",
                                    "Cannot call write after a stream was destroyed"},
    [LNET_FAULT_DESTROYED_END] = {"ERR_STREAM_DESTROYED",
                                  "Cannot call end after a stream was destroyed"},
    [LNET_FAULT_FINISHED] = {"ERR_STREAM_ALREADY_FINISHED",
                             "Cannot call end after a stream was finished"},
    [LNET_FAULT_CLOSED] = {"ERR_SOCKET_CLOSED", "Socket is closed"},
    [LNET_FAULT_CLOSED_BEFORE_CONNECTION] = {"ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
                                             "Socket closed before the connection was established"},
    [LNET_FAULT_UNSHIFT_AFTER_END] = {"ERR_STREAM_UNSHIFT_AFTER_END_EVENT",
                                      "stream.unshift() after end event"},
};

void lnet_fault_push(lua_State *L, lnet_fault fault) {
  if (fault.kind == LNET_FAULT_NONE)
    lua_pushnil(L);
  else if (fault.kind == LNET_FAULT_SYSTEM)
    lnet_error_push_system(L, fault.code, syscalls[fault.syscall], NULL, 0);
  else
    lnet_error_push(L, "Error", texts[fault.kind].code, texts[fault.kind].message);
}
