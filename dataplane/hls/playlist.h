// Playlists as text. Sources: RFC 8216 4.3 (tags), 8 (versions); draft-pantos-hls-rfc8216bis 4.4
// (LL-HLS: SERVER-CONTROL, PART, PRELOAD-HINT, SKIP), 6.2.5 (delivery directives).
#ifndef DATAPLANE_HLS_PLAYLIST_H_
#define DATAPLANE_HLS_PLAYLIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dataplane/hls/piece_store.h"
#include "dataplane/hls/slice_window.h"

namespace nearcast::hls {

enum class Format : uint8_t { kTs, kFmp4, kLowLatency };

struct MultivariantPlaylist {
  std::string uri;            // of the media playlist
  int64_t bandwidth_bps = 0;  // peak, at least 1
  std::string codecs;         // empty: not said
  uint32_t width_px = 0;      // 0: not said
  uint32_t height_px = 0;
};

std::string WriteMultivariantPlaylist(const MultivariantPlaylist& playlist);

struct MediaPlaylist {
  Format format = Format::kTs;
  std::string name;  // of slices, without suffix: "show"
  std::string sid;
  int64_t part_ms = 0;           // kLowLatency
  int64_t hold_back_ms = 0;      // kLowLatency: three parts at least
  bool all_independent = false;  // every slice, ever, begins with a key frame
  bool skip = false;             // the client has an older copy and wants the rest (_HLS_skip)
  StreamEnd end = StreamEnd::kGoesOn;
};

// The playlist of a session whose window has been advanced.
std::string WriteMediaPlaylist(const MediaPlaylist& playlist, const SliceWindow& window,
                               const PieceStore& store);

// Whether the playlist holds media sequence `msn` and, if it is still growing, its part `part`
// (-1: the whole segment): what a blocking reload waits for.
bool HasPart(const SliceWindow& window, const PieceStore& store, StreamEnd end, uint64_t msn,
             int64_t part);

// The number that comes after the last complete segment.
uint64_t NextSequence(const SliceWindow& window, const PieceStore& store, StreamEnd end);

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_PLAYLIST_H_
