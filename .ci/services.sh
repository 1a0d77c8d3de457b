#!/usr/bin/env bash
# services.sh COMMAND...  runs a command beside the services that tests need:
# a PostgreSQL and an S3 server, on loopback, on free ports, with data in a
# temporary directory. The command finds them through
#   HEXI_TEST_POSTGRES   postgres://… of a user who may create databases
#   HEXI_TEST_S3         s3://KEY:SECRET@127.0.0.1:PORT/BUCKET?…
# One that is set already is used as it is and not started. When the command
# ends, however it ends, all is stopped and removed; so too when this script
# is killed, by a watch that outlives it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ "${1:-}" = --watch ]; then # services.sh --watch PID DIR: clean up after a killed one
  while kill -0 "$2" 2>/dev/null; do sleep 1; done
  [ -d "$3" ] || exit 0
  # shellcheck disable=SC1091
  . "$3/stop"
  exit 0
fi

if [ $# = 0 ]; then
  echo "usage: services.sh COMMAND..." >&2
  exit 2
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/hexi-services.XXXXXX")
chmod 755 "$dir" # PostgreSQL runs as another user where this is root

# The file "stop" is both what the trap and what the watch run. It grows with
# each service, newest first, and ends with the directory itself.
printf 'rm -rf %q\n' "$dir" >"$dir/stop"
on_stop() {
  printf '%s\n' "$1" | cat - "$dir/stop" >"$dir/stop.new"
  mv "$dir/stop.new" "$dir/stop"
}
stop() {
  trap '' INT TERM HUP # not to be cut off half-way
  # shellcheck disable=SC1091
  . "$dir/stop"
  kill "$watch" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

setsid "$here/services.sh" --watch $$ "$dir" </dev/null >/dev/null 2>&1 &
watch=$!

# free_port prints a port of 127.0.0.1 that nobody listens on, from below the
# range that outgoing connections use.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

start_postgres() {
  local bin as=() data=$dir/postgres password port try
  bin=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)
  bin=${bin%/initdb}
  if [ -z "$bin" ]; then
    echo "services.sh: PostgreSQL is not installed: the Debian package postgresql brings it" >&2
    return 1
  fi
  mkdir "$data"
  chmod 700 "$data"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$data/password"
  # PostgreSQL refuses to run as root.
  if [ "$(id -u)" = 0 ]; then
    as=(runuser -u postgres --)
    chown -R postgres "$data"
  fi
  # A collation of words rather than of bytes, as most servers have it: what
  # relies on the order of bytes has to say so to the database.
  (
    cd "$data"
    "${as[@]}" "$bin/initdb" --pgdata="$data/db" --username=hexi --pwfile="$data/password" --auth=scram-sha-256 \
      --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=und --no-sync
  ) >"$dir/postgres.log" 2>&1 || {
    cat "$dir/postgres.log" >&2
    return 1
  }
  on_stop "(cd / && ${as[*]} $bin/pg_ctl --pgdata=$data/db --mode=immediate --wait stop) >/dev/null 2>&1 || true"
  for try in 1 2 3 4 5; do # another may take the port in between
    port=$(free_port)
    if (
      cd "$data"
      # Nothing here has to outlive a power cut: no fsync.
      "${as[@]}" "$bin/pg_ctl" --pgdata="$data/db" --log="$data/log" --wait --timeout=60 \
        --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off -c max_connections=200" start
    ) </dev/null >>"$dir/postgres.log" 2>&1; then
      export HEXI_TEST_POSTGRES="postgres://hexi:$password@127.0.0.1:$port/postgres?sslmode=disable"
      echo "PostgreSQL $("$bin/postgres" --version | sed 's/.*) //;s/ (.*//') listens on 127.0.0.1:$port"
      return
    fi
    [ "$try" -lt 5 ] || cat "$dir/postgres.log" "$data/log" >&2
  done
  return 1
}

start_s3() {
  local tool root=$dir/s3 secret port try pid
  tool=$("$here/tool.sh" versitygw)
  mkdir -p "$root/data" "$root/meta"
  secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  # Not every file system keeps extended attributes: they go into a directory beside.
  for try in 1 2 3 4 5; do # another may take the port in between
    port=$(free_port)
    ROOT_ACCESS_KEY=hexi ROOT_SECRET_KEY=$secret setsid "$tool" --port "127.0.0.1:$port" --quiet \
      posix --sidecar "$root/meta" "$root/data" </dev/null >"$root/log" 2>&1 &
    pid=$!
    disown "$pid"
    for _ in {1..100}; do
      kill -0 "$pid" 2>/dev/null || break
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        on_stop "kill $pid 2>/dev/null || true"
        export HEXI_TEST_S3="s3://hexi:$secret@127.0.0.1:$port/hexi-test?tls=off&region=us-east-1"
        echo "S3 ($(basename "$tool")) listens on 127.0.0.1:$port"
        return
      fi
      sleep 0.1
    done
    kill "$pid" 2>/dev/null || true
  done
  echo "services.sh: the S3 server does not start:" >&2
  cat "$root/log" >&2
  return 1
}

[ -n "${HEXI_TEST_POSTGRES:-}" ] || start_postgres
[ -n "${HEXI_TEST_S3:-}" ] || start_s3

# The command gets a process group of its own, so that it goes as a whole when
# this script is told to stop.
set -m
"$@" </dev/null &
command=$!
set +m
on_stop "kill -TERM -- -$command 2>/dev/null || true"
status=0
wait "$command" || status=$?
exit "$status"
