// What a publish point says of pushing, recording and callbacks, against the CDNs that it lists.
#ifndef SCHEDULERLIB_CONFIG_PUBLISHING_H_
#define SCHEDULERLIB_CONFIG_PUBLISHING_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// "rtmp" is every CDN's; null when the CDN takes no push of that protocol.
const std::string* PushTemplateFor(const Cdn& cdn, const std::string& protocol);

// `add` takes a path in the resource ("spec.push_protocol") and what is wrong there.
using AddProblem = absl::FunctionRef<void(absl::string_view path, absl::string_view text)>;

void ValidatePublishing(const PublishPoint& point, const std::vector<Cdn>& cdns, AddProblem add);

// push_templates and record_template.
void ValidatePushTemplates(const Cdn& cdn, AddProblem add);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_PUBLISHING_H_
