"""How long files and functions may be.

A file or function that is best read in one piece says so: a comment "long because …" in the file's first 30 lines, or
in the five lines before the function.
"""

import re

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
REASON = re.compile(r"long because \S+", re.IGNORECASE)
CODE = (".h", ".cc", ".py", ".sh", ".js", ".proto", ".bzl")


def check_files(files):
    for file in files:
        if not file.name.endswith(CODE) or len(file.lines) <= FILE_LINES_MAX:
            continue
        if not any(REASON.search(line) for line in file.lines[:30]):
            yield file.path, 1, ("has %d lines, more than %d: there is another noun inside it; or state a reason "
                                 "(\"long because …\")" % (len(file.lines), FILE_LINES_MAX))


# A function stands in the first column and closes with a brace there, as clang-format writes it at namespace level.
NOT_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|if|for|while|switch|else|do|extern)\b")


def check_functions(files):
    for file in files:
        if not file.name.endswith((".cc", ".h")):
            continue
        start = None
        for number, line in enumerate(file.lines, 1):
            if re.match(r"^[A-Za-z].*", line) and not NOT_FUNCTION.match(line) and not line.endswith(";"):
                start = number if start is None else start
            if line == "}":
                if start is not None and number - start + 1 > FUNCTION_LINES_MAX:
                    before = file.lines[max(0, start - 6):start]
                    if not any(REASON.search(text) for text in before):
                        yield file.path, start, "a function of %d lines, more than %d" % (
                            number - start + 1, FUNCTION_LINES_MAX)
                start = None
            elif line == "};":
                start = None
            elif line == "" and start is not None and not _open(file.lines, start, number):
                start = None


def _open(lines, start, number):
    """Whether some line from `start` to before `number` opened a brace at its end."""
    return any(text.endswith("{") for text in lines[start - 1:number - 1])


def check(files):
    yield from check_files(files)
    yield from check_functions(files)
