#include "dataplane/ingest/media_intake.h"

#include <utility>

#include "dataplane/media/avc_config.h"
#include "dataplane/media/frame_header.h"
#include "dataplane/media/metadata.h"

namespace nearcast::ingest {
namespace {

using media::Codec;
using stream::FrameRole;

std::string NameOf(Codec codec) {
  const absl::string_view name = media::CodecName(codec);
  return std::string(name.data(), name.size());
}

int64_t PtsMs(const media::FrameHeader& header) {
  return int64_t{header.dts_ms} + header.composition_ms;
}

uint32_t Pixels(std::optional<double> value) {
  return value && *value > 0 && *value < 65536 ? static_cast<uint32_t>(*value) : 0;
}

}  // namespace

MediaIntake::MediaIntake(std::unique_ptr<stream::Publication> publication)
    : publication_(std::move(publication)) {}

// The publication ends first: whoever is told looks at what there is.
MediaIntake::~MediaIntake() {
  publication_.reset();
  TellOver(stream::EndReason::kLost);
}

void MediaIntake::Finish(stream::EndReason reason, int64_t now_ms) {
  publication_->Finish(reason, now_ms);
  // Whoever has been replaced ends nothing.
  const bool ended = publication_->stream()->state() == stream::StreamState::kEnded;
  TellOver(ended ? reason : stream::EndReason::kLost);
}

void MediaIntake::TellOver(stream::EndReason reason) {
  if (const auto told = std::exchange(when_over_, nullptr)) told(reason);
}

absl::Status MediaIntake::Take(media::FrameKind kind, uint32_t dts_ms, absl::string_view payload,
                               int64_t now_ms) {
  if (kind == media::FrameKind::kScript) payload = media::StripSetDataFrame(payload);
  const std::optional<FrameRole> role = Classify(kind, dts_ms, payload);
  if (!role) return absl::OkStatus();
  return publication_->Push(*role, dts_ms, payload, now_ms);
}

absl::Status MediaIntake::TakeNumbered(media::FrameKind kind, int64_t dts_ms, uint32_t seq,
                                       absl::string_view payload, int64_t now_ms) {
  const std::optional<FrameRole> role = Classify(kind, static_cast<uint32_t>(dts_ms), payload);
  if (!role) return absl::OkStatus();
  return publication_->PushNumbered(*role, dts_ms, seq, payload, now_ms);
}

// Nothing for what is malformed or not passed on.
std::optional<FrameRole> MediaIntake::Classify(media::FrameKind kind, uint32_t dts_ms,
                                               absl::string_view payload) {
  const auto header = media::ParseFrameHeader(kind, dts_ms, payload, nal_length_bytes_);
  if (!header.ok()) {
    ++malformed_;
    return std::nullopt;
  }
  const std::optional<FrameRole> role = RoleOf(*header, payload);
  if (!role) return std::nullopt;
  if (stream::IsHeader(*role) || (description_.audio_codec.empty() && *role == FrameRole::kAudio)) {
    Describe(*header, payload);
  }
  return role;
}

std::optional<FrameRole> MediaIntake::RoleOf(const media::FrameHeader& header,
                                             absl::string_view payload) {
  switch (header.kind) {
    case media::FrameKind::kScript:
      return media::IsOnMetaData(payload) ? FrameRole::kScript : FrameRole::kData;
    case media::FrameKind::kAudio:
      return header.sequence_header ? FrameRole::kAudioHeader : FrameRole::kAudio;
    case media::FrameKind::kVideo:
      if (header.end_of_sequence) return std::nullopt;  // another publisher may go on
      return VideoRole(header);
  }
  return std::nullopt;
}

FrameRole MediaIntake::VideoRole(const media::FrameHeader& header) {
  if (header.sequence_header) return FrameRole::kVideoHeader;
  const bool looked_into = header.codec == Codec::kH264 || header.codec == Codec::kH265;
  if (header.IsKeyPicture()) {
    const bool patient = idr_dts_ms_ && header.dts_ms - *idr_dts_ms_ < kIdrPatienceMs;
    if (header.idr) idr_dts_ms_ = header.dts_ms;
    if (!looked_into || header.idr || !patient) {
      open_gop_pts_ms_ = std::nullopt;
      if (looked_into && !header.idr) open_gop_pts_ms_ = PtsMs(header);
      return FrameRole::kVideoKey;
    }
  }
  if (open_gop_pts_ms_ && PtsMs(header) < *open_gop_pts_ms_) return FrameRole::kVideoLeading;
  open_gop_pts_ms_ = std::nullopt;
  return header.disposable ? FrameRole::kVideoDisposable : FrameRole::kVideoInter;
}

void MediaIntake::Describe(const media::FrameHeader& header, absl::string_view payload) {
  if (header.kind == media::FrameKind::kScript) {
    DescribeFromMetadata(payload);
  } else if (header.kind == media::FrameKind::kAudio) {
    description_.audio_codec = NameOf(header.codec);
  } else {
    description_.video_codec = NameOf(header.codec);
    if (header.codec == Codec::kH264) {
      const auto config =
          media::ParseAvcConfig(media::SequenceHeaderConfig(media::FrameKind::kVideo, payload));
      if (config.ok()) {
        nal_length_bytes_ = config->nal_length_bytes;
        description_.width = config->width_px;
        description_.height = config->height_px;
      }
    }
  }
  publication_->Describe(description_);
}

void MediaIntake::DescribeFromMetadata(absl::string_view payload) {
  const auto metadata = media::ParseMetadata(payload);
  if (!metadata.ok() || description_.width != 0) return;
  description_.width = Pixels(metadata->width_px);
  description_.height = Pixels(metadata->height_px);
}

}  // namespace nearcast::ingest
