#include "schedulerlib/zone/zone_entries.h"

#include <utility>

namespace nearcast::scheduler::zone {
namespace {

class Splitter {
 public:
  // The text's characters one by one, with a line end after the last.
  void Take(char c) {
    if (escaped_) {
      escaped_ = false;
      if (c != '\n') return entry_.text.push_back(c);
    }
    if (c == '\n') return EndLine();
    if (in_comment_ || c == '\r') return;
    if (c == '\0') return Fail("has a NUL octet");
    if (c == '"') in_quotes_ = !in_quotes_;
    if (c == '\\') escaped_ = true;
    if (in_quotes_ || c == '"' || c == '\\') return Append(c);
    if (c == ';') {
      in_comment_ = true;
    } else if (c == '(') {
      ++depth_;
      Append(' ');
    } else if (c == ')') {
      CloseParenthesis();
    } else {
      Append(c == '\t' ? ' ' : c);
    }
  }

  ZoneEntries Finish() {
    if (depth_ > 0) {
      depth_ = 0;
      is_bad_ = true;
      Report(entry_.line, "opens a parenthesis that is never closed");
    }
    EndEntry();
    return std::move(result_);
  }

 private:
  void Append(char c) {
    if (entry_.text.empty()) entry_.line = line_;
    if (c != ' ') is_blank_ = false;
    entry_.text.push_back(c);
  }

  void CloseParenthesis() {
    if (depth_ == 0) return Fail("closes a parenthesis that was not opened");
    --depth_;
    Append(' ');
  }

  void EndLine() {
    if (in_quotes_) Fail("opens a quote that the line does not close");
    in_quotes_ = false;
    in_comment_ = false;
    if (depth_ == 0) EndEntry();
    // Within parentheses a line's end is a blank.
    if (depth_ > 0) Append(' ');
    ++line_;
  }

  void EndEntry() {
    if (!is_blank_ && !is_bad_) result_.entries.push_back(std::move(entry_));
    entry_ = ZoneEntry();
    is_blank_ = true;
    is_bad_ = false;
  }

  void Fail(absl::string_view message) {
    is_bad_ = true;
    Report(line_, message);
  }

  void Report(int line, absl::string_view message) {
    result_.problems.push_back({line, std::string(message.data(), message.size())});
  }

  ZoneEntries result_;
  ZoneEntry entry_;
  int line_ = 1;
  int depth_ = 0;
  bool in_quotes_ = false;
  bool in_comment_ = false;
  bool escaped_ = false;
  bool is_blank_ = true;
  bool is_bad_ = false;
};

}  // namespace

ZoneEntries SplitEntries(absl::string_view text) {
  Splitter splitter;
  for (const char c : text) splitter.Take(c);
  if (!text.empty() && text.back() != '\n') splitter.Take('\n');
  return splitter.Finish();
}

}  // namespace nearcast::scheduler::zone
