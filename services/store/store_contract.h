// StoreContract: what every store must do. A store's own test names itself once and runs all of it:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(StoreUnderTest{"memory", …}));
#ifndef SERVICES_STORE_STORE_CONTRACT_H_
#define SERVICES_STORE_STORE_CONTRACT_H_

#include <functional>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/store/store.h"

namespace nearcast::store {

enum class Durability { kNone, kReopens };

struct StoreUnderTest {
  std::string name;

  // Opens the store that belongs to `directory`: for kReopens the same one each time. At most one
  // at a time is open.
  std::function<std::unique_ptr<Store>(const std::string& directory, const StoreOptions&)> open;
  Durability durability = Durability::kNone;
};

class StoreContract : public testing::TestWithParam<StoreUnderTest> {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Opens a store, closing the one before.
  Store& Open(const StoreOptions& options = {});

  std::string directory_;
  std::unique_ptr<Store> store_;
};

// For tests of stores: small resources, and what a configuration looks like as text ("Node/a@3
// cdn=x").
v1::Resource MakeNode(const std::string& name, const std::string& cdn);
v1::Resource MakeCdn(const std::string& name, const std::string& line);
std::string Print(const Config& config);

}  // namespace nearcast::store

#endif  // SERVICES_STORE_STORE_CONTRACT_H_
