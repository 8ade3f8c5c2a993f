#include "schedulerlib/standby/fed_lines.h"

#include "schedulerlib/standby/carrier.h"

namespace nearcast::scheduler {
namespace {

class Chooser {
 public:
  explicit Chooser(const FedLinesQuestion& question) : question_(question) {}

  std::optional<size_t> Feed(CdnIndex cdn) const {
    return FeedOf(question_.stream, question_.snapshot.cdn(cdn).spec.name);
  }

  bool IsDry(CdnIndex cdn) const { return !Feed(cdn).has_value(); }

  // The CDN that a push line goes to, if it may carry the viewer and is fed by that very line.
  std::optional<CdnIndex> CdnOf(size_t line, absl::FunctionRef<bool(CdnIndex)> may) const {
    const auto cdn = question_.snapshot.FindCdn(question_.stream.push_lines[line].cdn);
    const bool good = cdn && may(*cdn) && Feed(*cdn) == line;
    return good ? cdn : std::nullopt;
  }

  void MoveMain(FedLines& lines) const {
    if (!IsDry(lines.main)) return;
    std::optional<CdnIndex> fed = lines.backup;
    if (!fed || IsDry(*fed)) fed = CdnOf(0, question_.may_carry);
    if (!fed) fed = CdnOf(1, question_.may_carry);
    if (!fed) return;
    if (lines.backup == fed) lines.backup.reset();
    lines.main = *fed;
    lines.main_moved = true;
  }

  void MoveBackup(FedLines& lines) const {
    if (lines.backup && IsDry(*lines.backup) && !IsDry(lines.main)) {
      lines.backup.reset();
      lines.backup_moved = true;
    }
    const auto main = Feed(lines.main);
    if (!question_.may_move_backup || !main) return;
    if (lines.backup && Feed(*lines.backup) != main) return;
    const auto other = CdnOf(1 - *main, question_.may_back_up);
    if (!other || other == lines.main) return;
    lines.backup = other;
    lines.backup_moved = true;
  }

 private:
  const FedLinesQuestion& question_;
};

}  // namespace

FedLines ChooseFedLines(const FedLinesQuestion& question, FedLines wanted) {
  if (question.stream.push_lines.size() != 2) return wanted;
  const Chooser chooser(question);
  chooser.MoveMain(wanted);
  if (question.may_have_backup) chooser.MoveBackup(wanted);
  return wanted;
}

}  // namespace nearcast::scheduler
