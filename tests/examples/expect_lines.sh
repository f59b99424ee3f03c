#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# expect_lines.sh <line>... -- <program> [<argument>...]: the program ends with status 0 within 3 seconds and prints
# exactly these lines, in any order.
set -euo pipefail

expected=()
while [[ $1 != -- ]]; do
  expected+=("$1")
  shift
done
shift

start=${EPOCHREALTIME/[.,]/}
output=$("$@")
milliseconds=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))

if ! diff <(printf '%s\n' "${expected[@]}" | sort) <(sort <<<"$output"); then
  echo "not the expected output ('<' is missing, '>' is too much)" >&2
  exit 1
fi
if ((milliseconds > 3000)); then
  echo "took $milliseconds ms" >&2
  exit 1
fi
