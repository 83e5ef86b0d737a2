package sandcell.kernel;

import java.io.File;
import java.io.IOException;

/** What code of cells calls in place of some methods of the JDK; {@link ClassRewriter} sees to that. */
public final class Traps {
  static Outputs outputs;
  static CellRunner runner;

  public static void exit(int code) {
    throw new CellExit(code);
  }

  public static void exit(Runtime runtime, int code) {
    throw new CellExit(code);
  }

  /** Ends the process, as wanted, with what it has printed. */
  public static void halt(Runtime runtime, int code) {
    outputs.flush();
    runtime.halt(code);
  }

  /** The trace as the user knows it: lines of cells, no classes of JShell's. */
  public static void printStackTrace(Throwable throwable) {
    Traces.print(throwable, System.err);
  }

  /** What was printed before comes before what the child prints, and it sees the changed environment. */
  public static Process start(ProcessBuilder builder) throws IOException {
    outputs.flush();
    builder.environment();
    Process process = builder.start();
    runner.started(process);
    return process;
  }

  public static Process exec(Runtime runtime, String command) throws IOException {
    return exec(runtime, command, null, null);
  }

  public static Process exec(Runtime runtime, String command, String[] environment) throws IOException {
    return exec(runtime, command, environment, null);
  }

  public static Process exec(Runtime runtime, String command, String[] environment, File folder)
      throws IOException {
    return exec(runtime, command.trim().split("\\s+"), environment, folder);
  }

  public static Process exec(Runtime runtime, String[] command) throws IOException {
    return exec(runtime, command, null, null);
  }

  public static Process exec(Runtime runtime, String[] command, String[] environment) throws IOException {
    return exec(runtime, command, environment, null);
  }

  public static Process exec(Runtime runtime, String[] command, String[] environment, File folder)
      throws IOException {
    if (environment != null) return runtime.exec(command, environment, folder);
    return start(new ProcessBuilder(command).directory(folder));
  }

  /** The trap for a method, by its class, name and descriptor; null where there is none. */
  static String descriptorOf(String owner, String name, String descriptor) {
    switch (owner + "." + name) {
      case "java/lang/System.exit":
        return descriptor;
      case "java/lang/Runtime.exit":
      case "java/lang/Runtime.exec":
      case "java/lang/Runtime.halt":
        return descriptor.replace("(", "(Ljava/lang/Runtime;");
      case "java/lang/ProcessBuilder.start":
        return "(Ljava/lang/ProcessBuilder;)Ljava/lang/Process;";
      default:
        boolean prints = name.equals("printStackTrace") && descriptor.equals("()V");
        return prints && isThrowable(owner) ? "(Ljava/lang/Throwable;)V" : null;
    }
  }

  /** Of the JDK's classes; those of cells may have a method of this name that is their own. */
  private static boolean isThrowable(String owner) {
    if (!owner.startsWith("java/")) return false;
    try {
      return Throwable.class.isAssignableFrom(Class.forName(owner.replace('/', '.'), false, null));
    } catch (ClassNotFoundException | LinkageError unknown) {
      return false;
    }
  }

  private Traps() {}
}
