#!/bin/sh
# Start the service with the model of this project, unless LLM_BASE_URL names another server or MODEL is `none`.
set -eu
if [ -z "${LLM_BASE_URL:-}" ] && [ "$MODEL" != none ]; then
    unset LLM_API_KEY LLM_MODEL
    export LLM_BASE_URL="$MODEL_URL" LLM_API_KEY_FILE=/secrets/model/api-key LLM_STATUS_FILE=/status/model.json
fi
exec groundwork serve
