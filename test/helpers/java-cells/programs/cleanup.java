import java.io.*;
import java.util.*;

public class Cleanup {
  static final List<String> LOG = new ArrayList<>();

  static int risky(int n) throws IOException {
    try (Resource a = new Resource("a", LOG); Resource b = new Resource("b", LOG)) {
      if (n == 1) throw new IOException("broken");
      if (n == 2) return 2;
      LOG.add("body");
    } catch (IOException e) {
      LOG.add("caught " + e.getMessage());
      throw new IOException("again", e);
    } finally {
      LOG.add("finally");
    }
    return 0;
  }

  public static void main(String[] args) throws Exception {
    System.out.println(risky(0) + " " + LOG);
    // ---
    LOG.clear();
    try {
      risky(1);
    } catch (IOException e) {
      System.out.println(e.getMessage() + " after " + e.getCause().getMessage() + " " + LOG);
    }
    // ---
    LOG.clear();
    System.out.println(risky(2) + " " + LOG);
    // ---
    Object text = "not a number";
    try {
      Integer number = (Integer) text;
    } catch (ClassCastException e) {
      System.out.println("no number");
    }
  }
}

class Resource implements AutoCloseable {
  private final String name;
  private final List<String> log;

  Resource(String name, List<String> log) {
    this.log = log;
    this.name = name;
    log.add("open " + name);
  }

  @Override
  public void close() {
    log.add("close " + name);
  }
}
