#include "services/sync/config_follower.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "services/sync/compile_config.h"
#include "spdlog/spdlog.h"

namespace nearcast {
namespace {

using Resources = ConfigFollower::Resources;

constexpr size_t kRevisionsSearched = 1000;

// The kind of a resource that this version does not know, from the revision that wrote it; empty
// when that is forgotten.
std::string KindInRevision(const v1::Resource& resource,
                           const std::vector<v1::StoredRevision>& revisions) {
  for (const v1::StoredRevision& revision : revisions) {
    if (revision.number() != resource.revision()) continue;
    for (const v1::StoredRevision::Change& change : revision.changes()) {
      const bool unknown =
          change.has_after() && change.after().spec_case() == v1::Resource::SPEC_NOT_SET;
      if (unknown && change.name() == resource.name()) return change.kind();
    }
  }
  return "";
}

std::shared_ptr<const Resources> MapOf(const store::Config& config, store::Store& store) {
  Resources resources;
  std::optional<std::vector<v1::StoredRevision>> revisions;  // read when they are needed
  for (const v1::Resource& resource : config.resources) {
    resource::ResourceKey key = resource::KeyOf(resource);
    if (key.kind.empty()) {
      if (!revisions) {
        auto read = store.ListRevisions(kRevisionsSearched);
        revisions = read.ok() ? *std::move(read) : std::vector<v1::StoredRevision>();
      }
      key.kind = KindInRevision(resource, *revisions);
    }
    resources.emplace(std::move(key), resource);
  }
  return std::make_shared<const Resources>(std::move(resources));
}

absl::Status RefusalOf(int64_t newest, int64_t current, const absl::Status& why) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the store's revision ", newest, " cannot be used by this version of nearcastd, revision ",
      current, " stays live. Correct what is wrong with an apply, or go back with nearcastctl ",
      "rollback ", current, ". What is wrong:\n", why.message()));
}

}  // namespace

ConfigFollower::ConfigFollower(store::Store* store, Publisher* publisher)
    : store_(store), publisher_(publisher) {
  current_.resources = std::make_shared<const Resources>();
}

absl::Status ConfigFollower::Start() {
  subscription_ = store_->Watch([this](const v1::StoredRevision& revision) { Follow(revision); });
  absl::MutexLock lock(&mutex_);
  NC_ASSIGN_OR_RETURN(const store::Config config, store_->LoadConfig());
  newest_ = {config.revision, MapOf(config, *store_)};
  const absl::Status published = Publish();
  if (published.ok()) return published;
  ++refused_;
  const absl::Status earlier = PublishEarlier(published);
  if (!earlier.ok()) return earlier;
  spdlog::error("{}", std::string(refusal_.message()));
  return absl::OkStatus();
}

ConfigFollower::View ConfigFollower::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

ConfigFollower::View ConfigFollower::Newest() const {
  absl::MutexLock lock(&mutex_);
  return newest_.resources == nullptr ? current_ : newest_;
}

absl::Status ConfigFollower::Refusal() const {
  absl::MutexLock lock(&mutex_);
  return refusal_;
}

uint64_t ConfigFollower::refused() const {
  absl::MutexLock lock(&mutex_);
  return refused_;
}

void ConfigFollower::Follow(const v1::StoredRevision& revision) {
  absl::MutexLock lock(&mutex_);
  // Start has not loaded yet, or has loaded this revision.
  if (newest_.resources == nullptr || revision.number() <= newest_.revision) return;
  Resources resources = *newest_.resources;
  for (const v1::StoredRevision::Change& change : revision.changes()) {
    const resource::ResourceKey key{change.kind(), change.name()};
    if (change.has_after()) {
      resources[key] = change.after();
    } else {
      resources.erase(key);
    }
  }
  newest_ = {revision.number(), std::make_shared<const Resources>(std::move(resources))};
  const absl::Status published = Publish();
  if (published.ok()) {
    spdlog::info("revision {} by {} is live: {} change(s){}{}", revision.number(),
                 revision.author(), revision.changes_size(),
                 revision.reason().empty() ? "" : ", because ", revision.reason());
    return;
  }
  ++refused_;
  spdlog::error("{}", std::string(refusal_.message()));
}

absl::Status ConfigFollower::Publish() {
  const absl::Status published = Publish(newest_);
  refusal_ = published.ok() ? published : RefusalOf(newest_.revision, current_.revision, published);
  return published;
}

absl::Status ConfigFollower::Publish(const View& view) {
  std::vector<v1::Resource> list;
  list.reserve(view.resources->size());
  for (const auto& [key, resource] : *view.resources) list.push_back(resource);
  NC_ASSIGN_OR_RETURN(scheduler::Config config, CompileConfig(list, view.revision));
  publisher_->SetConfig(std::move(config));
  current_ = view;
  return absl::OkStatus();
}

absl::Status ConfigFollower::PublishEarlier(const absl::Status& why) {
  NC_ASSIGN_OR_RETURN(const auto revisions, store_->ListRevisions(kTriedMax));
  for (const v1::StoredRevision& revision : revisions) {
    if (revision.number() >= newest_.revision) continue;
    const auto config = store_->ConfigAt(revision.number());
    if (!config.ok()) break;
    if (!Publish({config->revision, MapOf(*config, *store_)}).ok()) continue;
    refusal_ = RefusalOf(newest_.revision, current_.revision, why);
    return absl::OkStatus();
  }
  return why;
}

}  // namespace nearcast
