// Any bytes as a link between relays: the same records and the same error in one piece and in small
// pieces; a record read is what the writer makes of it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "dataplane/media/link_record.h"
#include "dataplane/media/piecewise.h"

namespace nearcast::media {
namespace {

constexpr size_t kPayloadMax = 1 << 16;

bool Same(const LinkRecord& a, const LinkRecord& b) {
  return EncodeLinkRecord(a.header, a.payload) == EncodeLinkRecord(b.header, b.payload);
}

}  // namespace
}  // namespace nearcast::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  const FuzzBytes input = FuzzBytesOf(data, size);
  std::string written = kLinkMagic;
  for (const LinkRecord& record : ReadBothWays<LinkRecord>(
           input, LinkReader(kPayloadMax), [](const LinkReader&) {}, Same)) {
    NC_CHECK(record.payload.size() == record.header.payload_size);
    written += EncodeLinkRecord(record.header, record.payload);
    NC_CHECK(input.bytes.substr(0, written.size()) == written);
  }
  return 0;
}
