#!/usr/bin/env bash
# Makes the Python that our wire is compared with: a venv with grpcio and protobuf, and the modules of proto/.
#   dev/python.sh [DIR]           DIR is the venv (default: .venv in the repository)
#   dev/python.sh --check [DIR]   changes nothing, fails when DIR is missing or out of step
# Takes python 3.9 to 3.12: python3, or what $LOCKER_PYTHON names. A folder that is up to date is left alone.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
check=no
if [ "${1:-}" = --check ]; then check=yes; shift; fi
venv=${1:-$root/.venv}
python=${LOCKER_PYTHON:-python3}
# A venv that is there is judged by its own python, whichever comes first in PATH today.
if [ "$check" = yes ] && [ -x "$venv/bin/python" ]; then python=$venv/bin/python; fi

# Pinned to versions that have wheels for every python above.
packages=(grpcio==1.76.0 grpcio-tools==1.76.0 protobuf==6.33.5 setuptools==80.9.0 pyyaml==6.0.3)
protos=(csi.proto record.proto data.proto registration.proto)

command -v "$python" >/dev/null || { echo "python: $python is missing (apt-get install python3 python3-venv)" >&2; exit 1; }
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case $version in
    3.9 | 3.10 | 3.11 | 3.12) ;;
    *) echo "python: $python is $version, but 3.9 to 3.12 is needed: name another one in LOCKER_PYTHON" >&2; exit 1 ;;
esac

# What the folder was made from: the same text means that there is nothing to do.
stamp=$(
    echo "$version ${packages[*]}"
    cd "$root/proto" && sha256sum "${protos[@]}"
)
if [ -e "$venv/locker-stamp" ] && [ "$(cat "$venv/locker-stamp")" = "$stamp" ]; then exit 0; fi
if [ "$check" = yes ]; then
    echo "python: $venv is missing or was made for other proto files: run dev/python.sh" >&2
    exit 1
fi
if [ -e "$venv" ] && [ ! -e "$venv/pyvenv.cfg" ]; then
    echo "python: $venv exists and is no venv; it is left alone" >&2
    exit 1
fi

rm -f "$venv/locker-stamp"
if [ ! -x "$venv/bin/python" ] ||
    [ "$("$venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" != "$version" ]; then
    "$python" -m venv --clear "$venv" || {
        echo "python: no venv can be made (apt-get install python3-venv)" >&2
        exit 1
    }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"

# One folder of modules, on the path of this venv alone.
modules=$venv/locker-modules
mkdir -p "$modules"
(cd "$root/proto" && "$venv/bin/python" -m grpc_tools.protoc -I. \
    --python_out="$modules" --grpc_python_out="$modules" "${protos[@]}")
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "import os, sys; sys.path.append(os.path.join(sys.prefix, 'locker-modules'))" >"$site/locker-modules.pth"
"$venv/bin/python" -c 'import csi_pb2_grpc, record_pb2, data_pb2_grpc, registration_pb2_grpc'
echo "$stamp" >"$venv/locker-stamp"
