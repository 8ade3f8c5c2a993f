"""Checks the house rules that a machine can check: arrows, purity, sizes, layout.

usage: python3 tests/tidy/tidy.py [ROOT]     prints FILE:LINE: what is wrong; exits 1 when anything is.
"""

import os
import sys

import arrows
import layout
import purity
import sizes
import tree


def problems(root):
    files = tree.read(root)
    for part in (arrows, purity, sizes, layout):
        yield from part.check(files)


def main(arguments):
    here = os.path.dirname(os.path.realpath(__file__))
    root = arguments[0] if arguments else os.path.dirname(os.path.dirname(here))
    found = sorted(set(problems(root)))
    for path, line, message in found:
        print("%s:%d: %s" % (path, line, message))
    print("tidy: %d problem(s)" % len(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
