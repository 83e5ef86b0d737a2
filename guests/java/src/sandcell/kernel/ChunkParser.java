package sandcell.kernel;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Parses parts of cells by javac, each as a file of its own in which it may stand. */
final class ChunkParser {
  /** What stands around the part. */
  enum Place {
    FILE("", ""),
    MEMBER("class C{", "\n}"),
    BLOCK("class C{void m()throws Throwable{", "\n}}"),
    EXPRESSION("class C{Object o=(", "\n);}");

    final String before;
    final String after;

    Place(String before, String after) {
      this.before = before;
      this.after = after;
    }
  }

  /** A parsed part. Positions in `unit` are `shift` higher than in the cell. */
  static final class Parsed {
    final CompilationUnitTree unit;
    final Trees trees;
    final Place place;
    final int shift;
    final List<CompileError.Problem> problems = new ArrayList<>();

    /** Problems but for "not a statement", of which JShell makes an expression. */
    int fatalProblems;

    Parsed(CompilationUnitTree unit, Trees trees, Source source) {
      this.unit = unit;
      this.trees = trees;
      place = source.place;
      shift = place.before.length() - source.start;
    }
  }

  /** A part before it is parsed. */
  static final class Source extends SimpleJavaFileObject {
    final int start;
    final String text;
    final Place place;

    Source(int start, String text, Place place) {
      super(URI.create("string:///C.java"), Kind.SOURCE);
      this.start = start;
      this.text = text;
      this.place = place;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return place.before + text + place.after;
    }
  }

  private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
  private final StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);

  List<Parsed> parse(List<Source> sources) {
    List<Parsed> parsed = new ArrayList<>();
    if (sources.isEmpty()) return parsed;
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    List<String> options = List.of("-proc:none", "-Xlint:none");
    JavacTask task = (JavacTask) compiler.getTask(null, files, diagnostics, options, null, sources);
    try {
      Trees trees = Trees.instance(task);
      int index = 0;
      for (CompilationUnitTree unit : task.parse()) {
        parsed.add(new Parsed(unit, trees, sources.get(index++)));
      }
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
      if (diagnostic.getKind() != Diagnostic.Kind.ERROR) continue;
      Source source = (Source) diagnostic.getSource();
      Parsed part = parsed.get(indexOf(sources, source));
      int last = source.start + source.text.length();
      int offset = Math.min(last, Math.max(source.start, (int) diagnostic.getPosition() - part.shift));
      part.problems.add(new CompileError.Problem(offset, diagnostic.getMessage(null)));
      if (!"compiler.err.not.stmt".equals(diagnostic.getCode())) part.fatalProblems++;
    }
    return parsed;
  }

  private static int indexOf(List<Source> sources, Source source) {
    for (int i = 0; ; i++) if (sources.get(i) == source) return i;
  }
}
