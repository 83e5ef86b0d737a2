package toolchain

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// compilePackage makes the archive of a package of a module, as the go command would with the flags of cells.
func (t *Toolchain) compilePackage(p listed, archive string) error {
	if slices.Contains(p.Imports, "C") {
		return fmt.Errorf("package %s is written in C in part, which cells cannot load", p.ImportPath)
	}
	if err := os.MkdirAll(filepath.Dir(archive), 0o700); err != nil {
		return err
	}
	work, err := os.MkdirTemp(t.modules.archives, "work-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	args := append([]string{}, t.manifest.Compile...)
	args = append(args, "-p="+p.ImportPath, "-lang="+t.languageOf(p), "-pack", "-o="+archive, "-importcfg="+filepath.Join(work, "imports"))
	if err := os.WriteFile(filepath.Join(work, "imports"), []byte(t.importsOf(p)), 0o600); err != nil {
		return err
	}
	if len(p.EmbedPatterns) > 0 {
		file := filepath.Join(work, "embed")
		if err := os.WriteFile(file, embedConfig(p), 0o600); err != nil {
			return err
		}
		args = append(args, "-embedcfg="+file)
	}
	if len(p.SFiles) > 0 {
		symbols := filepath.Join(work, "symabis")
		if err := t.assemble(p, work, append([]string{"-gensymabis", "-o=" + symbols}, inFolder(p.Dir, p.SFiles)...)); err != nil {
			return err
		}
		args = append(args, "-symabis="+symbols, "-asmhdr="+filepath.Join(work, "go_asm.h"))
	}
	if output, err := t.run(t.modules.ctx, t.manifest.Compiler, append(args, inFolder(p.Dir, p.GoFiles)...)); err != nil {
		return packageError(p, output, err)
	}
	for i, file := range inFolder(p.Dir, p.SFiles) {
		object := filepath.Join(work, fmt.Sprintf("asm%d.o", i))
		if err := t.assemble(p, work, []string{"-o=" + object, file}); err != nil {
			return err
		}
		if err := appendMember(archive, object); err != nil {
			return err
		}
	}
	return nil
}

func (t *Toolchain) assemble(p listed, work string, args []string) error {
	tool := filepath.Join(t.manifest.GoRoot, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, "asm")
	flags := []string{"-p=" + p.ImportPath, "-I=" + work, "-I=" + p.Dir, "-I=" + filepath.Join(t.manifest.GoRoot, "pkg", "include"),
		"-D=GOOS_" + runtime.GOOS, "-D=GOARCH_" + runtime.GOARCH, "-dynlink"}
	if runtime.GOARCH == "amd64" {
		flags = append(flags, "-D=GOAMD64_v1")
	}
	if slices.Contains(t.manifest.Compile, "-linkshared") {
		flags = append(flags, "-linkshared")
	}
	output, err := t.run(t.modules.ctx, tool, append(flags, args...))
	if err != nil {
		return packageError(p, output, err)
	}
	return nil
}

// languageOf is the version of Go that the module is written in, at most the toolchain's own.
func (t *Toolchain) languageOf(p listed) string {
	var own, wanted int
	fmt.Sscanf(t.manifest.Language(), "go1.%d", &own)
	if p.Module == nil || p.Module.GoVersion == "" {
		return "go1.16" // what the go command takes where a module does not say
	}
	fmt.Sscanf(p.Module.GoVersion, "1.%d", &wanted)
	return fmt.Sprintf("go1.%d", min(wanted, own))
}

func (t *Toolchain) importsOf(p listed) string {
	var lines strings.Builder
	for from, to := range p.ImportMap {
		fmt.Fprintf(&lines, "importmap %s=%s\n", from, to)
	}
	for _, path := range p.Imports {
		if archive, ok := t.archive(path); ok {
			fmt.Fprintf(&lines, "packagefile %s=%s\n", path, archive)
		}
	}
	return lines.String()
}

// embedConfig tells the compiler which files each go:embed pattern stands for.
func embedConfig(p listed) []byte {
	config := struct {
		Patterns map[string][]string
		Files    map[string]string
	}{map[string][]string{}, map[string]string{}}
	for _, file := range p.EmbedFiles {
		config.Files[file] = filepath.Join(p.Dir, file)
	}
	for _, pattern := range p.EmbedPatterns {
		glob := strings.TrimPrefix(pattern, "all:")
		for _, file := range p.EmbedFiles {
			if matchesOrIsBelow(glob, file) {
				config.Patterns[pattern] = append(config.Patterns[pattern], file)
			}
		}
	}
	text, _ := json.Marshal(config) // strings alone: cannot fail
	return text
}

// matchesOrIsBelow: a pattern that names a folder stands for the files in it.
func matchesOrIsBelow(pattern, file string) bool {
	for name := file; name != "."; name = path.Dir(name) {
		if matches, err := path.Match(pattern, name); err == nil && matches {
			return true
		}
	}
	return pattern == "."
}

func inFolder(folder string, names []string) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join(folder, name))
	}
	return paths
}

func packageError(p listed, output string, err error) error {
	const length = 2000
	if text := strings.TrimSpace(output); text != "" {
		return fmt.Errorf("package %s does not compile: %s", p.ImportPath, text[:min(len(text), length)])
	}
	return fmt.Errorf("package %s does not compile: %w", p.ImportPath, err)
}

// appendMember adds an object file to an archive, as `go tool pack r` does, which newer toolchains do not bring along.
func appendMember(archive, object string) error {
	content, err := os.ReadFile(object)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(archive, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	header := fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n", filepath.Base(object), 0, 0, 0, 0o644, len(content))
	if len(content)%2 == 1 {
		content = append(content, 0)
	}
	_, err = file.Write(append([]byte(header), content...))
	return err
}
