package sandcell.kernel;

import java.util.List;

/** Cells that are run before the first, so that the compiler is loaded and fast then. They leave no name behind. */
final class WarmUp {
  /** Some methods are compiled when they have run often enough. */
  private static final int ROUNDS = 2;

  private static final List<String> CELLS =
      List.of(
          "int a = 1 + 2;\nrecord R(int a, String b) {}\nclass C { int f(int x) { return x + 1; } }\n"
              + "int m(int x) { return x * 2; }\n"
              + "var l = List.of(1, 2, 3).stream().map(x -> m(x)).collect(Collectors.toList());\n"
              + "for (int i = 0; i < 3; i++) { a += new C().f(i); }\nSystem.out.print(\"\");\n"
              + "String s = String.format(\"%d\", a);\nl.size() + a",
          "int b = 1 + 1;\nSystem.out.print(\"\");\nb",
          "System.getProperty(\"a\")",
          "Map<String, Integer> map = new HashMap<>();\nmap.put(\"a\", 1);\nmap.get(\"a\")",
          "b + 1");

  static void run(Session session) {
    for (int round = 0; round < ROUNDS; round++) {
      for (String code : CELLS) new Cell(session, "", 0, code).run();
    }
    session.dropNames();
  }

  private WarmUp() {}
}
