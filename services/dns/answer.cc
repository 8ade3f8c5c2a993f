#include "services/dns/answer.h"

#include <algorithm>
#include <cstring>

#include "absl/hash/hash.h"
#include "schedulerlib/place/steering.h"
#include "schedulerlib/zone/dns_name.h"
#include "schedulerlib/zone/zone_set.h"
#include "services/dns/client_scope.h"
#include "services/dns/message.h"
#include "services/dns/message_writer.h"

namespace nearcast::dns {
namespace {

using scheduler::zone::Glue;
using scheduler::zone::GlueNeed;
using scheduler::zone::kNoNode;
using scheduler::zone::kQuestionPointer;
using scheduler::zone::kRecordHeaderBytes;
using scheduler::zone::Lookup;
using scheduler::zone::Match;
using scheduler::zone::Node;
using scheduler::zone::RrSet;
using scheduler::zone::Zone;
namespace rr_type = scheduler::zone::rr_type;

// CNAMEs followed in one answer; the resolver asks on from there.
constexpr int kChainMax = 8;

// RFC 8482 §4.2: what ANY gets, CPU "RFC8482" and no OS, for an hour.
const RrSet& AnyReply() {
  static const RrSet* const set = new RrSet(
      scheduler::zone::BuildRrSet(rr_type::kHinfo, 3600, {std::string("\7RFC8482\0", 9)}));
  return *set;
}

size_t BytesMax(const Request& request, const Query& query) {
  if (request.transport != Transport::kUdp) return kTcpBytesMax;
  if (!query.has_edns) return kPlainUdpBytesMax;
  return std::clamp<size_t>(query.udp_bytes, kPlainUdpBytesMax, kUdpBytesMax);
}

// A name on its way through the zone: what is looked up, and where it stands in the reply for
// owners to point at.
struct CurrentName {
  absl::string_view wire;
  size_t offset = kHeaderBytes;

  // The pointer to the last `bytes` of the name.
  uint16_t TailPointer(size_t bytes) const { return PointerTo(offset + wire.size() - bytes); }
};

// The types of a scheduled name that follow from the decision for the client.
bool IsDecided(uint16_t type) {
  return type == rr_type::kA || type == rr_type::kAaaa || type == kHttps || type == rr_type::kCname;
}

// What rate limits count a reply for: of the names that a zone has, so there are no more than these.
struct ImputedName {
  Match match = Match::kNotOurs;
  absl::string_view wire;
};

ImputedName ImputeName(const Lookup& found, absl::string_view name) {
  size_t bytes = name.size();
  if (found.match == Match::kMissing) bytes = found.zone->name.wire().size();
  if (found.match == Match::kDelegation) bytes = found.node->name_bytes;
  if (found.match == Match::kWildcard) bytes = found.node->name_bytes - 2u;  // without the "*"
  return {found.match, name.substr(name.size() - bytes)};
}

// Answers one well-formed query: RFC 1034 §4.3.2, with what later RFCs made of it.
class Responder {
 public:
  Responder(const scheduler::Snapshot& snapshot, const Request& request, const Query& query,
            EdnsReply& edns, MessageWriter& writer, Counters& counters)
      : snapshot_(snapshot),
        request_(request),
        query_(query),
        edns_(edns),
        writer_(writer),
        counters_(counters),
        outcome_(&counters.refused),
        name_{.wire = query.name_view(), .offset = kHeaderBytes} {}

  void Respond() {
    if (query_.type == rr_type::kOpt) {
      edns_.error = ExtendedError::kInvalidQueryType;
      return End(Rcode::kFormErr, counters_.form_err);
    }
    if (query_.question_class != kClassIn || query_.type == rr_type::kAxfr ||
        query_.type == rr_type::kIxfr) {
      edns_.error = ExtendedError::kNotSupported;
      return;
    }
    const Zone* zone = nullptr;
    for (int hop = 0; hop <= kChainMax; ++hop) {
      const Lookup found = snapshot_.zones.Find(name_.wire);
      if (hop == 0) {
        if (found.match == Match::kNotOurs) return Disown();
        zone = found.zone;
        imputed_ = ImputeName(found, name_.wire);
        authoritative_ = found.match != Match::kDelegation;
        End(Rcode::kNoError, counters_.answered);
      } else if (found.zone != zone) {
        return;  // the chain leaves the zone: the resolver asks on
      }
      if (Follow(found) == Step::kDone) return;
    }
  }

  Rcode rcode() const { return rcode_; }
  bool authoritative() const { return authoritative_; }
  bool is_tailored() const { return is_tailored_; }
  const ImputedName& imputed() const { return imputed_; }
  Counter& outcome() const { return *outcome_; }

 private:
  enum class Step { kDone, kNextName };

  void End(Rcode rcode, Counter& outcome) {
    rcode_ = rcode;
    outcome_ = &outcome;
  }

  void Disown() {
    edns_.error = snapshot_.zones.zone_count() == 0 ? ExtendedError::kNotReady
                                                    : ExtendedError::kNotAuthoritative;
  }

  Step Follow(const Lookup& found) {
    switch (found.match) {
      case Match::kNotOurs:
        break;
      case Match::kMissing:
        AddSoa(*found.zone, Rcode::kNxDomain, counters_.nx_domain);
        break;
      case Match::kDelegation:
        AtCut(found);
        break;
      case Match::kName:
      case Match::kWildcard:
        return AtNode(found);
    }
    return Step::kDone;
  }

  Step AtNode(const Lookup& found) {
    const Node& node = *found.node;
    // RFC 4035 §3.1.4.1: DS belongs to the zone above.
    if (query_.type == rr_type::kDs && node.parent_side != kNoNode) {
      AddData(snapshot_.zones.node(node.parent_side));
      return Step::kDone;
    }
    if (node.scheduled.has_value() && IsDecided(query_.type)) {
      AddScheduled(snapshot_.names[node.scheduled->value()], node, StreamOf(found));
      return Step::kDone;
    }
    const RrSet* const cname = node.Find(rr_type::kCname);
    if (cname == nullptr || query_.type == rr_type::kCname) {
      AddData(node);
      return Step::kDone;
    }
    const size_t target_offset = writer_.size() + kRecordHeaderBytes;
    if (!Add(Section::kAnswer, *cname, Owner())) return Step::kDone;
    if (query_.type == rr_type::kAny) return Step::kDone;
    return MoveTo(cname->first_rdata(), target_offset);
  }

  Step MoveTo(absl::string_view target, size_t offset) {
    std::transform(target.begin(), target.end(), target_,
                   [](char c) { return scheduler::zone::LowerCase(static_cast<uint8_t>(c)); });
    name_ = {.wire = {reinterpret_cast<const char*>(target_), target.size()}, .offset = offset};
    return Step::kNextName;
  }

  void AddData(const Node& node) {
    const bool is_any = query_.type == rr_type::kAny;
    const bool exists = !node.rrsets.empty() || node.scheduled.has_value();
    const RrSet* const set = is_any && exists ? &AnyReply() : node.Find(query_.type);
    if (set == nullptr) return AddNoData(node);
    Add(Section::kAnswer, *set, Owner());
  }

  void AddNoData(const Node& node) {
    AddSoa(snapshot_.zones.zone(node.zone), Rcode::kNoError, counters_.no_data);
  }

  // RFC 2308 §2 and §3.
  void AddSoa(const Zone& zone, Rcode rcode, Counter& outcome) {
    End(rcode, outcome);
    Add(Section::kAuthority, zone.negative_soa, name_.TailPointer(zone.name.wire().size()));
  }

  // What stands for the "*" of a wildcard name: its first label.
  absl::string_view StreamOf(const Lookup& found) const {
    if (found.match != Match::kWildcard) return {};
    return name_.wire.substr(1, static_cast<uint8_t>(name_.wire[0]));
  }

  void AddScheduled(const scheduler::CompiledName& name, const Node& node,
                    absl::string_view stream) {
    const ClientScope scope = FindClient(query_, request_.source);
    scheduler::NameDecision decision =
        scheduler::DecideName(name, {.client = scope.client, .stream = stream});
    if (scope.kind == ClientKind::kSubnet &&
        scope.ScopeBits(decision.scope_bits) > query_.subnet.source_bits) {
      const ipdb::IpAddress client = ChooseClient(query_.subnet, *name.steering);
      decision = scheduler::DecideName(name, {.client = client, .stream = stream});
    }
    const scheduler::NameAnswer& answer = *decision.answer;
    const bool is_alias = !answer.cname.empty();
    // RFC 7871 §7.2.1: only the first CNAME, for the resolver may have to ask on from each with
    // another subnet.
    if (is_alias && query_.has_subnet && name_.offset != kHeaderBytes) return;
    if (!is_alias && !Has(name, answer)) {
      if (answer.ipv4.empty() && answer.ipv6.empty()) Explain("no node stands");
      return AddData(node);  // §7.4: for everyone
    }
    is_tailored_ = true;
    edns_.scope_bits = scope.ScopeBits(decision.scope_bits);
    const Fit fit =
        is_alias ? writer_.AddAlias(Owner(), name.ttl_s, answer.cname) : AddDecided(name, answer);
    if (fit == Fit::kTooLong) writer_.Truncate();
  }

  void Explain(absl::string_view text) {
    edns_.error = ExtendedError::kOther;
    edns_.error_text = text;
  }

  // Whether there is a record of the type asked for when the answer is no alias.
  bool Has(const scheduler::CompiledName& name, const scheduler::NameAnswer& answer) const {
    switch (query_.type) {
      case rr_type::kA:
        return !answer.ipv4.empty();
      case rr_type::kAaaa:
        return !answer.ipv6.empty();
      case kHttps:
        return name.https.has_value();
      default:
        return false;
    }
  }

  Fit AddDecided(const scheduler::CompiledName& name, const scheduler::NameAnswer& answer) {
    switch (query_.type) {
      case rr_type::kA:
        return writer_.AddAddresses<4>(Owner(), name.ttl_s, answer.ipv4);
      case rr_type::kAaaa:
        return writer_.AddAddresses<16>(Owner(), name.ttl_s, answer.ipv6);
      default:
        return writer_.AddService(Owner(), name.ttl_s, *name.https, answer);
    }
  }

  uint16_t Owner() const { return name_.TailPointer(name_.wire.size()); }

  void AtCut(const Lookup& found) {
    const Node& cut = *found.node;
    if (query_.type == rr_type::kDs && cut.name_bytes == name_.wire.size()) {
      authoritative_ = true;
      return AddData(cut);
    }
    Refer(cut);
  }

  void Refer(const Node& cut) {
    if (writer_.size() == kHeaderBytes + query_.question_bytes) {
      End(Rcode::kNoError, counters_.referred);
    }
    const size_t servers_offset = writer_.size();
    if (!Add(Section::kAuthority, *cut.Find(rr_type::kNs), name_.TailPointer(cut.name_bytes)))
      return;
    for (const Glue& glue : cut.glue) {
      const Node& host = snapshot_.zones.node(glue.node);
      for (const uint16_t type : {rr_type::kA, rr_type::kAaaa}) {
        const RrSet* const set = host.Find(type);
        if (set == nullptr) continue;
        const uint16_t owner = PointerTo(servers_offset + glue.host_at);
        if (writer_.AddRrSet(Section::kAdditional, *set, owner) == Fit::kFits) continue;
        // RFC 9471 §3: a referral without its glue is no use, and the client must know.
        if (glue.need == GlueNeed::kRequired) return writer_.Truncate();
      }
    }
  }

  // Required data: what does not fit truncates the reply. False then.
  bool Add(Section section, const RrSet& set, uint16_t owner) {
    if (writer_.AddRrSet(section, set, owner) == Fit::kFits) return true;
    writer_.Truncate();
    return false;
  }

  const scheduler::Snapshot& snapshot_;
  const Request& request_;
  const Query& query_;
  EdnsReply& edns_;
  MessageWriter& writer_;
  Counters& counters_;

  Rcode rcode_ = Rcode::kRefused;
  bool authoritative_ = false;
  bool is_tailored_ = false;
  ImputedName imputed_;
  Counter* outcome_;
  CurrentName name_;
  uint8_t target_[kNameBytesMax];
};

// The RCODE and the outcome of a query that cannot be answered.
struct FaultReply {
  Rcode rcode;
  Counter& outcome;
};

FaultReply ReplyToFault(QueryFault fault, Counters& counters) {
  switch (fault) {
    case QueryFault::kNotImp:
      return {Rcode::kNotImp, counters.not_imp};
    case QueryFault::kBadVers:
      return {Rcode::kBadVers, counters.bad_vers};
    default:
      return {Rcode::kFormErr, counters.form_err};
  }
}

// The cookie of a query, judged.
struct CookieCheck {
  CookieState state = CookieState::kClientOnly;
  Cookie reply = {};
  bool is_on = false;  // there is one, and cookies are on

  bool is_good() const {
    return is_on && (state == CookieState::kGood || state == CookieState::kGoodToRenew);
  }
};

// `check` must be new.
void CheckQueryCookie(const Request& request, const Query& query, CookieCheck& check) {
  if (query.cookie.empty() || request.options == nullptr) return;
  if (!request.options->cookies.has_value()) return;
  const CookieSecrets& secrets = *request.options->cookies;
  check.is_on = true;
  check.state = CheckCookie(query.cookie, request.source, request.now_s, secrets);
  check.reply = RenewCookie(query.cookie, check.state, request.source, request.now_s, secrets);
}

bool DemandsCookie(const Request& request, const CookieCheck& cookie) {
  return cookie.is_on && !cookie.is_good() && request.transport == Transport::kUdp &&
         request.options->cookie_demand == CookieDemand::kWhoSendsCookies;
}

// The reply before its answer.
EdnsReply BeginEdns(const Request& request, const Query& query, const CookieCheck& cookie) {
  EdnsReply edns;
  edns.present = query.has_edns;
  edns.dnssec_ok = query.dnssec_ok;
  edns.subnet = query.has_subnet ? &query.subnet : nullptr;
  if (cookie.is_on) edns.cookie = cookie.reply;
  if (query.wants_nsid && request.options != nullptr) edns.nsid = request.options->nsid;
  edns.is_padded = query.wants_padding &&
                   (request.transport == Transport::kTls || request.transport == Transport::kHttps);
  return edns;
}

void CountProperties(const Request& request, const EdnsReply& edns, const CookieCheck& cookie,
                     const MessageWriter& writer, Counters& counters) {
  if (request.transport == Transport::kTcp) counters.tcp.Add();
  if (request.transport == Transport::kTls) counters.tls.Add();
  if (request.transport == Transport::kHttps) counters.https.Add();
  if (edns.present) counters.edns.Add();
  if (edns.subnet != nullptr) counters.client_subnet.Add();
  if (edns.subnet != nullptr && edns.scope_bits == 0) counters.scope_zero.Add();
  if (cookie.is_on) counters.cookie.Add();
  if (cookie.is_good()) counters.good_cookie.Add();
  if (writer.truncated()) counters.truncated.Add();
}

// A reply that is ready but for its last lines.
struct Draft {
  Rcode rcode = Rcode::kNoError;
  bool authoritative = false;
  Counter* outcome = nullptr;
  ImputedName imputed;
};

Draft DraftReply(const scheduler::Snapshot& snapshot, const Request& request, const Query& query,
                 QueryFault fault, const CookieCheck& cookie, EdnsReply& edns,
                 MessageWriter& writer, Counters& counters) {
  if (fault == QueryFault::kNone && query.has_no_question && !cookie.is_on) {
    fault = QueryFault::kFormErr;
  }
  if (fault != QueryFault::kNone) {
    const FaultReply reply = ReplyToFault(fault, counters);
    return {reply.rcode, false, &reply.outcome, {}};
  }
  // RFC 7873 §5.4: a cookie alone is told whether its server's part is good.
  const bool is_bad = query.has_no_question && cookie.state == CookieState::kBad;
  if (is_bad || DemandsCookie(request, cookie)) {
    return {Rcode::kBadCookie, false, &counters.bad_cookie, {}};
  }
  if (query.has_no_question) return {Rcode::kNoError, false, &counters.no_data, {}};
  Responder responder(snapshot, request, query, edns, writer, counters);
  responder.Respond();
  if (request.facts != nullptr) request.facts->is_tailored = responder.is_tailored();
  return {responder.rcode(), responder.authoritative(), &responder.outcome(), responder.imputed()};
}

bool CanTruncate(Rcode rcode) { return rcode == Rcode::kNoError || rcode == Rcode::kNxDomain; }

enum class Fate : uint8_t { kReply, kSilence };

// RRL counts what a forger could send to a victim: UDP without a good cookie.
Fate Limit(const Request& request, const CookieCheck& cookie, const Draft& draft,
           MessageWriter& writer, Counters& counters) {
  RateLimiter* const limiter = request.limiter;
  if (limiter == nullptr || limiter->mode() == LimitMode::kOff) return Fate::kReply;
  if (request.transport != Transport::kUdp || cookie.is_good()) return Fate::kReply;
  if (limiter->IsAllowed(request.source)) return Fate::kReply;
  const RateLimiter::Verdict verdict = limiter->Judge(
      request.source, absl::HashOf(draft.rcode, draft.imputed.match, draft.imputed.wire));
  if (verdict == RateLimiter::Verdict::kSend) return Fate::kReply;
  counters.over_limit.Add();
  if (limiter->mode() == LimitMode::kCountOnly) return Fate::kReply;
  if (verdict == RateLimiter::Verdict::kDrop) return Fate::kSilence;
  counters.slipped.Add();
  if (CanTruncate(draft.rcode)) writer.Truncate();
  return Fate::kReply;
}

}  // namespace

size_t Answer(const scheduler::Snapshot& snapshot, const Request& request, std::span<uint8_t> out,
              Counters& counters) {
  Query query;
  const QueryFault fault = ParseQuery(request.packet, query);
  if (fault == QueryFault::kDrop) {
    counters.dropped.Add();
    return 0;
  }
  CookieCheck cookie;
  CheckQueryCookie(request, query, cookie);
  EdnsReply edns = BeginEdns(request, query, cookie);
  MessageWriter writer(out, BytesMax(request, query), edns);
  writer.WriteQuestion(request.packet, query);
  const Draft draft = DraftReply(snapshot, request, query, fault, cookie, edns, writer, counters);
  const Fate fate = Limit(request, cookie, draft, writer, counters);
  CountProperties(request, edns, cookie, writer, counters);
  if (fate == Fate::kSilence) {
    counters.limited.Add();
    return 0;
  }
  draft.outcome->Add();
  return writer.Finish(draft.rcode, {.authoritative = draft.authoritative});
}

}  // namespace nearcast::dns
