// AdminFixture: an Admin over a store in memory, and its requests in short, for tests.
#ifndef SERVICES_ADMIN_ADMIN_FIXTURE_H_
#define SERVICES_ADMIN_ADMIN_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gtest/gtest.h"
#include "services/admin/admin.h"
#include "services/rpc/status.h"
#include "services/store/memory_store.h"

namespace nearcast {

// "revision 3: Node/gz CONFIGURED, …", or "CODE REASON: message".
inline std::string Tell(const absl::StatusOr<v1::ApplyResponse>& response) {
  if (!response.ok()) {
    return absl::StrCat(absl::StatusCodeToString(response.status().code()), " ",
                        rpc::ReasonOf(response.status()), ": ",
                        std::string(response.status().message()));
  }
  std::string text = absl::StrCat("revision ", response->revision(), ":");
  for (const v1::ResourceChange& change : response->changes()) {
    absl::StrAppend(&text, " ", change.kind(), "/", change.name(), " ",
                    v1::ResourceChange::Action_Name(change.action()));
  }
  return text;
}

class AdminFixture : public ::testing::Test {
 protected:
  explicit AdminFixture(std::shared_ptr<const ipdb::PrefixTable> places)
      : publisher_(&clock_, std::move(places), {}) {}

  std::shared_ptr<const scheduler::Snapshot> Published() { return publisher_.holder()->Current(); }

  absl::StatusOr<v1::ApplyResponse> Delete(const std::string& kind, const std::string& name) {
    v1::DeleteResourceRequest request;
    request.set_kind(kind);
    request.set_name(name);
    return admin_.DeleteResource(request);
  }

  absl::StatusOr<v1::ApplyResponse> Rollback(int64_t revision) {
    v1::RollbackRequest request;
    request.set_revision(revision);
    return admin_.Rollback(request);
  }

  v1::Resource Get(const std::string& kind, const std::string& name) {
    v1::GetResourceRequest request;
    request.set_kind(kind);
    request.set_name(name);
    return admin_.GetResource(request).value();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  Publisher publisher_;
  ConfigFollower follower_{&store_, &publisher_};
  StreamTable streams_{&store_};
  StreamScheduler scheduler_{&clock_, publisher_.holder(), &streams_};
  ipdb::NameTable names_;
  Admin admin_{Admin::Parts{.clock = &clock_,
                            .store = &store_,
                            .follower = &follower_,
                            .publisher = &publisher_,
                            .scheduler = &scheduler_,
                            .names = &names_}};
};

}  // namespace nearcast

#endif  // SERVICES_ADMIN_ADMIN_FIXTURE_H_
