#!/bin/sh
# Serve the model as soon as it is there. Without one, wait to be stopped.
set -eu
if [ "$MODEL" = none ] || [ -n "${LLM_BASE_URL:-}" ]; then
    echo "No model is served: MODEL is '$MODEL', LLM_BASE_URL is '${LLM_BASE_URL:-}'."
    exec sleep infinity
fi
[ ! -d "/given/$MODEL" ] || MODEL="/given/$MODEL"
mkdir -p "$GROUNDWORK_DATA_DIR"
exec groundwork model serve "$MODEL" --host 0.0.0.0 --unattended --status /status/model.json
