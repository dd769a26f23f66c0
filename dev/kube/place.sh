# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# shellcheck shell=bash
# Where what dev/kube/build has made is; sourced. LOCKER_KUBERNETES names another place.

version=1.20.2
place=${LOCKER_KUBERNETES:-${XDG_CACHE_HOME:-$HOME/.cache}/locker/kubernetes-$version}

built() { [ -e "$place/version" ] && [ "$(cat "$place/version")" = "$version" ]; }
