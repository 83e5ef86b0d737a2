import java.util.*;
import java.util.function.*;
import java.util.stream.*;

public class Inventory {
  static final List<Item> ITEMS = List.of(
      new Item("bolt", Kind.PART, 300, 5),
      new Item("saw", Kind.TOOL, 4, 1999),
      new Item("nut", Kind.PART, 250, 3),
      new Item("hammer", Kind.TOOL, 7, 1250));

  static int worth(Predicate<Item> which) {
    return ITEMS.stream().filter(which).mapToInt(Item::worth).sum();
  }

  public static void main(String[] args) throws Exception {
    System.out.println(worth(item -> true));
    // ---
    Map<Kind, List<String>> names = ITEMS.stream().collect(
        Collectors.groupingBy(Item::kind, TreeMap::new, Collectors.mapping(Item::name, Collectors.toList())));
    System.out.println(names);
    // ---
    Optional<Item> dearest = ITEMS.stream().max(Comparator.comparingInt(Item::cents));
    System.out.println(dearest.map(Item::name).orElse("none"));
    // ---
    System.out.println(ITEMS.stream().collect(Collectors.partitioningBy(i -> i.count() > 100, Collectors.counting())));
  }
}

enum Kind { TOOL, PART }

record Item(String name, Kind kind, int count, int cents) {
  int worth() {
    return count * cents;
  }
}
