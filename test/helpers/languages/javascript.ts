import type { LanguageRow } from '../languages.ts';

const CHILD = `const { execFileSync } = require('child_process');
execFileSync('sh', ['-c', 'echo child out; echo child err >&2'], { stdio: 'inherit' });
undefined`;

/** Finds the connection of the guest by what its descriptors are, and writes to every one. */
const toEverySocket = (write: string): string => `const fs = require('fs');
const sockets = fs.readdirSync('/proc/self/fd').filter((fd) => {
  try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; }
});
const send = (text) => { for (const fd of sockets) try { fs.writeSync(Number(fd), text); } catch {} };
${write}`;

export const javascript: LanguageRow = row('javascript', 'js');

export const typescript: LanguageRow = {
  ...row('typescript', 'ts'),
  persists: [
    ...row('typescript', 'ts').persists,
    {
      what: 'types',
      define: 'interface Named { name: string }\nenum Color { Red, Green = 5 }\ntype Pair = [Named, Color];',
      use: {
        code: "const pair: Pair = [{ name: 'n' } satisfies Named, Color.Green];\npair as unknown",
        result: "[ { name: 'n' }, 5 ]",
      },
    },
    {
      what: 'classes with parameter properties',
      define: 'class Box<T> { constructor(private readonly inner: T) {} open(): T { return this.inner; } }',
      use: { code: 'new Box<number>(9).open()!', result: '9' },
    },
    {
      what: 'namespaces',
      define: 'namespace Shapes { export const sides = (n: number): string => `${n} sides`; }',
      use: { code: 'Shapes.sides(3)', result: "'3 sides'" },
    },
  ],
  errors: [
    ...row('typescript', 'ts').errors.filter(({ what }) => what !== 'a syntax error'),
    {
      what: 'an exception below types that are taken away',
      code: 'interface Wide {\n  a: number;\n  b: string;\n}\nconst wide = null as unknown as Wide;\n    wide.a;',
      name: 'TypeError',
      message: /reading 'a'/,
      line: 6,
      column: 10,
    },
    {
      what: 'an exception in a method behind decorators and enums',
      code: 'enum Size { Small }\nclass T {\n  private run(size: Size): never { throw new RangeError(Size[size]); }\n  go() { this.run(Size.Small); }\n}\nnew T().go();',
      name: 'RangeError',
      message: 'Small',
      line: 3,
      column: 42,
    },
    {
      what: 'a syntax error',
      code: 'let x: number = 1;\nlet y: = 2;',
      name: 'SyntaxError',
      message: /./,
      line: 2,
      column: 8,
    },
  ],
};

function row(language: 'javascript' | 'typescript', extension: string): LanguageRow {
  return {
    language,
    setValue: (value) => `var value = ${String(value)};`,
    getValue: (value) => ({ code: 'value', result: String(value) }),
    persists: [
      {
        what: 'values',
        define: 'const numbers = [1, 2];',
        use: { code: '[...numbers, 3]', result: '[ 1, 2, 3 ]' },
      },
      {
        what: 'functions',
        define: 'function twice(n) { return 2 * n }',
        use: { code: 'twice(4)', result: '8' },
      },
      {
        what: 'classes and their objects',
        define: 'class Point { constructor(x) { Object.assign(this, { x }); } }\nlet p = new Point(3);',
        use: { code: '[p instanceof Point, p.x]', result: '[ true, 3 ]' },
      },
      {
        what: 'imports',
        define:
          "import { basename } from 'node:path';\nimport * as os from 'os';\nconst { join } = require('path');",
        use: {
          code: "[basename('/a/b'), join('a', 'b'), typeof os.cpus]",
          result: "[ 'b', 'a/b', 'function' ]",
        },
      },
      {
        what: 'what a top-level await gave',
        define: 'const awaited = await Promise.resolve(6);\nconst { sep } = await import("node:path");',
        use: { code: 'awaited + sep', result: "'6/'" },
      },
      {
        what: 'closures',
        define: 'const counter = (() => { let n = 0; return () => ++n; })();\ncounter();',
        use: { code: 'counter()', result: '2' },
      },
      {
        what: 'the current folder and the environment',
        define:
          "require('fs').mkdirSync('deep', { recursive: true });\nprocess.chdir('deep');\nprocess.env.MOOD = 'good';",
        use: {
          code: "const r = [process.cwd(), process.env.MOOD];\nprocess.chdir('..');\nr",
          result: "[ '/workspace/deep', 'good' ]",
        },
      },
    ],
    redefines: [
      {
        what: 'a const',
        first: 'const v = 1;',
        second: "const v = 'two';",
        use: { code: 'v', result: "'two'" },
      },
      {
        what: 'a let as a const',
        first: 'let w = 1;',
        second: 'const w = 2;',
        use: { code: 'w', result: '2' },
      },
      {
        what: 'a class',
        first: 'class K { n() { return 1 } }',
        second: 'class K { n() { return 2 } }',
        use: { code: 'new K().n()', result: '2' },
      },
      {
        what: 'a function as a class',
        first: 'function F() {}',
        second: 'class F { n() { return 3 } }',
        use: { code: 'new F().n()', result: '3' },
      },
    ],
    lastExpressions: [
      { code: '2 + 2', result: '4' },
      { code: 'let x = 20;\nx + 1;', result: '21' },
      { code: 'let y = 5;' },
      { code: 'undefined' },
      { code: 'null', result: 'null' },
      { code: "'text'", result: "'text'" },
      { code: '({ a: [1, new Map([[1, { b: 2 }]])] })', result: '{ a: [ 1, Map(1) { 1 => [Object] } ] }' },
      { code: 'await Promise.resolve(3)', result: '3' },
      { code: 'Promise.resolve(4)', result: 'Promise { 4 }' },
      { code: '12n', result: '12n' },
    ],
    empty: ['', '   \n\t\n', '// only a comment', '/* a\n b */\n\n// c\n'],
    bothStreams: { code: "console.log('out');\nconsole.error('err');", stdout: 'out\n', stderr: 'err\n' },
    unicode: { code: "console.log('grüße 🎉');\n'日本'", stdout: 'grüße 🎉\n', result: "'日本'" },
    noNewline: { code: "process.stdout.write('half');\nundefined", stdout: 'half' },
    subprocess: { code: CHILD, stdout: 'child out\n', stderr: 'child err\n' },
    printLines: (count) => `for (let i = 1; i <= ${String(count)}; i++) console.log('line', i);`,
    printErrorLines: (count) => `for (let i = 1; i <= ${String(count)}; i++) console.error('line', i);`,
    errors: [
      {
        what: 'an exception at top level',
        code: 'let a = null;\nlet b = a.missing;\nlet c = 3;',
        name: 'TypeError',
        message: "Cannot read properties of null (reading 'missing')",
        line: 2,
        column: 11,
        traceback: [`cell-N.${extension}:2:11`, 'TypeError: Cannot read properties of null'],
      },
      {
        what: 'an exception in a function of the cell',
        code: 'function fail() {\n  throw new RangeError("bad");\n}\nfail();',
        name: 'RangeError',
        message: 'bad',
        line: 2,
        column: 9,
        traceback: [`at fail (cell-N.${extension}:2:9)`, `cell-N.${extension}:4:1`],
      },
      {
        what: 'an exception class of the cell',
        code: 'class Odd extends Error {}\n\nthrow new Odd("it is odd");',
        name: 'Odd',
        message: 'it is odd',
        line: 3,
        column: 7,
      },
      {
        what: 'an unknown name',
        code: '\n\n    \nnowhere',
        name: 'ReferenceError',
        message: /nowhere is not defined/,
        line: 4,
        column: 1,
      },
      {
        what: 'a rejected promise that was awaited',
        code: 'let z = 1;\nawait Promise.reject(new TypeError("async bad"));',
        name: 'TypeError',
        message: 'async bad',
        line: 2,
        column: 22,
      },
      {
        what: 'a thrown value that is no error',
        code: 'throw { code: 5 };',
        name: 'Uncaught',
        message: '{ code: 5 }',
        line: null,
        column: null,
      },
      {
        what: 'a syntax error',
        code: 'let x1 = 1;\nlet y1 = (2 + ;',
        name: 'SyntaxError',
        message: /Unexpected token/,
        line: 2,
        column: 15,
      },
    ],
    errorInEarlierCell: {
      define: 'function thrower() {\n  const x = 1;\n  const y = 2;\n  throw new Error("deep");\n}',
      call: {
        code: 'let q = 0;\nthrower();',
        name: 'Error',
        message: 'deep',
        line: 2,
        column: 1,
        traceback: [`at thrower (cell-`, `cell-N.${extension}:2:1`],
      },
    },
    endless: [
      { what: 'a loop', code: "console.log('ready');\nfor (;;);" },
      { what: 'a loop after an await', code: "await null;\nconsole.log('ready');\nfor (;;);" },
      { what: 'an await', code: "console.log('ready');\nawait new Promise(() => {});" },
      {
        what: 'an await of a timer',
        code: "console.log('ready');\nawait new Promise((r) => setTimeout(r, 1e6));",
      },
      {
        what: 'a flood of microtasks',
        code: "console.log('ready');\nconst spin = () => Promise.resolve().then(spin);\nawait spin();",
      },
      {
        what: 'a loop in a timer',
        code: "console.log('ready');\nawait new Promise(() => setTimeout(() => { for (;;); }));",
      },
    ],
    resists:
      "console.log('ready');\nrequire('child_process').execFileSync('sh', ['-c', \"trap '' INT; sleep 1000\"]);",
    waitForFile: (path) =>
      `while (!require('fs').existsSync('/workspace/${path}')) await new Promise((r) => setTimeout(r, 5));`,
    writeFile: (path) => `require('fs').writeFileSync('/workspace/${path}', '');`,
    print: (text) => `console.log('${text}');`,
    printLater: (go, done) => `const watch = setInterval(() => {
  if (!require('fs').existsSync('/workspace/${go}')) return;
  clearInterval(watch);
  console.log('late');
  require('fs').writeFileSync('/workspace/${done}', '');
}, 5);
undefined`,
    exitsWithZero: ['process.exit()', 'process.exit(0)', 'await null;\nprocess.exit()'],
    exits: [
      { code: 'process.exit(3);', name: 'ProcessExit', message: 'process.exit(3)', line: null, column: null },
      {
        code: 'try { process.exit(4); } catch {} finally { process.exitCode = 0; }',
        name: 'ProcessExit',
        message: 'process.exit(4)',
        line: null,
        column: null,
      },
    ],
    deaths: [
      {
        what: 'an exit of the process',
        code: 'process.reallyExit(7)',
        message: `the ${language} kernel exited with code 7`,
      },
      {
        what: 'a kill',
        code: "process.kill(process.pid, 'SIGKILL')",
        message: `the ${language} kernel ended with code 137: killed (SIGKILL)`,
      },
      {
        what: 'a segmentation fault',
        code: "process.kill(process.pid, 'SIGSEGV')",
        message: `the ${language} kernel ended with code 139: segmentation fault (SIGSEGV)`,
      },
      {
        what: 'an abort',
        code: 'process.abort()',
        message: `the ${language} kernel ended with code 134: aborted (SIGABRT)`,
      },
    ],
    fillsMemory: 'const all = [];\nfor (;;) all.push(new Array(100_000).fill(1.5));',
    readsStdin: { code: "require('fs').readFileSync(0, 'utf8')", result: "''" },
    closesStdout: {
      code: "require('fs').closeSync(1)",
      next: {
        code: "console.log('back')",
        stdout: 'back\n',
        note: 'stdout had been closed by an earlier cell; it is open again',
      },
    },
    forges: [
      { what: 'garbage', code: toEverySocket("send('garbage\\n');") },
      { what: 'a frame of an unknown kind', code: toEverySocket(`send('{"type":"open","id":"x"}\\n');`) },
      { what: 'an endless line', code: toEverySocket("for (;;) send('x'.repeat(65536));") },
    ],
    forgedEnd: {
      code: `console.log('{"type":"done","id":"x","names":[],"notes":[]}');\n'not over'`,
      stdout: '{"type":"done","id":"x","names":[],"notes":[]}\n',
      result: "'not over'",
    },
    leavesBackgroundProcess: {
      code: "require('child_process').spawn('sleep', ['1000'], { stdio: 'inherit' });\nconsole.log('started');",
      stdout: 'started\n',
    },
  };
}
