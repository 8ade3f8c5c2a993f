// ip: what the IP database says.
#include "absl/strings/str_cat.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"

namespace nearcast::ctl {
namespace {

std::string Line(const std::string& title, const std::string& code, const std::string& name) {
  if (code.empty() && name.empty()) return absl::StrCat(title, "unknown\n");
  const std::string beside = name.empty() || code.empty() ? name : absl::StrCat(" (", name, ")");
  return absl::StrCat(title, code, beside, "\n");
}

std::string WriteRecord(const v1::AddressRecord& record) {
  return absl::StrCat(Line("address  ", record.address(), ""),
                      Line("prefix   ", record.prefix(), ""),
                      Line("country  ", record.location().country(), record.country_name()),
                      Line("region   ", record.location().region(), record.region_name()),
                      Line("city     ", record.location().city(), record.city_name()),
                      Line("isp      ", record.location().isp(), record.isp_name()));
}

ExitCode RunIp(Call& call) {
  v1::LookupAddressRequest request;
  request.set_address(call.Argument(0));
  const auto record = call.client().LookupAddress(request);
  if (!record.ok()) return call.Failed(record.status());
  return call.Show(*record, [&] { return WriteRecord(*record); });
}

}  // namespace

std::vector<Command> AddressCommands() {
  return {
      {.name = "ip",
       .arguments = "ADDRESS",
       .summary = "Shows where an address is, by the IP database in use.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl ip 203.0.113.7", "nearcastctl ip 2001:db8::1 -o json"},
       .run = RunIp},
  };
}

}  // namespace nearcast::ctl
