package sandcell.kernel;

import java.util.ArrayList;
import java.util.List;

/** Lines of a cell that are no Java: `%maven group:artifact:version`. */
final class MavenLines {
  private static final String COMMAND = "%maven";

  /** What stands in one such line. */
  static final class Line {
    final int number;
    final List<String> coordinates;

    private Line(int number, List<String> coordinates) {
      this.number = number;
      this.coordinates = coordinates;
    }
  }

  final List<Line> lines = new ArrayList<>();

  /** The cell with blanks in their place. */
  final String rest;

  MavenLines(String code) {
    StringBuilder left = new StringBuilder(code);
    if (code.contains(COMMAND)) {
      for (int at = CellText.skipBlank(code, 0); at < code.length(); at = CellText.skipBlank(code, at)) {
        int end = beginsAt(code, at) ? take(code, at, left) : CellText.endOfToken(code, at);
        at = end;
      }
    }
    rest = left.toString();
  }

  private int take(String code, int at, StringBuilder left) {
    int newline = code.indexOf('\n', at);
    int end = newline < 0 ? code.length() : newline;
    String arguments = code.substring(at + COMMAND.length(), end).trim();
    int number = 1 + (int) code.substring(0, at).chars().filter(c -> c == '\n').count();
    lines.add(new Line(number, arguments.isEmpty() ? List.of() : List.of(arguments.split("\\s+"))));
    left.replace(at, end, " ".repeat(end - at));
    return end;
  }

  /** At the beginning of a line: elsewhere % is an operator. */
  private static boolean beginsAt(String code, int at) {
    int end = at + COMMAND.length();
    boolean isWord = code.startsWith(COMMAND, at) && (end == code.length() || Character.isWhitespace(code.charAt(end)));
    return isWord && code.substring(code.lastIndexOf('\n', at) + 1, at).isBlank();
  }
}
