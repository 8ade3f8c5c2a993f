// VendorNames: addresses for names that are not ours: those that a decision gives as an alias, and
// those of CDNs themselves.
//
//   decision   alias         own name? → its decision
//                            else upstream, with the client's subnet
//   no name of ours          a CDN's domain, or in the account's list of hosts? → upstream
//
// An answer of upstream has what is left of its TTL, at most the scheduled name's; one that has
// expired has 30 s (upstream::CacheOptions). The result names the alias beside the addresses.
//
// What must be waited for is not in the results: awaited() says what it is. Thread rule: as Front.
#ifndef SERVICES_HTTPDNS_VENDOR_NAMES_H_
#define SERVICES_HTTPDNS_VENDOR_NAMES_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/place/steering.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/httpdns/question.h"
#include "services/upstream/upstream.h"

namespace nearcast::httpdns {

// Whether a request may wait for upstream, or has waited and takes what there is.
enum class Turn : uint8_t { kFirst, kLast };

class VendorNames {
 public:
  // Aliases among our own names that are followed before upstream is asked.
  static constexpr int kOwnHopsMax = 4;

  // With null, aliases stay aliases and other names stay unknown.
  explicit VendorNames(upstream::Upstream* upstream) : upstream_(upstream) {}

  // Fills in `results`, which are `account`'s; they point into this until the next call.
  void Resolve(const scheduler::Snapshot& snapshot, const scheduler::Account* account,
               Families families, Turn turn, std::vector<NameResult>* results);

  // Empty after Turn::kLast.
  const std::vector<upstream::Question>& awaited() const { return awaited_; }
  std::vector<upstream::Question> TakeAwaited() { return std::exchange(awaited_, {}); }
  // How long they are worth waiting for.
  absl::Duration patience() const;

 private:
  void ResolveOne(const scheduler::Snapshot& snapshot, const scheduler::Account* account,
                  Families families, Turn turn, NameResult* result);
  // The name to ask upstream for; empty = the result is right as it is.
  std::string FollowAlias(const scheduler::Snapshot& snapshot, NameResult* result);
  struct Gathered;
  void Gather(upstream::Question question, Turn turn, Gathered* gathered);

  upstream::Upstream* const upstream_;
  std::vector<upstream::Question> awaited_;
  bool has_nothing_ = false;  // to give instead of one of them
  std::deque<scheduler::NameAnswer> answers_;
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_VENDOR_NAMES_H_
