// Reads a whole file into memory, unpacking gzip.
#ifndef IPDB_INPUT_FILE_H_
#define IPDB_INPUT_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace nearcast::ipdb {

// More than any database on the market; a limit on what a hostile gzip may unpack to.
inline constexpr int64_t kInputBytesMax = int64_t{4} << 30;

// The file's content; that of a gzip file (known by its first bytes, not its name) unpacked.
// kNotFound if there is none, kPermissionDenied, kInvalidArgument for a directory, kDataLoss for a
// cut or damaged gzip, kResourceExhausted beyond `bytes_max`. Messages name the file.
absl::StatusOr<std::string> ReadInputFile(const std::string& path,
                                          int64_t bytes_max = kInputBytesMax);

}  // namespace nearcast::ipdb

#endif  // IPDB_INPUT_FILE_H_
