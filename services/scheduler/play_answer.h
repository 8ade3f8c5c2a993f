// PlayAnswer: what one viewer is told, not yet put together: most of it lies in memory once for all
// viewers of a stream that have the same lines, and every door sends it from there.
#ifndef SERVICES_SCHEDULER_PLAY_ANSWER_H_
#define SERVICES_SCHEDULER_PLAY_ANSWER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "grpcpp/support/slice.h"
#include "nearcast/v1/scheduler.pb.h"
#include "schedulerlib/stream/stream_data.h"
#include "services/rpc/wire_text.h"

namespace nearcast {

// scheduler::AnswerFrame, as gRPC sends it without a copy.
class SharedFrame {
 public:
  explicit SharedFrame(scheduler::AnswerFrame frame);

  const grpc::Slice& url_begin() const { return url_begin_; }
  const grpc::Slice& url_end() const { return url_end_; }
  const grpc::Slice& data_end() const { return data_end_; }
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_;
  grpc::Slice url_begin_;
  grpc::Slice url_end_;
  grpc::Slice data_end_;
};

// scheduler::AnswerTerms, and what goes with it.
struct SharedTerms {
  scheduler::AnswerTerms text;

  // The fields default_tier and rule_ids of v1::PlayInfo, as on the wire.
  std::string rest;

  size_t bytes() const {
    return sizeof(*this) + text.end.capacity() + text.escaped_end.capacity() + rest.capacity();
  }
};

struct PlayAnswer {
  // stream_data and stream_url stand around `common`. Null for the forms that have a document.
  std::shared_ptr<const SharedFrame> frame;
  std::shared_ptr<const SharedTerms> terms;  // not null
  std::string common_begin;
  std::string escaped_common_begin;

  std::string document;

  // The field lines of v1::PlayInfo, as on the wire.
  std::string lines;
};

// The `stream_url` object. The answer has a frame.
void AppendStreamUrl(const PlayAnswer& answer, std::string& out);

// Fetches the frame into the core's cache, for whoever sends it soon: among thousands of streams it
// is not there, and fetching costs less than a copy that waits for each line.
void PrefetchFrame(const PlayAnswer& answer);

// As v1::PlayInfo.
size_t WireSize(const PlayAnswer& answer);
void AppendWire(const PlayAnswer& answer, rpc::WireText& out);
v1::PlayInfo ToProto(const PlayAnswer& answer);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_PLAY_ANSWER_H_
