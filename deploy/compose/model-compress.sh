#!/bin/sh
# Get the model and compress it, unless that was done with the same scheme; say in /status/gpu-model where it is.
set -eu
if getent hosts model >/dev/null; then
    echo "The model for processors is running as well, and answers would come from both. Set CPU_MODELS=0 (docs/compose.md)." >&2
    exit 1
fi
if [ -d "/given/$MODEL" ]; then
    source="/given/$MODEL"
else
    groundwork model get "$MODEL" --status /status/model.json
    source="$MODEL"
fi
if [ "$COMPRESS" = none ]; then
    [ -d "$source" ] || source=$(groundwork model get "$MODEL" --json | python -c 'import json, sys; print(json.load(sys.stdin)["folder"])')
    made="$source"
else
    made="/models/$(basename "$MODEL")-$COMPRESS"
    [ -f "$made/config.json" ] || groundwork model compress "$source" --scheme "$COMPRESS" --out "$made"
fi
printf '%s\n' "$made" > /status/gpu-model
