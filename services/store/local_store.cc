#include "services/store/local_store.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "services/store/revision_log.h"

namespace nearcast::store {
namespace {

StoreCounters::Count* CountFor(const absl::Status& status, StoreCounters* counters) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
      return &counters->commits_conflicted;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
      return &counters->commits_refused;
    default:
      return &counters->commits_failed;
  }
}

}  // namespace

absl::StatusOr<int64_t> LocalStore::Commit(const Edit& edit, int64_t expected_revision) {
  absl::MutexLock lock(&commit_mutex_);
  ++counters_.commits;
  absl::StatusOr<int64_t> number = CommitLocked(edit, expected_revision);
  if (!number.ok()) ++*CountFor(number.status(), &counters_);
  return number;
}

absl::StatusOr<int64_t> LocalStore::CommitLocked(const Edit& edit, int64_t expected_revision) {
  if (expected_revision != 0 && expected_revision != revision_) {
    return absl::AbortedError(absl::StrCat("revision ", expected_revision,
                                           " was expected, but the current one is ", revision_,
                                           "; look at what changed and try again"));
  }
  NC_ASSIGN_OR_RETURN(const v1::StoredRevision revision,
                      BuildRevision(edit, revision_ + 1, [this](const resource::ResourceKey& key) {
                        return Find(key);
                      }));
  if (revision.changes().empty()) {
    ++counters_.commits_unchanged;
    return revision_;
  }
  NC_RETURN_IF_ERROR(Persist(revision));
  revision_ = revision.number();
  ++counters_.commits_made;
  watchers_.Notify(revision);
  return revision_;
}

}  // namespace nearcast::store
