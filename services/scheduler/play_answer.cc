#include "services/scheduler/play_answer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace nearcast {

using rpc::TextOf;
using v1::PlayInfo;

namespace {

constexpr size_t kCacheLine = 64;

void Prefetch(absl::string_view text) {
  for (size_t i = 0; i < text.size(); i += kCacheLine) __builtin_prefetch(text.data() + i, 0, 2);
}

size_t UrlSize(const PlayAnswer& answer) {
  return answer.frame->url_begin().size() + answer.escaped_common_begin.size() +
         answer.terms->text.escaped_end.size() + answer.frame->url_end().size();
}

size_t DataSize(const PlayAnswer& answer) {
  return answer.common_begin.size() + answer.terms->text.end.size() +
         answer.frame->data_end().size();
}

}  // namespace

SharedFrame::SharedFrame(scheduler::AnswerFrame frame)
    : bytes_(frame.bytes()),
      url_begin_(rpc::SliceOf(std::move(frame.url_begin))),
      url_end_(rpc::SliceOf(std::move(frame.url_end))),
      data_end_(rpc::SliceOf(std::move(frame.data_end))) {}

void AppendStreamUrl(const PlayAnswer& answer, std::string& out) {
  absl::StrAppend(&out, TextOf(answer.frame->url_begin()), answer.escaped_common_begin,
                  answer.terms->text.escaped_end, TextOf(answer.frame->url_end()));
}

void PrefetchFrame(const PlayAnswer& answer) {
  if (answer.frame == nullptr) return;
  const SharedFrame& frame = *answer.frame;
  for (const grpc::Slice* slice : {&frame.url_begin(), &frame.url_end(), &frame.data_end()}) {
    Prefetch(TextOf(*slice));
  }
}

size_t WireSize(const PlayAnswer& answer) {
  size_t size = rpc::TextSize(PlayInfo::kDocumentFieldNumber, answer.document);
  size += answer.terms->rest.size() + answer.lines.size();
  if (answer.frame == nullptr) return size;
  const size_t url = UrlSize(answer);
  const size_t data = DataSize(answer);
  return size + rpc::LengthSize(PlayInfo::kStreamUrlFieldNumber, url) + url +
         rpc::LengthSize(PlayInfo::kStreamDataFieldNumber, data) + data;
}

void AppendWire(const PlayAnswer& answer, rpc::WireText& out) {
  std::string& own = out.own();
  if (answer.frame != nullptr) {
    out.Length(PlayInfo::kStreamUrlFieldNumber, UrlSize(answer));
    out.Share(answer.frame->url_begin());
    own.append(answer.escaped_common_begin).append(answer.terms->text.escaped_end);
    out.Share(answer.frame->url_end());
    out.Length(PlayInfo::kStreamDataFieldNumber, DataSize(answer));
    own.append(answer.common_begin).append(answer.terms->text.end);
    out.Share(answer.frame->data_end());
  }
  rpc::AppendText(PlayInfo::kDocumentFieldNumber, answer.document, own);
  own.append(answer.terms->rest).append(answer.lines);
}

PlayInfo ToProto(const PlayAnswer& answer) {
  PlayInfo info;
  NC_CHECK(info.ParseFromString(answer.terms->rest + answer.lines));
  info.set_document(answer.document);
  if (answer.frame == nullptr) return info;
  AppendStreamUrl(answer, *info.mutable_stream_url());
  info.set_stream_data(
      absl::StrCat(answer.common_begin, answer.terms->text.end, TextOf(answer.frame->data_end())));
  return info;
}

}  // namespace nearcast
