package main

import (
	"go/token"
	"os"
	"strings"

	"sandcell/session"
	"sandcell/toolchain"
)

// kernel is one context's state and what serves it.
type kernel struct {
	connection *connection
	outputs    *outputs
	tools      *toolchain.Toolchain
	config     session.Config
	session    *session.Session
	interrupts *interrupts
	goroutines *cellGoroutines
	linkNote   string // said with the first cell
	warmedUp   chan struct{}
}

func newKernel(connection *connection, folder, linkNote string) (*kernel, error) {
	outputs, err := openOutputs()
	if err != nil {
		return nil, err
	}
	tools, err := toolchain.Load(folder)
	if err != nil {
		return nil, err
	}
	k := &kernel{
		connection: connection,
		outputs:    outputs,
		tools:      tools,
		config:     sessionConfig(tools),
		interrupts: &interrupts{},
		goroutines: &cellGoroutines{},
		linkNote:   linkNote,
		warmedUp:   make(chan struct{}),
	}
	k.session = session.New(k.config)
	k.watchGoroutines()
	return k, nil
}

func sessionConfig(tools *toolchain.Toolchain) session.Config {
	manifest := tools.Manifest()
	on := func(names ...string) bool {
		for _, name := range names {
			if manifest.Features[name] != "on" {
				return false
			}
		}
		return true
	}
	return session.Config{
		GoVersion:   languageVersion(manifest.GoVersion),
		Importer:    tools.Importer(token.NewFileSet()),
		Dot:         on("dot"),
		LateMethods: on("late", "methver", "uncommon"),
		Guard:       on("guard"),
	}
}

// languageVersion of "go1.26.8" is "go1.26".
func languageVersion(release string) string {
	parts := strings.SplitN(release, ".", 3)
	return strings.Join(parts[:min(len(parts), 2)], ".")
}

// serve answers frames until the server is gone.
func (k *kernel) serve() error {
	ready := readyFrame{"ready", protocolVersion, "go", strings.TrimPrefix(k.tools.Manifest().GoVersion, "go"), os.Getpid()}
	if err := k.connection.send(ready); err != nil {
		return err
	}
	go k.warmUp()
	go k.forwardInterrupts()
	for {
		line, err := k.connection.receiveLine()
		if err != nil {
			return err
		}
		frame, err := decode(line)
		if err != nil {
			return err
		}
		if frame.Type == "enter" {
			err = k.connection.send(answerTo(frame))
		} else {
			err = k.execute(frame)
		}
		if err != nil {
			return err
		}
	}
}

func answerTo(frame hostFrame) any {
	if err := enter(frame.CWD, frame.Env); err != nil {
		return refusedFrame{"refused", err.Error()}
	}
	return enteredFrame{"entered"}
}

func (k *kernel) forwardInterrupts() {
	for {
		lowByte, err := k.connection.receiveInterrupt()
		if err != nil {
			return // the frames connection ends, too
		}
		k.interrupts.deliver(lowByte)
	}
}
