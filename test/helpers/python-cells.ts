import type { Step } from './languages.ts';

/** What Python cells give, one context a row: setup cells first (each must succeed), then the step. */
export interface PythonRow extends Step {
  does: string;
  before?: readonly string[];
  notes?: readonly string[];
}

/** A Python cell that fails, and how. */
export interface PythonFailure {
  does: string;
  before?: readonly string[];
  code: string;
  name: string | RegExp;
  message: string | RegExp;
  line: number | null;
  traceback?: readonly string[];
  stdout?: string;
  /** The minor version of Python 3 that brought it. */
  since?: number;
}

const REOPENED = 'stdout had been closed by an earlier cell; it is open again';
const EXIT = 'exit(0) ended the cell; the kernel and its variables live on';

export const pythonRows: readonly PythonRow[] = [
  {
    does: 'awaits at top level',
    code: 'import asyncio\nasync def five():\n    await asyncio.sleep(0)\n    return 5\nawait five()',
    result: '5',
  },
  {
    does: 'takes async for, async with and comprehensions at top level',
    code: `import contextlib
async def numbers():
    for n in range(3):
        yield n
@contextlib.asynccontextmanager
async def opened():
    yield 'open'
async with opened() as state:
    total = [n async for n in numbers()]
state, total`,
    result: "('open', [0, 1, 2])",
  },
  {
    does: 'allows asyncio.run, again and again',
    before: ['import asyncio\nasync def six():\n    return 6\nasyncio.run(six())', 'await six()'],
    code: 'asyncio.run(six())',
    result: '6',
  },
  {
    does: 'goes on with tasks between cells',
    before: [
      'import asyncio\nticks = []\nasync def tick():\n    for i in range(3):\n        await asyncio.sleep(0.001)\n        ticks.append(i)\ntask = asyncio.create_task(tick())',
      "import os\nwhile not os.path.exists('/proc/self/status'):\n    pass",
    ],
    code: 'await task\nticks',
    result: '[0, 1, 2]',
  },
  {
    does: 'shares one event loop among cells',
    before: ['import asyncio\nqueue = asyncio.Queue()\nawait queue.put(1)'],
    code: 'await queue.get()',
    result: '1',
  },
  {
    does: 'takes decorators, dataclasses and properties over cells',
    before: [
      'from dataclasses import dataclass, field\nimport functools',
      '@dataclass(order=True)\nclass Item:\n    name: str\n    tags: list = field(default_factory=list)\n    @property\n    def loud(self):\n        return self.name.upper()',
      '@functools.lru_cache\ndef make(name):\n    return Item(name)',
    ],
    code: "make('a').loud, make('a') is make('a'), Item('a') < Item('b'), make('a')",
    result: "('A', True, True, Item(name='a', tags=[]))",
  },
  {
    does: 'inherits over cells, with super()',
    before: [
      'class Base:\n    def hi(self):\n        return "base"',
      'class Child(Base):\n    def hi(self):\n        return super().hi() + " child"',
    ],
    code: 'Child().hi()',
    result: "'base child'",
  },
  {
    does: 'pickles objects of classes of cells',
    before: ['import pickle\nclass Point:\n    def __init__(self, x):\n        self.x = x'],
    code: 'pickle.loads(pickle.dumps(Point(4))).x',
    result: '4',
  },
  {
    does: 'keeps generators where they stand',
    before: ['def count():\n    yield from range(10)\ng = count()\nnext(g)'],
    code: 'next(g)',
    result: '1',
  },
  {
    does: 'keeps the aliases and submodules of imports',
    before: [
      'import os.path as p\nfrom collections import OrderedDict as OD, Counter\nimport xml.dom.minidom',
    ],
    code: "p.join('a', 'b'), OD is not None, Counter('aa')['a'], xml.dom.minidom.__name__",
    result: "('a/b', True, 2, 'xml.dom.minidom')",
  },
  {
    does: 'imports modules that a cell wrote',
    before: ["with open('mine.py', 'w') as f:\n    f.write('x = 41\\ndef f(): return x + 1\\n')"],
    code: 'import mine\nmine.f()',
    result: '42',
  },
  {
    does: 'reloads a module that a cell changed',
    before: [
      "open('again.py', 'w').write('x = 1')\nimport again, importlib",
      "open('again.py', 'w').write('x = 22')",
    ],
    code: 'importlib.reload(again).x',
    result: '22',
  },
  {
    does: 'applies a __future__ import to the cells after it',
    before: ['from __future__ import annotations'],
    code: 'def f(x: NotDefined): pass\nf.__annotations__',
    result: "{'x': 'NotDefined'}",
  },
  {
    does: 'is in __main__, and runs what stands below its guard',
    code: "if __name__ == '__main__':\n    print('main')\nimport sys\nsys.modules['__main__'].__dict__ is globals(), __name__",
    stdout: 'main\n',
    result: "(True, '__main__')",
  },
  {
    does: 'begins with no names but the usual ones',
    code: "[name for name in globals() if not name.startswith('__')]",
    result: '[]',
  },
  {
    does: 'gives the source of a function of an earlier cell',
    before: ['import inspect\ndef documented():\n    """Says it."""\n    return 1'],
    code: 'print(inspect.getsource(documented))',
    stdout: 'def documented():\n    """Says it."""\n    return 1\n',
  },
  {
    does: 'shows a value of very many parts',
    code: 'values = list(range(100_000))\nlen(repr(values)), str(values)[-7:]',
    result: "(688890, ' 99999]')",
  },
  { does: 'remembers the last value as _', before: ['6 * 7'], code: '_ + 1', result: '43' },
  { does: 'shows nothing for a last expression with a semicolon', code: '5;' },
  {
    does: 'evaluates a last expression over several lines',
    code: 'x = [\n  1,\n  2,\n]\n(\n  x\n)',
    result: '[1, 2]',
  },
  {
    does: 'takes tabs, a byte order mark free source and trailing spaces',
    code: 'if True:\n\ty = 3   \ny   \n\n',
    result: '3',
  },
  {
    does: 'runs !command with output and exit code',
    code: '!echo out; echo err >&2; exit 3',
    stdout: 'out\n',
    stderr: 'err\nexit code 3\n',
  },
  {
    does: 'takes the lines of x = !command',
    before: [],
    code: 'lines = !printf "a\\nb\\n"\nlines',
    result: "['a', 'b']",
  },
  {
    does: 'mixes !command and Python',
    code: 'for i in range(2):\n    !echo in loop\n"end"',
    stdout: 'in loop\nin loop\n',
    result: "'end'",
  },
  {
    does: 'leaves ! and % of plain Python alone',
    code: "a = 5\nb = a % 3 != 1\nf'{a!r}', b, '%d' % a",
    result: "('5', True, '5')",
  },
  { does: 'runs a %%bash cell', code: '%%bash\nx=1\necho "bash $x"', stdout: 'bash 1\n' },
  { does: 'keeps what %time assigns', code: 'x = 1\n%time y = x + 1\nNone', before: [], stdout: 'TIMES' },
  {
    does: 'changes the folder with %cd',
    before: ['!mkdir -p /workspace/sub', '%cd /workspace/sub'],
    code: "import os\nr = os.getcwd()\nos.chdir('/workspace')\nr",
    result: "'/workspace/sub'",
  },
  { does: 'ignores settings of notebooks', code: '%matplotlib inline\n1', result: '1' },
  {
    does: 'prints complete output of C code',
    code: 'import ctypes\n_ = ctypes.CDLL(None).printf(b"from C\\n")',
    stdout: 'from C\n',
  },
  {
    does: 'keeps the order of what Python and children print',
    code: "import subprocess\nprint('one')\nsubprocess.run(['echo', 'two'])\nprint('three')",
    stdout: 'one\ntwo\nthree\n',
  },
  {
    does: 'takes bytes that are no UTF-8',
    code: "import os\n_ = os.write(1, b'a\\xffb\\n')",
    stdout: 'a\ufffdb\n',
  },
  {
    does: 'takes lone surrogates in output and results',
    code: "print('\\ud800')\n'\\udfff'",
    stdout: '\\ud800\n',
    result: "'\\udfff'",
  },
  {
    does: 'ends a forked child that returns from the cell',
    code: "import os\npid = os.fork()\nif pid:\n    status = os.waitpid(pid, 0)[1]\nelse:\n    raise ValueError('in the child')\nstatus",
    stderr: 'CHILD',
    result: '256',
  },
  {
    does: 'runs multiprocessing with functions of cells',
    before: ['def square(x):\n    return x * x'],
    code: "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n    r = pool.map(square, [1, 2, 3])\nr",
    result: '[1, 4, 9]',
  },
  {
    does: 'runs a process pool and a thread pool of futures',
    before: ['def double(x):\n    return 2 * x'],
    code: 'from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n    r = list(pool.map(double, range(4)))\nr',
    result: '[0, 2, 4, 6]',
  },
  {
    does: 'opens stdout again after os.close(1)',
    before: ['import os\nos.close(1)'],
    code: "print('back')",
    stdout: 'back\n',
    notes: [REOPENED],
  },
  {
    does: 'opens stdout again after sys.stdout.close()',
    before: ['import sys\nsys.stdout.close()'],
    code: "print('back')",
    stdout: 'back\n',
    notes: [REOPENED],
  },
  {
    does: 'keeps a sys.stdout that the user has replaced',
    before: ['import io, sys\nreal, sys.stdout = sys.stdout, io.StringIO()', "print('captured')"],
    code: 'text = sys.stdout.getvalue()\nsys.stdout = real\ntext',
    result: "'captured\\n'",
  },
  {
    does: 'captures with redirect_stdout',
    code: "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as out:\n    print('inner')\nout.getvalue()",
    result: "'inner\\n'",
  },
  {
    does: 'lives on without stdout and stderr objects',
    before: ['import sys\nkeep = sys.stdout, sys.stderr\nsys.stdout = sys.stderr = None'],
    code: "sys.stdout, sys.stderr = keep\nprint('ok')",
    stdout: 'ok\n',
    notes: [REOPENED, REOPENED.replace('stdout', 'stderr')],
  },
  {
    does: 'lives on after del sys.stdout',
    before: ['import sys\ndel sys.stdout'],
    code: "print('ok')",
    stdout: 'ok\n',
    notes: [REOPENED],
  },
  {
    does: 'keeps a stream of the user that has nothing but write',
    before: [
      'import sys\nclass Tee:\n    def write(self, text):\n        sys.__stdout__.write(text.upper())\nsys.stdout = Tee()',
    ],
    code: "print('loud')",
    stdout: 'LOUD\n',
  },
  { does: 'shows warnings on stderr', code: "import warnings\nwarnings.warn('careful')", stderr: 'WARNING' },
  {
    does: 'takes a signal handler of the user for the cell it is set in',
    code: 'import os, signal\nhits = []\n_ = signal.signal(signal.SIGUSR1, lambda *_: hits.append(1))\nos.kill(os.getpid(), signal.SIGUSR1)\nhits',
    result: '[1]',
  },
  {
    does: 'says that exit() ended the cell only',
    before: ['x = 1'],
    code: "exit()\nprint('not reached')",
    notes: [EXIT],
  },
  { does: 'takes sys.exit(0) as a good end', code: 'import sys\nsys.exit(0)', notes: [EXIT] },
  { does: 'takes a bare raise SystemExit as a good end', code: 'raise SystemExit', notes: [EXIT] },
  {
    does: 'shows the repr that fails as such',
    code: 'class R:\n    def __repr__(self):\n        raise ValueError("no repr")\nR()',
    result: '<R object; its repr raised ValueError: no repr>',
  },
  {
    does: 'shows the repr that is no text as such',
    code: 'class R:\n    __repr__ = lambda self: 5\nR()',
    result: '<R object; its repr raised TypeError: __repr__ returned non-string (type int)>',
  },
  {
    does: 'lives on with replaced built-ins',
    before: [
      'import builtins\nreal = dict(vars(builtins))\nfor name in real:\n    if name[0].islower():\n        builtins.__dict__[name] = None\n',
    ],
    code: 'builtins.__dict__.update(real)\nprint("ok")',
    stdout: 'ok\n',
  },
  {
    does: 'lives on with replaced functions of json, os, signal and threading',
    before: [
      'import json, os, signal, threading\njson.dumps = json.loads = os.write = os.getpid = os.fstat = signal.signal = signal.pthread_sigmask = os.dup2 = os._exit = None',
    ],
    code: "'alive'",
    result: "'alive'",
  },
  {
    does: 'lives on with its modules removed from sys.modules',
    before: [
      "import sys\nfor name in [n for n in sys.modules if 'sandcell' in n or n in ('json', 'ast', 'linecache', 'traceback')]:\n    del sys.modules[name]",
    ],
    code: "print('alive')\n1",
    stdout: 'alive\n',
    result: '1',
  },
  {
    does: 'lives on with globals cleared',
    before: ['x = 1\nglobals().clear()'],
    code: 'print("alive")',
    stdout: 'alive\n',
  },
  {
    does: 'lives on after a limit on recursion',
    before: ['import sys\nsys.setrecursionlimit(60)'],
    code: 'sys.setrecursionlimit(1000)\n2',
    result: '2',
  },
  {
    does: 'keeps the current folder away from the guest',
    before: ["import os\nos.makedirs('gone', exist_ok=True)\nos.chdir('gone')\nos.rmdir('/workspace/gone')"],
    code: "os.chdir('/workspace')\nprint('ok')",
    stdout: 'ok\n',
  },
  {
    does: 'knows installed packages in the user site',
    before: [
      "import os, sys\nsite = [p for p in sys.path if '/home/user/.local' in p][0]\nos.makedirs(site, exist_ok=True)\nopen(site + '/fresh_package.py', 'w').write('v = 3')",
    ],
    code: 'import fresh_package\nfresh_package.v',
    result: '3',
  },
  {
    does: 'names a thread and its late error on stderr of the cell',
    code: "import threading\ndef bad():\n    raise ValueError('in a thread')\nt = threading.Thread(target=bad)\nt.start()\nt.join()",
    stderr: 'THREAD',
  },
];

export const pythonFailures: readonly PythonFailure[] = [
  {
    does: 'a syntax error in the middle of a cell',
    code: 'x = 1\nfor in y:\n    pass',
    name: 'SyntaxError',
    message: /invalid syntax/,
    line: 2,
  },
  {
    does: 'an indentation error',
    code: 'x = 1\n    y = 2',
    name: 'IndentationError',
    message: /unexpected indent/,
    line: 2,
  },
  {
    does: 'a return outside of a function',
    code: 'x = 1\nreturn x',
    name: 'SyntaxError',
    message: /'return' outside function/,
    line: 2,
  },
  {
    does: 'a null character',
    code: 'x = 1\0',
    name: /^(SyntaxError|ValueError)$/,
    message: /null bytes/,
    line: null,
  },
  {
    does: 'a chain of exceptions with both causes',
    code: 'try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError("second") from e',
    name: 'ValueError',
    message: 'second',
    line: 4,
    traceback: [
      'ZeroDivisionError: division by zero',
      'direct cause of the following exception',
      'ValueError: second',
    ],
  },
  {
    does: 'an exception while another is handled',
    code: 'try:\n    {}["a"]\nexcept KeyError:\n    nope',
    name: 'NameError',
    message: /'nope'/,
    line: 4,
    traceback: ["KeyError: 'a'", 'During handling of the above exception', 'NameError'],
  },
  {
    does: 'an exception in a library, at the line of the cell that called it',
    code: 'import json\n\njson.loads("{")',
    name: 'JSONDecodeError',
    message: /Expecting property name/,
    line: 3,
    traceback: ['json.loads("{")', 'decoder.py'],
  },
  {
    does: 'an exception in an awaited coroutine',
    code: 'async def fail():\n    raise KeyError("k")\nawait fail()',
    name: 'KeyError',
    message: "'k'",
    line: 2,
    traceback: ['line 3', 'line 2, in fail'],
  },
  {
    does: 'an exception in eval of text',
    code: 'x = 1\neval("1 / 0")',
    name: 'ZeroDivisionError',
    message: 'division by zero',
    line: 2,
  },
  {
    does: 'a deep recursion',
    code: 'def deeper():\n    return deeper()\ndeeper()',
    name: 'RecursionError',
    message: /maximum recursion depth/,
    line: 2,
    traceback: ['Previous line repeated'],
  },
  { does: 'a lack of memory', code: 'x = bytearray(1 << 40)', name: 'MemoryError', message: '', line: 1 },
  {
    does: 'an exception whose str fails',
    code: 'class Bad(Exception):\n    def __str__(self):\n        raise RuntimeError("x")\nraise Bad()',
    name: 'Bad',
    message: '<no message: str() of it raised RuntimeError>',
    line: 4,
  },
  {
    does: 'an exception whose attributes fail',
    code: 'class Bad(Exception):\n    def __getattribute__(self, name):\n        raise RuntimeError(name)\nraise Bad("m")',
    name: 'Bad',
    message: '',
    line: null,
  },
  {
    does: 'an exception with a huge message',
    code: 'raise ValueError("x" * 10_000_000)',
    name: 'ValueError',
    message: /^x+\n\[… \d+ bytes left out …\]\nx+$/,
    line: 1,
  },
  {
    does: 'an exception class with a wrong name',
    code: 'raise type("A" * 5000, (Exception,), {})("m")',
    name: 'A'.repeat(255),
    message: 'm',
    line: 1,
  },
  {
    does: 'a keyboard interrupt of its own',
    code: 'x = 1\nraise KeyboardInterrupt("mine")',
    name: 'KeyboardInterrupt',
    message: 'mine',
    line: 2,
  },
  { does: 'a generator exit', code: 'raise GeneratorExit', name: 'GeneratorExit', message: '', line: 1 },
  {
    does: 'an exit with a message',
    code: 'exit("no more")',
    name: 'SystemExit',
    message: 'no more',
    line: 1,
  },
  {
    does: 'an exit with a negative code',
    code: 'import sys\nsys.exit(-1)',
    name: 'SystemExit',
    message: '-1',
    line: 2,
  },
  {
    does: 'an exit from inside a function and a try',
    code: 'def f():\n    try:\n        exit(2)\n    finally:\n        print("cleanup")\nf()',
    name: 'SystemExit',
    message: '2',
    line: 3,
    stdout: 'cleanup\n',
  },
  {
    does: 'an exit whose code is hostile',
    code: 'class E(SystemExit):\n    code = property(lambda self: 1 / 0)\nraise E(3)',
    name: 'E',
    message: '3',
    line: 3,
  },
  {
    does: 'input()',
    code: 'name = input("name? ")',
    name: 'EOFError',
    message: 'input() has no answer here: a cell has no stdin. Put the value into the code.',
    line: 1,
  },
  {
    does: 'an unknown magic',
    code: 'x = 1\n%frobnicate now',
    name: 'NameError',
    message: /%frobnicate is not known/,
    line: 2,
  },
  {
    does: 'a group of exceptions',
    since: 11,
    code: "group = ExceptionGroup('several', [ValueError('a'), TypeError('b')])\nraise group",
    name: 'ExceptionGroup',
    message: /several/,
    line: 2,
    traceback: ['ValueError: a', 'TypeError: b'],
  },
  {
    does: 'a failing assertion',
    code: 'assert 1 == 2, "not equal"',
    name: 'AssertionError',
    message: 'not equal',
    line: 1,
  },
  {
    does: 'a failing import',
    code: 'import does_not_exist_anywhere',
    name: 'ModuleNotFoundError',
    message: "No module named 'does_not_exist_anywhere'",
    line: 1,
  },
];
