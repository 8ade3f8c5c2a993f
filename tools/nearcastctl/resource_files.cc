#include "tools/nearcastctl/resource_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nearcast::ctl {
namespace {

namespace fs = std::filesystem;

constexpr size_t kTextOctetsMax = 64 << 20;
constexpr size_t kChunkOctets = 64 << 10;

std::string ReadAll(std::istream& stream) {
  std::string text;
  std::vector<char> chunk(kChunkOctets);
  while (text.size() < kTextOctetsMax) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<size_t>(stream.gcount()));
    if (stream.gcount() == 0) break;
  }
  return text;
}

bool IsResourceFile(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

class TextReader {
 public:
  explicit TextReader(std::istream& standard_input) : standard_input_(standard_input) {}

  void Read(const std::string& path) {
    std::error_code error;
    if (path == "-") {
      texts_.push_back({.file = "standard input", .text = ReadAll(standard_input_)});
    } else if (fs::is_directory(path, error)) {
      ReadDirectory(path);
    } else {
      ReadFile(path);
    }
  }

  absl::StatusOr<std::vector<yaml::ResourceText>> Finish() && {
    if (problems_.empty()) return std::move(texts_);
    return absl::InvalidArgumentError(absl::StrJoin(problems_, "\n"));
  }

 private:
  void ReadFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      problems_.push_back(absl::StrCat(path, ": ", std::strerror(errno)));
      return;
    }
    texts_.push_back({.file = path, .text = ReadAll(file)});
  }

  void ReadDirectory(const std::string& path) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      const bool hidden = entry.path().filename().string().front() == '.';
      if (!hidden && IsResourceFile(entry.path())) names.push_back(entry.path().string());
    }
    if (error) problems_.push_back(absl::StrCat(path, ": ", error.message()));
    if (names.empty() && !error) {
      problems_.push_back(absl::StrCat(path, ": no *.yaml, *.yml or *.json in this directory"));
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) ReadFile(name);
  }

  std::istream& standard_input_;
  std::vector<yaml::ResourceText> texts_;
  std::vector<std::string> problems_;
};

}  // namespace

absl::StatusOr<std::vector<yaml::ResourceText>> ReadResourceTexts(
    std::span<const std::string> paths, std::istream& standard_input) {
  TextReader reader(standard_input);
  for (const std::string& path : paths) reader.Read(path);
  return std::move(reader).Finish();
}

}  // namespace nearcast::ctl
