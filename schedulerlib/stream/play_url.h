// One play URL, in the words of its CDN: template, the format's domain, the tier's suffix, the GOP
// cache's parameters, the signature.
#ifndef SCHEDULERLIB_STREAM_PLAY_URL_H_
#define SCHEDULERLIB_STREAM_PLAY_URL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"
#include "signing/url_batch.h"

namespace nearcast::scheduler {

// The URL of one tier of one line in one of the formats of Cdn.pull_templates; "" when the line's
// CDN does not deliver that format, or the tier is sound alone and the format is not "flv".
std::string BuildPlayUrl(const Snapshot& snapshot, const PlayDecision& decision,
                         const PlayLine& line, const TranscodeTemplate& tier,
                         const std::string& format);

// Until when the line's URLs hold, in Unix seconds; 0 when they are not signed.
int64_t PlayUrlExpiry(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line);

// Many URLs of one line: what they have in common is made once. What it is made from must outlive
// it.
class PlayUrlWriter {
 public:
  PlayUrlWriter(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line);

  // Which tier's URLs are appended from now on.
  void SetTier(const TranscodeTemplate& tier);

  // What the line gives for it (TierOn).
  const TranscodeTemplate& tier() const { return *tier_; }

  // What stands behind '_' in that tier's name at this CDN.
  absl::string_view suffix() const { return suffix_; }

  // Whether URLs of the tier that was set are the same inside a JSON string: nothing of them must be
  // escaped.
  bool is_plain() const { return is_plain_; }

  // Appends what BuildPlayUrl gives, of the tier that was set.
  void Append(absl::string_view format, std::string& out) const;

  // One format's URL: what stands before the tier's stream name and after it.
  struct Frame {
    absl::string_view format;
    absl::string_view url_template;
    std::string parameters;  // the GOP cache's
    std::string before;
    std::string after;       // with the parameters
    bool is_split = false;   // else `before` and `after` are not known, and the template is written
    bool has_query = false;  // in `before` or `after`
    size_t path_at = 0;      // in `before`; its size when the path is not there
  };

  // Null for a format that the line does not have.
  const Frame* FindFrame(absl::string_view format) const;

  // For many URLs. The line's CDN must outlive it.
  UrlBatch StartBatch() const;

  // Appends what follows `before`, which ends `out`; the frame must be split. `batch` signs it.
  void AppendRest(const Frame& frame, UrlBatch& batch, std::string& out) const;

 private:
  Frame BuildFrame(const std::string& format, const std::string& url_template) const;
  absl::string_view HostOf(const std::string& format) const;
  void AppendWhole(const Frame& frame, std::string& out) const;
  // As AppendRest, unsigned. Gives where the path begins, if the URL is to be signed.
  std::optional<size_t> AppendUnsigned(const Frame& frame, std::string& out) const;

  const Snapshot& snapshot_;
  const CompiledCdn& cdn_;
  const PlayDecision& decision_;
  const PlayLine& line_;
  const int64_t expiry_s_;
  std::vector<Frame> frames_;
  bool frames_are_plain_ = true;
  bool is_plain_ = false;

  const TranscodeTemplate* tier_ = nullptr;
  std::string suffix_;
  std::string stream_;  // the tier's: "s1_hd"
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PLAY_URL_H_
