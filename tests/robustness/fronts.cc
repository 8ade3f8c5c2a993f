#include "tests/robustness/fronts.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "services/dns/decoded_message.h"
#include "services/dns/dns_client.h"
#include "services/dns/query_text.h"
#include "services/http/test_client.h"

namespace nearcast {
namespace {

constexpr char kAddress[] = "127.0.0.1";
constexpr char kAsked[] = "ns1.live.example A";
constexpr char kAnswered[] = "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -";

}  // namespace

Fronts::Fronts(dns::DnsServiceOptions dns_options, http::ServerOptions http_options) {
  dns_options.port = 0;
  if (dns_options.dot.has_value()) dns_options.dot->port = 0;
  auto dns = dns::DnsService::Listen(dns_options, &snapshots_, Clock::System());
  NC_CHECK(dns.ok());
  dns_ = *std::move(dns);
  dns_->RegisterDoh(&router_, http_options.threads);
  http_options.port = 0;
  auto http = http::Server::Listen(http_options, &router_, Clock::System());
  NC_CHECK(http.ok());
  http_ = *std::move(http);
}

bool Fronts::AskUdp() const {
  dns::DnsClient client(dns::SocketKind::kUdp, kAddress, dns_->port());
  client.Send(dns::BuildQuery(kAsked));
  return dns::MessageText(client.Receive()) == kAnswered;
}

bool Fronts::AskTcp() const {
  dns::DnsClient client(dns::SocketKind::kTcp, kAddress, dns_->port());
  client.Send(dns::BuildFramedQuery(kAsked));
  return client.ReceiveFramed() == kAnswered;
}

bool Fronts::AskHttp() const {
  const std::vector<uint8_t> query = dns::BuildQuery(kAsked);
  http::TestClient client(http_->port());
  const http::TestResponse response = client.Get(absl::StrCat(
      "/dns-query?dns=",
      absl::WebSafeBase64Escape({reinterpret_cast<const char*>(query.data()), query.size()})));
  const absl::string_view body = response.body;
  return response.status == 200 && dns::MessageText({reinterpret_cast<const uint8_t*>(body.data()),
                                                     body.size()}) == kAnswered;
}

uint64_t Fronts::DnsCount(absl::string_view name) const {
  uint64_t value = 0;
  dns_->ForEachCounter([&](const dns::CounterReading& reading) {
    if (reading.name == name) value = reading.value;
  });
  return value;
}

}  // namespace nearcast
