#include "services/http/chunked_body.h"

#include <algorithm>

namespace nearcast::http {

ChunkedBody::State ChunkedBody::Feed(absl::string_view bytes, size_t* consumed) {
  size_t i = 0;
  while (i < bytes.size() && state_ == State::kMore) {
    if (expect_ == Expect::kData) {
      const size_t n = std::min<uint64_t>(chunk_bytes_, bytes.size() - i);
      body_.append(bytes.data() + i, n);
      chunk_bytes_ -= n;
      i += n;
      if (chunk_bytes_ == 0) {
        expect_ = Expect::kDataCr;
        overhead_bytes_ = 0;
      }
      continue;
    }
    const char c = bytes[i++];
    state_ = ++overhead_bytes_ > kOverheadBytesMax ? State::kMalformed : FeedByte(c);
  }
  *consumed = i;
  return state_;
}

ChunkedBody::State ChunkedBody::FeedByte(char c) {
  switch (expect_) {
    case Expect::kSize:
      return FeedSize(c);
    case Expect::kExtension:
      if (c == '\n') return State::kMalformed;
      if (c == '\r') expect_ = Expect::kSizeLf;
      return State::kMore;
    case Expect::kSizeLf:
      return c == '\n' ? EndSizeLine() : State::kMalformed;
    case Expect::kDataCr:
      expect_ = Expect::kDataLf;
      return c == '\r' ? State::kMore : State::kMalformed;
    case Expect::kDataLf:
      expect_ = Expect::kSize;
      return c == '\n' ? State::kMore : State::kMalformed;
    case Expect::kTrailer:
    case Expect::kTrailerLf:
      return FeedTrailer(c);
    case Expect::kData:
      break;
  }
  return State::kMalformed;
}

ChunkedBody::State ChunkedBody::FeedSize(char c) {
  int digit = -1;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  if (digit >= 0) {
    if (++size_digits_ > 15) return State::kMalformed;
    chunk_bytes_ = chunk_bytes_ * 16 + static_cast<uint64_t>(digit);
    return State::kMore;
  }
  if (size_digits_ == 0) return State::kMalformed;
  if (c == '\r') {
    expect_ = Expect::kSizeLf;
    return State::kMore;
  }
  if (c != ';' && c != ' ' && c != '\t') return State::kMalformed;
  expect_ = Expect::kExtension;
  return State::kMore;
}

ChunkedBody::State ChunkedBody::EndSizeLine() {
  size_digits_ = 0;
  if (chunk_bytes_ > body_bytes_max_ - body_.size()) return State::kTooLarge;
  expect_ = chunk_bytes_ == 0 ? Expect::kTrailer : Expect::kData;
  return State::kMore;
}

// Trailer lines until an empty one.
ChunkedBody::State ChunkedBody::FeedTrailer(char c) {
  if (expect_ == Expect::kTrailerLf) {
    if (c != '\n') return State::kMalformed;
    expect_ = Expect::kTrailer;
    const bool empty_line = line_bytes_ == 0;
    line_bytes_ = 0;
    return empty_line ? State::kDone : State::kMore;
  }
  if (c == '\n') return State::kMalformed;
  if (c == '\r') {
    expect_ = Expect::kTrailerLf;
  } else {
    ++line_bytes_;
  }
  return State::kMore;
}

}  // namespace nearcast::http
