#!/bin/sh
# Get the model that MODEL names, unless nothing in this project serves one or it is a folder of the project's.
set -eu
if [ "$MODEL" = none ] || [ -n "${LLM_BASE_URL:-}" ] || [ "${CPU_MODELS:-1}" = 0 ]; then
    echo "No model is got: MODEL is '$MODEL', LLM_BASE_URL is '${LLM_BASE_URL:-}', CPU_MODELS is '${CPU_MODELS:-1}'."
    exit 0
fi
if [ -d "/given/$MODEL" ]; then
    echo "The model is the folder models/$MODEL."
    exit 0
fi
exec groundwork model get "$MODEL" --status /status/model.json
