"""The tree is tidy, and each rule finds what it is there to find."""

import os
import sys
import tempfile
import unittest

import arrows
import layout
import purity
import sizes
import tidy
import tree


def files_of(**texts):
    """Files from path (with '__' for '/' and a final '_cc' or '_h' for the ending) to text."""
    made = []
    with tempfile.TemporaryDirectory() as root:
        for key, text in texts.items():
            path = key.replace("__", "/")
            stem, ending = path.rsplit("_", 1)
            path = stem + "." + ending
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w") as file:
                file.write(text)
            made.append(tree.File(root, path))
    return made


def messages(check, **texts):
    return [message for _, _, message in check(files_of(**texts))]


class RulesTest(unittest.TestCase):
    def test_wrong_arrow_is_found(self):
        self.assertTrue(messages(arrows.check, ipdb__a_h='#include "services/http/router.h"\n'))
        self.assertTrue(messages(arrows.check, dataplane__a_cc='#include "schedulerlib/place/ranking.h"\n'))
        self.assertTrue(messages(arrows.check, schedulerlib__place__a_h='#include "nearcast/v1/config.pb.h"\n'))
        self.assertTrue(messages(arrows.check, tools__nearcastctl__a_cc='#include "services/store/store.h"\n'))

    def test_right_arrow_is_let_through(self):
        self.assertFalse(messages(arrows.check, schedulerlib__convert__a_h='#include "nearcast/v1/config.pb.h"\n'))
        self.assertFalse(messages(arrows.check, services__dns__a_cc='#include "schedulerlib/snapshot/snapshot.h"\n'))
        self.assertFalse(messages(arrows.check, ipdb__a_h='#include "gtest/gtest.h"\n'))

    def test_clock_and_socket_in_schedulerlib_are_found(self):
        self.assertTrue(messages(purity.check, schedulerlib__a_cc="auto t = absl::Now();\n"))
        self.assertTrue(messages(purity.check, schedulerlib__a_cc="#include <sys/socket.h>\n"))
        self.assertFalse(messages(purity.check, schedulerlib__a_cc="// never absl::Now() here\n"))
        self.assertFalse(messages(purity.check, services__a_cc="auto t = absl::Now();\n"))

    def test_long_file_needs_a_reason(self):
        long = "int x;\n" * 501
        self.assertTrue(messages(sizes.check, base__a_cc=long))
        self.assertFalse(messages(sizes.check, base__a_cc="// Long because it is one table.\n" + long))

    def test_long_function_needs_a_reason(self):
        function = "int F() {\n" + "  ++x;\n" * 70 + "}\n"
        self.assertTrue(messages(sizes.check, base__a_cc=function))
        self.assertFalse(messages(sizes.check, base__a_cc="// Long because it is one switch.\n" + function))
        self.assertFalse(messages(sizes.check, base__a_cc="int F() {\n  return 1;\n}\n" * 40))

    def test_header_layout_is_checked(self):
        self.assertTrue(messages(layout.check_headers, base__a_h="#pragma once\n"))
        self.assertFalse(messages(layout.check_headers,
                                  base__a_h="// A: a thing.\n#ifndef BASE_A_H_\n#define BASE_A_H_\n#endif\n"))
        self.assertTrue(messages(layout.check_sources, base__a_h="", base__a_cc='#include <x>\n'))


class TreeTest(unittest.TestCase):
    def test_the_project_is_tidy(self):
        root = os.path.dirname(os.path.realpath("WORKSPACE"))
        found = ["%s:%d: %s" % problem for problem in sorted(set(tidy.problems(root)))]
        self.assertFalse(found, "\n" + "\n".join(found))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
