#include "proto/yaml/resource_writer.h"

#include <random>

#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "nearcast/v1/admin.pb.h"
#include "proto/resource/kind.h"
#include "proto/resource/random_message.h"
#include "proto/yaml/message_writer.h"
#include "proto/yaml/resource_reader.h"
#include "proto/yaml/scalar_text.h"

namespace nearcast::yaml {
namespace {

TEST(ResourceWriter, WritesWhatIsSetAFieldALine) {
  v1::Resource resource;
  resource.set_name("guangzhou-1");
  resource.set_revision(9);
  v1::Node* node = resource.mutable_node();
  node->mutable_location()->set_country("CN");
  node->mutable_location()->set_region("440000");
  node->add_addresses("192.0.2.11");
  node->add_addresses("2001:db8::11");
  node->set_capacity_mbps(1500000);
  node->set_admin_state(v1::Node::DRAINED);
  EXPECT_EQ(WriteResource(resource), R"(kind: Node
name: guangzhou-1
spec:
  location:
    country: CN
    region: "440000"
  addresses:
    - 192.0.2.11
    - 2001:db8::11
  capacity_mbps: 1500000
  admin_state: drained
)");
}

TEST(ResourceWriter, WritesListsOfMessagesMapsAndBlocks) {
  v1::Resource rule;
  rule.set_name("r");
  rule.mutable_ratio_rule()->mutable_scope();
  rule.mutable_ratio_rule()->add_main()->set_cdn("a");
  rule.mutable_ratio_rule()->mutable_main(0)->set_weight(70);
  rule.mutable_ratio_rule()->add_main();
  v1::Resource cdn;
  cdn.set_name("c");
  (*cdn.mutable_cdn()->mutable_pull_templates())["hls"] = "http://{host}/a.m3u8";
  (*cdn.mutable_cdn()->mutable_pull_templates())["flv"] = "a b";
  v1::Resource domain;
  domain.set_name("live.example");
  domain.mutable_domain()->set_zone_file("@ NS ns\n\nns A 192.0.2.1\n");
  v1::Resource empty;
  empty.set_name("e");
  empty.mutable_cdn();
  const v1::Resource all[] = {rule, cdn, domain, empty};
  EXPECT_EQ(WriteResources(all), R"(kind: RatioRule
name: r
spec:
  scope: {}
  main:
    - cdn: a
      weight: 70
    - {}
---
kind: Cdn
name: c
spec:
  pull_templates:
    flv: "a b"
    hls: http://{host}/a.m3u8
---
kind: Domain
name: live.example
spec:
  zone_file: |
    @ NS ns

    ns A 192.0.2.1
---
kind: Cdn
name: e
spec: {}
)");
}

TEST(ResourceWriter, QuotesWhatAnotherReaderWouldTakeForSomethingElse) {
  for (const char* plain : {"live.example", "192.0.2.1", "a-b_c.d", "/x", "4k-live", "a:b"}) {
    EXPECT_EQ(WriteText(plain), plain);
  }
  for (const char* quoted : {"",           "440000", "1.5",  "1e5",  "0x1f", "1_000", "12:30",
                             "2026-01-02", "no",     "True", "NULL", "~",    "-",     "*",
                             "a: b",       "a #b",   "a:",   "::1",  " a",   "{a}",   "\u5e7f"}) {
    EXPECT_EQ(WriteText(quoted), std::string("\"") + quoted + "\"");
  }
  EXPECT_EQ(WriteText("a\"\\\n\t\r\x01\u0085\u2028"), R"("a\"\\\n\t\r\x01\x85\u2028")");
}

TEST(ResourceWriter, WritesTimesAndAnythingElseOfTheSchema) {
  v1::Revision revision;
  revision.set_number(12);
  revision.mutable_time()->set_seconds(1767323045);
  revision.mutable_note()->set_author("ann");
  EXPECT_EQ(WriteMessage(revision),
            "number: 12\nnote:\n  author: ann\ntime: \"2026-01-02T03:04:05Z\"\n");
  EXPECT_EQ(WriteMessage(v1::Revision()), "{}\n");
}

TEST(ResourceWriter, WhateverIsWrittenIsReadBackTheSame) {
  std::mt19937_64 random(20260131);
  for (int round = 0; round < 300; ++round) {
    for (const std::string& kind : resource::ListKinds()) {
      v1::Resource resource;
      resource.set_name("name-1");
      resource::FillRandomly(random, resource::MutableSpec(&resource, kind));
      const std::string text = WriteResource(resource);
      const ResourceText texts[] = {{.file = "written", .text = text}};
      const auto sources = ParseResources(texts);
      ASSERT_TRUE(sources.ok()) << sources.status() << "\n" << text;
      ASSERT_EQ(sources->size(), 1u);
      const v1::Resource& read = sources->front().resource;
      ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, resource))
          << text << resource.DebugString() << read.DebugString();
      ASSERT_EQ(WriteResource(read), text);
    }
  }
}

}  // namespace
}  // namespace nearcast::yaml
