#!/bin/sh
# Runs a Python test with the relay's path as its argument; skips with a word where ffmpeg is not installed.
for tool in python3 ffmpeg ffprobe; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is not installed"; exit 0; }
done
PYTHONDONTWRITEBYTECODE=1 exec python3 "$@"
