import { compileError, java, type JavaSequence, throws } from './sequence.ts';

export const failures: readonly JavaSequence[] = [
  {
    title: 'tells where an exception comes from, through methods, lambdas and libraries',
    cells: [
      { code: 'int div(int a, int b) {\n  return a / b;\n}' },
      {
        code: '\n  div(1, 0)',
        error: throws(
          'java.lang.ArithmeticException',
          '/ by zero',
          [2, 3],
          ['at div(cell-', ':2)\n\tat cell-N.java:2'],
        ),
      },
      {
        code: 'List.of(1, 2)\n  .stream()\n  .map(n -> div(n, 0))\n  .toList();',
        error: throws('java.lang.ArithmeticException', '/ by zero', [3, 3], ['ReferencePipeline']),
      },
      {
        code: 'List.of(1).get(3)',
        error: throws(
          'java.lang.IndexOutOfBoundsException',
          /3/,
          [1, 1],
          ['at java.util.', 'at cell-N.java:1'],
        ),
      },
    ],
  },
  {
    title: 'tells the causes and what was suppressed',
    cells: [
      {
        code: java`
          void load() throws Exception {
            try {
              throw new IOException("disk");
            } catch (IOException e) {
              Exception outer = new Exception("outer", e);
              outer.addSuppressed(new RuntimeException("also"));
              throw outer;
            }
          }
          load();
        `,
        error: throws(
          'java.lang.Exception',
          'outer',
          [5, 5],
          [
            'java.lang.Exception: outer\n\tat load(cell-N.java:5)',
            'Suppressed: java.lang.RuntimeException: also',
            'Caused by: java.io.IOException: disk',
          ],
        ),
      },
    ],
  },
  {
    title: 'names exceptions and classes as the user does',
    cells: [
      { code: 'class Outer { static class Inner extends RuntimeException { Inner() { super("deep"); } } }' },
      { code: 'throw new Outer.Inner();', error: throws('Outer.Inner', 'deep', [1, 1]) },
      {
        code: 'class Cat {}\nclass Fish {}\nObject o = new Cat();\nFish f = (Fish) o;',
        error: throws('java.lang.ClassCastException', /^class Cat cannot be cast to class Fish/, [4, 1]),
      },
      {
        code: 'String none = null;\nnone.length()',
        error: throws('java.lang.NullPointerException', /because ".*none" is null/, [2, 1]),
      },
    ],
  },
  {
    title: 'takes lack of stack and of heap as errors',
    cells: [
      {
        code: 'int deep(int n) {\n  return deep(n + 1) + 1;\n}\ndeep(0)',
        error: throws('java.lang.StackOverflowError', '', [2, 3], ['frames left out']),
      },
      {
        code: 'var full = new ArrayList<long[]>();\nwhile (true) full.add(new long[4_000_000]);',
        error: throws('java.lang.OutOfMemoryError', 'Java heap space', [2, 1]),
      },
      { code: 'full.size() > 3', result: 'true' },
      { code: 'full = null;\ndeep', error: compileError(/cannot find symbol: variable deep/, 2, 1) },
    ],
  },
  {
    title: 'tells what does not compile, with line and column',
    cells: [
      {
        code: 'int good = 1;\n\nint bad = good + nowhere;',
        error: compileError('cannot find symbol: variable nowhere', 3, 18),
        notes: ['what stands before line 3 of the cell has run'],
      },
      { code: 'good.foo()', error: compileError('int cannot be dereferenced', 1, 5) },
      { code: 'String s = 5;', error: compileError(/incompatible types: int cannot be converted/, 1, 12) },
      {
        code: 'noMethod(1, "a")',
        error: compileError('cannot find symbol: method noMethod(int,java.lang.String)', 1, 1),
      },
      {
        code: 'void m() {\n  return 1;\n}',
        error: compileError(/incompatible types: unexpected return value/, 2, 10),
      },
      { code: 'int missing() {\n}', error: compileError('missing return statement', 2, 1) },
      {
        code: 'while (true) {}\nSystem.out.println("never");',
        error: compileError('unreachable statement', 2, 1),
      },
      { code: 'import no.such.Thing;', error: compileError('package no.such does not exist', 1, 15) },
      {
        code: 'class Half implements Runnable {}',
        error: compileError(/Half is not abstract and does not override/, 1, 1),
      },
    ],
  },
  {
    title: 'runs nothing of a cell with a syntax error',
    cells: [
      {
        code: 'System.out.println("not printed");\nint x = (1 + ;',
        error: compileError('illegal start of expression', 2, 14),
      },
      {
        code: 'System.out.println("a")\nSystem.out.println("b")',
        error: compileError("';' expected", 1, 24),
      },
      { code: 'int y = 3;\nif (y > 2 {\n}', error: compileError("')' expected", 2, 10) },
      { code: 'String t = "abc;', error: compileError('unclosed string literal', 1, 12) },
      {
        code: 'void open() {\n  int z = 1;\n',
        error: compileError('reached end of file while parsing', 2, 13),
      },
      { code: '/* never closed', error: compileError('unclosed comment', 1, 1) },
    ],
  },
  {
    title: 'survives hostile exceptions',
    cells: [
      {
        code: 'class Bad extends RuntimeException { public String getMessage() { throw new RuntimeException(); } }\nthrow new Bad();',
        error: throws('Bad', '<no message: getMessage() threw java.lang.RuntimeException>', [2, 1]),
      },
      {
        code: 'class Long extends Exception { Long() { super("x".repeat(100_000)); } }\nthrow new Long();',
        error: throws('Long', /^x{8000}[^]*x$|^x+…$|…/, [2, 1]),
      },
      {
        code: 'throw new Error("an error")',
        error: compileError("';' expected", 1, 27),
      },
      { code: 'throw new Error("an error");', error: throws('java.lang.Error', 'an error', [1, 1]) },
    ],
  },
  {
    title: 'prints traces of caught exceptions with lines of cells',
    cells: [
      {
        code: 'void inner() {\n  throw new IllegalStateException("x");\n}\ntry {\n  inner();\n} catch (Exception e) {\n  e.printStackTrace();\n}',
        stderr:
          /^java\.lang\.IllegalStateException: x\n\tat inner\(cell-\d+\.java:2\)\n\tat cell-\d+\.java:5\n$/,
      },
    ],
  },
  {
    title: 'tells an exit from an error',
    cells: [
      { code: 'void leave(int code) {\n  System.exit(code);\n}' },
      { code: 'leave(2);', error: throws('SystemExit', '2', [1, 1], ['at leave(cell-']) },
      {
        code: 'leave(0);\nSystem.out.println("not reached");',
        notes: ['exit(0) ended the cell; the kernel and its variables live on'],
      },
      {
        code: 'try { Runtime.getRuntime().exit(3); } finally { System.out.println("cleanup"); }',
        stdout: 'cleanup\n',
        error: throws('SystemExit', '3', [1, 1]),
      },
      { code: 'IntConsumer out = System::exit;\nout.accept(4);', error: throws('SystemExit', '4', [2, 1]) },
    ],
  },
];
