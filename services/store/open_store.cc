#include "services/store/open_store.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/store/memory_store.h"
#include "services/store/rocksdb_store.h"

namespace nearcast::store {

absl::StatusOr<std::unique_ptr<Store>> OpenStore(absl::string_view spec,
                                                 const StoreOptions& options) {
  if (spec == "memory") return std::make_unique<MemoryStore>(options);
  absl::string_view directory = spec;
  if (absl::ConsumePrefix(&directory, "rocksdb:") && !directory.empty()) {
    return RocksdbStore::Open(std::string(directory), options);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown store \"", spec, "\"; write rocksdb:DIR or memory"));
}

}  // namespace nearcast::store
