/** Python of a cell that fills /workspace/proxy, a Go module proxy of files. */
export const GO_PROXY = `
import json, os, zipfile
def publish(path, version, files):
    folder = f"/workspace/proxy/{path}/@v"
    os.makedirs(folder, exist_ok=True)
    files = {"go.mod": f"module {path}\\n\\ngo 1.22\\n", **files}
    with zipfile.ZipFile(f"{folder}/{version}.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{path}@{version}/{name}", text)
    with open(f"{folder}/{version}.mod", "w") as file: file.write(files["go.mod"])
    with open(f"{folder}/{version}.info", "w") as file: json.dump({"Version": version}, file)
    with open(f"{folder}/list", "a") as file: file.write(version + "\\n")
BASE = '''package base
import "fmt"
type Point struct{ X, Y int }
func (p Point) String() string { return fmt.Sprintf("<%d %d>", p.X, p.Y) }
var Registry = map[string]int{}
var inits int
func init() { inits++; Registry["inits"] = inits }
func Set(name string, value int) { Registry[name] = value }
'''
publish("test.local/base", "v1.0.0", {"base.go": BASE})
publish("test.local/base", "v1.1.0", {"base.go": BASE + "const New = true\\n"})
publish("test.local/top", "v1.0.0", {
    "go.mod": "module test.local/top\\n\\ngo 1.22\\n\\nrequire test.local/base v1.0.0\\n",
    "top.go": '''package top
import (
    _ "embed"
    "test.local/base"
    "test.local/top/internal/hidden"
)
//go:embed files/data.txt
var Data string
type Shape interface{ Area() int }
func Origin() base.Point { return base.Point{X: hidden.One} }
func Map[T, U any](in []T, f func(T) U) (out []U) {
    for _, x := range in { out = append(out, f(x)) }
    return
}
''',
    "files/data.txt": "embedded",
    "internal/hidden/hidden.go": "package hidden\\nconst One = 1\\n",
    "sum/sum.go": "package sum\\nfunc Add(a, b int64) int64 { return add(a, b) }\\n",
    "sum/sum_amd64.go": "package sum\\nfunc add(a, b int64) int64\\n",
    "sum/sum_amd64.s": '''#include "textflag.h"
TEXT \u00b7add(SB), NOSPLIT, $0-24
    MOVQ a+0(FP), AX
    ADDQ b+8(FP), AX
    MOVQ AX, ret+16(FP)
    RET
''',
    "sum/sum_other.go": "//go:build !amd64\\n\\npackage sum\\nfunc add(a, b int64) int64 { return a + b }\\n",
})
publish("test.local/inc", "v1.0.0", {"c.go": 'package inc\\n// int one() { return 1; }\\nimport "C"\\nfunc One() int { return int(C.one()) }\\n'})
publish("test.local/broken", "v1.0.0", {"b.go": "package broken\\nvar x int = false\\n"})
`;

/** Environment of a context whose go command uses it. */
export const GO_PROXY_ENV = { GOPROXY: 'file:///workspace/proxy', GOSUMDB: 'off', GOFLAGS: '-mod=mod' };
