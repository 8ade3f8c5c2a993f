"""What summary.py makes of the events of a build: passed, failed, and skipped with a word."""

import contextlib
import io
import json
import os
import tempfile
import unittest

import summary

PASSED = '<testsuite><testcase name="a"/></testsuite>'
FAILED = '<testsuite><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>'


class SummaryTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.events = []

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def program(self, label, status, xml, log=""):
        stem = label.strip("/:").replace("/", "_")
        outputs = [{"name": name, "uri": "file://" + self.file(stem + name, text)}
                   for name, text in (("test.xml", xml), ("test.log", log))]
        self.events.append({"id": {"testResult": {"label": label}}, "testResult": {"testActionOutput": outputs}})
        self.events.append({"id": {"testSummary": {"label": label}}, "testSummary": {"overallStatus": status}})

    def run_summary(self, code):
        path = self.file("events.json", "\n".join(map(json.dumps, self.events)))
        with contextlib.redirect_stdout(io.StringIO()) as out:
            result = summary.main(path, code)
        return result, out.getvalue().splitlines()

    def test_cases_are_counted(self):
        self.program("//a:good", "PASSED", PASSED)
        self.program("//a:bad", "FAILED", FAILED)
        result, lines = self.run_summary(3)
        self.assertEqual(result, 1)
        self.assertEqual(lines[-1], "2 passed, 1 failed")

    def test_a_program_that_could_not_run_here_is_skipped_with_its_word(self):
        self.program("//a:good", "PASSED", PASSED)
        self.program("//a:browser", "PASSED", PASSED, "SKIPPED: chromium is not installed\n")
        result, lines = self.run_summary(0)
        self.assertEqual(result, 0)
        self.assertIn("skipped //a:browser: chromium is not installed", lines)
        self.assertEqual(lines[-1], "1 passed, 0 failed")

    def test_a_case_that_unittest_skipped_is_told_and_the_others_count(self):
        log = "test_x (m.T) ... ok\ntest_y (m.T) ... skipped 'tstools is not installed'\n"
        self.program("//a:some", "PASSED", PASSED, log)
        _, lines = self.run_summary(0)
        self.assertIn("skipped //a:some test_y: tstools is not installed", lines)
        self.assertEqual(lines[-1], "1 passed, 0 failed")

    def test_what_did_not_build_has_failed(self):
        self.events.append({"id": {"targetCompleted": {"label": "//a:broken"}}, "completed": {}})
        result, lines = self.run_summary(1)
        self.assertEqual(result, 1)
        self.assertEqual(lines[-1], "0 passed, 1 failed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
