import java.util.*;

public class Cache {
  public static void main(String[] args) throws Exception {
    LeastRecentlyUsed<String, Integer> cache = new LeastRecentlyUsed<>(2);
    cache.put("a", 1);
    cache.put("b", 2);
    System.out.println(cache);
    // ---
    cache.get("a");
    cache.put("c", 3);
    System.out.println(cache);
    // ---
    int misses = 0;
    for (String key : List.of("a", "b", "c", "d")) {
      if (!cache.containsKey(key)) misses++;
    }
    System.out.println(misses);
    // ---
    cache.merge("c", 10, Integer::sum);
    System.out.println(cache.entrySet());
  }
}

class LeastRecentlyUsed<K, V> extends LinkedHashMap<K, V> {
  private final int capacity;

  LeastRecentlyUsed(int capacity) {
    super(16, 0.75f, true);
    this.capacity = capacity;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > capacity;
  }
}
