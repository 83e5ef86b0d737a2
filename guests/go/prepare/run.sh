#!/bin/sh
# run.sh GO stock|prelinked: fills $SANDCELL_OUT with what kernels of this Go toolchain need, in a scratch $TMPDIR.
set -eu
go=$1 strategy=$2
cd "$(dirname "$0")/.."
export SANDCELL_GO="$go" GOCACHE="$TMPDIR/cache" GOPATH="$TMPDIR/path"
export GOENV=off GOTOOLCHAIN=local GOPROXY=off GOWORK=off CGO_ENABLED=1
if [ "$strategy" = prelinked ]; then
  export GOFLAGS=
  exec "$go" run ./prepare prelinked
fi
# This program, the kernel and the archives are compiled with the same flags, so that each package is compiled once:
# -dynlink as for plugins; no debugging information, which nobody reads; initialisers of maps stay in their package's
# initialiser, because the linker drops those that one module does not use and the next one may miss.
export GOFLAGS="-buildmode=pie -tags=netgo,osusergo '-gcflags=all=-dynlink -dwarf=false -d=wrapglobalmapctl=1' -asmflags=all=-dynlink"
exec "$go" run '-ldflags=-linkmode=external -w' ./prepare "$strategy"
