// MessageReader: YAML nodes into any protobuf message, by reflection: a new field of the schema is
// read without a change here.
#ifndef PROTO_YAML_MESSAGE_READER_H_
#define PROTO_YAML_MESSAGE_READER_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "proto/yaml/position.h"
#include "proto/yaml/problem_list.h"
#include "proto/yaml/yaml_tree.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace nearcast::yaml {

// Where each field stands, by its path: "spec.location.region", "spec.addresses[0]",
// "spec.pull_templates.flv".
using FieldPositions = absl::flat_hash_map<std::string, Position>;

// Reads one file's nodes. One thread. Visits at most `nodes_max` nodes over its whole life, however
// often aliases repeat them; what comes after is not read, and one problem says so.
class MessageReader {
 public:
  MessageReader(absl::string_view file, size_t nodes_max, ProblemList* problems)
      : file_(file), nodes_left_(nodes_max), problems_(problems) {}

  // Fills `message`, whose path is `path`, from a map (null = nothing to fill). Mistakes go to the
  // list; fields without one are set all the same.
  void Read(const YamlNode& node, const std::string& path, google::protobuf::Message* message,
            FieldPositions* positions);

  // Counts a visit. False when there are no visits left.
  bool Visit(const YamlNode& node);

 private:
  void ReadField(const YamlNode& node, const std::string& path,
                 const google::protobuf::FieldDescriptor* field,
                 google::protobuf::Message* message);
  void ReadList(const YamlNode& node, const std::string& path,
                const google::protobuf::FieldDescriptor* field, google::protobuf::Message* message);
  void ReadMap(const YamlNode& node, const std::string& path,
               const google::protobuf::FieldDescriptor* field, google::protobuf::Message* message);
  void ReadOne(const YamlNode& node, const std::string& path,
               const google::protobuf::FieldDescriptor* field, google::protobuf::Message* message);
  void ReadFields(const YamlNode& node, const std::string& path,
                  google::protobuf::Message* message);

  const std::string file_;
  size_t nodes_left_;
  ProblemList* problems_;
  FieldPositions* positions_ = nullptr;
};

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_MESSAGE_READER_H_
