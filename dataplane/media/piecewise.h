// Reading a stream of bytes whole and in pieces, for fuzz targets: both must find the same.
#ifndef DATAPLANE_MEDIA_PIECEWISE_H_
#define DATAPLANE_MEDIA_PIECEWISE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/check.h"

namespace nearcast::media {

// The rest of a fuzz input, whose first byte chooses the size of the pieces.
struct FuzzBytes {
  absl::string_view bytes;
  size_t piece_bytes = 1;
};

inline FuzzBytes FuzzBytesOf(const uint8_t* data, size_t size) {
  if (size == 0) return {};
  return {absl::string_view(reinterpret_cast<const char*>(data) + 1, size - 1), 1u + data[0]};
}

template <typename Item>
struct Reading {
  std::vector<Item> items;
  absl::Status status;  // why the reader stopped
};

// `check` looks at the reader after each step.
template <typename Item, typename Reader, typename Check>
Reading<Item> ReadInPieces(Reader reader, absl::string_view bytes, size_t piece_bytes,
                           Check check) {
  Reading<Item> reading;
  while (!bytes.empty()) {
    absl::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    while (true) {
      auto item = reader.Read(&piece);
      check(reader);
      reading.status = item.status();
      if (!item.ok()) return reading;
      if (!*item) break;
      reading.items.push_back(**std::move(item));
    }
    NC_CHECK(piece.empty());
  }
  return reading;
}

// What the whole gives, once it has been seen that pieces give as many, and the same error.
template <typename Item, typename Reader, typename Check, typename Same>
std::vector<Item> ReadBothWays(const FuzzBytes& input, const Reader& reader, Check check,
                               Same same) {
  Reading<Item> whole = ReadInPieces<Item>(reader, input.bytes, input.bytes.size(), check);
  const Reading<Item> pieces = ReadInPieces<Item>(reader, input.bytes, input.piece_bytes, check);
  NC_CHECK(whole.status.code() == pieces.status.code());
  NC_CHECK(whole.items.size() == pieces.items.size());
  for (size_t i = 0; i < whole.items.size(); ++i) NC_CHECK(same(whole.items[i], pieces.items[i]));
  return std::move(whole.items);
}

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_PIECEWISE_H_
