#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# copy_paste_chat.sh <program>: two of them talk to each other, with this script as the two people.
set -euo pipefail

program=$1
scratch=$(mktemp -d)
a= b=
trap 'kill $a $b 2>/dev/null || true; rm -rf "$scratch"' EXIT
trap 'echo "failed in line $LINENO" >&2; tail -n +1 "$scratch"/*.log >&2' ERR

fail() {
  echo "$*" >&2
  false
}

expect() { # <text> <file>
  grep -qF -- "$1" "$2" || fail "no '$1' in $2"
}

# Without any peer: every way to get it wrong has a message, and the input may end at any time.
"$program" </dev/null >"$scratch/none.out" 2>"$scratch/none.log" && fail "status 0 without a code"
expect "The input has ended" "$scratch/none.log"
printf '%s\n' hello eyJ0eXBl "" eyJ0eXBl |
  "$program" >"$scratch/bad.out" 2>"$scratch/bad.log" && fail "status 0 with a bad code"
expect "That is no code" "$scratch/bad.log"
[[ ! -s $scratch/bad.out ]] || fail "something on standard output"
base64 -w 0 <<<'{"type":"offer","sdp":"v=0"}' |
  "$program" >"$scratch/sdp.out" 2>"$scratch/sdp.log" && fail "status 0 with a bad description"
expect "cannot be used" "$scratch/sdp.log"
"$program" --server http:example.org 2>"$scratch/server.log" && fail "status 0 with a bad server"
"$program" --nonsense 2>"$scratch/usage.log" && fail "status 0 with a bad option"
expect "usage:" "$scratch/usage.log"

# Two ends, each with pipes for standard input and output.
mkfifo "$scratch/a.in" "$scratch/a.out" "$scratch/b.in" "$scratch/b.out"
"$program" <"$scratch/a.in" >"$scratch/a.out" 2>"$scratch/a.log" &
a=$!
"$program" <"$scratch/b.in" >"$scratch/b.out" 2>"$scratch/b.log" &
b=$!
exec {to_a}>"$scratch/a.in" {from_a}<"$scratch/a.out" {to_b}>"$scratch/b.in" {from_b}<"$scratch/b.out"

hear() { # <descriptor> <expected line>
  local line
  read -r -t 20 -u "$1" line || fail "nothing instead of '$2'"
  [[ $line == "$2" ]] || fail "'$line' instead of '$2'"
}

# A begins; B pastes in two halves, as a mail program may have wrapped it, after a first bad try.
echo >&"$to_a"
read -r -t 20 -u "$from_a" offer
printf 'not a code\n%s\n%s\n' "${offer:0:100}" "${offer:100}" >&"$to_b"
read -r -t 20 -u "$from_b" answer
# A mistakes its own code for the other's before it gets it right, and types ahead.
printf '%s\n%s\nHi from A\n' "$offer" "$answer" >&"$to_a"
hear "$from_b" "> Hi from A"
printf 'Hi from B\nwith an escape \033[31m\n' >&"$to_b"
hear "$from_a" "> Hi from B"
hear "$from_a" "> with an escape  [31m"
# What is said before the input ends arrives, and both leave.
printf 'bye' >&"$to_a"
exec {to_a}>&-
hear "$from_b" "> bye"
wait "$a" || fail "A ended with status $?"
wait "$b" || fail "B ended with status $?"
a= b=
expect "so does yours" "$scratch/a.log"
expect "That is no code" "$scratch/b.log"
expect "The other end has left." "$scratch/b.log"
