"""Who may include whom. The picture is in ARCHITECTURE.md; root BUILD.bazel says the same as visibility."""

import re

# The longest folder that matches counts. Tests may use everything.
MAY_USE = {
    "base": ["base"],
    "proto": ["base", "proto"],
    "signing": ["base", "signing"],
    "signing/convert": ["base", "proto", "signing"],
    "ipdb": ["base", "ipdb"],
    "schedulerlib": ["base", "ipdb", "schedulerlib", "signing"],
    "schedulerlib/convert": ["base", "ipdb", "proto", "schedulerlib", "signing"],
    "services": ["base", "ipdb", "proto", "schedulerlib", "services", "signing"],
    "dataplane": ["base", "dataplane", "proto", "signing"],
    "probe": ["base", "dataplane/media", "probe", "proto"],
    "client": ["base", "client"],
    "tools/nearcastctl": ["base", "proto", "tools/nearcastctl"],
    "tools/ipdbtool": ["base", "ipdb", "tools/ipdbtool"],
    "tools/bench": ["base", "client", "dataplane", "ipdb", "proto", "schedulerlib", "services", "tools"],
    "tests": ["base", "client", "dataplane", "ipdb", "probe", "proto", "schedulerlib", "services", "signing",
              "tests", "tools"],
}

# Only schedulerlib/convert may be used with proto behind it; the rest of schedulerlib must not lean on it.
CONVERT = "schedulerlib/convert"

INCLUDE = re.compile(r'^\s*#include "([^"]+)"')
GENERATED = re.compile(r"^(nearcast/v1|google/rpc)/.*\.pb\.h$")


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


def owner(path):
    owners = [folder for folder in MAY_USE if within(path, folder)]
    return max(owners, key=len) if owners else None


def target(include):
    """The project folder that an include comes from, or None for a library outside."""
    if GENERATED.match(include):
        return "proto"
    top = include.split("/")[0]
    return include if any(within(include, f) for f in MAY_USE) or top in MAY_USE else None


def is_test(name):
    return re.search(r"(_test|_fuzz|_benchmark)\.(cc|h)$", name) is not None


def check(files):
    """(path, line, message) for each include that points the wrong way."""
    for file in files:
        who = owner(file.path)
        if who is None or not file.name.endswith((".h", ".cc")):
            continue
        for number, line in enumerate(file.lines, 1):
            match = INCLUDE.match(line)
            used = target(match.group(1)) if match else None
            if used is None:
                continue
            if not any(within(used, folder) for folder in MAY_USE[who]):
                yield file.path, number, "%s must not use %s" % (who, match.group(1))
            elif who == "schedulerlib" and within(used, CONVERT) and not is_test(file.name):
                yield file.path, number, "only services use %s" % CONVERT
