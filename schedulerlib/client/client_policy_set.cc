#include "schedulerlib/client/client_policy_set.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace nearcast::scheduler {
namespace {

// What is set already stays.
template <typename T>
void Fill(T& field, const T& from) {
  if (field == T()) field = from;
}

void Fill(EncoderSettings& to, const EncoderSettings& from) {
  Fill(to.video.codec, from.video.codec);
  Fill(to.video.acceleration, from.video.acceleration);
  Fill(to.profile, from.profile);
  Fill(to.width, from.width);
  Fill(to.height, from.height);
  Fill(to.fps, from.fps);
  Fill(to.bitrate_bps, from.bitrate_bps);
  Fill(to.bitrate_min_bps, from.bitrate_min_bps);
  Fill(to.bitrate_max_bps, from.bitrate_max_bps);
  Fill(to.gop_ms, from.gop_ms);
  Fill(to.audio_bitrate_bps, from.audio_bitrate_bps);
  Fill(to.audio_first, from.audio_first);
  to.parameters.insert(from.parameters.begin(), from.parameters.end());
}

void Fill(DecoderSettings& to, const DecoderSettings& from) {
  Fill(to.video, from.video);
  Fill(to.start_buffer_ms, from.start_buffer_ms);
  Fill(to.tier_max, from.tier_max);
  to.parameters.insert(from.parameters.begin(), from.parameters.end());
}

bool IsStronger(const ClientPolicy& a, const ClientPolicy& b) {
  return std::tie(b.priority, a.name) < std::tie(a.priority, b.name);
}

std::vector<CompiledMatch> CompileAll(const std::vector<ClientPolicy>& policies) {
  std::vector<CompiledMatch> matches;
  for (const ClientPolicy& policy : policies) {
    matches.push_back(CompileMatch(policy.match, policy.name));
  }
  return matches;
}

}  // namespace

ClientPolicySet::ClientPolicySet(std::vector<ClientPolicy> policies)
    : policies_(std::move(policies)) {
  std::sort(policies_.begin(), policies_.end(), IsStronger);
  index_ = MatchIndex(CompileAll(policies_));
}

ClientSettings ClientPolicySet::SettingsFor(const MatchQuestion& question, IsOff is_off) const {
  ClientSettings settings;
  for (const uint32_t place : index_.Find(question)) {
    const ClientPolicy& policy = policies_[place];
    if (is_off(policy.name)) continue;
    settings.policies.push_back(&policy);
    Fill(settings.encoder, policy.encoder);
    Fill(settings.decoder, policy.decoder);
  }
  return settings;
}

}  // namespace nearcast::scheduler
