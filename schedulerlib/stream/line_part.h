// LinePart: what one line of one stream renders to, for all its tiers: URLs, signatures, sdk_params.
//
// Signing and escaping are most of the work of an answer, and the same for every viewer of the
// stream that has the line, as long as the signatures hold. Whoever renders for many viewers keeps
// parts by PartKey; which lines a viewer gets is decided for each anew.
#ifndef SCHEDULERLIB_STREAM_LINE_PART_H_
#define SCHEDULERLIB_STREAM_LINE_PART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/part_key.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

struct LinePart {
  struct Span {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct TierText {
    Span member;   // in `inner`: "main":{"flv":…,"sdk_params":…}
    Span escaped;  // in `outer`: the same inside a JSON string; RenderLineForUrl
    // In `inner`: contents of JSON strings, as they are escaped there.
    Span flv;
    Span hls;
    Span sdk_params;
    Span rtmp;  // in `rtmp`
  };

  std::vector<TierText> tiers;  // as the publish point's
  std::string inner;
  std::string outer;
  std::string rtmp;  // URLs, escaped; empty for lines that are not main

  static absl::string_view Cut(const std::string& text, Span span) {
    return absl::string_view(text).substr(span.begin, span.size);
  }
  size_t bytes() const;
};

// For stream_data alone.
LinePart RenderLine(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line);

// For stream_url around it, too.
LinePart RenderLineForUrl(const Snapshot& snapshot, const PlayDecision& decision,
                          const PlayLine& line);

// Lines with equal keys render to the same part.
PartKey KeyOf(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line);

// Appends its text.
void AppendKey(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
               std::string& text);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_LINE_PART_H_
