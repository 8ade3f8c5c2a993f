// Writes the seeds of this package's fuzz corpora, one small file each, under DIR/<target>/.
// usage: bazel run //dataplane/media:seed_corpora -- $PWD/dataplane/media/testdata
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "dataplane/media/amf0.h"
#include "dataplane/media/chunk_writer.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/metadata.h"
#include "dataplane/media/rtmp_command.h"
#include "dataplane/media/rtmp_control.h"
#include "dataplane/media/rtmp_session.h"

namespace nearcast::media {
namespace {

class CorpusWriter {
 public:
  CorpusWriter(const std::filesystem::path& root, const std::string& target)
      : directory_(root / target) {
    std::filesystem::create_directories(directory_);
  }

  void Write(const std::string& name, absl::string_view bytes) const {
    std::ofstream file(directory_ / name, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path directory_;
};

std::string Hex(const char* hex) { return absl::HexStringToBytes(hex); }

// Bodies as encoders send them, cut to a few bytes: their shape counts.
const std::string kAvcHeader =
    Hex("1700000000"
        "0142c01effe100196742c01ed900d83de6f011000003000100000300320f162e48"
        "01000568cb83cb20");
const std::string kAvcKey =
    Hex("170100002800000002"
        "09f0"
        "00000004"
        "65888400");
const std::string kAvcInter =
    Hex("2701ffffd8"
        "00000003"
        "01aa55");
const std::string kHevcKey =
    Hex("91"
        "68766331"
        "000021"
        "00000004"
        "2601aaaa");
const std::string kHevcHeader =
    Hex("9068766331"
        "0101600000009000000000003ff000fcfdf8f800000f03a00001001840010c01"
        "ffff01600000030090000003000003003f959409a10001002b42010101600000"
        "030090000003000003003fa005020171f2e595952930bc05a020000003002000"
        "00030321a2000100064401c073c189");
const std::string kAv1Header =
    Hex("90"
        "61763031"
        "81054c00");
const std::string kAacHeader = Hex("af001210");
const std::string kAacFrame = Hex("af01211004608c1c");

std::string Chunks(const RtmpMessage& message) {
  std::string bytes;
  AppendChunks(message.header, message.payload, 128, &bytes);
  return bytes;
}

std::string Command(const RtmpCommand& command, uint32_t stream_id) {
  return Chunks({.header = {.message_stream_id = stream_id}, .payload = EncodeCommand(command)});
}

std::string Media(FrameKind kind, uint32_t dts_ms, const std::string& payload) {
  return Chunks({.header = MediaMessageHeader(kind, dts_ms, 1), .payload = payload});
}

std::string ConnectBytes() {
  ConnectCommand connect;
  connect.app = "live";
  connect.tc_url = "rtmp://h/live?vhost=v";
  connect.flash_version = "FMLE/3.0";
  connect.fourcc_list = {"hvc1", "av01"};
  return EncodeCommand(connect);
}

std::string PublishedMedia() {
  std::string set_data_frame;
  AppendAmf0("@setDataFrame", &set_data_frame);
  Metadata metadata;
  metadata.width_px = 854;
  metadata.encoder = "seed";
  return absl::StrCat(
      Media(FrameKind::kScript, 0, set_data_frame + EncodeMetadata(metadata)),
      Media(FrameKind::kVideo, 0, kAvcHeader), Media(FrameKind::kAudio, 0, kAacHeader),
      Media(FrameKind::kVideo, 0, kAvcKey + std::string(300, 'k')),
      Media(FrameKind::kAudio, 23, kAacFrame), Media(FrameKind::kVideo, 0x1000000, kAvcInter));
}

std::string Aggregate() {
  return Chunks({.header = {.timestamp_ms = 1000, .type = RtmpType::kAggregate},
                 .payload = absl::StrCat(EncodeFlvTag(FrameKind::kVideo, 500, kAvcKey),
                                         EncodeFlvTag(FrameKind::kAudio, 520, kAacFrame))});
}

void WriteChunkSeeds(const CorpusWriter& corpus) {
  const std::string piece = "\x06";
  corpus.Write("media", piece + PublishedMedia());
  corpus.Write("four_types", piece + Hex("040003e80000020800000000"
                                         "6162"
                                         "840000146364"
                                         "c46566"
                                         "4400002800000109"
                                         "67"
                                         "c468"));
  corpus.Write("extended_delta", piece + Hex("04ffffff00000108000000000100000061"
                                             "44ffffff000001080200000062"
                                             "84ffffff00ffffff63"
                                             "84000001"
                                             "64"));
  const std::string payload(200, '\x01');
  const std::string extended = Media(FrameKind::kVideo, 0x01010102, payload);
  corpus.Write("extended_repeated", piece + extended);
  std::string omitted = extended;
  omitted.erase(12 + 4 + 128 + 1, 4);
  corpus.Write("extended_omitted", piece + omitted);
  corpus.Write("long_chunk_stream_ids", piece + Hex("00000000000000010800000000"
                                                    "62"
                                                    "01ffff0000000000010800000000"
                                                    "63"));
  corpus.Write("chunk_size_max", piece + Chunks(BuildControl(RtmpType::kSetChunkSize, 0x7FFFFFFF)));
  corpus.Write("chunk_size_one", piece + Chunks(BuildControl(RtmpType::kSetChunkSize, 1)) +
                                     Hex("040000000000030800000000"
                                         "61c462c463"));
  corpus.Write("abort", piece + Media(FrameKind::kVideo, 0, payload).substr(0, 140) +
                            Chunks(BuildControl(RtmpType::kAbort, kVideoChunkStream)) +
                            Media(FrameKind::kVideo, 5, "v"));
  corpus.Write("type_two_first", piece + Hex("84000000"));
}

void WriteAmf0Seeds(const CorpusWriter& corpus) {
  corpus.Write("connect", ConnectBytes());
  corpus.Write("connect_reply", EncodeCommand(BuildConnectReply({})));
  corpus.Write("create_stream", EncodeCommand(CreateStreamCommand{2}));
  corpus.Write("publish", EncodeCommand(PublishCommand{3, "s?token=1", "live"}));
  corpus.Write("play", EncodeCommand(PlayCommand{3, "s", -1}));
  corpus.Write("delete_stream", EncodeCommand(DeleteStreamCommand{0, 1}));
  corpus.Write("fc_publish", EncodeCommand(NamedCommand{NamedCommandKind::kFcPublish, 4, "s"}));
  corpus.Write("status", EncodeCommand(StatusCommand{"error", "NetStream.Failed", "no"}));
  Metadata metadata;
  metadata.width_px = 1280;
  metadata.framerate = 25;
  metadata.encoder = "seed";
  corpus.Write("metadata", EncodeMetadata(metadata));
  std::string values;
  AppendAmf0(Amf0EcmaArray{{{"a", Amf0StrictArray{{1, true, Amf0Value(), Amf0Null{}}}},
                            {"", Amf0Object{{{"d", Amf0Date{1e12, 60}}}}}}},
             &values);
  corpus.Write("nested", values);
  corpus.Write("long_string", Hex("0c00000003616263"));
  corpus.Write("claims_too_much", Hex("0affffffff0cffffffff"));
}

void WriteFlvSeeds(const CorpusWriter& corpus) {
  const std::string header = EncodeFlvFileHeader({.has_audio = true, .has_video = true});
  corpus.Write("stream",
               absl::StrCat("\x04", header, EncodeFlvTag(FrameKind::kScript, 0, EncodeMetadata({})),
                            EncodeFlvTag(FrameKind::kVideo, 0, kAvcHeader),
                            EncodeFlvTag(FrameKind::kAudio, 0, kAacHeader),
                            EncodeFlvTag(FrameKind::kVideo, 0x12345678, kAvcKey)));
  corpus.Write("empty_tag", absl::StrCat("\x01", header, EncodeFlvTag(FrameKind::kAudio, 0, "")));
  corpus.Write("long_file_header",
               absl::StrCat("\x01", std::string("FLV\x01\x05\0\0\0\x0B", 9), "??",
                            std::string(4, '\0'), EncodeFlvTag(FrameKind::kVideo, 1, kAvcInter)));
  corpus.Write("tag_too_large", absl::StrCat("\x01", header, Hex("09ffffff00000000000000")));
  corpus.Write("not_flv", "\x01<html>");
}

void WriteFrameSeeds(const CorpusWriter& corpus) {
  const std::string video = "\x07", audio = "\x06";  // 4-byte NAL lengths
  corpus.Write("avc_header", video + kAvcHeader);
  corpus.Write("avc_key", video + kAvcKey);
  corpus.Write("avc_inter", video + kAvcInter);
  corpus.Write("avc_high_444",
               video + Hex("1700000000"
                           "01f40028ffe1001b67f40028919b280f0089f9701100000300010000"
                           "0300321f162d9601000668fba3c44844fff8f800"));
  corpus.Write("hevc_key", video + kHevcKey);
  corpus.Write("av1_header", video + kAv1Header);
  corpus.Write("mod_ex", video + Hex("97020000000168766331000000000000042601aaaa"));
  corpus.Write("multitrack", video + Hex("9611617663310000000900000000000002"
                                         "6588"));
  corpus.Write("aac_header", audio + kAacHeader);
  corpus.Write("aac_sbr", audio + Hex("af002b920800"));
  corpus.Write("opus_header", audio + Hex("904f7075734f"));
}

void WriteConfigSeeds(const CorpusWriter& corpus) {
  const std::string avc = kAvcHeader.substr(5);
  corpus.Write("avc", '\4' + avc);
  corpus.Write("avc_many_sets", '\4' + Hex("0142c01effe3000267420001670002674202000168000168"));
  corpus.Write("hevc", '\1' + kHevcHeader.substr(5));
  corpus.Write("hevc_claims_too_much", '\1' + kHevcHeader.substr(5, 22) + Hex("ffa0ffffffff"));
  corpus.Write("sps", '\2' + avc.substr(8, 25));
  corpus.Write("sps_high_444",
               '\2' + Hex("67f40028919b280f0089f97011000003000100000300321f162d96"));
  corpus.Write("sps_long_golomb", '\2' + Hex("6742c01e00000000000000000001"));
  corpus.Write("aac", '\3' + kAacHeader.substr(2));
  corpus.Write("aac_sbr", '\3' + Hex("2b920800"));
  corpus.Write("aac_explicit_rate", '\3' + Hex("17805dc00880"));
}

// Kind and time step, length, body.
std::string Body(uint8_t start, const std::string& body) {
  std::string bytes(1, static_cast<char>(start));
  bytes.push_back(static_cast<char>(body.size() >> 8));
  bytes.push_back(static_cast<char>(body.size()));
  return bytes + body;
}

void WriteMuxerSeeds(const CorpusWriter& corpus) {
  const std::string sound = Hex("af01211004608c1c");
  corpus.Write("avc_and_aac", Body(1, kAvcHeader) + Body(0, kAacHeader) + Body(1, kAvcKey) +
                                  Body(40, sound) + Body(81, kAvcInter) + Body(45, sound));
  corpus.Write("hevc", Body(1, kHevcHeader) + Body(1, kHevcKey) + Body(85, kHevcKey));
  corpus.Write("mp3", Body(0, Hex("2ffffb9064000102")) + Body(50, Hex("2ffffb9064000102")));
  corpus.Write("opus", Body(0, Hex("904f7075734f7075734865616401023801"
                                   "80bb0000000000")) +
                           Body(40, Hex("914f707573fc0001")));
  corpus.Write("change", Body(1, kAvcHeader) + Body(1, kAvcKey) + Body(1, kHevcHeader) +
                             Body(1, kHevcKey) + Body(0, kAacHeader) + Body(40, sound));
}

void WriteSessionSeeds(const CorpusWriter& corpus) {
  const std::string handshake = "\x03" + std::string(2 * 1536, '\0');
  const std::string connect = Chunks({.header = {}, .payload = ConnectBytes()});
  const auto start = [](char start) { return std::string(1, start) + '\x10'; };
  corpus.Write("raw_connect", start(0) + handshake + connect);
  corpus.Write(
      "publish_flow",
      start(1) + connect + Command(NamedCommand{NamedCommandKind::kReleaseStream, 2, "s"}, 0) +
          Command(NamedCommand{NamedCommandKind::kFcPublish, 3, "s"}, 0) +
          Command(CreateStreamCommand{4}, 0) + Command(PublishCommand{5, "s?token=1", "live"}, 1) +
          PublishedMedia() + Command(NamedCommand{NamedCommandKind::kFcUnpublish, 6, "s"}, 0) +
          Command(DeleteStreamCommand{0, 1}, 0));
  corpus.Write("refused_play", start(1) + connect + Command(PlayCommand{5, "refused", -2}, 1));
  corpus.Write("media", start(2) + PublishedMedia());
  corpus.Write("aggregate", start(2) + Aggregate());
  corpus.Write("controls",
               start(2) + Chunks(BuildControl(RtmpType::kWindowAckSize, 1)) +
                   Chunks(BuildUserControl({.event = UserControlEvent::kPingRequest, .value = 1})) +
                   Chunks(BuildControl(RtmpType::kSetChunkSize, 4096)));
  corpus.Write("play_and_leave", start(3) + Command(OtherCommand{"closeStream", 0, {}}, 1) +
                                     Command(PlayCommand{5, "t", -2}, 1));
  const std::string to_client = Command(BuildConnectReply({}), 0) +
                                Command(CommandReply{CommandOutcome::kResult, 4, Amf0Null{}, 1}, 0);
  corpus.Write(
      "client_publish",
      start(4) + to_client + Command(StatusCommand{"status", "NetStream.Publish.Start", ""}, 1));
  // 0x81: the client again (129 mod 5), as a player.
  corpus.Write("client_play",
               start('\x81') + to_client +
                   Command(StatusCommand{"status", "NetStream.Play.Start", ""}, 1) +
                   PublishedMedia() +
                   Chunks(BuildUserControl({.event = UserControlEvent::kStreamEof, .value = 1})));
}

}  // namespace
}  // namespace nearcast::media

int main(int argc, char** argv) {
  using namespace nearcast::media;
  if (argc != 2) {
    std::fprintf(stderr, "usage: seed_corpora DIR\n");
    return 1;
  }
  const std::filesystem::path root = argv[1];
  WriteChunkSeeds({root, "rtmp_chunk_fuzz"});
  WriteAmf0Seeds({root, "amf0_fuzz"});
  WriteFlvSeeds({root, "flv_tag_fuzz"});
  WriteFrameSeeds({root, "frame_header_fuzz"});
  WriteConfigSeeds({root, "codec_config_fuzz"});
  WriteSessionSeeds({root, "rtmp_session_fuzz"});
  WriteMuxerSeeds({root, "muxer_fuzz"});
  return 0;
}
