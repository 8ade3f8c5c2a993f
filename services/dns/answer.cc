#include "services/dns/answer.h"

#include <algorithm>
#include <cstring>

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
  if (request.transport == Transport::kTcp) return kTcpBytesMax;
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
    if (query_.type == rr_type::kOpt) return End(Rcode::kFormErr, counters_.form_err);
    if (query_.question_class != kClassIn || query_.type == rr_type::kAxfr ||
        query_.type == rr_type::kIxfr) {
      return;
    }
    const Zone* zone = nullptr;
    for (int hop = 0; hop <= kChainMax; ++hop) {
      const Lookup found = snapshot_.zones.Find(name_.wire);
      if (hop == 0) {
        if (found.match == Match::kNotOurs) return;
        zone = found.zone;
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
  Counter& outcome() const { return *outcome_; }

 private:
  enum class Step { kDone, kNextName };

  void End(Rcode rcode, Counter& outcome) {
    rcode_ = rcode;
    outcome_ = &outcome;
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
        return AtNode(*found.node);
    }
    return Step::kDone;
  }

  Step AtNode(const Node& node) {
    // RFC 4035 §3.1.4.1: DS belongs to the zone above.
    if (query_.type == rr_type::kDs && node.parent_side != kNoNode) {
      AddData(snapshot_.zones.node(node.parent_side));
      return Step::kDone;
    }
    if (node.scheduled.has_value() &&
        (query_.type == rr_type::kA || query_.type == rr_type::kAaaa)) {
      AddScheduled(snapshot_.names[node.scheduled->value()], node);
      return Step::kDone;
    }
    const RrSet* const cname = node.Find(rr_type::kCname);
    if (cname == nullptr || query_.type == rr_type::kCname) {
      AddData(node);
      return Step::kDone;
    }
    const size_t target_offset = writer_.size() + kRecordHeaderBytes;
    if (!Add(Section::kAnswer, *cname, name_.TailPointer(name_.wire.size()))) return Step::kDone;
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
    Add(Section::kAnswer, *set, name_.TailPointer(name_.wire.size()));
  }

  void AddNoData(const Node& node) {
    AddSoa(snapshot_.zones.zone(node.zone), Rcode::kNoError, counters_.no_data);
  }

  // RFC 2308 §2 and §3.
  void AddSoa(const Zone& zone, Rcode rcode, Counter& outcome) {
    End(rcode, outcome);
    Add(Section::kAuthority, zone.negative_soa, name_.TailPointer(zone.name.wire().size()));
  }

  void AddScheduled(const scheduler::CompiledName& name, const Node& node) {
    const ClientScope scope = FindClient(query_, request_.source);
    const scheduler::NameDecision decision = scheduler::DecideName(name, scope.client);
    const bool is_v4 = query_.type == rr_type::kA;
    if (is_v4 ? decision.answer->ipv4.empty() : decision.answer->ipv6.empty()) {
      return AddNoData(node);  // §7.4 of RFC 7871: for everyone
    }
    edns_.scope_bits = scope.ScopeBits(decision.scope_bits);
    const uint16_t owner = name_.TailPointer(name_.wire.size());
    const Fit fit = is_v4 ? writer_.AddAddresses<4>(owner, name.ttl_s, decision.answer->ipv4)
                          : writer_.AddAddresses<16>(owner, name.ttl_s, decision.answer->ipv6);
    if (fit == Fit::kTooLong) writer_.Truncate();
  }

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

void CountProperties(const Request& request, const EdnsReply& edns, const MessageWriter& writer,
                     Counters& counters) {
  if (request.transport == Transport::kTcp) counters.tcp.Add();
  if (edns.present) counters.edns.Add();
  if (edns.subnet != nullptr) counters.client_subnet.Add();
  if (edns.subnet != nullptr && edns.scope_bits == 0) counters.scope_zero.Add();
  if (writer.truncated()) counters.truncated.Add();
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
  EdnsReply edns;
  edns.present = query.has_edns;
  edns.dnssec_ok = query.dnssec_ok;
  edns.subnet = query.has_subnet ? &query.subnet : nullptr;
  MessageWriter writer(out, BytesMax(request, query), edns);
  writer.WriteQuestion(request.packet, query);
  if (fault != QueryFault::kNone) {
    const FaultReply reply = ReplyToFault(fault, counters);
    reply.outcome.Add();
    CountProperties(request, edns, writer, counters);
    return writer.Finish(reply.rcode, {});
  }
  Responder responder(snapshot, request, query, edns, writer, counters);
  responder.Respond();
  responder.outcome().Add();
  CountProperties(request, edns, writer, counters);
  return writer.Finish(responder.rcode(), {.authoritative = responder.authoritative()});
}

}  // namespace nearcast::dns
