#include "schedulerlib/zone/rrset.h"

#include "base/check.h"

namespace nearcast::scheduler::zone {
namespace {

constexpr uint16_t kClassIn = 1;

void Append16(std::string& out, uint32_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}

}  // namespace

RrSet BuildRrSet(uint16_t type, uint32_t ttl_s, const std::vector<std::string>& rdata) {
  NC_CHECK(rdata.size() <= UINT16_MAX);
  RrSet set;
  set.type = type;
  set.ttl_s = ttl_s;
  set.record_count = static_cast<uint16_t>(rdata.size());
  for (const std::string& data : rdata) {
    NC_CHECK(data.size() <= UINT16_MAX);
    Append16(set.records, kQuestionPointer);
    Append16(set.records, type);
    Append16(set.records, kClassIn);
    Append16(set.records, ttl_s >> 16);
    Append16(set.records, ttl_s & 0xffff);
    Append16(set.records, static_cast<uint32_t>(data.size()));
    set.records += data;
  }
  return set;
}

}  // namespace nearcast::scheduler::zone
