package sandcell.kernel;

import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.SnippetEvent;
import jdk.jshell.spi.SPIResolutionException;

/** One cell: cut, evaluate, report. */
final class Cell {
  private final Session session;
  private final CellRunner runner;
  private final String id;
  private final MavenLines maven;
  private final CellText text;
  private final Set<String> names = new LinkedHashSet<>();
  private boolean hasRun;
  private final List<DeclarationSnippet> declarations = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<Map<String, Object>> frames = new ArrayList<>();

  Cell(Session session, String id, int count, String code) {
    this.session = session;
    this.id = id;
    runner = session.runner();
    maven = new MavenLines(code);
    text = new CellText(count, maven.rest);
  }

  /** The frames that tell of the cell; the last is `done`. */
  List<Map<String, Object>> run() {
    notes.addAll(session.outputs().restore());
    runner.begin(text.count);
    try {
      if (install()) evaluate();
    } catch (CompileError error) {
      addError(error.describe());
    } catch (Throwable failure) {
      // javac or JShell have failed: no stack for a deep nesting, no memory, or an error of theirs.
      addError(Traces.describe(failure, text));
    } finally {
      runner.end();
    }
    declarations.stream().map(this::unresolved).filter(note -> note != null).distinct().forEach(notes::add);
    frames.add(Frames.of("type", "done", "id", id, "names", List.copyOf(names), "notes", notes));
    return frames;
  }

  /** Brings the jars that the cell asks for; false where that failed. */
  private boolean install() {
    for (MavenLines.Line line : maven.lines) {
      CellRunner.Outcome outcome = runner.run(() -> notes.addAll(session.packages().install(line.coordinates)));
      if (outcome.failure == null) continue;
      boolean known = outcome.failure instanceof InstallError && !runner.isInterrupted();
      if (known) addError(describe(InstallError.NAME, outcome.failure.getMessage(), line.number));
      else fail(outcome.failure);
      return false;
    }
    return true;
  }

  private static Map<String, Object> describe(String name, String message, int line) {
    List<String> traceback = List.of((name + ": " + message).split("\n"));
    return Frames.of("name", name, "message", message, "traceback", traceback, "line", line, "column", 1);
  }

  private void evaluate() throws CompileError {
    List<Chunk> chunks = session.chunks().of(text);
    List<Evaluation> plan = Plan.of(text, chunks, new HashMap<>(session.variableTypes()));
    for (Evaluation evaluation : plan) {
      List<SnippetEvent> events = session.evaluate(evaluation);
      for (SnippetEvent event : events) {
        if (event.causeSnippet() == null) accept(event, evaluation);
      }
      CellRunner.Outcome outcome = session.outcome();
      Throwable failure = outcome == null ? null : outcome.failure;
      hasRun = hasRun || outcome != null;
      if (runner.isInterrupted() && outcome == null) failure = CellInterrupted.outsideOfCode();
      if (failure != null) {
        if (outcome != null && outcome.left) notes.add("a thread that waits was left behind: no interrupt reaches it");
        fail(failure);
        return;
      }
      evaluation.chunks.forEach(chunk -> chunk.recordTypes(session.variableTypes()));
    }
    if (!chunks.isEmpty() && chunks.get(chunks.size() - 1).hasValue != Chunk.HasValue.NO) showResult();
  }

  private void accept(SnippetEvent event, Evaluation evaluation) throws CompileError {
    Snippet snippet = event.snippet();
    if (event.status() == Status.REJECTED) {
      CompileError error = new CompileError(text, problemsOf(snippet, evaluation));
      if (hasRun) notes.add("what stands before line " + error.line() + " of the cell has run");
      throw error;
    }
    if (!(snippet instanceof DeclarationSnippet)) return;
    names.add(((DeclarationSnippet) snippet).name());
    declarations.add((DeclarationSnippet) snippet);
  }

  private List<CompileError.Problem> problemsOf(Snippet snippet, Evaluation evaluation) {
    List<CompileError.Problem> problems = new ArrayList<>();
    session.shell().diagnostics(snippet).filter(Diag::isError).forEach(diag -> {
      int offset = Math.max(0, evaluation.cellOffset((int) diag.getPosition()));
      problems.add(new CompileError.Problem(offset, diag.getMessage(null)));
    });
    if (problems.isEmpty()) {
      int offset = Math.max(0, evaluation.cellOffset(0));
      problems.add(new CompileError.Problem(offset, "the compiler rejects this without a reason"));
    }
    return problems;
  }

  private void showResult() {
    Object value = Result.take();
    if (value == Result.NONE || value != null && value == System.out || value == System.err) return;
    CellRunner.Outcome outcome = runner.run(() -> Values.text(value));
    if (outcome.failure != null) fail(outcome.failure);
    else frames.add(Frames.of("type", "result", "id", id, "data", Frames.of("text/plain", outcome.value)));
  }

  private void fail(Throwable failure) {
    if (failure instanceof CellExit) {
      int code = ((CellExit) failure).code;
      if (code == 0) notes.add("exit(0) ended the cell; the kernel and its variables live on");
      else addError(describe(failure, CellExit.NAME, String.valueOf(code)));
    } else if (runner.isInterrupted() && isInterruption(failure)) {
      addError(describe(failure, CellInterrupted.NAME, "the cell was interrupted"));
    } else if (failure instanceof SPIResolutionException) {
      addError(describe(failure, "UnresolvedReference", unresolved((SPIResolutionException) failure)));
    } else {
      CellRunner.Outcome described = runner.runLast(() -> Traces.describe(failure, text));
      if (described.failure == null) addError(Frames.copy(described.value));
      else addError(describe(described.failure, Names.of(failure), ""));
    }
  }

  /** The cell was stopped, or what it waited for was. */
  private static boolean isInterruption(Throwable failure) {
    Throwable link = failure;
    for (int depth = 0; link != null && depth < 10; depth++, link = link.getCause()) {
      if (link instanceof CellInterrupted || link instanceof InterruptedException) return true;
      if (link instanceof ClosedByInterruptException) return true;
    }
    return false;
  }

  private Map<String, Object> describe(Throwable failure, String name, String message) {
    int line = Traces.lineIn(text, failure);
    List<String> traceback = Traces.render(failure);
    traceback.set(0, name + (message.isEmpty() ? "" : ": " + message));
    return Frames.of(
        "name", name,
        "message", message,
        "traceback", traceback,
        "line", line == 0 ? null : line,
        "column", line == 0 ? null : Traces.columnIn(text, line));
  }

  /** The use of a method or class of which a part was never defined. */
  private String unresolved(SPIResolutionException failure) {
    return session.shell()
        .snippets()
        .filter(snippet -> snippet.id().equals(String.valueOf(failure.id())))
        .filter(DeclarationSnippet.class::isInstance)
        .map(snippet -> unresolved((DeclarationSnippet) snippet))
        .filter(message -> message != null)
        .reduce("something it refers to is not defined", (first, last) -> last);
  }

  /** What a declaration still lacks; null where it lacks nothing. */
  private String unresolved(DeclarationSnippet snippet) {
    Status status = session.shell().status(snippet);
    if (status != Status.RECOVERABLE_DEFINED && status != Status.RECOVERABLE_NOT_DEFINED) return null;
    String missing = session.shell().unresolvedDependencies(snippet).collect(Collectors.joining(", "));
    return missing.isEmpty() ? null : snippet.name() + " refers to " + missing + ", which is not defined";
  }

  private void addError(Map<String, Object> error) {
    Map<String, Object> frame = Frames.of("type", "error", "id", id);
    frame.putAll(error);
    frames.add(frame);
  }
}
