public class Calculator {
  static double evaluate(String text) {
    return new Parser(text).parse();
  }

  public static void main(String[] args) throws Exception {
    System.out.println(evaluate("1 + 2 * 3"));
    // ---
    System.out.println(evaluate("(1 + 2) * -3 / 4"));
    // ---
    for (String bad : new String[] {"1 +", "2 )", "x"}) {
      try {
        evaluate(bad);
      } catch (IllegalArgumentException e) {
        System.out.println(bad + ": " + e.getMessage());
      }
    }
    // ---
    double total = 0;
    for (int i = 1; i <= 3; i++) total += evaluate(i + " * " + i);
    System.out.printf(java.util.Locale.ROOT, "%.1f%n", total);
  }
}

class Parser {
  private final String text;
  private int at = 0;

  Parser(String text) {
    this.text = text.replace(" ", "");
  }

  double parse() {
    double value = sum();
    if (at < text.length()) throw new IllegalArgumentException("unexpected " + text.charAt(at));
    return value;
  }

  private double sum() {
    double value = product();
    while (at < text.length() && "+-".indexOf(text.charAt(at)) >= 0) {
      value = text.charAt(at++) == '+' ? value + product() : value - product();
    }
    return value;
  }

  private double product() {
    double value = factor();
    while (at < text.length() && "*/".indexOf(text.charAt(at)) >= 0) {
      value = text.charAt(at++) == '*' ? value * factor() : value / factor();
    }
    return value;
  }

  private double factor() {
    if (at >= text.length()) throw new IllegalArgumentException("unexpected end");
    char c = text.charAt(at);
    if (c == '-') {
      at++;
      return -factor();
    }
    if (c == '(') {
      at++;
      double value = sum();
      at++;
      return value;
    }
    int start = at;
    while (at < text.length() && Character.isDigit(text.charAt(at))) at++;
    if (start == at) throw new IllegalArgumentException("unexpected " + c);
    return Double.parseDouble(text.substring(start, at));
  }
}
