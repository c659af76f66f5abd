#!/usr/bin/env bash
# Prove that `python3 run.py test` needs nothing but Python: runs it from a clean clone in bare Debian roots.
#
#   sudo tools/bare_debian.sh [root] [user-venv] [user-bare] [-- PYTEST ARGUMENTS]
#
#   root        root, nothing but python3: everything is installed by itself
#   user-venv   a plain user, python3 and python3-venv: says the one command for the rest; works after it was typed
#   user-bare   a plain user, nothing but python3: the same
#
# Needs root and debootstrap. The bare root is kept in $CPDESK_BARE (default: cpdesk-bare in $TMPDIR or /var/tmp), so a
# second run skips debootstrap. This machine's name resolution, certificates, proxy and pip configuration are taken along.
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
store=${CPDESK_BARE:-${TMPDIR:-/var/tmp}/cpdesk-bare}
release=${DEBIAN_RELEASE:-bookworm}

variants=()
while (($#)) && [[ $1 != -- ]]; do variants+=("$1"); shift; done
(($#)) && shift
((${#variants[@]})) || variants=(root user-venv user-bare)

make_base() {
    [[ -e $store/$release/.complete ]] && return
    rm -rf "${store:?}/$release"
    mkdir -p "$store"
    echo "== debootstrap $release (minbase and python3)"
    debootstrap --variant=minbase --include=python3 "$release" "$store/$release" >"$store/debootstrap.log" 2>&1 ||
        { tail -20 "$store/debootstrap.log"; exit 1; }
    touch "$store/$release/.complete"
}

make_root() { # one fresh root with a clean clone in the user's home
    rm -rf --one-file-system "$1"
    cp -a --reflink=auto "$store/$release" "$1"
    local file
    for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
        if [[ -e $file ]]; then install -D -m 644 "$(readlink -f "$file")" "$1$file"; fi
    done
    if [[ -d /usr/local/share/ca-certificates ]]; then # the package ca-certificates makes the bundle anew from these
        mkdir -p "$1/usr/local/share" && cp -a /usr/local/share/ca-certificates "$1/usr/local/share/"
    fi
    chroot "$1" useradd --create-home surveyor
    git clone --quiet --no-hardlinks "$checkout" "$1/home/surveyor/cpdesk"
    chroot "$1" chown -R surveyor: /home/surveyor
}

inside() { # ROOT USER COMMAND: with this machine's proxy and pip settings, and nothing else of its environment
    local root=$1 user=$2 command=$3 settings=() line home=/home/surveyor
    while IFS= read -r line; do
        [[ ${line%%=*} =~ ^(PIP_.*|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|[A-Za-z]+_proxy|[A-Z]+_PROXY)$ ]] && settings+=("$line")
    done < <(env)
    settings+=("HOME=$home" "LANG=C.UTF-8" "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    # mounts live in a namespace of their own and go with the process
    unshare --mount --pid --fork -- sh -ec '
        root=$1 user=$2 command=$3; shift 3
        mount --make-rprivate /
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/dev/shm" 2>/dev/null || true
        exec chroot --userspec="$user" "$root" env -i "$@" sh -c "cd /home/surveyor/cpdesk && $command"
    ' sh "$root" "$user" "$command" "${settings[@]}"
}

quoted=""
for word in "$@"; do quoted+=" $(printf %q "$word")"; done

check() {
    local variant=$1 root=$store/$1 user=surveyor:surveyor code=0 typed
    make_root "$root" || return 1
    case $variant in
    root) user=root:root ;;
    user-venv) inside "$root" root:root "apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv" \
        >"$root.log" 2>&1 || { tail "$root.log"; return 1; } ;;
    user-bare) ;;
    *) echo "unknown variant $variant"; return 2 ;;
    esac
    if [[ $variant == user-* ]]; then
        inside "$root" "$user" "python3 run.py test$quoted" 2>&1 | tee "$root.log" || code=$?
        ((code == 1)) || { echo "expected exit code 1, got $code"; return 1; }
        typed=$(sed -n "s/^ *su -c '\(.*\)'$/\1/p" "$root.log" | head -1)
        [[ -n $typed ]] || { echo "no command to type was shown"; return 1; }
        echo "-- typing it: $typed"
        inside "$root" root:root "$typed" >"$root.apt.log" 2>&1 || { tail "$root.apt.log"; return 1; }
    fi
    inside "$root" "$user" "python3 run.py test$quoted" || return 1
    echo "-- a second start:"
    time inside "$root" "$user" "python3 run.py test --version"
}

make_base
failed=()
for variant in "${variants[@]}"; do
    echo "== $variant"
    if check "$variant"; then echo "== $variant: passed"; else echo "== $variant: FAILED"; failed+=("$variant"); fi
done
if ((${#failed[@]})); then echo "failed: ${failed[*]}"; exit 1; fi
echo "all passed: ${variants[*]}"
