#include "services/admin/alias_steps.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/upstream/client_subnet.h"

namespace nearcast {
namespace {

using upstream::Found;
using upstream::Freshness;
using upstream::RecordType;

std::string AddressesText(const upstream::Answer& answer) {
  std::vector<std::string> texts;
  for (const auto& bytes : answer.ipv4) {
    texts.push_back(ipdb::IpAddress::FromV4Bytes(bytes).ToString());
  }
  for (const auto& bytes : answer.ipv6) {
    texts.push_back(ipdb::IpAddress::FromV6Bytes(bytes).ToString());
  }
  if (!texts.empty()) return absl::StrJoin(texts, ", ");
  return answer.kind == upstream::Answer::Kind::kNoName ? "no such name" : "no such addresses";
}

// "A 192.0.2.1 for 23 s more".
std::string KnownText(absl::string_view type, const Found& found) {
  switch (found.freshness) {
    case Freshness::kMissing:
      return absl::StrCat(type, " not asked yet");
    case Freshness::kFailed:
      return absl::StrCat(type, " asked in vain just now");
    case Freshness::kExpired:
      return absl::StrCat(type, " ", AddressesText(*found.answer),
                          ", which has expired and stands in while upstream does not answer");
    case Freshness::kFresh:
      break;
  }
  return absl::StrCat(type, " ", AddressesText(*found.answer), " for ", found.ttl_s, " s more");
}

std::string SubnetText(const ipdb::IpPrefix& subnet) {
  if (subnet.length_bits == 0) return "saying nothing of the client (its address is private)";
  return absl::StrCat("for clients in ", subnet.ToString());
}

}  // namespace

std::vector<std::string> AliasSteps(const scheduler::Snapshot& snapshot, absl::string_view alias,
                                    const ipdb::IpAddress& client,
                                    const upstream::Upstream* upstream) {
  const std::string begin = absl::StrCat("alias ", alias, ": DNS answers with it; ");
  if (snapshot.FindName(alias).name != nullptr) {
    return {absl::StrCat(begin, "it is a scheduled name itself, so HTTPDNS decides it here")};
  }
  if (upstream == nullptr) {
    return {absl::StrCat(begin, "HTTPDNS too, for nearcastd has no upstream to ask (--upstream)")};
  }
  const ipdb::IpPrefix subnet = upstream::ChooseSubnet(client, *snapshot.places);
  return {absl::StrCat(begin, "HTTPDNS asks upstream, ", SubnetText(subnet)),
          absl::StrCat("of upstream is known: ",
                       KnownText("A", upstream->Peek(alias, RecordType::kA, subnet)), "; ",
                       KnownText("AAAA", upstream->Peek(alias, RecordType::kAaaa, subnet)))};
}

}  // namespace nearcast
