package sandcell.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts neighbouring types and methods after those they use: JShell compiles one at a time, takes an unknown name in
 * some places only, and compiles again what it took. In Java their order has no meaning.
 */
final class DeclarationOrder {
  private static final Pattern IDENTIFIER = Pattern.compile("\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*");

  private final CellText cell;
  private final Map<String, List<Chunk>> byName = new HashMap<>();
  private final Set<Chunk> visited = new HashSet<>();
  private final List<Chunk> sorted = new ArrayList<>();

  private DeclarationOrder(CellText cell) {
    this.cell = cell;
  }

  /** Where some use each other, and where nothing else decides, the order stays as it is. */
  static List<Chunk> of(CellText cell, List<Chunk> declarations) {
    if (declarations.size() < 2) return declarations;
    DeclarationOrder order = new DeclarationOrder(cell);
    for (Chunk one : declarations) order.byName.computeIfAbsent(one.name, name -> new ArrayList<>()).add(one);
    declarations.forEach(order::visit);
    return order.sorted;
  }

  private void visit(Chunk declaration) {
    if (!visited.add(declaration)) return;
    Matcher words = IDENTIFIER.matcher(cell.text).region(declaration.start, declaration.end);
    while (words.find()) byName.getOrDefault(words.group(), List.of()).forEach(this::visit);
    sorted.add(declaration);
  }
}
