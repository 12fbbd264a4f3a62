/* The reference: C on libuv, as little as does the work. One static read buffer, uv_try_write
 * first, uv_write for what is left. libuv MODE; prints its port. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
  BACKLOG = 511,
  BLOCK = 64 * 1024, /* of `source` */
  BLOCKS = 256,      /* for each byte received */
  BURST = 16,        /* blocks that one callback writes at most */
  IDLE_MS = 30000,
};

struct conn {
  uv_tcp_t tcp;
  uint64_t count;    /* sink: bytes received; source: bytes to send */
  uv_timer_t idle[]; /* `timed`: one */
};

/* What the kernel did not take. */
struct rest {
  uv_write_t req;
  char bytes[];
};

static uv_loop_t *loop;
static uv_read_cb on_read;
static size_t conn_size = sizeof(struct conn);
static int timed, nodelay;
static char incoming[64 * 1024];
static char block[BLOCK];

static void check(int status, const char *what) {
  if (status >= 0) return;
  fprintf(stderr, "libuv: %s: %s\n", what, uv_strerror(status));
  exit(1);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
  (void)handle;
  (void)size;
  *buf = uv_buf_init(incoming, sizeof incoming);
}

static void on_close(uv_handle_t *handle) {
  free(handle->data);
}

static void on_idle_close(uv_handle_t *handle) {
  struct conn *c = handle->data;
  uv_close((uv_handle_t *)&c->tcp, on_close);
}

static void close_conn(struct conn *c) {
  if (uv_is_closing((uv_handle_t *)(timed ? (void *)c->idle : &c->tcp))) return;
  if (timed) {
    uv_close((uv_handle_t *)c->idle, on_idle_close);
  } else {
    uv_close((uv_handle_t *)&c->tcp, on_close);
  }
}

static void on_idle(uv_timer_t *timer) {
  close_conn(timer->data);
}

static void on_rest(uv_write_t *req, int status) {
  struct conn *c = req->handle->data;
  free(req);
  if (status < 0) {
    close_conn(c);
  } else {
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
  }
}

/* Reads no more until the kernel has what it does not take now. */
static void send_all(struct conn *c, char *bytes, size_t len) {
  uv_buf_t buf = uv_buf_init(bytes, (unsigned)len);
  int n = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
  if (n == (int)len) return;
  if (n == UV_EAGAIN) n = 0;
  if (n < 0) {
    close_conn(c);
    return;
  }
  struct rest *rest = malloc(sizeof *rest + len - (size_t)n);
  if (rest == NULL) abort();
  memcpy(rest->bytes, bytes + n, len - (size_t)n);
  buf = uv_buf_init(rest->bytes, (unsigned)(len - (size_t)n));
  uv_read_stop((uv_stream_t *)&c->tcp);
  if (uv_write(&rest->req, (uv_stream_t *)&c->tcp, &buf, 1, on_rest) < 0) abort();
}

static void on_echo(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  struct conn *c = stream->data;
  if (n > 0) send_all(c, buf->base, (size_t)n);
  if (n < 0) close_conn(c);
}

static void on_timed(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  struct conn *c = stream->data;
  if (n > 0) uv_timer_again(c->idle);
  on_echo(stream, n, buf);
}

static void on_chop(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  static char pieces[][9] = {"piece 1\n", "piece 2\n", "piece 3\n", "piece 4\n",
                             "piece 5\n", "piece 6\n", "piece 7\n"};
  struct conn *c = stream->data;
  for (size_t i = 0; n > 0 && i < sizeof pieces / sizeof pieces[0]; i++) {
    send_all(c, pieces[i], sizeof pieces[i] - 1);
  }
  on_echo(stream, n, buf);
}

static void on_sent(uv_write_t *req, int status) {
  (void)status;
  close_conn(req->handle->data);
  free(req);
}

static void on_sink(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  struct conn *c = stream->data;
  (void)buf;
  if (n > 0) c->count += (uint64_t)n;
  if (n >= 0) return;
  if (n != UV_EOF) {
    close_conn(c);
    return;
  }
  struct rest *rest = malloc(sizeof *rest + 32);
  if (rest == NULL) abort();
  uv_buf_t text =
      uv_buf_init(rest->bytes, (unsigned)snprintf(rest->bytes, 32, "%" PRIu64, c->count));
  if (uv_write(&rest->req, stream, &text, 1, on_sent) < 0) abort();
}

static void send_blocks(struct conn *c);

static void on_block(uv_write_t *req, int status) {
  struct conn *c = req->handle->data;
  free(req);
  if (status < 0) {
    close_conn(c);
  } else {
    send_blocks(c);
  }
}

static void send_blocks(struct conn *c) {
  for (int i = 0; c->count > 0; i++) {
    uv_buf_t buf = uv_buf_init(block, BLOCK);
    int n = i < BURST ? uv_try_write((uv_stream_t *)&c->tcp, &buf, 1) : 0;
    if (n == UV_EAGAIN) n = 0;
    if (n < 0) {
      close_conn(c);
      return;
    }
    if (n == BLOCK) {
      c->count -= BLOCK;
      continue;
    }
    uv_write_t *req = malloc(sizeof *req);
    if (req == NULL) abort();
    c->count -= BLOCK;
    buf = uv_buf_init(block + n, BLOCK - (unsigned)n);
    if (uv_write(req, (uv_stream_t *)&c->tcp, &buf, 1, on_block) < 0) abort();
    return;
  }
}

static void on_source(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  struct conn *c = stream->data;
  (void)buf;
  if (n > 0) {
    const int idle = c->count == 0;
    c->count += (uint64_t)n * BLOCKS * BLOCK;
    if (idle) send_blocks(c);
  }
  if (n < 0) close_conn(c);
}

static void on_connection(uv_stream_t *server, int status) {
  check(status, "connection");
  struct conn *c = malloc(conn_size);
  if (c == NULL) abort();
  c->count = 0;
  check(uv_tcp_init(loop, &c->tcp), "uv_tcp_init");
  c->tcp.data = c;
  if (timed) {
    uv_timer_init(loop, c->idle);
    c->idle->data = c;
    uv_timer_start(c->idle, on_idle, IDLE_MS, IDLE_MS);
  }
  check(uv_accept(server, (uv_stream_t *)&c->tcp), "uv_accept");
  if (nodelay) uv_tcp_nodelay(&c->tcp, 1);
  uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

static void set_mode(const char *mode) {
  on_read = on_echo;
  if (strcmp(mode, "chop") == 0) {
    on_read = on_chop;
    nodelay = 1;
  } else if (strcmp(mode, "sink") == 0) {
    on_read = on_sink;
  } else if (strcmp(mode, "source") == 0) {
    on_read = on_source;
    for (unsigned i = 0; i < BLOCK; i++) {
      block[i] = (char)(i * 31 + i / 256 * 17);
    }
  } else if (strcmp(mode, "timed") == 0) {
    on_read = on_timed;
    timed = 1;
    conn_size += sizeof(uv_timer_t);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  set_mode(argv[1]);
  loop = uv_default_loop();
  uv_tcp_t server;
  struct sockaddr_in address;
  int len = sizeof address;
  check(uv_tcp_init(loop, &server), "uv_tcp_init");
  check(uv_ip4_addr("127.0.0.1", 0, &address), "uv_ip4_addr");
  check(uv_tcp_bind(&server, (struct sockaddr *)&address, 0), "uv_tcp_bind");
  check(uv_listen((uv_stream_t *)&server, BACKLOG, on_connection), "uv_listen");
  check(uv_tcp_getsockname(&server, (struct sockaddr *)&address, &len), "uv_tcp_getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return uv_run(loop, UV_RUN_DEFAULT);
}
