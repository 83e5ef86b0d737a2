import { compileError, java, type JavaSequence, throws } from './sequence.ts';

export const redefinition: readonly JavaSequence[] = [
  {
    title: 'binds callers to a method defined again',
    cells: [
      {
        code: 'int base(int n) { return n + 1; }\nint middle(int n) { return base(n) * 10; }\nint top(int n) { return middle(n) + 5; }',
      },
      { code: 'top(1)', result: '25' },
      { code: 'int base(int n) { return n + 2; }\ntop(1)', result: '35' },
    ],
  },
  {
    title: 'takes another body of a class, for new objects and in methods that use it',
    cells: [
      {
        code: 'class Tax { double rate() { return 0.5; } }\ndouble tax(double x) { return x * new Tax().rate(); }',
      },
      { code: 'tax(10)', result: '5.0' },
      { code: 'class Tax { double rate() { return 0.2; } }\ntax(10)', result: '2.0' },
    ],
  },
  {
    title: 'takes another type of a variable',
    cells: [
      { code: 'int thing = 1;' },
      { code: 'String thing = "one";\nthing.length()', result: '3' },
      { code: 'var thing = List.of(1);\nthing', result: '[1]' },
      { code: 'int thing = 7;\nthing + 1', result: '8' },
      { code: 'int thing = thing + 1;\nthing', result: '8' },
    ],
  },
  {
    title: 'keeps overloads beside each other',
    cells: [
      { code: 'String kind(int x) { return "int"; }\nString kind(String x) { return "string"; }' },
      { code: 'kind(1) + kind("")', result: '"intstring"' },
      { code: 'String kind(int x) { return "INT"; }\nkind(1) + kind("")', result: '"INTstring"' },
      { code: 'int fact(int n) { return n < 2 ? 1 : n * fact(n - 1); }\nfact(5)', result: '120' },
    ],
  },
  {
    title: 'takes names before they are defined, and says what is missing',
    cells: [
      {
        code: 'int early(int n) { return late(n) + 1; }',
        notes: ['early refers to method late(int), which is not defined'],
      },
      {
        code: 'early(1)',
        error: throws(
          'UnresolvedReference',
          'early refers to method late(int), which is not defined',
          [1, 1],
        ),
      },
      { code: 'int late(int n) { return n * 10; }\nearly(1)', result: '11' },
      {
        code: 'boolean even(int n) { return n == 0 || odd(n - 1); }\nboolean odd(int n) { return n != 0 && even(n - 1); }\neven(10)',
        result: 'true',
      },
      {
        code: 'class Left { Right other; }\nclass Right { Left other = new Left(); }\nnew Right().other.other',
        result: 'null',
      },
    ],
  },
  {
    title: 'keeps objects of a class that is defined again as they are',
    cells: [
      { code: 'class Ver { int v() { return 1; } }\nObject old = new Ver();' },
      { code: 'class Ver { int v() { return 2; } }' },
      { code: 'old instanceof Ver', result: 'false' },
      { code: 'new Ver().v()', result: '2' },
    ],
  },
  {
    title: 'keeps what a failed cell did before it failed',
    cells: [
      { code: 'int done = 0;' },
      {
        code: 'done = 1;\nint half = 5 / (done - 1);\ndone = 2;',
        error: throws('java.lang.ArithmeticException', '/ by zero', [2, 1], ['at cell-N.java:2']),
      },
      { code: 'done', result: '1' },
      {
        code: 'done = 3;\nint wrong = "text";',
        error: compileError('incompatible types: java.lang.String cannot be converted to int', 2, 13),
        notes: ['what stands before line 2 of the cell has run'],
      },
      { code: 'done', result: '3' },
      { code: 'done = 4;\nint z = ;', error: compileError('illegal start of expression', 2, 9) },
      { code: 'done', result: '3' },
    ],
  },
  {
    title: 'runs a long cell of one variable again and again',
    cells: [
      {
        code: java`
      int again = 1;
      again += 1; int again = again * 2;
      int again = again * 2;
      again
    `,
        result: '8',
      },
    ],
  },
];
