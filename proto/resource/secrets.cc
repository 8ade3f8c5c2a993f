#include "proto/resource/secrets.h"

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "nearcast/v1/secret.pb.h"
#include "proto/resource/kind.h"

namespace nearcast::resource {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsSecret(const FieldDescriptor* field) {
  return field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated() &&
         field->options().GetExtension(v1::secret);
}

// Calls `visit` for every secret of `message` that is set, with the other message's value at the
// same place ("" where there is none). Secrets stand in single messages, never in lists.
using Visit = absl::FunctionRef<void(absl::string_view path, absl::string_view other,
                                     Message& holder, const FieldDescriptor* field)>;
void ForEachSecret(Message& message, const Message* other, const std::string& path, Visit visit) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string at = absl::StrCat(path, ".", field->name());
    if (IsSecret(field)) {
      visit(at, other == nullptr ? "" : other->GetReflection()->GetString(*other, field), message,
            field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      const bool has = other != nullptr && other->GetReflection()->HasField(*other, field);
      ForEachSecret(*reflection->MutableMessage(&message, field),
                    has ? &other->GetReflection()->GetMessage(*other, field) : nullptr, at, visit);
    }
  }
}

// The specs are of one kind, or there is none of `other`.
const Message* SpecLike(const v1::Resource* other, const Message& spec) {
  const Message* found = other == nullptr ? nullptr : SpecOf(*other);
  return found != nullptr && found->GetDescriptor() == spec.GetDescriptor() ? found : nullptr;
}

void Set(Message& holder, const FieldDescriptor* field, absl::string_view value) {
  holder.GetReflection()->SetString(&holder, field, std::string(value));
}

Message* MutableSpecOf(v1::Resource& resource) { return MutableSpec(&resource, KindOf(resource)); }

std::string Get(const Message& holder, const FieldDescriptor* field) {
  return holder.GetReflection()->GetString(holder, field);
}

}  // namespace

void HideSecrets(v1::Resource& resource) {
  Message* spec = MutableSpecOf(resource);
  if (spec == nullptr) return;
  ForEachSecret(*spec, nullptr, "spec",
                [](absl::string_view, absl::string_view, Message& holder,
                   const FieldDescriptor* field) { Set(holder, field, kSecretMask); });
}

void HideSecrets(v1::Resource& before, v1::Resource& after) {
  if (Message* spec = MutableSpecOf(after); spec != nullptr) {
    ForEachSecret(*spec, SpecLike(&before, *spec), "spec",
                  [](absl::string_view, absl::string_view other, Message& holder,
                     const FieldDescriptor* field) {
                    const bool same = other.empty() || other == Get(holder, field);
                    Set(holder, field, absl::StrCat(kSecretMask, same ? "" : " (changed)"));
                  });
  }
  HideSecrets(before);
}

std::vector<std::string> KeepSecrets(const v1::Resource* stored, v1::Resource& put) {
  std::vector<std::string> missing;
  Message* spec = MutableSpecOf(put);
  if (spec == nullptr) return missing;
  ForEachSecret(*spec, SpecLike(stored, *spec), "spec",
                [&missing](absl::string_view path, absl::string_view other, Message& holder,
                           const FieldDescriptor* field) {
                  if (!absl::StartsWith(Get(holder, field), kSecretMask)) return;
                  if (other.empty()) missing.push_back(std::string(path));
                  Set(holder, field, other);
                });
  return missing;
}

}  // namespace nearcast::resource
