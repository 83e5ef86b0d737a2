import type { LanguageRow } from '../languages.ts';

const CHILD = `import subprocess, sys
subprocess.run([sys.executable, '-c', 'import os; os.write(1, b"child out\\\\n"); os.write(2, b"child err\\\\n")'])
None`;

export const python: LanguageRow = {
  language: 'python',
  setValue: (value) => `value = ${String(value)}`,
  getValue: (value) => ({ code: 'value', result: String(value) }),
  persists: [
    { what: 'values', define: 'numbers = [1, 2]', use: { code: 'numbers + [3]', result: '[1, 2, 3]' } },
    { what: 'functions', define: 'def twice(n):\n    return 2 * n', use: { code: 'twice(4)', result: '8' } },
    {
      what: 'classes and their objects',
      define: 'class Point:\n    def __init__(self, x):\n        self.x = x\np = Point(3)',
      use: { code: 'type(p) is Point, p.x', result: '(True, 3)' },
    },
    {
      what: 'imports',
      define: 'import math\nfrom json import dumps as to_json',
      use: { code: 'to_json(math.floor(2.5))', result: "'2'" },
    },
    {
      what: 'open files',
      define: "f = open('open.txt', 'w+')\n_ = f.write('a')",
      use: { code: "_ = f.write('b'); _ = f.seek(0); f.read()", result: "'ab'" },
    },
    {
      what: 'the current folder and the environment',
      define: "import os\nos.makedirs('deep', exist_ok=True)\nos.chdir('deep')\nos.environ['MOOD'] = 'good'",
      use: {
        code: "r = (os.getcwd(), os.environ['MOOD'])\nos.chdir('..')\nr",
        result: "('/workspace/deep', 'good')",
      },
    },
  ],
  redefines: [
    { what: 'a value', first: 'v = 1', second: "v = 'two'", use: { code: 'v', result: "'two'" } },
    {
      what: 'a class',
      first: 'class K:\n    n = 1',
      second: 'class K:\n    n = 2',
      use: { code: 'K().n', result: '2' },
    },
  ],
  lastExpressions: [
    { code: '2 + 2', result: '4' },
    { code: 'x = 20\nx + 1', result: '21' },
    { code: 'x = 5' },
    { code: 'None' },
    { code: '7;' },
    { code: 'for i in range(3):\n    i' },
    { code: "'text'", result: "'text'" },
  ],
  empty: ['', '   \n\t\n', '# only a comment', '\n\n# a\n\n# b\n'],
  bothStreams: {
    code: "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    stdout: 'out\n',
    stderr: 'err\n',
  },
  unicode: { code: "print('grüße 🎉')\n'日本'", stdout: 'grüße 🎉\n', result: "'日本'" },
  noNewline: { code: "print('half', end='')", stdout: 'half' },
  subprocess: { code: CHILD, stdout: 'child out\n', stderr: 'child err\n' },
  printLines: (count) => `for i in range(1, ${String(count + 1)}):\n    print('line', i)`,
  printErrorLines: (count) =>
    `import sys\nfor i in range(1, ${String(count + 1)}):\n    print('line', i, file=sys.stderr)`,
  errors: [
    {
      what: 'an exception at top level',
      code: 'a = 1\nb = a / 0\nc = 3',
      name: 'ZeroDivisionError',
      message: 'division by zero',
      line: 2,
      column: 5,
      traceback: ['line 2, in <module>', 'b = a / 0', 'ZeroDivisionError: division by zero'],
    },
    {
      what: 'an exception in a function of the cell',
      code: 'def fail():\n    raise ValueError("bad")\n\nfail()',
      name: 'ValueError',
      message: 'bad',
      line: 2,
      column: 5,
      traceback: ['line 4, in <module>', 'line 2, in fail', 'raise ValueError("bad")'],
    },
    {
      what: 'an exception class of the cell',
      code: 'class Odd(Exception):\n    pass\nraise Odd("it is odd")',
      name: 'Odd',
      message: 'it is odd',
      line: 3,
      column: 1,
    },
    {
      what: 'an unknown name',
      code: '\n\n    \nnowhere',
      name: 'NameError',
      message: /'nowhere' is not defined/,
      line: 4,
      column: 1,
    },
    {
      what: 'a syntax error',
      code: 'x = 1\ny = 2 +* 3',
      name: 'SyntaxError',
      message: /invalid syntax/,
      line: 2,
      column: 8,
      traceback: ['line 2', 'y = 2 +* 3'],
    },
  ],
  errorInEarlierCell: {
    define: 'def thrower():\n    x = 1\n    y = 2\n    raise KeyError("deep")',
    call: {
      code: 'x = 0\nthrower()',
      name: 'KeyError',
      message: "'deep'",
      line: 2,
      column: 1,
      traceback: ['line 2, in <module>', 'line 4, in thrower', 'raise KeyError("deep")'],
    },
  },
  endless: [
    { what: 'a loop', code: "print('ready')\nwhile True:\n    pass" },
    { what: 'a sleep', code: "import time\nprint('ready')\ntime.sleep(1000)" },
    { what: 'an await', code: "import asyncio\nprint('ready')\nawait asyncio.sleep(1000)" },
    { what: 'a child process', code: "import subprocess\nprint('ready')\nsubprocess.run(['sleep', '1000'])" },
    { what: 'os.system', code: "import os\nprint('ready')\nos.system('sleep 1000')" },
  ],
  resists: `print('ready')
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass`,
  waitForFile: (path) =>
    `import os, time\nwhile not os.path.exists('/workspace/${path}'):\n    time.sleep(0.005)`,
  writeFile: (path) => `open('/workspace/${path}', 'w').close()`,
  print: (text) => `print('${text}')`,
  printLater: (go, done) => `import os, threading, time
def later():
    while not os.path.exists('/workspace/${go}'):
        time.sleep(0.005)
    print('late')
    open('/workspace/${done}', 'w').close()
threading.Thread(target=later).start()`,
  exitsWithZero: ['exit()', 'quit(0)', 'import sys\nsys.exit()', 'raise SystemExit'],
  exits: [
    { code: 'import sys\nsys.exit(3)', name: 'SystemExit', message: '3', line: 2, column: 1 },
    { code: 'exit("no more")', name: 'SystemExit', message: 'no more', line: 1, column: 1 },
  ],
  deaths: [
    {
      what: 'an exit of the process',
      code: 'import os\nos._exit(7)',
      message: 'the python kernel exited with code 7',
    },
    {
      what: 'a kill',
      code: 'import os\nos.kill(os.getpid(), 9)',
      message: 'the python kernel ended with code 137: killed (SIGKILL)',
    },
    {
      what: 'a segmentation fault',
      code: 'import ctypes\nctypes.string_at(0)',
      message: 'the python kernel ended with code 139: segmentation fault (SIGSEGV)',
    },
    {
      what: 'an abort',
      code: 'import os\nos.abort()',
      message: 'the python kernel ended with code 134: aborted (SIGABRT)',
    },
  ],
  fillsMemory: `import mmap
memory = mmap.mmap(-1, 4 << 30)
for at in range(0, 4 << 30, 4096):
    memory[at] = 1`,
  readsStdin: { code: 'import sys\nsys.stdin.read()', result: "''" },
  asksUser: {
    code: 'input("name? ")',
    name: 'EOFError',
    message: /no stdin/,
    line: 1,
    column: 1,
  },
  closesStdout: {
    code: 'import os\nos.close(1)',
    next: {
      code: "print('back')",
      stdout: 'back\n',
      note: 'stdout had been closed by an earlier cell; it is open again',
    },
  },
  forges: [
    { what: 'garbage', code: "import os\n_ = os.write(3, b'garbage\\n')" },
    {
      what: 'a frame of an unknown kind',
      code: 'import os\n_ = os.write(3, b\'{"type":"open","id":"x"}\\n\')',
    },
    { what: 'an endless line', code: "import os\nwhile True:\n    os.write(3, b'x' * 65536)" },
  ],
  forgedEnd: {
    code: `print('{"type":"done","id":"x","names":[],"notes":[]}')\n'not over'`,
    stdout: '{"type":"done","id":"x","names":[],"notes":[]}\n',
    result: "'not over'",
  },
  fork: {
    code: `import os
child = os.fork()
if child:
    _ = os.waitpid(child, 0)
print('parent' if child else 'child')`,
    stdout: 'child\nparent\n',
  },
  leavesBackgroundProcess: {
    code: "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\nprint('started')",
    stdout: 'started\n',
  },
};
