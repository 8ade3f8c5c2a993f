#include "dataplane/egress/link_protocol.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/media/link_record.h"

namespace nearcast::egress {
namespace {

std::string HttpHead() {
  return absl::StrCat(
      "HTTP/1.1 200 OK\r\nServer: nearcast\r\nContent-Type: ", media::kLinkMediaType,
      "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
}

}  // namespace

std::string LinkProtocol::Begin() {
  if (std::exchange(begun_, true)) return "";
  return absl::StrCat(door_ == LinkDoor::kHttp ? HttpHead() : "", media::kLinkMagic);
}

std::string LinkProtocol::Open(const Opening& opening) {
  return absl::StrCat(Begin(), BuildHeaderBytes(opening, Wire::kLink));
}

std::string LinkProtocol::Refuse(const absl::Status& reason) {
  if (door_ == LinkDoor::kHttp) return BuildHttpRefusal(reason);
  return absl::StrCat(
      Begin(), media::EncodeLinkRecord(
                   {.type = media::LinkType::kRefused, .seq = static_cast<uint32_t>(reason.code())},
                   reason.message()));
}

std::string LinkProtocol::Close() {
  return media::EncodeLinkRecord({.type = media::LinkType::kEnd}, "");
}

std::string LinkProtocol::KeepAlive() {
  if (!begun_ && door_ == LinkDoor::kHttp) return "HTTP/1.1 102 Processing\r\n\r\n";
  return absl::StrCat(Begin(), media::EncodeLinkRecord({}, ""));
}

}  // namespace nearcast::egress
