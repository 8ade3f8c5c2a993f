// Revisions as values: an edit becomes a revision, and a revision can be taken back. Pure.
#ifndef SERVICES_STORE_REVISION_LOG_H_
#define SERVICES_STORE_REVISION_LOG_H_

#include <cstdint>
#include <map>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nearcast/v1/config.pb.h"
#include "nearcast/v1/stored.pb.h"
#include "proto/resource/resource_key.h"
#include "services/store/store.h"

namespace nearcast::store {

// The current resource of that key. Nothing when there is none; an error when it cannot be read.
using FindResource =
    absl::FunctionRef<absl::StatusOr<std::optional<v1::Resource>>(const resource::ResourceKey&)>;

using ConfigMap = std::map<resource::ResourceKey, v1::Resource>;

// What `edit` does to what `find` finds, as revision `number`: a change for each resource that
// differs, in the order of keys, with `revision` set in what it has become. No changes when nothing
// differs. Errors as Store::Commit, and those of `find`.
absl::StatusOr<v1::StoredRevision> BuildRevision(const Edit& edit, int64_t number,
                                                 FindResource find);

// Makes of the configuration after `revision` the one before it.
void RevertRevision(const v1::StoredRevision& revision, ConfigMap* config);

// In the order of keys.
Config MakeConfig(int64_t revision, const ConfigMap& resources);

// Whether ConfigAt can answer: OK, or NOT_FOUND that names what is there. `oldest` is the oldest
// kept revision, or current + 1 when there is none.
absl::Status CheckRevision(int64_t asked, int64_t oldest, int64_t current);

}  // namespace nearcast::store

#endif  // SERVICES_STORE_REVISION_LOG_H_
