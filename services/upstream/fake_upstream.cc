#include "services/upstream/fake_upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"
#include "schedulerlib/zone/dns_name.h"
#include "services/dns/message.h"
#include "services/upstream/query.h"

namespace nearcast::upstream {
namespace {

using Bytes = std::vector<uint8_t>;

void Append16(uint32_t value, Bytes* out) {
  out->push_back(static_cast<uint8_t>(value >> 8));
  out->push_back(static_cast<uint8_t>(value));
}
void Append32(uint32_t value, Bytes* out) {
  Append16(value >> 16, out);
  Append16(value, out);
}

void AppendWire(absl::string_view name, Bytes* out) {
  const auto parsed = scheduler::zone::ParseDnsName(name);
  NC_CHECK(parsed.ok());
  out->insert(out->end(), parsed->wire().begin(), parsed->wire().end());
}

Bytes RdataOf(absl::string_view type, absl::string_view text) {
  Bytes rdata;
  if (type == "CNAME" || type == "NS") {
    AppendWire(text, &rdata);
  } else if (type == "SOA") {
    uint32_t minimum = 0;
    NC_CHECK(absl::SimpleAtoi(text, &minimum));
    rdata = {0, 0};
    for (const uint32_t number : {1u, 2u, 3u, 4u, minimum}) Append32(number, &rdata);
  } else {
    const ipdb::IpAddress address = *ipdb::ParseIpAddress(text);
    rdata = SubnetAddress({address, static_cast<uint8_t>(address.width_bits())});
  }
  return rdata;
}

void AppendRecord(const std::string& text, Bytes* out) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ');
  NC_CHECK(words.size() == 4);
  uint32_t ttl_s = 0;
  NC_CHECK(absl::SimpleAtoi(words[1], &ttl_s));
  AppendWire(words[0], out);
  const std::string& type = words[2];
  Append16(type == "A" ? 1 : type == "NS" ? 2 : type == "CNAME" ? 5 : type == "SOA" ? 6 : 28, out);
  Append16(1, out);
  Append32(ttl_s, out);
  const Bytes rdata = RdataOf(type, words[3]);
  Append16(static_cast<uint32_t>(rdata.size()), out);
  out->insert(out->end(), rdata.begin(), rdata.end());
}

void AppendOpt(const FakeQuery& query, const FakeReply& reply, Bytes* out) {
  out->push_back(0);
  Append16(41, out);
  Append16(1232, out);
  Append32(0, out);
  if (!reply.scope_bits || query.subnet.empty()) return Append16(0, out);
  const ipdb::IpPrefix subnet = *ipdb::ParseIpPrefix(query.subnet);
  const Bytes address = SubnetAddress(subnet);
  Append16(static_cast<uint32_t>(8 + address.size()), out);
  Append16(8, out);
  Append16(static_cast<uint32_t>(4 + address.size()), out);
  Append16(subnet.address.is_v4() ? 1 : 2, out);
  out->push_back(subnet.length_bits);
  out->push_back(*reply.scope_bits);
  out->insert(out->end(), address.begin(), address.end());
}

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Bytes ReceiveExactly(int fd, size_t bytes) {
  Bytes received(bytes);
  return recv(fd, received.data(), bytes, MSG_WAITALL) == static_cast<ssize_t>(bytes) ? received
                                                                                      : Bytes();
}

}  // namespace

std::string FakeQuery::text() const {
  return absl::StrCat(name, type == 1 ? " A" : " AAAA", subnet.empty() ? "" : " ", subnet,
                      carrier == Carrier::kTcp ? " tcp" : "", has_edns ? "" : " plain");
}

FakeQuery ReadQuery(std::span<const uint8_t> bytes, Carrier carrier) {
  dns::Query query;
  NC_CHECK(dns::ParseQuery(bytes, query) == dns::QueryFault::kNone);
  FakeQuery fake{.type = query.type, .has_edns = query.has_edns, .carrier = carrier};
  const auto name = scheduler::zone::DnsName::FromWire(query.name_view());
  fake.name = std::string(absl::StripSuffix(name->ToText(), "."));
  if (query.has_subnet) {
    fake.subnet = ipdb::IpPrefix{query.subnet.client, query.subnet.source_bits}.ToString();
  }
  fake.bytes.assign(bytes.begin(), bytes.end());
  return fake;
}

std::vector<uint8_t> BuildReply(const FakeQuery& query, const FakeReply& reply) {
  Bytes out(query.bytes.begin(), query.bytes.begin() + 2);
  Append16(0x8180 | (reply.truncated ? 0x0200 : 0) | reply.rcode, &out);
  Append16(1, &out);
  Append16(static_cast<uint32_t>(reply.records.size()), &out);
  Append16(static_cast<uint32_t>(reply.authority.size()), &out);
  Append16(query.has_edns ? 1 : 0, &out);
  size_t end = 12;
  while (query.bytes[end] != 0) end += query.bytes[end] + 1u;
  out.insert(out.end(), query.bytes.begin() + 12, query.bytes.begin() + end + 5);
  for (const std::string& record : reply.records) AppendRecord(record, &out);
  for (const std::string& record : reply.authority) AppendRecord(record, &out);
  if (query.has_edns) AppendOpt(query, reply, &out);
  return out;
}

FakeUpstream::FakeUpstream(Script script, uint16_t port) : script_(std::move(script)) {
  // A free port for both: TCP's is drawn, and UDP's is hardly ever taken there.
  for (int tries = 0; tries < 100 && udp_ < 0; ++tries) {
    tcp_ = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(tcp_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address = Loopback(port);
    socklen_t bytes = sizeof(address);
    NC_CHECK(bind(tcp_, reinterpret_cast<sockaddr*>(&address), bytes) == 0);
    NC_CHECK(listen(tcp_, 16) == 0);
    getsockname(tcp_, reinterpret_cast<sockaddr*>(&address), &bytes);
    udp_ = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(udp_, reinterpret_cast<sockaddr*>(&address), bytes) != 0) {
      close(udp_);
      close(tcp_);
      udp_ = -1;
      continue;
    }
    port_ = ntohs(address.sin_port);
  }
  NC_CHECK(udp_ >= 0);
  stop_ = eventfd(0, 0);
  thread_ = std::thread([this] { Run(); });
}

FakeUpstream::~FakeUpstream() {
  const uint64_t one = 1;
  NC_CHECK(write(stop_, &one, sizeof(one)) == sizeof(one));
  thread_.join();
  for (const int fd : {udp_, tcp_, stop_}) close(fd);
}

std::string FakeUpstream::address() const { return absl::StrCat("127.0.0.1:", port_); }

std::vector<std::string> FakeUpstream::queries() const {
  absl::MutexLock lock(&mutex_);
  return queries_;
}

bool FakeUpstream::AwaitQueries(size_t count) const {
  absl::MutexLock lock(&mutex_);
  const auto reached = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return queries_.size() >= count;
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(10));
}

void FakeUpstream::Run() {
  while (true) {
    pollfd fds[] = {{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}, {stop_, POLLIN, 0}};
    poll(fds, 3, -1);
    if (fds[2].revents != 0) return;
    if (fds[0].revents != 0) ServeUdp();
    if (fds[1].revents != 0) ServeTcp();
  }
}

FakeReply FakeUpstream::Ask(const FakeQuery& query) {
  {
    absl::MutexLock lock(&mutex_);
    queries_.push_back(query.text());
  }
  return script_(query);
}

void FakeUpstream::ServeUdp() {
  Bytes bytes(4096);
  sockaddr_in client = {};
  socklen_t client_bytes = sizeof(client);
  const ssize_t received = recvfrom(udp_, bytes.data(), bytes.size(), 0,
                                    reinterpret_cast<sockaddr*>(&client), &client_bytes);
  if (received <= 0) return;
  bytes.resize(received);
  const FakeQuery query = ReadQuery(bytes, Carrier::kUdp);
  FakeReply reply = Ask(query);
  if (reply.silent) return;
  if (reply.raw.empty()) reply.raw = {BuildReply(query, reply)};
  for (const Bytes& datagram : reply.raw) {
    sendto(udp_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&client),
           client_bytes);
  }
}

// One question a connection.
void FakeUpstream::ServeTcp() {
  const int fd = accept(tcp_, nullptr, nullptr);
  if (fd < 0) return;
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const Bytes length = ReceiveExactly(fd, 2);
  const Bytes bytes = length.empty() ? Bytes() : ReceiveExactly(fd, length[0] << 8 | length[1]);
  if (!bytes.empty()) {
    const FakeQuery query = ReadQuery(bytes, Carrier::kTcp);
    FakeReply reply = Ask(query);
    if (reply.raw.empty()) reply.raw = {BuildReply(query, reply)};
    for (const Bytes& message : reply.raw) {
      Bytes framed;
      Append16(static_cast<uint32_t>(message.size()), &framed);
      framed.insert(framed.end(), message.begin(), message.end());
      if (!reply.silent) send(fd, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
  }
  close(fd);
}

}  // namespace nearcast::upstream
