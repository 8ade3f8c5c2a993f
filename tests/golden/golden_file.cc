#include "tests/golden/golden_file.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"

namespace nearcast {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Where `bazel run` was called; empty in `bazel test`.
std::string Workspace() {
  const char* directory = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return directory == nullptr ? "" : directory;
}

}  // namespace

void ExpectGolden(const std::string& path, const std::string& text) {
  const std::string file = "tests/golden/" + path;
  if (std::getenv("NEARCAST_WRITE_GOLDEN") != nullptr) {
    ASSERT_NE(Workspace(), "") << "write golden files by bazel run, see golden_file.h";
    std::ofstream out(Workspace() + "/" + file, std::ios::binary);
    ASSERT_TRUE(out << text << '\n') << file << " cannot be written";
    return;
  }
  EXPECT_EQ(ReadFile(file), text + "\n")
      << file << " is not up to date; golden_file.h says how to write it anew";
}

}  // namespace nearcast
