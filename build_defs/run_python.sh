#!/usr/bin/env bash
# Runs a Python program as a Bazel test. -B: nothing is written beside the sources.
exec python3 -B -u "$@"
