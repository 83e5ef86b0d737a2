package sandcell.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the compiler has against a cell. */
final class CompileError extends Exception {
  private static final long serialVersionUID = 1;
  private static final int MAX_SHOWN = 20;

  /** One complaint: an offset in the cell, and javac's message of several lines. */
  static final class Problem {
    final int offset;
    final String message;

    Problem(int offset, String message) {
      this.offset = offset;
      this.message = message;
    }
  }

  private final transient CellText cell;
  private final transient List<Problem> problems;

  CompileError(CellText cell, List<Problem> problems) {
    this.cell = cell;
    this.problems = problems;
  }

  int line() {
    return cell.lineOf(problems.get(0).offset);
  }

  /** The fields of an error frame. */
  Map<String, Object> describe() {
    Problem first = problems.get(0);
    List<String> traceback = new ArrayList<>();
    problems.stream().limit(MAX_SHOWN).forEach(problem -> traceback.addAll(render(problem)));
    int left = problems.size() - MAX_SHOWN;
    if (left > 0) traceback.add("[… " + left + " more errors …]");
    return Frames.of(
        "name", "CompileError",
        "message", summary(first.message),
        "traceback", traceback,
        "line", line(),
        "column", cell.columnOf(first.offset));
  }

  /** As javac shows it: place, message, the line with a caret, and what the message says more. */
  private List<String> render(Problem problem) {
    int line = cell.lineOf(problem.offset);
    int column = cell.columnOf(problem.offset);
    List<String> message = linesOf(problem.message);
    List<String> lines = new ArrayList<>();
    lines.add(cell.fileName() + ":" + line + ":" + column + ": error: " + message.get(0));
    lines.add(cell.line(line));
    lines.add(" ".repeat(Math.max(0, column - 1)) + "^");
    lines.addAll(message.subList(1, message.size()));
    return lines;
  }

  /** The first line, and the name it is about. */
  private static String summary(String message) {
    List<String> lines = linesOf(message);
    String rest =
        lines.stream()
            .skip(1)
            .map(String::trim)
            .filter(line -> line.startsWith("symbol:"))
            .map(line -> ": " + line.substring("symbol:".length()).trim().replaceAll("\\s+", " "))
            .collect(Collectors.joining());
    return lines.get(0) + rest;
  }

  /** The location of a name is a class of JShell's, of no use. */
  private static List<String> linesOf(String message) {
    return Arrays.stream(Names.shown(message).split("\n"))
        .filter(line -> !line.trim().startsWith("location:"))
        .collect(Collectors.toList());
  }
}
