// The stored form of a PrefixTable: one checked file that loads without parsing. docs/ipdb.md has
// grammar and example.
//
//   NC_RETURN_IF_ERROR(WriteTableFile(table, "networks.ncdb"));
//   NC_ASSIGN_OR_RETURN(const PrefixTable table, ReadTable(bytes, "networks.ncdb"));
//
// All integers are little-endian.
//
//   file     = header location{cells} run4{v4_runs} run6{v6_runs} crc32
//   header   = magic[8] version:u32 cells:u32 v4_runs:u32 v6_runs:u32
//   location = country region city isp, each a string = length:u16 byte{length}
//   run4     = start:u32 cell:u32
//   run6     = start_high:u64 start_low:u64 cell:u32
//   crc32    = u32 of all bytes before it (the CRC of gzip, RFC 1952 section 8)
#ifndef IPDB_TABLE_FILE_H_
#define IPDB_TABLE_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/prefix_table.h"

namespace nearcast::ipdb {

// The control characters give away a copy in text mode, as in PNG's signature.
inline constexpr absl::string_view kTableMagic = absl::string_view("NCIPDB\r\n", 8);
inline constexpr uint32_t kTableVersion = 1;

// True if the bytes begin as a stored table.
bool IsTable(absl::string_view bytes);

// Equal tables give equal bytes. Requires fields within kLocationFieldBytesMax, as all sources give
// them.
std::string WriteTable(const PrefixTable& table);

// The inverse of WriteTable. Trusts nothing: kInvalidArgument, naming the file, for another
// version, a wrong checksum, a file that is cut or too long, runs or locations out of order, a cell
// that does not exist.
absl::StatusOr<PrefixTable> ReadTable(absl::string_view bytes, absl::string_view file_name);

// Writes beside `path` and renames, so that a reader sees the old file or the whole new one.
absl::Status WriteTableFile(const PrefixTable& table, const std::string& path);

}  // namespace nearcast::ipdb

#endif  // IPDB_TABLE_FILE_H_
