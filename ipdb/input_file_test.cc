#include "ipdb/input_file.h"

#include <zlib.h>

#include <fstream>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace nearcast::ipdb {
namespace {

std::string TempPath(const std::string& name) { return testing::TempDir() + "/" + name; }

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void WriteGzip(const std::string& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string SomeText() {
  std::string text;
  for (int i = 0; i < 300000; ++i) text += std::to_string(i * 2654435761u) + "\n";
  return text;
}

TEST(InputFileTest, ReadsPlainAndGzippedAlike) {
  const std::string text = SomeText();
  WriteBytes(TempPath("plain"), text);
  WriteGzip(TempPath("packed"), text);
  EXPECT_EQ(ReadInputFile(TempPath("plain")).value(), text);
  EXPECT_EQ(ReadInputFile(TempPath("packed")).value(), text);
  WriteBytes(TempPath("empty"), "");
  EXPECT_EQ(ReadInputFile(TempPath("empty")).value(), "");
}

TEST(InputFileTest, ReportsACutOrDamagedGzip) {
  WriteGzip(TempPath("whole.gz"), SomeText());
  std::string bytes = ReadBytes(TempPath("whole.gz"));
  WriteBytes(TempPath("cut.gz"), bytes.substr(0, bytes.size() / 2));
  const absl::Status cut = ReadInputFile(TempPath("cut.gz")).status();
  EXPECT_TRUE(absl::IsDataLoss(cut)) << cut;
  EXPECT_NE(cut.message().find("cut.gz: damaged gzip"), absl::string_view::npos) << cut;
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  WriteBytes(TempPath("damaged.gz"), bytes);
  EXPECT_TRUE(absl::IsDataLoss(ReadInputFile(TempPath("damaged.gz")).status()));
}

TEST(InputFileTest, StopsAtTheLimit) {
  WriteGzip(TempPath("bomb.gz"), std::string(10 << 20, '\0'));
  EXPECT_TRUE(absl::IsResourceExhausted(ReadInputFile(TempPath("bomb.gz"), 1 << 20).status()));
}

TEST(InputFileTest, NamesTheFileThatIsNotThere) {
  const absl::Status status = ReadInputFile("/nonexistent/x.csv").status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_NE(status.message().find("/nonexistent/x.csv: "), absl::string_view::npos);
  EXPECT_TRUE(absl::IsInvalidArgument(ReadInputFile("/").status()));
}

}  // namespace
}  // namespace nearcast::ipdb
