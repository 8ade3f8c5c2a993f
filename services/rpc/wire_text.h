// Messages of nearcast.v1 written as bytes, where most of a message is text that many answers share:
// it goes out as it lies in memory. Protocol Buffers' encoding, "Message structure"; a field that
// comes in any order reads the same.
//
//   WireText answer;
//   answer.Length(v1::PlayInfo::kStreamUrlFieldNumber, begin.size() + 12);
//   answer.Share(begin);                  // a grpc::Slice, referred to
//   answer.own().append("twelve bytes");  // copied
//   *response = answer.Take();
#ifndef SERVICES_RPC_WIRE_TEXT_H_
#define SERVICES_RPC_WIRE_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace nearcast::rpc {

// What precedes the `size` octets of a text or message in that field, and how long it is.
void AppendLength(int field, size_t size, std::string& out);
size_t LengthSize(int field, size_t size);

// A whole text field; nothing for an empty text, as proto3 has it.
void AppendText(int field, absl::string_view text, std::string& out);
size_t TextSize(int field, absl::string_view text);

// Thread rule: one owner.
class WireText {
 public:
  explicit WireText(size_t expected_own = 0) { own_.reserve(expected_own); }

  void Length(int field, size_t size) { AppendLength(field, size, own_); }
  void Share(const grpc::Slice& text) { pieces_.push_back({own_.size(), text}); }

  // What is appended to it follows what was written before.
  std::string& own() { return own_; }

  // At the end.
  grpc::ByteBuffer Take();

 private:
  struct Piece {
    size_t own_before;  // where own_ ended
    grpc::Slice text;
  };

  std::string own_;
  absl::InlinedVector<Piece, 4> pieces_;
};

// `text` without a copy.
grpc::Slice SliceOf(std::string text);

// What a slice has, as long as it lives.
inline absl::string_view TextOf(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace nearcast::rpc

#endif  // SERVICES_RPC_WIRE_TEXT_H_
