#include "dataplane/egress/play_request.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace nearcast::egress {
namespace {

absl::Status ParseMs(absl::string_view key, absl::string_view value, int64_t max, int64_t* out) {
  int64_t ms = 0;
  if (!absl::SimpleAtoi(value, &ms) || ms < 0 || ms > max) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, "=", value.substr(0, 32), ": want milliseconds, 0 to ", max));
  }
  *out = ms;
  return absl::OkStatus();
}

// The value that stands for `word`, or an error that lists the words.
template <typename Enum>
struct Word {
  absl::string_view word;
  Enum value;
};

template <typename Enum, size_t N>
absl::Status ParseWord(absl::string_view key, absl::string_view word, const Word<Enum> (&words)[N],
                       Enum* out) {
  std::vector<absl::string_view> known;
  for (const Word<Enum>& candidate : words) {
    known.push_back(candidate.word);
    if (candidate.word != word) continue;
    *out = candidate.value;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(key, ": want ", absl::StrJoin(known, " or ")));
}

constexpr Word<stream::GopCachePolicy> kPolicies[] = {
    {"lower", stream::GopCachePolicy::kLowerLimit}, {"upper", stream::GopCachePolicy::kUpperLimit}};
constexpr Word<stream::Wanted> kAudioOnly[] = {{"0", stream::Wanted::kEverything},
                                               {"1", stream::Wanted::kAudioOnly}};
constexpr Word<stream::QueueClass> kQueues[] = {{"latency", stream::QueueClass::kLatency},
                                                {"smooth", stream::QueueClass::kSmooth}};
constexpr Word<stream::DropMode> kDropModes[] = {{"progressive", stream::DropMode::kProgressive},
                                                 {"whole_gop", stream::DropMode::kWholeGop}};

absl::Status ParseQueueMs(absl::string_view key, absl::string_view value, int64_t* out) {
  NC_RETURN_IF_ERROR(ParseMs(key, value, kQueueMsMax, out));
  if (*out == 0 || *out >= kQueueMsMin) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(key, "=", value, ": want 0 (by class) or at least ", kQueueMsMin));
}

absl::Status ApplyParameter(absl::string_view key, absl::string_view value, PlayWish* wish) {
  if (key == "gop_cache_ms") {
    wish->says_gop_cache_ms = true;
    return ParseMs(key, value, kGopCacheMsMax, &wish->start.gop_cache_ms);
  }
  if (key == "gop_cache_policy") {
    wish->says_policy = true;
    return ParseWord(key, value, kPolicies, &wish->start.policy);
  }
  if (key == "only_audio") return ParseWord(key, value, kAudioOnly, &wish->start.wanted);
  if (key == "queue") return ParseWord(key, value, kQueues, &wish->drop.queue.queue_class);
  if (key == "queue_ms") return ParseQueueMs(key, value, &wish->drop.queue.queue_ms);
  if (key == "drop") return ParseWord(key, value, kDropModes, &wish->drop.mode);
  if (key == "protected_period") {
    wish->drop.binding = wish->says_protected_period = true;
    return ParseMs(key, value, kProtectedPeriodMsMax, &wish->drop.protected_period_ms);
  }
  if (key == "gop_keep_duration") {
    wish->drop.binding = wish->says_gop_keep = true;
    return ParseMs(key, value, kGopKeepMsMax, &wish->drop.gop_keep_ms);
  }
  if (key == "merge_write_ms") {
    NC_RETURN_IF_ERROR(ParseMs(key, value, kMergeWriteMsMax, &wish->merge_write_ms));
    wish->merge_write_ms -= wish->merge_write_ms % 10;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlayWish> ParsePlayWish(absl::string_view query, const PlayDefaults& defaults) {
  PlayWish wish = defaults;
  wish.says_gop_cache_ms = wish.says_policy = wish.drop.binding = false;
  wish.says_protected_period = wish.says_gop_keep = false;
  for (absl::string_view pair : absl::StrSplit(query, '&')) {
    const std::pair<absl::string_view, absl::string_view> parameter =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    NC_RETURN_IF_ERROR(ApplyParameter(parameter.first, parameter.second, &wish));
  }
  return wish;
}

absl::StatusOr<PlayRequest> ParsePlayRequest(absl::string_view app_and_name,
                                             absl::string_view query,
                                             const PlayDefaults& defaults) {
  NC_RETURN_IF_ERROR(ValidateStreamName(app_and_name));
  NC_ASSIGN_OR_RETURN(PlayWish wish, ParsePlayWish(query, defaults));
  return PlayRequest{std::string(app_and_name.data(), app_and_name.size()), std::move(wish)};
}

absl::StatusOr<std::string> ParseFlvPath(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "/") || !absl::ConsumeSuffix(&path, ".flv")) {
    return absl::NotFoundError("want /app/stream.flv");
  }
  return std::string(path.data(), path.size());
}

absl::Status ValidateStreamName(absl::string_view app_and_name) {
  const size_t slash = app_and_name.find('/');
  if (slash == 0 || slash == absl::string_view::npos || slash + 1 == app_and_name.size()) {
    return absl::InvalidArgumentError("want a stream name of the form app/stream");
  }
  if (app_and_name.size() > kStreamNameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("stream name longer than ", kStreamNameBytesMax, " bytes"));
  }
  if (std::any_of(app_and_name.begin(), app_and_name.end(),
                  [](unsigned char c) { return c < 0x21 || c > 0x7E; })) {
    return absl::InvalidArgumentError(
        "stream name with a byte that is not printable ASCII (0x21 to 0x7E); %-escape it");
  }
  return absl::OkStatus();
}

}  // namespace nearcast::egress
