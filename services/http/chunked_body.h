// ChunkedBody: takes the chunked transfer coding off a request's body (RFC 9112 section 7.1),
// however it is cut.
#ifndef SERVICES_HTTP_CHUNKED_BODY_H_
#define SERVICES_HTTP_CHUNKED_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::http {

// One message's worth of state. Extensions and trailers are read and dropped, in bounded length.
class ChunkedBody {
 public:
  enum class State { kMore, kDone, kMalformed, kTooLarge };

  // `body_bytes_max` bounds what is gathered.
  explicit ChunkedBody(size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // Reads on; `consumed` says how much of `bytes` belongs to the message so far. After anything but
  // kMore the state stays.
  State Feed(absl::string_view bytes, size_t* consumed);

  // Complete after kDone.
  const std::string& body() const { return body_; }

 private:
  enum class Expect { kSize, kExtension, kSizeLf, kData, kDataCr, kDataLf, kTrailer, kTrailerLf };

  // Each reads one byte that is not data.
  State FeedSize(char c);
  State FeedByte(char c);
  State FeedTrailer(char c);
  State EndSizeLine();

  // Chunk-size digits, extensions and trailers, all together: no one needs more.
  static constexpr size_t kOverheadBytesMax = 4096;

  size_t body_bytes_max_;
  std::string body_;
  State state_ = State::kMore;
  Expect expect_ = Expect::kSize;
  uint64_t chunk_bytes_ = 0;
  size_t size_digits_ = 0;
  size_t line_bytes_ = 0;
  size_t overhead_bytes_ = 0;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_CHUNKED_BODY_H_
