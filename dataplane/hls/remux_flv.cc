// remux_flv ts|fmp4 [audio]: an FLV file on the standard input goes through an intake, a stream and
// a channel, and comes out as its pieces joined: what a viewer of HLS would have got. For tests that
// compare it with what others make of the same file.
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "dataplane/hls/channel.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/stream/hub.h"

namespace nearcast::hls {
namespace {

class OwnLoop : public egress::Loop {
 public:
  void Post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  int64_t NowMs() const override { return 0; }
  void Run() {
    std::vector<std::function<void()>> now = std::exchange(tasks_, {});
    for (const auto& task : now) task();
  }

 private:
  std::vector<std::function<void()>> tasks_;
};

class Remuxer {
 public:
  explicit Remuxer(TrackKind kind)
      : kind_(kind),
        intake_(*hub_.Publish("live/file", {}, 0)),
        channel_(std::make_shared<Channel>(hub_.Find("live/file"), &loop_, ChannelOptions{})) {
    channel_->stream()->AddListener(channel_);
  }
  // The two hold each other until the listener is taken off.
  ~Remuxer() { channel_->stream()->RemoveListener(channel_.get()); }
  Remuxer(const Remuxer&) = delete;

  bool Take(const media::FlvTag& tag) {
    const auto taken = intake_.Take(tag.header.kind, tag.header.dts_ms, tag.payload(), 0);
    loop_.Run();
    Write();
    return taken.ok();
  }

  void Finish() {
    intake_.Finish(stream::EndReason::kOnPurpose, 0);
    loop_.Run();
    Write();
  }

 private:
  void Write() {
    channel_->Look(kind_, [this](const TrackView& view) {
      if (view.store == nullptr) return;
      if (next_ < view.store->begin_seq()) next_ = view.store->begin_seq();
      for (; next_ < view.store->end_seq(); ++next_) {
        const Piece& piece = view.store->at(next_);
        if (view.mp4 != nullptr && piece.init != init_) {
          init_ = piece.init;
          Print(*view.mp4->Init(init_));
        }
        Print(*piece.bytes);
      }
    });
  }

  static void Print(const std::string& bytes) {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  }

  const TrackKind kind_;
  OwnLoop loop_;
  stream::Hub hub_{stream::HubOptions{}};
  ingest::MediaIntake intake_;
  std::shared_ptr<Channel> channel_;
  uint64_t next_ = 0;
  uint32_t init_ = 0;
};

int Main(const std::vector<std::string>& arguments) {
  TrackKind kind;
  for (const std::string& argument : arguments) {
    if (argument == "fmp4") kind.container = Container::kFmp4;
    if (argument == "audio") kind.wanted = stream::Wanted::kAudioOnly;
  }
  Remuxer remuxer(kind);
  media::FlvTagReader reader;
  std::vector<char> buffer(1 << 16);
  size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), stdin)) > 0) {
    absl::string_view input(buffer.data(), got);
    while (true) {
      const auto tag = reader.Read(&input);
      if (!tag.ok()) return 1;
      if (!*tag) break;
      if (!remuxer.Take(**tag)) return 1;
    }
  }
  remuxer.Finish();
  return 0;
}

}  // namespace
}  // namespace nearcast::hls

int main(int argc, char** argv) { return nearcast::hls::Main({argv + 1, argv + argc}); }
