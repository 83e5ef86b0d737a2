import { java, type JavaSequence } from './sequence.ts';

export const statements: readonly JavaSequence[] = [
  {
    title: 'takes if with else on lines of its own',
    cells: [
      {
        code: 'int n = 2;\nif (n > 3)\n  System.out.println("a");\nelse if (n > 1)\n  System.out.println("b");\nelse\n  System.out.println("c");\nn',
        stdout: 'b\n',
        result: '2',
      },
    ],
  },
  {
    title: 'takes every kind of loop, labels too',
    cells: [
      {
        code: java`
          int total = 0;
          for (int i = 0, k = 10; i < k; i++, k--) total += i;
          for (String s : List.of("a", "bb")) total += s.length();
          int left = 3;
          while (left-- > 0) total++;
          do total += 100; while (false);
          outer:
          for (int i = 0; ; i++) {
            for (int j = 0; ; j++) {
              if (j == 2) continue outer;
              if (i == 2) break outer;
              total += 1000;
            }
          }
          total
        `,
        result: '4116',
      },
    ],
  },
  {
    title: 'takes switch as statement and as expression',
    cells: [
      {
        code: java`
          int day = 6;
          String kind = switch (day) {
            case 6, 7 -> "weekend";
            default -> {
              String text = "day " + day;
              yield text;
            }
          };
          switch (kind) {
            case "weekend":
              System.out.println("rest");
              break;
            default:
              System.out.println("work");
          }
          kind
        `,
        stdout: 'rest\n',
        result: '"weekend"',
      },
      { code: 'switch (day) { case 1 -> "one"; default -> "many"; }', result: '"many"' },
    ],
  },
  {
    title: 'takes try with resources, catch, finally and throw',
    cells: [
      {
        code: java`
          class Res implements AutoCloseable {
            public void close() { System.out.println("closed"); }
          }
          try (Res r = new Res()) {
            System.out.println("in");
            throw new IOException("x");
          } catch (IOException | IllegalStateException e) {
            System.out.println("caught " + e.getMessage());
          } finally {
            System.out.println("finally");
          }
        `,
        stdout: 'in\nclosed\ncaught x\nfinally\n',
      },
    ],
  },
  {
    title: 'keeps apart what stands in blocks',
    cells: [
      { code: '{ int inner = 1; System.out.println(inner); }', stdout: '1\n' },
      { code: 'int inner = 2;\n{ inner++; }\ninner', result: '3' },
      { code: 'synchronized (Object.class) { inner = 9; }\ninner', result: '9' },
    ],
  },
  {
    title: 'takes several statements on a line, comments and empty statements',
    cells: [
      { code: 'int p = 1; int q = 2; /* both */ p + q // sum', result: '3' },
      { code: ';;\n// nothing\np = 5;;\np;', result: '5' },
      {
        code: '/** Doc.\n * {@code x}\n */\nint documented() { return 4; } // end\ndocumented()',
        result: '4',
      },
      { code: 'int open = 1; /* at the end */' },
    ],
  },
  {
    title: 'takes modifiers at top level as jshell does',
    cells: [
      {
        code: 'public static final int LIMIT = 30;\nprivate static int half(int n) { return n / 2; }\nhalf(LIMIT)',
        result: '15',
      },
      { code: 'public class Open { public int v = 1; }\nnew Open().v', result: '1' },
    ],
  },
  {
    title: 'takes local types, anonymous classes and lambdas in statements',
    cells: [
      {
        code: java`
          Runnable twice = new Runnable() {
            int runs = 0;
            public void run() {
              record Local(int n) {}
              System.out.println(new Local(++runs));
            }
          };
          twice.run();
          twice.run();
        `,
        stdout: 'Local[n=1]\nLocal[n=2]\n',
      },
      { code: 'new Object() { int five() { return 5; } }.five()', result: '5' },
    ],
  },
  {
    title: 'takes instanceof patterns and conditional expressions',
    cells: [
      { code: 'Object any = 5;\nany instanceof Integer big && big > 3 ? "big" : "small"', result: '"big"' },
      { code: 'any = any instanceof String s ? s.length() : -1;\nany', result: '-1' },
    ],
  },
  {
    title: 'calls a method whose value nobody wants, and one that has none',
    cells: [
      { code: 'void nothing() {}\nint something() { return 1; }\nnothing()' },
      { code: 'something();\nnothing();' },
      { code: 'nothing();\nsomething();', result: '1' },
      { code: 'new StringBuilder("ab").reverse().toString()', result: '"ba"' },
    ],
  },
];
