"""Counts what a `bazel test` did, from its build events.

usage: summary.py EVENTS.json EXIT-CODE     the last line printed is "N passed, N failed"; exits like the build.

A program that cannot run here says so in a line "SKIPPED: why" and ends well: it counts as skipped, not as passed. So do
the cases that Python's unittest tells of at verbosity 2.
"""

import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree


def read(path):
    """(label → status, label → list of test.xml files, label → list of logs) of every test target."""
    status, cases, logs = {}, {}, {}
    with open(path) as events:
        for line in events:
            event = json.loads(line)
            if "testSummary" in event:
                status[event["id"]["testSummary"]["label"]] = event["testSummary"]["overallStatus"]
            elif "testResult" in event:
                label = event["id"]["testResult"]["label"]
                for output in event["testResult"].get("testActionOutput", []):
                    kept = {"test.xml": cases, "test.log": logs}.get(output["name"])
                    if kept is not None:
                        file = urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
                        kept.setdefault(label, []).append(file)
            elif "targetCompleted" in event.get("id", {}) and not event.get("completed", {}).get("success"):
                status.setdefault(event["id"]["targetCompleted"]["label"], "FAILED TO BUILD")
    return status, cases, logs


def said(file):
    """What a log says of what was skipped: (why the whole program was or None, list of cases)."""
    with open(file, errors="replace") as log:
        text = log.read()
    whole = re.search(r"^SKIPPED: (.*)$", text, re.M)
    return whole and whole.group(1), [
        "%s: %s" % case for case in re.findall(r"^(\w+) \(.*\.\.\. skipped ['\"](.*)['\"]$", text, re.M)]


def count(file):
    """(passed, failed, skipped) of one test.xml."""
    passed = failed = 0
    skipped = []
    for case in xml.etree.ElementTree.parse(file).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("result") == "skipped":
            reason = case.find("skipped")
            skipped.append("%s.%s: %s" % (case.get("classname"), case.get("name"),
                                          (reason.get("message") or "").strip() if reason is not None else ""))
        elif case.get("status") != "notrun":
            passed += 1
    return passed, failed, skipped


def main(events, code):
    status, cases, logs = read(events)
    passed = failed = 0
    skipped = []
    for label, result in sorted(status.items()):
        good, bad, left_out = 0, 0, []
        for file in cases.get(label, []):
            counts = count(file)
            good, bad, left_out = good + counts[0], bad + counts[1], left_out + counts[2]
        for file in logs.get(label, []) if result == "PASSED" else []:
            why, some = said(file)
            left_out += ["%s %s" % (label, case) for case in some]
            if why is not None:
                good, left_out = 0, left_out + ["%s: %s" % (label, why)]
        if result != "PASSED" and bad == 0:
            bad = 1  # it crashed, timed out or did not build
        if result != "PASSED":
            print("FAILED  %s (%s)" % (label, result))
        passed, failed, skipped = passed + good, failed + bad, skipped + left_out
    for text in skipped:
        print("skipped %s" % text)
    if code != 0 and failed == 0:
        failed = 1
    print("%d test programs, %d skipped cases" % (len(status), len(skipped)))
    print("%d passed, %d failed" % (passed, failed))
    return 0 if code == 0 and failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
