#include "services/store/memory_store.h"

#include "services/store/store_contract.h"

namespace nearcast::store {
namespace {

std::unique_ptr<Store> OpenMemory(const std::string&, const StoreOptions& options) {
  return std::make_unique<MemoryStore>(options);
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract,
                         testing::Values(StoreUnderTest{"memory", OpenMemory, Durability::kNone}));

}  // namespace
}  // namespace nearcast::store
