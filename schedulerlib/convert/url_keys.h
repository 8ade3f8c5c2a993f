// What a CDN's URLs are signed with, as its nodes are told, so that they can check them.
#ifndef SCHEDULERLIB_CONVERT_URL_KEYS_H_
#define SCHEDULERLIB_CONVERT_URL_KEYS_H_

#include "nearcast/v1/node.pb.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// Both signings, keys and all. The id follows from them and is never 0.
v1::UrlKeys BuildUrlKeys(const Cdn& cdn);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_URL_KEYS_H_
