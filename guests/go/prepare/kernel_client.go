package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sandcell/toolchain"
)

// answerDeadline of a kernel is far above what a cell of a check takes, on a machine that does other things, too.
const answerDeadline = 2 * time.Minute

// kernelClient speaks docs/kernel-protocol.md with a prepared kernel.
type kernelClient struct {
	process  *exec.Cmd
	ended    chan struct{}
	output   bytes.Buffer // complete when the process has ended
	listener net.Listener
	frames   net.Conn
	lines    *bufio.Reader
	count    int
}

// frame has the fields of the answers that a check looks at.
type frame struct {
	Type    string            `json:"type"`
	Message string            `json:"message"`
	Data    map[string]string `json:"data"`
}

func (t *target) startKernel() (*kernelClient, error) {
	address := filepath.Join(t.scratch, "kernel.sock")
	os.Remove(address)
	listener, err := net.Listen("unix", address)
	if err != nil {
		return nil, err
	}
	listener.(*net.UnixListener).SetDeadline(time.Now().Add(answerDeadline))
	k := &kernelClient{listener: listener, ended: make(chan struct{}), process: exec.Command(filepath.Join(t.out, toolchain.KernelFile))}
	k.process.Env = []string{"SANDCELL_ADDRESS=" + address, "SANDCELL_TOKEN=check", "PATH=" + os.Getenv("PATH")}
	k.process.Stdout, k.process.Stderr = &k.output, &k.output
	k.process.WaitDelay = time.Second // what a cell has started may hold the pipes
	if err := k.process.Start(); err != nil {
		listener.Close()
		return nil, err
	}
	go func() {
		k.process.Wait()
		listener.Close() // it may have died before it connected
		close(k.ended)
	}()
	if err := k.welcome(); err != nil {
		return nil, k.close(err)
	}
	return k, nil
}

// welcome takes the connections for frames and for interrupts, in this order, and hands the kernel over.
func (k *kernelClient) welcome() error {
	var err error
	if k.frames, err = k.listener.Accept(); err != nil {
		return err
	}
	k.lines = bufio.NewReader(k.frames)
	if _, err := k.listener.Accept(); err != nil {
		return err
	}
	for _, expected := range []string{"hello", "ready"} {
		if answer, err := k.receive(); err != nil || answer.Type != expected {
			return errors.Join(fmt.Errorf("the kernel says %q and not %q", answer.Type, expected), err)
		}
	}
	answer, err := k.ask(map[string]any{"type": "enter", "cwd": os.TempDir(), "env": map[string]string{}})
	if err == nil && answer.Type != "entered" {
		err = errors.New(answer.Message)
	}
	return err
}

// run gives the result of a cell as text.
func (k *kernelClient) run(code string) (string, error) {
	k.count++
	answer, err := k.ask(map[string]any{"type": "execute", "id": "check", "count": k.count, "mark": strings.Repeat("-", 34), "code": code})
	result, failure := "", error(nil)
	for ; err == nil; answer, err = k.receive() {
		switch answer.Type {
		case "result":
			result = answer.Data["text/plain"]
		case "error":
			failure = errors.New(answer.Message)
		case "done":
			return result, failure
		}
	}
	return "", err
}

func (k *kernelClient) ask(question any) (frame, error) {
	line, err := json.Marshal(question)
	if err != nil {
		return frame{}, err
	}
	k.frames.SetDeadline(time.Now().Add(answerDeadline))
	if _, err := k.frames.Write(append(line, '\n')); err != nil {
		return frame{}, err
	}
	return k.receive()
}

func (k *kernelClient) receive() (frame, error) {
	k.frames.SetReadDeadline(time.Now().Add(answerDeadline))
	line, err := k.lines.ReadBytes('\n')
	if err != nil {
		return frame{}, fmt.Errorf("the kernel did not answer: %w", err)
	}
	var answer frame
	return answer, json.Unmarshal(line, &answer)
}

// close ends the kernel, and adds to an error what the kernel has printed.
func (k *kernelClient) close(reason error) error {
	k.process.Process.Kill()
	<-k.ended
	if k.frames != nil {
		k.frames.Close()
	}
	if reason != nil && k.output.Len() > 0 {
		return fmt.Errorf("%w\n%s", reason, head(k.output.String()))
	}
	return reason
}

// head keeps of a dying process's output the part that tells why.
func head(text string) string {
	const length = 1000
	return text[:min(length, len(text))]
}
