"""DemoCase: a unittest case over a running demonstration, on a loopback network of its own."""

import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, "deploy/demo")

from net import Net  # noqa: E402
from processes import Demo  # noqa: E402


class DemoCase(unittest.TestCase):
    """The demonstration is started once for all tests of a class."""

    with_relays = True

    @classmethod
    def setUpClass(cls):
        cls.var = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.demo = Demo(Net.at_random(), ".", cls.var, ".", cls.databases())
        try:
            cls.demo.start_control()
            cls.demo.apply_config()
            if cls.with_relays:
                cls.demo.start_relays()
                cls.demo.wait_for_nodes()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def databases(cls):
        """IP database files; none = the demonstration's own."""
        return []

    @classmethod
    def tearDownClass(cls):
        cls.demo.stop()
        for name in sorted(os.listdir(cls.var)):
            if name.endswith(".log"):
                with open(os.path.join(cls.var, name), errors="replace") as log:
                    print("---- %s\n%s" % (name, log.read()[-4000:]))
        shutil.rmtree(cls.var, ignore_errors=True)

    def skip_without(self, *programs):
        for program in programs:
            if shutil.which(program) is None:
                self.skipTest("%s is not installed" % program)


def main():
    unittest.main(verbosity=2)
