#!/usr/bin/env bash
# Tests that need a browser, Node.js or Python: who gets in, a callback's life in Chromium, schemathesis on the API.
# Installs what is missing, and says what it can't. usage: run.sh [PROGRAM]; pictures go to $PICTURES, if it is set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
program=$(realpath "${1:-$root/target/debug/desk}")
work=$root/target/desk-tests
mkdir -p "$work"
cd "$work"

command -v node >/dev/null || { echo "no Node.js here: the desk's tests in a browser are not run"; exit 0; }
node "$here/access.mjs" "$program"

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
    (apt-get update -q && apt-get install -y -q --no-install-recommends chromium) >install.log 2>&1 || true
    chromium=$(command -v chromium || true)
fi
[ -d node_modules/playwright-core ] || npm install --no-save --no-package-lock --silent playwright-core >>install.log 2>&1 || true
if [ -n "$chromium" ] && [ -d node_modules/playwright-core ]; then
    node "$here/life.mjs" "$program" "$chromium" ${PICTURES:+"$PICTURES"}
else
    echo "no Chromium or no playwright-core to be had: a callback's life is not tried in a browser"
fi

[ -d node_modules/engagement-client-js ] || timeout 60 npm install --no-save --no-package-lock --silent playwright-core \
    superagent@3.7.0 superagent-proxy@2 github:GenesysPureEngage/engagement-client-js >>install.log 2>&1 || true
if [ -d node_modules/engagement-client-js ]; then
    node "$here/client.mjs" "$program"
else
    echo "the vendor's JavaScript client is not to be had: the API is not tried with it"
fi

[ -x python/bin/schemathesis ] || { python3 -m venv python && python/bin/pip install --quiet schemathesis; } >>install.log 2>&1 || true
if [ -x python/bin/schemathesis ]; then
    node "$here/schema.mjs" "$program" "$work/python/bin/schemathesis"
else
    echo "no schemathesis to be had: the API's description is not tried"
fi
