// Front: what one server thread does with HTTPDNS requests. For each: find the caller, check the
// signature, let the dialect read, ask for the decision, let the dialect write. Internal to
// services/httpdns.
#ifndef SERVICES_HTTPDNS_FRONT_H_
#define SERVICES_HTTPDNS_FRONT_H_

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/snapshot_holder.h"
#include "ipdb/name_table.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/http/query_params.h"
#include "services/http/request.h"
#include "services/http/response.h"
#include "services/httpdns/access.h"
#include "services/httpdns/account_rates.h"
#include "services/httpdns/alibaba_v1.h"
#include "services/httpdns/alibaba_v2.h"
#include "services/httpdns/httpdns_counters.h"
#include "services/httpdns/httpdns_options.h"
#include "services/httpdns/question.h"
#include "services/httpdns/tencent.h"
#include "services/httpdns/vendor_names.h"
#include "services/httpdns/volcengine.h"

namespace nearcast::httpdns {

enum class Signing { kUnsigned, kSigned };

// Everything but counters() belongs to one thread. Buffers are kept from request to request.
class Front {
 public:
  // All must outlive this.
  struct Shared {
    const SnapshotHolder<scheduler::Snapshot>* holder;
    const ipdb::NameTable* names;
    const HttpdnsOptions* options;
    AccountRates* rates;
  };
  explicit Front(const Shared& shared)
      : shared_(shared),
        reader_(shared.holder),
        rates_(shared.rates),
        vendor_names_(shared.options->upstream) {}

  // kLast for a request that was answered before in the turn kFirst, and had to wait: it has been
  // counted, and its place in its account's rate taken.
  void BeginTurn(Turn turn) { turn_ = turn; }

  // What the last answer still waits for: if there is anything, the answer is not right and must be
  // made anew, in the turn kLast, after `patience` at the latest.
  VendorNames& vendor_names() { return vendor_names_; }
  absl::Duration patience() const { return std::min(vendor_names_.patience(), question_.patience); }

  // Paths that vendors share: the parameter that names the names tells them apart.
  void AnswerD(const http::Request& request, http::Response& response);

  void AnswerResolve(const http::Request& request, http::Response& response);

  void AnswerAlibabaV1(const http::Request& request, AlibabaForm form, Signing signing,
                       http::Response& response);
  void AnswerAlibabaSchedule(const http::Request& request, http::Response& response);
  void AnswerAlibabaV2(const http::Request& request, http::Response& response);
  void AnswerVolcengine(const http::Request& request, VolcengineCall call,
                        http::Response& response);
  void AnswerBaidu(const http::Request& request, http::Response& response);
  void AnswerTencentConf(const http::Request& request, http::Response& response);
  void AnswerTaobao(const http::Request& request, http::Response& response);

  const HttpdnsCounters& counters() const { return counters_; }

 private:
  const HttpdnsOptions& options() const { return *shared_.options; }

  // Takes the request's place in its account's rate; then whether anything can be decided at all.
  std::optional<Reason> Admit(const Caller& caller);
  std::optional<Reason> CheckReady(const scheduler::Snapshot& snapshot);

  // question_ → results_. Names whose own servers do not answer are left out, for an empty answer
  // would be believed; kUpstream when no other is left.
  std::optional<Reason> ResolveAll(const scheduler::Snapshot& snapshot, const Caller& caller,
                                   Dialect dialect);

  void CountQuery(Dialect dialect);

  const std::vector<std::string>& ServiceAddresses(const Caller& caller) const;

  std::optional<Refusal> ReadAlibabaV1(const http::Request& request, AlibabaForm form,
                                       Signing signing);
  std::optional<Refusal> ReadAlibabaSchedule(const http::Request& request, Caller* caller);
  std::optional<Refusal> ReadAlibabaV2(const http::Request& request, Caller* caller);
  std::optional<Refusal> ReadVolcengine(const http::Request& request, VolcengineCall call,
                                        absl::Time now, Caller* caller);
  std::optional<Refusal> ReadBaidu(const http::Request& request, absl::Time now, Caller* caller);
  std::optional<Refusal> FindTencentCaller(const http::Request& request,
                                           const http::QueryParams& params,
                                           const scheduler::Snapshot& snapshot, Caller* caller);
  std::optional<Refusal> ReadTencent(const http::Request& request, const http::QueryParams& params,
                                     TencentStyle* style);
  void AnswerTencent(const http::Request& request, const http::QueryParams& params,
                     http::Response& response);

  // Counts the refusal and writes it as the dialect does.
  void RefuseJson(Dialect dialect, const Refusal& refusal, http::Response& response);
  void RefuseTencent(const Refusal& refusal, http::Response& response);
  void RefuseTaobao(const Refusal& refusal, http::Response& response);

  const Shared shared_;
  SnapshotHolder<scheduler::Snapshot>::Reader reader_;
  AccountRateCache rates_;
  HttpdnsCounters counters_;
  Turn turn_ = Turn::kFirst;
  VendorNames vendor_names_;

  http::QueryParams form_;
  AlibabaV2Call alibaba_v2_;
  std::optional<TencentKey> tencent_key_;  // of the request, if it is encrypted
  std::string tencent_dn_;
  std::string tencent_ip_;
  Question question_;
  std::vector<NameResult> results_;
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_FRONT_H_
