// MatchQuestion: what rules are matched against: one viewer, one device, one stream.
//
// Everything is a view: the question lives no longer than what it was made from. What is not known
// is empty.
#ifndef SCHEDULERLIB_MATCH_MATCH_QUESTION_H_
#define SCHEDULERLIB_MATCH_MATCH_QUESTION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/match/app_version.h"
#include "schedulerlib/model/viewer.h"

namespace nearcast::scheduler {

// What is compared as text.
enum class MatchAttribute : uint8_t {
  kStream,
  kPublishPoint,
  kDevice,
  kIsp,
  kRegion,
  kCountry,
  kApp,
  kOs,
  kNetwork,
  kViewerClass,
};
inline constexpr size_t kMatchAttributes = 10;

// "stream", "publish point" …
absl::string_view MatchAttributeName(MatchAttribute attribute);

struct MatchQuestion {
  std::array<absl::string_view, kMatchAttributes> texts;
  std::optional<AppVersion> app_version;
  absl::string_view app_version_text;  // for explanations
  uint32_t grade = 0;                  // 1 to 8; 0 = unknown
  uint64_t viewer_key = 0;             // StableHash of the viewer's or the device's own id

  absl::string_view text(MatchAttribute a) const { return texts[static_cast<size_t>(a)]; }
  absl::string_view& text(MatchAttribute a) { return texts[static_cast<size_t>(a)]; }
};

// `viewer_key` is StableHash(viewer.key). `publish_point` and `stream` may be empty.
MatchQuestion QuestionOf(const Viewer& viewer, uint64_t viewer_key, const ipdb::Location& place,
                         absl::string_view publish_point, absl::string_view stream);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_MATCH_QUESTION_H_
