#include "services/sync/config_follower.h"

#include <utility>

#include "base/status_macros.h"
#include "services/sync/compile_config.h"
#include "spdlog/spdlog.h"

namespace nearcast {

ConfigFollower::ConfigFollower(store::Store* store, Publisher* publisher)
    : store_(store), publisher_(publisher) {
  current_.resources = std::make_shared<const Resources>();
}

absl::Status ConfigFollower::Start() {
  subscription_ = store_->Watch([this](const v1::StoredRevision& revision) { Follow(revision); });
  absl::MutexLock lock(&mutex_);
  NC_ASSIGN_OR_RETURN(store::Config config, store_->LoadConfig());
  Resources resources;
  for (v1::Resource& resource : config.resources) {
    resource::ResourceKey key = resource::KeyOf(resource);
    resources.emplace(std::move(key), std::move(resource));
  }
  newest_ = {config.revision, std::make_shared<const Resources>(std::move(resources))};
  return Publish();
}

ConfigFollower::View ConfigFollower::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
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
  spdlog::error("revision {} cannot be published, revision {} stays: {}", revision.number(),
                current_.revision, std::string(published.message()));
}

absl::Status ConfigFollower::Publish() {
  std::vector<v1::Resource> list;
  list.reserve(newest_.resources->size());
  for (const auto& [key, resource] : *newest_.resources) list.push_back(resource);
  NC_ASSIGN_OR_RETURN(scheduler::Config config, CompileConfig(list, newest_.revision));
  publisher_->SetConfig(std::move(config));
  current_ = newest_;
  return absl::OkStatus();
}

}  // namespace nearcast
