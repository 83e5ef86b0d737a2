package sandcell.kernel;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Exceptions as the user knows them: lines of cells, no frames and names of JShell's or ours. */
final class Traces {
  private static final int MAX_FRAMES = 60;
  private static final int MAX_CHAINED = 20;
  private static final int MAX_MESSAGE_CHARACTERS = 16_384;
  private static final String DO_IT = "do_it$";

  /** Exceptions that end a thread of a cell are told on stderr. */
  static void install() {
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
      if (failure instanceof CellInterrupted) return;
      List<String> lines = render(failure);
      if (failure instanceof CellExit) lines = List.of(failure.getMessage() + " ended this thread only");
      System.err.println("Exception in thread \"" + thread.getName() + "\" " + String.join("\n", lines));
    });
  }

  static void print(Throwable failure, PrintStream out) {
    out.println(String.join("\n", render(failure)));
  }

  /** The fields of an error frame. Runs code of the user's, such as getMessage. */
  static Map<String, Object> describe(Throwable failure, CellText cell) {
    int line = lineIn(cell, failure);
    return Frames.of(
        "name", Names.of(failure),
        "message", messageOf(failure),
        "traceback", render(failure),
        "line", line == 0 ? null : line,
        "column", line == 0 ? null : columnIn(cell, line));
  }

  /** The innermost line of the cell on the stack, or on that of a cause from another thread; 0 where there is none. */
  static int lineIn(CellText cell, Throwable failure) {
    Throwable link = failure;
    for (int depth = 0; link != null && depth < MAX_CHAINED; depth++, link = link.getCause()) {
      int line = lineOnStack(cell, link);
      if (line > 0) return line;
    }
    return 0;
  }

  private static int lineOnStack(CellText cell, Throwable failure) {
    for (StackTraceElement frame : failure.getStackTrace()) {
      if (Names.isOfCell(frame.getClassName()) && cell.fileName().equals(frame.getFileName())) {
        return Math.max(0, frame.getLineNumber());
      }
    }
    return 0;
  }

  /** The class files tell lines only: where the code of the line begins. */
  static int columnIn(CellText cell, int line) {
    String text = cell.line(line);
    return text.length() - text.stripLeading().length() + 1;
  }

  static List<String> render(Throwable failure) {
    List<String> lines = new ArrayList<>();
    render(failure, "", "", lines, Collections.newSetFromMap(new IdentityHashMap<>()));
    return lines;
  }

  private static void render(Throwable failure, String indent, String label, List<String> lines, Set<Throwable> seen) {
    if (seen.size() >= MAX_CHAINED || !seen.add(failure)) return;
    String message = messageOf(failure);
    String name = Names.of(failure);
    lines.add(indent + label + name + (message.isEmpty() ? "" : ": " + message));
    List<StackTraceElement> frames = framesOf(failure);
    for (int i = 0; i < frames.size(); i++) {
      if (frames.size() > MAX_FRAMES && i == MAX_FRAMES / 2) {
        int left = frames.size() - MAX_FRAMES;
        lines.add(indent + "\t[… " + left + " frames left out …]");
        i += left;
      }
      lines.add(indent + "\tat " + render(frames.get(i)));
    }
    for (Throwable suppressed : failure.getSuppressed()) render(suppressed, indent + "\t", "Suppressed: ", lines, seen);
    if (failure.getCause() != null) render(failure.getCause(), indent, "Caused by: ", lines, seen);
  }

  /** What calls the outermost code of a cell is machinery, and so is what stands between two pieces of it. */
  private static List<StackTraceElement> framesOf(Throwable failure) {
    List<StackTraceElement> frames = new ArrayList<>();
    int end = 0;
    for (StackTraceElement frame : failure.getStackTrace()) {
      String name = frame.getClassName();
      if (name.startsWith("sandcell.kernel.")) continue;
      boolean isOfCell = Names.isOfCell(name);
      if (isOfCell && frame.getFileName() == null) continue;
      if (!frames.isEmpty() && isSamePlace(frame, frames.get(frames.size() - 1))) continue;
      frames.add(frame);
      if (isOfCell) end = frames.size();
    }
    return end == 0 ? frames : frames.subList(0, end);
  }

  /** The last expression of a cell is a lambda of ours in the code of the cell. */
  private static boolean isSamePlace(StackTraceElement frame, StackTraceElement inner) {
    return frame.getMethodName().equals(DO_IT)
        && inner.getMethodName().startsWith("lambda$" + DO_IT)
        && render(frame).equals(render(inner));
  }

  private static String render(StackTraceElement frame) {
    String place = frame.getFileName() == null ? "Unknown Source" : frame.getFileName();
    if (frame.isNativeMethod()) place = "Native Method";
    else if (frame.getLineNumber() > 0) place += ":" + frame.getLineNumber();
    String method = frame.getMethodName();
    if (!Names.isOfCell(frame.getClassName())) return frame.getClassName() + "." + method + "(" + place + ")";
    String type = Names.ofClass(frame.getClassName());
    // JShell's own class around the code is no class of the user's.
    String owner = type.equals("cell") ? "" : type + ".";
    if (method.contains(DO_IT)) return place;
    return owner + method.replace(DO_IT, "") + "(" + place + ")";
  }

  private static String messageOf(Throwable failure) {
    String message;
    try {
      message = failure.getLocalizedMessage();
    } catch (CellInterrupted stopped) {
      throw stopped;
    } catch (Throwable hostile) {
      return "<no message: getMessage() threw " + Names.of(hostile) + ">";
    }
    if (message == null) return "";
    String shown = Names.shown(message);
    return shown.length() <= MAX_MESSAGE_CHARACTERS ? shown : shown.substring(0, MAX_MESSAGE_CHARACTERS) + "…";
  }

  private Traces() {}
}
