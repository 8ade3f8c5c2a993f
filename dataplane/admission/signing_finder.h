// SigningFinder: another SourceFinder's sources with this node's own signature: nodes that share
// their keys in files fetch from one another.
#ifndef DATAPLANE_ADMISSION_SIGNING_FINDER_H_
#define DATAPLANE_ADMISSION_SIGNING_FINDER_H_

#include <utility>

#include "absl/status/statusor.h"
#include "dataplane/admission/url_guard.h"
#include "dataplane/pull/source_finder.h"

namespace nearcast::admission {

// Thread rule: any thread.
class SigningFinder : public pull::SourceFinder {
 public:
  // Both must outlive it.
  SigningFinder(pull::SourceFinder* finder, const UrlGuard* guard)
      : finder_(finder), guard_(guard) {}

  void Find(const pull::SourceQuestion& question, Done done) override {
    finder_->Find(question,
                  [guard = guard_, done = std::move(done)](absl::StatusOr<pull::Sources> sources) {
                    if (sources.ok()) {
                      for (pull::Source& source : *sources)
                        source.url = guard->SignPull(source.url);
                    }
                    done(std::move(sources));
                  });
  }

 private:
  pull::SourceFinder* const finder_;
  const UrlGuard* const guard_;
};

}  // namespace nearcast::admission

#endif  // DATAPLANE_ADMISSION_SIGNING_FINDER_H_
