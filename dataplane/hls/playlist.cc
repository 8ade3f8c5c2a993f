#include "dataplane/hls/playlist.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nearcast::hls {
namespace {

// CAN-SKIP-UNTIL: at least six target durations (8216bis 4.4.3.8).
constexpr int64_t kSkipTargets = 6;

// Parts are listed for segments this near to the end.
constexpr int64_t kPartTargets = 3;

int VersionOf(Format format) {
  switch (format) {
    case Format::kTs:
      return 3;  // decimal EXTINF
    case Format::kFmp4:
      return 6;  // EXT-X-MAP
    case Format::kLowLatency:
      return 9;  // EXT-X-SKIP
  }
  return 3;
}

class MediaWriter {
 public:
  MediaWriter(const MediaPlaylist& playlist, const SliceWindow& window, const PieceStore& store)
      : playlist_(playlist),
        window_(window),
        store_(store),
        low_latency_(playlist.format == Format::kLowLatency),
        slices_(window.Slices(store, playlist.end)) {}

  std::string Write() {
    WriteHead();
    const size_t skipped = CountSkipped();
    if (skipped > 0) absl::StrAppend(&out_, "#EXT-X-SKIP:SKIPPED-SEGMENTS=", skipped, "\n");
    int64_t left_ms = 0;
    for (const Slice& slice : slices_) left_ms += slice.duration_ms;
    for (size_t i = 0; i < slices_.size(); ++i) {
      if (i >= skipped) WriteSlice(slices_[i], left_ms);
      left_ms -= slices_[i].duration_ms;
    }
    if (playlist_.end == StreamEnd::kHasEnded) {
      absl::StrAppend(&out_, "#EXT-X-ENDLIST\n");
    } else if (low_latency_) {
      WriteOpenSlice();
    }
    return std::move(out_);
  }

 private:
  void WriteHead() {
    const int64_t target_s = window_.rule().target_s;
    absl::StrAppend(&out_, "#EXTM3U\n#EXT-X-VERSION:", VersionOf(playlist_.format),
                    "\n#EXT-X-TARGETDURATION:", target_s, "\n");
    if (low_latency_) {
      const double part_s = static_cast<double>(playlist_.part_ms) / 1000;
      const double hold_back_s = static_cast<double>(playlist_.hold_back_ms) / 1000;
      absl::StrAppend(&out_, absl::StrFormat("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
                                             "PART-HOLD-BACK=%.3f,CAN-SKIP-UNTIL=%d.0\n"
                                             "#EXT-X-PART-INF:PART-TARGET=%.3f\n",
                                             hold_back_s, kSkipTargets * target_s, part_s));
    }
    absl::StrAppend(&out_, "#EXT-X-MEDIA-SEQUENCE:", window_.media_sequence(),
                    "\n#EXT-X-DISCONTINUITY-SEQUENCE:", window_.discontinuity_sequence(), "\n");
    if (playlist_.all_independent) absl::StrAppend(&out_, "#EXT-X-INDEPENDENT-SEGMENTS\n");
  }

  // Segments further from the end than the skip boundary.
  size_t CountSkipped() const {
    if (!low_latency_ || !playlist_.skip) return 0;
    int64_t left_ms = 0;
    for (size_t i = slices_.size(); i > 0; --i) {
      left_ms += slices_[i - 1].duration_ms;
      if (left_ms > kSkipTargets * 1000 * window_.rule().target_s) return i - 1;
    }
    return 0;
  }

  std::string Uri(absl::string_view suffix, absl::string_view what) const {
    // A name with a colon would be read as a scheme.
    const char* here = playlist_.name.find(':') == std::string::npos ? "" : "./";
    return absl::StrCat(here, playlist_.name, suffix, "?sid=", playlist_.sid, "&", what);
  }

  std::string PiecesUri(uint64_t first, uint64_t end) const {
    return Uri(playlist_.format == Format::kTs ? ".ts" : ".m4s",
               absl::StrCat("p=", first, "-", end));
  }

  void WriteBegin(const Slice& slice) {
    if (slice.discontinuity) absl::StrAppend(&out_, "#EXT-X-DISCONTINUITY\n");
    if (playlist_.format == Format::kTs || slice.first == slice.end) return;
    const uint32_t init = store_.at(slice.first).init;
    if (init == init_) return;
    init_ = init;
    absl::StrAppend(&out_, "#EXT-X-MAP:URI=\"", Uri(".mp4", absl::StrCat("i=", init)), "\"\n");
  }

  void WriteParts(const Slice& slice) {
    for (uint64_t seq = slice.first; seq < slice.end; ++seq) {
      const Piece& piece = store_.at(seq);
      absl::StrAppend(&out_, absl::StrFormat("#EXT-X-PART:DURATION=%.3f,URI=\"%s\"%s\n",
                                             piece.duration_ms / 1000.0, PiecesUri(seq, seq + 1),
                                             piece.has_key ? ",INDEPENDENT=YES" : ""));
    }
  }

  void WriteSlice(const Slice& slice, int64_t left_ms) {
    WriteBegin(slice);
    if (low_latency_ && left_ms <= kPartTargets * 1000 * window_.rule().target_s) {
      WriteParts(slice);
    }
    absl::StrAppend(&out_, absl::StrFormat("#EXTINF:%.3f,\n", slice.duration_ms / 1000.0),
                    PiecesUri(slice.first, slice.end), "\n");
  }

  void WriteOpenSlice() {
    const Slice open = window_.OpenSlice(store_, slices_);
    WriteBegin(open);
    WriteParts(open);
    absl::StrAppend(&out_, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"",
                    PiecesUri(store_.end_seq(), store_.end_seq() + 1), "\"\n");
  }

  const MediaPlaylist& playlist_;
  const SliceWindow& window_;
  const PieceStore& store_;
  const bool low_latency_;
  const std::vector<Slice> slices_;
  uint32_t init_ = 0;
  std::string out_;
};

}  // namespace

std::string WriteMultivariantPlaylist(const MultivariantPlaylist& playlist) {
  std::string out = absl::StrCat("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=",
                                 std::max<int64_t>(1, playlist.bandwidth_bps));
  if (!playlist.codecs.empty()) absl::StrAppend(&out, ",CODECS=\"", playlist.codecs, "\"");
  if (playlist.width_px > 0 && playlist.height_px > 0) {
    absl::StrAppend(&out, ",RESOLUTION=", playlist.width_px, "x", playlist.height_px);
  }
  absl::StrAppend(&out, "\n", playlist.uri, "\n");
  return out;
}

std::string WriteMediaPlaylist(const MediaPlaylist& playlist, const SliceWindow& window,
                               const PieceStore& store) {
  return MediaWriter(playlist, window, store).Write();
}

uint64_t NextSequence(const SliceWindow& window, const PieceStore& store, StreamEnd end) {
  return window.media_sequence() + window.Slices(store, end).size();
}

bool HasPart(const SliceWindow& window, const PieceStore& store, StreamEnd end, uint64_t msn,
             int64_t part) {
  const std::vector<Slice> slices = window.Slices(store, end);
  const uint64_t next = window.media_sequence() + slices.size();
  if (msn < next || end == StreamEnd::kHasEnded) return true;
  if (msn > next || part < 0) return false;
  const Slice open = window.OpenSlice(store, slices);
  return open.end - open.first > static_cast<uint64_t>(part);
}

}  // namespace nearcast::hls
