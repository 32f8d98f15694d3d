#!/usr/bin/env bash
# What a model does on an NVIDIA GPU, under four schemes and three loads, alone and behind the app; one JSON.
#
#   make setup env-vllm-cuda env-compress env-bench
#   benchmarks/gpu.sh --model DIR [options]
#
#   --model DIR       a checkpoint in 16 bits
#   --out DIR         results and compressed checkpoints; what is there already is not made again (default: gpu-benchmark)
#   --schemes LIST    of bf16, fp8, w8a8, w4a16 (default: all four)
#   --at LIST         requests in parallel (default: 1,32,256)
#   --seconds N       a load ends after this time (default: 120)
#   --requests N      … or after this many requests; at least the highest of --at (default: 2048)
#   --port N          of vLLM; the app has the next one (default: 8001)
#   --device NAME     cuda, or cpu: to try the script where no GPU is (default: cuda)
#   --dry-run         print the steps, run none
#
# For each scheme: compress, serve with vLLM, measure it alone with the app's own prompts, then measure the app in front
# of it with the questions of the same prompts: the difference of the two is what retrieval, prompt and checks cost.
# OUT/gpu.json has every load of every scheme, and the facts of the machine. The exit status is 1 where one is incomplete.
set -euo pipefail

model='' out=gpu-benchmark schemes=bf16,fp8,w8a8,w4a16 at=1,32,256 seconds=120 requests=2048 port=8001 device=cuda dry=''
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=$repository/.venv/bin/python
server='' app='' incomplete=0
# `model serve` refuses what its default service level cannot answer in time: here every request of a load waits its turn.
patient=(--slo ttft=600000)

fail() { echo "gpu.sh: $1" >&2; exit 2; }

number() {
    [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "$1 is '$2'; it must be a whole number from 1 on."
}

while (($#)); do
    case $1 in
        --model | --out | --schemes | --at | --seconds | --requests | --port | --device)
            [[ $# -gt 1 && $2 != --* ]] || fail "$1 needs a value."
            declare "${1#--}=$2"
            shift 2
            ;;
        --dry-run) dry=yes; shift ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) fail "'$1' is no option. Options: benchmarks/gpu.sh --help" ;;
    esac
done

[[ $model ]] || fail "name the model: --model DIR"
[[ -f $model/config.json ]] || fail "--model is '$model', which has no config.json. Name the folder of a checkpoint."
[[ $device == cuda || $device == cpu ]] || fail "--device is '$device'; it must be cuda or cpu."
number --seconds "$seconds"
number --requests "$requests"
number --port "$port"
((port < 65535)) || fail "--port is $port; it must be 65534 at most: the app has the next one."
IFS=, read -ra wanted <<<"$schemes"
for scheme in "${wanted[@]}"; do
    [[ $scheme =~ ^(bf16|fp8|w8a8|w4a16)$ ]] || fail "--schemes: '$scheme' is none of bf16, fp8, w8a8, w4a16."
done
((${#wanted[@]})) || fail "--schemes names none of bf16, fp8, w8a8, w4a16."
IFS=, read -ra loads <<<"$at"
((${#loads[@]})) || fail "--at names no number of requests."
for load in "${loads[@]}"; do
    number --at "$load"
    ((load <= requests)) || fail "--at has $load and --requests is $requests: use at least as many requests, best 8 times as many."
done
if [[ ! $dry && $device == cuda ]] && ! nvidia-smi -L >/dev/null 2>&1; then
    fail "nvidia-smi finds no GPU. Run this on a machine with one, or try the script with --device cpu."
fi

model=$(cd "$model" && pwd)
[[ $out == /* ]] || out=$PWD/$out
name=$(basename "$model")
export GROUNDWORK_DATA_DIR=$out/data GROUNDWORK_ANSWER_CACHE_MB=0 HF_HUB_OFFLINE=1
unset LLM_BASE_URL LLM_API_KEY LLM_MODEL QDRANT_URL
groundwork=("$python" -m cli)
cd "$repository"

step() {
    echo "+ $*" >&2
    [[ $dry ]] || "$@"
}

stop() {
    for process in $app $server; do
        kill "$process" 2>/dev/null && wait "$process" || true
    done
    app='' server=''
}
trap stop EXIT

# $1 seconds, $2 the process that must live, the rest: a command that succeeds when it is ready.
wait_for() {
    local end=$((SECONDS + $1)) process=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        kill -0 "$process" 2>/dev/null || { echo "gpu.sh: the server ended. Its output is in $out/logs." >&2; exit 1; }
        ((SECONDS < end)) || { echo "gpu.sh: the server was not ready in time. Its output is in $out/logs." >&2; exit 1; }
        sleep 1
    done
}

# Start vLLM on a checkpoint, as the model $2, and read the variables of its line for the app.
start_server() {
    echo "+ groundwork model serve $1 --name $2 --port $port ${patient[*]} &" >&2
    [[ $dry ]] && { LLM_BASE_URL=http://127.0.0.1:$port/v1 LLM_API_KEY=key LLM_MODEL=$2; return; }
    "${groundwork[@]}" model serve "$1" --name "$2" --port "$port" "${patient[@]}" >"$out/logs/$2.variables" 2>"$out/logs/$2.log" &
    server=$!
    wait_for 1800 "$server" grep -q LLM_MODEL= "$out/logs/$2.variables"
    # Our own line, quoted for a shell.
    eval "$(grep LLM_MODEL= "$out/logs/$2.variables")"
}

start_app() {
    echo "+ LLM_BASE_URL=$LLM_BASE_URL LLM_MODEL=$LLM_MODEL groundwork serve --port $((port + 1)) &" >&2
    [[ $dry ]] && return
    LLM_BASE_URL=$LLM_BASE_URL LLM_API_KEY=$LLM_API_KEY LLM_MODEL=$LLM_MODEL \
        "${groundwork[@]}" serve --port $((port + 1)) >"$out/logs/$1-app.log" 2>&1 &
    app=$!
    wait_for 300 "$app" curl -sf "http://127.0.0.1:$((port + 1))/ready"
}

# $1 the URL, $2 the model, $3 the prompts, $4 the name of the result. An incomplete result is kept and reported.
measure() {
    if [[ ! $dry && -f $out/bench/$4.json && ! -f $out/bench/$4.failure.json ]]; then
        echo "gpu.sh: $4 was measured already; remove $out/bench/$4.json to measure it again." >&2
        return
    fi
    LLM_API_KEY=${LLM_API_KEY-} step "${groundwork[@]}" model bench "$1" --model "$2" --prompts "$3" --name "$4" \
        --out "$out/bench" --at "$at" --seconds "$seconds" --requests "$requests" || {
        echo "gpu.sh: $4 is incomplete; see above." >&2
        incomplete=1
    }
}

step mkdir -p "$out/bench" "$out/logs" "$out/models"
step "${groundwork[@]}" ingest
step "${groundwork[@]}" model prompts --out "$out/prompts.jsonl"
step "$python" -m benchmarks.gpu questions "$out/prompts.jsonl" "$out/questions.jsonl"
for scheme in "${wanted[@]}"; do
    checkpoint=$model
    if [[ $scheme != bf16 ]]; then
        checkpoint=$out/models/$name-$scheme
        [[ -d $checkpoint ]] || step "${groundwork[@]}" model compress "$model" --scheme "$scheme" --out "$checkpoint"
    fi
    start_server "$checkpoint" "$name-$scheme"
    measure "${LLM_BASE_URL%/v1}" "$LLM_MODEL" "$out/prompts.jsonl" "$name-$scheme"
    start_app "$name-$scheme"
    LLM_API_KEY='' measure "http://127.0.0.1:$((port + 1))" groundwork "$out/questions.jsonl" "$name-$scheme-app"
    stop
done
step "$python" -m benchmarks.gpu collect "$out" --model "$model" --device "$device"
exit "$incomplete"
