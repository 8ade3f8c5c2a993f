#include "schedulerlib/live/check_board.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kStep = absl::Seconds(1);

HealthCheck CheckOf(uint32_t up, uint32_t down, uint32_t quorum = 0) {
  HealthCheck check;
  check.name = "http";
  check.up_threshold = up;
  check.down_threshold = down;
  check.quorum = quorum;
  check.interval_ms = 1000;
  return check;
}

Node NodeOf(const std::string& name, const std::string& cdn = "own") {
  Node node;
  node.name = name;
  node.cdn = cdn;
  return node;
}

// A board of one check, and a language for what happens to it: "a+ b- c-/x . a-" is one second a
// word: vantage a says that node n passed, b that it failed, c that node x failed; "." is silence.
class Board {
 public:
  explicit Board(const HealthCheck& check, const std::vector<std::string>& nodes = {"n"}) {
    std::vector<Node> list;
    for (const std::string& name : nodes) list.push_back(NodeOf(name));
    board.SetConfig({check}, list);
  }

  // Lets it happen; returns the word of node n behind it: U, D or ?.
  char Play(const std::string& story) {
    for (const absl::string_view word : absl::StrSplit(story, ' ', absl::SkipEmpty())) {
      now += kStep;
      if (word != ".") Say(std::string(word));
      board.Judge(now);
    }
    return Letter(board.WordOf("n"));
  }

  void Say(const std::string& word) {
    const std::string node = word.size() > 3 ? word.substr(3) : "n";
    const CheckOutcome outcome = word[1] == '+' ? CheckOutcome::kPassed : CheckOutcome::kFailed;
    board.Report(word.substr(0, 1), {{"http", node, outcome, "status 503"}}, now);
  }

  static char Letter(Health word) {
    return word == Health::kUp ? 'U' : word == Health::kDown ? 'D' : '?';
  }

  CheckBoard board;
  absl::Duration now = absl::Hours(100);
};

struct Row {
  std::string story;
  uint32_t quorum;
  char word;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.story; }
};

class QuorumTest : public ::testing::TestWithParam<Row> {};

TEST_P(QuorumTest, WordFollowsThoseThatAreHeard) {
  Board board(CheckOf(1, 1, GetParam().quorum));
  EXPECT_EQ(board.Play(GetParam().story), GetParam().word);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, QuorumTest,
    ::testing::Values(Row{".", 0, '?'}, Row{"a+", 0, 'U'}, Row{"a-", 0, 'D'},
                      Row{"a+ b-", 0, 'U'},               // one of two is not more than half
                      Row{"a- b-", 0, 'D'},               //
                      Row{"a+ b- c-", 0, 'D'},            // two of three
                      Row{"a- b-", 3, 'U'},               // too few for the quorum: optimistic
                      Row{"a- b- c-", 3, 'D'},            //
                      Row{"a+ b+ c-", 1, 'D'},            // a pessimist's quorum
                      Row{"a- . . . .", 0, 'D'},          // nobody is heard: the last word stays
                      Row{"a+ . . . .", 0, 'U'},          //
                      Row{"a- b- c+ . . c+ c+", 0, 'D'},  // two fell silent: changes nothing
                      Row{"a- b- c+ . . c+ c- c+", 0, 'U'}));  // who is heard changed its mind

Cdn VendorOf(const std::string& name) {
  Cdn cdn;
  cdn.name = name;
  cdn.pull_domain = "pull." + name;
  cdn.pull_domains = {{"hls", "hls." + name}};
  cdn.pull_templates = {{"flv", "http://{host}/{stream}"}, {"hls", "http://{host}/{stream}"}};
  return cdn;
}

TEST(CheckBoardTest, VendorsRoleIsDownWhenAnyOfItsDomainsIs) {
  CheckBoard board;
  HealthCheck check = CheckOf(1, 2);
  check.cdn = "alpha";
  board.SetConfig({check}, {NodeOf("n")}, {VendorOf("alpha"), VendorOf("beta")});
  absl::Duration now = absl::Hours(1);
  const auto report = [&](const char* vantage, CheckOutcome flv, CheckOutcome hls) {
    board.Report(vantage,
                 {{"http", "cdn/alpha/play/pull.alpha:80", flv, "status 502"},
                  {"http", "cdn/alpha/play/hls.alpha:80", hls, "status 503"},
                  {"http", "n", CheckOutcome::kPassed}},
                 now);
  };
  for (const char* vantage : {"a", "b", "c"}) {
    report(vantage, CheckOutcome::kPassed, CheckOutcome::kPassed);
  }
  EXPECT_THAT(board.Judge(now), ElementsAre("cdn/alpha/play"));
  EXPECT_EQ(board.WordOf("cdn/alpha/play"), Health::kUp);
  EXPECT_EQ(board.WordOf("n"), Health::kUnknown);  // the check is the vendor's alone
  // One failure is not two, and one vantage of three is no quorum.
  for (const char* vantage : {"a", "b"}) {
    report(vantage, CheckOutcome::kPassed, CheckOutcome::kFailed);
  }
  report("a", CheckOutcome::kPassed, CheckOutcome::kFailed);
  EXPECT_THAT(board.Judge(now), IsEmpty());
  report("b", CheckOutcome::kPassed, CheckOutcome::kFailed);
  EXPECT_THAT(board.Judge(now), ElementsAre("cdn/alpha/play"));
  EXPECT_EQ(board.WordOf("cdn/alpha/play"), Health::kDown);
  EXPECT_EQ(board.Describe("cdn/alpha/play", now), "2 of 3 vantages down: http (status 503)");
  board.SetConfig({}, {NodeOf("n")}, {VendorOf("alpha")});
  EXPECT_THAT(board.Judge(now), ElementsAre("cdn/alpha/play"));
  EXPECT_EQ(board.WordOf("cdn/alpha/play"), Health::kUnknown);
}

TEST(CheckBoardTest, VantageThatLosesAllDomainsOfOneVendorIsStillHeard) {
  CheckBoard board;
  HealthCheck check = CheckOf(1, 1);
  check.cdn = "alpha";
  HealthCheck other = check;
  other.name = "other";
  other.cdn = "beta";
  const absl::Duration now = absl::Hours(1);
  const auto fail = [](const char* name, const char* domain) {
    return CheckResult{name, domain, CheckOutcome::kFailed, "connection refused"};
  };
  board.SetConfig({check, other}, {}, {VendorOf("alpha"), VendorOf("beta")});
  board.Report(
      "a",
      {fail("http", "cdn/alpha/play/pull.alpha:80"), fail("http", "cdn/alpha/play/hls.alpha:80")},
      now);
  board.Judge(now);
  EXPECT_EQ(board.WordOf("cdn/alpha/play"), Health::kDown);
  // All that it sees of two vendors: it is cut off itself, and the last words stay.
  board.Report("a", {fail("other", "cdn/beta/play/pull.beta:80")}, now);
  board.Judge(now);
  EXPECT_EQ(board.WordOf("cdn/beta/play"), Health::kUnknown);
}

TEST(CheckBoardTest, NodeIsDownWhenAnyOfItsChecksIs) {
  CheckBoard board;
  HealthCheck tcp = CheckOf(1, 1);
  tcp.name = "tcp";
  board.SetConfig({CheckOf(1, 1), tcp}, {NodeOf("n"), NodeOf("m")});
  board.Report("a", {{"http", "n", CheckOutcome::kPassed}, {"tcp", "m", CheckOutcome::kPassed}},
               absl::Hours(1));
  board.Report("a", {{"tcp", "n", CheckOutcome::kFailed, "connection refused"}}, absl::Hours(1));
  EXPECT_THAT(board.Judge(absl::Hours(1)), ElementsAre("m", "n"));
  EXPECT_EQ(board.WordOf("n"), Health::kDown);
  EXPECT_EQ(board.WordOf("m"), Health::kUp);
  EXPECT_EQ(board.Describe("n", absl::Hours(1)), "1 of 1 vantages down: tcp (connection refused)");
  EXPECT_EQ(board.Describe("m", absl::Hours(1)), "1 vantages up");
  EXPECT_EQ(board.Describe("x", absl::Hours(1)), "");
  EXPECT_THAT(board.Judge(absl::Hours(1)), IsEmpty());
}

TEST(CheckBoardTest, CoversNodesByCdnOrByNameOrAll) {
  HealthCheck check = CheckOf(1, 1);
  EXPECT_TRUE(Covers(check, NodeOf("n")));
  check.cdn = "other";
  EXPECT_FALSE(Covers(check, NodeOf("n")));
  EXPECT_TRUE(Covers(check, NodeOf("n", "other")));
  check.nodes = {"n"};
  EXPECT_TRUE(Covers(check, NodeOf("n")));
  EXPECT_FALSE(Covers(check, NodeOf("m")));
}

TEST(CheckBoardTest, CheckThatIsDeletedTakesItsWordBack) {
  Board board(CheckOf(1, 1));
  EXPECT_EQ(board.Play("a-"), 'D');
  board.board.SetConfig({}, {NodeOf("n")});
  EXPECT_THAT(board.board.Judge(board.now), ElementsAre("n"));
  EXPECT_EQ(board.board.WordOf("n"), Health::kUnknown);
}

TEST(CheckBoardTest, NewQuorumIsAppliedAtOnce) {
  Board board(CheckOf(1, 1));
  EXPECT_EQ(board.Play("a+ b- c-"), 'D');
  board.board.SetConfig({CheckOf(1, 1, 3)}, {NodeOf("n")});
  EXPECT_THAT(board.board.Judge(board.now), ElementsAre("n"));
  EXPECT_EQ(board.board.WordOf("n"), Health::kUp);
}

TEST(CheckBoardTest, VantageThatIsCutOffFromAllNodesChangesNothing) {
  Board board(CheckOf(1, 2), {"n", "x"});
  EXPECT_EQ(board.Play("a+ a+/x a- a-/x a- a-/x a- a-/x a- a-/x"), 'U');
  EXPECT_EQ(board.Play("a+ a+/x a+/x a+"), 'U');
  EXPECT_EQ(Board::Letter(board.board.WordOf("x")), 'U');
  EXPECT_EQ(board.Play("a+/x a- a+/x a-"), 'D') << "it sees again";
}

TEST(CheckBoardTest, VantagesThatAreCutOffOneAfterTheOtherLeaveTheLastWord) {
  Board board(CheckOf(2, 2), {"n", "x"});
  EXPECT_EQ(board.Play("a+ b+ a+/x b+/x"), 'U');
  EXPECT_EQ(board.Play("b+ b+/x b+ b+/x b+ b+/x"), 'U');
  EXPECT_EQ(board.Play(". . . . . . . ."), 'U');
  EXPECT_EQ(board.board.Describe("n", board.now), "no vantage is heard; the last word was up");
}

TEST(CheckBoardTest, FlappingNodeIsHeldDownAndComesBackByItself) {
  Board board(CheckOf(1, 1));
  board.Play("a+ a- a+ a- a+ a- a+");
  EXPECT_EQ(board.Play("a+ a+ a+"), 'D');
  EXPECT_EQ(board.board.Describe("n", board.now),
            "1 of 1 vantages down: http (held down: it flaps)");
  for (int i = 0; i < 120; ++i) board.Play("a+");
  EXPECT_EQ(board.Play("a+"), 'U');
}

TEST(CheckBoardTest, VantagesAreBoundedAndForgotten) {
  Board board(CheckOf(1, 1));
  for (size_t i = 0; i < CheckBoard::kVantagesMax; ++i) {
    EXPECT_TRUE(board.board.Report(absl::StrCat("v", i), {}, board.now));
  }
  EXPECT_FALSE(board.board.Report("one more", {}, board.now));
  board.now += CheckBoard::kForgetVantage + absl::Seconds(1);
  board.board.Judge(board.now);
  EXPECT_TRUE(board.board.Report("one more", {}, board.now));
}

// The same rules over whole histories, without any state: slow and plain.
class Model {
 public:
  explicit Model(const HealthCheck& check) : check_(check) {}

  // What happened in each second so far: "a+", "b-", ".".
  char WordAfter(const std::vector<std::string>& story) const {
    char word = '?';
    std::string before = "???";
    for (size_t end = 1; end <= story.size(); ++end) {
      std::string votes;
      for (const char vantage : {'a', 'b', 'c'}) votes += Vote(story, end, vantage);
      bool news = false;
      for (int i = 0; i < 3; ++i) news |= votes[i] != '?' && votes[i] != before[i];
      before = votes;
      if (!news) continue;
      const long down = std::count(votes.begin(), votes.end(), 'D');
      const long heard = down + std::count(votes.begin(), votes.end(), 'U');
      const bool is_down = check_.quorum > 0 ? down >= check_.quorum : 2 * down > heard;
      word = is_down ? 'D' : 'U';
    }
    return word;
  }

 private:
  char Vote(const std::vector<std::string>& story, size_t end, char vantage) const {
    std::string results;
    size_t last = 0;
    for (size_t i = 0; i < end; ++i) {
      if (story[i][0] != vantage) continue;
      results += story[i][1];
      last = i + 1;
    }
    return results.empty() || end - last > 3 ? '?' : WordOf(results);
  }

  // Of the last run of equal results that was long enough to be believed.
  char WordOf(const std::string& results) const {
    if (results.empty()) return '?';
    const char last = results.back();
    const size_t other = results.find_last_of(last == '+' ? '-' : '+');
    const size_t run = results.size() - (other == std::string::npos ? 0 : other + 1);
    if (run >= (last == '+' ? check_.up_threshold : check_.down_threshold)) {
      return last == '+' ? 'U' : 'D';
    }
    const char before = WordOf(results.substr(0, results.size() - 1));
    return before == '?' && last == '+' ? 'U' : before;
  }

  const HealthCheck check_;
};

std::vector<HealthCheck> AllSmallChecks() {
  std::vector<HealthCheck> checks;
  for (uint32_t up : {1, 2}) {
    for (uint32_t down : {1, 2}) {
      for (uint32_t quorum : {0, 1, 2, 3}) checks.push_back(CheckOf(up, down, quorum));
    }
  }
  return checks;
}

const std::vector<std::string>& Happenings() {
  static const auto& all = *new std::vector<std::string>{"a+", "a-", "b+", "b-", "c+", "c-", "."};
  return all;
}

TEST(CheckBoardModelTest, EveryStoryOfFiveSecondsEndsAsInTheModel) {
  for (const HealthCheck& check : AllSmallChecks()) {
    const Model model(check);
    for (int number = 0; number < 7 * 7 * 7 * 7 * 7; ++number) {
      std::vector<std::string> story;
      for (int rest = number; story.size() < 5; rest /= 7) story.push_back(Happenings()[rest % 7]);
      Board board(check);
      const std::string text = absl::StrJoin(story, " ");
      ASSERT_EQ(board.Play(text), model.WordAfter(story))
          << text << " up " << check.up_threshold << " down " << check.down_threshold << " quorum "
          << check.quorum;
    }
  }
}

// Long stories at a slow pace, so that damping stays out of it.
TEST(CheckBoardModelTest, RandomLongStoriesGoAsInTheModel) {
  std::mt19937 chance(7);
  for (const HealthCheck& check : AllSmallChecks()) {
    const Model model(check);
    for (int round = 0; round < 20; ++round) {
      HealthCheck slow = check;
      slow.interval_ms = 90'000;
      CheckBoard board;
      board.SetConfig({slow}, {NodeOf("n")});
      absl::Duration now;
      std::vector<std::string> story;
      for (int step = 0; step < 60; ++step) {
        story.push_back(Happenings()[chance() % 7]);
        now += absl::Seconds(90);
        if (story.back() != ".") {
          board.Report(story.back().substr(0, 1),
                       {{"http", "n",
                         story.back()[1] == '+' ? CheckOutcome::kPassed : CheckOutcome::kFailed}},
                       now);
        }
        board.Judge(now);
        ASSERT_EQ(Board::Letter(board.WordOf("n")), model.WordAfter(story))
            << absl::StrJoin(story, " ");
      }
    }
  }
}

TEST(CheckBoardModelTest, SilenceAloneNeverChangesAWord) {
  std::mt19937 chance(11);
  for (const HealthCheck& check : AllSmallChecks()) {
    for (int round = 0; round < 200; ++round) {
      Board board(check);
      for (int step = 0; step < 4; ++step) board.Play(Happenings()[chance() % 6]);
      const char word = Board::Letter(board.board.WordOf("n"));
      for (int step = 0; step < 6; ++step) ASSERT_EQ(board.Play("."), word);
    }
  }
}

}  // namespace
}  // namespace nearcast::scheduler
