// How a node speaks SRT, and what it counts while it does.
#ifndef DATAPLANE_SRT_SRT_OPTIONS_H_
#define DATAPLANE_SRT_SRT_OPTIONS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace nearcast::srt {

struct SrtOptions {
  std::string listen_ip;     // an IPv4 or IPv6 address
  uint16_t port = 0;         // 0 = calls only
  int64_t latency_ms = 120;  // of each line; the larger of both ends'
  std::string passphrase;    // 10 to 79 bytes, or empty
  int64_t connect_ms_max = 2'000;
  size_t lines_max = 1'000;
  size_t backlog_bytes_max = 16u << 20;  // received and not taken by the worker
};

// Thread rule: any thread adds, any thread reads.
struct SrtCounters {
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> called{0};
  std::atomic<uint64_t> refused{0};  // a stream id that cannot be served, or too many lines
  std::atomic<uint64_t> failed{0};   // calls not answered or refused, lines that broke
  std::atomic<uint64_t> gaps{0};     // of them, because SRT had dropped something
  std::atomic<uint64_t> bytes_sent{0};
  std::atomic<uint64_t> bytes_received{0};
  std::atomic<int64_t> lines{0};  // now
};

}  // namespace nearcast::srt

#endif  // DATAPLANE_SRT_SRT_OPTIONS_H_
