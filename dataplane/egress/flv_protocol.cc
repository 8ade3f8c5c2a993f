#include "dataplane/egress/flv_protocol.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dataplane/media/flv_tag.h"

namespace nearcast::egress {
namespace {

constexpr char kHttpHead[] =
    "HTTP/1.1 200 OK\r\n"
    "Server: nearcast\r\n"
    "Content-Type: video/x-flv\r\n"
    "Cache-Control: no-store\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Connection: close\r\n";

const char* ReasonPhrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 409:
      return "Conflict";
    case 508:
      return "Loop Detected";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return 403;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kDeadlineExceeded:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kFailedPrecondition:
      return 508;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

std::string FlvProtocol::Open(const Opening& opening) {
  const bool has_video = opening.has_video && opening.wanted == stream::Wanted::kEverything;
  return absl::StrCat(
      kHttpHead, BuildPromiseField(opening), "\r\n",
      media::EncodeFlvFileHeader({.has_audio = opening.has_audio, .has_video = has_video}),
      BuildHeaderBytes(opening, Wire::kFlv));
}

std::string FlvProtocol::Refuse(const absl::Status& reason) { return BuildHttpRefusal(reason); }

std::string BuildHttpRefusal(const absl::Status& reason) {
  const int status = HttpStatusOf(reason.code());
  const std::string body = absl::StrCat(
      "{\"error\":\"", absl::StrReplaceAll(reason.message(), {{"\\", "\\\\"}, {"\"", "\\\""}}),
      "\"}\n");
  return absl::StrCat(
      "HTTP/1.1 ", status, " ", ReasonPhrase(status),
      "\r\nServer: nearcast\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
      "\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n", body);
}

}  // namespace nearcast::egress
