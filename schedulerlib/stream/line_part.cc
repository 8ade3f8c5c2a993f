#include "schedulerlib/stream/line_part.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "schedulerlib/standby/line_switch.h"
#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/play_url.h"
#include "schedulerlib/stream/sdk_params.h"
#include "signing/url_batch.h"

namespace nearcast::scheduler {
namespace {

// Every one of them is present in every line.
constexpr std::array<absl::string_view, 9> kFormats = {"flv", "hls",  "cmaf",    "dash",  "lls",
                                                       "tsl", "tile", "http_ts", "ll_hls"};

constexpr size_t kUsualTierSize = 1600;

LinePart::Span SpanFrom(size_t begin, const std::string& text) {
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(text.size() - begin)};
}

// Of switches that set the same member the first counts.
SdkOverrides OverridesOf(const PlayDecision& decision) {
  SdkOverrides overrides;
  for (const CompiledSwitch* applied : decision.switches.applied) {
    for (const auto& [name, value] : applied->spec.set.sdk_params) {
      const bool is_set = std::any_of(overrides.begin(), overrides.end(),
                                      [&](const auto& set) { return set.first == name; });
      if (!is_set) overrides.emplace_back(name, value);
    }
  }
  return overrides;
}

// Where the player goes when the line fails; nothing when it is the only one.
std::optional<LineSwitch> SwitchFrom(const PlayDecision& decision, const PlayLine& line) {
  if (decision.lines.size() < 2) return std::nullopt;
  const bool is_main = line.role == decision.lines[0].role;
  const PlayLine& other = decision.lines[is_main ? 1 : 0];
  return PlanLineSwitch(line.gop_cache.ms, other.role, other.push + 1u, other.push != line.push);
}

// One line of one stream, tier by tier.
class Renderer {
 public:
  Renderer(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line)
      : decision_(decision),
        line_(line),
        overrides_(OverridesOf(decision)),
        line_switch_(SwitchFrom(decision, line)),
        params_(decision.latency, line.gop_cache.least_ms, overrides_,
                line_switch_ ? &*line_switch_ : nullptr),
        urls_(snapshot, decision, line),
        batch_(urls_.StartBatch()) {
    BuildSlots();
  }

  LinePart Render() {
    const OfferedTiers& tiers = decision_.tiers;
    part_.tiers.reserve(tiers.size());
    part_.inner.reserve(tiers.size() * kUsualTierSize);
    for (const TranscodeTemplate& tier : tiers) AddTier(tier);
    batch_.Finish();
    return std::move(part_);
  }

 private:
  // A format that the line delivers, and what stands before its URL's stream name: the formats before
  // it that the line does not deliver, the key, the URL's beginning.
  struct Slot {
    std::string lead;
    absl::string_view format;
    const PlayUrlWriter::Frame* frame;
  };

  // What all plain tiers but sound alone have in common.
  void BuildSlots() {
    std::string lead;
    bool is_first = true;
    for (const absl::string_view format : kFormats) {
      lead.append(is_first ? "\"" : "\",\"").append(format.data(), format.size()).append("\":\"");
      is_first = false;
      const PlayUrlWriter::Frame* const frame = urls_.FindFrame(format);
      if (frame == nullptr) continue;
      lead.append(frame->before);
      slots_.push_back({std::exchange(lead, {}), format, frame});
    }
    after_slots_ = std::move(lead);
    after_slots_.append("\",");
  }

  // `urls_` is plain: every frame is split, and nothing must be escaped.
  void AddPlainUrls(LinePart::TierText& text) {
    for (const Slot& slot : slots_) {
      part_.inner.append(slot.lead);
      const size_t begin = part_.inner.size() - slot.frame->before.size();
      urls_.AppendRest(*slot.frame, batch_, part_.inner);
      SetSpan(slot.format, SpanFrom(begin, part_.inner), text);
    }
    part_.inner.append(after_slots_);
  }

  void AddUrls(LinePart::TierText& text) {
    for (const absl::string_view format : kFormats) {
      part_.inner.append("\"").append(format.data(), format.size()).append("\":\"");
      SetSpan(format, AppendUrl(format, part_.inner), text);
      part_.inner.append("\",");
    }
  }

  static void SetSpan(absl::string_view format, LinePart::Span url, LinePart::TierText& text) {
    if (format == "flv") text.flv = url;
    if (format == "hls") text.hls = url;
  }

  void AddTier(const TranscodeTemplate& tier) {
    urls_.SetTier(tier);
    LinePart::TierText& text = part_.tiers.emplace_back();
    std::string& inner = part_.inner;
    const size_t begin = inner.size();
    inner.append("\"").append(line_.role.data(), line_.role.size()).append("\":{");
    if (urls_.is_plain() && tier.tier != Tier::kAo) {
      AddPlainUrls(text);
    } else {
      AddUrls(text);
    }
    inner.append("\"enableEncryption\":false,\"sdk_params\":\"");
    const size_t params = inner.size();
    params_.AppendEscaped(urls_.tier(), urls_.suffix(), inner);
    text.sdk_params = SpanFrom(params, inner);
    inner.append("\"}");
    text.member = SpanFrom(begin, inner);
    if (line_.role == "main") text.rtmp = AppendRtmp(tier);
  }

  LinePart::Span AppendRtmp(const TranscodeTemplate& tier) {
    const PlayUrlWriter::Frame* const frame = urls_.FindFrame("rtmp");
    if (frame == nullptr || !urls_.is_plain() || tier.tier == Tier::kAo) {
      return AppendUrl("rtmp", part_.rtmp);
    }
    const size_t begin = part_.rtmp.size();
    part_.rtmp.append(frame->before);
    urls_.AppendRest(*frame, batch_, part_.rtmp);
    return SpanFrom(begin, part_.rtmp);
  }

  LinePart::Span AppendUrl(absl::string_view format, std::string& out) {
    const size_t begin = out.size();
    if (urls_.is_plain()) {  // what signatures have never needs it
      urls_.Append(format, out);
      return SpanFrom(begin, out);
    }
    url_.clear();
    urls_.Append(format, url_);
    AppendJsonEscaped(url_, out);
    return SpanFrom(begin, out);
  }

  const PlayDecision& decision_;
  const PlayLine& line_;
  const SdkOverrides overrides_;
  const std::optional<LineSwitch> line_switch_;
  const SdkParamsWriter params_;
  PlayUrlWriter urls_;
  UrlBatch batch_;
  std::vector<Slot> slots_;
  std::string after_slots_;
  std::string url_;
  LinePart part_;
};

// Which tiers there are, and who makes them.
void AppendTiers(const PlayDecision& decision, const PlayLine& line, std::string& key) {
  uint64_t tiers = 0;
  for (const TranscodeTemplate& tier : decision.tiers) tiers |= TierBit(tier.tier);
  AppendNumber(tiers << 32 | line.made.missing, key);
  AppendNumber(line.made.maker.value(), key);
}

// What switches took and set: formats, the latency policy, parameters.
void AppendSwitches(const PlayDecision& decision, std::string& key) {
  if (decision.switches.applied.empty()) return;
  for (const absl::string_view format : kFormats) {
    if (decision.switches.IsFormatOff(format)) AppendWhole(format, key);
  }
  const bool has_rtmp = !decision.switches.IsFormatOff("rtmp");
  const bool has_plan = decision.latency.plan != nullptr;
  AppendNumber(uint64_t{has_rtmp} << 1 | uint64_t{has_plan}, key);
  for (const auto& [name, value] : OverridesOf(decision)) {
    AppendWhole(name, key);
    AppendWhole(value, key);
  }
}

}  // namespace

size_t LinePart::bytes() const {
  return sizeof(*this) + tiers.capacity() * sizeof(TierText) + inner.capacity() + outer.capacity() +
         rtmp.capacity();
}

LinePart RenderLine(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line) {
  return Renderer(snapshot, decision, line).Render();
}

LinePart RenderLineForUrl(const Snapshot& snapshot, const PlayDecision& decision,
                          const PlayLine& line) {
  LinePart part = RenderLine(snapshot, decision, line);
  part.outer.reserve(part.inner.size() * 3 / 2);
  for (LinePart::TierText& text : part.tiers) {
    const size_t outer = part.outer.size();
    AppendJsonEscaped(LinePart::Cut(part.inner, text.member), part.outer);
    text.escaped = SpanFrom(outer, part.outer);
  }
  return part;
}

PartKey KeyOf(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line) {
  std::string text;
  text.reserve(192);
  AppendKey(snapshot, decision, line, text);
  return KeyOfText(std::move(text));
}

void AppendKey(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
               std::string& text) {
  AppendNumber(static_cast<uint64_t>(snapshot.revision), text);
  AppendNumber(line.cdn.value(), text);
  AppendNumber(static_cast<uint64_t>(PlayUrlExpiry(snapshot, decision, line)), text);
  AppendNumber(uint64_t{line.gop_cache.ms} << 32 | decision.latency.gop_cache_ms, text);
  AppendNumber(decision.latency.start_buffer_ms, text);
  // What the other line's pushes say of this one: how many lines, and whose pictures.
  uint64_t pushes = decision.lines.size();
  for (const PlayLine& each : decision.lines) pushes = pushes << 8 | each.push;
  AppendNumber(pushes, text);
  AppendWhole(line.role, text);
  AppendWhole(decision.publish_point->spec.name, text);
  AppendWhole(decision.stream->name, text);
  AppendWhole(line.host, text);
  AppendWhole(line.rtmp_host, text);
  AppendTiers(decision, line, text);
  AppendSwitches(decision, text);
}

}  // namespace nearcast::scheduler
