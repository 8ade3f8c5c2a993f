#include "services/httpdns/vendor_names.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "services/httpdns/access.h"
#include "services/httpdns/vendor_hosts.h"
#include "services/upstream/client_subnet.h"

namespace nearcast::httpdns {

using upstream::Found;
using upstream::Freshness;
using upstream::RecordType;

namespace {

bool MayAsk(const scheduler::Snapshot& snapshot, const scheduler::Account* account,
            absl::string_view name) {
  if (account == nullptr || account->hosts.empty()) return IsVendorHost(snapshot.cdns, name);
  return RightToHost(account, name) == HostRight::kGranted;
}

}  // namespace

// What upstream has said about one name in one or both families.
struct VendorNames::Gathered {
  scheduler::NameAnswer answer;
  uint32_t ttl_s = UINT32_MAX;
  uint32_t origin_ttl_s = UINT32_MAX;
  bool some_failed = false;

  bool has_addresses() const { return !answer.ipv4.empty() || !answer.ipv6.empty(); }
};

void VendorNames::Resolve(const scheduler::Snapshot& snapshot, const scheduler::Account* account,
                          Families families, Turn turn, std::vector<NameResult>* results) {
  awaited_.clear();
  has_nothing_ = false;
  answers_.clear();
  if (upstream_ == nullptr) return;
  for (NameResult& result : *results) {
    const bool is_settled = result.answer != nullptr && result.answer->cname.empty();
    if (!is_settled) ResolveOne(snapshot, account, families, turn, &result);
  }
}

void VendorNames::ResolveOne(const scheduler::Snapshot& snapshot, const scheduler::Account* account,
                             Families families, Turn turn, NameResult* result) {
  std::string name;
  if (result->answer != nullptr) {
    name = FollowAlias(snapshot, result);
    if (name.empty()) return;
  } else {
    name = absl::AsciiStrToLower(absl::StripSuffix(result->name, "."));
    if (!MayAsk(snapshot, account, name)) return;
    result->ttl_s = UINT32_MAX;
  }
  const ipdb::IpPrefix subnet = upstream::ChooseSubnet(result->client, *snapshot.places);
  Gathered gathered;
  gathered.answer.cname = std::string(result->alias());
  if (Has(families, Families::kIpv4)) Gather({name, RecordType::kA, subnet}, turn, &gathered);
  if (Has(families, Families::kIpv6)) Gather({name, RecordType::kAaaa, subnet}, turn, &gathered);
  result->has_failed = gathered.some_failed && !gathered.has_addresses();
  const uint32_t origin_ttl_s = std::min(result->ttl_s, gathered.origin_ttl_s);
  result->ttl_s = std::min(origin_ttl_s, gathered.ttl_s);
  result->age_s = origin_ttl_s - result->ttl_s;
  result->answer = &answers_.emplace_back(std::move(gathered.answer));
  result->is_upstreams = true;
}

std::string VendorNames::FollowAlias(const scheduler::Snapshot& snapshot, NameResult* result) {
  for (int hops = 0; hops < kOwnHopsMax; ++hops) {
    const std::string& alias = result->answer->cname;
    const auto [name, stream] = snapshot.FindName(alias);
    if (name == nullptr) return alias;
    const absl::string_view asked = result->stream.empty() ? stream : result->stream;
    result->answer =
        scheduler::DecideName(*name, {.client = result->client, .stream = asked}).answer;
    result->ttl_s = std::min(result->ttl_s, name->ttl_s);
    if (result->answer->cname.empty()) return {};
  }
  // A circle of our own making: nothing to be found.
  result->has_failed = true;
  return {};
}

void VendorNames::Gather(upstream::Question question, Turn turn, Gathered* gathered) {
  const Found found = turn == Turn::kFirst
                          ? upstream_->Find(question.name, question.type, question.subnet)
                          : upstream_->FindAnyway(question.name, question.type, question.subnet);
  const bool is_open = found.freshness == Freshness::kMissing ||
                       (found.freshness == Freshness::kExpired && found.should_ask);
  if (is_open && turn == Turn::kFirst) {
    has_nothing_ = has_nothing_ || found.answer == nullptr;
    awaited_.push_back(std::move(question));
    return;
  }
  if (found.answer == nullptr) {
    gathered->some_failed = true;
    // The other family alone is no answer for long.
    const uint32_t brief_s = upstream_->options().cache.stale_ttl_s;
    gathered->ttl_s = std::min(gathered->ttl_s, brief_s);
    gathered->origin_ttl_s = std::min(gathered->origin_ttl_s, brief_s);
    return;
  }
  const upstream::Answer& answer = *found.answer;
  gathered->ttl_s = std::min(gathered->ttl_s, found.ttl_s);
  const bool is_fresh = found.freshness == Freshness::kFresh;
  gathered->origin_ttl_s = std::min(gathered->origin_ttl_s, is_fresh ? answer.ttl_s : found.ttl_s);
  if (!answer.ipv4.empty()) gathered->answer.ipv4 = answer.ipv4;
  if (!answer.ipv6.empty()) gathered->answer.ipv6 = answer.ipv6;
}

absl::Duration VendorNames::patience() const {
  const upstream::UpstreamOptions& options = upstream_->options();
  return has_nothing_ ? options.answer_patience : options.stale_patience;
}

}  // namespace nearcast::httpdns
