"""Fuzz targets: one LLVMFuzzerTestOneInput, run two ways."""

def nearcast_fuzz_test(name, src, corpus, deps):
    """An ordinary test that replays the corpus, and a manual binary for libFuzzer.

    Args:
      name: ends in _fuzz. `name` is the libFuzzer binary (bazel build --config=fuzz);
        `name_replay_test` replays every file of the corpus under any configuration.
      src: the file that defines LLVMFuzzerTestOneInput.
      corpus: the label of a filegroup with the corpus's files, one input a file.
      deps: what src includes.
    """
    native.cc_binary(
        name = name,
        testonly = 1,
        srcs = [src],
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual", "fuzz"],
        deps = deps,
    )
    native.cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = [src],
        args = ["$(locations %s)" % corpus],
        data = [corpus],
        deps = deps + ["//tests/fuzz:replay_main"],
    )
