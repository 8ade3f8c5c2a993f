#include "ipdb/table_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace nearcast::ipdb {
namespace {

constexpr size_t kHeaderBytes = 24;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kRun4Bytes = 8;
constexpr size_t kRun6Bytes = 20;
constexpr size_t kLocationBytesMin = 8;  // Four empty strings.

uint32_t Checksum(absl::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <typename Int>
void Put(std::string& out, Int value) {
  for (size_t i = 0; i < sizeof(Int); ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void PutString(std::string& out, absl::string_view text) {
  NC_CHECK(text.size() <= UINT16_MAX);
  Put(out, static_cast<uint16_t>(text.size()));
  absl::StrAppend(&out, text);
}

// Takes fields off the front of the bytes; the caller asks Has() first.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : bytes_(bytes) {}

  bool Has(size_t count) const { return bytes_.size() >= count; }
  size_t size() const { return bytes_.size(); }

  template <typename Int>
  Int Take() {
    Int value = 0;
    for (size_t i = 0; i < sizeof(Int); ++i) {
      value |= static_cast<Int>(static_cast<Int>(static_cast<uint8_t>(bytes_[i])) << (8 * i));
    }
    bytes_.remove_prefix(sizeof(Int));
    return value;
  }

  std::string TakeBytes(size_t count) {
    std::string text(bytes_.substr(0, count));
    bytes_.remove_prefix(count);
    return text;
  }

 private:
  absl::string_view bytes_;
};

struct Header {
  uint32_t cells;
  uint32_t v4_runs;
  uint32_t v6_runs;
};

absl::Status Broken(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::StatusOr<Header> ReadHeader(absl::string_view bytes) {
  if (!IsTable(bytes)) return Broken("it does not begin as one");
  if (bytes.size() < kHeaderBytes + kChecksumBytes) return Broken("the file is cut short");
  ByteReader reader(bytes.substr(kTableMagic.size()));
  if (const auto version = reader.Take<uint32_t>(); version != kTableVersion) {
    return Broken(absl::StrCat("version ", version, " where this program reads ", kTableVersion));
  }
  ByteReader trailer(bytes.substr(bytes.size() - kChecksumBytes));
  bytes.remove_suffix(kChecksumBytes);
  if (trailer.Take<uint32_t>() != Checksum(bytes)) {
    return Broken("the checksum does not fit: the file is cut or damaged");
  }
  Header header{};
  header.cells = reader.Take<uint32_t>();
  header.v4_runs = reader.Take<uint32_t>();
  header.v6_runs = reader.Take<uint32_t>();
  return header;
}

absl::StatusOr<std::vector<Location>> ReadLocations(uint32_t count, ByteReader& reader) {
  if (count == 0) return Broken("it has no cell");
  if (!reader.Has(count * kLocationBytesMin)) return Broken("fewer locations than cells");
  std::vector<Location> locations(count);
  for (size_t i = 0; i < count; ++i) {
    Location& location = locations[i];
    for (std::string* field :
         {&location.country, &location.region, &location.city, &location.isp}) {
      if (!reader.Has(sizeof(uint16_t))) return Broken("a location is cut short");
      const auto length = reader.Take<uint16_t>();
      if (!reader.Has(length)) return Broken("a location is cut short");
      *field = reader.TakeBytes(length);
    }
    const bool is_in_order = i == 0 ? location == Location{} : locations[i - 1] < location;
    if (!is_in_order) return Broken(absl::StrCat("location ", i, " is out of order"));
  }
  return locations;
}

template <typename Word>
Word TakeStart(ByteReader& reader) {
  if constexpr (sizeof(Word) == 4) {
    return reader.Take<uint32_t>();
  } else {
    const auto high = reader.Take<uint64_t>();
    return absl::MakeUint128(high, reader.Take<uint64_t>());
  }
}

template <typename Word>
absl::StatusOr<RunTable<Word>> ReadRuns(uint32_t count, uint32_t cells, ByteReader& reader) {
  constexpr size_t kRunBytes = sizeof(Word) == 4 ? kRun4Bytes : kRun6Bytes;
  if (count == 0 || !reader.Has(count * kRunBytes)) return Broken("it has fewer runs than it says");
  std::vector<Run<Word>> runs(count);
  for (size_t i = 0; i < count; ++i) {
    runs[i].start = TakeStart<Word>(reader);
    runs[i].value = reader.Take<uint32_t>();
    const bool is_in_order = i == 0 ? runs[i].start == 0 : runs[i - 1].start < runs[i].start;
    if (!is_in_order) return Broken(absl::StrCat("run ", i, " is out of order"));
    if (runs[i].value >= cells) return Broken(absl::StrCat("run ", i, " names no cell"));
  }
  return RunTable<Word>(std::move(runs));
}

absl::StatusOr<PrefixTable> ReadChecked(absl::string_view bytes) {
  NC_ASSIGN_OR_RETURN(const Header header, ReadHeader(bytes));
  ByteReader reader(bytes.substr(kHeaderBytes, bytes.size() - kHeaderBytes - kChecksumBytes));
  NC_ASSIGN_OR_RETURN(std::vector<Location> locations, ReadLocations(header.cells, reader));
  NC_ASSIGN_OR_RETURN(RunTable<uint32_t> v4,
                      ReadRuns<uint32_t>(header.v4_runs, header.cells, reader));
  NC_ASSIGN_OR_RETURN(RunTable<absl::uint128> v6,
                      ReadRuns<absl::uint128>(header.v6_runs, header.cells, reader));
  if (reader.size() != 0) return Broken(absl::StrCat(reader.size(), " bytes too many"));
  return PrefixTable(std::move(locations), std::move(v4), std::move(v6));
}

absl::Status WriteAndSync(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : absl::ErrnoToStatus(errno, "fsync");
}

}  // namespace

bool IsTable(absl::string_view bytes) { return absl::StartsWith(bytes, kTableMagic); }

std::string WriteTable(const PrefixTable& table) {
  std::string out(kTableMagic);
  Put(out, kTableVersion);
  Put(out, static_cast<uint32_t>(table.cell_count()));
  Put(out, static_cast<uint32_t>(table.v4().runs().size()));
  Put(out, static_cast<uint32_t>(table.v6().runs().size()));
  for (uint32_t i = 0; i < table.cell_count(); ++i) {
    const Location& location = table.location(CellId(i));
    for (const std::string& field :
         {location.country, location.region, location.city, location.isp}) {
      PutString(out, field);
    }
  }
  for (const Run<uint32_t>& run : table.v4().runs()) {
    Put(out, run.start);
    Put(out, run.value);
  }
  for (const Run<absl::uint128>& run : table.v6().runs()) {
    Put(out, absl::Uint128High64(run.start));
    Put(out, absl::Uint128Low64(run.start));
    Put(out, run.value);
  }
  Put(out, Checksum(out));
  return out;
}

absl::StatusOr<PrefixTable> ReadTable(absl::string_view bytes, absl::string_view file_name) {
  absl::StatusOr<PrefixTable> table = ReadChecked(bytes);
  if (table.ok()) return table;
  return absl::InvalidArgumentError(
      absl::StrCat(file_name, ": broken compiled table: ", table.status().message(),
                   "; build it again with ipdbtool build"));
}

absl::Status WriteTableFile(const PrefixTable& table, const std::string& path) {
  const std::string temporary = absl::StrCat(path, ".tmp.", getpid());
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be written"));
  absl::Status status = WriteAndSync(fd, WriteTable(table));
  close(fd);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = absl::ErrnoToStatus(errno, "rename");
  }
  if (status.ok()) return status;
  unlink(temporary.c_str());
  return absl::Status(status.code(), absl::StrCat(path, ": cannot be written: ", status.message()));
}

}  // namespace nearcast::ipdb
