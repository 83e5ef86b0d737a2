#!/bin/sh
# Compiles the guest for one JDK, and archives the classes that a kernel loads. Arguments: the JDK's folder, its major
# version, and the options that kernels are run with: an archive is good for the garbage collector it was made with only.
set -eu
jdk=$1
major=$2
shift 2
guest=$(dirname "$0")

echo "compiling the Java kernel"
rewriter=src-classfile
exports=
if [ "$major" -lt 24 ]; then
  rewriter=src-asm
  exports='--add-exports java.base/jdk.internal.org.objectweb.asm=ALL-UNNAMED'
fi
mkdir -p /build/classes
# shellcheck disable=SC2086
"$jdk/bin/javac" -proc:none -nowarn $exports -d /build/classes "$guest"/src/sandcell/kernel/*.java \
  "$guest/$rewriter"/sandcell/kernel/*.java
"$jdk/bin/jar" --create --file "$SANDCELL_OUT/kernel.jar" --manifest "$guest/manifest.txt" -C /build/classes .

echo "archiving the classes of the Java kernel"
"$jdk/bin/java" -XX:ArchiveClassesAtExit="$SANDCELL_OUT/kernel.jsa" "$@" -jar "$SANDCELL_OUT/kernel.jar" --train
