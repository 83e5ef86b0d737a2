package sandcell.kernel;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.SnippetWrapper;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** The state of a context: a JShell, and where its snippets stand in cells. */
final class Session {
  /** As the jshell tool has them. */
  private static final String[] IMPORTS = {
    "java.io", "java.math", "java.net", "java.nio.file", "java.util", "java.util.concurrent",
    "java.util.function", "java.util.prefs", "java.util.regex", "java.util.stream",
  };

  private static final Pattern OUTER_CLASS = Pattern.compile("REPL\\.\\$JShell\\$[0-9A-Z_]+");

  private final CellRunner runner;
  private final Outputs outputs;
  private final SnippetExecution execution;
  private final JShell shell;
  private final SourceCodeAnalysis analysis;
  private final Chunks chunks;
  private final Packages packages;

  /** Types of variables, as far as they are written out. */
  private final Map<String, String> variableTypes = new HashMap<>();

  private final Map<Snippet, Evaluation> evaluations = new IdentityHashMap<>();
  private final Map<String, LineMap> lineMaps = new HashMap<>();
  private Evaluation current;

  Session(CellRunner runner, Outputs outputs) {
    this.runner = runner;
    this.outputs = outputs;
    execution = new SnippetExecution(runner, this::lineMapOf);
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    shell =
        JShell.builder()
            .in(InputStream.nullInputStream())
            .out(nowhere)
            .err(nowhere)
            // Names of local variables, for the messages of NullPointerExceptions.
            .compilerOptions("-g")
            .executionEngine(providerOf(execution), null)
            .build();
    analysis = shell.sourceCodeAnalysis();
    chunks = new Chunks(analysis);
    packages = new Packages(runner, shell::addToClasspath);
    Traces.install();
    Traps.runner = runner;
    for (String name : IMPORTS) evaluate(new Evaluation(null, List.of()).addOwn("import " + name + ".*;"));
  }

  CellRunner runner() {
    return runner;
  }

  Outputs outputs() {
    return outputs;
  }

  Chunks chunks() {
    return chunks;
  }

  JShell shell() {
    return shell;
  }

  Map<String, String> variableTypes() {
    return variableTypes;
  }

  /** What JShell made of the source. What became of its code is the {@link #outcome}. */
  List<SnippetEvent> evaluate(Evaluation evaluation) {
    current = evaluation;
    lineMaps.clear();
    execution.clear();
    List<SnippetEvent> events = shell.eval(evaluation.source());
    execution.finish();
    for (SnippetEvent event : events) evaluations.putIfAbsent(event.snippet(), evaluation);
    return events;
  }

  /** Null where the last evaluation ran nothing. */
  CellRunner.Outcome outcome() {
    return execution.outcome();
  }

  Packages packages() {
    return packages;
  }

  /** Forgets all names but the imports. */
  void dropNames() {
    shell.snippets().filter(snippet -> snippet.kind() != Snippet.Kind.IMPORT).forEach(this::drop);
    variableTypes.clear();
  }

  private void drop(Snippet snippet) {
    if (shell.status(snippet).isActive()) shell.drop(snippet);
  }

  /** Asked while JShell evaluates, before it tells of the snippet: one that is new is of the current evaluation. */
  private LineMap lineMapOf(String className) {
    Matcher outer = OUTER_CLASS.matcher(className);
    return outer.lookingAt() ? lineMaps.computeIfAbsent(outer.group(), this::readLines) : LineMap.NONE;
  }

  private LineMap readLines(String outerClass) {
    LineMap[] map = {LineMap.NONE};
    shell.snippets().forEach(snippet -> {
      if (snippet.kind() == Snippet.Kind.IMPORT || snippet.kind() == Snippet.Kind.ERRONEOUS) return;
      SnippetWrapper wrapper = analysis.wrapper(snippet);
      if (!outerClass.equals(wrapper.fullClassName())) return;
      Evaluation evaluation = evaluations.getOrDefault(snippet, current);
      if (evaluation.chunks.isEmpty()) return;
      // Overloads share a class, which has but one file: that of the newest.
      LineMap lines = new LineMap(evaluation.cell.fileName());
      lines.addAll(wrapper, evaluation);
      map[0] = lines;
    });
    return map[0];
  }

  private static ExecutionControlProvider providerOf(ExecutionControl execution) {
    return new ExecutionControlProvider() {
      @Override
      public String name() {
        return "sandcell";
      }

      @Override
      public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
        return execution;
      }
    };
  }
}
