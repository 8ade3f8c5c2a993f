#include "dataplane/hls/hls_request.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "dataplane/egress/play_request.h"

namespace nearcast::hls {
namespace {

constexpr int kGradeMax = 8;

template <typename T>
absl::Status ParseNumber(absl::string_view key, absl::string_view value, T min, T max, T* out) {
  T number{};
  if (!absl::SimpleAtoi(value, &number) || number < min || number > max) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, "=", value.substr(0, 32), ": want a number from ", min, " to ", max));
  }
  *out = number;
  return absl::OkStatus();
}

template <typename T>
absl::Status ParseWord(absl::string_view key, absl::string_view value,
                       std::initializer_list<std::pair<const char*, T>> words, T* out) {
  std::string wanted;
  for (const auto& [word, meaning] : words) {
    if (value == word) {
      *out = meaning;
      return absl::OkStatus();
    }
    absl::StrAppend(&wanted, wanted.empty() ? "" : ", ", word);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(key, "=", value.substr(0, 32), ": want one of ", wanted));
}

absl::Status ParsePieces(absl::string_view value, HlsRequest* request) {
  const std::pair<absl::string_view, absl::string_view> range =
      absl::StrSplit(value, absl::MaxSplits('-', 1));
  if (!absl::SimpleAtoi(range.first, &request->first) ||
      !absl::SimpleAtoi(range.second, &request->end) || request->first >= request->end ||
      request->end - request->first > kSlicePiecesMax) {
    return absl::InvalidArgumentError("p: want first-end, as the playlist has it");
  }
  return absl::OkStatus();
}

absl::Status ApplySessionParameter(absl::string_view key, absl::string_view value,
                                   HlsRequest* request) {
  if (key == "hls_entry") {
    return ParseWord<Entry>(
        key, value, {{"nested", Entry::kNested}, {"redirect", Entry::kRedirect}}, &request->entry);
  }
  if (key == "hls_format") {
    return ParseWord<Format>(
        key, value, {{"ts", Format::kTs}, {"fmp4", Format::kFmp4}, {"ll", Format::kLowLatency}},
        &request->format);
  }
  if (key == "hls_cut") {
    return ParseWord<Cut>(key, value, {{"even", Cut::kEven}, {"key", Cut::kKey}}, &request->cut);
  }
  if (key == "hls_slice_ms") {
    return ParseNumber(key, value, kSliceMsMin, kSliceMsMax, &request->slice_ms);
  }
  if (key == "hls_start_ms") {
    return ParseNumber<int64_t>(key, value, 0, kStartMsMax, &request->start_ms);
  }
  if (key == "gop_cache_ms") {
    return ParseNumber<int64_t>(key, value, 0, kStartMsMax, &request->gop_cache_ms.emplace());
  }
  if (key == "gop_cache_policy") {
    return ParseWord<stream::GopCachePolicy>(key, value,
                                             {{"lower", stream::GopCachePolicy::kLowerLimit},
                                              {"upper", stream::GopCachePolicy::kUpperLimit}},
                                             &request->policy.emplace());
  }
  if (key == "only_audio") {
    return ParseWord<stream::Wanted>(
        key, value, {{"0", stream::Wanted::kEverything}, {"1", stream::Wanted::kAudioOnly}},
        &request->kind.wanted);
  }
  return absl::OkStatus();
}

absl::Status ApplyParameter(absl::string_view key, absl::string_view value, HlsRequest* request) {
  if (key == "sid") {
    request->sid = std::string(value.data(), value.size());
    return absl::OkStatus();
  }
  if (key == "_HLS_msn") {
    return ParseNumber<uint64_t>(key, value, 0, UINT32_MAX, &request->msn.emplace());
  }
  if (key == "_HLS_part") return ParseNumber<int64_t>(key, value, 0, 100'000, &request->part);
  if (key == "_HLS_skip") {
    request->skip = value == "YES" || value == "v2";
    return absl::OkStatus();
  }
  if (key == "p") return ParsePieces(value, request);
  if (key == "i") return ParseNumber<uint32_t>(key, value, 0, UINT32_MAX, &request->init);
  return ApplySessionParameter(key, value, request);
}

struct Suffix {
  const char* text;
  Resource resource;
};

constexpr Suffix kSuffixes[] = {{".m3u8", Resource::kPlaylist},
                                {".ts", Resource::kSlice},
                                {".m4s", Resource::kSlice},
                                {".mp4", Resource::kInit}};

absl::Status ParsePath(absl::string_view path, HlsRequest* request) {
  absl::ConsumePrefix(&path, "/");
  for (const Suffix& suffix : kSuffixes) {
    if (!absl::ConsumeSuffix(&path, suffix.text)) continue;
    request->resource = suffix.resource;
    break;
  }
  NC_RETURN_IF_ERROR(egress::ValidateStreamName(path));
  if (absl::StrContains(path, '"')) {
    return absl::InvalidArgumentError("a stream name with a quotation mark has no HLS playlist");
  }
  request->stream = std::string(path.data(), path.size());
  request->name = request->stream.substr(request->stream.rfind('/') + 1);
  return absl::OkStatus();
}

// fMP4 is muxed once for everybody, in parts and segments of the node's own length.
absl::Status ApplyFormat(const SessionDefaults& defaults, bool says_cut, HlsRequest* request) {
  if (request->format == Format::kTs) return absl::OkStatus();
  request->kind.container = Container::kFmp4;
  if (request->format == Format::kLowLatency) {
    if (says_cut || request->says_slice_ms) {
      return absl::InvalidArgumentError(
          absl::StrCat(says_cut ? "hls_cut" : "hls_slice_ms",
                       ": the segments of hls_format=ll are the same for everybody: leave it out"));
    }
    request->cut = Cut::kSegment;
    return absl::OkStatus();
  }
  if (request->says_slice_ms && request->cut == Cut::kKey &&
      request->kind.wanted == stream::Wanted::kEverything &&
      request->slice_ms < defaults.slice_ms) {
    return absl::InvalidArgumentError(
        absl::StrCat("hls_slice_ms: hls_format=fmp4 is cut at keyframes ", defaults.slice_ms,
                     " ms apart or more: want no less, or hls_cut=even"));
  }
  return absl::OkStatus();
}

}  // namespace

int32_t SliceMsOfGrade(int grade, int32_t default_ms) {
  int32_t slice_ms = default_ms;
  if (grade <= 2) slice_ms = default_ms * 3;
  if (grade == 3 || grade == 4) slice_ms = default_ms * 2;
  if (grade == kGradeMax) slice_ms = default_ms / 2;
  return std::clamp(slice_ms, kSliceMsMin, kSliceMsMax);
}

void ApplyTerms(const admission::PlayTerms& terms, HlsRequest* request) {
  if (!request->gop_cache_ms) request->gop_cache_ms = terms.gop_cache_ms;
  if (!request->policy) request->policy = terms.policy;
  if (!request->says_slice_ms && terms.hls_slice_ms) {
    request->slice_ms = std::clamp(*terms.hls_slice_ms, kSliceMsMin, kSliceMsMax);
  }
}

SliceRule ChooseRule(const HlsRequest& request, const Mp4Cuts* parts, int64_t gop_ms) {
  SliceRule rule{.cut = request.cut, .length_ms = request.slice_ms};
  if (parts == nullptr) {
    rule.target_s = ChooseTargetSeconds(rule.cut, rule.length_ms, gop_ms);
    return rule;
  }
  if (rule.cut == Cut::kSegment) {
    rule.target_s = static_cast<int32_t>(parts->target_s);
    return rule;
  }
  int64_t keys_ms = gop_ms;  // from one part that begins with a keyframe to the next
  if (rule.cut == Cut::kKey && request.kind.wanted == stream::Wanted::kEverything) {
    rule.length_ms =
        std::max(rule.length_ms, static_cast<int32_t>(parts->segment_ms + kKeyToleranceMs));
    if (gop_ms > 0) keys_ms = (parts->segment_ms + gop_ms - 1) / gop_ms * gop_ms;
  }
  const int64_t part_s = (parts->part_ms + 999) / 1000;
  rule.target_s = std::max(ChooseTargetSeconds(rule.cut, rule.length_ms, keys_ms),
                           static_cast<int32_t>(part_s));
  return rule;
}

int64_t ChooseHoldBackMs(const SliceRule& rule, const Mp4Cuts& parts) {
  const int64_t parts_ms = 3 * parts.part_ms;
  const int64_t longer_ms = parts_ms * rule.length_ms / (parts.segment_ms + kKeyToleranceMs);
  return std::max(parts_ms, std::min(longer_ms, 3000 * int64_t{rule.target_s}));
}

StartLimits ChooseStart(const HlsRequest& request, const SliceRule& rule) {
  if (request.start_ms >= 0) return {.lower_ms = request.start_ms};
  if (!request.gop_cache_ms && !request.policy) return DefaultStart(rule);
  const int64_t slices = request.format == Format::kLowLatency ? 1 : 2;
  const int64_t cache_ms = std::max(request.gop_cache_ms.value_or(3000 * int64_t{rule.target_s}),
                                    slices * 1000 * rule.target_s);
  const bool upper = request.policy == stream::GopCachePolicy::kUpperLimit;
  return {.lower_ms = cache_ms, .upper_ms = upper ? cache_ms : INT64_MAX};
}

const char* FormatName(Format format) {
  switch (format) {
    case Format::kTs:
      return "hls";
    case Format::kFmp4:
      return "hls-fmp4";
    case Format::kLowLatency:
      return "ll-hls";
  }
  return "unknown";
}

bool IsHlsPath(absl::string_view path) {
  return std::any_of(std::begin(kSuffixes), std::end(kSuffixes),
                     [path](const Suffix& suffix) { return absl::EndsWith(path, suffix.text); });
}

absl::StatusOr<HlsRequest> ParseHlsRequest(absl::string_view path, absl::string_view query,
                                           const SessionDefaults& defaults) {
  HlsRequest request;
  request.entry = defaults.entry;
  request.cut = defaults.cut;
  request.slice_ms = 0;
  int grade = 0;
  bool says_cut = false;
  NC_RETURN_IF_ERROR(ParsePath(path, &request));
  for (absl::string_view pair : absl::StrSplit(query, '&')) {
    const std::pair<absl::string_view, absl::string_view> parameter =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    const auto& [key, value] = parameter;
    says_cut |= key == "hls_cut";
    if (key == "network_grade") {
      NC_RETURN_IF_ERROR(ParseNumber(key, value, 0, kGradeMax, &grade));
    } else {
      NC_RETURN_IF_ERROR(ApplyParameter(key, value, &request));
    }
  }
  request.says_slice_ms = request.slice_ms != 0;
  if (request.slice_ms == 0) {
    request.slice_ms = grade > 0 ? SliceMsOfGrade(grade, defaults.slice_ms) : defaults.slice_ms;
  }
  NC_RETURN_IF_ERROR(ApplyFormat(defaults, says_cut, &request));
  if (request.part >= 0 && !request.msn) {
    return absl::InvalidArgumentError("_HLS_part: want _HLS_msn with it");
  }
  if (request.resource != Resource::kPlaylist && request.sid.empty()) {
    return absl::InvalidArgumentError("want sid, as the playlist has it");
  }
  return request;
}

}  // namespace nearcast::hls
