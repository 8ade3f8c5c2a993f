#include "schedulerlib/stream/push_target.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "schedulerlib/config/publishing.h"
#include "schedulerlib/match/match_question.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/url_template.h"
#include "signing/expiry.h"
#include "signing/url_signer.h"

namespace nearcast::scheduler {
namespace {

template <typename List, typename T>
bool Has(const List& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

CellRanking RankNodes(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& place,
                      const SwitchEffects& switches) {
  CellRanking all = RankFor(snapshot, cdn, place);
  if (switches.nodes_off.empty()) return all;
  return WithoutOff(all, switches.nodes_off).value_or(all);
}

std::vector<PushTarget> FindTargetsOf(const Snapshot& snapshot, const CompiledPublishPoint& point,
                                      const ClientPlace& place, uint64_t stream_hash,
                                      const SwitchEffects& switches, CdnStanding standing) {
  std::vector<PushTarget> first;
  std::vector<PushTarget> second;
  for (const CdnIndex cdn : point.push_cdns) {
    if (snapshot.cdn(cdn).push.standing != standing || Has(switches.cdns_off, cdn)) continue;
    if (snapshot.cdn(cdn).spec.kind == CdnKind::kVendor) {
      first.push_back({cdn, std::nullopt, {}});
      continue;
    }
    const CellRanking ranking = RankNodes(snapshot, cdn, place, switches);
    const auto nodes = ChooseNodesFor(snapshot, ranking, stream_hash, 2);
    for (size_t i = 0; i < nodes.size(); ++i) {
      PushTarget target{cdn, nodes[i], {}};
      for (const Ranked& ranked : ranking) {
        if (ranked.node == nodes[i]) target.ranked = ranked;
      }
      (i == 0 ? first : second).push_back(target);
    }
  }
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const std::string& TemplateFor(const Cdn& cdn, const CompiledPublishPoint& point) {
  const std::string* found = PushTemplateFor(cdn, point.spec.push_protocol);
  return found == nullptr ? cdn.push_template : *found;
}

std::string NodeHost(const CompiledNode& node, const ipdb::IpAddress& broadcaster,
                     absl::string_view url_template) {
  const bool http = absl::StartsWith(url_template, "http");
  return WriteHost(node, broadcaster, http ? node.spec.http_port : node.spec.rtmp_port,
                   http ? kHttpPort : kRtmpPort);
}

const std::string& DomainFor(const Cdn& cdn, const std::string& protocol) {
  const auto at = cdn.push_domains.find(protocol);
  return at == cdn.push_domains.end() ? cdn.push_domain : at->second;
}

// "?record=flv" or "&record=flv"; empty where nothing is to be recorded or the CDN cannot be asked.
std::string RecordPart(const Cdn& cdn, const Record& record, absl::string_view url) {
  if (record.formats.empty() || cdn.record_template.empty()) return "";
  return absl::StrCat(
      absl::StrContains(url, '?') ? "&" : "?",
      absl::StrReplaceAll(cdn.record_template, {{"{formats}", absl::StrJoin(record.formats, "|")},
                                                {"{file_s}", absl::StrCat(record.file_s)}}));
}

}  // namespace

std::vector<PushTarget> FindPushTargets(const Snapshot& snapshot, const CompiledPublishPoint& point,
                                        const ClientPlace& place, absl::string_view stream,
                                        const SwitchEffects& switches) {
  const uint64_t hash = StableHash(stream);
  auto targets = FindTargetsOf(snapshot, point, place, hash, switches, CdnStanding::kUsable);
  if (!targets.empty()) return targets;
  return FindTargetsOf(snapshot, point, place, hash, switches, CdnStanding::kLastResort);
}

SwitchEffects FindPushSwitches(const Snapshot& snapshot, const ClientPlace& place,
                               const PushQuestion& question) {
  const Viewer nobody;
  return snapshot.switches.Find(QuestionOf(nobody, StableHash(question.stream), place.location,
                                           question.publish_point, question.stream),
                                absl::FromUnixSeconds(question.now_s));
}

std::string WritePushHost(const Snapshot& snapshot, const CompiledPublishPoint& point,
                          const PushTarget& target, const ipdb::IpAddress& broadcaster) {
  const Cdn& cdn = snapshot.cdn(target.cdn).spec;
  if (!target.node || cdn.addressing != Addressing::kNodeAddress) {
    return DomainFor(cdn, point.spec.push_protocol);
  }
  return NodeHost(snapshot.node(*target.node), broadcaster, TemplateFor(cdn, point));
}

const CompiledSwitch* StreamOffForAll(const SwitchEffects& switches, absl::string_view stream) {
  for (const CompiledSwitch* each : switches.applied) {
    const double percent = each->spec.match.percent;
    if ((percent <= 0 || percent >= 100) && Has(each->streams_off, stream)) return each;
  }
  return nullptr;
}

const CompiledSwitch* PushTurnedOffBy(const Snapshot& snapshot, const PushQuestion& question) {
  if (snapshot.switches.switches().empty()) return nullptr;
  const ClientPlace place = FindPlace(snapshot, question.broadcaster, question.isp);
  return StreamOffForAll(FindPushSwitches(snapshot, place, question), question.stream);
}

PushLine WritePushLine(const Snapshot& snapshot, const CompiledPublishPoint& point,
                       const PushQuestion& question, const PushTarget& target,
                       absl::string_view role) {
  const Cdn& cdn = snapshot.cdn(target.cdn).spec;
  PushLine line;
  line.line = std::string(role);
  line.cdn = cdn.name;
  if (target.node) line.node = snapshot.node(*target.node).spec.name;
  const std::string host = WritePushHost(snapshot, point, target, question.broadcaster);
  line.url = WriteUrl(TemplateFor(cdn, point), {.host = host,
                                                .app = point.spec.app,
                                                .stream = question.stream,
                                                .suffix = "",
                                                .gop_cache_ms = point.spec.gop_cache_ms});
  absl::StrAppend(&line.url, RecordPart(cdn, point.spec.record, line.url));
  return line;
}

std::string SignedPushUrl(const Snapshot& snapshot, const Stream& stream, const PushLine& line,
                          int64_t now_s) {
  const auto point = snapshot.publish_points.find(stream.publish_point);
  const auto cdn = snapshot.FindCdn(line.cdn);
  if (!cdn || point == snapshot.publish_points.end()) return line.url;
  const UrlSigner& signer = snapshot.cdn(*cdn).push_signer;
  std::string url = line.url;
  if (!signer.signs()) return url;
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  const int64_t expiry_s = ExpiryFor(now_s, signer.validity_s(), StableHash(stream.name));
  signer.Sign(std::min(path, url.size()), point->second.spec.app, stream.name, expiry_s, url);
  return url;
}

std::string ExplainPushTarget(const Snapshot& snapshot, const PushTarget& target,
                              absl::string_view role) {
  if (!target.node) {
    const CompiledCdn& cdn = snapshot.cdn(target.cdn);
    return cdn.push.standing == CdnStanding::kUsable
               ? absl::StrCat(role, ": CDN ", cdn.spec.name,
                              " is the first usable one of the publish point's list")
               : absl::StrCat(role, ": CDN ", cdn.spec.name, " is ", DescribeJudged(cdn.push));
  }
  return absl::StrFormat(
      "%s: node %s of CDN %s: %s, %.1f ms, %s", role, snapshot.node(*target.node).spec.name,
      snapshot.cdn(target.cdn).spec.name, std::string(RungName(target.ranked.delay.rung)),
      target.ranked.cost_us / 1000.0, std::string(StandingName(target.ranked.standing)));
}

std::vector<std::string> ExplainPassedOver(const Snapshot& snapshot,
                                           const CompiledPublishPoint& point,
                                           const SwitchEffects& switches) {
  std::vector<std::string> reasons;
  for (const CompiledSwitch* each : switches.applied) {
    for (const CdnIndex index : point.push_cdns) {
      if (!Has(each->cdns_off, index)) continue;
      reasons.push_back(absl::StrCat("CDN ", snapshot.cdn(index).spec.name,
                                     " is turned off by switch ", each->spec.name));
    }
    for (const NodeIndex index : each->nodes_off) {
      const CompiledNode& node = snapshot.node(index);
      if (!Has(point.push_cdns, node.cdn) || Has(switches.cdns_off, node.cdn)) continue;
      reasons.push_back(absl::StrCat("node ", node.spec.name,
                                     " takes no push while another of its CDN serves: it is turned "
                                     "off by switch ",
                                     each->spec.name));
    }
  }
  for (const CdnIndex index : point.push_cdns) {
    const CompiledCdn& cdn = snapshot.cdn(index);
    if (cdn.push.standing == CdnStanding::kUsable) continue;
    reasons.push_back(absl::StrCat("CDN ", cdn.spec.name,
                                   " takes no push while another can: ", DescribeJudged(cdn.push)));
  }
  return reasons;
}

std::string ExplainBroadcaster(const ClientPlace& place) {
  const ipdb::Location& at = place.location;
  if (at.country.empty()) return "broadcaster: its place is unknown";
  return absl::StrCat("broadcaster: in ", at.country, "/", at.region, "/", at.city, ", ISP ",
                      at.isp.empty() ? "unknown" : at.isp, place.is_cell ? "" : " (as told)");
}

}  // namespace nearcast::scheduler
