#include "dataplane/admission/gatekeeper.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace nearcast::admission {
namespace {

constexpr int kGradeMax = 8;
constexpr int64_t kForgetEveryMs = 1'000;

void Count(std::atomic<uint64_t>* counter) { counter->fetch_add(1, std::memory_order_relaxed); }

absl::Status NobodyAnswers(const absl::Status& why) {
  return absl::UnavailableError(absl::StrCat(
      "the control plane does not answer, and nobody gets in without its word: ", why.message()));
}

}  // namespace

int NetworkGradeOf(absl::string_view query) {
  for (absl::string_view pair : absl::StrSplit(query, '&')) {
    int grade = 0;
    if (!absl::ConsumePrefix(&pair, "network_grade=")) continue;
    const bool fits = absl::SimpleAtoi(pair, &grade) && grade >= 1 && grade <= kGradeMax;
    return fits ? grade : 0;
  }
  return 0;
}

Gatekeeper::Gatekeeper(const GatekeeperOptions& options, const Clock* clock, UrlGuard* guard,
                       Admitter* admitter)
    : options_(options), clock_(clock), guard_(guard), admitter_(admitter) {}

int64_t Gatekeeper::NowMs() const { return absl::ToInt64Milliseconds(clock_->Monotonic()); }

void Gatekeeper::AdmitPublish(const Attempt& attempt, PublishDone done) {
  const absl::Status checked = guard_->CheckPush(attempt);
  if (!checked.ok() || admitter_ == nullptr || !options_.asks_publish) return done(checked);
  Count(&publishes_asked_);
  admitter_->AskPublish(attempt, [this, done = std::move(done)](const absl::Status& answer) {
    if (answer.ok()) return done(answer);
    if (absl::IsPermissionDenied(answer)) {
      Count(&publishes_refused_);
      return done(answer);
    }
    Count(&unanswered_);
    done(options_.unanswered == Unanswered::kServe ? absl::OkStatus() : NobodyAnswers(answer));
  });
}

void Gatekeeper::AdmitPlay(const Attempt& attempt, PlayDone done) {
  const absl::Status checked = guard_->CheckPull(attempt);
  if (!checked.ok()) return done(checked);
  if (admitter_ == nullptr || !options_.asks_play) return done(PlayTerms());
  const PlayQuestion question{attempt.stream, NetworkGradeOf(attempt.query)};
  const std::string key = absl::StrCat(question.network_grade, " ", question.stream);
  std::optional<Answer> known;
  {
    absl::MutexLock lock(&mutex_);
    const int64_t now_ms = NowMs();
    if (plays_.size() >= options_.answers_max) ForgetOld(now_ms);
    auto [at, is_new] = plays_.try_emplace(key);
    Known& play = at->second;
    const bool asks = is_new || (play.answer && play.until_ms <= now_ms);
    if (!asks && play.answer) {
      known = play.answer;
    } else if (waiting_ >= options_.waiting_max) {
      if (is_new) plays_.erase(at);
      known = absl::ResourceExhaustedError("too many viewers wait to be admitted");
    } else {
      ++waiting_;
      play.answer.reset();
      play.waiting.push_back(std::move(done));
      if (!asks) return;  // somebody has asked already
    }
  }
  if (known) return done(Judge(*known));
  Count(&plays_asked_);
  admitter_->AskPlay(question, [this, key](const Answer& answer) { Settle(key, answer); });
}

void Gatekeeper::Settle(const std::string& key, const Answer& answer) {
  const bool answered = answer.ok() || absl::IsPermissionDenied(answer.status());
  if (!answered) Count(&unanswered_);
  std::vector<PlayDone> waiting;
  {
    absl::MutexLock lock(&mutex_);
    const auto at = plays_.find(key);
    if (at == plays_.end()) return;
    waiting = std::exchange(at->second.waiting, {});
    waiting_ -= waiting.size();
    at->second.answer = answer;
    at->second.until_ms = NowMs() + BelievedMs(answer);
    if (plays_.size() > options_.answers_max) plays_.erase(at);
  }
  for (const PlayDone& done : waiting) done(Judge(answer));
}

int64_t Gatekeeper::BelievedMs(const Answer& answer) const {
  if (answer.ok()) return answer->ttl_ms;
  return absl::IsPermissionDenied(answer.status()) ? options_.refused_ms : options_.unanswered_ms;
}

absl::StatusOr<PlayTerms> Gatekeeper::Judge(const Answer& answer) {
  if (answer.ok()) return answer->terms;
  if (absl::IsPermissionDenied(answer.status())) {
    Count(&plays_refused_);
    return answer.status();
  }
  if (absl::IsResourceExhausted(answer.status())) return answer.status();
  if (options_.unanswered == Unanswered::kServe) return PlayTerms();
  return NobodyAnswers(answer.status());
}

// Seldom: a crowd that asks about more streams than are kept must not pay for a look at all of them.
void Gatekeeper::ForgetOld(int64_t now_ms) {
  if (now_ms - forgot_ms_ < kForgetEveryMs) return;
  forgot_ms_ = now_ms;
  absl::erase_if(plays_, [now_ms](const auto& entry) {
    return entry.second.answer && entry.second.until_ms <= now_ms;
  });
}

GatekeeperCounts Gatekeeper::counts() const {
  return {.publishes_asked = publishes_asked_.load(std::memory_order_relaxed),
          .publishes_refused = publishes_refused_.load(std::memory_order_relaxed),
          .plays_asked = plays_asked_.load(std::memory_order_relaxed),
          .plays_refused = plays_refused_.load(std::memory_order_relaxed),
          .unanswered = unanswered_.load(std::memory_order_relaxed)};
}

}  // namespace nearcast::admission
