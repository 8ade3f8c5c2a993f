#include "tools/nearcastctl/explanation_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace nearcast::ctl {
namespace {

constexpr int kIndent = 2;

std::string Title(const std::string& title, TextStyle style) {
  return absl::StrCat("\n", Strong(title, style), "\n");
}

std::string Cost(double cost_ms) {
  return absl::StrFormat(cost_ms >= 10 ? "%.0f ms" : "%.1f ms", cost_ms);
}

std::string WriteSteps(const v1::Explanation& explanation) {
  std::string text;
  const int width = static_cast<int>(absl::StrCat(explanation.steps_size()).size());
  const std::string further_line = absl::StrCat("\n", std::string(kIndent + width + 2, ' '));
  for (int i = 0; i < explanation.steps_size(); ++i) {
    const std::string step = absl::StrReplaceAll(explanation.steps(i), {{"\n", further_line}});
    absl::StrAppend(&text, absl::StrFormat("%*s%*d. %s\n", kIndent, "", width, i + 1, step));
  }
  return text;
}

std::string WriteCandidates(const v1::Explanation& explanation, TextStyle style) {
  Table table({{" "},
               {"NODE"},
               {"CDN"},
               {"COST", Table::Align::kRight},
               {"RUNG"},
               {"HEALTH"},
               {"VERDICT"}});
  for (const v1::Explanation::Candidate& candidate : explanation.candidates()) {
    table.AddRow(
        {candidate.chosen() ? ">" : " ", candidate.node(), candidate.cdn(),
         Cost(candidate.cost_ms()), candidate.rung(), candidate.health(), candidate.verdict()},
        candidate.chosen() ? Table::Weight::kStrong : Table::Weight::kNormal);
  }
  return table.Write(style, kIndent);
}

}  // namespace

std::string WriteExplanation(absl::string_view question, const v1::Explanation& explanation,
                             TextStyle style) {
  std::string text = absl::StrCat(Strong(std::string(question), style), ", by revision ",
                                  explanation.revision(), "\n");
  if (!explanation.steps().empty()) {
    absl::StrAppend(&text, Title("Steps", style), WriteSteps(explanation));
  }
  if (!explanation.candidates().empty()) {
    absl::StrAppend(&text, Title("Candidates", style), WriteCandidates(explanation, style));
  }
  absl::StrAppend(&text, Title("Answer", style));
  for (const std::string& answer : explanation.answer()) {
    absl::StrAppend(&text, std::string(kIndent, ' '), answer, "\n");
  }
  if (explanation.answer().empty()) absl::StrAppend(&text, "  none\n");
  return text;
}

}  // namespace nearcast::ctl
