import { java, type JavaSequence, throws } from './sequence.ts';

export const declarations: readonly JavaSequence[] = [
  {
    title: 'keeps variables of every kind',
    cells: [
      {
        code: 'int i = 1, j = 2;\nfinal String name = "n";\nvar list = new ArrayList<Map<String, int[]>>();',
      },
      { code: 'list.add(Map.of("k", new int[] {i, j}));', result: 'true' },
      { code: 'list.get(0).get("k")[1] + name', result: '"2n"' },
      { code: 'var anonymous = new Object() { int hidden = 42; };\nanonymous.hidden', result: '42' },
      { code: 'anonymous.hidden++;\nanonymous.hidden', result: '43' },
    ],
  },
  {
    title: 'keeps classes with fields, constructors, static and nested members',
    cells: [
      {
        code: java`
          class Account {
            static int made;
            private final List<Integer> moves = new ArrayList<>();
            Account(int first) { made++; moves.add(first); }
            Account deposit(int amount) { moves.add(amount); return this; }
            int balance() { return moves.stream().mapToInt(Integer::intValue).sum(); }
            static class Report { String of(Account a) { return "balance " + a.balance(); } }
          }
        `,
      },
      { code: 'var account = new Account(5);\naccount.deposit(10).deposit(-3).balance()', result: '12' },
      { code: 'new Account.Report().of(account)', result: '"balance 12"' },
      { code: 'new Account(0);\nAccount.made', result: '2' },
    ],
  },
  {
    title: 'keeps sealed types, records and pattern matching',
    cells: [
      {
        code: java`
          sealed interface Shape permits Circle, Square {}
          record Circle(double r) implements Shape {}
          record Square(double side) implements Shape {
            Square { if (side < 0) throw new IllegalArgumentException("negative"); }
          }
        `,
      },
      {
        code: java`
          double area(Shape s) {
            if (s instanceof Circle c) return 3 * c.r() * c.r();
            return s instanceof Square q ? q.side() * q.side() : 0;
          }
          area(new Circle(2)) + area(new Square(3))
        `,
        result: '21.0',
      },
      { code: 'new Square(1).equals(new Square(1))', result: 'true' },
      {
        code: 'new Square(-1)',
        error: throws('java.lang.IllegalArgumentException', 'negative', [1, 1], ['at Square.<init>(cell-']),
      },
    ],
  },
  {
    title: 'matches records in a switch',
    since: 21,
    cells: [
      {
        code: java`
          sealed interface Expr permits Num, Add {}
          record Num(int n) implements Expr {}
          record Add(Expr a, Expr b) implements Expr {}
          int value(Expr e) {
            return switch (e) {
              case Num(int n) -> n;
              case Add(Expr a, Expr b) -> value(a) + value(b);
            };
          }
          value(new Add(new Num(1), new Add(new Num(2), new Num(3))))
        `,
        result: '6',
      },
    ],
  },
  {
    title: 'keeps enums with bodies, interfaces with default methods, and annotations',
    cells: [
      {
        code: java`
          interface Priced { int price(); default String tag() { return price() + " EUR"; } }
          enum Size implements Priced {
            SMALL { public int price() { return 1; } },
            LARGE { public int price() { return 9; } };
          }
          @interface Note { String value() default ""; }
        `,
      },
      { code: 'Size.valueOf("LARGE").tag()', result: '"9 EUR"' },
      { code: '@Note("x") class Noted {}\nSize.values().length', result: '2' },
      { code: 'new EnumMap<>(Map.of(Size.SMALL, 1))', result: '{SMALL=1}' },
    ],
  },
  {
    title: 'keeps generic methods and types',
    cells: [
      {
        code: java`
          <T extends Comparable<T>> T largest(List<? extends T> list) {
            T best = list.get(0);
            for (T one : list) if (one.compareTo(best) > 0) best = one;
            return best;
          }
          class Stack2<E> {
            private final Deque<E> items = new ArrayDeque<>();
            void push(E e) { items.push(e); }
            E pop() { return items.pop(); }
          }
        `,
      },
      { code: 'largest(List.of(3, 9, 4))', result: '9' },
      { code: 'var stack = new Stack2<String>();\nstack.push("a");\nstack.push("b");' },
      { code: 'stack.pop() + largest(List.of("x", "y"))', result: '"by"' },
    ],
  },
  {
    title: 'inherits over cells',
    cells: [
      {
        code: 'abstract class Animal { abstract String sound(); String twice() { return sound() + sound(); } }',
      },
      { code: 'class Dog extends Animal { String sound() { return "wuff "; } }' },
      {
        code: 'class Puppy extends Dog { @Override String sound() { return super.sound().toUpperCase(); } }',
      },
      { code: 'Animal pet = new Puppy();\npet.twice()', result: '"WUFF WUFF "' },
      { code: 'pet instanceof Dog && !(pet instanceof Comparable)', result: 'true' },
      {
        code: 'boolean yes = true;\nAnimal either = yes ? new Dog() : new Puppy();\neither.sound()',
        result: '"wuff "',
      },
    ],
  },
  {
    title: 'keeps lambdas, what they capture, and functional interfaces of its own',
    cells: [
      { code: 'int[] count = {0};\nSupplier<Integer> next = () -> ++count[0];\nnext.get()', result: '1' },
      { code: 'next.get();\nnext.get();\ncount', result: '[3]' },
      { code: 'interface Three { int of(int a, int b, int c); }\nThree three = (a, b, c) -> a + b * c;' },
      { code: 'three.of(1, 2, 3)', result: '7' },
      {
        code: 'Function<Integer, Function<Integer, Integer>> add = x -> y -> x + y;\nadd.apply(3).apply(4)',
        result: '7',
      },
    ],
  },
  {
    title: 'keeps imports, static ones too',
    cells: [
      {
        code: 'import java.time.LocalDate;\nimport java.time.temporal.*;\nimport static java.util.stream.Collectors.*;',
      },
      { code: 'LocalDate.of(2024, 2, 28).plus(2, ChronoUnit.DAYS)', result: '2024-03-01' },
      { code: 'Stream.of("a", "b").collect(joining("+"))', result: '"a+b"' },
    ],
  },
];
