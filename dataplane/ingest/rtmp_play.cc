#include "dataplane/ingest/rtmp_play.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/media/chunk_writer.h"
#include "dataplane/stream/frame.h"

namespace nearcast::ingest {
namespace {

constexpr size_t kUnreadBytesMax = 64u << 10;

// Frames are made for message stream 1, which every player's first createStream gets. Another one
// is told to play anew.
bool PlaysOnSharedStream(const media::RtmpServerSession& session) {
  const media::ChunkHeaders theirs = session.MediaHeaders(media::FrameKind::kAudio, 0, 0);
  const stream::FrameRef ours = stream::Frame::Make({stream::FrameRole::kAudio, 0}, "");
  return theirs.first() == ours->rtmp_header();
}

}  // namespace

RtmpPlay::RtmpPlay(std::unique_ptr<media::RtmpServerSession> session, std::string unread)
    : session_(std::move(session)), unread_(std::move(unread)) {}

std::string RtmpPlay::Open(const egress::Opening& opening) {
  session_->AcceptPlay();
  if (!PlaysOnSharedStream(*session_)) {
    session_->EndStream("one play per connection: connect again");
    return session_->TakeOutput();
  }
  return absl::StrCat(session_->TakeOutput(),
                      egress::BuildHeaderBytes(opening, egress::Wire::kRtmp));
}

std::string RtmpPlay::Refuse(const absl::Status& reason) {
  const bool missing = absl::IsNotFound(reason) || absl::IsDeadlineExceeded(reason);
  session_->Refuse(missing ? "NetStream.Play.StreamNotFound" : "NetStream.Play.Failed",
                   reason.message());
  return session_->TakeOutput();
}

std::string RtmpPlay::Close() {
  if (session_->state() != media::RtmpServerSession::State::kPlaying) return "";
  session_->EndStream("the stream has ended");
  return session_->TakeOutput();
}

absl::StatusOr<std::string> RtmpPlay::Read(absl::string_view input) {
  absl::StrAppend(&unread_, input);
  if (session_->state() == media::RtmpServerSession::State::kAskedPlay) {
    if (unread_.size() > kUnreadBytesMax) {
      return absl::ResourceExhaustedError("a player that talks while it waits");
    }
    return std::string();
  }
  const std::string text = std::exchange(unread_, {});
  absl::string_view rest = text;
  while (true) {
    NC_ASSIGN_OR_RETURN(const std::optional<media::RtmpEvent> event, session_->Read(&rest));
    if (!event) return session_->TakeOutput();
    if (!std::holds_alternative<media::RtmpMedia>(*event)) {
      return absl::CancelledError("the player has ended, or wants another stream");
    }
  }
}

}  // namespace nearcast::ingest
