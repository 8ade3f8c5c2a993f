#include "schedulerlib/live/check_board.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schedulerlib/live/vendor_domains.h"

namespace nearcast::scheduler {
namespace {

constexpr int kHeardIntervals = 3;
constexpr size_t kDetailBytesMax = 200;

// The worse of two words of one node.
Health Worse(Health a, Health b) {
  if (a == Health::kDown || b == Health::kDown) return Health::kDown;
  return a == Health::kUnknown ? b : a;
}

}  // namespace

bool Covers(const HealthCheck& check, const Node& node) {
  if (check.cdn.empty() && check.nodes.empty()) return true;
  if (!check.cdn.empty() && check.cdn == node.cdn) return true;
  return std::find(check.nodes.begin(), check.nodes.end(), node.name) != check.nodes.end();
}

void CheckBoard::SetConfig(const std::vector<HealthCheck>& checks, const std::vector<Node>& nodes,
                           const std::vector<Cdn>& cdns) {
  Subjects kept;
  for (const HealthCheck& check : checks) {
    for (const Node& node : nodes) {
      if (Covers(check, node)) Keep(check, node.name, kept);
    }
    for (const Cdn& cdn : cdns) {
      for (const VendorDomain& domain : FindVendorDomains(check, cdn)) {
        Keep(check, domain.subject, kept);
      }
    }
  }
  subjects_ = std::move(kept);
}

void CheckBoard::Keep(const HealthCheck& check, const std::string& name, Subjects& kept) {
  const Key key(name, check.name);
  const auto known = subjects_.find(key);
  Subject& subject = kept[key];
  if (known != subjects_.end()) subject = std::move(known->second);
  subject.thresholds = {.up = check.up_threshold, .down = check.down_threshold};
  subject.interval = absl::Milliseconds(check.interval_ms);
  if (subject.quorum != check.quorum) {
    for (auto& [vantage, opinion] : subject.opinions) opinion.judged = Health::kUnknown;
  }
  subject.quorum = check.quorum;
}

bool CheckBoard::Report(const std::string& vantage, const std::vector<CheckResult>& results,
                        absl::Duration now) {
  if (vantages_.count(vantage) == 0 && vantages_.size() >= kVantagesMax) return false;
  vantages_[vantage] = now;
  std::vector<std::pair<Subject*, CheckOutcome>> taken;
  for (const CheckResult& result : results) {
    const auto at = subjects_.find({result.node, result.check});
    if (at == subjects_.end()) continue;
    Opinion& opinion = at->second.opinions[vantage];
    opinion.last = result.outcome;
    opinion.last_at = now;
    if (result.outcome == CheckOutcome::kFailed) {
      opinion.detail = result.detail.substr(0, kDetailBytesMax);
    }
    taken.emplace_back(&at->second, result.outcome);
  }
  if (Blind(vantage, now)) {
    blind_.insert(vantage);
    return true;
  }
  blind_.erase(vantage);
  for (const auto& [subject, outcome] : taken) {
    CheckTrack& track = subject->opinions[vantage].track;
    track.Add(outcome == CheckOutcome::kPassed, subject->thresholds, now);
  }
  return true;
}

std::vector<std::string> CheckBoard::Judge(absl::Duration now) {
  ForgetSilent(now);
  std::map<std::string, Health> words;
  for (auto& [key, subject] : subjects_) {
    JudgeSubject(subject, now);
    Health& word = words[std::string(CheckedOwner(key.first))];
    word = Worse(word, subject.word);
  }
  std::vector<std::string> changed;
  for (const auto& [node, word] : words) {
    if (WordOf(node) != word) changed.push_back(node);
  }
  for (const auto& [node, word] : words_) {
    if (words.count(node) == 0 && word != Health::kUnknown) changed.push_back(node);
  }
  words_ = std::move(words);
  return changed;
}

Health CheckBoard::WordOf(const std::string& node) const {
  const auto at = words_.find(node);
  return at == words_.end() ? Health::kUnknown : at->second;
}

std::string CheckBoard::Describe(const std::string& node, absl::Duration now) const {
  Count worst;
  absl::string_view worst_check;
  bool known = false;
  for (auto at = subjects_.lower_bound({node, ""});
       at != subjects_.end() && CheckedOwner(at->first.first) == node; ++at) {
    const Count count = CountOf(at->second, now);
    known |= at->second.word != Health::kUnknown;
    if (count.down < worst.down || (count.down == worst.down && count.heard <= worst.heard)) {
      continue;
    }
    worst = count;
    worst_check = at->first.second;
  }
  if (worst.down > 0) {
    return absl::StrCat(worst.down, " of ", worst.heard, " vantages down: ", worst_check,
                        worst.detail.empty() ? "" : absl::StrCat(" (", worst.detail, ")"));
  }
  if (worst.heard > 0) return absl::StrCat(worst.heard, " vantages up");
  if (!known) return "";
  return WordOf(node) == Health::kDown ? "no vantage is heard; the last word was down"
                                       : "no vantage is heard; the last word was up";
}

bool CheckBoard::Fresh(const Subject& subject, const Opinion& opinion, absl::Duration now) {
  return now - opinion.last_at <= kHeardIntervals * subject.interval;
}

bool CheckBoard::Blind(const std::string& vantage, absl::Duration now) const {
  std::set<absl::string_view> failing;
  for (const auto& [key, subject] : subjects_) {
    const auto at = subject.opinions.find(vantage);
    if (at == subject.opinions.end() || !Fresh(subject, at->second, now)) continue;
    if (at->second.last == CheckOutcome::kPassed) return false;
    failing.insert(CheckedParty(key.first));
  }
  return failing.size() >= 2;
}

void CheckBoard::JudgeSubject(Subject& subject, absl::Duration now) {
  bool news = false;
  for (auto& [vantage, opinion] : subject.opinions) {
    const bool heard = Fresh(subject, opinion, now) && blind_.count(vantage) == 0;
    const Health word = heard ? opinion.track.WordAt(now) : Health::kUnknown;
    news |= word != Health::kUnknown && word != opinion.judged;
    opinion.judged = word;
  }
  if (!news) return;
  const Count count = CountOf(subject, now);
  const size_t needed = subject.quorum > 0 ? subject.quorum : count.heard / 2 + 1;
  subject.word = count.down >= needed ? Health::kDown : Health::kUp;
}

CheckBoard::Count CheckBoard::CountOf(const Subject& subject, absl::Duration now) const {
  Count count;
  for (const auto& [vantage, opinion] : subject.opinions) {
    if (!Fresh(subject, opinion, now) || blind_.count(vantage) > 0) continue;
    const Health word = opinion.track.WordAt(now);
    if (word == Health::kUnknown) continue;
    ++count.heard;
    if (word != Health::kDown) continue;
    ++count.down;
    count.detail = opinion.track.SuppressedAt(now) && opinion.last == CheckOutcome::kPassed
                       ? "held down: it flaps"
                       : opinion.detail;
  }
  return count;
}

void CheckBoard::ForgetSilent(absl::Duration now) {
  for (auto at = vantages_.begin(); at != vantages_.end();) {
    if (now - at->second <= kForgetVantage) {
      ++at;
      continue;
    }
    for (auto& [key, subject] : subjects_) subject.opinions.erase(at->first);
    blind_.erase(at->first);
    at = vantages_.erase(at);
  }
}

}  // namespace nearcast::scheduler
