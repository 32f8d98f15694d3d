#!/usr/bin/env bash
# guidellm 0.8.1: a load in which no request begins in its time fails the whole run, and the loads before it are lost.
#
# One would guess: the report has the loads that were measured, and one without requests as an empty one.
#
# What happens: the summary of a load needs a request (ValueError: Cannot compile GenerativeMetrics), the error ends the
# run with status 1, and the report is written after the last load only. A sweep over a slow server comes to it by
# itself: its lowest constant rates follow from what it measured, and may be lower than one request in --max-duration.
#
# What helps: a time of several requests at the lowest rate. Or to catch the error around Benchmarker.run, which is an
# async generator, and to return: GuideLLM then writes the report of what it has.
#
# Output seen:
#     5 and 1 requests a second for 3 s: exit status 0, loads in the report: 2
#     5 and 0.1 requests a second for 3 s: exit status 1, loads in the report: 0
#     ValueError: Cannot compile GenerativeMetrics: No measurement start or end times available.
set -euo pipefail
folder=$(mktemp -d)
server=''
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 guidellm==0.8.1
cd "$folder"
export HF_HUB_OFFLINE=1
for number in {1..40}; do
    echo "{\"prompt\": \"Question $number?\"}" >> prompts.jsonl
done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/guidellm" mock-server --port "$port" --ttft-ms 10 --itl-ms 10 > server.log 2>&1 &
server=$!
until curl -sf "http://127.0.0.1:$port/health" > health.json; do sleep 1; done
# $1: the second rate. Prints the exit status and the number of loads in the report.
measure() {
    rm -f report.json
    status=0
    "$folder/venv/bin/guidellm" run \
        --backend "kind=openai_http,target=http://127.0.0.1:$port,model=m,max_tokens=8" \
        --data kind=json_file,path=prompts.jsonl --profile "{\"kind\": \"constant\", \"rate\": [5, $1]}" \
        --constraint kind=max_duration,seconds=3 --output kind=json,path=report.json --disable-console > run.log 2>&1 ||
        status=$?
    loads=0
    [[ ! -e report.json ]] || loads=$(python3 -c 'import json; print(len(json.load(open("report.json"))["benchmarks"]))')
    echo "$status, loads in the report: $loads"
}
first=$(measure 1)
echo "5 and 1 requests a second for 3 s: exit status $first"
second=$(measure 0.1)
echo "5 and 0.1 requests a second for 3 s: exit status $second"
grep -o '^ValueError: Cannot compile.*' run.log | tail -n 1
[[ $first == "0, loads in the report: 2" && $second == "1, loads in the report: 0" ]] ||
    { echo "It is no longer as the header says."; exit 1; }
