// HttpAnswer: reads the answer to one GET: its status, and its body with length, chunked, or until
// the connection closes. Source: RFC 9112, sections 4, 6.3 and 7.1.
#ifndef PROBE_HTTP_ANSWER_H_
#define PROBE_HTTP_ANSWER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nearcast::probe {

// Thread rule: one owner. Holds at most the head.
class HttpAnswer {
 public:
  static constexpr size_t kHeadBytesMax = 16 << 10;

  // Takes all of `input` and appends the bytes of the body in it. InvalidArgument when it is not
  // HTTP/1, the head is too large or a chunk is malformed. Bytes behind the end are dropped.
  absl::Status Read(absl::string_view input, std::string* body);

  bool has_head() const { return state_ != State::kHead; }
  bool done() const { return state_ == State::kDone; }

  // Whether the close of the connection is the regular end of the body, or it is complete.
  bool ended_by_close() const { return state_ == State::kUntilClose || done(); }

  uint32_t status() const { return status_; }

 private:
  enum class State { kHead, kLength, kUntilClose, kChunkSize, kChunk, kChunkEnd, kTrailer, kDone };

  absl::Status ReadHead(absl::string_view* input);
  absl::Status ParseHead(absl::string_view head);
  absl::Status ReadChunkSize(absl::string_view line);
  void ReadCounted(State next, absl::string_view* input, std::string* body);

  // A line without its end, once it is complete.
  bool TakeLine(absl::string_view* input, std::string* line);

  State state_ = State::kHead;
  uint32_t status_ = 0;
  uint64_t left_ = 0;   // of the body or chunk
  std::string buffer_;  // of the head or a line
};

}  // namespace nearcast::probe

#endif  // PROBE_HTTP_ANSWER_H_
