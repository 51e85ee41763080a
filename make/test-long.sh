#!/usr/bin/env bash
# Runs the survival suite as long as the faults take in life: outages of true length, and many random scenarios.
#
#   test-long.sh       MYSQLER_FAULT_COUNT=N (200) and MYSQLER_FAULT_SEED=N (this moment) choose the scenarios
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

"$root/make/prepare.sh" --for-tests
"$root/make/build.sh"
export MYSQLER_FAULT_COUNT=${MYSQLER_FAULT_COUNT:-200}
export MYSQLER_FAULT_SEED=${MYSQLER_FAULT_SEED:-$(date +%s)}
export MYSQLER_FAULT_REAL_TIME=1
mkdir -p "$root/target/test"
log=$root/target/test/faults-long.log
say "survival: $MYSQLER_FAULT_COUNT random scenarios from seed $MYSQLER_FAULT_SEED, and every fault at every moment"
# The whole workspace, as everywhere: another selection would build everything anew.
cargo test --workspace --locked --test faults -- --nocapture </dev/null 2>&1 | tee "$log"
say "every line is in ${log#"$root"/}"
