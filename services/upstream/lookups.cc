#include "services/upstream/lookups.h"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"

namespace nearcast::upstream {
namespace {

Secret DrawSecret() {
  Secret secret;
  NC_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&secret.id), sizeof(secret.id)) == 1);
  NC_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(secret.case_bits.data()),
                      sizeof(secret.case_bits)) == 1);
  return secret;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Lookups>> Lookups::Open(const ServerOptions& options,
                                                       size_t in_flight_max, Done done) {
  std::unique_ptr<Lookups> self(new Lookups(in_flight_max, std::move(done)));
  NC_ASSIGN_OR_RETURN(self->channels_[0], AresChannel::Open(options, Carrier::kUdp));
  NC_ASSIGN_OR_RETURN(self->channels_[1], AresChannel::Open(options, Carrier::kTcp));
  return self;
}

Lookups::Begun Lookups::Begin(const Question& question) {
  if (underway_.contains(question)) return Begun::kUnderway;
  if (underway_.size() >= in_flight_max_) {
    counters_.refused.Add();
    return Begun::kTooMany;
  }
  counters_.started.Add();
  underway_.insert(question);
  auto lookup = std::make_shared<Lookup>();
  lookup->question = lookup->hop = question;
  Send(std::move(lookup));
  return Begun::kStarted;
}

void Lookups::Send(std::shared_ptr<Lookup> lookup) {
  counters_.sent.Add();
  Secret secret = DrawSecret();
  // A connection is proof enough, and some servers change the letters.
  if (lookup->carrier == Carrier::kTcp) secret.case_bits = {};
  lookup->query = BuildQuery(lookup->hop, lookup->edns, secret);
  AresChannel& channel = *channels_[static_cast<size_t>(lookup->carrier)];
  const std::span<const uint8_t> message = lookup->query.bytes;
  channel.Send(message, [this, lookup = std::move(lookup)](const AresChannel::Result& result) {
    Receive(lookup, result);
  });
}

void Lookups::Receive(const std::shared_ptr<Lookup>& lookup, const AresChannel::Result& result) {
  if (result.failure.ok()) {
    Reply reply = ParseReply(lookup->query, result.reply);
    const bool may_be_cut = lookup->carrier == Carrier::kUdp && result.reply.size() >= kUdpBytesMax;
    if (reply.kind == Reply::Kind::kMalformed && may_be_cut) return SendOverTcp(lookup);
    return Understand(lookup, std::move(reply));
  }
  const bool silent = absl::IsDeadlineExceeded(result.failure);
  Fail(lookup, silent ? &counters_.silences : &counters_.server_failures);
}

void Lookups::Understand(const std::shared_ptr<Lookup>& lookup, Reply reply) {
  switch (reply.kind) {
    case Reply::Kind::kAnswer:
      return Answered(lookup, std::move(reply));
    case Reply::Kind::kAlias:
      return Follow(lookup, reply);
    case Reply::Kind::kTruncated:
    case Reply::Kind::kCaseLost:
      return SendOverTcp(lookup);
    case Reply::Kind::kNoEdns:
      return SendWithoutEdns(lookup);
    case Reply::Kind::kWrongSubnet:
      return Fail(lookup, &counters_.wrong_subnets);
    case Reply::Kind::kRefused:
      return Fail(lookup, &counters_.server_failures);
    case Reply::Kind::kMalformed:
      return Fail(lookup, &counters_.malformed);
  }
}

void Lookups::Follow(const std::shared_ptr<Lookup>& lookup, const Reply& reply) {
  if (++lookup->hops > kHopsMax) return Fail(lookup, &counters_.malformed);
  counters_.aliases.Add();
  lookup->ttl_s = std::min(lookup->ttl_s, reply.answer.ttl_s);
  lookup->scope_bits = std::max(lookup->scope_bits, reply.scope_bits);
  lookup->hop.name = reply.alias;
  lookup->carrier = Carrier::kUdp;
  Send(lookup);
}

void Lookups::SendOverTcp(const std::shared_ptr<Lookup>& lookup) {
  if (lookup->carrier == Carrier::kTcp) return Fail(lookup, &counters_.malformed);
  counters_.over_tcp.Add();
  lookup->carrier = Carrier::kTcp;
  Send(lookup);
}

void Lookups::SendWithoutEdns(const std::shared_ptr<Lookup>& lookup) {
  if (lookup->edns == Edns::kNone) return Fail(lookup, &counters_.server_failures);
  counters_.without_edns.Add();
  lookup->edns = Edns::kNone;
  Send(lookup);
}

void Lookups::Answered(const std::shared_ptr<Lookup>& lookup, Reply reply) {
  reply.answer.ttl_s = std::min(reply.answer.ttl_s, lookup->ttl_s);
  counters_.answered.Add();
  underway_.erase(lookup->question);
  done_(lookup->question, &reply.answer, std::max(reply.scope_bits, lookup->scope_bits));
}

void Lookups::Fail(const std::shared_ptr<Lookup>& lookup, Counter* reason) {
  reason->Add();
  counters_.failed.Add();
  underway_.erase(lookup->question);
  done_(lookup->question, nullptr, 0);
}

void Lookups::AddPollFds(std::vector<pollfd>* fds) const {
  for (const auto& channel : channels_) channel->AddPollFds(fds);
}

absl::Duration Lookups::UntilTimeout(absl::Duration most) const {
  return std::min(channels_[0]->UntilTimeout(most), channels_[1]->UntilTimeout(most));
}

void Lookups::Process(std::span<const pollfd> fds) {
  for (const auto& channel : channels_) channel->Process(fds);
}

}  // namespace nearcast::upstream
