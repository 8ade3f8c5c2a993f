#include "schedulerlib/convert/url_keys.h"

#include <set>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(UrlKeys, EveryFieldGoesAlongAndChangesTheId) {
  Cdn cdn;
  std::set<uint64_t> ids = {BuildUrlKeys(cdn).id()};
  const auto changed = [&] { return ids.insert(BuildUrlKeys(cdn).id()).second; };
  cdn.pull_signing.method = SignMethod::kHmacSha256;
  EXPECT_TRUE(changed());
  cdn.pull_signing.key = "a";
  EXPECT_TRUE(changed());
  cdn.pull_signing.backup_key = "b";
  EXPECT_TRUE(changed());
  cdn.pull_signing.use_backup_key = true;
  EXPECT_TRUE(changed());
  cdn.pull_signing.validity_s = 60;
  EXPECT_TRUE(changed());
  cdn.pull_signing.text = "{path}{time}";
  EXPECT_TRUE(changed());
  cdn.pull_signing.hex_time = true;
  EXPECT_TRUE(changed());
  std::swap(cdn.pull_signing, cdn.push_signing);
  EXPECT_TRUE(changed());
  EXPECT_EQ(BuildUrlKeys(cdn).push().backup_key(), "b");
  EXPECT_EQ(ids.count(0), 0);
}

}  // namespace
}  // namespace nearcast::scheduler
