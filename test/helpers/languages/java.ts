import type { LanguageRow } from '../languages.ts';

const UNSAFE = `var field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
field.setAccessible(true);
var unsafe = (sun.misc.Unsafe) field.get(null);`;

export const java: LanguageRow = {
  language: 'java',
  setValue: (value) => `int value = ${String(value)};`,
  getValue: (value) => ({ code: 'value', result: String(value) }),
  persists: [
    {
      what: 'values',
      define: 'var numbers = new ArrayList<>(List.of(1, 2));',
      use: { code: 'numbers.add(3);\nnumbers', result: '[1, 2, 3]' },
    },
    { what: 'methods', define: 'int twice(int n) { return 2 * n; }', use: { code: 'twice(4)', result: '8' } },
    {
      what: 'classes and their objects',
      define: 'class Point { int x; Point(int x) { this.x = x; } }\nPoint p = new Point(3);',
      use: { code: 'p.getClass() == Point.class && p.x == 3', result: 'true' },
    },
    {
      what: 'records and enums',
      define: 'record Pair(int a, String b) {}\nenum Mood { GOOD, BAD }',
      use: { code: 'new Pair(1, "x") + " " + Mood.valueOf("BAD")', result: '"Pair[a=1, b=x] BAD"' },
    },
    {
      what: 'imports',
      define: 'import java.time.Duration;\nimport static java.lang.Math.*;',
      use: { code: 'Duration.ofMinutes(max(2, 3))', result: 'PT3M' },
    },
    {
      what: 'open files',
      define: 'var f = new FileWriter("open.txt");\nf.write(\'a\');',
      use: { code: 'f.write(\'b\');\nf.close();\nFiles.readString(Path.of("open.txt"))', result: '"ab"' },
    },
  ],
  redefines: [
    {
      what: 'a value',
      first: 'int v = 1;',
      second: 'String v = "two";',
      use: { code: 'v', result: '"two"' },
    },
    {
      what: 'a class',
      first: 'class K { int n = 1; }',
      second: 'class K { int n = 2; }',
      use: { code: 'new K().n', result: '2' },
    },
    {
      what: 'a method, and its callers see it',
      first: 'int inner() { return 1; }\nint outer() { return inner() + 10; }',
      second: 'int inner() { return 2; }',
      use: { code: 'outer()', result: '12' },
    },
  ],
  lastExpressions: [
    { code: '2 + 2', result: '4' },
    { code: 'int x = 20;\nx + 1;', result: '21' },
    { code: 'int y = 5;' },
    { code: 'y = 6' },
    { code: 'y++;' },
    { code: 'null', result: 'null' },
    { code: '7;', result: '7' },
    { code: 'for (int i = 0; i < 3; i++) { i += 0; }' },
    { code: 'new ArrayList<>().clear()' },
    { code: '"text"', result: '"text"' },
  ],
  empty: ['', '   \n\t\n', '// only a comment', '\n\n/* a\n */\n\n// b\n', ';'],
  bothStreams: {
    code: 'System.out.println("out");\nSystem.err.println("err");',
    stdout: 'out\n',
    stderr: 'err\n',
  },
  unicode: { code: 'System.out.println("grüße 🎉");\n"日本"', stdout: 'grüße 🎉\n', result: '"日本"' },
  noNewline: { code: 'System.out.print("half");', stdout: 'half' },
  subprocess: {
    code: 'new ProcessBuilder("sh", "-c", "echo child out; echo child err >&2").inheritIO().start().waitFor()',
    stdout: 'child out\n',
    stderr: 'child err\n',
    result: '0',
  },
  printLines: (count) =>
    `for (int i = 1; i <= ${String(count)}; i++) {\n  System.out.println("line " + i);\n}`,
  printErrorLines: (count) =>
    `for (int i = 1; i <= ${String(count)}; i++) {\n  System.err.println("line " + i);\n}`,
  errors: [
    {
      what: 'an exception at top level',
      code: 'int a = 1;\nint b = a / 0;\nint c = 3;',
      name: 'java.lang.ArithmeticException',
      message: '/ by zero',
      line: 2,
      column: 1,
      traceback: ['java.lang.ArithmeticException: / by zero', 'at cell-N.java:2'],
    },
    {
      what: 'an exception in a method of the cell',
      code: 'void fail() {\n  throw new IllegalArgumentException("bad");\n}\n\nfail();',
      name: 'java.lang.IllegalArgumentException',
      message: 'bad',
      line: 2,
      column: 3,
      traceback: ['at fail(cell-N.java:2)', 'at cell-N.java:5'],
    },
    {
      what: 'an exception class of the cell',
      code: 'class Odd extends RuntimeException {\n  Odd(String m) { super(m); }\n}\nthrow new Odd("it is odd");',
      name: 'Odd',
      message: 'it is odd',
      line: 4,
      column: 1,
    },
    {
      what: 'an unknown name',
      code: '\n\n    \n  nowhere',
      name: 'CompileError',
      message: 'cannot find symbol: variable nowhere',
      line: 4,
      column: 3,
      traceback: ['cell-N.java:4:3: error: cannot find symbol', '  nowhere\n  ^'],
    },
    {
      what: 'a syntax error',
      code: 'int x = 1;\nint y = 2 +* 3;',
      name: 'CompileError',
      message: 'illegal start of expression',
      line: 2,
      column: 12,
      traceback: ['cell-N.java:2:12: error: illegal start of expression', 'int y = 2 +* 3;'],
    },
  ],
  errorInEarlierCell: {
    define: 'void thrower() {\n  int x = 1;\n  throw new IllegalStateException("deep");\n}',
    call: {
      code: 'int x = 0;\nthrower();',
      name: 'java.lang.IllegalStateException',
      message: 'deep',
      line: 2,
      column: 1,
      traceback: ['at thrower(cell-', '.java:3)', 'at cell-N.java:2'],
    },
  },
  endless: [
    { what: 'a loop', code: 'System.out.println("ready");\nwhile (true) {}' },
    { what: 'a sleep', code: 'System.out.println("ready");\nThread.sleep(1_000_000);' },
    {
      what: 'a wait that ignores interrupts',
      code: 'System.out.println("ready");\nnew CompletableFuture<String>().join();',
    },
    {
      what: 'a stream',
      code: 'System.out.println("ready");\nIntStream.iterate(0, i -> i + 1).forEach(i -> {});',
    },
    {
      what: 'a child process',
      code: 'System.out.println("ready");\nnew ProcessBuilder("sleep", "1000").inheritIO().start().waitFor();',
    },
  ],
  resists: `System.out.println("ready");
while (true) {
  try {
    while (true) {}
  } catch (Throwable ignored) {}
}`,
  waitForFile: (path) => `while (!new File("/workspace/${path}").exists()) Thread.sleep(5);`,
  writeFile: (path) => `new FileOutputStream("/workspace/${path}").close();`,
  print: (text) => `System.out.println("${text}");`,
  printLater: (go, done) => `new Thread(() -> {
  try {
    while (!new File("/workspace/${go}").exists()) Thread.sleep(5);
    System.out.println("late");
    new FileOutputStream("/workspace/${done}").close();
  } catch (Exception e) {
    throw new RuntimeException(e);
  }
}).start();`,
  exitsWithZero: ['System.exit(0);', 'Runtime.getRuntime().exit(0)'],
  exits: [
    { code: 'int status = 3;\nSystem.exit(status);', name: 'SystemExit', message: '3', line: 2, column: 1 },
  ],
  deaths: [
    {
      what: 'an exit of the process',
      code: 'Runtime.getRuntime().halt(7);',
      message: 'the java kernel exited with code 7',
    },
    {
      what: 'a kill',
      code: 'new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();',
      message: 'the java kernel ended with code 137: killed (SIGKILL)',
    },
  ],
  fillsMemory: `${UNSAFE}
while (true) unsafe.setMemory(unsafe.allocateMemory(32 << 20), 32 << 20, (byte) 1);`,
  readsStdin: { code: 'System.in.read()', result: '-1' },
  asksUser: {
    code: 'new Scanner(System.in).nextLine()',
    name: 'java.util.NoSuchElementException',
    message: 'No line found',
    line: 1,
    column: 1,
  },
  closesStdout: {
    code: 'System.out.close();',
    next: {
      code: 'System.out.println("back");',
      stdout: 'back\n',
      note: 'stdout had been closed by an earlier cell; it is open again',
    },
  },
  // The JVM keeps the number of its connection to itself.
  forges: [],
  forgedEnd: {
    code: `System.out.println("{\\"type\\":\\"done\\",\\"id\\":\\"x\\",\\"names\\":[],\\"notes\\":[]}");\n"not over"`,
    stdout: '{"type":"done","id":"x","names":[],"notes":[]}\n',
    result: '"not over"',
  },
  leavesBackgroundProcess: {
    code: 'new ProcessBuilder("sleep", "1000").inheritIO().start();\nSystem.out.println("started");',
    stdout: 'started\n',
  },
};
