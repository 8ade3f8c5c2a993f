"""How headers, sources and BUILD files are laid out."""

import re

HDRS = re.compile(r"hdrs = \[(.*?)\]", re.DOTALL)
PLAIN = re.compile(r'"([^":/]+\.h)"')


def check_headers(files):
    for file in files:
        if not file.name.endswith(".h"):
            continue
        guard = re.sub(r"[^A-Z0-9]", "_", file.path.upper()) + "_"
        if "#ifndef " + guard not in file.lines:
            yield file.path, 1, "its guard is not " + guard
        if not file.lines or not file.lines[0].startswith("// "):
            yield file.path, 1, "does not open with its purpose"


def check_sources(files):
    paths = {file.path for file in files}
    for file in files:
        own = file.path[:-len(".cc")] + ".h"
        if not file.name.endswith(".cc") or own not in paths:
            continue
        includes = [line for line in file.lines if line.startswith("#include ")]
        if not includes or includes[0] != '#include "%s"' % own:
            yield file.path, 1, "does not include its own header first"


def check_builds(files):
    by_folder = {}
    for file in files:
        by_folder.setdefault(file.folder, []).append(file)
    for file in files:
        if file.name != "BUILD.bazel" or "cc_library(" not in file.text:
            continue
        if not file.lines[0].startswith("# "):
            yield file.path, 1, "does not open with a line that says what the package is for"
        if file.folder == "third_party":
            continue
        if 'package(default_visibility = ["//visibility:private"])' not in file.lines:
            yield file.path, 1, 'needs package(default_visibility = ["//visibility:private"])'
        declared = [name for hdrs in HDRS.findall(file.text) for name in PLAIN.findall(hdrs)]
        for header in sorted(f.name for f in by_folder[file.folder] if f.name.endswith(".h")):
            if declared.count(header) != 1:
                yield file.path, 1, "declares %s %d times; once is right" % (header, declared.count(header))


def check_names(files):
    """Names that say nothing."""
    vague = re.compile(r"(^|_)(manager|helper|helpers|util|utils|common|misc|impl)(_|\.)")
    for file in files:
        if file.name.endswith((".h", ".cc", ".proto", ".py")) and vague.search(file.name):
            yield file.path, 1, "its name says nothing: which noun is it?"


def check_words(files):
    """What no file may say."""
    words = [(re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"), "names work that is left"),
             (re.compile(r"/wo" + r"rk/(main|shared)|/ro" + r"ot/"), "has a path of some machine")]
    for file in files:
        for number, line in enumerate(file.lines, 1):
            for pattern, message in words:
                if pattern.search(line):
                    yield file.path, number, message


def check(files):
    for part in (check_headers, check_sources, check_builds, check_names, check_words):
        yield from part(files)
