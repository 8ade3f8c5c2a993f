#include "schedulerlib/live/vendor_domains.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nearcast::scheduler {
namespace {

constexpr absl::string_view kPrefix = "cdn/";

absl::string_view SchemeOf(absl::string_view url_template) {
  const size_t end = url_template.find("://");
  return end == absl::string_view::npos ? absl::string_view() : url_template.substr(0, end);
}

bool IsHttp(absl::string_view scheme) { return scheme == "http" || scheme == "https"; }

bool Suits(CheckType type, absl::string_view format, absl::string_view scheme) {
  switch (type) {
    case CheckType::kTcp:
      return scheme != "srt";
    case CheckType::kHttp:
    case CheckType::kHttps:
      return IsHttp(scheme);
    case CheckType::kRtmp:
      return scheme == "rtmp" || scheme == "rtmps";
    case CheckType::kFlv:
      return format == "flv";
  }
  return false;
}

uint16_t PortOf(CheckType type, absl::string_view scheme) {
  switch (type) {
    case CheckType::kHttp:
      return 80;
    case CheckType::kHttps:
      return 443;
    case CheckType::kRtmp:
      return 1935;
    default:
      break;
  }
  if (scheme == "https" || scheme == "rtmps") return 443;
  return scheme == "rtmp" ? 1935 : 80;
}

// Format or push protocol → URL template.
std::map<std::string, std::string> TemplatesOf(const Cdn& cdn, CdnRole role) {
  if (role == CdnRole::kPlay) return cdn.pull_templates;
  std::map<std::string, std::string> templates = cdn.push_templates;
  templates.emplace("rtmp", cdn.push_template);
  return templates;
}

const std::string& AuthorityOf(const Cdn& cdn, CdnRole role, const std::string& format) {
  const auto& domains = role == CdnRole::kPlay ? cdn.pull_domains : cdn.push_domains;
  const auto at = domains.find(format);
  if (at != domains.end()) return at->second;
  return role == CdnRole::kPlay ? cdn.pull_domain : cdn.push_domain;
}

// "pull.example:8080", "[2001:db8::1]:8080".
void SplitAuthority(absl::string_view authority, VendorDomain& domain) {
  const size_t colon = authority.rfind(':');
  const bool has_port = colon != absl::string_view::npos && !absl::EndsWith(authority, "]");
  absl::string_view host = authority.substr(0, has_port ? colon : authority.size());
  uint32_t port = 0;
  if (has_port && absl::SimpleAtoi(authority.substr(colon + 1), &port) && port <= 65535) {
    domain.port = static_cast<uint16_t>(port);
  }
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  domain.host = std::string(host);
}

// Up to the `parts`-th '/', where the subject is a vendor's.
absl::string_view Head(absl::string_view subject, int parts) {
  if (!absl::StartsWith(subject, kPrefix)) return subject;
  size_t end = 0;
  for (int i = 0; i < parts && end != absl::string_view::npos; ++i) {
    end = subject.find('/', end == 0 ? 0 : end + 1);
  }
  return subject.substr(0, end);
}

}  // namespace

std::vector<VendorDomain> FindVendorDomains(const HealthCheck& check, const Cdn& cdn) {
  std::vector<VendorDomain> domains;
  if (check.cdn != cdn.name || cdn.kind != CdnKind::kVendor) return domains;
  for (const auto& [format, url_template] : TemplatesOf(cdn, check.role)) {
    const absl::string_view scheme = SchemeOf(url_template);
    const bool named =
        std::find(check.formats.begin(), check.formats.end(), format) != check.formats.end();
    if (check.formats.empty() ? !Suits(check.type, format, scheme) : !named) continue;
    VendorDomain domain;
    domain.authority = AuthorityOf(cdn, check.role, format);
    if (domain.authority.empty()) continue;
    SplitAuthority(domain.authority, domain);
    if (check.port != 0) domain.port = check.port;
    if (domain.port == 0) domain.port = PortOf(check.type, scheme);
    domain.tls = scheme == "https" || scheme == "rtmps";
    domain.subject =
        absl::StrCat(CdnRoleKey(cdn.name, check.role), "/", domain.host, ":", domain.port);
    const bool is_new = std::none_of(
        domains.begin(), domains.end(),
        [&domain](const VendorDomain& other) { return other.subject == domain.subject; });
    if (is_new) domains.push_back(std::move(domain));
  }
  return domains;
}

std::string CdnRoleKey(absl::string_view cdn, CdnRole role) {
  return absl::StrCat(kPrefix, cdn, role == CdnRole::kPlay ? "/play" : "/push");
}

absl::string_view CheckedParty(absl::string_view subject) { return Head(subject, 2); }

absl::string_view CheckedOwner(absl::string_view subject) { return Head(subject, 3); }

}  // namespace nearcast::scheduler
