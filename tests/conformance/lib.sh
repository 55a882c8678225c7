# Shared by `run`, `record` and `reports`: installs what the two servers need, starts them on free loopback ports, ends them again.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${AMBIT_CONFORMANCE_WORK:-$here/.work}
pids=()

stop_servers() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_servers() {
    mkdir -p "$work"
    if ! "$work/venv/bin/python" -c 'import moto, boto3, flask' 2>/dev/null; then
        python3 -m venv "$work/venv"
        "$work/venv/bin/pip" install --quiet 'moto[server]==5.2.*' boto3
    fi
    if [ ! -d "$here/github-fake/node_modules" ]; then
        (cd "$here/github-fake" && npm ci --silent --omit=optional --ignore-scripts)
    fi
}

build_ambit() {
    if [ -z "${AMBIT:-}" ]; then
        (cd "$root" && cargo build --quiet)
        AMBIT=${CARGO_TARGET_DIR:-$root/target}/debug/ambit
    fi
    export AMBIT
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for() {
    local tries
    for tries in $(seq 1 150); do
        if curl --silent --fail --output /dev/null "$1"; then return 0; fi
        sleep 0.2
    done
    echo "no answer from $1 after $tries tries" >&2
    return 1
}

start_servers() {
    local github aws
    github=$(free_port)
    aws=$(free_port)
    node "$here/github-fake/src/main.mjs" "$here/scenarios/reach.json" "$github" >"$work/github.log" 2>&1 &
    pids+=($!)
    "$work/venv/bin/moto_server" -H 127.0.0.1 -p "$aws" >"$work/moto.log" 2>&1 &
    pids+=($!)
    wait_for "http://127.0.0.1:$github/__fake/log"
    wait_for "http://127.0.0.1:$aws/moto-api/data.json"
    export GITHUB_FAKE="http://127.0.0.1:$github" AWS_ENDPOINT_URL="http://127.0.0.1:$aws"
    export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
}
