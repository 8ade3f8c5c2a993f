#include "dataplane/forward/forward_protocol.h"

#include <optional>
#include <utility>
#include <variant>

#include "dataplane/stream/frame.h"

namespace nearcast::forward {

ForwardProtocol::ForwardProtocol(std::unique_ptr<media::RtmpClientSession> session, OnEnd on_end,
                                 IsWithdrawn is_withdrawn)
    : session_(std::move(session)),
      on_end_(std::move(on_end)),
      is_withdrawn_(std::move(is_withdrawn)) {}

ForwardProtocol::~ForwardProtocol() { on_end_(end_); }

// Metadata goes through the session, which says @setDataFrame before it.
std::string ForwardProtocol::Open(const egress::Opening& opening) {
  const auto write = [&](media::FrameKind kind, const stream::FrameRef& header) {
    if (!header) return;
    session_->WriteMedia(kind, static_cast<uint32_t>(opening.dts_ms), header->payload());
  };
  write(media::FrameKind::kScript, opening.headers->metadata);
  if (opening.has_video) write(media::FrameKind::kVideo, opening.headers->video);
  if (opening.has_audio) write(media::FrameKind::kAudio, opening.headers->audio);
  return session_->TakeOutput();
}

std::string ForwardProtocol::Refuse(const absl::Status& reason) {
  end_ = reason;
  session_->EndStream();
  return session_->TakeOutput();
}

std::string ForwardProtocol::Close() {
  end_ = absl::OkStatus();
  session_->EndStream();
  return session_->TakeOutput();
}

// Whoever orders it no longer has shut down the reading side (Forward::Cancel).
std::string ForwardProtocol::Farewell() { return is_withdrawn_() ? Close() : ""; }

absl::StatusOr<std::string> ForwardProtocol::Read(absl::string_view input) {
  while (true) {
    absl::StatusOr<std::optional<media::RtmpEvent>> event = session_->Read(&input);
    if (!event.ok()) return end_ = event.status();
    if (!event->has_value()) return session_->TakeOutput();
    if (std::holds_alternative<media::RtmpStreamEnd>(**event)) {
      return end_ = absl::CancelledError("the server has ended it");
    }
  }
}

}  // namespace nearcast::forward
