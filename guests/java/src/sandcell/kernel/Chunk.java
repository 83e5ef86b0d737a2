package sandcell.kernel;

import java.util.List;
import java.util.Map;

/** A part of a cell that JShell can evaluate by itself, without blanks around it. Offsets are those of the cell. */
final class Chunk {
  enum Kind {
    IMPORT,
    TYPE,
    METHOD,
    VARIABLE,
    STATEMENT,
    EXPRESSION
  }

  /** Whether an expression has a value that is to be shown. */
  enum HasValue {
    YES,
    /** A call: the method may be void. */
    PERHAPS,
    /** An assignment, an increment, a print. */
    NO
  }

  final Kind kind;
  final int start;
  final int end;

  /** Of a type or method. */
  String name;

  /** Of an expression: its end without semicolon. */
  int expressionEnd;

  HasValue hasValue = HasValue.NO;

  /** Of a declaration of variables: their names. */
  List<String> variables = List.of();

  /** Of a variable that stands alone in its declaration, with its type and initializer written out; else null. */
  String variable;

  String variableType;
  int variableTypeEnd;

  /** Of a record: where its constructors need "public", as JShell makes the record itself public. */
  List<Integer> needPublic = List.of();

  /** Of a declaration that has a main method: the statement that calls it; else null. */
  String mainCall;

  Chunk(Kind kind, int start, int end) {
    this.kind = kind;
    this.start = start;
    this.end = end;
  }

  /** Notes in `types` what type the variables have, where it is written out. */
  void recordTypes(Map<String, String> types) {
    types.keySet().removeAll(variables);
    if (variable != null) types.put(variable, variableType);
  }

  boolean isDeclaration() {
    return kind == Kind.IMPORT || kind == Kind.TYPE || kind == Kind.METHOD;
  }
}
