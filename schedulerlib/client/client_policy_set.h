// ClientPolicySet: all client policies, ready to be asked which settings one client gets.
#ifndef SCHEDULERLIB_CLIENT_CLIENT_POLICY_SET_H_
#define SCHEDULERLIB_CLIENT_CLIENT_POLICY_SET_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/match/match_index.h"
#include "schedulerlib/match/match_question.h"
#include "schedulerlib/model/client_policy.h"

namespace nearcast::scheduler {

struct ClientSettings {
  EncoderSettings encoder;
  DecoderSettings decoder;

  // Those that matched, the strongest first.
  std::vector<const ClientPolicy*> policies;
};

// Thread rule: immutable after construction. Results point into the set.
class ClientPolicySet {
 public:
  ClientPolicySet() = default;
  explicit ClientPolicySet(std::vector<ClientPolicy> policies);

  // Each field comes from the policy with the greatest priority that matches and sets it; between
  // equals from the one with the smallest name. Lists count as one field, entries of `parameters`
  // each for themselves. Those that are off are passed over.
  using IsOff = absl::FunctionRef<bool(absl::string_view policy)>;
  ClientSettings SettingsFor(
      const MatchQuestion& question, IsOff is_off = [](absl::string_view) { return false; }) const;

  // The strongest first.
  const std::vector<ClientPolicy>& policies() const { return policies_; }

 private:
  std::vector<ClientPolicy> policies_;
  MatchIndex index_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CLIENT_CLIENT_POLICY_SET_H_
