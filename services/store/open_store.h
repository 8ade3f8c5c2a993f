// OpenStore: the store that a flag names.
#ifndef SERVICES_STORE_OPEN_STORE_H_
#define SERVICES_STORE_OPEN_STORE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/store/store.h"

namespace nearcast::store {

// "rocksdb:DIR" or "memory". INVALID_ARGUMENT lists the choices; other errors as
// RocksdbStore::Open.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(absl::string_view spec,
                                                 const StoreOptions& options = {});

}  // namespace nearcast::store

#endif  // SERVICES_STORE_OPEN_STORE_H_
