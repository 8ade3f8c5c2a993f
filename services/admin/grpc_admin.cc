#include "services/admin/grpc_admin.h"

#include "nearcast/v1/admin.grpc.pb.h"
#include "services/rpc/unary.h"

namespace nearcast {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class GrpcAdmin : public v1::Admin::CallbackService {
 public:
  explicit GrpcAdmin(nearcast::Admin* admin) : admin_(admin) {}

  ServerUnaryReactor* Apply(CallbackServerContext* context, const v1::ApplyRequest* request,
                            v1::ApplyResponse* response) override {
    return rpc::Finish(context, admin_->Apply(*request), response);
  }

  ServerUnaryReactor* DeleteResource(CallbackServerContext* context,
                                     const v1::DeleteResourceRequest* request,
                                     v1::ApplyResponse* response) override {
    return rpc::Finish(context, admin_->DeleteResource(*request), response);
  }

  ServerUnaryReactor* GetResource(CallbackServerContext* context,
                                  const v1::GetResourceRequest* request,
                                  v1::Resource* response) override {
    return rpc::Finish(context, admin_->GetResource(*request), response);
  }

  ServerUnaryReactor* ListResources(CallbackServerContext* context,
                                    const v1::ListResourcesRequest* request,
                                    v1::ListResourcesResponse* response) override {
    return rpc::Finish(context, admin_->ListResources(*request), response);
  }

  ServerUnaryReactor* SetCdnRatio(CallbackServerContext* context,
                                  const v1::SetCdnRatioRequest* request,
                                  v1::ApplyResponse* response) override {
    return rpc::Finish(context, admin_->SetCdnRatio(*request), response);
  }

  ServerUnaryReactor* SetDefaultQuality(CallbackServerContext* context,
                                        const v1::SetDefaultQualityRequest* request,
                                        v1::ApplyResponse* response) override {
    return rpc::Finish(context, admin_->SetDefaultQuality(*request), response);
  }

  ServerUnaryReactor* DrainNode(CallbackServerContext* context, const v1::DrainNodeRequest* request,
                                v1::ApplyResponse* response) override {
    return rpc::Finish(context, admin_->DrainNode(*request), response);
  }

  ServerUnaryReactor* UndrainNode(CallbackServerContext* context,
                                  const v1::UndrainNodeRequest* request,
                                  v1::ApplyResponse* response) override {
    return rpc::Finish(context, admin_->UndrainNode(*request), response);
  }

  ServerUnaryReactor* ListNodes(CallbackServerContext* context, const v1::ListNodesRequest* request,
                                v1::ListNodesResponse* response) override {
    return rpc::Finish(context, admin_->ListNodes(), response);
  }

  ServerUnaryReactor* ListDelays(CallbackServerContext* context,
                                 const v1::ListDelaysRequest* request,
                                 v1::ListDelaysResponse* response) override {
    return rpc::Finish(context, admin_->ListDelays(*request), response);
  }

  ServerUnaryReactor* ListStreamStats(CallbackServerContext* context,
                                      const v1::ListStreamStatsRequest* request,
                                      v1::ListStreamStatsResponse* response) override {
    return rpc::Finish(context, admin_->ListStreamStats(*request), response);
  }

  ServerUnaryReactor* ReportCdnUsage(CallbackServerContext* context,
                                     const v1::ReportCdnUsageRequest* request,
                                     v1::ReportCdnUsageResponse* response) override {
    return rpc::Finish(context, admin_->ReportCdnUsage(*request), response);
  }

  ServerUnaryReactor* GetRatioStatus(CallbackServerContext* context,
                                     const v1::GetRatioStatusRequest* request,
                                     v1::RatioStatus* response) override {
    return rpc::Finish(context, admin_->GetRatioStatus(), response);
  }

  ServerUnaryReactor* ProposeRatio(CallbackServerContext* context,
                                   const v1::ProposeRatioRequest* request,
                                   v1::RatioProposal* response) override {
    return rpc::Finish(context, admin_->ProposeRatio(*request), response);
  }

  ServerUnaryReactor* ListRevisions(CallbackServerContext* context,
                                    const v1::ListRevisionsRequest* request,
                                    v1::ListRevisionsResponse* response) override {
    return rpc::Finish(context, admin_->ListRevisions(*request), response);
  }

  ServerUnaryReactor* Rollback(CallbackServerContext* context, const v1::RollbackRequest* request,
                               v1::ApplyResponse* response) override {
    return rpc::Finish(context, admin_->Rollback(*request), response);
  }

  ServerUnaryReactor* ExplainPlay(CallbackServerContext* context,
                                  const v1::ExplainPlayRequest* request,
                                  v1::Explanation* response) override {
    return rpc::Finish(context, admin_->ExplainPlay(*request), response);
  }

  ServerUnaryReactor* ExplainDns(CallbackServerContext* context,
                                 const v1::ExplainDnsRequest* request,
                                 v1::Explanation* response) override {
    return rpc::Finish(context, admin_->ExplainDns(*request), response);
  }

  ServerUnaryReactor* LookupAddress(CallbackServerContext* context,
                                    const v1::LookupAddressRequest* request,
                                    v1::AddressRecord* response) override {
    return rpc::Finish(context, admin_->LookupAddress(*request), response);
  }

 private:
  nearcast::Admin* const admin_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcAdmin(Admin* admin) {
  return std::make_unique<GrpcAdmin>(admin);
}

}  // namespace nearcast
