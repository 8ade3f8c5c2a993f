// TextBuffer: text that grows at its end. Short texts cost no allocation, and what is appended is
// copied where it is called from, so that literals become plain stores.
#ifndef SCHEDULERLIB_STREAM_TEXT_BUFFER_H_
#define SCHEDULERLIB_STREAM_TEXT_BUFFER_H_

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

// Thread rule: one owner.
class TextBuffer {
 public:
  explicit TextBuffer(size_t expected_size = 0) {
    if (expected_size > room_.size()) Grow(expected_size);
  }
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;

  void Append(absl::string_view text) {
    if (text.size() > static_cast<size_t>(limit_ - end_)) Grow(text.size());
    if (!text.empty()) std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
  }
  void Append(char c) {
    if (end_ == limit_) Grow(1);
    *end_++ = c;
  }

  size_t size() const { return static_cast<size_t>(end_ - begin_); }
  absl::string_view text() const { return {begin_, size()}; }

 private:
  // Room for so many more, and twice what there was.
  void Grow(size_t more) {
    const size_t used = size();
    const size_t room = used + more + static_cast<size_t>(limit_ - begin_);
    std::unique_ptr<char[]> grown(new char[room]);
    std::memcpy(grown.get(), begin_, used);
    heap_ = std::move(grown);
    begin_ = heap_.get();
    end_ = begin_ + used;
    limit_ = begin_ + room;
  }

  std::array<char, 512> room_;
  std::unique_ptr<char[]> heap_;
  char* begin_ = room_.data();
  char* end_ = begin_;
  char* limit_ = begin_ + room_.size();
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_TEXT_BUFFER_H_
