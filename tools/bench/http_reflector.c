// The limit for an HTTP server on one core: receives, sends one constant answer, looks at nothing.
// build: gcc -O2 -o http_reflector http_reflector.c   usage: http_reflector PORT   (127.0.0.1, until killed)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char kBody[] =
    "{\"dns\":[{\"host\":\"pull.live.example\",\"ips\":[\"10.0.0.1\",\"10.0.0.2\"],\"type\":1,"
    "\"ttl\":60,\"origin_ttl\":60,\"client_ip\":\"192.0.2.39\"}]}";

static void Watch(int set, int fd, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static void AcceptAll(int set, int listener) {
  const int on = 1;
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Watch(set, fd, EPOLLIN | EPOLLET);
  }
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  char answer[512];
  const int answer_bytes =
      snprintf(answer, sizeof answer,
               "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
               "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
               sizeof kBody - 1, kBody);
  const int on = 1;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_port = htons((unsigned short)atoi(argv[1])),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr*)&at, sizeof at) != 0 || listen(listener, 512) != 0) {
    perror("http_reflector");
    return 1;
  }
  const int set = epoll_create1(0);
  Watch(set, listener, EPOLLIN);
  struct epoll_event events[64];
  char request[4096];
  for (;;) {
    const int count = epoll_wait(set, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        AcceptAll(set, listener);
        continue;
      }
      const ssize_t n = recv(fd, request, sizeof request, 0);
      if (n > 0) send(fd, answer, (size_t)answer_bytes, MSG_NOSIGNAL);
      if (n == 0) close(fd);
    }
  }
}
