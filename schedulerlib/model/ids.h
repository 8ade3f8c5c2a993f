// Dense indices into one snapshot's tables. An index from one snapshot means nothing in another.
#ifndef SCHEDULERLIB_MODEL_IDS_H_
#define SCHEDULERLIB_MODEL_IDS_H_

#include "base/strong_id.h"

namespace nearcast::scheduler {

using NodeIndex = StrongId<struct NodeIndexTag>;
using CdnIndex = StrongId<struct CdnIndexTag>;
using ScheduledNameIndex = StrongId<struct ScheduledNameIndexTag>;

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_IDS_H_
