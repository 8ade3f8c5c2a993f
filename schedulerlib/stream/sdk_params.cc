#include "schedulerlib/stream/sdk_params.h"

#include "absl/strings/str_cat.h"
#include "schedulerlib/latency/latency_plan.h"
#include "schedulerlib/stream/json_writer.h"

namespace nearcast::scheduler {
namespace {

constexpr size_t kUsualSize = 640;

// Where the members end that differ by tier.
constexpr absl::string_view kTailBegin = ",\"SuggestFormat\"";

void AppendResolution(const TranscodeTemplate& tier, std::string& out) {
  if (tier.tier == Tier::kAo || tier.width == 0) return;
  absl::StrAppend(&out, tier.width, "x", tier.height);
}

// 140 → "1.4", 100 → "1".
void WriteSpeed(absl::string_view key, uint32_t percent, JsonWriter& json) {
  std::string text = absl::StrCat(percent / 100);
  const uint32_t rest = percent % 100;
  if (rest != 0) absl::StrAppend(&text, rest < 10 ? ".0" : ".", rest % 10 == 0 ? rest / 10 : rest);
  json.Key(key).Raw(text);
}

void WriteNetworkAdapt(const SpeedPlan& speed, JsonWriter& json) {
  json.Open();
  json.Member("Enabled", speed.chases || speed.slows ? 1 : 0);
  json.Member("HurryType", 0);
  json.Member("HurryStartMs", speed.chase_start_ms);
  json.Member("HurryTime", speed.chase_stop_ms);
  json.Member("HurryMillisecond", speed.chase_stop_ms);
  WriteSpeed("HurrySpeed", speed.chases ? speed.chase_percent : 100, json);
  json.Member("HurryStopType", 1);
  json.Member("SlowTime", speed.slow_below_ms);
  json.Member("SlowMillisecond", speed.slow_below_ms);
  WriteSpeed("SlowSpeed", speed.slows ? speed.slow_percent : 100, json);
  json.Close();
}

void WriteAuto(uint32_t demote_after_stalls, JsonWriter& json) {
  json.Open().Member("Enable", 1).Key("Demotion").Open();
  json.Member("StallCount", demote_after_stalls).Close().Close();
}

void WriteLineSwitch(const LineSwitch& line_switch, JsonWriter& json) {
  json.Open().Member("Enable", 1).Member("To", line_switch.to);
  json.Member("PushId", line_switch.push_id);
  json.Member("OwnPush", line_switch.has_own_push ? 1 : 0);
  json.Member("SilenceMs", line_switch.silence_ms);
  json.Member("FirstFrameMs", line_switch.first_frame_ms);
  json.Member("StallCount", line_switch.stalls);
  json.Member("ReturnMs", line_switch.return_ms).Close();
}

// Members one by one: an override stands in its member's place, those without one at the end.
class ParamsWriter {
 public:
  explicit ParamsWriter(const SdkOverrides& overrides) : json_(kUsualSize), left_(overrides) {
    json_.Open();
  }

  void Text(absl::string_view key, absl::string_view value) {
    if (!WriteOverride(key)) json_.Member(key, value);
  }
  void Int(absl::string_view key, int64_t value) {
    if (!WriteOverride(key)) json_.Member(key, value);
  }
  template <typename Write>
  void Object(absl::string_view key, Write write) {
    if (!WriteOverride(key)) write(json_.Key(key));
  }
  std::string Take() {
    for (const auto& [key, value] : left_) json_.AnyKey(key).Raw(value);
    return json_.Close().Take();
  }

 private:
  bool WriteOverride(absl::string_view key) {
    for (auto at = left_.begin(); at != left_.end(); ++at) {
      if (at->first != key) continue;
      json_.Key(key).Raw(at->second);
      left_.erase(at);
      return true;
    }
    return false;
  }

  JsonWriter json_;
  SdkOverrides left_;
};

}  // namespace

std::string WriteResolution(const TranscodeTemplate& tier) {
  std::string resolution;
  AppendResolution(tier, resolution);
  return resolution;
}

std::string WriteSdkParams(const TranscodeTemplate& tier, const SdkParams& params) {
  const ViewerLatency& latency = params.latency;
  ParamsWriter writer(params.overrides);
  writer.Text("VCodec", tier.codec == Codec::kH265 ? "h265" : "h264");
  writer.Int("vbitrate", tier.bitrate_bps);
  writer.Text("resolution", WriteResolution(tier));
  writer.Int("gop", tier.gop_s);
  writer.Int("fps", tier.fps);
  writer.Text("drType", "sdr");
  writer.Text("stream_suffix", params.suffix);
  writer.Text("SuggestFormat", "");
  writer.Text("SuggestProtocol", "tcp");
  writer.Int("FastOpenDuration", -static_cast<int64_t>(params.gop_cache_ms));
  writer.Int("BufferDataMs", latency.start_buffer_ms);
  writer.Int("EnableLowLatencyFLV", params.gop_cache_ms <= kLowLatencyCacheMs ? 1 : 0);
  if (latency.plan != nullptr) {
    const SpeedPlan speed = SpeedsAt(*latency.plan, params.gop_cache_ms);
    writer.Object("NetworkAdapt", [&speed](JsonWriter& json) { WriteNetworkAdapt(speed, json); });
    const uint32_t stalls = latency.plan->demote_after_stalls;
    if (stalls > 0) writer.Object("Auto", [stalls](JsonWriter& json) { WriteAuto(stalls, json); });
  }
  if (params.line_switch != nullptr) {
    writer.Object("LineSwitch",
                  [&params](JsonWriter& json) { WriteLineSwitch(*params.line_switch, json); });
  }
  return writer.Take();
}

SdkParamsWriter::SdkParamsWriter(const ViewerLatency& latency, uint32_t gop_cache_ms,
                                 const SdkOverrides& overrides, const LineSwitch* line_switch)
    : latency_(latency),
      gop_cache_ms_(gop_cache_ms),
      overrides_(overrides),
      line_switch_(line_switch) {
  const std::string whole = WriteSdkParams(TranscodeTemplate(), {.suffix = "",
                                                                 .gop_cache_ms = gop_cache_ms,
                                                                 .latency = latency,
                                                                 .overrides = {},
                                                                 .line_switch = line_switch});
  const absl::string_view text = whole;
  tail_.reserve(2 * text.size());
  AppendJsonEscaped(text.substr(text.find(kTailBegin)), tail_);
}

void SdkParamsWriter::AppendEscaped(const TranscodeTemplate& tier, absl::string_view suffix,
                                    std::string& out) const {
  if (!overrides_.empty() || !IsJsonPlain(suffix)) {
    AppendJsonEscaped(WriteSdkParams(tier, {.suffix = suffix,
                                            .gop_cache_ms = gop_cache_ms_,
                                            .latency = latency_,
                                            .overrides = overrides_,
                                            .line_switch = line_switch_}),
                      out);
    return;
  }
  absl::StrAppend(&out, R"({\"VCodec\":\")", tier.codec == Codec::kH265 ? "h265" : "h264",
                  R"(\",\"vbitrate\":)", tier.bitrate_bps, R"(,\"resolution\":\")");
  AppendResolution(tier, out);
  absl::StrAppend(&out, R"(\",\"gop\":)", tier.gop_s, R"(,\"fps\":)", tier.fps,
                  R"(,\"drType\":\"sdr\",\"stream_suffix\":\")", suffix, R"(\")");
  out.append(tail_);
}

}  // namespace nearcast::scheduler
