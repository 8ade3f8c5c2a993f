#include "schedulerlib/convert/probe_plan.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "schedulerlib/live/check_board.h"
#include "schedulerlib/live/vendor_domains.h"
#include "schedulerlib/place/rendezvous.h"
#include "signing/expiry.h"
#include "signing/url_signer.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kNodePathValidityS = 300;

const char* TypeName(CheckType type) {
  switch (type) {
    case CheckType::kTcp:
      return "tcp";
    case CheckType::kHttp:
      return "http";
    case CheckType::kHttps:
      return "https";
    case CheckType::kRtmp:
      return "rtmp";
    case CheckType::kFlv:
      return "flv";
  }
  return "tcp";
}

uint16_t PortOf(const HealthCheck& check, const Node& node) {
  if (check.port != 0) return check.port;
  return check.type == CheckType::kRtmp ? node.rtmp_port : node.http_port;
}

// Nodes and domains alike.
void FillQuestion(const HealthCheck& check, v1::ProbePlan::Check& to) {
  to.set_check(check.name);
  to.set_type(TypeName(check.type));
  to.set_path(check.path);
  to.set_host(check.host);
  to.set_expected_status(check.expected_status);
  to.set_body_contains(check.body_contains);
  to.set_interval_ms(check.interval_ms);
  to.set_timeout_ms(check.timeout_ms);
  if (check.type != CheckType::kHttps) return;
  to.set_server_name(check.server_name.empty() ? check.host : check.server_name);
  to.set_skip_verify(check.skip_verify);
}

// "/live/probe.flv" is stream "probe" of application "live".
std::string SignPath(const HealthCheck& check, const UrlSigner& signer, absl::string_view authority,
                     int64_t expiry_s) {
  const absl::string_view path = absl::string_view(check.path).substr(0, check.path.find('?'));
  const size_t slash = path.rfind('/');
  absl::string_view stream = path.substr(slash + 1);
  stream = stream.substr(0, stream.rfind('.'));
  const absl::string_view app = slash == 0 ? absl::string_view() : path.substr(1, slash - 1);
  std::string url = absl::StrCat("http://", authority, check.path);
  const size_t path_at = url.size() - check.path.size();
  signer.Sign(path_at, app, stream, expiry_s, url);
  return url.substr(path_at);
}

// Media of a node whose CDN signs what viewers play are asked for as viewers ask, by a path that
// holds for a short while.
void FillNode(const HealthCheck& check, const CompiledCdn& cdn, const Node& node, int64_t now_s,
              ProbePlanFor& out) {
  v1::ProbePlan::Check& to = *out.plan.add_checks();
  FillQuestion(check, to);
  to.set_node(node.name);
  to.set_address(node.probe_address.empty() ? node.addresses.front() : node.probe_address);
  to.set_port(PortOf(check, node));
  if (check.type != CheckType::kFlv || !cdn.pull_signer.signs()) return;
  const int64_t expiry_s = ExpiryFor(now_s, kNodePathValidityS, StableHash(node.name));
  const std::string authority =
      check.host.empty() ? absl::StrCat(to.address(), ":", to.port()) : check.host;
  to.set_path(SignPath(check, cdn.pull_signer, authority, expiry_s));
  out.renew_at_s = std::min(out.renew_at_s, expiry_s - kNodePathValidityS);
}

void FillDomain(const HealthCheck& check, const CompiledCdn& cdn, const VendorDomain& domain,
                int64_t now_s, ProbePlanFor& out) {
  v1::ProbePlan::Check& to = *out.plan.add_checks();
  FillQuestion(check, to);
  to.set_node(domain.subject);
  to.set_address(domain.host);
  to.set_port(domain.port);
  if (check.host.empty()) to.set_host(domain.authority);
  if (check.type == CheckType::kFlv && domain.tls) to.set_type("flvs");
  const bool over_tls = check.type == CheckType::kHttps || to.type() == "flvs";
  if (over_tls && to.server_name().empty()) to.set_server_name(domain.host);
  const UrlSigner& signer = check.role == CdnRole::kPlay ? cdn.pull_signer : cdn.push_signer;
  if (!check.sign_path || !signer.signs()) return;
  const int64_t expiry_s = ExpiryFor(now_s, signer.validity_s(), StableHash(domain.subject));
  to.set_path(SignPath(check, signer, domain.authority, expiry_s));
  out.renew_at_s = std::min(out.renew_at_s, expiry_s - signer.validity_s());
}

}  // namespace

ProbePlanFor BuildProbePlan(const Snapshot& snapshot, int64_t now_s) {
  ProbePlanFor out;
  for (const HealthCheck& check : snapshot.health_checks) {
    for (const CompiledNode& node : snapshot.nodes) {
      if (Covers(check, node.spec)) {
        FillNode(check, snapshot.cdn(node.cdn), node.spec, now_s, out);
      }
    }
    for (const CompiledCdn& cdn : snapshot.cdns) {
      for (const VendorDomain& domain : FindVendorDomains(check, cdn.spec)) {
        FillDomain(check, cdn, domain, now_s, out);
      }
    }
  }
  return out;
}

}  // namespace nearcast::scheduler
