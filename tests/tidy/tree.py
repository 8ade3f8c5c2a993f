"""The project's own source files, and where they stand."""

import os

FOLDERS = ("base", "build_defs", "client", "dataplane", "deploy", "docs", "ipdb", "probe", "proto",
           "schedulerlib", "services", "tests", "third_party", "tools")


class File:
    """One text file: `path` relative to the root, its lines without line ends."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as opened:
            self.text = opened.read()
        self.lines = self.text.splitlines()

    @property
    def folder(self):
        return os.path.dirname(self.path)

    @property
    def name(self):
        return os.path.basename(self.path)


def is_text(name):
    return name.endswith((".h", ".cc", ".py", ".sh", ".js", ".proto", ".bazel", ".bzl", ".md", ".yaml",
                          ".csv")) or "." not in name


def read(root):
    """Every text file of the project, in order; test data and Bazel's links are left out."""
    files = [File(root, name) for name in sorted(os.listdir(root))
             if os.path.isfile(os.path.join(root, name)) and is_text(name)]
    for folder in FOLDERS:
        for where, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = sorted(f for f in folders if f not in ("testdata", "__pycache__", "node_modules"))
            for name in sorted(names):
                if is_text(name):
                    files.append(File(root, os.path.relpath(os.path.join(where, name), root)))
    return files
