import { type JavaSequence } from './sequence.ts';

const CLOSED = 'stdout had been closed by an earlier cell; it is open again';
const REPLACED = "System.out had been replaced by an earlier cell; it is the cell's own output again";

export const output: readonly JavaSequence[] = [
  {
    title: 'keeps the order of what Java and children print',
    cells: [
      {
        code: 'System.out.println("one");\nnew ProcessBuilder("echo", "two").inheritIO().start().waitFor();\nSystem.out.println("three");',
        stdout: 'one\ntwo\nthree\n',
      },
      {
        code: 'System.out.print(1);\nSystem.out.write(50);\nSystem.out.append("3").printf("%d", 4);',
        stdout: '1234',
      },
    ],
  },
  {
    title: 'opens System.out again after it was closed',
    cells: [
      {
        code: 'System.out.println("before");\nSystem.out.close();\nSystem.out.println("lost");',
        stdout: 'before\n',
      },
      { code: 'System.out.println("back");', stdout: 'back\n', notes: [CLOSED] },
      { code: 'try (var out = System.out) { out.println("in"); }', stdout: 'in\n' },
      { code: 'System.out.println("again");', stdout: 'again\n', notes: [CLOSED] },
    ],
  },
  {
    title: 'lets a cell replace System.out, for itself',
    cells: [
      {
        code: 'var real = System.out;\nvar bytes = new ByteArrayOutputStream();\nSystem.setOut(new PrintStream(bytes));\nSystem.out.println("captured");\nSystem.setOut(real);\nbytes.toString()',
        result: '"captured\\n"',
      },
      { code: 'System.setOut(new PrintStream(bytes));' },
      { code: 'System.out.println("own");', stdout: 'own\n', notes: [REPLACED] },
      { code: 'System.setOut(null);' },
      { code: 'System.out.println("own");', stdout: 'own\n', notes: [REPLACED] },
      { code: 'System.setErr(null);\nSystem.setIn(null);' },
      {
        code: 'System.err.println(System.in.read());',
        stderr: '-1\n',
        notes: [REPLACED.replace('System.out', 'System.err')],
      },
    ],
  },
  {
    title: 'takes what is printed from many threads',
    cells: [
      {
        code: 'IntStream.range(0, 2000).parallel().forEach(i -> System.out.println("row"));',
        stdout: 'row\n'.repeat(2000),
      },
    ],
  },
  {
    title: 'finds no input',
    cells: [
      { code: 'new BufferedReader(new InputStreamReader(System.in)).readLine()', result: 'null' },
      { code: 'new Scanner(System.in).hasNextLine()', result: 'false' },
    ],
  },
];
