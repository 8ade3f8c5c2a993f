#include "base/descriptors.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace nearcast {
namespace {

// As the kernel says.
uint64_t TableSize() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    uint64_t size = 0;
    if (word == "FDSize:" && status >> size) return size;
  }
  return 0;
}

TEST(DescriptorsTest, TableHasRoomForThoseReservedOrForTheLimit) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const uint64_t wanted = std::min<uint64_t>(3000, limit.rlim_max);
  EXPECT_EQ(ReserveDescriptors(3000), limit.rlim_max);
  EXPECT_GE(TableSize(), wanted);
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

TEST(DescriptorsTest, NoneIsLeftOpen) {
  const int before = dup(0);
  ReserveDescriptors(2000);
  const int after = dup(0);
  EXPECT_EQ(after, before + 1);
  close(before);
  close(after);
}

TEST(DescriptorsTest, MoreThanTheLimitIsTheLimit) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max = std::min<uint64_t>(4000, limit.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(ReserveDescriptors(UINT64_MAX), limit.rlim_max);
  EXPECT_GE(TableSize(), limit.rlim_max);
}

}  // namespace
}  // namespace nearcast
