import { type JavaSequence } from './sequence.ts';

export const values: readonly JavaSequence[] = [
  {
    title: 'gives the value of the last expression, with and without a semicolon',
    cells: [
      { code: '1 + 2', result: '3' },
      { code: '1 + 2;', result: '3' },
      { code: 'int a = 4;\na * a', result: '16' },
      { code: 'Math.sqrt(a)', result: '2.0' },
      { code: 'a > 3', result: 'true' },
      { code: 'a < 3 // so?', result: 'false' },
    ],
  },
  {
    title: 'gives none for what only changes something',
    cells: [
      { code: 'int b;' },
      { code: 'b = 2' },
      { code: 'b += 3;' },
      { code: '++b' },
      { code: 'b--;' },
      { code: 'System.out.printf("%d%n", b)', stdout: '5\n' },
      { code: 'if (b > 1) b = 0;' },
      { code: 'b', result: '0' },
    ],
  },
  {
    title: 'shows strings and characters as literals',
    cells: [
      { code: '"tab\\t \\"quoted\\""', result: '"tab\\t \\"quoted\\""' },
      { code: "'c'", result: "'c'" },
      { code: "'\\n'", result: "'\\n'" },
      { code: '""', result: '""' },
      { code: 'String missing = null;\nmissing', result: 'null' },
    ],
  },
  {
    title: 'shows arrays with their elements',
    cells: [
      { code: 'new int[] {3, 1}', result: '[3, 1]' },
      { code: 'new String[][] {{"x"}, {}}', result: '[[x], []]' },
      { code: 'int[] few = new int[1002];\nfew', result: `[${'0, '.repeat(1000)}… 2 more]` },
      { code: 'Object[] self = new Object[1];\nself[0] = self;\nself.length', result: '1' },
      { code: 'new boolean[0]', result: '[]' },
    ],
  },
  {
    title: 'shows objects as their toString() does, under their own names',
    cells: [
      { code: 'class Plain {}\nnew Plain().toString().startsWith("REPL")', result: 'true' },
      { code: 'Plain.class', result: 'class Plain' },
      { code: 'record Pt(int x, int y) {}\nnew Pt(1, 2)', result: 'Pt[x=1, y=2]' },
      { code: 'List.of(new Pt(0, 0), "s", \'c\')', result: '[Pt[x=0, y=0], s, c]' },
      { code: 'Optional.of(1.5f)', result: 'Optional[1.5]' },
      { code: 'new TreeMap<>(Map.of("b", 2, "a", 1))', result: '{a=1, b=2}' },
      {
        code: 'class Shy { public String toString() { throw new IllegalStateException("no"); } }\nnew Shy()',
        result: '<object of Shy; its toString() threw java.lang.IllegalStateException: no>',
      },
    ],
  },
  {
    title: 'gives numbers as Java writes them',
    cells: [
      { code: '7 / 2', result: '3' },
      { code: '7 / 2.0', result: '3.5' },
      { code: '1L << 40', result: '1099511627776' },
      { code: 'Integer.MAX_VALUE + 1', result: '-2147483648' },
      { code: '(byte) 200', result: '-56' },
      { code: 'new BigInteger("2").pow(100)', result: '1267650600228229401496703205376' },
      { code: '0.1 + 0.2', result: '0.30000000000000004' },
    ],
  },
  {
    title: 'takes any text',
    cells: [
      { code: 'String größe = "ü";\ngröße + "🎉".length()', result: '"ü2"' },
      { code: 'String url = "http://x.y//z"; // not /* a\nurl', result: '"http://x.y//z"' },
      { code: 'String block = """\n  two\n    lines""";\nblock', result: '"two\\n  lines"' },
      { code: '"\\ud800".length()', result: '1' },
    ],
  },
];
