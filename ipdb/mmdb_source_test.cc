#include "ipdb/mmdb_source.h"

#include <sys/socket.h>

#include <cstring>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ipdb/input_file.h"
#include "ipdb/prefix_table.h"
#include "ipdb/prefix_table_builder.h"
#include "ipdb/shared_data.h"
#include "ipdb/test_literals.h"
#include "maxminddb.h"
#include "netinet/in.h"

namespace nearcast::ipdb {
namespace {

#define SKIP_UNLESS_PRESENT(path)                                                  \
  if ((path).empty()) {                                                            \
    GTEST_SKIP() << "shared data is absent; set NEARCAST_SHARED to its directory"; \
  }

absl::StatusOr<PrefixTable> BuildFrom(const std::string& bytes, const std::string& name,
                                      const MmdbFields& fields = {}) {
  const auto layer = ParseMmdb(bytes, name, fields, NameTable());
  if (!layer.ok()) return layer.status();
  PrefixTableBuilder builder;
  builder.AddLayer(*layer);
  return builder.Build();
}

// libmaxminddb's own answer, with the fields that the table is to have.
class Reference {
 public:
  explicit Reference(const std::string& path) {
    if (MMDB_open(path.c_str(), MMDB_MODE_MMAP, &mmdb_) != MMDB_SUCCESS) std::abort();
  }
  ~Reference() { MMDB_close(&mmdb_); }

  Location Find(const IpAddress& address) {
    int error = MMDB_SUCCESS;
    const sockaddr_storage socket_address = ToSocketAddress(address);
    MMDB_lookup_result_s result =
        MMDB_lookup_sockaddr(&mmdb_, reinterpret_cast<const sockaddr*>(&socket_address), &error);
    if (error != MMDB_SUCCESS || !result.found_entry) return {};
    const auto text = [&](std::initializer_list<const char*> keys) {
      return Read(result.entry, keys);
    };
    std::string isp = text({"traits", "isp"});
    for (const char* key : {"isp", "autonomous_system_organization", "autonomous_system_number"}) {
      if (isp.empty()) isp = text({key});
    }
    return {text({"country", "iso_code"}), text({"subdivisions", "0", "iso_code"}),
            text({"city", "names", "en"}), Slug(isp)};
  }

 private:
  static std::string Read(MMDB_entry_s entry, std::vector<const char*> path) {
    path.push_back(nullptr);
    MMDB_entry_data_s data;
    const int code = MMDB_aget_value(&entry, &data, path.data());
    if (code != MMDB_SUCCESS || !data.has_data) return "";
    if (data.type == MMDB_DATA_TYPE_UINT32) return absl::StrCat("AS", data.uint32);
    if (data.type != MMDB_DATA_TYPE_UTF8_STRING) return "";
    return std::string(data.utf8_string, data.data_size);
  }

  static sockaddr_storage ToSocketAddress(const IpAddress& address) {
    sockaddr_storage storage{};
    if (address.is_v4()) {
      auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
      v4.sin_family = AF_INET;
      v4.sin_addr.s_addr = htonl(address.v4());
      return storage;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    for (int i = 0; i < 16; ++i) {
      v6.sin6_addr.s6_addr[i] = static_cast<uint8_t>(address.v6() >> (120 - 8 * i));
    }
    return storage;
  }

  MMDB_s mmdb_{};
};

TEST(MmdbSourceTest, DiffersFromLibmaxminddbForNoneOfAMillionAddresses) {
  const std::string path = SharedDataPath("data/ipdb/networks.mmdb");
  SKIP_UNLESS_PRESENT(path);
  const PrefixTable table = BuildFrom(ReadInputFile(path).value(), path).value();
  Reference reference(path);
  std::mt19937 random(1);
  int known = 0;
  for (int i = 0; i < 1000000; ++i) {
    const IpAddress address = IpAddress::FromV4(static_cast<uint32_t>(random()));
    const PrefixTable::Match match = table.Find(address);
    known += match.cell != kUnknownCell;
    ASSERT_EQ(table.location(match.cell), reference.Find(address)) << address;
  }
  EXPECT_GT(known, 500000);
}

bool IsAlias(const IpAddress& address) {
  static const IpPrefix aliases[] = {Net("2002::/16"), Net("2001::/32"), Net("::/96")};
  return std::any_of(std::begin(aliases), std::end(aliases),
                     [&](const IpPrefix& alias) { return alias.Contains(address); });
}

// The edges of every run, and the addresses beside them: wherever an answer can change.
std::vector<IpAddress> Edges(const PrefixTable& table) {
  std::vector<IpAddress> edges;
  for (const auto& run : table.v4().runs()) {
    edges.insert(edges.end(), {IpAddress::FromV4(run.start), IpAddress::FromV4(run.start - 1)});
  }
  for (const auto& run : table.v6().runs()) {
    edges.insert(edges.end(), {IpAddress::FromV6(run.start), IpAddress::FromV6(run.start - 1)});
  }
  return edges;
}

class MaxMindTest : public testing::TestWithParam<const char*> {};

TEST_P(MaxMindTest, AgreesWithLibmaxminddbInBothFamilies) {
  const std::string path = SharedDataPath(absl::StrCat("data/maxmind/", GetParam(), ".mmdb"));
  SKIP_UNLESS_PRESENT(path);
  const PrefixTable table = BuildFrom(ReadInputFile(path).value(), path).value();
  Reference reference(path);
  std::vector<IpAddress> probes = Edges(table);
  std::mt19937_64 random(2);
  for (int i = 0; i < 100000; ++i) {
    const IpAddress& near = probes[random() % probes.size()];
    const int host_bits = static_cast<int>(random() % (near.is_v4() ? 32 : 100));
    const absl::uint128 noise = absl::MakeUint128(random(), random()) >> (128 - host_bits - 1);
    probes.push_back(IpAddress::FromV6(near.v6() ^ noise));
  }
  for (const IpAddress& address : probes) {
    if (IsAlias(address)) continue;
    ASSERT_EQ(table.location(table.Find(address).cell), reference.Find(address)) << address;
  }
}

INSTANTIATE_TEST_SUITE_P(TestDatabases, MaxMindTest,
                         testing::Values("GeoIP2-City-Test", "GeoIP2-Country-Test",
                                         "GeoIP2-ISP-Test", "GeoLite2-ASN-Test"));

TEST(MmdbSourceTest, LeavesOutTheWaysRoundIntoIpv4) {
  const std::string path = SharedDataPath("data/maxmind/GeoIP2-City-Test.mmdb");
  SKIP_UNLESS_PRESENT(path);
  const auto layer =
      ParseMmdb(ReadInputFile(path).value(), path, MmdbFields(), NameTable()).value();
  for (const auto& row : layer.rows) {
    EXPECT_FALSE(Net("2002::/16").Contains(row.prefix.address)) << row.prefix;
    EXPECT_FALSE(Net("2001::/32").Contains(row.prefix.address)) << row.prefix;
  }
}

TEST(MmdbSourceTest, ReadsOtherFieldsWhereToldTo) {
  const std::string path = SharedDataPath("data/maxmind/MaxMind-DB-test-ipv4-24.mmdb");
  SKIP_UNLESS_PRESENT(path);
  const MmdbFields fields{.country = {}, .region = {"no.such", "ip"}, .city = {}, .isp = {}};
  const PrefixTable table = BuildFrom(ReadInputFile(path).value(), path, fields).value();
  EXPECT_EQ(table.location(table.Find(Ip("1.1.1.1")).cell).region, "1.1.1.1");
  EXPECT_EQ(table.location(table.Find(Ip("1.1.1.3")).cell).region, "1.1.1.2");
  EXPECT_EQ(table.Find(Ip("9.9.9.9")).cell, kUnknownCell);
}

TEST(MmdbSourceTest, ReadsBothFamiliesOfAMixedDatabase) {
  const std::string path = SharedDataPath("data/maxmind/MaxMind-DB-test-mixed-28.mmdb");
  SKIP_UNLESS_PRESENT(path);
  const MmdbFields fields{.country = {}, .region = {"ip"}, .city = {}, .isp = {}};
  const PrefixTable table = BuildFrom(ReadInputFile(path).value(), path, fields).value();
  EXPECT_EQ(table.location(table.Find(Ip("1.1.1.1")).cell).region, "::1.1.1.1");
  EXPECT_EQ(table.location(table.Find(Ip("::2:0:1")).cell).region, "::2:0:0");
  EXPECT_EQ(table.Find(Ip("2002:101:101::")).cell, kUnknownCell);
}

TEST(MmdbSourceTest, NamesFileAndFaultOfBrokenDatabases) {
  const struct {
    const char* file;
    const char* what;
  } rows[] = {
      {"GeoIP2-City-Test-Invalid-Node-Count.mmdb", "metadata"},
      {"GeoIP2-City-Test-Broken-Double-Format.mmdb", "record"},
      {"MaxMind-DB-test-broken-pointers-24.mmdb", "record"},
      {"MaxMind-DB-test-broken-search-tree-24.mmdb", "search tree"},
  };
  for (const auto& row : rows) {
    const std::string path = SharedDataPath(absl::StrCat("data/maxmind/", row.file));
    SKIP_UNLESS_PRESENT(path);
    const auto layer = ParseMmdb(ReadInputFile(path).value(), path, MmdbFields(), NameTable());
    ASSERT_FALSE(layer.ok()) << path;
    const std::string message(layer.status().message());
    EXPECT_EQ(message.rfind(absl::StrCat(path, ": broken MaxMind database: "), 0), 0u) << message;
    EXPECT_NE(message.find(row.what), std::string::npos) << message;
  }
}

TEST(MmdbSourceTest, ReportsEveryTruncation) {
  const std::string path = SharedDataPath("data/maxmind/MaxMind-DB-test-ipv4-24.mmdb");
  SKIP_UNLESS_PRESENT(path);
  const std::string bytes = ReadInputFile(path).value();
  for (size_t size = 0; size + 1 < bytes.size(); ++size) {
    EXPECT_FALSE(ParseMmdb(bytes.substr(0, size), path, MmdbFields(), NameTable()).ok()) << size;
  }
}

TEST(MmdbSourceTest, SurvivesFlippedBytes) {
  std::mt19937_64 random(3);
  for (const char* file : {"MaxMind-DB-test-mixed-28.mmdb", "GeoIP2-City-Test.mmdb"}) {
    const std::string path = SharedDataPath(absl::StrCat("data/maxmind/", file));
    SKIP_UNLESS_PRESENT(path);
    const std::string bytes = ReadInputFile(path).value();
    for (int round = 0; round < 300; ++round) {
      std::string damaged = bytes;
      for (size_t flips = 1 + random() % 4; flips > 0; --flips) {
        // Before the metadata only: libmaxminddb 1.7 does not free all that it read of broken ones.
        char& byte = damaged[random() % damaged.rfind("\xab\xcd\xefMaxMind.com")];
        byte = static_cast<char>(byte ^ (1 << (random() % 8)));
      }
      const auto layer = ParseMmdb(damaged, "damaged", MmdbFields(), NameTable());
      EXPECT_TRUE(!layer.ok() || layer->rows.size() < damaged.size());
    }
  }
}

TEST(MmdbSourceTest, RefusesWhatIsNoDatabase) {
  EXPECT_EQ(ParseMmdb("network,isp\n", "x.mmdb", MmdbFields(), NameTable()).status().message(),
            "x.mmdb: broken MaxMind database: no metadata at its end: the file is cut short; fetch "
            "the file again");
  EXPECT_FALSE(ParseMmdb("\xab\xcd\xefMaxMind.com", "x.mmdb", MmdbFields(), NameTable()).ok());
}

}  // namespace
}  // namespace nearcast::ipdb
