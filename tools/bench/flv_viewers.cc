// HTTP-FLV viewers, many in one thread, that read when each frame was sent (live_publishers), for
// tools/bench/relay_speed.
//
//   flv_viewers PORT STREAMS VIEWERS SECONDS [QUERY]     viewer i plays live/bench(i mod STREAMS).flv
//
// Prints, once all have been flowing for SECONDS: viewers that flow, Mbit/s, time from the request to the first whole
// keyframe, and the delay of live frames from their publisher's send to the viewer's whole tag. Delays include the
// waiting of this program for its core: "own work" says how long its longest turns were.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

constexpr char kStamp[] = "NCSTAMP1";
constexpr size_t kStampAt = 10;
constexpr size_t kTagHeader = 11;
constexpr size_t kTagTail = 4;
constexpr size_t kSeen = kTagHeader + kStampAt + 16;  // as much of a tag as is looked at
constexpr size_t kAtOnce = 20;  // connections opened before the next look at the others

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

struct Viewer {
  int fd = -1;
  int64_t asked_ns = 0;
  int64_t key_ns = 0;  // 0: no whole keyframe yet
  uint64_t tags = 0;
  size_t line = 0;  // bytes of the HTTP header's line so far
  bool in_header = true;
  size_t skip = 0;  // bytes that nobody looks at
  size_t seen_size = 0;
  size_t seen_wanted = kTagHeader;
  bool key = false;     // the tag that is skipped now is a keyframe
  int64_t sent_ns = 0;  // of that tag, 0 = not stamped
  uint8_t seen[kSeen];
};

struct Tally {
  std::vector<float> delays_ms;
  uint64_t bytes = 0;
  bool counting = false;
};

size_t TagBytes(const Viewer& viewer) {
  const uint8_t* tag = viewer.seen;
  return size_t{tag[1]} << 16 | size_t{tag[2]} << 8 | tag[3];
}

void EndTag(Viewer* viewer, int64_t now_ns, Tally* tally) {
  ++viewer->tags;
  if (viewer->key && viewer->key_ns == 0) viewer->key_ns = now_ns;
  // What was sent before this viewer asked came from the cache.
  if (tally->counting && viewer->sent_ns > viewer->asked_ns) {
    tally->delays_ms.push_back(static_cast<float>(now_ns - viewer->sent_ns) / 1e6f);
  }
  viewer->seen_size = 0;
  viewer->seen_wanted = kTagHeader;
  viewer->key = false;
  viewer->sent_ns = 0;
}

// The head of a tag is there: looks at it, and lets the rest be skipped.
void LookAtTag(Viewer* viewer) {
  const size_t payload = TagBytes(*viewer);
  const bool picture = (viewer->seen[0] & 31) == 9;
  const bool stamped = payload > kStampAt + 16;
  if (stamped && viewer->seen_wanted == kTagHeader) {
    viewer->seen_wanted = kSeen;
    return;
  }
  if (stamped) {
    viewer->key = picture && viewer->seen[kTagHeader] >> 4 == 1;
    if (std::memcmp(viewer->seen + kTagHeader + kStampAt, kStamp, 8) == 0) {
      std::memcpy(&viewer->sent_ns, viewer->seen + kTagHeader + kStampAt + 8, 8);
    }
  }
  viewer->skip = payload + kTagHeader + kTagTail - viewer->seen_wanted;
}

// Past the HTTP header's blank line and the FLV header; how many bytes that took.
size_t SkipHeader(Viewer* viewer, const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (bytes[i] == '\n') {
      if (viewer->line == 0) {
        viewer->in_header = false;
        viewer->skip = 9 + 4;
        viewer->seen_wanted = 0;  // this skip ends no tag
        return i + 1;
      }
      viewer->line = 0;
    } else if (bytes[i] != '\r') {
      ++viewer->line;
    }
  }
  return size;
}

void Take(Viewer* viewer, const uint8_t* bytes, size_t size, int64_t now_ns, Tally* tally) {
  if (viewer->in_header) {
    const size_t header = SkipHeader(viewer, bytes, size);
    bytes += header;
    size -= header;
  }
  while (size > 0) {
    if (viewer->skip > 0) {
      const size_t part = std::min(size, viewer->skip);
      bytes += part;
      size -= part;
      viewer->skip -= part;
      if (viewer->skip > 0) return;
      if (viewer->seen_wanted > 0) EndTag(viewer, now_ns, tally);
      viewer->seen_wanted = kTagHeader;
      continue;
    }
    const size_t part = std::min(size, viewer->seen_wanted - viewer->seen_size);
    std::memcpy(viewer->seen + viewer->seen_size, bytes, part);
    viewer->seen_size += part;
    bytes += part;
    size -= part;
    if (viewer->seen_size == viewer->seen_wanted) LookAtTag(viewer);
  }
}

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "flv_viewers: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

class Viewers {
 public:
  Viewers(int port, uint32_t streams, size_t count, std::string query)
      : port_(port),
        streams_(streams),
        query_(std::move(query)),
        viewers_(count),
        bytes_(1 << 20) {}

  void OpenSome() {
    for (size_t i = 0; i < kAtOnce && opened_ < viewers_.size(); ++i) Open(opened_++);
  }

  bool all_opened() const { return opened_ == viewers_.size(); }

  void Turn() {
    epoll_event events[256];
    const int count = ::epoll_wait(epoll_, events, 256, 10);
    const int64_t began_ns = NowNs();
    for (int i = 0; i < count; ++i) {
      Viewer* viewer = static_cast<Viewer*>(events[i].data.ptr);
      const ssize_t got = ::recv(viewer->fd, bytes_.data(), bytes_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) {
        ::close(viewer->fd);
        viewer->fd = -1;
        continue;
      }
      tally.bytes += static_cast<uint64_t>(got);
      Take(viewer, bytes_.data(), static_cast<size_t>(got), NowNs(), &tally);
    }
    if (tally.counting) turns_ms_.push_back(static_cast<float>(NowNs() - began_ns) / 1e6f);
  }

  void Report(double seconds) {
    std::vector<float> keys_ms;
    size_t flowing = 0;
    for (const Viewer& viewer : viewers_) {
      flowing += viewer.fd >= 0 && viewer.tags > 10;
      if (viewer.key_ns != 0)
        keys_ms.push_back(static_cast<float>(viewer.key_ns - viewer.asked_ns) / 1e6f);
    }
    std::printf("flowing %zu of %zu, %.0f Mbit/s", flowing, viewers_.size(),
                static_cast<double>(tally.bytes) * 8 / seconds / 1e6);
    Print("first keyframe", &keys_ms);
    Print("delay of live frames", &tally.delays_ms);
    Print("own work per turn", &turns_ms_);
    std::printf("\n");
  }

  Tally tally;

 private:
  static void Print(const char* what, std::vector<float>* values) {
    if (values->empty()) return;
    std::sort(values->begin(), values->end());
    const auto at = [&](double share) {
      return (*values)[static_cast<size_t>(share * static_cast<double>(values->size() - 1))];
    };
    std::printf("; %s p50 %.1f p99 %.1f max %.1f ms", what, at(0.5), at(0.99), at(1));
  }

  void Open(size_t i) {
    Viewer* viewer = &viewers_[i];
    viewer->fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port_));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string request = "GET /live/bench" + std::to_string(i % streams_) + ".flv" + query_ +
                                " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n";
    viewer->asked_ns = NowNs();
    if (viewer->fd < 0 || ::connect(viewer->fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 ||
        ::send(viewer->fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
      Fail("connect");
    }
    epoll_event event{.events = EPOLLIN, .data = {.ptr = viewer}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, viewer->fd, &event);
  }

  const int port_;
  const uint32_t streams_;
  const std::string query_;
  const int epoll_ = ::epoll_create1(0);
  std::vector<Viewer> viewers_;
  std::vector<uint8_t> bytes_;
  std::vector<float> turns_ms_;
  size_t opened_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: flv_viewers PORT STREAMS VIEWERS SECONDS [QUERY]\n");
    return 2;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  Viewers viewers(std::atoi(argv[1]), static_cast<uint32_t>(std::atoi(argv[2])),
                  static_cast<size_t>(std::atoi(argv[3])), argc > 5 ? argv[5] : "");
  const double seconds = std::atof(argv[4]);
  while (!viewers.all_opened()) {
    viewers.OpenSome();
    viewers.Turn();
  }
  const int64_t settled_ns = NowNs() + 2'000'000'000;  // the caches have been sent by then
  while (NowNs() < settled_ns) viewers.Turn();
  std::printf("all opened\n");
  std::fflush(stdout);
  viewers.tally.bytes = 0;
  viewers.tally.counting = true;
  const int64_t end_ns = NowNs() + static_cast<int64_t>(seconds * 1e9);
  while (NowNs() < end_ns) viewers.Turn();
  viewers.Report(seconds);
  return 0;
}
