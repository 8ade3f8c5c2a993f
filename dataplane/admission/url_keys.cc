#include "dataplane/admission/url_keys.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "proto/yaml/message_reader.h"
#include "proto/yaml/problem_list.h"
#include "proto/yaml/yaml_tree.h"
#include "signing/convert/signing_convert.h"
#include "signing/signing_problems.h"

namespace nearcast::admission {
namespace {

constexpr yaml::YamlBounds kBounds = {.octets_max = 64 << 10, .nodes_max = 1000, .depth_max = 8};

void Check(absl::string_view which, const Signing& signing, absl::string_view file,
           const yaml::FieldPositions& positions, yaml::ProblemList* problems) {
  FindSigningProblems(signing, [&](absl::string_view field, absl::string_view text) {
    const std::string path = absl::StrCat(which, ".", field);
    auto at = positions.find(path);
    if (at == positions.end()) at = positions.find(which);  // a field that is not there
    problems->Add(file, at == positions.end() ? yaml::Position() : at->second,
                  absl::StrCat(path, " ", text));
  });
}

}  // namespace

UrlKeys UrlKeysOf(const v1::UrlKeys& from) {
  return {.push = SigningOf(from.push(), kPushValidityS),
          .pull = SigningOf(from.pull(), kPullValidityS)};
}

absl::StatusOr<UrlKeys> ParseUrlKeys(absl::string_view text, const std::string& file) {
  yaml::ProblemList problems;
  yaml::FieldPositions positions;
  v1::UrlKeys message;
  const yaml::YamlTree tree = yaml::ParseYaml(text, file, kBounds, &problems);
  yaml::MessageReader reader(file, kBounds.nodes_max, &problems);
  for (const yaml::YamlNode* document : tree.documents) {
    reader.Read(*document, "keys", &message, &positions);
  }
  const UrlKeys keys = UrlKeysOf(message);
  if (problems.count() == 0) {
    Check("keys.push", keys.push, file, positions, &problems);
    Check("keys.pull", keys.pull, file, positions, &problems);
  }
  if (absl::Status status = problems.ToStatus(); !status.ok()) return status;
  return keys;
}

absl::StatusOr<UrlKeys> ReadUrlKeys(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return absl::NotFoundError(absl::StrCat(file, ": cannot be read, or is empty"));
  }
  return ParseUrlKeys(text.str(), file);
}

}  // namespace nearcast::admission
