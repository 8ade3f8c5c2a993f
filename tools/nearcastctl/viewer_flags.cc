#include "tools/nearcastctl/viewer_flags.h"

#include "base/status_macros.h"

namespace nearcast::ctl {

std::vector<Flag> ViewerFlags() {
  return {{"ip", 0, "ADDRESS", "the viewer's address", Need::kNeeded},
          {"viewer", 0, "ID", "what choices stick to (else the address)"},
          {"app", 0, "NAME", "the viewer's app"},
          {"app-version", 0, "VERSION", "its version"},
          {"device", 0, "NAME", "the viewer's device"},
          {"os", 0, "NAME", "its system: android, ios"},
          {"network", 0, "NAME", "its network: wifi, 4g"},
          {"class", 0, "NAME", "the viewer's class"},
          {"grade", 0, "N", "network grade, 1 (worst) to 8 (best)"}};
}

absl::Status FillViewer(const Call& call, v1::Viewer* viewer) {
  NC_ASSIGN_OR_RETURN(const int grade, call.GetNumber("grade", 1, 8, 0));
  viewer->set_address(call.Get("ip"));
  viewer->set_viewer_id(call.Get("viewer"));
  viewer->set_app(call.Get("app"));
  viewer->set_app_version(call.Get("app-version"));
  viewer->set_device(call.Get("device"));
  viewer->set_os(call.Get("os"));
  viewer->set_network(call.Get("network"));
  viewer->set_viewer_class(call.Get("class"));
  viewer->set_network_grade(static_cast<uint32_t>(grade));
  return absl::OkStatus();
}

}  // namespace nearcast::ctl
