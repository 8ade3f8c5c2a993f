// JsonWriter: JSON as one text, member by member, for the renderers of this folder.
//
//   JsonWriter json;
//   json.Open().Member("name", "hd").Key("list").OpenList().Int(1).CloseList().Close();
//   std::string text = json.Take();
//
// It appends to a string and looks for what must be escaped sixteen octets at a time: most of an
// answer is URLs, which have nothing. Bytes are as RapidJSON's writer gives them (RFC 8259).
#ifndef SCHEDULERLIB_STREAM_JSON_WRITER_H_
#define SCHEDULERLIB_STREAM_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

// Appends what stands between the quotes of a JSON string. `text` is UTF-8 and stays as it is but
// for '"', '\' and control characters.
void AppendJsonEscaped(absl::string_view text, std::string& out);

// Whether AppendJsonEscaped leaves the text as it is.
bool IsJsonPlain(absl::string_view text);

// Values and keys come in the order of a JSON text; commas follow by themselves.
class JsonWriter {
 public:
  JsonWriter() = default;
  explicit JsonWriter(size_t expected_size) { out_.reserve(expected_size); }

  JsonWriter& Open() { return Value(), out_.push_back('{'), *this; }
  JsonWriter& Close() { return out_.push_back('}'), *this; }
  JsonWriter& OpenList() { return Value(), out_.push_back('['), *this; }
  JsonWriter& CloseList() { return out_.push_back(']'), *this; }
  // A key of the renderer's own: nothing in it must be escaped.
  JsonWriter& Key(absl::string_view key) { return RawText(key), out_.push_back(':'), *this; }
  JsonWriter& AnyKey(absl::string_view key) { return Text(key), out_.push_back(':'), *this; }
  JsonWriter& Text(absl::string_view value) {
    Value();
    out_.push_back('"');
    AppendJsonEscaped(value, out_);
    return out_.push_back('"'), *this;
  }
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }

  // A value that is JSON already: "1.4", "{}".
  JsonWriter& Raw(absl::string_view json) {
    return Value(), out_.append(json.data(), json.size()), *this;
  }

  // A string whose escapes are written already.
  JsonWriter& RawText(absl::string_view escaped) {
    Value();
    out_.push_back('"');
    out_.append(escaped.data(), escaped.size());
    return out_.push_back('"'), *this;
  }

  JsonWriter& Member(absl::string_view key, absl::string_view value) {
    return Key(key).Text(value);
  }
  JsonWriter& Member(absl::string_view key, int64_t value) { return Key(key).Int(value); }

  // How much has been written.
  size_t size() const { return out_.size(); }

  // The text, once; the writer is empty after that.
  std::string Take() { return std::exchange(out_, std::string()); }

 private:
  // Before a key or a value: a comma, unless it is the first of its object or list, or a member's.
  void Value() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_.push_back(',');
  }

  std::string out_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_JSON_WRITER_H_
