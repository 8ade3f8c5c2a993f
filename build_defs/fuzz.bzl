"""Fuzz targets: one LLVMFuzzerTestOneInput, run two ways."""

def nearcast_fuzz_test(name, src, deps, corpus = None):
    """An ordinary test that replays the corpus, and a manual binary for libFuzzer.

    Args:
      name: ends in _fuzz. `name` is the libFuzzer binary (tests/fuzz/run builds it with --config=fuzz);
        `name_replay_test` replays every file of the corpus under any configuration.
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
    native.cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = [src],
        args = ["$(locations %s)" % corpus],
        data = [corpus],
        deps = deps + ["//tests/fuzz:replay_main"],
    )
