#include "tools/nearcastctl/output.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/wrappers.pb.h"
#include "proto/resource/kind.h"
#include "proto/yaml/resource_writer.h"

namespace nearcast::ctl {
namespace {

using google::protobuf::Message;

enum class UnsetFields { kShow, kLeaveOut };

std::string MessageJson(const Message& message, UnsetFields unset) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = unset == UnsetFields::kShow;
  std::string text;
  NC_CHECK(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  absl::StripTrailingAsciiWhitespace(&text);
  return text;
}

std::string TextJson(const std::string& text) {
  google::protobuf::StringValue value;
  value.set_value(text);
  return MessageJson(value, UnsetFields::kLeaveOut);
}

// All lines but the first one step to the right.
std::string Indented(const std::string& json) { return absl::StrReplaceAll(json, {{"\n", "\n "}}); }

std::string ResourceJson(const v1::Resource& resource) {
  const Message* spec = resource::SpecOf(resource);
  NC_CHECK(spec != nullptr);
  return absl::StrCat(
      "{\n \"kind\": ", TextJson(resource::KindOf(resource)),
      ",\n \"name\": ", TextJson(resource.name()), ",\n \"revision\": ", resource.revision(),
      ",\n \"spec\": ", Indented(MessageJson(*spec, UnsetFields::kLeaveOut)), "\n}");
}

}  // namespace

absl::StatusOr<OutputFormat> ParseOutputFormat(absl::string_view name) {
  if (name == "table") return OutputFormat::kTable;
  if (name == "json") return OutputFormat::kJson;
  if (name == "yaml") return OutputFormat::kYaml;
  return absl::InvalidArgumentError(
      absl::StrCat("unknown output format \"", name, "\"; write table, json or yaml"));
}

std::string WriteJson(const Message& message) {
  return absl::StrCat(MessageJson(message, UnsetFields::kShow), "\n");
}

std::string WriteResourceJson(const v1::Resource& resource) {
  return absl::StrCat(ResourceJson(resource), "\n");
}

std::string WriteResourcesJson(std::span<const v1::Resource> resources) {
  if (resources.empty()) return "[]\n";
  std::vector<std::string> items;
  for (const v1::Resource& resource : resources) {
    items.push_back(absl::StrCat(" ", Indented(ResourceJson(resource))));
  }
  return absl::StrCat("[\n", absl::StrJoin(items, ",\n"), "\n]\n");
}

std::string WriteResourcesYaml(std::span<const v1::Resource> resources) {
  std::string text;
  for (const v1::Resource& resource : resources) {
    absl::StrAppend(&text, text.empty() ? "" : "---\n", "# revision ", resource.revision(), "\n",
                    yaml::WriteResource(resource));
  }
  return text;
}

}  // namespace nearcast::ctl
