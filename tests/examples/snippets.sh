#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# snippets.sh <source folder>: the C++ code shown in README.md and docs/ is code of the examples, which are compiled. A
# line "// ..." in a document stands for a gap; indentation may differ. And every test named in docs/architecture.md exists.
set -euo pipefail
cd "$1"

awk '
  function trimmed(line) { gsub(/^[ \t]+|[ \t]+$/, "", line); return line }
  function check() {
    if (piece == "") return
    for (file in examples) if (index(examples[file], piece)) { piece = ""; return }
    printf "%s:%d: not in any example:\n%s", FILENAME, first, piece
    piece = ""
    bad = 1
  }
  FILENAME ~ /^examples\// {
    if (trimmed($0) != "") examples[FILENAME] = examples[FILENAME] "\n" trimmed($0)
    next
  }
  /^```cpp$/ { inside = 1; next }
  /^```$/ { if (inside) check(); inside = 0; next }
  inside && trimmed($0) == "// ..." { check(); next }
  inside && trimmed($0) != "" { if (piece == "") first = FNR; piece = piece "\n" trimmed($0) }
  END { exit bad }
' examples/*/*.cpp examples/*/*.hpp README.md docs/*.md

status=0
names=$(grep -rhoE '^TEST(_[FP])?\(\w+, *\w+\)' tests --include='*.cpp' | sed -E 's/^[^(]*\((\w+), *(\w+)\)/\1.\2/')
for name in $(grep -oE '`[A-Z][A-Za-z0-9]+\.[A-Z][A-Za-z0-9]+`' docs/architecture.md | tr -d '`' | sort -u); do
  if ! grep -qxF "$name" <<<"$names"; then
    echo "docs/architecture.md: there is no test $name"
    status=1
  fi
done
exit $status
