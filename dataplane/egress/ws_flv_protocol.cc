#include "dataplane/egress/ws_flv_protocol.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/media/flv_tag.h"

namespace nearcast::egress {
namespace {

constexpr size_t kEarlyBytesMax = 4u << 10;
constexpr char kNormalClosure[] = "\x03\xE8";  // 1000

}  // namespace

absl::StatusOr<std::shared_ptr<WsFlvProtocol>> WsFlvProtocol::Make(absl::string_view key,
                                                                   absl::string_view version) {
  if (version != "13") return absl::InvalidArgumentError("Sec-WebSocket-Version: want 13");
  NC_ASSIGN_OR_RETURN(std::string accept, media::WsAcceptOf(key));
  return absl::WrapUnique(new WsFlvProtocol(std::move(accept)));
}

std::string WsFlvProtocol::Open(const Opening& opening) {
  open_ = true;
  const bool has_video = opening.has_video && opening.wanted == stream::Wanted::kEverything;
  const std::string flv_head =
      media::EncodeFlvFileHeader({.has_audio = opening.has_audio, .has_video = has_video});
  std::string pongs;
  if (auto answer = reader_.Read(early_); answer.ok()) pongs = *std::move(answer);
  early_.clear();
  return absl::StrCat("HTTP/1.1 101 Switching Protocols\r\nServer: nearcast\r\n",
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
                      accept_, "\r\n", BuildPromiseField(opening), "\r\n", pongs,
                      media::EncodeWsFrame(media::WsOpcode::kBinary, flv_head),
                      BuildHeaderBytes(opening, Wire::kWebSocket));
}

std::string WsFlvProtocol::Refuse(const absl::Status& reason) { return BuildHttpRefusal(reason); }

std::string WsFlvProtocol::Close() {
  return media::EncodeWsFrame(media::WsOpcode::kClose, kNormalClosure);
}

absl::StatusOr<std::string> WsFlvProtocol::Read(absl::string_view input) {
  if (open_) return reader_.Read(input);
  if (early_.size() + input.size() > kEarlyBytesMax) {
    return absl::ResourceExhaustedError("a player that talks while it waits");
  }
  absl::StrAppend(&early_, input);
  return std::string();
}

}  // namespace nearcast::egress
