#include "proto/resource/kind.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "nearcast/v1/config.pb.h"
#include "proto/resource/nearest_name.h"

namespace nearcast::resource {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

const OneofDescriptor* SpecOneof() { return v1::Resource::descriptor()->FindOneofByName("spec"); }

const FieldDescriptor* FindSpecField(absl::string_view kind) {
  const OneofDescriptor* spec = SpecOneof();
  for (int i = 0; i < spec->field_count(); ++i) {
    if (spec->field(i)->message_type()->name() == kind) return spec->field(i);
  }
  return nullptr;
}

const FieldDescriptor* SetSpecField(const v1::Resource& resource) {
  return resource.GetReflection()->GetOneofFieldDescriptor(resource, SpecOneof());
}

std::string Initials(absl::string_view kind) {
  std::string initials;
  for (char c : kind) {
    if (absl::ascii_isupper(c)) initials += absl::ascii_tolower(c);
  }
  return initials;
}

// "Ratio-Rules" -> "ratiorules"
std::string Plain(absl::string_view typed) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(typed), {{"-", ""}, {"_", ""}});
}

bool IsWholeName(absl::string_view plain, absl::string_view kind) {
  const std::string one = absl::AsciiStrToLower(kind);
  std::string many = absl::StrCat(one, "s");
  if (absl::EndsWith(one, "y")) many = absl::StrCat(one.substr(0, one.size() - 1), "ies");
  return plain == one || plain == many || plain == absl::StrCat(one, "s");
}

bool IsShortName(absl::string_view plain, absl::string_view kind) {
  const std::string initials = Initials(kind);
  return absl::StartsWith(absl::AsciiStrToLower(kind), plain) ||
         (initials.size() > 1 && initials == plain);
}

}  // namespace

std::string KindOf(const v1::Resource& resource) {
  const FieldDescriptor* field = SetSpecField(resource);
  return field == nullptr ? "" : field->message_type()->name();
}

const std::vector<std::string>& ListKinds() {
  static const auto* kinds = [] {
    auto* names = new std::vector<std::string>;
    const OneofDescriptor* spec = SpecOneof();
    for (int i = 0; i < spec->field_count(); ++i) {
      names->push_back(spec->field(i)->message_type()->name());
    }
    std::sort(names->begin(), names->end());
    return names;
  }();
  return *kinds;
}

const google::protobuf::Message* SpecOf(const v1::Resource& resource) {
  const FieldDescriptor* field = SetSpecField(resource);
  if (field == nullptr) return nullptr;
  return &resource.GetReflection()->GetMessage(resource, field);
}

google::protobuf::Message* MutableSpec(v1::Resource* resource, absl::string_view kind) {
  const FieldDescriptor* field = FindSpecField(kind);
  if (field == nullptr) return nullptr;
  return resource->GetReflection()->MutableMessage(resource, field);
}

absl::StatusOr<std::string> ParseKind(absl::string_view typed) {
  const std::string plain = Plain(typed);
  std::vector<std::string> short_matches;
  for (const std::string& kind : ListKinds()) {
    if (IsWholeName(plain, kind)) return kind;
    if (!plain.empty() && IsShortName(plain, kind)) short_matches.push_back(kind);
  }
  if (short_matches.size() == 1) return short_matches.front();
  return absl::InvalidArgumentError(
      absl::StrCat("unknown kind \"", typed, "\"", SuggestName(typed, ListKinds(), "kinds")));
}

}  // namespace nearcast::resource
