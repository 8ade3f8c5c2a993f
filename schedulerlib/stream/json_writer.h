// JsonWriter: RapidJSON's writer with absl::string_view keys and values, for the renderers of this
// folder.
#ifndef SCHEDULERLIB_STREAM_JSON_WRITER_H_
#define SCHEDULERLIB_STREAM_JSON_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace nearcast::scheduler {

// Values and keys come in the order of a JSON text; Take gives the text once.
class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {}

  JsonWriter& Open() { return writer_.StartObject(), *this; }
  JsonWriter& Close() { return writer_.EndObject(), *this; }
  JsonWriter& OpenList() { return writer_.StartArray(), *this; }
  JsonWriter& CloseList() { return writer_.EndArray(), *this; }
  JsonWriter& Key(absl::string_view key) {
    return writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size())), *this;
  }
  JsonWriter& Text(absl::string_view value) {
    return writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size())), *this;
  }
  JsonWriter& Int(int64_t value) { return writer_.Int64(value), *this; }
  JsonWriter& Bool(bool value) { return writer_.Bool(value), *this; }
  JsonWriter& Null() { return writer_.Null(), *this; }

  JsonWriter& Member(absl::string_view key, absl::string_view value) {
    return Key(key).Text(value);
  }
  JsonWriter& Member(absl::string_view key, int64_t value) { return Key(key).Int(value); }

  std::string Take() const { return std::string(buffer_.GetString(), buffer_.GetSize()); }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_JSON_WRITER_H_
