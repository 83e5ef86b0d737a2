package sandcell.kernel;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Defines the classes that cells are compiled to, and finds those of jars added later. */
final class SnippetLoader extends URLClassLoader {
  private final Map<String, byte[]> pending = new LinkedHashMap<>();

  /** All that came with those that are pending. */
  private final Map<String, byte[]> batch = new ConcurrentHashMap<>();

  /** Where the code of a class stands in cells, by the name of the class. */
  private final Function<String, LineMap> lineMaps;

  SnippetLoader(Function<String, LineMap> lineMaps) {
    super("cells", new URL[0], SnippetLoader.class.getClassLoader());
    this.lineMaps = lineMaps;
  }

  void add(String name, byte[] bytes) {
    synchronized (pending) {
      pending.put(name, bytes);
      batch.put(name, bytes);
    }
  }

  void addJar(URL jar) {
    addURL(jar);
  }

  /**
   * Defines what was added. JShell tells of a snippet's place only when it has added its classes, so that these wait
   * until then; and it must not be asked by other threads than its own.
   */
  void definePending() throws ClassNotFoundException {
    List<String> names;
    synchronized (pending) {
      names = List.copyOf(pending.keySet());
    }
    for (String name : names) loadClass(name);
    batch.clear();
  }

  /** The classes of a batch refer to each other while they are rewritten. */
  @Override
  public InputStream getResourceAsStream(String name) {
    byte[] bytes = batch.get(name.replaceAll("\\.class$", "").replace('/', '.'));
    return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes;
    synchronized (pending) {
      bytes = pending.remove(name);
    }
    if (bytes == null) return super.findClass(name);
    byte[] rewritten = ClassRewriter.rewrite(bytes, lineMaps.apply(name), this);
    return defineClass(name, rewritten, 0, rewritten.length);
  }
}
