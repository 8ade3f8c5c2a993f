#include "client/httpdns.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nearcast::client {
namespace {

constexpr int kAttempts = 2;

// The answers in the order of the question.
std::vector<NameAnswer> Arrange(std::span<const std::string> names,
                                std::vector<NameAnswer> answers) {
  std::vector<NameAnswer> arranged;
  for (const std::string& name : names) {
    const auto found = std::find_if(answers.begin(), answers.end(),
                                    [&](const NameAnswer& a) { return a.name == name; });
    arranged.push_back(found == answers.end() ? NameAnswer{.name = name} : *found);
  }
  return arranged;
}

}  // namespace

Httpdns::Httpdns(HttpdnsOptions options, const Clock* clock, HttpFetcher* fetcher)
    : options_(std::move(options)), clock_(clock), fetcher_(fetcher), servers_(options_.servers) {}

absl::StatusOr<std::vector<NameAnswer>> Httpdns::Ask(std::span<const std::string> names) {
  Attempt attempt{Verdict::kAgain, absl::UnavailableError("")};
  for (int i = 0; i < kAttempts && attempt.verdict == Verdict::kAgain; ++i) {
    attempt = AskOnce(names);
  }
  if (!attempt.result.ok()) return attempt.result.status();
  return Arrange(names, *std::move(attempt.result));
}

Httpdns::Attempt Httpdns::AskOnce(std::span<const std::string> names) {
  size_t server;
  std::string url;
  {
    absl::MutexLock lock(&mutex_);
    server = servers_.current();
    const absl::Time now = time_.Now(clock_->Now(), clock_->Monotonic());
    url = absl::StrCat(servers_.url(server),
                       WriteRequestPath(options_.account, names, options_.families,
                                        now + options_.signature_validity));
    ++counts_.requests;
  }
  const auto reply = fetcher_->Fetch(url, options_.request_timeout);
  absl::MutexLock lock(&mutex_);
  if (!reply.ok()) {
    ++counts_.failed;
    servers_.Leave(server);
    return {Verdict::kAgain, reply.status()};
  }
  return Judge(server, *reply);
}

Httpdns::Attempt Httpdns::Judge(size_t server, const HttpReply& reply) {
  if (const auto date = ParseHttpDate(reply.date)) time_.Learn(*date, clock_->Monotonic());
  if (reply.status == 200) {
    auto answers = ParseReply(reply.body);
    ++(answers.ok() ? counts_.answered : counts_.failed);
    if (answers.ok()) return {Verdict::kAnswered, std::move(answers)};
    servers_.Leave(server);
    return {Verdict::kAgain, std::move(answers)};
  }
  ++counts_.refused;
  const std::string why = absl::StrCat(servers_.url(server), " refused: ", reply.status, " ",
                                       FindErrorCode(reply.body));
  switch (JudgeRefusal(reply.body)) {
    case Refusal::kClock:
      return {Verdict::kAgain, absl::FailedPreconditionError(why)};
    case Refusal::kQuestion:
      return {Verdict::kFinal, absl::FailedPreconditionError(why)};
    case Refusal::kServer:
      break;
  }
  servers_.Leave(server);
  return {Verdict::kAgain, absl::UnavailableError(why)};
}

void Httpdns::Restart() {
  fetcher_->ForgetConnections();
  absl::MutexLock lock(&mutex_);
  servers_.Restart();
}

HttpdnsCounts Httpdns::counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace nearcast::client
