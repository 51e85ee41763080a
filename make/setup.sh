#!/usr/bin/env bash
# Installs what the project needs on a Debian machine, after saying what and asking once.
#
#   setup.sh [--for-tests]      YES=1 (or CI=true) answers the question
#
# A second run only looks, and takes no time.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

rust_wanted=1.90
node_wanted=20.19
tauri_driver_wanted='^2'

build_packages=(build-essential pkg-config libssl-dev file ca-certificates curl git xz-utils sqlite3 libwebkit2gtk-4.1-dev libgtk-3-dev
  librsvg2-dev libayatana-appindicator3-dev libxdo-dev fonts-noto-cjk fonts-dejavu-core)
sandbox_packages=(mmdebstrap debian-archive-keyring openssl iptables util-linux)
test_packages=(webkit2gtk-driver xvfb xauth dbus dbus-x11 x11-utils x11-apps xdotool imagemagick gnome-keyring libsecret-tools
  openssh-client perl libdbd-mysql-perl libjson-perl libterm-readkey-perl)

for_tests=no
[[ ${1:-} != --for-tests ]] || for_tests=yes

missing_packages() {
  local wanted=("${build_packages[@]}" "${sandbox_packages[@]}") package
  [[ $for_tests == no ]] || wanted+=("${test_packages[@]}")
  # A client alone, or an engine elsewhere, is not enough for the sandbox: unless one answers, install one here.
  if ! command -v dockerd >/dev/null && ! timeout 10 docker info >/dev/null 2>&1; then wanted+=(docker.io); fi
  ((EUID == 0)) || wanted+=(acl)
  for package in "${wanted[@]}"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

rust_is_here() {
  command -v cargo >/dev/null && cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 \
    && at_least "$(cargo --version | cut -d' ' -f2)" "$rust_wanted"
}

node_is_here() {
  command -v npm >/dev/null && at_least "$(node --version 2>/dev/null | tr -d v)" "$node_wanted"
}

# npm writes down what it installed, in the lockfile's own format. What is optional may be for another platform.
modules_are_here() {
  command -v node >/dev/null && (cd "$root/ui" && node -e '
    const read = (file) => JSON.parse(require("fs").readFileSync(file, "utf8")).packages;
    const wanted = read("package-lock.json"), here = read("node_modules/.package-lock.json");
    const fits = ([path, { version, optional }]) => path === "" || (here[path] ? here[path].version === version : optional);
    process.exit(Object.entries(wanted).every(fits) ? 0 : 1);
  ' 2>/dev/null)
}

# Turns apt's own status lines into a line each tenth of the way; the rest goes to the log.
apt_progress() { # LOG
  awk -F: -v log_file="$1" '
    /^(dlstatus|pmstatus):/ {
      tenth = int($3 / 10)
      if ($1 != phase || tenth != last) printf "    %s %d%%\n", $1 == "dlstatus" ? "downloaded" : "installed", tenth * 10
      phase = $1; last = tenth
      fflush()
      next
    }
    { print > log_file }' >&2
}

install_packages() {
  local log=$root/target/setup/apt.log
  mkdir -p "$root/target/setup"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet update >"$log" 2>&1 || {
    cat "$log" >&2
    fail 'setup: apt-get update failed, see above'
  }
  # A shell in between opens the status descriptor: sudo closes what it is given, and apt does not let dpkg use 1 then.
  as_root env DEBIAN_FRONTEND=noninteractive sh -c 'exec apt-get --quiet --yes --no-install-recommends \
    --option APT::Status-Fd=3 --option Dpkg::Use-Pty=0 install "$@" 3>&1 2>&1 </dev/null' sh "$@" | apt_progress "$log" || {
    tail -n 40 "$log" >&2
    fail 'setup: apt-get install failed, see above'
  }
}

install_rust() {
  if command -v rustup >/dev/null; then
    rustup toolchain install stable --profile minimal --component clippy --component rustfmt
    rustup default stable
  else
    curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs \
      | sh -s -- -y --no-modify-path --profile minimal --component clippy --component rustfmt
  fi
}

# Debian 12 has Node 18. The archive is checked against the list of checksums published beside it.
install_node() {
  local base=https://nodejs.org/dist/latest-v20.x machine archive dir
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) fail "setup: no ready-made Node for $(uname -m); install Node $node_wanted or newer, then run this again" ;;
  esac
  dir=$(mktemp -d)
  curl --silent --show-error --fail --output "$dir/sums" "$base/SHASUMS256.txt"
  archive=$(awk -v end="-linux-$machine.tar.xz" 'index($2, end) { print $2 }' "$dir/sums")
  curl --silent --show-error --fail --output "$dir/$archive" "$base/$archive"
  (cd "$dir" && grep " $archive\$" sums | sha256sum --check --quiet)
  rm -rf "$tools/node"
  mkdir -p "$tools/node"
  tar -xJf "$dir/$archive" --strip-components=1 -C "$tools/node"
  rm -rf "$dir"
}

install_modules() {
  npm --prefix "$root/ui" ci --no-audit --no-fund --no-update-notifier --loglevel=error
}

install_tauri_driver() {
  cargo install tauri-driver --version "$tauri_driver_wanted" --locked --root "$tools" --quiet
}

# Only the program, out of Debian's package: the package itself would start a service that nobody asked for.
install_registry() {
  local dir
  dir=$(mktemp -d)
  (cd "$dir" && apt-get --quiet download docker-registry >/dev/null 2>&1 && dpkg-deb --extract docker-registry_*.deb .)
  mkdir -p "$tools/bin"
  install -m 755 "$dir/usr/bin/docker-registry" "$tools/bin/docker-registry"
  rm -rf "$dir"
}

ask() { # LINE…
  printf '%s\n' 'MySQLer needs to install:' "$@" >&2
  if [[ ${YES:-} == 1 || ${CI:-} == true ]]; then
    return
  fi
  [[ -t 0 ]] || fail 'setup: nobody is here to ask. Run it again with YES=1 to install the above.'
  local answer
  read -r -p 'Go on? [y/N] ' answer
  [[ $answer == [yY]* ]] || fail 'setup: nothing was installed'
}

main() {
  local packages plan=() need_group=no
  command -v dpkg-query >/dev/null || fail 'setup: made for Debian 12 and newer, and there is no dpkg here. The README lists what to install by hand.'
  mapfile -t packages < <(missing_packages)
  ((${#packages[@]} == 0)) || plan+=("  - Debian packages, by apt-get: ${packages[*]}")
  if ((EUID != 0)) && ! id -nG "$(id -un)" | grep -qw docker && [[ ! -w /var/run/docker.sock ]]; then
    need_group=yes
    plan+=("  - access to Docker: $(id -un) joins the group 'docker' (which can do what root can)")
  fi
  rust_is_here || plan+=("  - Rust $rust_wanted or newer with clippy and rustfmt, by rustup, for $(id -un)")
  node_is_here || plan+=("  - Node 20 from nodejs.org, into target/tools")
  modules_are_here || plan+=('  - the npm packages of ui/package-lock.json, into ui/node_modules')
  if [[ $for_tests == yes && ! -x $tools/bin/tauri-driver ]]; then plan+=('  - tauri-driver, by cargo, into target/tools'); fi
  ((${#plan[@]} > 0)) || return 0

  ask "${plan[@]}"
  if ((EUID != 0)) && ! command -v sudo >/dev/null && ((${#packages[@]} > 0)); then
    fail 'setup: installing packages needs root, and there is no sudo: run this as root'
  fi
  if ((${#packages[@]} > 0)); then timed 'Debian packages' install_packages "${packages[@]}"; fi
  if [[ $need_group == yes ]]; then as_root usermod --append --groups docker "$(id -un)"; fi
  if ! rust_is_here; then timed 'Rust' install_rust; fi
  if ! node_is_here; then timed 'Node' install_node; fi
  if ! modules_are_here; then timed 'npm packages' install_modules; fi
  if [[ $for_tests == yes && ! -x $tools/bin/tauri-driver ]]; then timed 'tauri-driver' install_tauri_driver; fi
  if [[ $for_tests == yes && ! -x $tools/bin/docker-registry ]]; then timed 'docker-registry' install_registry; fi
}

main
