#include "ipdb/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cerrno>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nearcast::ipdb {
namespace {

struct GzCloser {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzHandle = std::unique_ptr<gzFile_s, GzCloser>;

constexpr size_t kChunkBytes = 1 << 20;

// zlib sees the end of a cut file as an ordinary end, and says so only in the error state.
absl::Status StateOf(gzFile file, const std::string& path) {
  int code = Z_OK;
  const char* text = gzerror(file, &code);
  if (code == Z_OK || code == Z_STREAM_END) return absl::OkStatus();
  if (code == Z_ERRNO) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be read"));
  const absl::string_view what = code == Z_BUF_ERROR ? "the file is cut short" : text;
  return absl::DataLossError(
      absl::StrCat(path, ": damaged gzip (", what, "); fetch the file again"));
}

absl::StatusOr<std::string> ReadAll(gzFile file, const std::string& path, int64_t bytes_max) {
  std::string content;
  while (true) {
    const size_t size = content.size();
    content.resize(size + kChunkBytes);
    const int got = gzread(file, content.data() + size, kChunkBytes);
    content.resize(size + (got > 0 ? static_cast<size_t>(got) : 0));
    if (static_cast<int64_t>(content.size()) > bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path, ": holds more than ", bytes_max, " bytes; is it an IP database?"));
    }
    if (got <= 0) break;
  }
  if (absl::Status state = StateOf(file, path); !state.ok()) return state;
  return content;
}

}  // namespace

absl::StatusOr<std::string> ReadInputFile(const std::string& path, int64_t bytes_max) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  }
  if (S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a directory; name a file"));
  }
  const GzHandle file(gzopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  }
  gzbuffer(file.get(), kChunkBytes);
  return ReadAll(file.get(), path, bytes_max);
}

}  // namespace nearcast::ipdb
