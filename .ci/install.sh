#!/usr/bin/env bash
# install.sh [--try] DOOR...  brings in the Debian packages that the doors need.
#
# What is there already is left alone, and then neither apt nor the network is
# touched. Without root or apt it names each package that is missing and what it
# is for, and fails; with --try it says the same and returns 3.
# Packages and reasons stand in the file "packages" beside this one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

try=no
if [ "${1:-}" = --try ]; then
  try=yes
  shift
fi
doors=" build $* "

there() { # there PROOF: a command in the path, or a file
  case $1 in
    /*) compgen -G "$1" >/dev/null ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

missing=()
reasons=()
while read -r door package proof reason; do
  case $door in '' | '#'*) continue ;; esac
  case $doors in *" $door "*) ;; *) continue ;; esac
  there "$proof" && continue
  case " ${missing[*]-} " in *" $package "*) continue ;; esac
  missing+=("$package")
  reasons+=("$(printf '  %-16s to %s' "$package" "$reason")")
done <"$here/packages"

[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  {
    echo "These Debian packages are missing:"
    printf '%s\n' "${reasons[@]}"
    if command -v apt-get >/dev/null 2>&1; then
      echo "Install them as root:  apt-get install --no-install-recommends ${missing[*]}"
    else
      echo "There is no apt here: install what they bring in this system's own way."
    fi
  } >&2
  [ "$try" = no ] || exit 3
  exit 1
fi

echo "Installing Debian packages (once, a minute or two): ${missing[*]}"
printf '%s\n' "${reasons[@]}"

# The services that come with some packages (PostgreSQL, nginx, IIPImage) are not
# wanted here: the tests start their own, on loopback and free ports. So no
# package may start one while it is installed, nor at the next boot.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
undo=("$log")
trap 'rm -f "${undo[@]}"' EXIT
if [ ! -e "$policy" ]; then
  undo+=("$policy")
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
# Another apt may be at work on this machine: wait for it.
apt() { apt-get -q -y -o DPkg::Lock::Timeout=300 -o APT::Install-Recommends=false "$@" </dev/null >"$log" 2>&1; }
# The lists may be old or absent: fetch them only where it does not go without.
if ! apt install "${missing[@]}" && ! { apt update && apt install "${missing[@]}"; }; then
  cat "$log" >&2
  echo "Installing failed; what apt said stands above. To try by hand: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

for package in "${missing[@]}"; do
  case $package in
    postgresql) service=postgresql ;;
    nginx-light) service=nginx ;;
    iipimage-server) service=iipsrv ;;
    *) continue ;;
  esac
  systemctl disable "$service" >/dev/null 2>&1 || true
done
