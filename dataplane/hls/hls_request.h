// What an HLS client asked for, from the path and query that its URL carries.
//
//   /live/show.m3u8?hls_cut=even&hls_slice_ms=4000      opens a session
//                  &gop_cache_ms=4000&gop_cache_policy=upper
//   /live/show.m3u8?sid=…&_HLS_msn=12&_HLS_part=3       its playlist
//   /live/show.ts?sid=…&p=700-720                       a slice of it (.m4s for fMP4)
//   /live/show.mp4?sid=…&i=1                            its initialization segment
//
// As with other doors, one of our parameters with a bad value is an error; those that are not ours
// (tokens) are left alone.
#ifndef DATAPLANE_HLS_HLS_REQUEST_H_
#define DATAPLANE_HLS_HLS_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/admission/gate.h"
#include "dataplane/hls/channel.h"
#include "dataplane/hls/mp4_cutter.h"
#include "dataplane/hls/playlist.h"
#include "dataplane/hls/slice_window.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::hls {

// How a session's URL reaches the client.
enum class Entry : uint8_t {
  kNested,    // a multivariant playlist with one variant
  kRedirect,  // 302
};

// What holds where the URL says nothing.
struct SessionDefaults {
  Entry entry = Entry::kNested;
  Cut cut = Cut::kKey;
  int32_t slice_ms = 2000;
};

inline constexpr int32_t kSliceMsMin = 500;
inline constexpr int32_t kSliceMsMax = 10'000;
inline constexpr int64_t kStartMsMax = 60'000;
inline constexpr uint64_t kSlicePiecesMax = 2'000;

// Slices for a network grade (1 worst … 8 best): long ones ride out a bad network, short ones make
// for less delay on a good one. `default_ms` is the middle.
int32_t SliceMsOfGrade(int grade, int32_t default_ms);

enum class Resource : uint8_t { kPlaylist, kSlice, kInit };

struct HlsRequest {
  Resource resource = Resource::kPlaylist;
  std::string stream;  // app/name
  std::string name;    // without app: what relative URLs begin with
  std::string sid;     // empty: a session is to be opened

  // Of a session to be opened.
  Entry entry = Entry::kNested;
  Format format = Format::kTs;
  TrackKind kind;
  Cut cut = Cut::kKey;  // low latency: always kSegment
  int32_t slice_ms = 2000;
  bool says_slice_ms = false;
  int64_t start_ms = -1;  // how far back it begins; -1: as the GOP cache says

  // As with other doors: how much media a session has at its start; nothing: three slices.
  std::optional<int64_t> gop_cache_ms;
  std::optional<stream::GopCachePolicy> policy;  // nothing: at least so much

  // Of a playlist (8216bis 6.2.5).
  std::optional<uint64_t> msn;
  int64_t part = -1;
  bool skip = false;

  // Of a slice, pieces [first, end); of an initialization segment, its generation.
  uint64_t first = 0;
  uint64_t end = 0;
  uint32_t init = 0;
};

// What the control plane says of those whose URL does not.
void ApplyTerms(const admission::PlayTerms& terms, HlsRequest* request);

// How the session's slices are cut. `parts`: of fMP4, whose slices are runs of parts; null for
// MPEG-TS. `gop_ms`: 0 when it is not known.
SliceRule ChooseRule(const HlsRequest& request, const Mp4Cuts* parts, int64_t gop_ms);

// PART-HOLD-BACK: three parts, and as much longer as the session's slices would be than the
// channel's segments: a bad network plays further behind.
int64_t ChooseHoldBackMs(const SliceRule& rule, const Mp4Cuts& parts);

// Where the session begins. By the GOP cache's rules, but with two slices at least (of low latency
// with one), which is what a player needs to begin and to go on. A policy alone: of three slices.
StartLimits ChooseStart(const HlsRequest& request, const SliceRule& rule);

// "hls", "hls-fmp4", "ll-hls".
const char* FormatName(Format format);

// Whether a path is HLS at all.
bool IsHlsPath(absl::string_view path);

// InvalidArgument names the parameter.
absl::StatusOr<HlsRequest> ParseHlsRequest(absl::string_view path, absl::string_view query,
                                           const SessionDefaults& defaults);

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_HLS_REQUEST_H_
