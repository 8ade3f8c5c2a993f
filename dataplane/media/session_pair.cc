#include "dataplane/media/session_pair.h"

#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::media {
namespace {

std::string FormatName(const RtmpStreamName& name) {
  return absl::StrCat(name.app, "/", name.stream, name.query.empty() ? "" : "?", name.query);
}

struct EventFormatter {
  std::string operator()(const RtmpPublish& publish) const {
    return "publish " + FormatName(publish.name);
  }
  std::string operator()(const RtmpPlay& play) const { return "play " + FormatName(play.name); }
  std::string operator()(const RtmpMedia& media) const {
    const char* kind = media.kind == FrameKind::kAudio   ? "audio"
                       : media.kind == FrameKind::kVideo ? "video"
                                                         : "script";
    const std::string payload = media.payload.size() > 40
                                    ? absl::StrCat(media.payload.size(), " bytes")
                                    : absl::CEscape(media.payload);
    return absl::StrCat(kind, "@", media.dts_ms, ": ", payload);
  }
  std::string operator()(const RtmpReady&) const { return "ready"; }
  std::string operator()(const RtmpStreamEnd&) const { return "end"; }
};

}  // namespace

std::string FormatEvent(const RtmpEvent& event) { return std::visit(EventFormatter{}, event); }

SessionPair::SessionPair(RtmpTarget target, size_t piece_bytes)
    : server(RtmpSessionOptions{}, 1),
      client(std::move(target), RtmpSessionOptions{}, 2),
      piece_bytes_(piece_bytes) {}

absl::Status SessionPair::Run() {
  while (true) {
    to_server_ += client.TakeOutput();
    to_client_ += server.TakeOutput();
    if (to_server_.empty() && to_client_.empty()) return absl::OkStatus();
    const std::string up = to_server_.substr(0, piece_bytes_);
    to_server_.erase(0, piece_bytes_);
    NC_RETURN_IF_ERROR(FeedServer(up));
    const std::string down = to_client_.substr(0, piece_bytes_);
    to_client_.erase(0, piece_bytes_);
    NC_RETURN_IF_ERROR(FeedClient(down));
  }
}

absl::Status SessionPair::FeedServer(absl::string_view piece) {
  while (true) {
    NC_ASSIGN_OR_RETURN(const std::optional<RtmpEvent> event, server.Read(&piece));
    if (!event) return absl::OkStatus();
    server_events.push_back(FormatEvent(*event));
    const bool publish = std::holds_alternative<RtmpPublish>(*event);
    const bool play = std::holds_alternative<RtmpPlay>(*event);
    if ((publish || play) && !refusal_code.empty()) {
      server.Refuse(refusal_code, "refused by the test");
    } else if (publish) {
      server.AcceptPublish();
    } else if (play) {
      server.AcceptPlay();
    }
  }
}

absl::Status SessionPair::FeedClient(absl::string_view piece) {
  while (true) {
    NC_ASSIGN_OR_RETURN(const std::optional<RtmpEvent> event, client.Read(&piece));
    if (!event) return absl::OkStatus();
    client_events.push_back(FormatEvent(*event));
  }
}

}  // namespace nearcast::media
