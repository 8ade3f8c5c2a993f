// Any bytes as a link between relays: the same records and the same error in one piece and in small
// pieces; a record read is what the writer makes of it.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "dataplane/media/link_record.h"

namespace nearcast::media {
namespace {

constexpr size_t kPayloadMax = 1 << 16;

struct Reading {
  std::vector<LinkRecord> records;
  absl::Status status;
  std::string written = kLinkMagic;
};

Reading ReadInPieces(absl::string_view bytes, size_t piece_bytes) {
  LinkReader reader(kPayloadMax);
  Reading reading;
  while (!bytes.empty()) {
    absl::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    while (true) {
      auto record = reader.Read(&piece);
      reading.status = record.status();
      if (!record.ok()) return reading;
      if (!*record) break;
      NC_CHECK((*record)->payload.size() == (*record)->header.payload_size);
      reading.written += EncodeLinkRecord((*record)->header, (*record)->payload);
      reading.records.push_back(**std::move(record));
    }
    NC_CHECK(piece.empty());
  }
  return reading;
}

}  // namespace
}  // namespace nearcast::media

// The first byte chooses the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Reading whole = ReadInPieces(bytes, size);
  const Reading pieces = ReadInPieces(bytes, 1 + data[0]);
  NC_CHECK(whole.status.code() == pieces.status.code());
  NC_CHECK(whole.written == pieces.written);
  if (!whole.records.empty()) NC_CHECK(bytes.substr(0, whole.written.size()) == whole.written);
  return 0;
}
