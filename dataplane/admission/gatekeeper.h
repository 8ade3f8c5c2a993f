// Gatekeeper: a node's Gate: first the URL's signature, then, where that is configured, the control
// plane's word.
//
// When the control plane does not answer in time, the signature alone counts, or everybody is
// refused: Unanswered. Answers about plays are kept as long as they say; a crowd that asks the same
// at once asks once.
#ifndef DATAPLANE_ADMISSION_GATEKEEPER_H_
#define DATAPLANE_ADMISSION_GATEKEEPER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "dataplane/admission/admitter.h"
#include "dataplane/admission/gate.h"
#include "dataplane/admission/url_guard.h"

namespace nearcast::admission {

enum class Unanswered : uint8_t {
  kServe,   // the signature alone counts
  kRefuse,  // nobody gets in
};

struct GatekeeperOptions {
  bool asks_publish = true;
  bool asks_play = false;
  Unanswered unanswered = Unanswered::kServe;
  size_t answers_max = 10'000;    // about plays, kept; beyond it each is asked about anew
  size_t waiting_max = 10'000;    // viewers for an answer
  int64_t refused_ms = 1'000;     // how long a refusal of a play is believed
  int64_t unanswered_ms = 1'000;  // how long nobody is asked again about a play
};

struct GatekeeperCounts {
  uint64_t publishes_asked = 0;
  uint64_t publishes_refused = 0;  // by the control plane
  uint64_t plays_asked = 0;
  uint64_t plays_refused = 0;
  uint64_t unanswered = 0;  // questions
};

// Thread rule: any thread. Outlived by no question: the admitter stops first.
class Gatekeeper : public Gate {
 public:
  // `admitter` may be null: then nobody is asked. All must outlive it.
  Gatekeeper(const GatekeeperOptions& options, const Clock* clock, UrlGuard* guard,
             Admitter* admitter);

  // PermissionDenied for a wrong URL or when the control plane refuses; Unavailable when it does not
  // answer and nobody gets in then; ResourceExhausted when too many wait for an answer.
  void AdmitPublish(const Attempt& attempt, PublishDone done) override;
  void AdmitPlay(const Attempt& attempt, PlayDone done) override;

  GatekeeperCounts counts() const;

 private:
  using Answer = absl::StatusOr<PlayAnswer>;

  struct Known {
    std::optional<Answer> answer;  // nothing yet: it has been asked for
    int64_t until_ms = 0;
    std::vector<PlayDone> waiting;
  };

  void Settle(const std::string& key, const Answer& answer);
  absl::StatusOr<PlayTerms> Judge(const Answer& answer);
  int64_t BelievedMs(const Answer& answer) const;
  int64_t NowMs() const;
  void ForgetOld(int64_t now_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const GatekeeperOptions options_;
  const Clock* const clock_;
  UrlGuard* const guard_;
  Admitter* const admitter_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Known> plays_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t forgot_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<uint64_t> publishes_asked_{0};
  std::atomic<uint64_t> publishes_refused_{0};
  std::atomic<uint64_t> plays_asked_{0};
  std::atomic<uint64_t> plays_refused_{0};
  std::atomic<uint64_t> unanswered_{0};
};

// "network_grade=3" in a query: 1 to 8; 0 when it is not there or is none.
int NetworkGradeOf(absl::string_view query);

}  // namespace nearcast::admission

#endif  // DATAPLANE_ADMISSION_GATEKEEPER_H_
