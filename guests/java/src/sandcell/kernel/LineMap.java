package sandcell.kernel;

import java.util.Map;
import java.util.TreeMap;
import jdk.jshell.SourceCodeAnalysis.SnippetWrapper;

/** The lines of one class that JShell has made of snippets, as lines of the cells these came from. */
final class LineMap {
  /** Of a class that stands in no cell. */
  static final LineMap NONE = new LineMap(null);

  /** Name of the cell's file, or null. */
  final String fileName;

  private final TreeMap<Integer, Integer> lines = new TreeMap<>();

  LineMap(String fileName) {
    this.fileName = fileName;
  }

  /** Takes over the lines of one snippet, as JShell has wrapped it. */
  void addAll(SnippetWrapper wrapper, Evaluation evaluation) {
    String source = wrapper.source();
    for (int at = 0; at < source.length(); at = source.indexOf('\n', at) + 1) {
      int end = source.indexOf('\n', at) < 0 ? source.length() : source.indexOf('\n', at);
      add(wrapper, evaluation, firstOf(source, at, end));
      // The initializer of a variable stands apart from its name.
      int initializer = source.indexOf('=', at) + 1;
      if (initializer > 0 && initializer < end) add(wrapper, evaluation, firstOf(source, initializer, end));
      if (end == source.length()) break;
    }
  }

  private void add(SnippetWrapper wrapper, Evaluation evaluation, int at) {
    int wrapped = wrapper.sourceToWrappedPosition(at);
    int cellOffset = evaluation.cellOffset(at);
    if (cellOffset < 0) return;
    String text = wrapper.wrapped();
    int line = 1;
    for (int i = Math.min(wrapped, text.length()) - 1; i >= 0; i--) if (text.charAt(i) == '\n') line++;
    lines.putIfAbsent(line, evaluation.cell.lineOf(cellOffset));
  }

  private static int firstOf(String source, int start, int end) {
    for (int at = start; at < end; at++) if (source.charAt(at) > ' ') return at;
    return start;
  }

  /** The line of the cell, for JShell's own lines that of what stands before them; 0 where there is none. */
  int lineOf(int classLine) {
    Map.Entry<Integer, Integer> nearest = lines.floorEntry(classLine);
    return nearest == null ? 0 : nearest.getValue();
  }
}
