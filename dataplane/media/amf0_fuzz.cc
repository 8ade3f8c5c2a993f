// Any bytes as AMF0 values, as an RTMP command and as onMetaData: what is read and written again is
// read as equal.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "dataplane/media/amf0.h"
#include "dataplane/media/metadata.h"
#include "dataplane/media/rtmp_command.h"

namespace nearcast::media {
namespace {

void CheckValues(absl::string_view bytes) {
  const auto values = ParseAmf0(bytes);
  if (!values.ok()) return;
  std::string written;
  for (const Amf0Value& value : *values) {
    AppendAmf0(value, &written);
    NC_CHECK(!FormatAmf0(value).empty());
  }
  NC_CHECK(written.size() <= bytes.size());
  const auto again = ParseAmf0(written);
  NC_CHECK(again.ok());
  NC_CHECK(*again == *values);
}

void CheckCommand(absl::string_view bytes) {
  const auto command = ParseCommand(bytes);
  if (!command.ok()) return;
  const std::string written = EncodeCommand(*command);
  const auto again = ParseCommand(written);
  if (!again.ok()) {
    // Arguments that the sender left out are written, so that a command at a limit can grow over
    // it.
    NC_CHECK(again.status().code() == absl::StatusCode::kResourceExhausted);
    return;
  }
  NC_CHECK(again->index() == command->index());
  NC_CHECK(EncodeCommand(*again) == written);
}

void CheckMetadata(absl::string_view bytes) {
  const auto metadata = ParseMetadata(bytes);
  if (!metadata.ok()) return;
  const std::string written = EncodeMetadata(*metadata);
  const auto again = ParseMetadata(written);
  NC_CHECK(again.ok());
  NC_CHECK(EncodeMetadata(*again) == written);
}

}  // namespace
}  // namespace nearcast::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  nearcast::media::CheckValues(bytes);
  nearcast::media::CheckCommand(bytes);
  nearcast::media::CheckMetadata(bytes);
  return 0;
}
