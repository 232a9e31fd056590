#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts a Keycloak into target/tools/keycloak, as a peer for the tests and for `make bench-peers`: fetched as a Maven
# package by name, built with what these two need. Does nothing when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

version=26.7.3
package=org.keycloak:keycloak-quarkus-dist:$version:tar.gz
home=target/tools/keycloak
# What neither signing in nor issuing tokens asks for: pages, protocols, and ways of signing in.
without=account,account-api,admin,ciba,device-flow,docker,dpop,impersonation,kerberos,organization,par,passkeys,recovery-codes,web-authn
wanted="$package without $without"
[ "$(cat $home/.countersign 2>/dev/null)" = "$wanted" ] && exit 0

say() { printf 'keycloak: %s\n' "$*" >&2; }
fail() { say "error: $*"; exit 3; }

for program in mvn java; do
  command -v $program >/dev/null || fail "$program is missing (apt-get install maven default-jre-headless)"
done
java=$(java -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p')
[ "${java:-0}" -ge 17 ] || fail "Java 17 or newer is needed, $(command -v java) is ${java:-of an unknown version} (apt-get install default-jre-headless)"

mkdir -p target/tools
scratch=$(mktemp -d target/tools/keycloak.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
# quietly COMMAND... shows what a command said only if it fails.
quietly() { "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said" >&2; return 1; }; }

say "fetching $package by Maven (180 MB, once)"
quietly mvn --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dmdep.stripVersion=true \
  "-Dartifact=$package" "-DoutputDirectory=$scratch" ||
  fail "Maven could not fetch $package: is a repository with Keycloak within reach?"
say "unpacking it, and building it with what is needed (about a minute)"
tar -xzf "$scratch/keycloak-quarkus-dist.tar.gz" -C "$scratch" || fail "what Maven fetched is no archive"
quietly "$scratch/keycloak-$version/bin/kc.sh" build --db=dev-file "--features-disabled=$without" ||
  fail "it does not build"
printf '%s' "$wanted" >"$scratch/keycloak-$version/.countersign"
rm -rf $home
mv "$scratch/keycloak-$version" $home
say "ready in $home"
