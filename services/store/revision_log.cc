#include "services/store/revision_log.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "google/protobuf/util/message_differencer.h"

namespace nearcast::store {
namespace {

using resource::ResourceKey;

// What an edit wants of each key: a resource, or none.
using Wishes = std::map<ResourceKey, const v1::Resource*>;

absl::Status CheckPut(const ResourceKey& key, const v1::Resource& resource) {
  if (key.kind.empty() || key.name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("resource \"", key.name, "\" of kind \"",
                                                   key.kind, "\": kind and name must be set"));
  }
  const size_t octets = resource.ByteSizeLong();
  if (octets > Store::kResourceOctetsMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        key.ToString(), ": has ", octets, " octets, more than ", Store::kResourceOctetsMax));
  }
  return absl::OkStatus();
}

absl::Status Wish(const ResourceKey& key, const v1::Resource* resource, Wishes* wishes) {
  if (wishes->emplace(key, resource).second) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(key.ToString(), ": is twice in one edit"));
}

absl::StatusOr<Wishes> CollectWishes(const Edit& edit) {
  const size_t changes = edit.puts.size() + edit.deletes.size();
  if (changes > Store::kEditChangesMax) {
    return absl::InvalidArgumentError(absl::StrCat("the edit has ", changes, " changes, more than ",
                                                   Store::kEditChangesMax, "; make several"));
  }
  Wishes wishes;
  for (const v1::Resource& resource : edit.puts) {
    const ResourceKey key = resource::KeyOf(resource);
    NC_RETURN_IF_ERROR(CheckPut(key, resource));
    NC_RETURN_IF_ERROR(Wish(key, &resource, &wishes));
  }
  for (const ResourceKey& key : edit.deletes) NC_RETURN_IF_ERROR(Wish(key, nullptr, &wishes));
  return wishes;
}

bool IsSame(const std::optional<v1::Resource>& before, v1::Resource after) {
  if (!before.has_value()) return false;
  after.set_revision(before->revision());
  return google::protobuf::util::MessageDifferencer::Equals(*before, after);
}

void SetTime(absl::Time time, v1::StoredRevision* revision) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  revision->mutable_time()->set_seconds(seconds);
  revision->mutable_time()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace

absl::StatusOr<v1::StoredRevision> BuildRevision(const Edit& edit, int64_t number,
                                                 FindResource find) {
  NC_ASSIGN_OR_RETURN(const Wishes wishes, CollectWishes(edit));
  v1::StoredRevision revision;
  revision.set_number(number);
  revision.set_author(edit.author);
  revision.set_reason(edit.reason);
  SetTime(edit.time, &revision);
  for (const auto& [key, wanted] : wishes) {
    NC_ASSIGN_OR_RETURN(std::optional<v1::Resource> before, find(key));
    if (wanted == nullptr && !before.has_value()) {
      return absl::NotFoundError(absl::StrCat("there is no ", key.ToString()));
    }
    if (wanted != nullptr && IsSame(before, *wanted)) continue;
    v1::StoredRevision::Change* change = revision.add_changes();
    change->set_kind(key.kind);
    change->set_name(key.name);
    if (before.has_value()) *change->mutable_before() = *std::move(before);
    if (wanted == nullptr) continue;
    *change->mutable_after() = *wanted;
    change->mutable_after()->set_revision(number);
  }
  return revision;
}

void RevertRevision(const v1::StoredRevision& revision, ConfigMap* config) {
  for (const v1::StoredRevision::Change& change : revision.changes()) {
    const ResourceKey key{.kind = change.kind(), .name = change.name()};
    if (change.has_before()) {
      (*config)[key] = change.before();
    } else {
      config->erase(key);
    }
  }
}

Config MakeConfig(int64_t revision, const ConfigMap& resources) {
  Config config{.revision = revision, .resources = {}};
  config.resources.reserve(resources.size());
  for (const auto& [key, resource] : resources) config.resources.push_back(resource);
  return config;
}

absl::Status CheckRevision(int64_t asked, int64_t oldest, int64_t current) {
  if (asked >= oldest - 1 && asked <= current) return absl::OkStatus();
  if (asked >= 0 && asked < oldest) {
    return absl::NotFoundError(
        absl::StrCat("revision ", asked, " is no longer kept; the oldest is ", oldest - 1));
  }
  return absl::NotFoundError(
      absl::StrCat("there is no revision ", asked, "; the newest is ", current));
}

}  // namespace nearcast::store
