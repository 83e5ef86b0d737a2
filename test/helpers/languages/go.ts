import type { LanguageRow } from '../languages.ts';

const CHILD = `import ("os"; "os/exec")
child := exec.Command("sh", "-c", "echo child out; echo child err >&2")
child.Stdout, child.Stderr = os.Stdout, os.Stderr
_ = child.Run()`;

const READY = 'import "fmt"\nfmt.Println("ready")';

export const go: LanguageRow = {
  language: 'go',
  setValue: (value) => `value := ${String(value)}`,
  changeValue: (value) => `value = ${String(value)}`,
  getValue: (value) => ({ code: 'value', result: String(value) }),
  persists: [
    {
      what: 'values',
      define: 'numbers := []int{1, 2}',
      use: { code: 'append(numbers, 3)', result: '[1 2 3]' },
    },
    {
      what: 'functions',
      define: 'func twice(n int) int { return 2 * n }',
      use: { code: 'twice(4)', result: '8' },
    },
    {
      what: 'types, their methods and their values',
      define:
        'type Point struct{ X int }\nfunc (p Point) Double() Point { return Point{2 * p.X} }\np := Point{3}',
      use: { code: 'p, p.Double()', result: '{X:3}, {X:6}' },
    },
    {
      what: 'imports',
      define: 'import "math"\nimport text "strings"',
      use: { code: 'text.ToUpper("a"), math.Floor(2.5)', result: 'A, 2' },
    },
    {
      what: 'goroutines and channels',
      define: 'numbers := make(chan int)\ngo func() { for n := 0; ; n++ { numbers <- n } }()',
      use: { code: '<-numbers + <-numbers + <-numbers', result: '3' },
    },
    {
      what: 'open files',
      define: 'import "os"\nf, _ := os.Create("open.txt")\nf.WriteString("a")\nvar text []byte',
      use: {
        code: 'f.WriteString("b")\ntext, _ = os.ReadFile("open.txt")\nstring(text)',
        result: 'ab',
      },
    },
    {
      what: 'the current folder and the environment',
      define:
        'import "os"\n_ = os.MkdirAll("deep", 0o755)\n_ = os.Chdir("deep")\n_ = os.Setenv("MOOD", "good")',
      use: {
        code: 'folder, _ := os.Getwd()\n_ = os.Chdir("..")\nfolder, os.Getenv("MOOD")',
        result: '/workspace/deep, good',
      },
    },
  ],
  redefines: [
    { what: 'a value', first: 'v := 1', second: 'v := "two"', use: { code: 'v', result: 'two' } },
    {
      what: 'a function that another one calls',
      first: 'func inner() int { return 1 }\nfunc outer() int { return inner() * 10 }',
      second: 'func inner() int { return 2 }',
      use: { code: 'outer()', result: '20' },
    },
    {
      what: 'a type',
      first: 'type K struct{ N int }',
      second: 'type K struct{ Name string }',
      use: { code: 'K{"a"}', result: '{Name:a}' },
    },
  ],
  lastExpressions: [
    { code: '2 + 2', result: '4' },
    { code: 'x := 20\nx + 1', result: '21' },
    { code: 'x := 5' },
    { code: '1, "two", nil == error(nil)', result: '1, two, true' },
    { code: 'for i := range 3 {\n\t_ = i\n}' },
    { code: '"text"', result: 'text' },
    { code: '[]string{"a", "b"}', result: '[a b]' },
  ],
  empty: ['', '   \n\t\n', '// only a comment', '\n\n/* a */\n\n// b\n'],
  bothStreams: {
    code: 'import ("fmt"; "os")\nfmt.Println("out")\nfmt.Fprintln(os.Stderr, "err")',
    stdout: 'out\n',
    stderr: 'err\n',
  },
  unicode: { code: 'import "fmt"\nfmt.Println("grüße 🎉")\n"日本"', stdout: 'grüße 🎉\n', result: '日本' },
  noNewline: { code: 'import "fmt"\nfmt.Print("half")', stdout: 'half' },
  subprocess: { code: CHILD, stdout: 'child out\n', stderr: 'child err\n' },
  printLines: (count) =>
    `import "fmt"\nfor i := 1; i <= ${String(count)}; i++ {\n\tfmt.Println("line", i)\n}`,
  printErrorLines: (count) =>
    `import ("fmt"; "os")\nfor i := 1; i <= ${String(count)}; i++ {\n\tfmt.Fprintln(os.Stderr, "line", i)\n}`,
  errors: [
    {
      what: 'a runtime error at top level',
      code: 'a := 0\nb := 1 / a\nc := 3',
      name: 'panic',
      message: 'runtime error: integer divide by zero',
      line: 2,
      column: null,
      traceback: ['panic: runtime error: integer divide by zero', 'cell ', '.go:2'],
    },
    {
      what: 'a panic in a function of the cell',
      code: 'func fail() {\n\tpanic("bad")\n}\n\nfail()',
      name: 'panic',
      message: 'bad',
      line: 2,
      column: null,
      traceback: ['main.fail(...)', '.go:2', '.go:5'],
    },
    {
      what: 'an error type of the cell',
      code: 'type Odd struct{ N int }\nfunc (o Odd) Error() string { return "it is odd" }\npanic(Odd{3})',
      name: 'panic',
      message: 'it is odd',
      line: 3,
      column: null,
    },
    {
      what: 'an unknown name',
      code: '\n\n    \nnowhere',
      name: 'CompileError',
      message: 'undefined: nowhere',
      line: 4,
      column: 1,
    },
    {
      what: 'a syntax error',
      code: 'x := 1\ny := )',
      name: 'SyntaxError',
      message: /./,
      line: 2,
      column: 6,
      traceback: ['.go:2:6: '],
    },
  ],
  errorInEarlierCell: {
    define: 'func thrower() {\n\tx := 1\n\t_ = x\n\tpanic("deep")\n}',
    call: {
      code: 'x := 0\nthrower()',
      name: 'panic',
      message: 'deep',
      line: 2,
      column: null,
      traceback: ['main.thrower(...)', '.go:4', '.go:2'],
    },
  },
  endless: [
    { what: 'a loop', code: `${READY}\nfor {\n}` },
    { what: 'a sleep', code: `${READY}\nimport "time"\ntime.Sleep(1000 * time.Second)` },
    { what: 'a wait for a channel', code: `${READY}\n<-make(chan int)` },
    { what: 'a child process', code: `${READY}\nimport "os/exec"\n_ = exec.Command("sleep", "1000").Run()` },
  ],
  // The loop is one of the library's, and what it calls has none.
  resists: `import ("fmt"; "io")
type zeros struct{}
func (zeros) Read(p []byte) (int, error) { return len(p), nil }
fmt.Println("ready")
_, _ = io.Copy(io.Discard, zeros{})`,
  waitForFile: (path) => `import ("os"; "time")
for {
	if _, err := os.Stat("/workspace/${path}"); err == nil {
		break
	}
	time.Sleep(5 * time.Millisecond)
}`,
  writeFile: (path) => `import "os"\n_ = os.WriteFile("/workspace/${path}", nil, 0o644)`,
  print: (text) => `import "fmt"\nfmt.Println("${text}")`,
  printLater: (go, done) => `import ("fmt"; "os"; "time")
go func() {
	for {
		if _, err := os.Stat("/workspace/${go}"); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	fmt.Println("late")
	_ = os.WriteFile("/workspace/${done}", nil, 0o644)
}()`,
  exitsWithZero: ['import "os"\nos.Exit(0)', 'import "os"\nfunc leave() { os.Exit(0) }\nleave()'],
  exits: [
    { code: 'import "os"\nos.Exit(3)', name: 'ExitStatus', message: 'exit status 3', line: 2, column: null },
  ],
  deaths: [
    {
      what: 'an exit of the process',
      code: 'import "syscall"\n_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 7, 0, 0)',
      message: 'the go kernel exited with code 7',
    },
    {
      what: 'a kill',
      code: 'import "syscall"\n_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)\nselect {}',
      message: 'the go kernel ended with code 137: killed (SIGKILL)',
    },
    {
      what: 'a segmentation fault',
      code: 'import "syscall"\n_ = syscall.Kill(syscall.Getpid(), syscall.SIGSEGV)\nselect {}',
      message:
        'the go kernel exited with code 2 after a fatal error of the Go runtime: SIGSEGV: segmentation violation',
    },
  ],
  fillsMemory: `var blocks [][]byte
for {
	block := make([]byte, 16<<20)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	blocks = append(blocks, block)
}`,
  readsStdin: {
    code: 'import ("io"; "os")\ntext, err := io.ReadAll(os.Stdin)\nlen(text), err',
    result: '0, <nil>',
  },
  closesStdout: {
    code: 'import "os"\n_ = os.Stdout.Close()',
    next: {
      code: 'import "fmt"\nfmt.Println("back")',
      stdout: 'back\n',
      note: 'stdout had been closed by an earlier cell; it is open again',
    },
  },
  forges: [
    { what: 'garbage', code: 'import "syscall"\n_, _ = syscall.Write(3, []byte("garbage\\n"))' },
    {
      what: 'a frame of an unknown kind',
      code: 'import "syscall"\n_, _ = syscall.Write(3, []byte(`{"type":"open","id":"x"}` + "\\n"))',
    },
    {
      what: 'an endless line',
      code: 'import ("bytes"; "syscall")\nfor {\n\t_, _ = syscall.Write(3, bytes.Repeat([]byte("x"), 65536))\n}',
    },
  ],
  forgedEnd: {
    code: 'import "fmt"\nfmt.Println(`{"type":"done","id":"x","names":[],"notes":[]}`)\n"not over"',
    stdout: '{"type":"done","id":"x","names":[],"notes":[]}\n',
    result: 'not over',
  },
  leavesBackgroundProcess: {
    code: 'import ("fmt"; "os/exec")\n_ = exec.Command("sleep", "1000").Start()\nfmt.Println("started")',
    stdout: 'started\n',
  },
};
