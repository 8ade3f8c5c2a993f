#include "schedulerlib/convert/client_convert.h"

#include "schedulerlib/convert/rule_convert.h"

namespace nearcast::scheduler {
namespace {

// The numbers of the two enumerations are the same.
ClientCodec CodecOf(const v1::ClientCodec& from) {
  return {static_cast<ClientCodecName>(from.codec()),
          static_cast<Acceleration>(from.acceleration())};
}

v1::ClientCodec ToProto(const ClientCodec& from) {
  v1::ClientCodec to;
  to.set_codec(static_cast<v1::ClientCodec::Codec>(from.codec));
  to.set_acceleration(static_cast<v1::ClientCodec::Acceleration>(from.acceleration));
  return to;
}

EncoderSettings EncoderOf(const v1::EncoderSettings& from) {
  EncoderSettings to;
  to.video = CodecOf(from.video());
  to.profile = from.profile();
  to.width = from.width();
  to.height = from.height();
  to.fps = from.fps();
  to.bitrate_bps = from.bitrate_bps();
  to.bitrate_min_bps = from.bitrate_min_bps();
  to.bitrate_max_bps = from.bitrate_max_bps();
  to.gop_ms = from.gop_ms();
  to.audio_bitrate_bps = from.audio_bitrate_bps();
  to.audio_first = from.audio_first();
  to.parameters = {from.parameters().begin(), from.parameters().end()};
  return to;
}

DecoderSettings DecoderOf(const v1::DecoderSettings& from) {
  DecoderSettings to;
  for (const v1::ClientCodec& codec : from.video()) to.video.push_back(CodecOf(codec));
  to.start_buffer_ms = from.start_buffer_ms();
  to.tier_max = from.tier_max();
  to.parameters = {from.parameters().begin(), from.parameters().end()};
  return to;
}

}  // namespace

ClientPolicy ClientPolicyOf(const std::string& name, const v1::ClientPolicy& from) {
  ClientPolicy to;
  to.name = name;
  to.match = MatchOf(from.match());
  to.priority = from.priority();
  to.encoder = EncoderOf(from.encoder());
  to.decoder = DecoderOf(from.decoder());
  return to;
}

v1::EncoderSettings ToProto(const EncoderSettings& from) {
  v1::EncoderSettings to;
  if (from.video != ClientCodec()) *to.mutable_video() = ToProto(from.video);
  to.set_profile(from.profile);
  to.set_width(from.width);
  to.set_height(from.height);
  to.set_fps(from.fps);
  to.set_bitrate_bps(from.bitrate_bps);
  to.set_bitrate_min_bps(from.bitrate_min_bps);
  to.set_bitrate_max_bps(from.bitrate_max_bps);
  to.set_gop_ms(from.gop_ms);
  to.set_audio_bitrate_bps(from.audio_bitrate_bps);
  to.set_audio_first(from.audio_first);
  to.mutable_parameters()->insert(from.parameters.begin(), from.parameters.end());
  return to;
}

v1::DecoderSettings ToProto(const DecoderSettings& from) {
  v1::DecoderSettings to;
  for (const ClientCodec& codec : from.video) *to.add_video() = ToProto(codec);
  to.set_start_buffer_ms(from.start_buffer_ms);
  to.set_tier_max(from.tier_max);
  to.mutable_parameters()->insert(from.parameters.begin(), from.parameters.end());
  return to;
}

}  // namespace nearcast::scheduler
