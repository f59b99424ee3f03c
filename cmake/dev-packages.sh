# SPDX-License-Identifier: MIT
# Sourced by cmake/dev: which packages each task needs, and how they are installed.
# shellcheck shell=bash

# <group> <how to see that it is there> <Debian package>. What is there already, from wherever, is not installed.
packages_table() {
  cat <<'TEXT'
build  cmd:g++          g++
build  cmd:ninja        ninja-build
build  cmd:cmake        cmake
build  cmd:pkg-config   pkg-config
build  pc:nice          libnice-dev
build  pc:gio-2.0       libglib2.0-dev
build  pc:openssl       libssl-dev
build  pc:usrsctp       libusrsctp-dev
build  pc:gtest         libgtest-dev
test   cmd:clang++      clang
test   cmd:clang-format clang-format
test   cmd:turnserver   coturn
test   pc:nlohmann_json nlohmann-json3-dev
test   pc:libsoup-3.0   libsoup-3.0-dev
chat   pc:libsoup-3.0   libsoup-3.0-dev
format cmd:clang-format clang-format
tidy   cmd:clang++      clang
tidy   cmd:clang-tidy   clang-tidy
bench  pc:benchmark     libbenchmark-dev
docs   cmd:doxygen      doxygen
fuzz   cmd:clang++      clang
fuzz   run:clang_has_sanitizers libclang-rt-dev
TEXT
}

clang_has_sanitizers() {
  echo 'int main() {}' | clang++ -x c++ -fsanitize=address,undefined - -o /dev/null 2>/dev/null
}

is_there() { # <how to see it>
  case $1 in
  cmd:*) command -v "${1#cmd:}" >/dev/null ;;
  pc:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#pc:}" ;;
  run:*) "${1#run:}" ;;
  esac
}

missing_packages() { # <group>...
  local group check package
  while read -r group check package; do
    if [[ " $* " == *" $group "* ]] && ! is_there "$check"; then echo "$package"; fi
  done < <(packages_table) | sort -u
}

# apt-get, quiet and never asking. A fresh machine has no package lists and an old one has outdated lists; in both
# cases the first try fails and a second one after `apt-get update` does it.
apt_install() { # <how to become root, or nothing> -- <package>...
  local root=()
  while [[ $1 != -- ]]; do
    root+=("$1")
    shift
  done
  shift
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
  local install=("${apt[@]}" install -y --no-install-recommends "$@")
  mkdir -p build/log
  "${install[@]}" >build/log/apt-first.log 2>&1 </dev/null && return
  quietly apt-update "${apt[@]}" update
  quietly apt-install "${install[@]}"
}

install_packages() { # <group>...
  local packages root=()
  mapfile -t packages < <(missing_packages "$@")
  if ((${#packages[@]} > 0)); then
    local by_hand="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
    command -v apt-get >/dev/null ||
      die "not found; install what your system calls these Debian packages: ${packages[*]}"
    if (($(id -u) != 0)); then
      command -v sudo >/dev/null || die "root is needed to install packages. Run as root: $by_hand"
      # With a terminal sudo may ask; without one it must not wait.
      if [[ -t 0 ]]; then root=(sudo); else root=(sudo -n); fi
      "${root[@]}" true || die "root is needed to install packages. Run as root: $by_hand"
    fi
    say "installing ${packages[*]}"
    apt_install "${root[@]}" -- "${packages[@]}"
    mapfile -t packages < <(missing_packages "$@")
    ((${#packages[@]} == 0)) || die "installed, but still not found: ${packages[*]}"
  fi
  require_cmake
}

# Presets with workflows came with CMake 3.25 (Debian 12, Ubuntu 24.04).
require_cmake() {
  command -v cmake >/dev/null || return 0
  local version
  version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9][0-9.]*\).*/\1/p')
  printf '%s\n' 3.25 "$version" | sort -V -C || die "CMake $version is too old: 3.25 or newer is needed"
}
