// ByteBuffer: bytes received and not yet used, in one piece of memory.
#ifndef SERVICES_HTTP_BYTE_BUFFER_H_
#define SERVICES_HTTP_BYTE_BUFFER_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

#include "absl/strings/string_view.h"

namespace nearcast::http {

// Views into it die with the next Prepare. Not thread-safe.
class ByteBuffer {
 public:
  // At least `bytes` of room behind the data. Moves the data to the front first, and grows by
  // doubling.
  std::span<char> Prepare(size_t bytes) {
    if (begin_ > 0 && capacity_ - end_ < bytes) {
      std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (capacity_ - end_ < bytes) Grow(std::max(end_ + bytes, capacity_ * 2));
    return {memory_.get() + end_, capacity_ - end_};
  }

  // `bytes` of the room that Prepare gave now hold data.
  void Commit(size_t bytes) { end_ += bytes; }

  void Consume(size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  absl::string_view data() const { return {memory_.get() + begin_, end_ - begin_}; }

  // Drops bytes out of the middle: `bytes` of them from `at`.
  void Erase(size_t at, size_t bytes) {
    char* to = memory_.get() + begin_ + at;
    std::memmove(to, to + bytes, end_ - begin_ - at - bytes);
    end_ -= bytes;
  }

 private:
  void Grow(size_t capacity) {
    auto memory = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > 0) std::memcpy(memory.get(), memory_.get(), end_);
    memory_ = std::move(memory);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> memory_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_BYTE_BUFFER_H_
