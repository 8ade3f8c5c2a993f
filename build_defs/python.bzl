"""Python tests without a Python toolchain: the system's python3 runs the file."""

def nearcast_python_test(name, src, data = [], args = [], size = "small", tags = []):
    """A test that is a Python program; it passes when the program exits with 0.

    Args:
      name: ends in _test.
      src: the program. Modules beside it are found by their plain names.
      data: what it reads or runs.
      args: passed to it.
      size: as for sh_test.
      tags: as for sh_test.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//build_defs:run_python.sh"],
        args = ["$(location %s)" % src] + args,
        data = [src] + data,
        tags = tags,
    )
