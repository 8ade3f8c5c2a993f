#include "probe/exchange.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/frame_header.h"
#include "dataplane/media/rtmp_handshake.h"
#include "probe/http_answer.h"

namespace nearcast::probe {
namespace {

using Check = v1::ProbePlan::Check;

constexpr size_t kBodyBytesMax = 1 << 20;
constexpr uint64_t kHandshakeSeed = 1;  // filler bytes: nothing depends on them

class TcpExchange : public Exchange {
 public:
  std::optional<Verdict> Start(std::string* output) override { return Verdict(); }
  std::optional<Verdict> Read(absl::string_view, std::string*) override { return Verdict(); }
  Verdict Close() override { return Verdict(); }
  std::string Lacking() const override { return "no connection"; }
};

class UnknownExchange : public Exchange {
 public:
  explicit UnknownExchange(const Check& check)
      : verdict_(absl::StrCat("this prober cannot do checks of type ", check.type())) {}
  std::optional<Verdict> Start(std::string* output) override { return verdict_; }
  std::optional<Verdict> Read(absl::string_view, std::string*) override { return verdict_; }
  Verdict Close() override { return verdict_; }
  std::string Lacking() const override { return verdict_; }

 private:
  const Verdict verdict_;
};

class RtmpExchange : public Exchange {
 public:
  std::optional<Verdict> Start(std::string* output) override {
    handshake_.Start(output);
    return std::nullopt;
  }

  std::optional<Verdict> Read(absl::string_view input, std::string* output) override {
    const absl::Status status = handshake_.Read(&input, output);
    if (!status.ok()) return absl::StrCat("no RTMP handshake: ", status.message());
    if (handshake_.done()) return Verdict();
    return std::nullopt;
  }

  Verdict Close() override { return "closed before the RTMP handshake was done"; }
  std::string Lacking() const override { return "no RTMP handshake"; }

 private:
  media::ClientHandshake handshake_{media::HandshakeForm::kSimple, kHandshakeSeed};
};

// What HTTP, HTTPS and FLV have in common: the request, and the answer's head.
class HttpExchange : public Exchange {
 public:
  explicit HttpExchange(const Check& check) : check_(check) {}

  std::optional<Verdict> Start(std::string* output) override {
    const std::string address = absl::StrContains(check_.address(), ':')
                                    ? absl::StrCat("[", check_.address(), "]")
                                    : check_.address();
    const std::string host =
        check_.host().empty() ? absl::StrCat(address, ":", check_.port()) : check_.host();
    absl::StrAppend(output, "GET ", check_.path(), " HTTP/1.1\r\nHost: ", host,
                    "\r\nUser-Agent: nearcast-prober\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    return std::nullopt;
  }

  std::optional<Verdict> Read(absl::string_view input, std::string* output) override {
    std::string body;
    const absl::Status status = answer_.Read(input, &body);
    if (!status.ok()) return std::string(status.message());
    if (!answer_.has_head()) return std::nullopt;
    if (!StatusIsExpected()) return absl::StrCat("status ", answer_.status());
    return ReadBody(body);
  }

  Verdict Close() override {
    if (!answer_.has_head()) return "closed without an answer";
    return answer_.ended_by_close() ? EndBody() : "closed in the middle of the answer";
  }

  std::string Lacking() const override {
    return answer_.has_head() ? "no whole answer" : "no answer";
  }

 protected:
  virtual bool StatusIsExpected() const {
    if (check_.expected_status() != 0) return answer_.status() == check_.expected_status();
    return answer_.status() >= 200 && answer_.status() <= 299;
  }

  virtual std::optional<Verdict> ReadBody(absl::string_view body) {
    if (check_.body_contains().empty()) return Verdict();
    body_.append(body.data(), body.size());
    if (absl::StrContains(body_, check_.body_contains())) return Verdict();
    if (answer_.done()) return EndBody();
    if (body_.size() > kBodyBytesMax) return "the body is too large to be searched";
    return std::nullopt;
  }

  virtual Verdict EndBody() {
    return check_.body_contains().empty()
               ? Verdict()
               : absl::StrCat("the body has no \"", check_.body_contains(), "\"");
  }

  const HttpAnswer& answer() const { return answer_; }

 private:
  const Check check_;
  HttpAnswer answer_;
  std::string body_;
};

class FlvExchange : public HttpExchange {
 public:
  using HttpExchange::HttpExchange;

  std::string Lacking() const override { return answer().has_head() ? "no keyframe" : "no answer"; }

 protected:
  std::optional<Verdict> ReadBody(absl::string_view body) override {
    while (true) {
      absl::StatusOr<std::optional<media::FlvTag>> tag = tags_.Read(&body);
      if (!tag.ok()) return absl::StrCat("not FLV: ", tag.status().message());
      if (!tag->has_value()) break;
      const auto header =
          media::ParseFrameHeader((*tag)->header.kind, (*tag)->header.dts_ms, (*tag)->payload());
      const bool is_video = (*tag)->header.kind == media::FrameKind::kVideo;
      if (is_video && header.ok() && header->IsKeyPicture()) return Verdict();
    }
    if (answer().done()) return EndBody();
    return std::nullopt;
  }

  Verdict EndBody() override { return "the stream ended without a keyframe"; }

 private:
  media::FlvTagReader tags_;
};

}  // namespace

std::unique_ptr<Exchange> MakeExchange(const Check& check) {
  if (check.type() == "tcp") return std::make_unique<TcpExchange>();
  if (check.type() == "rtmp") return std::make_unique<RtmpExchange>();
  if (check.type() == "flv" || check.type() == "flvs") {
    return std::make_unique<FlvExchange>(check);
  }
  if (check.type() == "http" || check.type() == "https") {
    return std::make_unique<HttpExchange>(check);
  }
  return std::make_unique<UnknownExchange>(check);
}

}  // namespace nearcast::probe
