// FlvUpload: publishing by HTTP POST of an FLV stream.
// Sources: RFC 9110, 9.3.3 (POST), 10.1.1 (Expect); RFC 9112, 6 and 7.1 (body length, chunked);
// Adobe Flash Video File Format 10.1, annex E.
//
//   ffmpeg -re -i FILE -c copy -f flv http://127.0.0.11:8088/live/show.flv      (chunked POST)
//
// A body that ends as it should ends the stream on purpose; a connection that breaks is a publisher
// that is lost and may come back. The same names, rights and rule for a second publisher as for
// RTMP.
#ifndef DATAPLANE_INGEST_FLV_UPLOAD_H_
#define DATAPLANE_INGEST_FLV_UPLOAD_H_

#include <cstdint>

#include "base/counter.h"
#include "dataplane/egress/http_upload.h"
#include "dataplane/egress/worker.h"
#include "dataplane/ingest/connection_limiter.h"
#include "dataplane/ingest/publish_desk.h"

namespace nearcast::ingest {

struct FlvUploadOptions {
  int64_t idle_ms_max = 30'000;  // a publisher that sends nothing this long is closed
  size_t frame_bytes_max = 4u << 20;
};

// begun = ended well + ended for an error + those that go on.
struct FlvUploadCounters {
  Counter begun;
  Counter refused;  // never became a publisher, or ended for an error
  Counter bytes_received;
};

// Of one worker. Thread rule: Take on the worker's thread, counters from any; outlives the worker.
class FlvUpload : public egress::HttpUploadTaker {
 public:
  FlvUpload(const FlvUploadOptions& options, egress::Worker* worker, PublishDesk* desk,
            ConnectionLimiter* limiter)
      : options_(options), worker_(worker), desk_(desk), limiter_(limiter) {}

  // InvalidArgument for a path other than /app/stream.flv, a request without a body, or what is not
  // FLV; ResourceExhausted when the address has too many connections; the errors of
  // PublishDesk::Admit; Aborted when another publisher takes over; DeadlineExceeded when it goes
  // silent.
  boost::asio::awaitable<absl::Status> Take(egress::HttpUpload upload) override;

  const FlvUploadCounters& counters() const { return counters_; }

 private:
  boost::asio::awaitable<absl::Status> Publish(egress::HttpUpload* upload);
  boost::asio::awaitable<absl::Status> ReadBody(egress::HttpUpload* upload, MediaIntake* intake);

  const FlvUploadOptions options_;
  egress::Worker* const worker_;
  PublishDesk* const desk_;
  ConnectionLimiter* const limiter_;
  FlvUploadCounters counters_;
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_FLV_UPLOAD_H_
