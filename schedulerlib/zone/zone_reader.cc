#include "schedulerlib/zone/zone_reader.h"

#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"

namespace nearcast::scheduler::zone {
namespace {

struct LdnsFree {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
  void operator()(ldns_buffer* buffer) const { ldns_buffer_free(buffer); }
};
template <typename T>
using Owned = std::unique_ptr<T, LdnsFree>;

ldns_rdf* NewNameRdf(const DnsName& name) {
  return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name.wire().size(), name.wire().data());
}

std::string RdataOf(const ldns_rr* rr) {
  const Owned<ldns_buffer> buffer(ldns_buffer_new(LDNS_MAX_PACKETLEN));
  NC_CHECK(ldns_rr_rdata2buffer_wire(buffer.get(), rr) == LDNS_STATUS_OK);
  return std::string(reinterpret_cast<const char*>(ldns_buffer_begin(buffer.get())),
                     ldns_buffer_position(buffer.get()));
}

bool IsClass(absl::string_view word) {
  return absl::EqualsIgnoreCase(word, "IN") || absl::EqualsIgnoreCase(word, "CH") ||
         absl::EqualsIgnoreCase(word, "HS");
}

bool IsTtl(absl::string_view word) {
  return !word.empty() && absl::ascii_isdigit(word[0]) &&
         word.find_first_not_of("0123456789smhdwSMHDW") == absl::string_view::npos;
}

// The word of `text` that begins at or after `from`.
absl::string_view WordFrom(absl::string_view text, size_t from) {
  const size_t begin = text.find_first_not_of(' ', from);
  if (begin == absl::string_view::npos) return text.substr(text.size());
  return text.substr(begin, text.find(' ', begin) - begin);
}

// RFC 1035 §5.1 lets class and TTL stand in either order; libldns wants the TTL first.
std::string PutTtlFirst(absl::string_view text) {
  const size_t owner_end = text[0] == ' ' ? 0 : std::min(text.find(' '), text.size());
  const absl::string_view first = WordFrom(text, owner_end);
  const absl::string_view second = WordFrom(text, first.end() - text.begin());
  if (!IsClass(first) || !IsTtl(second)) return std::string(text.data(), text.size());
  return absl::StrCat(text.substr(0, owner_end), " ", second, " ", first,
                      text.substr(second.end() - text.begin()));
}

// Reads entries in order; $ORIGIN, $TTL and the owner carry over from one to the next.
class Reader {
 public:
  explicit Reader(const DnsName& apex) : origin_(apex), origin_rdf_(NewNameRdf(apex)) {}

  void Read(const ZoneEntry& entry) {
    line_ = entry.line;
    if (entry.text[0] == '$') return ReadDirective(entry.text);
    if (entry.text[0] == ' ' && previous_ == nullptr) {
      return Fail("begins with a blank, but there is no record before it to take the name from");
    }
    ReadRecord(entry.text);
  }

  ZoneText Finish() { return std::move(zone_); }

 private:
  void Fail(const std::string& message) { zone_.problems.push_back({line_, message}); }

  void ReadDirective(const std::string& text) {
    const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
    const std::string name = absl::AsciiStrToUpper(words[0]);
    if (name == "$INCLUDE") return Fail("$INCLUDE is not supported: put the records here");
    if (name != "$ORIGIN" && name != "$TTL") {
      return Fail(absl::StrCat("unknown directive ", words[0], ": use $ORIGIN or $TTL"));
    }
    if (words.size() != 2) return Fail(absl::StrCat(name, " takes one word"));
    if (name == "$ORIGIN") return SetOrigin(words[1]);
    SetTtl(words[1]);
  }

  void SetOrigin(const std::string& text) {
    const absl::StatusOr<DnsName> origin = ParseRelativeName(text, origin_);
    if (!origin.ok()) return Fail(absl::StrCat("$ORIGIN: ", origin.status().message()));
    origin_ = *origin;
    origin_rdf_.reset(NewNameRdf(origin_));
  }

  void SetTtl(const std::string& text) {
    const char* end = nullptr;
    const uint32_t ttl_s = ldns_str2period(text.c_str(), &end);
    if (!absl::ascii_isdigit(text[0]) || *end != '\0' || ttl_s > INT32_MAX) {
      return Fail(absl::StrCat("$TTL is not a time of at most 2147483647 s: ", text));
    }
    default_ttl_s_ = ttl_s;
  }

  void ReadRecord(const std::string& text) {
    ldns_rr* raw = nullptr;
    ldns_rdf* previous = previous_.release();
    const ldns_status status = ldns_rr_new_frm_str(&raw, PutTtlFirst(text).c_str(), default_ttl_s_,
                                                   origin_rdf_.get(), &previous);
    previous_.reset(previous);
    const Owned<ldns_rr> rr(raw);
    if (status != LDNS_STATUS_OK || rr == nullptr) {
      return Fail(absl::StrCat("does not parse as a record: ", ldns_get_errorstr_by_id(status)));
    }
    AddRecord(rr.get());
  }

  void AddRecord(const ldns_rr* rr) {
    const ldns_rdf* name = ldns_rr_owner(rr);
    const absl::StatusOr<DnsName> owner = DnsName::FromWire(
        {reinterpret_cast<const char*>(ldns_rdf_data(name)), ldns_rdf_size(name)});
    if (!owner.ok()) return Fail(absl::StrCat("owner: ", owner.status().message()));
    if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) return Fail("only class IN is served");
    if (ldns_rr_ttl(rr) > INT32_MAX) return Fail("the TTL is above 2147483647 s (RFC 2181 §8)");
    zone_.records.push_back({.owner = *owner,
                             .type = static_cast<uint16_t>(ldns_rr_get_type(rr)),
                             .ttl_s = ldns_rr_ttl(rr),
                             .rdata = RdataOf(rr),
                             .line = line_});
  }

  DnsName origin_;
  Owned<ldns_rdf> origin_rdf_;
  Owned<ldns_rdf> previous_;
  uint32_t default_ttl_s_ = kDefaultTtlS;
  int line_ = 0;
  ZoneText zone_;
};

}  // namespace

ZoneText ReadZone(absl::string_view text, const DnsName& apex) {
  if (text.size() > kZoneBytesMax) {
    return {.records = {},
            .problems = {{0, absl::StrCat("is longer than ", kZoneBytesMax, " bytes")}}};
  }
  ZoneEntries split = SplitEntries(text);
  Reader reader(apex);
  for (const ZoneEntry& entry : split.entries) reader.Read(entry);
  ZoneText zone = reader.Finish();
  zone.problems.insert(zone.problems.begin(), split.problems.begin(), split.problems.end());
  std::stable_sort(zone.problems.begin(), zone.problems.end(),
                   [](const LineProblem& a, const LineProblem& b) { return a.line < b.line; });
  return zone;
}

std::string TypeName(uint16_t type) {
  char* const name = ldns_rr_type2str(static_cast<ldns_rr_type>(type));
  NC_CHECK(name != nullptr);
  std::string result(name);
  std::free(name);
  return result;
}

}  // namespace nearcast::scheduler::zone
