#include "services/dns/doh.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "services/dns/message.h"

namespace nearcast::dns {
namespace {

constexpr size_t kMessageBytesMax = 65535;

uint32_t Get16(const uint8_t* at) { return at[0] << 8 | at[1]; }

// RFC 8484 §6: base64url without padding, and nothing else.
bool DecodeBase64Url(absl::string_view text, std::string* bytes) {
  const auto is_digit = [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; };
  return std::all_of(text.begin(), text.end(), is_digit) &&
         absl::WebSafeBase64Unescape(text, bytes);
}

// "application/dns-message", in any case, with or without parameters.
bool IsDnsMessage(absl::string_view content_type) {
  const absl::string_view type = content_type.substr(0, content_type.find(';'));
  return absl::EqualsIgnoreCase(absl::StripTrailingAsciiWhitespace(type), kDohType);
}

}  // namespace

// Only that thread touches it, but for reading the counters.
struct Doh::Worker {
  explicit Worker(const SnapshotHolder<scheduler::Snapshot>* snapshots)
      : reader(snapshots), reply(kTcpBytesMax) {}

  SnapshotHolder<scheduler::Snapshot>::Reader reader;
  Counters counters;
  std::string message;
  std::vector<uint8_t> reply;
};

Doh::Doh(const SnapshotHolder<scheduler::Snapshot>* snapshots, const Clock* clock,
         const AnswerOptions* answer_options, uint32_t workers)
    : clock_(clock), answer_options_(answer_options) {
  for (uint32_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>(snapshots));
}

Doh::~Doh() = default;

void Doh::Register(http::Router* router) {
  router->Handle(http::Method::kGet, kDohPath,
                 [this](const http::Request& request, http::Response& response) {
                   AnswerGet(request, response);
                 });
  router->Handle(http::Method::kPost, kDohPath,
                 [this](const http::Request& request, http::Response& response) {
                   AnswerPost(request, response);
                 });
}

void Doh::AddCounters(std::vector<const Counters*>& counters) const {
  for (const std::unique_ptr<Worker>& worker : workers_) counters.push_back(&worker->counters);
}

Doh::Worker& Doh::WorkerOf(const http::Request& request) {
  NC_CHECK(request.worker < workers_.size());
  return *workers_[request.worker];
}

void Doh::AnswerGet(const http::Request& request, http::Response& response) {
  const auto params = request.params();
  if (!params.ok()) {
    return http::WriteError(400, "InvalidQuery", params.status().message(), response);
  }
  std::string& message = WorkerOf(request).message;
  const auto dns = (*params)->Find("dns");
  if (!dns || !DecodeBase64Url(*dns, &message)) {
    return http::WriteError(400, "InvalidQuery",
                            "dns= must be a DNS message in base64url without padding", response);
  }
  AnswerMessage(request, {reinterpret_cast<const uint8_t*>(message.data()), message.size()},
                response);
}

void Doh::AnswerPost(const http::Request& request, http::Response& response) {
  if (!IsDnsMessage(request.header("content-type"))) {
    return http::WriteError(415, "UnsupportedMediaType",
                            absl::StrCat("the body must be ", kDohType), response);
  }
  AnswerMessage(request,
                {reinterpret_cast<const uint8_t*>(request.body.data()), request.body.size()},
                response);
}

void Doh::AnswerMessage(const http::Request& request, std::span<const uint8_t> message,
                        http::Response& response) {
  if (message.size() > kMessageBytesMax) {
    return http::WriteError(413, "ContentTooLarge", "a DNS message has at most 65535 octets",
                            response);
  }
  Worker& worker = WorkerOf(request);
  ReplyFacts facts;
  const Request query = {.packet = message,
                         .source = request.client,
                         .transport = Transport::kHttps,
                         .now_s = static_cast<uint32_t>(absl::ToUnixSeconds(clock_->Now())),
                         .options = answer_options_,
                         .facts = &facts};
  const size_t bytes = Answer(worker.reader.Get(), query, worker.reply, worker.counters);
  if (bytes == 0) {
    return http::WriteError(400, "InvalidMessage", "this is no DNS query", response);
  }
  const std::span<const uint8_t> reply = std::span<const uint8_t>(worker.reply).first(bytes);
  response.content_type = kDohType;
  response.body.assign(reply.begin(), reply.end());
  // What is decided per client is not for a cache that others share.
  response.AddHeader("Cache-Control", absl::StrCat(facts.is_tailored ? "private, " : "",
                                                   "max-age=", FreshSeconds(reply)));
}

uint32_t FreshSeconds(std::span<const uint8_t> reply) {
  NC_CHECK(reply.size() >= kHeaderBytes);
  const uint8_t rcode = reply[3] & 0xf;
  if (rcode != static_cast<uint8_t>(Rcode::kNoError) &&
      rcode != static_cast<uint8_t>(Rcode::kNxDomain)) {
    return 0;
  }
  const uint32_t answers = Get16(reply.data() + 6);
  const uint32_t records = answers > 0 ? answers : Get16(reply.data() + 8);
  if (records == 0 || Get16(reply.data() + 4) != 1) return 0;
  size_t at = kHeaderBytes;
  while (reply[at] != 0) at += reply[at] + 1u;
  at += 5;
  uint32_t ttl_s = UINT32_MAX;
  for (uint32_t i = 0; i < records; ++i) {
    // Owners are pointers: message_writer.h.
    const uint8_t* const record = reply.data() + at;
    ttl_s = std::min(ttl_s, Get16(record + 6) << 16 | Get16(record + 8));
    at += 12 + Get16(record + 10);
  }
  return ttl_s;
}

}  // namespace nearcast::dns
