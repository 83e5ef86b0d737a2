package toolchain

import (
	"bytes"
	"context"
	"os/exec"
)

// run starts one program of the toolchain and returns what it printed.
// The environment is ours alone: a cell may have set GOROOT, GOEXPERIMENT or PATH for itself.
func (t *Toolchain) run(ctx context.Context, program string, args []string, env ...string) (string, error) {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = t.scratch
	// The programs live for milliseconds: collecting garbage costs more than the memory is worth.
	command.Env = append([]string{"PATH=/usr/bin:/bin", "TMPDIR=" + t.scratch, "GOROOT=" + t.manifest.GoRoot, "GOGC=off", "GOMEMLIMIT=512MiB", "GOMAXPROCS=2"}, env...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return output.String(), err
}
