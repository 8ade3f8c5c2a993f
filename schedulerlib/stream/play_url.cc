#include "schedulerlib/stream/play_url.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/latency/gop_cache_setting.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/url_template.h"
#include "schedulerlib/transcode/made_tiers.h"
#include "signing/expiry.h"

namespace nearcast::scheduler {
namespace {

// The formats that a GOP cache starts.
bool HasGopCache(absl::string_view format) { return format == "flv" || format == "rtmp"; }

size_t PathOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = scheme == absl::string_view::npos ? scheme : url.find('/', scheme + 3);
  return path == absl::string_view::npos ? url.size() : path;
}

// Where the tier's stream name stands in most templates, and what is appended to FLV for sound alone.
constexpr absl::string_view kStreamName = "{stream}{suffix}";
constexpr absl::string_view kSoundAlone = "only_audio=1";

// The template has the stream's name once, with the suffix behind it.
bool IsSplit(absl::string_view url_template) {
  const size_t name = url_template.find(kStreamName);
  if (name == absl::string_view::npos) return false;
  const absl::string_view rest = url_template.substr(name + kStreamName.size());
  return !absl::StrContains(url_template.substr(0, name), "{s") && !absl::StrContains(rest, "{s");
}

void AppendParameters(absl::string_view parameters, std::string& url_end) {
  if (parameters.empty()) return;
  url_end.push_back(absl::StrContains(url_end, '?') ? '&' : '?');
  url_end.append(parameters.data(), parameters.size());
}

}  // namespace

int64_t PlayUrlExpiry(const Snapshot& snapshot, const PlayDecision& decision,
                      const PlayLine& line) {
  const UrlSigner& signer = snapshot.cdn(line.cdn).pull_signer;
  if (!signer.signs()) return 0;
  return ExpiryFor(decision.now_s, signer.validity_s(), decision.stream_hash);
}

PlayUrlWriter::PlayUrlWriter(const Snapshot& snapshot, const PlayDecision& decision,
                             const PlayLine& line)
    : snapshot_(snapshot),
      cdn_(snapshot.cdn(line.cdn)),
      decision_(decision),
      line_(line),
      expiry_s_(PlayUrlExpiry(snapshot, decision, line)) {
  frames_.reserve(cdn_.spec.pull_templates.size());
  for (const auto& [format, url_template] : cdn_.spec.pull_templates) {
    if (decision.switches.IsFormatOff(format)) continue;
    frames_.push_back(BuildFrame(format, url_template));
    const Frame& frame = frames_.back();
    frames_are_plain_ &= frame.is_split && IsJsonPlain(frame.before) && IsJsonPlain(frame.after);
  }
}

PlayUrlWriter::Frame PlayUrlWriter::BuildFrame(const std::string& format,
                                               const std::string& url_template) const {
  Frame frame;
  frame.format = format;
  frame.url_template = url_template;
  if (HasGopCache(format)) {
    const LatencyPlan* plan = decision_.latency.plan;
    AppendGopCacheQuery(cdn_.spec.gop_cache, line_.gop_cache,
                        plan == nullptr ? nullptr : &plan->drop, frame.parameters);
  }
  frame.is_split = IsSplit(url_template);
  if (!frame.is_split) return frame;
  const size_t name = frame.url_template.find(kStreamName);
  const UrlValues values = {.host = HostOf(format),
                            .app = decision_.publish_point->spec.app,
                            .stream = "",
                            .suffix = "",
                            .gop_cache_ms = line_.gop_cache.ms};
  AppendUrl(frame.url_template.substr(0, name), values, frame.before);
  AppendUrl(frame.url_template.substr(name + kStreamName.size()), values, frame.after);
  const bool has_query = absl::StrContains(frame.url_template, '?');
  if (!frame.parameters.empty()) {
    absl::StrAppend(&frame.after, has_query ? "&" : "?", frame.parameters);
  }
  frame.has_query = has_query || !frame.parameters.empty();
  frame.path_at = PathOf(frame.before);
  return frame;
}

void PlayUrlWriter::SetTier(const TranscodeTemplate& tier) {
  tier_ = &TierOn(decision_, line_, tier);
  suffix_ = MadeSuffix(snapshot_, line_.made, line_.cdn, *tier_);
  stream_ = absl::StrCat(decision_.stream->name, suffix_.empty() ? "" : "_", suffix_);
  is_plain_ = frames_are_plain_ && IsJsonPlain(stream_);
}

absl::string_view PlayUrlWriter::HostOf(const std::string& format) const {
  const auto& domains = cdn_.spec.pull_domains;
  if (cdn_.spec.addressing == Addressing::kDomain) {
    const auto at = domains.find(format);
    if (at != domains.end()) return at->second;
  }
  return format == "rtmp" ? line_.rtmp_host : line_.host;
}

void PlayUrlWriter::Append(absl::string_view format, std::string& out) const {
  if (tier_->tier == Tier::kAo && format != "flv") return;
  const Frame* const frame = FindFrame(format);
  if (frame == nullptr) return;
  if (!frame->is_split) return AppendWhole(*frame, out);
  out.append(frame->before);
  const std::optional<size_t> path_at = AppendUnsigned(*frame, out);
  if (!path_at) return;
  cdn_.pull_signer.Sign(*path_at, decision_.publish_point->spec.app, stream_, expiry_s_, out);
}

UrlBatch PlayUrlWriter::StartBatch() const { return UrlBatch(cdn_.pull_signer, expiry_s_); }

void PlayUrlWriter::AppendRest(const Frame& frame, UrlBatch& batch, std::string& out) const {
  const std::optional<size_t> path_at = AppendUnsigned(frame, out);
  if (path_at) batch.Sign(*path_at, decision_.publish_point->spec.app, stream_, out);
}

const PlayUrlWriter::Frame* PlayUrlWriter::FindFrame(absl::string_view format) const {
  for (const Frame& frame : frames_) {
    if (frame.format == format) return &frame;
  }
  return nullptr;
}

std::optional<size_t> PlayUrlWriter::AppendUnsigned(const Frame& frame, std::string& out) const {
  const size_t begin = out.size() - frame.before.size();
  const bool sound_alone = tier_->tier == Tier::kAo;
  out.append(stream_).append(frame.after);
  if (sound_alone) absl::StrAppend(&out, frame.has_query ? "&" : "?", kSoundAlone);
  if (!cdn_.pull_signer.signs()) return std::nullopt;
  return begin + (frame.path_at < frame.before.size()
                      ? frame.path_at
                      : PathOf(absl::string_view(out).substr(begin)));
}

void PlayUrlWriter::AppendWhole(const Frame& frame, std::string& out) const {
  const std::string& app = decision_.publish_point->spec.app;
  std::string url;
  AppendUrl(frame.url_template,
            {.host = HostOf(std::string(frame.format)),
             .app = app,
             .stream = decision_.stream->name,
             .suffix = absl::string_view(stream_).substr(decision_.stream->name.size()),
             .gop_cache_ms = line_.gop_cache.ms},
            url);
  AppendParameters(frame.parameters, url);
  if (tier_->tier == Tier::kAo) AppendParameters(kSoundAlone, url);
  cdn_.pull_signer.Sign(PathOf(url), app, stream_, expiry_s_, url);
  out.append(url);
}

std::string BuildPlayUrl(const Snapshot& snapshot, const PlayDecision& decision,
                         const PlayLine& line, const TranscodeTemplate& tier,
                         const std::string& format) {
  std::string url;
  PlayUrlWriter writer(snapshot, decision, line);
  writer.SetTier(tier);
  writer.Append(format, url);
  return url;
}

}  // namespace nearcast::scheduler
