package sandcell.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import sandcell.kernel.ChunkParser.Parsed;
import sandcell.kernel.ChunkParser.Place;

/** Cuts a cell into chunks: JShell finds where each ends, javac's parser says what it is. */
final class Chunks {
  /** JShell looks at the whole text for each chunk; of a long cell it is shown a part at a time. */
  private static final int WINDOW = 4096;

  private static final Pattern IMPORT = Pattern.compile("import\\b[^;]*;?");

  /** Looks like the declaration of a type or a method, or of anything with modifiers. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "(?s)(public|private|protected|static|abstract|strictfp|sealed|non-sealed|class|interface|enum|record|@|<)"
              + ".*|(?!new|return|else|throw|yield|case|assert)[\\w.]+(<[^;(){}]*>)?(\\s*\\[\\s*])*\\s+\\w+\\s*\\(.*}");

  private final SourceCodeAnalysis analysis;
  private final ChunkParser parser = new ChunkParser();

  Chunks(SourceCodeAnalysis analysis) {
    this.analysis = analysis;
  }

  /** The chunks of a cell in order. Throws where any of them has a syntax error. */
  List<Chunk> of(CellText cell) throws CompileError {
    List<ChunkParser.Source> sources = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (int at = CellText.skipBlank(cell.text, 0); at < cell.text.length(); ) {
      End end = endOf(cell, at);
      String text = cell.text.substring(at, end.offset);
      if (!text.equals(";")) {
        String whole = end.lacksSemicolon ? text + ";" : text;
        sources.add(new ChunkParser.Source(at, whole, guess(whole)));
        ends.add(end.offset);
      }
      at = CellText.skipBlank(cell.text, end.offset);
    }
    List<Parsed> parsed = parse(cell, sources);
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < parsed.size(); i++) {
      chunks.addAll(new ChunkReader(cell, parsed.get(i)).read(sources.get(i).start, ends.get(i)));
    }
    return chunks;
  }

  /** Each is tried as what it looks like, and then as what else it may be; what nothing takes is an error. */
  private List<Parsed> parse(CellText cell, List<ChunkParser.Source> sources) throws CompileError {
    List<Parsed> best = parser.parse(sources);
    for (Place place : new Place[] {Place.MEMBER, Place.BLOCK, Place.EXPRESSION}) {
      List<Integer> failed = new ArrayList<>();
      List<ChunkParser.Source> again = new ArrayList<>();
      for (int i = 0; i < best.size(); i++) {
        Parsed one = best.get(i);
        if (one.problems.isEmpty() || one.fatalProblems == 0 && ChunkReader.isExpression(one)) continue;
        if (sources.get(i).place == place) continue;
        failed.add(i);
        String text = sources.get(i).text;
        String content = place == Place.EXPRESSION ? text.replaceAll(";\\s*\\z", "") : text;
        again.add(new ChunkParser.Source(sources.get(i).start, content, place));
      }
      List<Parsed> retried = parser.parse(again);
      for (int i = 0; i < retried.size(); i++) {
        if (isBetter(retried.get(i), best.get(failed.get(i)))) best.set(failed.get(i), retried.get(i));
      }
    }
    List<CompileError.Problem> problems = new ArrayList<>();
    for (Parsed one : best) {
      if (one.fatalProblems > 0 || !one.problems.isEmpty() && !ChunkReader.isExpression(one)) {
        problems.addAll(one.problems);
      }
    }
    if (!problems.isEmpty()) throw new CompileError(cell, problems);
    return best;
  }

  /** The reading that comes further before its first problem is the one that was meant. */
  private static boolean isBetter(Parsed retried, Parsed known) {
    if (retried.problems.isEmpty()) return true;
    if (retried.fatalProblems == 0 && ChunkReader.isExpression(retried)) return true;
    int further = retried.problems.get(0).offset - known.problems.get(0).offset;
    // What is wrong with an expression is said best where it is read as a statement.
    return further > 0 || further == 0 && known.place == Place.EXPRESSION;
  }

  private static Place guess(String text) {
    if (IMPORT.matcher(text).matches()) return Place.FILE;
    if (!text.endsWith(";") && !text.endsWith("}")) return Place.EXPRESSION;
    return MEMBER.matcher(text).matches() ? Place.MEMBER : Place.BLOCK;
  }

  private End endOf(CellText cell, int start) {
    String text = cell.text;
    for (int size = WINDOW; ; size *= 4) {
      int windowEnd = start + size >= text.length() ? text.length() : text.lastIndexOf('\n', start + size) + 1;
      if (windowEnd <= start) continue;
      CompletionInfo info = analysis.analyzeCompletion(text.substring(start, windowEnd));
      Completeness completeness = info.completeness();
      String rest = completeness == Completeness.COMPLETE ? info.remaining() : "";
      // More may belong to a chunk at the end of the window: an else, a catch.
      if (windowEnd == text.length() || CellText.skipBlank(rest, 0) < rest.length()) {
        boolean lacksSemicolon =
            completeness == Completeness.COMPLETE_WITH_SEMI || completeness == Completeness.CONSIDERED_INCOMPLETE;
        int known = completeness == Completeness.UNKNOWN ? endByParser(cell, start) : -1;
        if (known > start) return new End(known, false);
        return new End(CellText.endOfCode(text, start, windowEnd - rest.length()), lacksSemicolon);
      }
    }
  }

  /** For what JShell does not know, such as non-sealed classes in JDK 17. */
  private int endByParser(CellText cell, int start) {
    String rest = cell.text.substring(start);
    List<Parsed> tried =
        parser.parse(
            List.of(
                new ChunkParser.Source(start, rest, Place.MEMBER), new ChunkParser.Source(start, rest, Place.BLOCK)));
    return tried.stream().mapToInt(one -> ChunkReader.endOfFirst(cell, one)).max().orElse(-1);
  }

  private static final class End {
    final int offset;
    final boolean lacksSemicolon;

    End(int offset, boolean lacksSemicolon) {
      this.offset = offset;
      this.lacksSemicolon = lacksSemicolon;
    }
  }
}
