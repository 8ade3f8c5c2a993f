#include "dataplane/ingest/flv_upload.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "dataplane/admission/attempt.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/egress/worker.h"
#include "dataplane/media/flv_tag.h"

namespace nearcast::ingest {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr size_t kReadBytes = 64u << 10;

absl::Status TakeTags(absl::string_view bytes, media::FlvTagReader* tags, MediaIntake* intake) {
  while (true) {
    NC_ASSIGN_OR_RETURN(const std::optional<media::FlvTag> tag, tags->Read(&bytes));
    if (!tag) return absl::OkStatus();
    NC_RETURN_IF_ERROR(
        intake->Take(tag->header.kind, tag->header.dts_ms, tag->payload(), egress::MonotonicMs()));
  }
}

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

}  // namespace

asio::awaitable<absl::Status> FlvUpload::Take(egress::HttpUpload upload) {
  counters_.begun.Add();
  const ConnectionLimiter::Place place =
      limiter_->Enter(upload.peer_address.substr(0, upload.peer_address.rfind(':')));
  absl::Status status = absl::ResourceExhaustedError("too many connections from this address");
  if (place) status = co_await Publish(&upload);
  if (!status.ok()) {
    counters_.refused.Add();
    desk_->log().refused.Info("flv post {}: {}", upload.peer_address, Text(status.message()));
  }
  co_return status;
}

asio::awaitable<absl::Status> FlvUpload::Publish(egress::HttpUpload* upload) {
  absl::StatusOr<std::string> name = egress::ParseFlvPath(upload->path);
  if (!name.ok()) co_return absl::InvalidArgumentError(name.status().message());
  if (upload->parser->is_done()) {
    co_return absl::InvalidArgumentError(
        "a POST without a body: want FLV, with Transfer-Encoding: chunked or a Content-Length");
  }
  // A name of its own: GCC 12 destroys a temporary twice that stands in an await.
  const admission::Attempt attempt{.stream = *name,
                                   .path = upload->path,
                                   .path_signature = upload->path_signature,
                                   .query = upload->query,
                                   .host = upload->host,
                                   .address = upload->peer_address};
  absl::StatusOr<std::unique_ptr<MediaIntake>> intake = co_await desk_->Admit(attempt, worker_);
  if (!intake.ok()) co_return intake.status();
  if (upload->expects_continue) {
    error_code error;
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(*upload->connection, asio::buffer(go_on),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  desk_->log().begun.Info("publish {} from {}: begins, by POST", *name, upload->peer_address);
  const absl::Status status = co_await ReadBody(upload, intake->get());
  if (status.ok()) (*intake)->Finish(stream::EndReason::kOnPurpose, egress::MonotonicMs());
  desk_->log().ended.Info("publish {} from {}: ended", *name, upload->peer_address);
  co_return status;
}

asio::awaitable<absl::Status> FlvUpload::ReadBody(egress::HttpUpload* upload, MediaIntake* intake) {
  upload->parser->body_limit(std::numeric_limits<uint64_t>::max());
  media::FlvTagReader tags(options_.frame_bytes_max);
  std::vector<char> bytes(kReadBytes);
  while (!upload->parser->is_done()) {
    auto& body = upload->parser->get().body();
    body.data = bytes.data();
    body.size = bytes.size();
    upload->connection->expires_after(std::chrono::milliseconds(options_.idle_ms_max));
    error_code error;
    co_await http::async_read_some(*upload->connection, *upload->buffer, *upload->parser,
                                   asio::redirect_error(asio::use_awaitable, error));
    if (error == beast::error::timeout)
      co_return absl::DeadlineExceededError("silent for too long");
    if (error && error != http::error::need_buffer) {
      co_return absl::UnavailableError(absl::StrCat("the publisher has gone: ", error.message()));
    }
    const size_t size = bytes.size() - body.size;
    counters_.bytes_received.Add(size);
    absl::Status taken = TakeTags(absl::string_view(bytes.data(), size), &tags, intake);
    if (!taken.ok()) co_return taken;
  }
  co_return absl::OkStatus();
}

}  // namespace nearcast::ingest
