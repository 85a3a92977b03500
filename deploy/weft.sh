#!/bin/sh
# Starts Weft from its source, the folder above this one, with the permissions of the task `weft` and those of WEFT_ALLOW.
# The folder that it may write to is the current one.
root=$(dirname "$(dirname "$(readlink -f "$0")")")
# shellcheck disable=SC2086 # WEFT_ALLOW holds flags
exec deno run --no-prompt --deny-import --allow-read --allow-net --allow-write=. \
  --allow-env=WEFT_*,USER,LOGNAME,USERNAME,WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE \
  --allow-sys=uid,gid,userInfo $WEFT_ALLOW \
  --v8-flags=--max-semi-space-size=8,--no-turboshaft-loop-unrolling \
  --config="$root/deno.json" "$root/main.ts" "$@"
