import java.util.*;

public class Graph {
  static final Map<String, Map<String, Integer>> EDGES = new TreeMap<>();

  static void connect(String a, String b, int length) {
    EDGES.computeIfAbsent(a, key -> new TreeMap<>()).put(b, length);
    EDGES.computeIfAbsent(b, key -> new TreeMap<>()).put(a, length);
  }

  static Map<String, Integer> distances(String start) {
    Map<String, Integer> known = new TreeMap<>();
    PriorityQueue<Step> open = new PriorityQueue<>(Comparator.comparingInt(Step::distance));
    open.add(new Step(start, 0));
    while (!open.isEmpty()) {
      Step step = open.poll();
      if (known.putIfAbsent(step.place(), step.distance()) != null) continue;
      EDGES.get(step.place()).forEach((place, length) -> open.add(new Step(place, step.distance() + length)));
    }
    return known;
  }

  public static void main(String[] args) throws Exception {
    connect("A", "B", 4);
    connect("A", "C", 1);
    connect("C", "B", 2);
    connect("B", "D", 5);
    System.out.println(EDGES.keySet());
    // ---
    System.out.println(distances("A"));
    // ---
    connect("C", "D", 3);
    System.out.println(distances("A").get("D"));
    // ---
    Deque<String> queue = new ArrayDeque<>(List.of("D"));
    Set<String> seen = new LinkedHashSet<>(queue);
    while (!queue.isEmpty()) for (String next : EDGES.get(queue.poll()).keySet()) if (seen.add(next)) queue.add(next);
    System.out.println(seen);
  }
}

record Step(String place, int distance) {}
