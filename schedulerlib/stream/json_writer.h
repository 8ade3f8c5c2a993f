// JsonWriter: JSON as one text, member by member, for the renderers of this folder.
//
//   JsonWriter json;
//   json.Open().Member("name", "hd").Key("list").OpenList().Int(1).CloseList().Close();
//   std::string text = json.Take();
//
// It looks for what must be escaped sixteen octets at a time: most of an answer is URLs, which have
// nothing. Bytes are as RapidJSON's writer gives them (RFC 8259).
#ifndef SCHEDULERLIB_STREAM_JSON_WRITER_H_
#define SCHEDULERLIB_STREAM_JSON_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "schedulerlib/stream/text_buffer.h"

namespace nearcast::scheduler {

// Appends what stands between the quotes of a JSON string. `text` is UTF-8 and stays as it is but
// for '"', '\' and control characters.
void AppendJsonEscaped(absl::string_view text, std::string& out);
void AppendJsonEscaped(absl::string_view text, TextBuffer& out);

// Whether AppendJsonEscaped leaves the text as it is.
bool IsJsonPlain(absl::string_view text);

// Values and keys come in the order of a JSON text; commas follow by themselves.
class JsonWriter {
 public:
  explicit JsonWriter(size_t expected_size = 0) : out_(expected_size) {}

  JsonWriter& Open() { return Begin('{'); }
  JsonWriter& Close() { return End('}'); }
  JsonWriter& OpenList() { return Begin('['); }
  JsonWriter& CloseList() { return End(']'); }
  // A key of the renderer's own: nothing in it must be escaped.
  JsonWriter& Key(absl::string_view key) {
    Value();
    out_.Append('"');
    out_.Append(key);
    out_.Append("\":");
    is_first_ = true;
    return *this;
  }
  JsonWriter& AnyKey(absl::string_view key) {
    Text(key);
    out_.Append(':');
    is_first_ = true;
    return *this;
  }
  JsonWriter& Text(absl::string_view value) {
    Value();
    out_.Append('"');
    AppendJsonEscaped(value, out_);
    return out_.Append('"'), *this;
  }
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }

  // A value that is JSON already: "1.4", "{}".
  JsonWriter& Raw(absl::string_view json) { return Value(), out_.Append(json), *this; }

  // A string whose escapes are written already.
  JsonWriter& RawText(absl::string_view escaped) {
    Value();
    out_.Append('"');
    out_.Append(escaped);
    return out_.Append('"'), *this;
  }

  JsonWriter& Member(absl::string_view key, absl::string_view value) {
    return Key(key).Text(value);
  }
  JsonWriter& Member(absl::string_view key, int64_t value) { return Key(key).Int(value); }

  // What has been written; until more is.
  absl::string_view text() const { return out_.text(); }

  std::string Take() const { return std::string(out_.text()); }

 private:
  // Before a key or a value: a comma, unless it is the first of its object or list, or a member's.
  void Value() {
    if (!is_first_) out_.Append(',');
    is_first_ = false;
  }
  JsonWriter& Begin(char bracket) {
    Value();
    out_.Append(bracket);
    is_first_ = true;
    return *this;
  }
  JsonWriter& End(char bracket) {
    out_.Append(bracket);
    is_first_ = false;
    return *this;
  }

  TextBuffer out_;
  bool is_first_ = true;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_JSON_WRITER_H_
