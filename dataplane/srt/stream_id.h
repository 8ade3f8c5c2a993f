// SRT stream ids, by which one relay asks another for a stream.
// Source: SRT Access Control (Stream ID) Guidelines: "#!::" and key=value pairs between commas; r the
// resource, m the mode, h the host. Ours besides: gop_cache_ms, and via, the nodes that the wish came
// through.
//
//   #!::r=live/show,m=request,h=10.0.0.7:9000,gop_cache_ms=2000,via=edge-1/edge-2
#ifndef DATAPLANE_SRT_STREAM_ID_H_
#define DATAPLANE_SRT_STREAM_ID_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::srt {

inline constexpr size_t kStreamIdBytesMax = 512;  // the protocol's
inline constexpr int64_t kGopCacheMsMax = 60'000;

struct StreamWish {
  std::string target;  // app/name, with signature before and query behind where it is signed
  std::string host;    // as the caller names this node
  int64_t gop_cache_ms = 2'000;
  std::vector<std::string> via;
};

// InvalidArgument when there is no resource, the mode is not request, or a value is not valid. Keys
// that are not known are left alone.
absl::StatusOr<StreamWish> ParseStreamId(absl::string_view id);

// InvalidArgument when the target or a node has a comma or a slash where it cannot be written, or
// the id is too long.
absl::StatusOr<std::string> WriteStreamId(const StreamWish& wish);

}  // namespace nearcast::srt

#endif  // DATAPLANE_SRT_STREAM_ID_H_
