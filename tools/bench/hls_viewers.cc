// HLS viewers, many in one thread, each on one connection that is kept: session, playlist, slice after slice as a
// player would, for tools/bench/relay_speed.
//
//   hls_viewers PORT NAME VIEWERS SECONDS RAMP_SECONDS [QUERY]
//
// A viewer begins three slices before the end of its first playlist, takes each slice once, and asks for the playlist
// again half a slice after it has taken the last one. Prints what was had in the SECONDS after the ramp, and how many
// viewers went without a new slice for longer than they could have played what they had ("starved").
#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
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
#include <functional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

enum class Asked : uint8_t { kNothing, kSession, kPlaylist, kSlice };

struct Slice {
  std::string path;
  int64_t number = 0;
  int64_t length_ns = 0;
};

struct Viewer {
  int fd = -1;
  Asked asked = Asked::kNothing;
  int64_t asked_ns = 0;
  std::string reply;  // header, and the body of anything but a slice
  size_t body_left = 0;
  bool in_body = false;
  std::string playlist_path;
  std::vector<Slice> slices;  // to be fetched, in reverse
  int64_t next_number = -1;
  int64_t playable_until_ns = 0;
};

struct Tally {
  bool counting = false;
  uint64_t playlists = 0, slices = 0, bytes = 0, refused = 0, starved = 0;
  std::vector<float> playlist_ms, slice_ms;
};

// Of http://host:port/path, or of a path.
std::string PathOf(const std::string& url, const std::string& base) {
  if (url.rfind("http://", 0) == 0) return url.substr(url.find('/', 7));
  if (url[0] == '/') return url;
  return base.substr(0, base.substr(0, base.find('?')).rfind('/') + 1) + url;
}

template <typename Take>
void ForEachLine(const std::string& text, Take take) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    take(text.substr(at, end - at));
    at = end + 1;
  }
}

class Viewers {
 public:
  Viewers(int port, const std::string& name, const std::string& query)
      : port_(port), entry_("/live/" + name + ".m3u8" + query) {}

  void Add() {
    viewers_.push_back(new Viewer);
    Viewer* viewer = viewers_.back();
    viewer->fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port_));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (viewer->fd < 0 || ::connect(viewer->fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      std::perror("hls_viewers: connect");
      std::exit(1);
    }
    epoll_event event{.events = EPOLLIN, .data = {.ptr = viewer}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, viewer->fd, &event);
    Ask(viewer, Asked::kSession, entry_);
  }

  size_t size() const { return viewers_.size(); }

  void Turn() {
    static std::vector<char> bytes(1 << 20);
    epoll_event events[256];
    const int count = ::epoll_wait(epoll_, events, 256, 2);
    for (int i = 0; i < count; ++i) {
      Viewer* viewer = static_cast<Viewer*>(events[i].data.ptr);
      const ssize_t got = ::recv(viewer->fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (got > 0) {
        tally.bytes += static_cast<uint64_t>(got);
        Take(viewer, bytes.data(), static_cast<size_t>(got));
      } else if (got == 0 || errno != EAGAIN) {
        ++tally.refused;
        ::close(viewer->fd);
      }
    }
    for (const int64_t now_ns = NowNs(); !due_.empty() && due_.top().first <= now_ns; due_.pop()) {
      Ask(due_.top().second, Asked::kPlaylist, due_.top().second->playlist_path);
    }
  }

  Tally tally;

 private:
  using Due = std::pair<int64_t, Viewer*>;

  void Ask(Viewer* viewer, Asked what, const std::string& path) {
    viewer->asked = what;
    viewer->asked_ns = NowNs();
    viewer->reply.clear();
    viewer->in_body = false;
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    if (::send(viewer->fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) ++tally.refused;
  }

  void Take(Viewer* viewer, const char* bytes, size_t size) {
    if (!viewer->in_body) {
      viewer->reply.append(bytes, size);
      const size_t end = viewer->reply.find("\r\n\r\n");
      if (end == std::string::npos) return;
      BeginBody(viewer, end + 4);
    } else {
      if (viewer->asked != Asked::kSlice) viewer->reply.append(bytes, size);
      viewer->body_left -= std::min(viewer->body_left, size);
    }
    if (viewer->body_left == 0) Answered(viewer);
  }

  void BeginBody(Viewer* viewer, size_t header_size) {
    if (viewer->reply.rfind("HTTP/1.1 200", 0) != 0) {
      if (tally.refused++ == 0) std::printf("%s\n", viewer->reply.c_str());
    }
    const char* length = ::strcasestr(viewer->reply.c_str(), "content-length:");
    viewer->body_left = length == nullptr ? 0 : std::strtoul(length + 15, nullptr, 10);
    viewer->reply.erase(0, header_size);
    viewer->body_left -= std::min(viewer->body_left, viewer->reply.size());
    viewer->in_body = true;
  }

  void Answered(Viewer* viewer) {
    const int64_t now_ns = NowNs();
    const float took_ms = static_cast<float>(now_ns - viewer->asked_ns) / 1e6f;
    if (viewer->asked == Asked::kSession) {
      ForEachLine(viewer->reply, [&](const std::string& line) {
        if (!line.empty() && line[0] != '#') viewer->playlist_path = PathOf(line, entry_);
      });
      return Ask(viewer, Asked::kPlaylist, viewer->playlist_path);
    }
    if (viewer->asked == Asked::kPlaylist) {
      ++tally.playlists;
      if (tally.counting) tally.playlist_ms.push_back(took_ms);
      ReadPlaylist(viewer);
    } else {
      ++tally.slices;
      if (tally.counting) tally.slice_ms.push_back(took_ms);
      const Slice& slice = viewer->slices.back();
      const bool first = viewer->playable_until_ns == 0;
      if (!first && now_ns > viewer->playable_until_ns && tally.counting) ++tally.starved;
      viewer->playable_until_ns = std::max(viewer->playable_until_ns, now_ns) + slice.length_ns;
      viewer->slices.pop_back();
    }
    AskNext(viewer);
  }

  void AskNext(Viewer* viewer) {
    if (!viewer->slices.empty()) return Ask(viewer, Asked::kSlice, viewer->slices.back().path);
    due_.push({NowNs() + last_length_ns_ / 2, viewer});
  }

  void ReadPlaylist(Viewer* viewer) {
    std::vector<Slice> fresh;
    int64_t number = 0;
    int64_t length_ns = 0;
    ForEachLine(viewer->reply, [&](const std::string& line) {
      if (line.rfind("#EXT-X-MEDIA-SEQUENCE:", 0) == 0) number = std::atoll(line.c_str() + 22);
      if (line.rfind("#EXTINF:", 0) == 0)
        length_ns = static_cast<int64_t>(std::atof(line.c_str() + 8) * 1e9);
      if (line.empty() || line[0] == '#') return;
      fresh.push_back({PathOf(line, viewer->playlist_path), number++, length_ns});
    });
    if (length_ns > 0) last_length_ns_ = length_ns;
    if (viewer->next_number < 0 && fresh.size() > 3) fresh.erase(fresh.begin(), fresh.end() - 3);
    std::erase_if(fresh, [&](const Slice& slice) { return slice.number < viewer->next_number; });
    if (!fresh.empty()) viewer->next_number = fresh.back().number + 1;
    viewer->slices.assign(fresh.rbegin(), fresh.rend());
  }

  const int port_;
  const std::string entry_;
  const int epoll_ = ::epoll_create1(0);
  std::vector<Viewer*> viewers_;  // until the program ends
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  int64_t last_length_ns_ = 2 * kSecondNs;
};

void Print(const char* what, std::vector<float>* values) {
  if (values->empty()) return;
  std::sort(values->begin(), values->end());
  const auto at = [&](double share) {
    return (*values)[static_cast<size_t>(share * static_cast<double>(values->size() - 1))];
  };
  std::printf("; %s p50 %.1f p99 %.1f ms", what, at(0.5), at(0.99));
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: hls_viewers PORT NAME VIEWERS SECONDS RAMP_SECONDS [QUERY]\n");
    return 2;
  }
  RaiseDescriptorLimit();
  Viewers viewers(std::atoi(argv[1]), argv[2], argc > 6 ? argv[6] : "");
  const size_t count = static_cast<size_t>(std::atoi(argv[3]));
  const double seconds = std::atof(argv[4]);
  const double ramp_ns = std::atof(argv[5]) * 1e9;
  const int64_t began_ns = NowNs();
  while (viewers.size() < count) {
    const double due =
        static_cast<double>(NowNs() - began_ns) / ramp_ns * static_cast<double>(count);
    while (viewers.size() < count && static_cast<double>(viewers.size()) < due) viewers.Add();
    viewers.Turn();
  }
  const int64_t settled_ns = NowNs() + 5 * kSecondNs;
  while (NowNs() < settled_ns) viewers.Turn();
  std::printf("all opened\n");
  std::fflush(stdout);
  Tally& tally = viewers.tally;
  const uint64_t refused_before = tally.refused;
  tally = {};
  tally.counting = true;
  const int64_t end_ns = NowNs() + static_cast<int64_t>(seconds * 1e9);
  while (NowNs() < end_ns) viewers.Turn();
  std::printf(
      "%zu viewers: %.0f playlists/s, %.0f slices/s, %.0f Mbit/s, refused %lu (%lu while they "
      "came), starved %lu",
      count, static_cast<double>(tally.playlists) / seconds,
      static_cast<double>(tally.slices) / seconds,
      static_cast<double>(tally.bytes) * 8 / seconds / 1e6, tally.refused, refused_before,
      tally.starved);
  Print("playlist", &tally.playlist_ms);
  Print("slice", &tally.slice_ms);
  std::printf("\n");
  return 0;
}
