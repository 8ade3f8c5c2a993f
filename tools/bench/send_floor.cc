// The least that viewers of live streams can cost on this host: a bare loop that sends as many bytes as a relay
// does, over as many connections, as often, and does nothing else. For tools/bench/relay_speed floor.
//
//   send_floor PORT STREAMS KBIT_PER_S [EVERY_MS]
//
// Answers GET …/benchN.flv (flv_viewers) with one FLV tag each EVERY_MS (350), one send each, all viewers of
// a stream in turn; streams are spread over beats of 50 ms. What a stream sends is written into
// its own memory right before, over 12 s of it, as a cache that is kept is.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

constexpr int64_t kBeatNs = 50'000'000;
constexpr size_t kPiecesKept = 34;

struct Stream {
  std::vector<char> cache;
  size_t next = 0;
  std::vector<int> viewers;
};

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

int Listen(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 || ::listen(fd, 4096) != 0) {
    std::fprintf(stderr, "send_floor: port %d: %s\n", port, std::strerror(errno));
    std::exit(1);
  }
  return fd;
}

void AcceptAll(int listener, std::vector<Stream>* streams) {
  while (true) {
    const int fd = ::accept4(listener, nullptr, nullptr, 0);
    if (fd < 0) return;
    char request[2048] = "";
    if (::recv(fd, request, sizeof request - 1, 0) <= 0) {
      ::close(fd);
      continue;
    }
    const char* name = std::strstr(request, "/bench");
    const size_t stream = name == nullptr ? 0 : std::strtoul(name + 6, nullptr, 10);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::string head = "HTTP/1.1 200 OK\r\n\r\n" + std::string(13, '\0');
    ::send(fd, head.data(), head.size(), MSG_NOSIGNAL);
    (*streams)[stream % streams->size()].viewers.push_back(fd);
  }
}

// One tag of `bytes`, to all of its viewers.
void SendPiece(Stream* stream, const std::vector<char>& piece) {
  if (stream->cache.empty()) stream->cache.resize(piece.size() * kPiecesKept);
  char* at = stream->cache.data() + piece.size() * stream->next;
  stream->next = (stream->next + 1) % kPiecesKept;
  std::memcpy(at, piece.data(), piece.size());
  for (int& fd : stream->viewers) {
    if (::send(fd, at, piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 || errno == EAGAIN) continue;
    ::close(fd);
    fd = -1;
  }
  std::erase(stream->viewers, -1);
}

std::vector<char> Piece(size_t bytes) {
  std::vector<char> piece(bytes, 'x');
  const size_t payload = bytes - 15;
  piece[0] = 9;
  for (int i = 0; i < 3; ++i) piece[1 + i] = static_cast<char>(payload >> (16 - 8 * i));
  piece[11] = 0x17;
  return piece;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: send_floor PORT STREAMS KBIT_PER_S [EVERY_MS]\n");
    return 2;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const int listener = Listen(std::atoi(argv[1]));
  std::vector<Stream> streams(static_cast<size_t>(std::atoi(argv[2])));
  const int64_t every_ms = argc > 4 ? std::atoi(argv[4]) : 350;
  const std::vector<char> piece =
      Piece(static_cast<size_t>(std::atoi(argv[3])) * static_cast<size_t>(every_ms) / 8);
  const auto beats = static_cast<size_t>(every_ms * 1'000'000 / kBeatNs);
  const int epoll = ::epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (int64_t beat = NowNs() / kBeatNs;;) {
    const int64_t left_ms = ((beat + 1) * kBeatNs - NowNs() + 999'999) / 1'000'000;
    if (left_ms > 0) {
      if (::epoll_wait(epoll, &event, 1, static_cast<int>(left_ms)) > 0) {
        AcceptAll(listener, &streams);
      }
      continue;
    }
    ++beat;
    for (size_t i = static_cast<size_t>(beat) % beats; i < streams.size(); i += beats) {
      SendPiece(&streams[i], piece);
    }
  }
}
