// Clients that hold connections and ask nothing, a hundred from each loopback address, for tools/bench/hostile.
// build: gcc -O2 -o hostile_clients hostile_clients.c
// usage: hostile_clients PORT COUNT [TEXT]   Prints "holding N" once all are open, and holds them until killed. With TEXT,
//   each sends an octet of it a second, over and over, and comes back when it is cut off.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int Dial(int port, int number) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  const struct linger at_once = {1, 0};
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f010001 + number / 100)};
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_port = htons((unsigned short)port),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0 || bind(fd, (struct sockaddr*)&from, sizeof from) != 0 ||
      connect(fd, (struct sockaddr*)&to, sizeof to) != 0) {
    fprintf(stderr, "hostile_clients: connection %d: %s\n", number, strerror(errno));
    exit(1);
  }
  return fd;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int port = atoi(argv[1]), count = atoi(argv[2]);
  const char* const text = argc > 3 ? argv[3] : NULL;
  struct rlimit files = {(rlim_t)count + 100, (rlim_t)count + 100};
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  int* const fds = calloc((size_t)count, sizeof *fds);
  size_t* const sent = calloc((size_t)count, sizeof *sent);
  for (int i = 0; i < count; ++i) fds[i] = Dial(port, i);
  printf("holding %d\n", count);
  fflush(stdout);
  if (text == NULL) pause();
  // A tenth of them each tenth of a second.
  for (int turn = 0;; turn = (turn + 1) % 10) {
    const struct timespec tenth = {0, 100 * 1000 * 1000};
    nanosleep(&tenth, NULL);
    for (int i = turn; i < count; i += 10) {
      if (send(fds[i], text + sent[i] % strlen(text), 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) {
        ++sent[i];
        continue;
      }
      close(fds[i]);
      fds[i] = Dial(port, i);
      sent[i] = 0;
    }
  }
}
