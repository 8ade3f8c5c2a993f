#include "proto/resource/secrets.h"

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "nearcast/v1/secret.pb.h"

namespace nearcast::resource {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Resource CdnWith(const std::string& pull_key, const std::string& push_key = "") {
  v1::Resource resource;
  resource.set_name("vendor");
  resource.mutable_cdn()->mutable_pull_signing()->set_key(pull_key);
  if (!push_key.empty()) resource.mutable_cdn()->mutable_push_signing()->set_key(push_key);
  return resource;
}

TEST(SecretsTest, AreHiddenAndNothingElseIs) {
  v1::Resource resource = CdnWith("key-1");
  resource.mutable_cdn()->set_pull_domain("pull.example");
  HideSecrets(resource);
  EXPECT_EQ(resource.cdn().pull_signing().key(), "********");
  EXPECT_EQ(resource.cdn().pull_signing().backup_key(), "") << "what is not set stays so";
  EXPECT_EQ(resource.cdn().pull_domain(), "pull.example");
  v1::Resource account;
  account.mutable_account()->set_sign_secret("s");
  account.mutable_account()->set_account_id("a");
  HideSecrets(account);
  EXPECT_EQ(account.account().sign_secret(), "********");
  EXPECT_EQ(account.account().account_id(), "a");
}

TEST(SecretsTest, AChangeIsToldWithoutTheSecrets) {
  v1::Resource before = CdnWith("key-1", "same");
  v1::Resource after = CdnWith("key-2", "same");
  HideSecrets(before, after);
  EXPECT_EQ(before.cdn().pull_signing().key(), "********");
  EXPECT_EQ(after.cdn().pull_signing().key(), "******** (changed)");
  EXPECT_EQ(after.cdn().push_signing().key(), "********");
}

TEST(SecretsTest, TheMaskKeepsWhatIsStored) {
  const v1::Resource stored = CdnWith("key-1", "key-2");
  v1::Resource put = CdnWith("********", "key-3");
  EXPECT_THAT(KeepSecrets(&stored, put), IsEmpty());
  EXPECT_EQ(put.cdn().pull_signing().key(), "key-1");
  EXPECT_EQ(put.cdn().push_signing().key(), "key-3");
  put = CdnWith("******** (changed)");
  EXPECT_THAT(KeepSecrets(&stored, put), IsEmpty());
  EXPECT_EQ(put.cdn().pull_signing().key(), "key-1");
}

TEST(SecretsTest, AMaskForNothingIsTold) {
  v1::Resource put = CdnWith("********");
  EXPECT_THAT(KeepSecrets(nullptr, put), ElementsAre("spec.pull_signing.key"));
  v1::Resource other;
  other.mutable_account()->set_sign_secret("s");
  put = CdnWith("********");
  EXPECT_THAT(KeepSecrets(&other, put), ElementsAre("spec.pull_signing.key"));
  put = CdnWith("key");
  EXPECT_THAT(KeepSecrets(nullptr, put), IsEmpty());
}

// So that nobody adds a key and forgets to mark it.
void CheckNames(const google::protobuf::Descriptor* type, std::vector<std::string>& unmarked) {
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    if (field->message_type() != nullptr &&
        field->message_type()->file()->package() == "nearcast.v1") {
      CheckNames(field->message_type(), unmarked);
    }
    const std::string& name = field->name();
    const bool sounds_secret = name.find("secret") != std::string::npos || name == "key" ||
                               name.find("_key") != std::string::npos ||
                               name.find("token") != std::string::npos;
    if (sounds_secret && name != "secret_parameter" && name != "use_backup_key" &&
        field->type() == google::protobuf::FieldDescriptor::TYPE_STRING &&
        !field->options().GetExtension(v1::secret)) {
      unmarked.push_back(field->full_name());
    }
  }
}

TEST(SecretsTest, EveryFieldThatSoundsLikeASecretIsMarked) {
  std::vector<std::string> unmarked;
  const auto* spec = v1::Resource::descriptor()->FindOneofByName("spec");
  for (int i = 0; i < spec->field_count(); ++i) {
    CheckNames(spec->field(i)->message_type(), unmarked);
  }
  // The map entries' own "key" is no field of ours.
  std::erase_if(unmarked, [](const std::string& name) {
    return name.find("Entry.key") != std::string::npos;
  });
  EXPECT_THAT(unmarked, IsEmpty());
}

}  // namespace
}  // namespace nearcast::resource
