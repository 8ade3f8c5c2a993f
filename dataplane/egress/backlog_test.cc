#include "dataplane/egress/backlog.h"

#include <memory>
#include <string>
#include <vector>

#include "dataplane/egress/manual_loop.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

// Its viewers have so many turns before they are done.
class Owner : public BacklogOwner {
 public:
  Owner(Backlog* backlog, std::string* served, char name)
      : backlog_(backlog), served_(served), name_(name) {}

  Viewer* AddViewer(int turns) {
    viewers_.push_back(std::make_unique<Viewer>(-1, nullptr, ViewerRequest{}));
    turns_.push_back(turns);
    backlog_->Add(this, viewers_.back().get());
    return viewers_.back().get();
  }

  void ServeAgain(Viewer* viewer) override {
    served_->push_back(name_);
    for (size_t i = 0; i < viewers_.size(); ++i) {
      if (viewers_[i].get() == viewer && --turns_[i] > 0) backlog_->Add(this, viewer);
    }
  }

 private:
  Backlog* const backlog_;
  std::string* const served_;
  const char name_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  std::vector<int> turns_;
};

class BacklogTest : public testing::Test {
 protected:
  ManualLoop loop_;
  Crowd crowd_;
  Backlog backlog_{&loop_, &crowd_};
  std::string served_;
  Owner a_{&backlog_, &served_, 'a'};
  Owner b_{&backlog_, &served_, 'b'};
};

TEST_F(BacklogTest, ServesViewersOfAllStreamsInTurns) {
  a_.AddViewer(3);
  b_.AddViewer(2);
  b_.AddViewer(1);
  loop_.Run();
  EXPECT_EQ(served_, "abbaba");
}

TEST_F(BacklogTest, AViewerStandsInItOnce) {
  Viewer* viewer = a_.AddViewer(1);
  backlog_.Add(&a_, viewer);
  loop_.Run();
  EXPECT_EQ(served_, "a");
  EXPECT_FALSE(viewer->in_backlog());
}

TEST_F(BacklogTest, WaitsForACrowdWithOneTimerForAllStreams) {
  loop_.held = true;
  crowd_.NoteArrival(loop_.now_ms);
  for (int i = 0; i < 50; ++i) {
    a_.AddViewer(1);
    b_.AddViewer(1);
  }
  EXPECT_EQ(loop_.waiting(), 1u);
  loop_.now_ms += Crowd::kPauseMs - 1;
  crowd_.NoteArrival(loop_.now_ms);
  loop_.now_ms += Crowd::kPauseMs - 1;
  loop_.Run();
  EXPECT_EQ(served_, "");
  EXPECT_EQ(loop_.waiting(), 1u);
  loop_.now_ms += Crowd::kPauseMs;
  loop_.Run();
  EXPECT_EQ(served_.size(), 100u);
  EXPECT_EQ(loop_.waiting(), 0u);
}

TEST_F(BacklogTest, ThoseWhoGoAreNotServed) {
  Viewer* gone = a_.AddViewer(1);
  a_.AddViewer(1);
  b_.AddViewer(1);
  backlog_.Remove(gone);
  backlog_.RemoveAllOf(&b_);
  loop_.Run();
  EXPECT_EQ(served_, "a");
}

}  // namespace
}  // namespace nearcast::egress
