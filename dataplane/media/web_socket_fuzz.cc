// What a player says over WebSocket: any bytes give the same answers and the same error in one piece
// and byte by byte.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "dataplane/media/web_socket.h"

namespace nearcast::media {
namespace {

void CheckPieces(absl::string_view input) {
  WsReader whole;
  const auto at_once = whole.Read(input);
  WsReader pieces;
  std::string answers;
  absl::Status status;
  for (size_t i = 0; i < input.size() && status.ok(); ++i) {
    const auto answer = pieces.Read(input.substr(i, 1));
    status = answer.status();
    if (answer.ok()) answers += *answer;
  }
  NC_CHECK(status.code() == at_once.status().code());
  NC_CHECK(!at_once.ok() || *at_once == answers);
}

}  // namespace
}  // namespace nearcast::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nearcast::media::CheckPieces({reinterpret_cast<const char*>(data), size});
  return 0;
}
