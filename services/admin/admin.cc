#include "services/admin/admin.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "google/protobuf/util/message_differencer.h"
#include "proto/resource/secrets.h"
#include "schedulerlib/convert/stream_convert.h"
#include "schedulerlib/explain/explanation.h"
#include "services/admin/alias_steps.h"
#include "services/admin/node_status.h"
#include "services/admin/ratio_answers.h"
#include "services/rpc/status.h"
#include "services/sync/compile_config.h"

namespace nearcast {

using resource::KeyOf;
using resource::ResourceKey;
using rpc::WithReason;

namespace {

constexpr int kRevisionsDefault = 20;
constexpr int kRevisionsMax = 1000;
constexpr size_t kDelaysMax = 10'000;

// The resource as it was declared: without what the server adds.
v1::Resource Declared(v1::Resource resource) {
  resource.clear_revision();
  return resource;
}

// Without a tier the pin goes.
void SetPin(const v1::SetDefaultQualityRequest& request, absl::Time now,
            v1::QualityPolicy& policy) {
  policy.clear_pin();
  if (request.tier().empty()) return;
  policy.mutable_pin()->set_tier(request.tier());
  if (request.pin_for_s() == 0) return;
  const int64_t until_s = absl::ToUnixSeconds(now) + request.pin_for_s();
  policy.mutable_pin()->mutable_expire_time()->set_seconds(until_s);
}

bool SameSpec(const v1::Resource& a, const v1::Resource& b) {
  return google::protobuf::util::MessageDifferencer::Equals(Declared(a), Declared(b));
}

v1::ResourceChange& AddChange(const ResourceKey& key, v1::ResourceChange::Action action,
                              v1::ApplyResponse& response) {
  v1::ResourceChange* change = response.add_changes();
  change->set_kind(key.kind);
  change->set_name(key.name);
  change->set_action(action);
  return *change;
}

void ComparePut(const ConfigFollower::Resources& before, const v1::Resource& put,
                v1::ApplyResponse& response) {
  const ResourceKey key = KeyOf(put);
  const auto old = before.find(key);
  if (old == before.end()) {
    *AddChange(key, v1::ResourceChange::CREATED, response).mutable_after() = put;
    return;
  }
  const bool same = SameSpec(old->second, put);
  v1::ResourceChange& change = AddChange(
      key, same ? v1::ResourceChange::UNCHANGED : v1::ResourceChange::CONFIGURED, response);
  *change.mutable_before() = old->second;
  *change.mutable_after() = put;
}

// Masks that were read before and come back stand for what is stored.
absl::Status KeepSecrets(const ConfigFollower::Resources& before, std::vector<v1::Resource>& puts) {
  for (v1::Resource& put : puts) {
    const ResourceKey key = KeyOf(put);
    const auto old = before.find(key);
    const auto missing = resource::KeepSecrets(old == before.end() ? nullptr : &old->second, put);
    if (missing.empty()) continue;
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat(
            key.ToString(), ": ", missing.front(),
            ": is what answers show in place of a secret, and none is stored; give the secret")),
        "SECRET_MISSING");
  }
  return absl::OkStatus();
}

void HideSecrets(v1::ApplyResponse& response) {
  for (v1::ResourceChange& change : *response.mutable_changes()) {
    if (change.has_before() && change.has_after()) {
      resource::HideSecrets(*change.mutable_before(), *change.mutable_after());
    } else if (change.has_before()) {
      resource::HideSecrets(*change.mutable_before());
    } else if (change.has_after()) {
      resource::HideSecrets(*change.mutable_after());
    }
  }
}

absl::Status NotFound(const ResourceKey& key) {
  return WithReason(absl::NotFoundError(absl::StrCat("there is no ", key.kind, " \"", key.name,
                                                     "\"; see nearcastctl get ", key.kind)),
                    "RESOURCE_NOT_FOUND");
}

// The store's errors with a reason that programs can tell apart.
absl::Status WithStoreReason(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
      return WithReason(status, "REVISION_MISMATCH");
    case absl::StatusCode::kNotFound:
      return WithReason(status, "REVISION_NOT_FOUND");
    case absl::StatusCode::kInvalidArgument:
      return WithReason(status, "INVALID_CHANGE");
    default:
      return WithReason(status, "STORE_UNAVAILABLE");
  }
}

// What is wrong with a change, behind a word about the stored configuration when it is of no use to
// begin with.
absl::Status WithRefusal(const absl::Status& refusal, const absl::Status& problems) {
  if (refusal.ok()) return problems;
  const absl::string_view words = refusal.message();
  return absl::Status(problems.code(),
                      absl::StrCat(words.substr(0, words.find(" What is wrong:")),
                                   " With this change it is still wrong:\n", problems.message()));
}

absl::StatusOr<ipdb::IpAddress> ParseAddress(const std::string& text) {
  auto address = ipdb::ParseIpAddress(text);
  if (address.ok()) return address;
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("address: \"", text, "\" is not an IP address")),
      "INVALID_ADDRESS");
}

// "192.0.2.0/24": the block of `bits` around the address.
std::string PrefixAround(const ipdb::IpAddress& address, int bits) {
  const int host_bits = address.width_bits() - bits;
  absl::uint128 number = address.is_v4() ? absl::uint128(address.v4()) : address.v6();
  number = host_bits >= 128 ? absl::uint128(0) : (number >> host_bits) << host_bits;
  const ipdb::IpAddress first =
      address.is_v4() ? ipdb::IpAddress::FromV4(static_cast<uint32_t>(absl::Uint128Low64(number)))
                      : ipdb::IpAddress::FromV6(number);
  return absl::StrCat(first.ToString(), "/", bits);
}

absl::string_view ActionWord(const v1::StoredRevision::Change& change) {
  if (!change.has_before()) return "created";
  return change.has_after() ? "configured" : "deleted";
}

v1::Revision WriteRevision(const v1::StoredRevision& stored) {
  v1::Revision revision;
  revision.set_number(stored.number());
  revision.mutable_note()->set_author(stored.author());
  revision.mutable_note()->set_reason(stored.reason());
  *revision.mutable_time() = stored.time();
  for (const v1::StoredRevision::Change& change : stored.changes()) {
    revision.add_changes(absl::StrCat(change.kind(), "/", change.name(), " ", ActionWord(change)));
  }
  return revision;
}

}  // namespace

absl::StatusOr<v1::ApplyResponse> Admin::Change(Wanted wanted, const v1::ChangeNote& note,
                                                Mode mode, int64_t expected_revision) {
  auto response = ChangeAndTell(std::move(wanted), note, mode, expected_revision);
  if (response.ok()) HideSecrets(*response);
  return response;
}

absl::StatusOr<v1::ApplyResponse> Admin::ChangeAndTell(Wanted wanted, const v1::ChangeNote& note,
                                                       Mode mode, int64_t expected_revision) {
  const ConfigFollower::View current = parts_.follower->Newest();
  if (expected_revision != 0 && expected_revision != current.revision) {
    return WithReason(absl::AbortedError(absl::StrCat(
                          "revision ", expected_revision, " was expected, but ", current.revision,
                          " is current; look at what changed and try again")),
                      "REVISION_MISMATCH");
  }
  v1::ApplyResponse response;
  ConfigFollower::Resources after = *current.resources;
  std::set<ResourceKey> seen;
  for (v1::Resource& put : wanted.puts) {
    const ResourceKey key = KeyOf(put);
    if (!seen.insert(key).second) {
      return WithReason(
          absl::InvalidArgumentError(absl::StrCat(key.ToString(), ": name: is given twice")),
          "RESOURCE_TWICE");
    }
    put = Declared(std::move(put));
    ComparePut(*current.resources, put, response);
    after[key] = put;
  }
  for (const ResourceKey& key : wanted.deletes) {
    const auto old = after.find(key);
    if (old == after.end()) return NotFound(key);
    *AddChange(key, v1::ResourceChange::DELETED, response).mutable_before() = old->second;
    after.erase(old);
  }
  std::vector<v1::Resource> list;
  for (const auto& [key, resource] : after) list.push_back(resource);
  if (const absl::Status status = CompileConfig(list, current.revision).status(); !status.ok()) {
    return WithReason(WithRefusal(parts_.follower->Refusal(), status), "INVALID_CONFIGURATION");
  }
  response.set_revision(current.revision);
  if (mode == Mode::kValidateOnly) return response;
  store::Edit edit{.author = note.author(),
                   .reason = note.reason(),
                   .time = parts_.clock->Now(),
                   .puts = {},
                   .deletes = std::move(wanted.deletes)};
  for (int i = 0; i < response.changes_size(); ++i) {
    const v1::ResourceChange& change = response.changes(i);
    const bool changes = change.action() != v1::ResourceChange::UNCHANGED;
    if (changes && change.has_after()) edit.puts.push_back(change.after());
  }
  if (edit.puts.empty() && edit.deletes.empty()) return response;
  const auto revision = parts_.store->Commit(edit, current.revision);
  if (!revision.ok()) return WithStoreReason(revision.status());
  response.set_revision(*revision);
  return response;
}

absl::StatusOr<v1::ApplyResponse> Admin::Modify(const ResourceKey& key, IfAbsent if_absent,
                                                const v1::ChangeNote& note, Mode mode,
                                                absl::FunctionRef<void(v1::Resource&)> edit) {
  absl::MutexLock lock(&mutex_);
  const ConfigFollower::View current = parts_.follower->Newest();
  const auto old = current.resources->find(key);
  v1::Resource resource;
  if (old != current.resources->end()) {
    resource = old->second;
  } else if (if_absent == IfAbsent::kFail) {
    return NotFound(key);
  }
  resource.set_name(key.name);
  edit(resource);
  return Change({.puts = {resource}, .deletes = {}}, note, mode, 0);
}

absl::StatusOr<v1::ApplyResponse> Admin::Apply(const v1::ApplyRequest& request) {
  absl::MutexLock lock(&mutex_);
  Wanted wanted;
  wanted.puts = {request.resources().begin(), request.resources().end()};
  NC_RETURN_IF_ERROR(KeepSecrets(*parts_.follower->Newest().resources, wanted.puts));
  return Change(std::move(wanted), request.note(),
                request.validate_only() ? Mode::kValidateOnly : Mode::kCommit,
                request.expected_revision());
}

absl::StatusOr<v1::ApplyResponse> Admin::DeleteResource(const v1::DeleteResourceRequest& request) {
  absl::MutexLock lock(&mutex_);
  return Change({.puts = {}, .deletes = {{request.kind(), request.name()}}}, request.note(),
                request.validate_only() ? Mode::kValidateOnly : Mode::kCommit, 0);
}

absl::StatusOr<v1::ApplyResponse> Admin::SetCdnRatio(const v1::SetCdnRatioRequest& request) {
  const std::string rule = request.rule().empty() ? "default" : request.rule();
  return Modify({"RatioRule", rule}, IfAbsent::kCreate, request.note(),
                request.validate_only() ? Mode::kValidateOnly : Mode::kCommit,
                [&request](v1::Resource& resource) {
                  v1::RatioRule& spec = *resource.mutable_ratio_rule();
                  if (request.has_scope()) *spec.mutable_scope() = request.scope();
                  *spec.mutable_main() = request.main();
                  if (request.backup_size() > 0) *spec.mutable_backup() = request.backup();
                });
}

absl::StatusOr<v1::ApplyResponse> Admin::SetDefaultQuality(
    const v1::SetDefaultQualityRequest& request) {
  const std::string policy = request.policy().empty() ? "default" : request.policy();
  return Modify({"QualityPolicy", policy}, IfAbsent::kCreate, request.note(),
                request.validate_only() ? Mode::kValidateOnly : Mode::kCommit,
                [&request, now = parts_.clock->Now()](v1::Resource& resource) {
                  v1::QualityPolicy& policy = *resource.mutable_quality_policy();
                  if (request.pin()) {
                    SetPin(request, now, policy);
                  } else {
                    policy.set_default_tier(request.tier());
                  }
                });
}

absl::StatusOr<v1::ReportCdnUsageResponse> Admin::ReportCdnUsage(
    const v1::ReportCdnUsageRequest& request) {
  for (const v1::CdnUsage& usage : request.usage()) {
    NC_RETURN_IF_ERROR(parts_.ratio->ReportUsage(usage.cdn(), usage.bits_per_s()));
  }
  return v1::ReportCdnUsageResponse();
}

absl::StatusOr<v1::RatioStatus> Admin::GetRatioStatus() const {
  return WriteRatioStatus(*parts_.ratio, *parts_.publisher->holder()->Current(),
                          parts_.publisher->CopyLive());
}

absl::StatusOr<v1::RatioProposal> Admin::ProposeRatio(
    const v1::ProposeRatioRequest& request) const {
  return nearcast::ProposeRatio(
      *parts_.follower->Current().resources,
      {.rates = parts_.ratio->Rates(), .demands = parts_.ratio->Demands()}, request);
}

absl::StatusOr<v1::ApplyResponse> Admin::SetAdminState(const std::string& node,
                                                       v1::Node::AdminState state,
                                                       const v1::ChangeNote& note) {
  return Modify(
      {"Node", node}, IfAbsent::kFail, note, Mode::kCommit,
      [state](v1::Resource& resource) { resource.mutable_node()->set_admin_state(state); });
}

absl::StatusOr<v1::ApplyResponse> Admin::DrainNode(const v1::DrainNodeRequest& request) {
  return SetAdminState(request.node(), v1::Node::DRAINED, request.note());
}

absl::StatusOr<v1::ApplyResponse> Admin::UndrainNode(const v1::UndrainNodeRequest& request) {
  return SetAdminState(request.node(), v1::Node::ADMIN_STATE_UNSPECIFIED, request.note());
}

absl::StatusOr<v1::ApplyResponse> Admin::Rollback(const v1::RollbackRequest& request) {
  absl::MutexLock lock(&mutex_);
  const auto target = parts_.store->ConfigAt(request.revision());
  if (!target.ok()) return WithStoreReason(target.status());
  Wanted wanted;
  wanted.puts = target->resources;
  std::set<ResourceKey> kept;
  for (const v1::Resource& resource : target->resources) kept.insert(KeyOf(resource));
  const ConfigFollower::View current = parts_.follower->Newest();
  for (const auto& [key, resource] : *current.resources) {
    if (kept.count(key) == 0) wanted.deletes.push_back(key);
  }
  return Change(std::move(wanted), request.note(),
                request.validate_only() ? Mode::kValidateOnly : Mode::kCommit, 0);
}

absl::StatusOr<v1::Resource> Admin::GetResource(const v1::GetResourceRequest& request) const {
  const ConfigFollower::View current = parts_.follower->Newest();
  const ResourceKey key{request.kind(), request.name()};
  const auto found = current.resources->find(key);
  if (found == current.resources->end()) return NotFound(key);
  v1::Resource shown = found->second;
  resource::HideSecrets(shown);
  return shown;
}

absl::StatusOr<v1::ListResourcesResponse> Admin::ListResources(
    const v1::ListResourcesRequest& request) const {
  const ConfigFollower::View current = parts_.follower->Newest();
  v1::ListResourcesResponse response;
  response.set_revision(current.revision);
  for (const auto& [key, resource] : *current.resources) {
    if (!request.kind().empty() && request.kind() != key.kind) continue;
    v1::Resource& shown = *response.add_resources();
    shown = resource;
    resource::HideSecrets(shown);
  }
  return response;
}

absl::StatusOr<v1::ListNodesResponse> Admin::ListNodes() const {
  const scheduler::LiveView live = parts_.publisher->CopyLive();
  const ConfigFollower::View current = parts_.follower->Current();
  v1::ListNodesResponse response;
  for (const auto& [key, resource] : *current.resources) {
    if (!resource.has_node()) continue;
    const auto found = live.find(key.name);
    *response.add_nodes() =
        WriteNodeStatus(resource, found == live.end() ? scheduler::NodeLive() : found->second,
                        parts_.clock->Now(), parts_.clock->Monotonic());
  }
  return response;
}

absl::StatusOr<v1::ListDelaysResponse> Admin::ListDelays(
    const v1::ListDelaysRequest& request) const {
  if (!request.node().empty() && !parts_.publisher->holder()->Current()->FindNode(request.node())) {
    return NotFound({"Node", request.node()});
  }
  v1::ListDelaysResponse response;
  for (const auto& view : parts_.publisher->DescribeDelays(request.node(), kDelaysMax)) {
    *response.add_entries() = WriteDelayEntry(view);
  }
  response.set_total(parts_.publisher->DelayPathCount(request.node()));
  return response;
}

absl::StatusOr<v1::ListStreamStatsResponse> Admin::ListStreamStats(
    const v1::ListStreamStatsRequest& request) const {
  if (!request.node().empty() && !parts_.publisher->holder()->Current()->FindNode(request.node())) {
    return NotFound({"Node", request.node()});
  }
  return parts_.stream_board->List(request.node(), request.stream());
}

absl::StatusOr<v1::ListRevisionsResponse> Admin::ListRevisions(
    const v1::ListRevisionsRequest& request) const {
  if (request.page_size() < 0) {
    return WithReason(absl::InvalidArgumentError("page_size: must not be negative"),
                      "INVALID_PAGE_SIZE");
  }
  const int count = request.page_size() == 0 ? kRevisionsDefault : request.page_size();
  const auto stored = parts_.store->ListRevisions(std::min(count, kRevisionsMax));
  if (!stored.ok()) return WithStoreReason(stored.status());
  v1::ListRevisionsResponse response;
  for (const v1::StoredRevision& revision : *stored) {
    *response.add_revisions() = WriteRevision(revision);
  }
  return response;
}

absl::StatusOr<v1::Explanation> Admin::ExplainPlay(const v1::ExplainPlayRequest& request) const {
  return parts_.scheduler->ExplainPlay(request);
}

absl::StatusOr<v1::Explanation> Admin::ExplainDns(const v1::ExplainDnsRequest& request) const {
  NC_ASSIGN_OR_RETURN(const ipdb::IpAddress client, ParseAddress(request.address()));
  const auto snapshot = parts_.publisher->holder()->Current();
  const scheduler::Snapshot::NameMatch match = snapshot->FindName(request.name());
  if (match.name == nullptr) {
    return WithReason(
        absl::NotFoundError(absl::StrCat("\"", request.name(),
                                         "\" is not a scheduled name; see nearcastctl get domain")),
        "NAME_NOT_SCHEDULED");
  }
  scheduler::Explanation explanation = scheduler::ExplainName(*snapshot, match, client);
  const std::string& alias =
      scheduler::DecideName(*match.name, {.client = client, .stream = match.stream}).answer->cname;
  if (!alias.empty()) {
    for (std::string& step : AliasSteps(*snapshot, alias, client, parts_.upstream)) {
      explanation.steps.push_back(std::move(step));
    }
  }
  return scheduler::ToProto(explanation);
}

absl::StatusOr<v1::AddressRecord> Admin::LookupAddress(
    const v1::LookupAddressRequest& request) const {
  NC_ASSIGN_OR_RETURN(const ipdb::IpAddress address, ParseAddress(request.address()));
  const auto snapshot = parts_.publisher->holder()->Current();
  const auto match = snapshot->places->Find(address);
  const ipdb::Location& at = snapshot->places->location(match.cell);
  const ipdb::LocationNames names = parts_.names->Describe(at, ipdb::Language::kEnglish);
  v1::AddressRecord record;
  record.set_address(address.ToString());
  record.set_prefix(PrefixAround(address, match.scope_bits));
  record.mutable_location()->set_country(at.country);
  record.mutable_location()->set_region(at.region);
  record.mutable_location()->set_city(at.city);
  record.mutable_location()->set_isp(at.isp);
  record.set_country_name(names.country);
  record.set_region_name(names.region);
  record.set_city_name(names.city);
  record.set_isp_name(names.isp);
  return record;
}

}  // namespace nearcast
