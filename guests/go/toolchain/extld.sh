#!/bin/sh
# extld.sh LINKER [arguments of a C compiler]: what Go's linker calls in the place of the C compiler to link a cell.
# A cell needs neither the C library nor start files, which the kernel has: its objects go straight to a linker.
linker=$1
case $linker in
  */ld.lld) own=--threads=1 ;;
  *) own= ;;
esac
output='' objects=''
while shift && [ $# -gt 0 ]; do
  case $1 in
    # Go's linker only asks which flags and which version the C compiler has: nothing of it matters here.
    *trivial.c | -Wl,--version) exit 0 ;;
    -o) shift && output=$1 ;;
    -*) ;;
    *.o) objects="$objects $1" ;;
  esac
done
# shellcheck disable=SC2086 # several words; the paths are made by the linker, in a folder without spaces
exec "$linker" -shared --hash-style=gnu --build-id=none -z now -z noexecstack $own -o "$output" $objects
