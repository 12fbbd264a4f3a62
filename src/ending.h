/* The end of the writing half of a stream: from finish() to 'finish'. */
#ifndef LNET_ENDING_H
#define LNET_ENDING_H

#include "stream.h"

/* Node's end() without arguments. [-0, +0, -] */
void lnet_ending_begin(lnet_stream *s);

/* Goes on with the end if one was asked for and nothing waits any more: node's finishMaybe. sync:
   inside a call of the user's. Returns whether the stream is still in the same life. [-0, +0, -] */
bool lnet_ending_maybe(lnet_stream *s, bool sync);

/* Sends the FIN, once there is a connection: node's _final. Returns as the one above.
   [-0, +0, -] */
bool lnet_ending_send_fin(lnet_stream *s);

/* Another process may have the descriptor from now on: closing it sends no FIN. [-0, +0, -] */
void lnet_ending_share(lnet_stream *s);

/* Its callback came while halted. [-0, +0, -] */
void lnet_ending_resume(lnet_stream *s);

#endif
