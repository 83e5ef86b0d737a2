package sandcell.kernel;

import java.util.regex.Pattern;

/** Names of classes as the user gave them. */
final class Names {
  /** What JShell puts before the names of the classes in a snippet. */
  private static final Pattern PREFIX = Pattern.compile("(REPL\\.)?\\$JShell\\$[0-9A-Z_]+\\$");

  private static final Pattern WHOLE = Pattern.compile("(REPL\\.)?\\$JShell\\$[0-9A-Z_]+");

  static boolean isOfCell(String className) {
    return className.startsWith("REPL.");
  }

  /** A text without JShell's prefixes. */
  static String shown(String text) {
    if (!text.contains("$JShell$")) return text;
    return WHOLE.matcher(PREFIX.matcher(text).replaceAll("")).replaceAll("cell");
  }

  /** The name of an exception's class, as in an error. */
  static String of(Throwable failure) {
    if (failure instanceof CellInterrupted) return CellInterrupted.NAME;
    if (failure instanceof CellExit) return CellExit.NAME;
    return ofClass(failure.getClass().getName());
  }

  /** A class's own name; nested classes with dots, as in the source. */
  static String ofClass(String className) {
    if (!isOfCell(className)) return className;
    String name = shown(className).replace('$', '.');
    return Character.isDigit(name.charAt(0)) ? "an anonymous class" : name;
  }

  private Names() {}
}
