#include "probe/http_answer.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace nearcast::probe {
namespace {

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("not HTTP: ", what));
}

}  // namespace

absl::Status HttpAnswer::Read(absl::string_view input, std::string* body) {
  std::string line;
  while (!input.empty()) {
    switch (state_) {
      case State::kHead:
        NC_RETURN_IF_ERROR(ReadHead(&input));
        break;
      case State::kLength:
        ReadCounted(State::kDone, &input, body);
        break;
      case State::kUntilClose:
        absl::StrAppend(body, input);
        return absl::OkStatus();
      case State::kChunk:
        ReadCounted(State::kChunkEnd, &input, body);
        break;
      case State::kChunkEnd:
        if (TakeLine(&input, &line)) state_ = State::kChunkSize;
        break;
      case State::kChunkSize:
        if (TakeLine(&input, &line)) NC_RETURN_IF_ERROR(ReadChunkSize(line));
        break;
      case State::kTrailer:
        if (TakeLine(&input, &line) && line.empty()) state_ = State::kDone;
        break;
      case State::kDone:
        return absl::OkStatus();
    }
    if (buffer_.size() > kHeadBytesMax) return Malformed("a head or line without end");
  }
  return absl::OkStatus();
}

absl::Status HttpAnswer::ReadHead(absl::string_view* input) {
  // What is not HTTP at all is told by its first bytes.
  const size_t before = buffer_.size();
  absl::StrAppend(&buffer_, input->substr(0, kHeadBytesMax + 4));
  const absl::string_view begin = absl::string_view(buffer_).substr(0, 7);
  if (!absl::StartsWith("HTTP/1.", begin)) return Malformed("it does not begin with HTTP/1");
  const size_t end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    *input = absl::string_view();
    return absl::OkStatus();
  }
  input->remove_prefix(end + 4 - before);
  const std::string head = buffer_.substr(0, end);
  buffer_.clear();
  return ParseHead(head);
}

absl::Status HttpAnswer::ParseHead(absl::string_view head) {
  const std::vector<absl::string_view> lines = absl::StrSplit(head, "\r\n");
  const std::vector<absl::string_view> words = absl::StrSplit(lines[0], ' ');
  if (words.size() < 2 || words[1].size() != 3 || !absl::SimpleAtoi(words[1], &status_)) {
    return Malformed("no status");
  }
  state_ = State::kUntilClose;
  for (size_t i = 1; i < lines.size(); ++i) {
    const size_t colon = lines[i].find(':');
    if (colon == absl::string_view::npos) continue;
    const absl::string_view name = lines[i].substr(0, colon);
    const absl::string_view value = absl::StripAsciiWhitespace(lines[i].substr(colon + 1));
    if (absl::EqualsIgnoreCase(name, "transfer-encoding")) {
      if (!absl::EqualsIgnoreCase(value, "chunked")) return Malformed("unknown transfer encoding");
      state_ = State::kChunkSize;
    } else if (absl::EqualsIgnoreCase(name, "content-length") && state_ != State::kChunkSize) {
      if (!absl::SimpleAtoi(value, &left_)) return Malformed("content length");
      state_ = State::kLength;
    }
  }
  if (status_ >= 100 && status_ <= 199) state_ = State::kHead;  // the real one follows
  if (status_ == 204 || status_ == 304) state_ = State::kDone;
  if (state_ == State::kLength && left_ == 0) state_ = State::kDone;
  return absl::OkStatus();
}

absl::Status HttpAnswer::ReadChunkSize(absl::string_view line) {
  const absl::string_view digits = line.substr(0, line.find(';'));
  const auto is_hex = [](char c) { return absl::ascii_isxdigit(c); };
  left_ = 0;
  if (digits.empty() || digits.size() > 8 || !std::all_of(digits.begin(), digits.end(), is_hex) ||
      !absl::SimpleHexAtoi(digits, &left_)) {
    return Malformed("chunk size");
  }
  state_ = left_ == 0 ? State::kTrailer : State::kChunk;
  return absl::OkStatus();
}

void HttpAnswer::ReadCounted(State next, absl::string_view* input, std::string* body) {
  const absl::string_view taken = input->substr(0, std::min<uint64_t>(left_, input->size()));
  absl::StrAppend(body, taken);
  input->remove_prefix(taken.size());
  left_ -= taken.size();
  if (left_ == 0) state_ = next;
}

bool HttpAnswer::TakeLine(absl::string_view* input, std::string* line) {
  const size_t end = input->find('\n');
  if (end == absl::string_view::npos) {
    absl::StrAppend(&buffer_, *input);
    *input = absl::string_view();
    return false;
  }
  absl::StrAppend(&buffer_, input->substr(0, end));
  input->remove_prefix(end + 1);
  if (!buffer_.empty() && buffer_.back() == '\r') buffer_.pop_back();
  *line = std::move(buffer_);
  buffer_.clear();
  return true;
}

}  // namespace nearcast::probe
