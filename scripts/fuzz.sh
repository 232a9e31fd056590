#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes each target of fuzz/ for a number of seconds; stops at the first finding.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
# The fuzzing runtime needs compiler flags that stable Rust hides; the code under test is the same.
export RUSTC_BOOTSTRAP=1
for target in $(cargo fuzz list); do
  printf '\n==> fuzzing %s for %s s\n' "$target" "$seconds"
  mkdir -p "fuzz/corpus/$target"
  case $target in
    world | scenario) seeds=("fuzz/seeds/$target" "policies/${target}s") ;;
    *) seeds=("fuzz/seeds/$target") ;;
  esac
  cargo fuzz run "$target" "fuzz/corpus/$target" "${seeds[@]}" -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1
done
printf '\n==> no findings\n'
