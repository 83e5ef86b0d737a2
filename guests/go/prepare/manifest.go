package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"sandcell/toolchain"
)

func (t *target) writeManifest(manifest toolchain.Manifest) error {
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.out, toolchain.ManifestFile), append(text, '\n'), 0o644)
}

// overlay writes a file for the -overlay flag: path in the source tree → path of what stands in for it.
func overlay(path string, replacements map[string]string) error {
	text, err := json.MarshalIndent(map[string]any{"Replace": replacements}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
