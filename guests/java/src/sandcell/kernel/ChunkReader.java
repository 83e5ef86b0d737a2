package sandcell.kernel;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.ErroneousTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.VariableTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;
import sandcell.kernel.ChunkParser.Parsed;

/** Tells from javac's tree of a parsed part what is to be known of it. */
final class ChunkReader {
  private static final Pattern PRINT = Pattern.compile("System\\.(out|err)\\.(print|println|printf|format|flush)");

  private static final Set<Modifier> ACCESS = Set.of(Modifier.PUBLIC, Modifier.PROTECTED, Modifier.PRIVATE);

  private final CellText cell;
  private final Parsed parsed;

  ChunkReader(CellText cell, Parsed parsed) {
    this.cell = cell;
    this.parsed = parsed;
  }

  static boolean isExpression(Parsed parsed) {
    List<? extends Tree> trees = treesOf(parsed);
    return trees.size() == 1 && trees.get(0) instanceof ExpressionStatementTree;
  }

  /** The end of the first thing in a part that has problems further on; -1 where there is none before them. */
  static int endOfFirst(CellText cell, Parsed parsed) {
    List<? extends Tree> trees = treesOf(parsed);
    if (trees.isEmpty() || parsed.problems.isEmpty()) return -1;
    int end = new ChunkReader(cell, parsed).endOf(trees.get(0));
    boolean isWhole = end > 0 && ";}".indexOf(cell.text.charAt(end - 1)) >= 0;
    return isWhole && end <= parsed.problems.get(0).offset ? end : -1;
  }

  /** The chunks of a part that stands at these offsets; usually one. */
  List<Chunk> read(int start, int end) {
    List<? extends Tree> trees = treesOf(parsed);
    List<Chunk> chunks = new ArrayList<>();
    boolean isOne = trees.size() == 1 || trees.stream().allMatch(tree -> tree instanceof VariableTree);
    if (isOne && !trees.isEmpty()) {
      Chunk chunk = read(trees.get(0), start, end, trees.size() == 1);
      if (chunk.kind == Chunk.Kind.VARIABLE) chunk.variables = namesOf(trees);
      chunks.add(chunk);
    } else {
      for (Tree tree : trees) chunks.add(read(tree, startOf(tree), Math.min(end, endOf(tree)), true));
    }
    return chunks;
  }

  private Chunk read(Tree tree, int start, int end, boolean isAlone) {
    if (tree instanceof ImportTree) return new Chunk(Chunk.Kind.IMPORT, start, end);
    if (tree instanceof ClassTree) return readType((ClassTree) tree, start, end);
    if (tree instanceof MethodTree) return readMethod((MethodTree) tree, start, end);
    if (tree instanceof VariableTree) return readVariable((VariableTree) tree, start, end, isAlone);
    if (tree instanceof ExpressionStatementTree) {
      return readExpression(((ExpressionStatementTree) tree).getExpression(), start, end);
    }
    return new Chunk(Chunk.Kind.STATEMENT, start, end);
  }

  private Chunk readType(ClassTree type, int start, int end) {
    Chunk chunk = new Chunk(Chunk.Kind.TYPE, start, end);
    String name = type.getSimpleName().toString();
    chunk.name = name;
    if (type.getKind() == Tree.Kind.RECORD) chunk.needPublic = packagePrivateConstructors(type);
    for (Tree member : type.getMembers()) {
      if (!(member instanceof MethodTree) || !isMain((MethodTree) member)) continue;
      MethodTree main = (MethodTree) member;
      boolean isStatic = main.getModifiers().getFlags().contains(Modifier.STATIC);
      chunk.mainCall = (isStatic ? name : "new " + name + "()") + "." + callOf(main);
    }
    return chunk;
  }

  private List<Integer> packagePrivateConstructors(ClassTree type) {
    List<Integer> starts = new ArrayList<>();
    for (Tree member : type.getMembers()) {
      if (!(member instanceof MethodTree) || !((MethodTree) member).getName().contentEquals("<init>")) continue;
      Set<Modifier> modifiers = ((MethodTree) member).getModifiers().getFlags();
      if (Collections.disjoint(modifiers, ACCESS)) starts.add(startOf(member));
    }
    return starts;
  }

  private Chunk readMethod(MethodTree method, int start, int end) {
    Chunk chunk = new Chunk(Chunk.Kind.METHOD, start, end);
    chunk.name = method.getName().toString();
    if (isMain(method)) chunk.mainCall = callOf(method);
    return chunk;
  }

  private Chunk readVariable(VariableTree variable, int start, int end, boolean isAlone) {
    if (parsed.place == ChunkParser.Place.EXPRESSION) return readExpression(variable.getInitializer(), start, end);
    Chunk chunk = new Chunk(Chunk.Kind.VARIABLE, start, end);
    Tree initializer = variable.getInitializer();
    boolean isPlain =
        isAlone
            && variable.getType() != null
            && startOf(variable.getType()) == start
            && initializer != null
            && !(initializer instanceof NewArrayTree && ((NewArrayTree) initializer).getType() == null);
    if (!isPlain) return chunk;
    int typeEnd = endOf(variable.getType());
    String name = variable.getName().toString();
    String between = cell.text.substring(typeEnd, Math.max(typeEnd, startOf(initializer)));
    if (!between.matches("\\s+" + Pattern.quote(name) + "\\s*=\\s*\\(*\\s*")) return chunk;
    chunk.variable = name;
    chunk.variableType = cell.text.substring(start, typeEnd);
    chunk.variableTypeEnd = typeEnd;
    return chunk;
  }

  private Chunk readExpression(Tree tree, int start, int end) {
    Tree expression = tree;
    if (tree instanceof ErroneousTree && ((ErroneousTree) tree).getErrorTrees().size() == 1) {
      expression = ((ErroneousTree) tree).getErrorTrees().get(0);
    } else if (parsed.place == ChunkParser.Place.EXPRESSION) {
      expression = ((ParenthesizedTree) tree).getExpression();
    }
    Chunk chunk = new Chunk(Chunk.Kind.EXPRESSION, start, end);
    boolean endsInSemicolon = cell.text.charAt(end - 1) == ';';
    chunk.expressionEnd = endsInSemicolon ? CellText.endOfCode(cell.text, start, end - 1) : end;
    if (expression instanceof MethodInvocationTree) {
      String method = ((MethodInvocationTree) expression).getMethodSelect().toString();
      chunk.hasValue = PRINT.matcher(method).matches() ? Chunk.HasValue.NO : Chunk.HasValue.PERHAPS;
    } else if (!isChange(expression)) {
      chunk.hasValue = Chunk.HasValue.YES;
    }
    return chunk;
  }

  private static boolean isChange(Tree expression) {
    if (expression instanceof AssignmentTree || expression instanceof CompoundAssignmentTree) return true;
    if (!(expression instanceof UnaryTree)) return false;
    switch (expression.getKind()) {
      case PREFIX_INCREMENT:
      case PREFIX_DECREMENT:
      case POSTFIX_INCREMENT:
      case POSTFIX_DECREMENT:
        return true;
      default:
        return false;
    }
  }

  private static List<String> namesOf(List<? extends Tree> variables) {
    return variables.stream()
        .map(variable -> ((VariableTree) variable).getName().toString())
        .collect(Collectors.toList());
  }

  private static boolean isMain(MethodTree method) {
    if (!method.getName().contentEquals("main") || method.getReturnType() == null) return false;
    if (method.getModifiers().getFlags().contains(Modifier.PRIVATE)) return false;
    if (!method.getReturnType().toString().equals("void")) return false;
    List<? extends VariableTree> parameters = method.getParameters();
    if (parameters.isEmpty()) return true;
    return parameters.size() == 1 && parameters.get(0).getType().toString().matches("(java\\.lang\\.)?String(\\[\\]|\\.\\.\\.)");
  }

  private static String callOf(MethodTree main) {
    return main.getParameters().isEmpty() ? "main();" : "main(new String[0]);";
  }

  /** The trees that stand in place of the part. */
  private static List<? extends Tree> treesOf(Parsed parsed) {
    if (parsed.place == ChunkParser.Place.FILE) return parsed.unit.getImports();
    List<? extends Tree> types = parsed.unit.getTypeDecls();
    if (types.isEmpty() || !(types.get(0) instanceof ClassTree)) return List.of();
    List<? extends Tree> members = ((ClassTree) types.get(0)).getMembers();
    if (parsed.place != ChunkParser.Place.BLOCK) return members;
    if (members.isEmpty() || !(members.get(0) instanceof MethodTree)) return List.of();
    MethodTree method = (MethodTree) members.get(0);
    return method.getBody() == null ? List.of() : method.getBody().getStatements();
  }

  private int startOf(Tree tree) {
    return (int) parsed.trees.getSourcePositions().getStartPosition(parsed.unit, tree) - parsed.shift;
  }

  private int endOf(Tree tree) {
    return (int) parsed.trees.getSourcePositions().getEndPosition(parsed.unit, tree) - parsed.shift;
  }
}
