import java.util.*;
import java.util.function.*;

public class Events {
  public static void main(String[] args) throws Exception {
    Bus bus = new Bus();
    List<String> log = new ArrayList<>();
    bus.on("greet", name -> log.add("hello " + name));
    // ---
    bus.on("greet", name -> log.add(name.length() + " letters"));
    System.out.println(bus.send("greet", "Ada") + " " + log);
    // ---
    Runnable off = bus.on("greet", log::add);
    bus.send("greet", "Bob");
    off.run();
    bus.send("greet", "Eve");
    System.out.println(log);
    // ---
    System.out.println(bus.send("unknown", "x"));
  }
}

class Bus {
  private final Map<String, List<Consumer<String>>> listeners = new HashMap<>();

  Runnable on(String event, Consumer<String> listener) {
    List<Consumer<String>> list = listeners.computeIfAbsent(event, key -> new ArrayList<>());
    list.add(listener);
    return () -> list.remove(listener);
  }

  int send(String event, String value) {
    List<Consumer<String>> list = listeners.getOrDefault(event, List.of());
    list.forEach(listener -> listener.accept(value));
    return list.size();
  }
}
