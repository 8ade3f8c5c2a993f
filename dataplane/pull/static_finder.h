// StaticFinder: every stream comes from the same origins, in the same order: a relay without a
// control plane.
#ifndef DATAPLANE_PULL_STATIC_FINDER_H_
#define DATAPLANE_PULL_STATIC_FINDER_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dataplane/pull/source_finder.h"

namespace nearcast::pull {

class StaticFinder : public SourceFinder {
 public:
  // `origins` as http://127.0.0.11:8088 or srt://127.0.0.11:9000, without a path; HTTP with the address to connect to behind a #
  // (http_url.h).
  explicit StaticFinder(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  void Find(const SourceQuestion& question, Done done) override {
    Sources sources;
    for (const std::string& origin : origins_) {
      if (absl::StartsWith(origin, "srt://")) {
        sources.push_back({"", absl::StrCat(origin, "/", question.stream)});
        continue;
      }
      const size_t mark = std::min(origin.find('#'), origin.size());
      sources.push_back({"", absl::StrCat(origin.substr(0, mark), "/", question.stream, ".flv",
                                          origin.substr(mark))});
    }
    done(std::move(sources));
  }

 private:
  const std::vector<std::string> origins_;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_STATIC_FINDER_H_
