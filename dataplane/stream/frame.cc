#include "dataplane/stream/frame.h"

#include <array>
#include <cstring>
#include <new>

#include "base/check.h"
#include "dataplane/media/chunk_writer.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/link_record.h"
#include "dataplane/media/rtmp_session.h"
#include "dataplane/media/web_socket.h"

namespace nearcast::stream {
namespace {

media::FrameKind WireKindOf(FrameRole role) {
  switch (TrackOf(role)) {
    case Track::kVideo:
      return media::FrameKind::kVideo;
    case Track::kAudio:
      return media::FrameKind::kAudio;
    default:
      return media::FrameKind::kScript;
  }
}

}  // namespace

Track TrackOf(FrameRole role) {
  switch (role) {
    case FrameRole::kVideoKey:
    case FrameRole::kVideoInter:
    case FrameRole::kVideoDisposable:
    case FrameRole::kVideoLeading:
    case FrameRole::kVideoHeader:
      return Track::kVideo;
    case FrameRole::kAudio:
    case FrameRole::kAudioHeader:
      return Track::kAudio;
    case FrameRole::kScript:
    case FrameRole::kData:
      return Track::kScript;
    case FrameRole::kRaw:
      return Track::kNone;
  }
  return Track::kNone;
}

Frame* Frame::Allocate(size_t bytes) { return new (::operator new(sizeof(Frame) + bytes)) Frame(); }

FrameRef Frame::Make(const Spec& spec, absl::string_view payload) {
  NC_CHECK(payload.size() <= kFramePayloadBytesMax);
  const media::FrameKind kind = WireKindOf(spec.role);
  const uint32_t timestamp = static_cast<uint32_t>(spec.dts_ms);
  const media::ChunkHeaders chunk = media::BuildChunkHeaders(
      media::MediaMessageHeader(kind, timestamp, kRtmpPlayStreamId), payload.size());
  const size_t flv_size = media::FlvTagWireSize(payload.size());
  std::array<char, media::kWsHeaderBytesMax> ws_header;
  const size_t ws_header_size =
      media::WriteWsHeader(media::WsOpcode::kBinary, flv_size, ws_header.data());
  const size_t rtmp_begin = media::kLinkRecordHeaderSize;
  const size_t flv_begin = rtmp_begin + chunk.first_size + ws_header_size;
  Frame* frame = Allocate(flv_begin + flv_size);
  frame->role_ = spec.role;
  frame->dts_ms_ = spec.dts_ms;
  frame->link_header_size_ = media::kLinkRecordHeaderSize;
  frame->rtmp_header_size_ = chunk.first_size;
  frame->flv_begin_ = static_cast<uint8_t>(flv_begin);
  frame->payload_begin_ = static_cast<uint8_t>(flv_begin + media::kFlvTagHeaderSize);
  frame->flv_size_ = static_cast<uint32_t>(flv_size);
  frame->payload_size_ = static_cast<uint32_t>(payload.size());
  media::WriteLinkRecordHeader({.type = media::LinkType::kFrame,
                                .kind = kind,
                                .configuration = IsHeader(spec.role),
                                .payload_size = frame->payload_size_,
                                .dts_ms = spec.dts_ms,
                                .timeline = spec.id.timeline,
                                .seq = spec.id.seq},
                               frame->bytes());
  std::memcpy(frame->bytes() + rtmp_begin, chunk.first_bytes.data(), chunk.first_size);
  std::memcpy(frame->bytes() + rtmp_begin + chunk.first_size, ws_header.data(), ws_header_size);
  media::WriteFlvTag(kind, timestamp, payload, frame->bytes() + flv_begin);
  return FrameRef(frame);
}

FrameRef Frame::MakeRaw(absl::string_view bytes) {
  Frame* frame = Allocate(bytes.size());
  frame->role_ = FrameRole::kRaw;
  frame->flv_size_ = frame->payload_size_ = static_cast<uint32_t>(bytes.size());
  if (!bytes.empty()) std::memcpy(frame->bytes(), bytes.data(), bytes.size());
  return FrameRef(frame);
}

FrameId Frame::id() const {
  const absl::string_view header = link_header();
  if (header.empty()) return {};
  return {static_cast<uint32_t>(media::LoadBigEndian(header, 12, 4)),
          static_cast<uint32_t>(media::LoadBigEndian(header, 16, 4))};
}

void FrameRef::Free() {
  frame_->~Frame();
  ::operator delete(frame_);
}

}  // namespace nearcast::stream
