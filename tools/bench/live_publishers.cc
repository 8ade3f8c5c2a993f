// Publishers over RTMP, many in one thread, whose frames carry the time at which they were sent, for
// tools/bench/relay_speed.
//
//   live_publishers live  PORT STREAMS SECONDS [KBIT_PER_S]    live/bench0 … : 25 pictures/s, GOPs of 2 s, 43 sounds/s
//   live_publishers churn PORT NAMES [AT_ONCE]                 each of so many names published for a moment, then ended
//
// A frame's bytes from kStampAt on: 8 bytes of kStamp, then CLOCK_MONOTONIC in nanoseconds, little-endian; flv_viewers
// reads them. Each hundred connections come from an address of their own.
#include <arpa/inet.h>
#include <fcntl.h>
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
#include <deque>
#include <string>
#include <vector>

namespace {

constexpr char kStamp[] = "NCSTAMP1";
constexpr size_t kStampAt = 10;  // after the AVC header, the NAL unit's length and its first byte
constexpr uint8_t kAvcHeader[] = {
    0x17, 0,    0,    0,    0,    0x01, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x42, 0xc0,
    0x1e, 0xd9, 0x00, 0xd8, 0x3d, 0xe6, 0xf0, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03,
    0x00, 0x32, 0x0f, 0x16, 0x2e, 0x48, 0x01, 0x00, 0x05, 0x68, 0xcb, 0x83, 0xcb, 0x20};
constexpr uint8_t kAacHeader[] = {0xaf, 0x00, 0x12, 0x10};

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "live_publishers: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

std::string BigEndian(uint32_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

// One whole message in one chunk: the chunk size is set above any message's.
std::string Message(uint8_t type, uint32_t time_ms, uint32_t stream, const std::string& payload) {
  std::string out(1, type == 9 ? 6 : type == 8 ? 4 : 3);
  out += BigEndian(time_ms, 3) + BigEndian(static_cast<uint32_t>(payload.size()), 3);
  out.push_back(static_cast<char>(type));
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(stream >> (8 * i)));
  return out + payload;
}

std::string Amf(const std::string& text) {
  return std::string(1, '\2') + BigEndian(static_cast<uint32_t>(text.size()), 2) + text;
}

std::string Amf(double number) {
  uint64_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  std::string out(1, '\0');
  for (int i = 7; i >= 0; --i) out.push_back(static_cast<char>(bits >> (8 * i)));
  return out;
}

// C2 is whatever: nobody compares it.
std::string Opening(const std::string& name) {
  const std::string null(1, '\5');
  const std::string connect = Amf("connect") + Amf(1) + std::string(1, '\3') + BigEndian(3, 2) +
                              "app" + Amf("live") + BigEndian(9, 3);
  return std::string(1536, '\0') + Message(1, 0, 0, BigEndian(1 << 20, 4)) +
         Message(20, 0, 0, connect) + Message(20, 0, 0, Amf("createStream") + Amf(2) + null) +
         Message(20, 0, 1, Amf("publish") + Amf(3) + null + Amf(name) + Amf("live"));
}

std::string Headers() {
  const auto text = [](const auto& bytes) {
    return std::string(reinterpret_cast<const char*>(bytes), sizeof bytes);
  };
  return Message(9, 0, 1, text(kAvcHeader)) + Message(8, 0, 1, text(kAacHeader));
}

void Stamp(std::string* body) {
  const int64_t now_ns = NowNs();
  std::memcpy(body->data() + kStampAt, kStamp, 8);
  std::memcpy(body->data() + kStampAt + 8, &now_ns, 8);
}

std::string Picture(bool key, uint32_t time_ms, size_t bytes) {
  std::string body(bytes, 'x');
  body[0] = key ? 0x17 : 0x27;
  body[1] = 1;
  body[2] = body[3] = body[4] = 0;
  const std::string length = BigEndian(static_cast<uint32_t>(bytes - 9), 4);
  std::memcpy(&body[5], length.data(), 4);
  body[9] = key ? 0x65 : 0x41;
  Stamp(&body);
  return Message(9, time_ms, 1, body);
}

std::string Sound(uint32_t time_ms) {
  std::string body(186, 'y');
  body[0] = static_cast<char>(0xaf);
  body[1] = 1;
  Stamp(&body);
  return Message(8, time_ms, 1, body);
}

struct Peer {
  int fd = -1;
  uint32_t number = 0;
  size_t answered = 0;  // bytes
  std::string out;      // what the socket has not taken
  int64_t frames = 0;   // pictures sent
  int64_t sounds = 0;
};

int Dial(int port, uint32_t number) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  const linger at_once = {1, 0};
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(0x7f020001 + number / 100 % 200);
  sockaddr_in to = from;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0 ||
      ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    Fail("connect");
  }
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

// False when the relay has closed.
bool Flush(Peer* peer) {
  while (!peer->out.empty()) {
    const ssize_t sent = ::send(peer->fd, peer->out.data(), peer->out.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    peer->out.erase(0, static_cast<size_t>(sent));
  }
  return true;
}

bool ReadAnswers(Peer* peer) {
  static char bytes[65536];
  while (true) {
    const ssize_t got = ::recv(peer->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    peer->answered += static_cast<size_t>(got);
  }
}

class Publishers {
 public:
  explicit Publishers(int port) : port_(port), epoll_(::epoll_create1(0)) {}

  Peer* Open(uint32_t number) {
    peers_.push_back({});
    Peer* peer = &peers_.back();
    peer->number = number;
    Reopen(peer);
    return peer;
  }

  void Reopen(Peer* peer) {
    const uint32_t number = peer->number;
    *peer = {};
    peer->number = number;
    peer->fd = Dial(port_, number);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = peer}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, peer->fd, &event);
    peer->out = '\3' + std::string(1536, '\0');
    Flush(peer);
  }

  // Calls `ready` for whoever has been answered; waits at most `ms`.
  template <typename Ready>
  void Wait(int ms, Ready ready) {
    epoll_event events[256];
    const int count = ::epoll_wait(epoll_, events, 256, ms);
    for (int i = 0; i < count; ++i) {
      Peer* peer = static_cast<Peer*>(events[i].data.ptr);
      if (!ReadAnswers(peer)) Fail("the relay closed a publisher");
      ready(peer);
    }
  }

  std::deque<Peer>& peers() { return peers_; }

 private:
  const int port_;
  const int epoll_;
  std::deque<Peer> peers_;
};

constexpr size_t kHandshakeBytes = 3073;

// What is due of a stream that began `since_ns` ago.
void SendDue(Peer* peer, int64_t since_ns, size_t inter_bytes) {
  for (; peer->frames * 40'000'000 <= since_ns; ++peer->frames) {
    const bool key = peer->frames % 50 == 0;
    peer->out +=
        Picture(key, static_cast<uint32_t>(peer->frames * 40), key ? 8 * inter_bytes : inter_bytes);
  }
  for (; peer->sounds * 23'219'955 <= since_ns; ++peer->sounds) {
    peer->out += Sound(static_cast<uint32_t>(peer->sounds * 23'219'955 / 1'000'000));
  }
  if (!Flush(peer)) Fail("the relay closed a publisher");
}

int Live(int port, uint32_t streams, double seconds, int kbit_per_s) {
  Publishers publishers(port);
  const size_t inter_bytes =
      static_cast<size_t>(kbit_per_s) * 250 / 57;  // 50 pictures weigh as 57 in 2 s
  for (uint32_t i = 0; i < streams; ++i) {
    Peer* peer = publishers.Open(i);
    while (peer->answered < kHandshakeBytes) publishers.Wait(1000, [](Peer*) {});
    peer->out = Opening("bench" + std::to_string(i)) + Headers();
    if (!Flush(peer)) Fail("the relay closed a publisher");
  }
  std::printf("publishing %u\n", streams);
  std::fflush(stdout);
  const int64_t began_ns = NowNs();
  while (NowNs() - began_ns < seconds * 1e9) {
    publishers.Wait(1, [](Peer*) {});
    // Spread over the 40 ms of a picture, as independent broadcasters are.
    for (Peer& peer : publishers.peers()) {
      const int64_t since_ns = NowNs() - began_ns - 40'000'000LL * peer.number / streams;
      if (since_ns >= 0) SendDue(&peer, since_ns, inter_bytes);
    }
  }
  return 0;
}

int Churn(int port, uint32_t names, uint32_t at_once) {
  Publishers publishers(port);
  uint32_t next = 0;
  uint32_t done = 0;
  const int64_t began_ns = NowNs();
  for (; next < at_once && next < names; ++next) publishers.Open(next);
  while (done < names) {
    publishers.Wait(1000, [&](Peer* peer) {
      if (peer->answered < kHandshakeBytes || peer->fd < 0) return;
      const std::string ended =
          Message(20, 0, 0, Amf("deleteStream") + Amf(4) + std::string(1, '\5') + Amf(1));
      if (peer->frames == 0) {
        peer->frames = 1;
        peer->out = Opening("churn" + std::to_string(peer->number)) + Headers() +
                    Picture(true, 0, 2000) + Sound(1) + ended;
        if (!Flush(peer)) Fail("the relay closed a publisher");
        return;
      }
      // createStream's and publish's answers: all that was sent before them has been read.
      if (peer->answered < kHandshakeBytes + 300) return;
      ::close(peer->fd);
      peer->fd = -1;
      if (++done % 100'000 == 0) {
        std::printf("%u names, %.0f a second\n", done, done / ((NowNs() - began_ns) / 1e9));
        std::fflush(stdout);
      }
      if (next >= names) return;
      peer->number = next++;
      publishers.Reopen(peer);
    });
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const std::string mode = argc > 3 ? argv[1] : "";
  if (mode == "live" && argc > 4) {
    return Live(std::atoi(argv[2]), static_cast<uint32_t>(std::atoi(argv[3])), std::atof(argv[4]),
                argc > 5 ? std::atoi(argv[5]) : 800);
  }
  if (mode == "churn") {
    return Churn(std::atoi(argv[2]), static_cast<uint32_t>(std::atoi(argv[3])),
                 argc > 4 ? static_cast<uint32_t>(std::atoi(argv[4])) : 64);
  }
  std::fprintf(stderr,
               "usage: live_publishers live PORT STREAMS SECONDS [KBIT_PER_S] | churn PORT NAMES "
               "[AT_ONCE]\n");
  return 2;
}
