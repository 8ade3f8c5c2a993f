#include "ipdb/mmdb_source.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "ipdb/ip_prefix.h"
#include "maxminddb.h"

namespace nearcast::ipdb {
namespace {

constexpr absl::string_view kMetadataMarker = "\xab\xcd\xefMaxMind.com";
constexpr size_t kMetadataBytesMax = 128 * 1024;

constexpr int kV4Depth = 96;  // IPv4 lies below ::/96.
constexpr absl::uint128 kMappedV4 = absl::uint128(0xffff) << 32;

// A path as libmaxminddb takes it; points into `keys`.
struct FieldPath {
  explicit FieldPath(absl::string_view dotted) : keys(absl::StrSplit(dotted, '.')) {
    for (const std::string& key : keys) pointers.push_back(key.c_str());
    pointers.push_back(nullptr);
  }
  FieldPath(FieldPath&&) = default;

  std::vector<std::string> keys;
  std::vector<const char*> pointers;
};

std::vector<FieldPath> Compile(const std::vector<std::string>& paths) {
  std::vector<FieldPath> compiled;
  for (const std::string& path : paths) compiled.emplace_back(path);
  return compiled;
}

// An open database over an anonymous copy of the bytes: the file may be replaced or cut while it is
// read, and a mapping of it would then end the process.
class MmdbHandle {
 public:
  MmdbHandle() = default;
  MmdbHandle(const MmdbHandle&) = delete;
  MmdbHandle& operator=(const MmdbHandle&) = delete;
  ~MmdbHandle() {
    if (is_open_) MMDB_close(&mmdb_);
    if (fd_ >= 0) close(fd_);
  }

  absl::Status Open(absl::string_view bytes) {
    fd_ = memfd_create("mmdb", MFD_CLOEXEC);
    if (fd_ < 0) return absl::ErrnoToStatus(errno, "memfd_create");
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0) return absl::ErrnoToStatus(errno, "no memory for a copy");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    const std::string path = absl::StrCat("/proc/self/fd/", fd_);
    const int code = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &mmdb_);
    if (code != MMDB_SUCCESS) return absl::InvalidArgumentError(MMDB_strerror(code));
    is_open_ = true;
    return absl::OkStatus();
  }

  const MMDB_s& get() const { return mmdb_; }

 private:
  int fd_ = -1;
  bool is_open_ = false;
  MMDB_s mmdb_{};
};

// Reads the records, each place of the data section once.
class RecordReader {
 public:
  RecordReader(const MmdbFields& fields, const NameTable& names, std::vector<Location>& locations)
      : names_(names),
        country_(Compile(fields.country)),
        region_(Compile(fields.region)),
        city_(Compile(fields.city)),
        isp_(Compile(fields.isp)),
        locations_(locations) {}

  absl::StatusOr<uint32_t> Read(MMDB_entry_s entry) {
    if (const auto known = known_.find(entry.offset); known != known_.end()) return known->second;
    NC_ASSIGN_OR_RETURN(const std::vector<std::string> countries, ReadAll(entry, country_));
    NC_ASSIGN_OR_RETURN(const std::vector<std::string> regions, ReadAll(entry, region_));
    NC_ASSIGN_OR_RETURN(const std::vector<std::string> cities, ReadAll(entry, city_));
    NC_ASSIGN_OR_RETURN(const std::vector<std::string> isps, ReadAll(entry, isp_));
    const auto first = [](const std::vector<std::string>& values) {
      return values.empty() ? absl::string_view() : absl::string_view(values.front());
    };
    const auto location = static_cast<uint32_t>(locations_.size());
    locations_.push_back(names_.Canonical({.country = first(countries),
                                           .region = first(regions),
                                           .city = first(cities),
                                           .isps = {isps.begin(), isps.end()}}));
    if (HasOverlongField(locations_.back())) {
      return absl::InvalidArgumentError(
          absl::StrCat("a name is longer than ", kLocationFieldBytesMax, " bytes"));
    }
    return known_[entry.offset] = location;
  }

 private:
  static absl::StatusOr<std::vector<std::string>> ReadAll(MMDB_entry_s entry,
                                                          const std::vector<FieldPath>& paths) {
    std::vector<std::string> values;
    for (const FieldPath& path : paths) {
      NC_ASSIGN_OR_RETURN(std::string value, ReadValue(entry, path));
      if (!value.empty()) values.push_back(std::move(value));
    }
    return values;
  }

  // "" if the record has no such field.
  static absl::StatusOr<std::string> ReadValue(MMDB_entry_s entry, const FieldPath& path) {
    MMDB_entry_data_s data;
    const int code = MMDB_aget_value(&entry, &data, path.pointers.data());
    if (code == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) return "";
    if (code != MMDB_SUCCESS) return absl::InvalidArgumentError(MMDB_strerror(code));
    if (!data.has_data) return "";
    if (data.type == MMDB_DATA_TYPE_UTF8_STRING) {
      return std::string(data.utf8_string, data.data_size);
    }
    if (data.type == MMDB_DATA_TYPE_UINT32) return absl::StrCat("AS", data.uint32);
    return "";
  }

  const NameTable& names_;
  const std::vector<FieldPath> country_;
  const std::vector<FieldPath> region_;
  const std::vector<FieldPath> city_;
  const std::vector<FieldPath> isp_;
  std::vector<Location>& locations_;
  absl::flat_hash_map<uint32_t, uint32_t> known_;  // By offset.
};

// Walks the search tree and collects its networks.
class TreeWalker {
 public:
  TreeWalker(const MMDB_s& mmdb, RecordReader& records, std::vector<NetworkLayer::Row>& rows)
      : mmdb_(mmdb),
        records_(records),
        rows_(rows),
        width_(mmdb.metadata.ip_version == 4 ? 32 : 128),
        // Each node stands in the tree once; some writers share equal subtrees, so a little more is
        // allowed.
        visits_left_(uint64_t{mmdb.metadata.node_count} * 4 + 1024) {}

  absl::Status Walk() {
    NC_ASSIGN_OR_RETURN(v4_root_, FindV4Root());
    std::vector<Place> open = {{.node = 0, .first = 0, .depth = 0}};
    while (!open.empty()) {
      const Place place = open.back();
      open.pop_back();
      if (visits_left_-- == 0) return absl::InvalidArgumentError("the search tree loops");
      NC_ASSIGN_OR_RETURN(const MMDB_search_node_s node, ReadNode(place.node));
      // The right side first, so that the left one is taken next and rows come out in order.
      const absl::uint128 right = place.first | absl::uint128(1) << (width_ - place.depth - 1);
      NC_RETURN_IF_ERROR(Enter({node.right_record, right, place.depth + 1}, node.right_record_type,
                               node.right_record_entry, open));
      NC_RETURN_IF_ERROR(Enter({node.left_record, place.first, place.depth + 1},
                               node.left_record_type, node.left_record_entry, open));
    }
    return absl::OkStatus();
  }

 private:
  // A node, and the block of addresses that lead to it.
  struct Place {
    uint64_t node;
    absl::uint128 first;
    int depth;
  };

  absl::StatusOr<MMDB_search_node_s> ReadNode(uint64_t number) const {
    MMDB_search_node_s node;
    const int code = MMDB_read_node(&mmdb_, static_cast<uint32_t>(number), &node);
    if (code == MMDB_SUCCESS) return node;
    return absl::InvalidArgumentError(absl::StrCat("node ", number, ": ", MMDB_strerror(code)));
  }

  // The node of ::/96, where there is one.
  absl::StatusOr<std::optional<uint64_t>> FindV4Root() const {
    if (width_ == 32) return std::nullopt;
    uint64_t number = 0;
    for (int depth = 0; depth < kV4Depth; ++depth) {
      NC_ASSIGN_OR_RETURN(const MMDB_search_node_s node, ReadNode(number));
      if (node.left_record_type != MMDB_RECORD_TYPE_SEARCH_NODE) return std::nullopt;
      number = node.left_record;
    }
    return number;
  }

  bool RepeatsV4(const Place& place, uint8_t type) const {
    if (width_ == 32) return false;
    if (place.depth == kV4Depth && place.first == kMappedV4) return true;
    const bool is_v4_itself = place.depth == kV4Depth && place.first == 0;
    return type == MMDB_RECORD_TYPE_SEARCH_NODE && place.node == v4_root_ && !is_v4_itself;
  }

  absl::Status Enter(const Place& place, uint8_t type, const MMDB_entry_s& entry,
                     std::vector<Place>& open) {
    if (type == MMDB_RECORD_TYPE_EMPTY || RepeatsV4(place, type)) return absl::OkStatus();
    if (type == MMDB_RECORD_TYPE_DATA) return AddNetwork(place, entry);
    if (type != MMDB_RECORD_TYPE_SEARCH_NODE) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the search tree at ", PrefixOf(place).ToString(), " points outside of the file"));
    }
    if (place.depth >= width_) {
      return absl::InvalidArgumentError(absl::StrCat("the search tree is deeper than ", width_,
                                                     " bits at ", PrefixOf(place).ToString()));
    }
    open.push_back(place);
    return absl::OkStatus();
  }

  absl::Status AddNetwork(const Place& place, const MMDB_entry_s& entry) {
    const IpPrefix prefix = PrefixOf(place);
    const absl::StatusOr<uint32_t> location = records_.Read(entry);
    if (!location.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the record of ", prefix.ToString(), ": ", location.status().message()));
    }
    rows_.push_back({prefix, *location});
    // One record for a block around ::/96 speaks for all of IPv4.
    const bool is_around_v4 = width_ == 128 && place.first == 0 && place.depth < kV4Depth;
    if (is_around_v4) rows_.push_back({IpPrefix{IpAddress::FromV4(0), 0}, *location});
    return absl::OkStatus();
  }

  IpPrefix PrefixOf(const Place& place) const {
    const bool is_v4 = width_ == 32 || (place.depth >= kV4Depth && place.first >> 32 == 0);
    if (!is_v4) return {IpAddress::FromV6(place.first), static_cast<uint8_t>(place.depth)};
    return {IpAddress::FromV4(static_cast<uint32_t>(place.first)),
            static_cast<uint8_t>(place.depth - (width_ - 32))};
  }

  const MMDB_s& mmdb_;
  RecordReader& records_;
  std::vector<NetworkLayer::Row>& rows_;
  const int width_;
  uint64_t visits_left_;
  std::optional<uint64_t> v4_root_;
};

absl::Status Broken(absl::string_view file_name, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(file_name, ": broken MaxMind database: ", what, "; fetch the file again"));
}

}  // namespace

bool IsMmdb(absl::string_view bytes) {
  const size_t tail = bytes.size() > kMetadataBytesMax ? bytes.size() - kMetadataBytesMax : 0;
  return bytes.substr(tail).rfind(kMetadataMarker) != absl::string_view::npos;
}

absl::StatusOr<NetworkLayer> ParseMmdb(absl::string_view bytes, absl::string_view file_name,
                                       const MmdbFields& fields, const NameTable& names) {
  if (!IsMmdb(bytes)) return Broken(file_name, "no metadata at its end: the file is cut short");
  MmdbHandle handle;
  if (absl::Status status = handle.Open(bytes); !status.ok()) {
    return Broken(file_name, status.message());
  }
  NetworkLayer layer;
  RecordReader records(fields, names, layer.locations);
  TreeWalker walker(handle.get(), records, layer.rows);
  if (absl::Status status = walker.Walk(); !status.ok()) return Broken(file_name, status.message());
  return layer;
}

}  // namespace nearcast::ipdb
