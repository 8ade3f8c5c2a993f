// ClientPolicy: how apps encode, decode and play on what they run on, as declared.
// nearcast.v1.ClientPolicy documents each field.
#ifndef SCHEDULERLIB_MODEL_CLIENT_POLICY_H_
#define SCHEDULERLIB_MODEL_CLIENT_POLICY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "schedulerlib/model/rule_match.h"

namespace nearcast::scheduler {

enum class ClientCodecName : uint8_t { kUnset, kH264, kH265 };
enum class Acceleration : uint8_t { kUnset, kHardware, kSoftware };

struct ClientCodec {
  ClientCodecName codec = ClientCodecName::kUnset;
  Acceleration acceleration = Acceleration::kUnset;

  friend bool operator==(const ClientCodec&, const ClientCodec&) = default;
};

// 0, "" and false are not set.
struct EncoderSettings {
  ClientCodec video;
  std::string profile;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t fps = 0;
  uint32_t bitrate_bps = 0;
  uint32_t bitrate_min_bps = 0;
  uint32_t bitrate_max_bps = 0;
  uint32_t gop_ms = 0;
  uint32_t audio_bitrate_bps = 0;
  bool audio_first = false;
  std::map<std::string, std::string> parameters;

  friend bool operator==(const EncoderSettings&, const EncoderSettings&) = default;
};

struct DecoderSettings {
  std::vector<ClientCodec> video;  // the first that the device can do
  uint32_t start_buffer_ms = 0;
  std::string tier_max;  // a tier's key
  std::map<std::string, std::string> parameters;

  friend bool operator==(const DecoderSettings&, const DecoderSettings&) = default;
};

struct ClientPolicy {
  std::string name;
  RuleMatch match;
  uint32_t priority = 0;
  EncoderSettings encoder;
  DecoderSettings decoder;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_CLIENT_POLICY_H_
