// MediaIntake: FLV tag bodies from a publisher or an upstream, classified and put into a stream.
//
//   MediaIntake intake(std::move(publication));
//   NC_RETURN_IF_ERROR(intake.Take(kind, dts_ms, payload, now_ms));
//
// Where viewers may start: IDR pictures. A picture that is only flagged as a key frame (open GOP,
// recovery point) counts when no IDR has come for kIdrPatienceMs: a decoder can begin there, if not
// without a blemish, and a viewer is not left to wait for ever. Codecs whose pictures are not
// looked into count as flagged. Pictures that follow such a start and are shown before it refer to
// what came before it: kVideoLeading.
#ifndef DATAPLANE_INGEST_MEDIA_INTAKE_H_
#define DATAPLANE_INGEST_MEDIA_INTAKE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/frame.h"
#include "dataplane/stream/stream.h"

namespace nearcast::ingest {

// Thread rule: belongs to one thread.
class MediaIntake {
 public:
  static constexpr uint32_t kIdrPatienceMs = 10'000;

  explicit MediaIntake(std::unique_ptr<stream::Publication> publication);
  ~MediaIntake();

  // `told` is called once, when the publication has ended; with kOnPurpose where the publisher has
  // said so, and the stream has ended by that.
  using Told = std::function<void(stream::EndReason)>;
  void WhenOver(Told told) { when_over_ = std::move(told); }

  // `payload` is an FLV tag body. A malformed one is counted and left out; an error
  // (Publication::Push) is final.
  absl::Status Take(media::FrameKind kind, uint32_t dts_ms, absl::string_view payload,
                    int64_t now_ms);

  // As Take, for a frame of another node: with its number, on a publication that is numbered.
  absl::Status TakeNumbered(media::FrameKind kind, int64_t dts_ms, uint32_t seq,
                            absl::string_view payload, int64_t now_ms);

  void Finish(stream::EndReason reason, int64_t now_ms);

  uint64_t malformed() const { return malformed_; }
  const stream::Publication& publication() const { return *publication_; }
  stream::Publication& publication() { return *publication_; }

 private:
  std::optional<stream::FrameRole> Classify(media::FrameKind kind, uint32_t dts_ms,
                                            absl::string_view payload);
  std::optional<stream::FrameRole> RoleOf(const media::FrameHeader& header,
                                          absl::string_view payload);
  stream::FrameRole VideoRole(const media::FrameHeader& header);
  void Describe(const media::FrameHeader& header, absl::string_view payload);
  void DescribeFromMetadata(absl::string_view payload);

  void TellOver(stream::EndReason reason);

  std::unique_ptr<stream::Publication> publication_;
  Told when_over_;
  stream::MediaDescription description_;
  int nal_length_bytes_ = 4;
  std::optional<uint32_t> idr_dts_ms_;

  // When the keyframe is shown that pictures may still lead: no IDR, and none shown after it yet.
  std::optional<int64_t> open_gop_pts_ms_;
  uint64_t malformed_ = 0;
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_MEDIA_INTAKE_H_
