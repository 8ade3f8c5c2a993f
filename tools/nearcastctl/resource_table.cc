#include "tools/nearcastctl/resource_table.h"

#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "proto/resource/kind.h"
#include "proto/yaml/scalar_field.h"
#include "proto/yaml/scalar_text.h"

namespace nearcast::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A column shows a field; `otherwise` stands for what the schema says of a field that is not set.
struct FieldColumn {
  std::string title;
  std::string field;
  std::string otherwise;
};

const std::vector<FieldColumn>* FindColumns(const std::string& kind) {
  static const auto* columns = new std::map<std::string, std::vector<FieldColumn>>{
      {"Node",
       {{"CDN", "cdn", ""},
        {"LOCATION", "location", ""},
        {"ADDRESSES", "addresses", ""},
        {"STATE", "admin_state", "active"}}},
      {"Domain", {{"SCHEDULED NAMES", "scheduled_names", ""}}},
      {"Cdn",
       {{"OF KIND", "kind", "vendor"},
        {"ADDRESSING", "addressing", "domain"},
        {"PULL", "pull_domain", ""},
        {"PUSH", "push_domain", ""},
        {"DISABLED", "disabled", "false"}}},
      {"RatioRule",
       {{"SCOPE", "scope", "everything"}, {"MAIN", "main", ""}, {"BACKUP", "backup", "as main"}}},
      {"PublishPoint",
       {{"APP", "app", "live"},
        {"PUSH CDNS", "push_cdns", ""},
        {"TIERS", "transcode_templates", ""},
        {"STANDBY", "standby", "none"},
        {"QUALITY", "quality_policy", ""}}},
      {"TranscodeTemplate",
       {{"TIER", "tier", ""},
        {"CODEC", "codec", "h264"},
        {"WIDTH", "width", ""},
        {"HEIGHT", "height", ""},
        {"BITS/S", "bitrate_bps", ""},
        {"FPS", "fps", ""},
        {"SIDE", "side", "pull_side"}}},
      {"Switch", {{"OFF", "off", ""}, {"PRIORITY", "priority", ""}, {"UNTIL", "expire_time", "stays"}}},
      {"QualityPolicy", {{"DEFAULT", "default_tier", ""}, {"BY GRADE", "by_grade", ""}}},
      {"LatencyPolicy",
       {{"TARGET MS", "target_ms", ""},
        {"DIFFERENCE MS", "difference_ms", "any"},
        {"WORST MS", "worst_target_ms", "solved"},
        {"GOP MS", "gop_ms", "solved"},
        {"GOP CACHE MS", "gop_cache_ms", "solved"}}},
  };
  const auto found = columns->find(kind);
  return found == columns->end() ? nullptr : &found->second;
}

std::vector<FieldColumn> MakeColumns(const google::protobuf::Descriptor* type) {
  std::vector<FieldColumn> columns;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const bool one_value =
        !field->is_repeated() && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
    if (one_value) columns.push_back({absl::AsciiStrToUpper(field->name()), field->name(), ""});
  }
  return columns;
}

// As text on one line, unquoted.
std::string ShowScalar(const Message& message, const FieldDescriptor* field, int index) {
  if (field->type() != FieldDescriptor::TYPE_STRING) {
    return yaml::WriteScalarField(message, field, index);
  }
  const auto* reflection = message.GetReflection();
  std::string text = index < 0 ? reflection->GetString(message, field)
                               : reflection->GetRepeatedString(message, field, index);
  const size_t end = text.find('\n');
  return end == std::string::npos ? text : absl::StrCat(text.substr(0, end), " …");
}

bool IsScalar(const FieldDescriptor* field) {
  return field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
         yaml::IsScalarMessage(field->message_type());
}

// A list's message by its first two fields: "own=70".
std::string ShowPair(const Message& message) {
  std::vector<std::string> parts;
  const auto* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count() && parts.size() < 2; ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!field->is_repeated() && IsScalar(field)) parts.push_back(ShowScalar(message, field, -1));
  }
  return absl::StrJoin(parts, "=");
}

std::string ShowMessage(const Message& message) {
  if (message.GetDescriptor() == v1::Location::descriptor()) {
    return DescribeLocation(static_cast<const v1::Location&>(message));
  }
  if (message.GetDescriptor() == v1::RatioRule::Scope::descriptor()) {
    return DescribeScope(static_cast<const v1::RatioRule::Scope&>(message));
  }
  return ShowPair(message);
}

std::string ShowField(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  if (!field->is_repeated()) {
    if (!reflection->HasField(message, field)) return "";
    return IsScalar(field) ? ShowScalar(message, field, -1)
                           : ShowMessage(reflection->GetMessage(message, field));
  }
  std::vector<std::string> items;
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    items.push_back(IsScalar(field) ? ShowScalar(message, field, i)
                                    : ShowPair(reflection->GetRepeatedMessage(message, field, i)));
  }
  return absl::StrJoin(items, ",");
}

std::string WriteTable(const std::string& kind, std::span<const v1::Resource* const> resources,
                       TextStyle style) {
  const auto* type = resource::SpecOf(*resources.front())->GetDescriptor();
  const std::vector<FieldColumn>* known = FindColumns(kind);
  const std::vector<FieldColumn> fields = known != nullptr ? *known : MakeColumns(type);
  std::vector<Table::Column> columns = {{absl::AsciiStrToUpper(kind)}};
  for (const FieldColumn& field : fields) columns.push_back({field.title});
  columns.push_back({"REVISION", Table::Align::kRight});
  Table table(columns);
  for (const v1::Resource* resource : resources) {
    std::vector<std::string> cells = {resource->name()};
    for (const FieldColumn& column : fields) {
      const FieldDescriptor* field = type->FindFieldByName(column.field);
      std::string shown = ShowField(*resource::SpecOf(*resource), field);
      cells.push_back(shown.empty() ? column.otherwise : shown);
    }
    cells.push_back(absl::StrCat(resource->revision()));
    table.AddRow(std::move(cells));
  }
  return table.Write(style);
}

}  // namespace

std::string WriteResourceTables(std::span<const v1::Resource> resources, TextStyle style) {
  std::map<std::string, std::vector<const v1::Resource*>> by_kind;
  for (const v1::Resource& resource : resources) {
    if (resource::SpecOf(resource) != nullptr) {
      by_kind[resource::KindOf(resource)].push_back(&resource);
    }
  }
  std::string text;
  for (const auto& [kind, some] : by_kind) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", WriteTable(kind, some, style));
  }
  return text;
}

std::string DescribeLocation(const v1::Location& location) {
  std::vector<std::string> places;
  for (const std::string& place : {location.country(), location.region(), location.city()}) {
    if (!place.empty()) places.push_back(place);
  }
  const std::string joined = absl::StrJoin(places, "/");
  return absl::StrCat(joined, joined.empty() || location.isp().empty() ? "" : " ", location.isp());
}

std::string DescribeScope(const v1::RatioRule::Scope& scope) {
  std::vector<std::string> parts;
  const auto* type = scope.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const std::string value = ShowScalar(scope, field, -1);
    if (!value.empty()) parts.push_back(absl::StrCat(field->name(), "=", value));
  }
  return parts.empty() ? "everything" : absl::StrJoin(parts, " ");
}

}  // namespace nearcast::ctl
