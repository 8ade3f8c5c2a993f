#include "services/rpc/status.h"

#include "google/rpc/error.pb.h"
#include "gtest/gtest.h"

namespace nearcast::rpc {
namespace {

TEST(StatusTest, ReasonTravelsWithAnErrorAndNotWithOk) {
  EXPECT_EQ(ReasonOf(WithReason(absl::NotFoundError("x"), "STREAM_NOT_FOUND")), "STREAM_NOT_FOUND");
  EXPECT_EQ(ReasonOf(absl::NotFoundError("x")), "");
  EXPECT_EQ(WithReason(absl::OkStatus(), "ANY"), absl::OkStatus());
}

TEST(StatusTest, EveryCodeKeepsItsNumberAndItsMessage) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    EXPECT_EQ(ToGrpc(status).error_code(), code);
    EXPECT_EQ(ToGrpc(status).error_message(), "why");
    EXPECT_EQ(ToGrpc(status).error_details(), "") << "no reason, no details";
  }
}

TEST(StatusTest, ReasonBecomesAnErrorInfo) {
  const grpc::Status status = ToGrpc(WithReason(absl::AbortedError("why"), "REVISION_MISMATCH"));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(grpc::StatusCode::ABORTED));
  EXPECT_EQ(details.message(), "why");
  google::rpc::ErrorInfo error;
  ASSERT_EQ(details.details_size(), 1);
  ASSERT_TRUE(details.details(0).UnpackTo(&error));
  EXPECT_EQ(error.reason(), "REVISION_MISMATCH");
  EXPECT_EQ(error.domain(), kErrorDomain);
}

}  // namespace
}  // namespace nearcast::rpc
