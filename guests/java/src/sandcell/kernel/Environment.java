package sandcell.kernel;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Map;
import java.util.TimeZone;

/** The environment of the process as System.getenv and child processes see it. Needs java.lang to be open. */
final class Environment {
  private static final Map<String, String> VARIABLES = variables();

  /** Removes a variable and returns its value. */
  static String take(String name) {
    return VARIABLES.remove(name);
  }

  /** Takes the kernel over for a context; answers the frame. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> enter(Map<String, Object> frame) {
    String folder = (String) frame.get("cwd");
    String own = System.getProperty("user.dir");
    if (!Path.of(folder).normalize().equals(Path.of(own))) {
      return Frames.of("type", "refused", "message", "a Java kernel stays in the folder it was started in, " + own);
    }
    Map<String, String> added = (Map<String, String>) frame.get("env");
    VARIABLES.putAll(added);
    if (added.containsKey("TZ")) TimeZone.setDefault(TimeZone.getTimeZone(added.get("TZ")));
    return Frames.of("type", "entered");
  }

  /** A writable view of the map behind System.getenv, whose own class is hidden. */
  @SuppressWarnings("unchecked")
  private static Map<String, String> variables() {
    try {
      Field variables = Class.forName("java.lang.ProcessEnvironment").getDeclaredField("theEnvironment");
      variables.setAccessible(true);
      Constructor<?> view =
          Class.forName("java.lang.ProcessEnvironment$StringEnvironment").getDeclaredConstructor(Map.class);
      view.setAccessible(true);
      return (Map<String, String>) view.newInstance(variables.get(null));
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException("the environment of this JDK cannot be changed", changed);
    }
  }

  private Environment() {}
}
