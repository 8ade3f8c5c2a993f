#include "dataplane/media/ts_tables.h"

#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr uint16_t kProgram = 1;
constexpr size_t kCrcBytes = 4;

// Table id, length, id, version, section numbers; then `body`.
std::string BuildSection(uint8_t table_id, uint16_t id, uint8_t version, const std::string& body) {
  std::string section;
  AppendBigEndian(table_id, 1, &section);
  AppendBigEndian(0xB000 | (5 + body.size() + kCrcBytes), 2, &section);
  AppendBigEndian(id, 2, &section);
  AppendBigEndian(0xC1 | (version & 0x1F) << 1, 1, &section);
  AppendBigEndian(0, 2, &section);
  return section + body;
}

uint8_t StreamType(Codec codec, uint32_t sample_hz) {
  switch (codec) {
    case Codec::kH264:
      return 0x1B;
    case Codec::kH265:
      return 0x24;
    case Codec::kAac:
      return 0x0F;
    case Codec::kMp3:
      return sample_hz >= 32000 ? 0x03 : 0x04;  // MPEG-1, MPEG-2 audio
    default:
      return 0x06;  // private data: a descriptor tells
  }
}

void AppendStream(uint8_t type, uint16_t pid, const std::string& descriptors, std::string* out) {
  AppendBigEndian(type, 1, out);
  AppendBigEndian(0xE000 | pid, 2, out);
  AppendBigEndian(0xF000 | descriptors.size(), 2, out);
  out->append(descriptors);
}

std::string OpusDescriptors(uint8_t channels) {
  std::string descriptors("\x05\x04Opus\x7F\x02\x80", 9);
  descriptors.push_back(static_cast<char>(channels));
  return descriptors;
}

}  // namespace

std::string BuildPat() {
  std::string body;
  AppendBigEndian(kProgram, 2, &body);
  AppendBigEndian(0xE000 | kTsPmtPid, 2, &body);
  return BuildSection(0x00, 1, 0, body);
}

std::string BuildPmt(const MediaConfig& config, uint8_t version) {
  std::string body;
  AppendBigEndian(0xE000 | (config.video ? kTsVideoPid : kTsAudioPid), 2, &body);
  AppendBigEndian(0xF000, 2, &body);  // no program descriptors
  if (config.video) AppendStream(StreamType(config.video->codec, 0), kTsVideoPid, "", &body);
  if (config.audio) {
    const AudioConfig& audio = *config.audio;
    AppendStream(StreamType(audio.codec, audio.sample_hz), kTsAudioPid,
                 audio.codec == Codec::kOpus ? OpusDescriptors(audio.channels) : "", &body);
  }
  return BuildSection(0x02, kProgram, version, body);
}

}  // namespace nearcast::media
