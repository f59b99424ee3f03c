#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# browser_chat.sh <program>: what its server gives to whom, without a browser. tests/interop/run browser-chat has one.
set -euo pipefail

program=$1
scratch=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; rm -rf "$scratch"' EXIT
trap 'echo "failed in line $LINENO" >&2; tail -n +1 "$scratch"/*.log >&2' ERR

fail() {
  echo "$*" >&2
  false
}

for wrong in --nonsense "--port 65536" "--port x" "--limit -1" "--send"; do
  status=0
  # shellcheck disable=SC2086  # an option and its value
  "$program" $wrong 2>"$scratch/usage.log" || status=$?
  ((status == 2)) || fail "status $status for '$wrong'"
  grep -q "^usage:" "$scratch/usage.log" || fail "no usage for '$wrong'"
done

status=0
"$program" --port 0 --send "$scratch/nothing" 2>"$scratch/usage.log" || status=$?
((status == 2)) || fail "status $status where there is no file to send"
grep -qF "there is no file $scratch/nothing" "$scratch/usage.log"

# The end of its input is not its end.
mkfifo "$scratch/messages"
"$program" --port 0 --folder "$scratch/received" </dev/null >"$scratch/out.log" 2>"$scratch/messages" &
pid=$!
exec {messages}<"$scratch/messages"
read -r -t 20 -u "$messages" line
[[ $line =~ ^"Open http://127.0.0.1:"([0-9]+)"/ in a browser" ]] || fail "'$line' names no address"
port=${BASH_REMATCH[1]}

answer() { # <method> <path> <host> [<header>...]: the whole answer is in answer.log, its status in $status
  local method=$1 path=$2 host=$3 connection
  shift 3
  exec {connection}<>"/dev/tcp/127.0.0.1/$port"
  printf '%s\r\n' "$method $path HTTP/1.1" "Host: $host" "Connection: ${upgrade:-close}" "$@" "" >&"$connection"
  if [[ -n ${upgrade:-} ]]; then
    # A WebSocket that is accepted stays open; its answer ends with an empty line.
    timeout 10 sed '/^\r$/q' <&"$connection" >"$scratch/answer.log"
  else
    timeout 10 cat <&"$connection" >"$scratch/answer.log"
  fi
  exec {connection}>&-
  read -r _ status _ <"$scratch/answer.log"
}

expect() { # <status> [<text in the answer>]
  [[ $status == "$1" ]] || fail "status $status instead of $1"
  [[ -z ${2:-} ]] || grep -qiF -- "$2" "$scratch/answer.log" || fail "no '$2'"
}

host=127.0.0.1:$port
answer GET / "$host"
expect 200 "<!DOCTYPE html>"
expect 200 "frame-ancestors 'none'"
expect 200 "script-src 'sha256-"
! grep -qE '(src|href)="(https?:)?//' "$scratch/answer.log" || fail "the page loads something"
answer GET / "localhost:$port"
expect 302 "Location: http://$host/"
answer GET /../etc/passwd "$host"
expect 404
answer POST / "$host" "Content-Length: 0"
expect 405

# DNS rebinding: a foreign name that leads here, with the port or without.
for other in "evil.example:$port" evil.example "127.0.0.1.evil.example:$port" 127.0.0.1 "localhost.:$port"; do
  answer GET / "$other"
  expect 421
done

# Cross-site WebSocket hijacking: only our own page may open one.
upgrade=Upgrade
websocket=("Upgrade: websocket" "Sec-WebSocket-Version: 13" "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
for origin in "http://evil.example" "http://127.0.0.1" "https://$host" "http://127.0.0.1:$((port ^ 1))" null \
  "http://localhost:$port"; do
  answer GET /signaling "$host" "${websocket[@]}" "Origin: $origin"
  expect 403
done
answer GET /signaling "$host" "${websocket[@]}"
expect 403
answer GET /signaling "evil.example:$port" "${websocket[@]}" "Origin: http://evil.example:$port"
expect 421
answer GET /signaling "evil.example:$port" "${websocket[@]}" "Origin: http://$host"
expect 421
answer GET /signaling "$host" "${websocket[@]}" "Origin: http://$host"
expect 101
read -r -t 20 -u "$messages" line
[[ $line == "The page has gone." ]] || fail "'$line' instead of the page's end"
upgrade=

# On this address only, and on a port that nobody else has.
! (exec 3<>"/dev/tcp/127.0.0.2/$port") 2>/dev/null || fail "it listens on other addresses too"
status=0
"$program" --port "$port" </dev/null 2>"$scratch/taken.log" || status=$?
((status == 1)) || fail "status $status for a port that is taken"
grep -qF "Another one can be given with --port" "$scratch/taken.log" || fail "no advice"

kill -TERM "$pid"
wait "$pid" || fail "ended with status $?"
pid=
[[ ! -s $scratch/out.log && ! -e $scratch/received ]] || fail "something was received"
