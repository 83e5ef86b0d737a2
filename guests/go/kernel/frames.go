package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

const protocolVersion = 1

// maxFrameBytes is the longest frame that is sent; data of a longer one is replaced by a sentence.
const maxFrameBytes = 8 << 20

type helloFrame struct {
	Type  string `json:"type"`
	Role  string `json:"role"`
	Token string `json:"token"`
}

type readyFrame struct {
	Type     string `json:"type"`
	Protocol int    `json:"protocol"`
	Language string `json:"language"`
	Version  string `json:"version"`
	PID      int    `json:"pid"`
}

type enteredFrame struct {
	Type string `json:"type"`
}

type refusedFrame struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

type resultFrame struct {
	Type string            `json:"type"`
	ID   string            `json:"id"`
	Data map[string]string `json:"data"`
}

type errorFrame struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	failure
}

// failure is how a cell failed. Line and column are null where they are not known, or not in this cell.
type failure struct {
	Name      string   `json:"name"`
	Message   string   `json:"message"`
	Traceback []string `json:"traceback"`
	Line      *int     `json:"line"`
	Column    *int     `json:"column"`
}

type doneFrame struct {
	Type  string   `json:"type"`
	ID    string   `json:"id"`
	Names []string `json:"names"`
	Notes []string `json:"notes"`
}

// hostFrame is an enter or an execute frame.
type hostFrame struct {
	Type  string            `json:"type"`
	CWD   string            `json:"cwd"`
	Env   map[string]string `json:"env"`
	ID    string            `json:"id"`
	Count int               `json:"count"`
	Mark  string            `json:"mark"`
	Code  string            `json:"code"`
}

func decode(line []byte) (hostFrame, error) {
	var frame hostFrame
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&frame); err != nil {
		return frame, err
	}
	valid := frame.Type == "enter" && frame.CWD != "" ||
		frame.Type == "execute" && frame.ID != "" && frame.Count > 0 && frame.Mark != ""
	if !valid {
		return frame, fmt.Errorf("no frame of protocol %d: type %q", protocolVersion, frame.Type)
	}
	return frame, nil
}

// encode writes one frame as a line.
func encode(frame any) ([]byte, error) {
	line, err := encodeLine(frame)
	if result, ok := frame.(resultFrame); ok && len(line) > maxFrameBytes {
		dropped := fmt.Sprintf("%d bytes of text/plain were dropped: over the limit of %d", len(line), maxFrameBytes)
		return encodeLine(resultFrame{result.Type, result.ID, map[string]string{"text/plain": dropped}})
	}
	return line, err
}

func encodeLine(frame any) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(frame)
	return line.Bytes(), err
}
