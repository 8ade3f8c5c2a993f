"""What may not happen inside schedulerlib and signing: they take values and return values."""

import re

IMPURE = [
    (re.compile(r"absl::Now\(|(system|steady|high_resolution)_clock|\bclock_gettime\b|\bgettimeofday\b"
                r"|\btime\((nullptr|NULL|0)\)|base/clock\.h"), "a clock: take the time as a parameter"),
    (re.compile(r"<sys/socket\.h>|<arpa/inet\.h>|<netinet/|<boost/asio|grpcpp/|\bsocket\("),
     "a socket: services talk to the network"),
    (re.compile(r"<fstream>|<filesystem>|\bfopen\(|\bopen\(\"|\bstd::(i|o)?fstream\b"),
     "a file: read it outside and pass the text in"),
    (re.compile(r"spdlog|<iostream>|std::(cout|cerr)|\bf?printf\(stderr"), "a log: return what happened"),
    (re.compile(r"<thread>|<mutex>|std::thread|absl::Mutex|synchronization/mutex"),
     "a thread or lock: callers own threads"),
    (re.compile(r"std::random_device|\brand\(\)"), "chance: pass a seed or a number in"),
    (re.compile(r"\bgetenv\("), "the environment: pass options in"),
]
COMMENT = re.compile(r"//.*$")


def check(files):
    """(path, line, message) for each impurity in them; their tests are free."""
    for file in files:
        if not file.path.startswith(("schedulerlib/", "signing/")) or not file.name.endswith((".h", ".cc")):
            continue
        if re.search(r"(_test|_fuzz|_benchmark)\.cc$", file.name) or "/testing/" in file.path:
            continue
        for number, line in enumerate(file.lines, 1):
            code = COMMENT.sub("", line)
            for pattern, why in IMPURE:
                if pattern.search(code):
                    yield file.path, number, file.path.split("/")[0] + " has " + why
