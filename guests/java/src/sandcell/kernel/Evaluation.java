package sandcell.kernel;

import java.util.ArrayList;
import java.util.List;

/** Source for JShell, made of parts of a cell, and where these stand in it. */
final class Evaluation {
  final CellText cell;

  /** The chunks that it evaluates; empty for code that stands in no cell. */
  final List<Chunk> chunks;

  private final StringBuilder source = new StringBuilder();
  private final List<int[]> parts = new ArrayList<>();

  Evaluation(CellText cell, List<Chunk> chunks) {
    this.cell = cell;
    this.chunks = chunks;
  }

  String source() {
    return source.toString();
  }

  Evaluation addOwn(String text) {
    source.append(text);
    return this;
  }

  Evaluation addCell(int start, int end) {
    parts.add(new int[] {source.length(), start, end});
    source.append(cell.text, start, end);
    return this;
  }

  /** The offset in the cell of one in the source, or of what is next to it and in the cell; -1 where nothing is. */
  int cellOffset(int offset) {
    int before = -1;
    for (int[] part : parts) {
      int start = part[0];
      if (offset >= start + part[2] - part[1]) {
        before = Math.max(part[1], part[2] - 1);
      } else if (offset >= start) {
        return part[1] + offset - start;
      } else {
        boolean isOnItsLine = source.lastIndexOf("\n", start - 1) < offset;
        return before < 0 || isOnItsLine ? part[1] : before;
      }
    }
    return before;
  }
}
