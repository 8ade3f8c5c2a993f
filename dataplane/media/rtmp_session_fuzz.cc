// Any bytes from a peer: neither session crashes, answers without measure, or gives more media than
// it read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "base/check.h"
#include "dataplane/media/chunk_writer.h"
#include "dataplane/media/rtmp_client_session.h"
#include "dataplane/media/rtmp_command.h"
#include "dataplane/media/rtmp_server_session.h"

namespace nearcast::media {
namespace {

constexpr size_t kAnswerFactor = 16;
constexpr size_t kAnswerBase = 8192;  // handshake, connect's answer

// How far the session has come before the fuzzer's bytes. The values stand in corpus files.
enum Start : uint8_t { kNothing = 0, kHandshake = 1, kPublishing = 2, kPlaying = 3, kClient = 4 };

struct Tally {
  size_t read_bytes = 0;
  size_t media_bytes = 0;
  size_t answer_bytes = 0;
};

void AppendCommand(const RtmpCommand& command, uint32_t stream_id, std::string* bytes) {
  AppendChunks({.message_stream_id = stream_id}, EncodeCommand(command), kRtmpDefaultChunkSize,
               bytes);
}

std::string Opening(Start start) {
  std::string bytes;
  if (start == kNothing) return bytes;
  bytes = "\x03" + std::string(2 * 1536, '\0');
  if (start == kHandshake || start == kClient) return bytes;
  ConnectCommand connect;
  connect.app = "live";
  AppendCommand(connect, 0, &bytes);
  if (start == kPublishing) AppendCommand(PublishCommand{3, "s", "live"}, 1, &bytes);
  if (start == kPlaying) AppendCommand(PlayCommand{3, "s", -2}, 1, &bytes);
  return bytes;
}

// Answers a question; refuses each name that begins with 'r'.
void Answer(const RtmpEvent& event, RtmpServerSession* session) {
  const auto* publish = std::get_if<RtmpPublish>(&event);
  const auto* play = std::get_if<RtmpPlay>(&event);
  if (publish == nullptr && play == nullptr) return;
  const std::string& stream = publish != nullptr ? publish->name.stream : play->name.stream;
  if (!stream.empty() && stream[0] == 'r') {
    session->Refuse("NetStream.Failed", "refused");
  } else if (publish != nullptr) {
    session->AcceptPublish();
  } else {
    session->AcceptPlay();
  }
}
void Answer(const RtmpEvent&, RtmpClientSession*) {}

// Whether the session still lives.
template <typename Session>
bool Feed(absl::string_view piece, Session* session, Tally* tally) {
  tally->read_bytes += piece.size();
  while (true) {
    const auto event = session->Read(&piece);
    if (!event.ok()) {
      NC_CHECK(!session->Read(&piece).ok());
      return false;
    }
    if (!*event) break;
    if (const auto* media = std::get_if<RtmpMedia>(&**event)) {
      tally->media_bytes += media->payload.size();
    }
    Answer(**event, session);
  }
  NC_CHECK(piece.empty());
  tally->answer_bytes += session->TakeOutput().size();
  NC_CHECK(tally->media_bytes <= tally->read_bytes);
  NC_CHECK(tally->answer_bytes <= kAnswerBase + kAnswerFactor * tally->read_bytes);
  return true;
}

template <typename Session>
void Run(absl::string_view opening, absl::string_view bytes, size_t piece_bytes, Session* session) {
  Tally tally;
  if (!opening.empty()) NC_CHECK(Feed(opening, session, &tally));
  while (!bytes.empty()) {
    const absl::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    if (!Feed(piece, session, &tally)) return;
  }
}

}  // namespace
}  // namespace nearcast::media

// The first byte chooses the beginning, the second one the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  if (size < 2) return 0;
  const Start start = static_cast<Start>(data[0] % (kClient + 1));
  const size_t piece_bytes = 1 + 16 * data[1];
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const RtmpSessionOptions options{
      .chunk_limits = {.message_bytes_max = 1 << 16, .buffered_bytes_max = 1 << 17}};
  if (start == kClient) {
    const RtmpRole role = data[0] & 0x80 ? RtmpRole::kPlay : RtmpRole::kPublish;
    RtmpClientSession session({.role = role,
                               .tc_url = "rtmp://h/live",
                               .app = "live",
                               .stream_name = "s",
                               .handshake = HandshakeForm::kDigest},
                              options, 1);
    Run(Opening(start), bytes, piece_bytes, &session);
  } else {
    RtmpServerSession session(options, 1);
    Run(Opening(start), bytes, piece_bytes, &session);
  }
  return 0;
}
