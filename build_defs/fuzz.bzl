"""Fuzz targets: one LLVMFuzzerTestOneInput, run three ways."""

def nearcast_fuzz_test(name, src, deps, corpus = None):
    """An ordinary test that replays the corpus, and manual binaries for libFuzzer and for mutants by number.

    Args:
      name: ends in _fuzz. `name` is the libFuzzer binary (tests/fuzz/run builds it with --config=fuzz);
        `name_replay_test` replays every file of the corpus under any configuration; `name_mutate` runs mutants of the
        corpus, the same every time (tests/fuzz/run --packets=N).
      src: the file that defines LLVMFuzzerTestOneInput.
      deps: what src includes.
      corpus: the label of a filegroup with the files of testdata/<name>/, one input a file, where tests/fuzz/run looks
        for them; absent = a filegroup <name>_corpus of just these is made.
    """
    if corpus == None:
        native.filegroup(
            name = name + "_corpus",
            srcs = native.glob(["testdata/%s/**" % name]),
        )
        corpus = ":" + name + "_corpus"
    native.cc_binary(
        name = name,
        testonly = 1,
        srcs = [src],
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz",
            "manual",
        ],
        deps = deps,
    )
    native.cc_binary(
        name = name + "_mutate",
        testonly = 1,
        srcs = [src],
        tags = ["manual"],
        deps = deps + ["//tests/fuzz:mutate_main"],
    )
    native.cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = [src],
        args = ["$(locations %s)" % corpus],
        data = [corpus],
        deps = deps + ["//tests/fuzz:replay_main"],
    )
