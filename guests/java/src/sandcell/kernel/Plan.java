package sandcell.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Puts the chunks of a cell into as few evaluations as possible: each costs JShell several passes of javac. */
final class Plan {
  /** A method may have 64 KiB of code. */
  private static final int MAX_GROUP_CHUNKS = 200;

  private static final int MAX_GROUP_CHARACTERS = 16_384;

  private static final String SET = "sandcell.kernel.Result.set(";
  private static final String OF = "sandcell.kernel.Result.of(() -> ";

  private final CellText cell;
  private final Map<String, String> variableTypes;
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final List<Chunk> declarations = new ArrayList<>();
  private final List<Chunk> group = new ArrayList<>();

  private Plan(CellText cell, Map<String, String> variableTypes) {
    this.cell = cell;
    this.variableTypes = variableTypes;
  }

  /** `variableTypes` are the variables there are, as far as their types are written out; changes by the cell are made. */
  static List<Evaluation> of(CellText cell, List<Chunk> chunks, Map<String, String> variableTypes) {
    Plan plan = new Plan(cell, variableTypes);
    chunks.forEach(plan::add);
    plan.closeDeclarations();
    plan.closeGroup(true);
    String main = mainCall(chunks);
    if (main != null) plan.evaluations.add(new Evaluation(cell, List.of()).addOwn("{ " + main + " }"));
    return plan.evaluations;
  }

  private void add(Chunk chunk) {
    if (chunk.kind == Chunk.Kind.TYPE || chunk.kind == Chunk.Kind.METHOD) {
      closeGroup(false);
      declarations.add(chunk);
      return;
    }
    closeDeclarations();
    switch (chunk.kind) {
      case STATEMENT:
      case EXPRESSION:
        addToGroup(chunk);
        return;
      case VARIABLE:
        if (chunk.variable != null && chunk.variableType.equals(variableTypes.get(chunk.variable))) {
          addToGroup(chunk);
          return;
        }
        break;
      default:
        break;
    }
    closeGroup(false);
    addAlone(chunk);
    chunk.recordTypes(variableTypes);
  }

  private void closeDeclarations() {
    DeclarationOrder.of(cell, declarations).forEach(this::addAlone);
    declarations.clear();
  }

  private void addAlone(Chunk chunk) {
    Evaluation alone = new Evaluation(cell, List.of(chunk));
    int from = chunk.start;
    for (int at : chunk.needPublic) {
      alone.addCell(from, at).addOwn("public ");
      from = at;
    }
    alone.addCell(from, chunk.end);
    char last = cell.text.charAt(chunk.end - 1);
    evaluations.add(last == ';' || last == '}' && chunk.kind != Chunk.Kind.VARIABLE ? alone : alone.addOwn(";"));
  }

  private void addToGroup(Chunk chunk) {
    group.add(chunk);
    int characters = chunk.end - group.get(0).start;
    if (group.size() >= MAX_GROUP_CHUNKS || characters >= MAX_GROUP_CHARACTERS) closeGroup(false);
  }

  /** A block of all statements of the group, each on a line of its own. */
  private void closeGroup(boolean isLast) {
    if (group.isEmpty()) return;
    Evaluation block = new Evaluation(cell, List.copyOf(group)).addOwn("{\n");
    for (int i = 0; i < group.size(); i++) addStatement(block, group.get(i), isLast && i == group.size() - 1);
    evaluations.add(block.addOwn("}"));
    group.clear();
  }

  private void addStatement(Evaluation block, Chunk chunk, boolean isLast) {
    if (chunk.kind == Chunk.Kind.VARIABLE) {
      // The same variable again, with the same type: a new value.
      block.addCell(chunk.variableTypeEnd, chunk.end).addOwn(";\n");
    } else if (chunk.kind == Chunk.Kind.STATEMENT) {
      block.addCell(chunk.start, chunk.end).addOwn("\n");
    } else if (chunk.hasValue == Chunk.HasValue.YES) {
      block.addOwn(SET).addCell(chunk.start, chunk.expressionEnd).addOwn(");\n");
    } else if (chunk.hasValue == Chunk.HasValue.PERHAPS && isLast) {
      block.addOwn(OF).addCell(chunk.start, chunk.expressionEnd).addOwn(");\n");
    } else {
      block.addCell(chunk.start, chunk.expressionEnd).addOwn(";\n");
    }
  }

  /** A cell that only declares, and declares a main method, is a program: it is run. */
  private static String mainCall(List<Chunk> chunks) {
    String call = null;
    for (Chunk chunk : chunks) {
      if (!chunk.isDeclaration()) return null;
      if (call == null) call = chunk.mainCall;
    }
    return call;
  }
}
