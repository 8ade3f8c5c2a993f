#include "services/rpc/wire_text.h"

#include <array>
#include <utility>

#include "google/protobuf/io/coded_stream.h"

namespace nearcast::rpc {
namespace {

using google::protobuf::io::CodedOutputStream;

constexpr uint32_t kLengthDelimited = 2;

uint32_t TagOf(int field) { return static_cast<uint32_t>(field) << 3 | kLengthDelimited; }

}  // namespace

void AppendLength(int field, size_t size, std::string& out) {
  std::array<uint8_t, 10> bytes;
  uint8_t* end = CodedOutputStream::WriteVarint32ToArray(TagOf(field), bytes.data());
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(size), end);
  out.append(reinterpret_cast<const char*>(bytes.data()), end - bytes.data());
}

size_t LengthSize(int field, size_t size) {
  return CodedOutputStream::VarintSize32(TagOf(field)) +
         CodedOutputStream::VarintSize32(static_cast<uint32_t>(size));
}

void AppendText(int field, absl::string_view text, std::string& out) {
  if (text.empty()) return;
  AppendLength(field, text.size(), out);
  out.append(text.data(), text.size());
}

size_t TextSize(int field, absl::string_view text) {
  return text.empty() ? 0 : LengthSize(field, text.size()) + text.size();
}

grpc::ByteBuffer WireText::Take() {
  const size_t size = own_.size();
  const grpc::Slice own = SliceOf(std::move(own_));
  absl::InlinedVector<grpc::Slice, 8> slices;
  size_t begin = 0;
  for (Piece& piece : pieces_) {
    if (piece.own_before > begin) slices.push_back(own.sub(begin, piece.own_before));
    begin = piece.own_before;
    slices.push_back(std::move(piece.text));
  }
  if (size > begin) slices.push_back(own.sub(begin, size));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

grpc::Slice SliceOf(std::string text) {
  auto* const held = new std::string(std::move(text));
  return grpc::Slice(
      held->data(), held->size(), [](void* held) { delete static_cast<std::string*>(held); }, held);
}

}  // namespace nearcast::rpc
