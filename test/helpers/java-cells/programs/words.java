import java.util.*;
import java.util.stream.*;

public class Words {
  static final String TEXT = """
      the quick brown fox jumps over the lazy dog
      the dog sleeps, the fox does not
      """;

  static Map<String, Integer> count(String text) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String word : text.split("\\W+")) counts.merge(word, 1, Integer::sum);
    return counts;
  }

  public static void main(String[] args) throws Exception {
    Map<String, Integer> counts = count(TEXT);
    System.out.println(counts);
    // ---
    List<String> top = counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
        .limit(3)
        .map(Map.Entry::getKey)
        .collect(Collectors.toList());
    System.out.println(top);
    // ---
    StringBuilder reversed = new StringBuilder();
    for (String line : TEXT.lines().toList()) reversed.append(new StringBuilder(line).reverse()).append('|');
    System.out.println(reversed);
    // ---
    System.out.println(TEXT.chars().filter(c -> "aeiou".indexOf(c) >= 0).count());
  }
}
