package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"sandcell/session"
	"sandcell/toolchain"
)

const maxNotes = 20

// execution is one cell from its execute frame to its done frame.
type execution struct {
	kernel  *kernel
	frame   hostFrame
	stop    *interruptible
	names   []string
	notes   []string
	result  *string
	failure *failure
}

func (k *kernel) execute(frame hostFrame) error {
	e := &execution{kernel: k, frame: frame, names: []string{}, stop: k.interrupts.begin(frame.Count)}
	<-k.warmedUp
	if k.linkNote != "" {
		e.notes = append(e.notes, k.linkNote)
		k.linkNote = ""
	}
	e.notes = append(e.notes, k.outputs.restore()...)
	e.run()
	k.interrupts.end()
	return e.report()
}

// run takes the cell through its stages; what came of it stands in the execution.
func (e *execution) run() {
	e.kernel.tools.ForCell(e.stop, os.Stderr)
	if e.failure = e.install(); e.failure != nil {
		return
	}
	unit, err := e.build()
	if err != nil {
		e.failure = describeBuildError(err)
		return
	}
	e.notes = append(e.notes, unit.Notes...)
	if unit.Empty {
		e.names = append(e.names, unit.Commit(0)...)
		return
	}
	code, err := e.load(unit)
	if err != nil {
		e.failure = describeBuildError(err)
		return
	}
	if strings.Contains(e.frame.Code, "func main()") {
		prepareProgram()
	}
	progress := 0
	e.finish(e.kernel.runCell(e.frame.Count, code, &progress, e.stop))
	e.names = append(e.names, unit.Commit(progress)...)
}

// build translates the cell. A fault of the translation is an error of this cell, and not the end of the kernel.
func (e *execution) build() (unit *session.Unit, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			unit, err = nil, fmt.Errorf("the cell could not be translated: %v", fault)
		}
	}()
	unit, err = e.kernel.session.Build(e.frame.Count, e.frame.Code)
	if err != nil && e.stop.Err() != nil { // while a package was compiled
		return nil, errInterrupted
	}
	return unit, err
}

// install carries out the lines of the cell that are not Go.
func (e *execution) install() *failure {
	lines, rest := takeGoLines(e.frame.Code)
	e.frame.Code = rest
	for _, line := range lines {
		err := e.get(line.arguments)
		switch {
		case err == nil:
		case e.stop.Err() != nil:
			return describeBuildError(errInterrupted)
		default:
			message := shorten(err.Error())
			return failureAt("InstallError", message, strings.Split("InstallError: "+message, "\n"), line.number, 1)
		}
	}
	return nil
}

func (e *execution) get(arguments []string) error {
	if len(arguments) < 2 || arguments[0] != "get" {
		return errors.New("%go get takes module@version; other commands of go run in Bash")
	}
	err := e.kernel.tools.Get(e.stop, arguments[1:])
	if err != nil && os.Getenv("HTTP_PROXY") == "" && !strings.HasPrefix(os.Getenv("GOPROXY"), "file:") {
		return fmt.Errorf("%w\nThis sandbox has no network (setting network: none): what is installed must be among its files.", err)
	}
	return err
}

func (e *execution) load(unit *session.Unit) (runFunction, error) {
	code, err := loadUnit(e.stop, e.kernel.tools, e.frame.Count, unit)
	if err != nil && e.stop.Err() != nil {
		return nil, errInterrupted
	}
	return code, err
}

func loadUnit(ctx context.Context, tools *toolchain.Toolchain, count int, unit *session.Unit) (runFunction, error) {
	object, err := tools.Build(ctx, toolchain.Cell{
		Name:           fmt.Sprintf("c%d", count),
		Source:         unit.Source,
		Imports:        unit.Imports,
		MethodVersions: unit.MethodVersions,
	})
	if err != nil {
		return nil, err
	}
	defer os.Remove(object) // what is loaded stays
	forceMethods(unit.Redefined)
	unit.Loaded() // its names are taken, also where loading fails halfway
	return load(object, "repl."+unit.Run)
}

func (e *execution) finish(end cellEnd) {
	e.result, e.failure = end.result, end.failure
	e.notes = append(e.notes, end.notes...)
}

func (e *execution) report() error {
	connection, id := e.kernel.connection, e.frame.ID
	if e.failure != nil {
		if err := connection.send(errorFrame{"error", id, *e.failure}); err != nil {
			return err
		}
	} else if e.result != nil {
		data := map[string]string{"text/plain": *e.result}
		if err := connection.send(resultFrame{"result", id, data}); err != nil {
			return err
		}
	}
	if err := e.kernel.outputs.writeMarks(e.frame.Mark); err != nil {
		return err
	}
	notes := append([]string{}, e.notes[:min(len(e.notes), maxNotes)]...)
	return connection.send(doneFrame{"done", id, e.names, notes})
}

var errInterrupted = errors.New("interrupted")

func describeBuildError(err error) *failure {
	var compileError *session.CompileError
	var compilerError *toolchain.CompileError
	switch {
	case errors.Is(err, errInterrupted):
		return failureAt("Interrupted", interruptedMessage, []string{interruptedMessage}, 0, 0)
	case errors.As(err, &compileError):
		return failureAt(compileError.Kind, compileError.Message, compileError.Lines, compileError.Line, compileError.Column)
	case errors.As(err, &compilerError): // found by the compiler alone: a loop of initialisations, too large a stack frame
		return failureAt("CompileError", compilerError.Message, compilerError.Lines, compilerError.Line, compilerError.Column)
	default:
		message := shorten(err.Error())
		return failureAt("InternalError", message, []string{message}, 0, 0)
	}
}

func failureAt(name, message string, lines []string, line, column int) *failure {
	return &failure{name, message, append([]string{}, lines...), position(line), position(column)}
}

// position is a line or column; null where it is not known.
func position(number int) *int {
	if number <= 0 {
		return nil
	}
	return &number
}

// warmUp takes a cell of its own through compiler and loader, so that the first one of the user finds all in memory.
func (k *kernel) warmUp() {
	defer close(k.warmedUp)
	unit, err := session.New(k.config).Build(0, "import \"fmt\"\n_ = fmt.Sprint(1)\n1 + 1")
	if err == nil {
		_, err = loadUnit(context.Background(), k.tools, 0, unit)
	}
	if err == nil {
		debug.FreeOSMemory()
	}
}
