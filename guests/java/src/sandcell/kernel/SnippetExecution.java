package sandcell.kernel;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.util.function.Function;
import jdk.jshell.spi.ExecutionControl;

/** Runs what JShell has compiled inside of this process, and keeps values and exceptions as they are. */
final class SnippetExecution implements ExecutionControl {
  private final SnippetLoader loader;
  private final CellRunner runner;

  /** What became of the last snippet; null where none has run since {@link #clear}. */
  private CellRunner.Outcome outcome;

  SnippetExecution(CellRunner runner, Function<String, LineMap> lineMaps) {
    this.runner = runner;
    loader = new SnippetLoader(lineMaps);
    runner.setLoader(loader);
  }

  void clear() {
    outcome = null;
  }

  CellRunner.Outcome outcome() {
    return outcome;
  }

  /** Defines classes of which nothing was run yet. What is wrong with one shows when it is used. */
  void finish() {
    try {
      loader.definePending();
    } catch (ClassNotFoundException | LinkageError failure) {
      // The cell that uses it gets a NoClassDefFoundError.
    }
  }

  @Override
  public void load(ClassBytecodes[] classes) {
    for (ClassBytecodes one : classes) loader.add(one.name(), one.bytecodes());
  }

  @Override
  public String invoke(String className, String methodName) throws RunException {
    try {
      loader.definePending();
      Method method = loader.loadClass(className).getDeclaredMethod(methodName);
      method.setAccessible(true);
      outcome = runner.run(() -> call(method));
    } catch (ReflectiveOperationException | LinkageError failure) {
      outcome = CellRunner.Outcome.failed(failure);
    }
    if (outcome.failure != null) throw new StoppedException();
    return "";
  }

  private static Object call(Method method) throws Exception {
    try {
      return method.invoke(null);
    } catch (InvocationTargetException failed) {
      if (failed.getCause() instanceof Exception) throw (Exception) failed.getCause();
      if (failed.getCause() instanceof Error) throw (Error) failed.getCause();
      throw failed;
    }
  }

  @Override
  public void addToClasspath(String path) throws InternalException {
    try {
      for (String part : path.split(File.pathSeparator)) loader.addJar(new File(part).toURI().toURL());
    } catch (MalformedURLException failure) {
      throw new InternalException(failure.toString());
    }
  }

  /** JShell replaces classes by new ones of another name where it cannot redefine them. */
  @Override
  public void redefine(ClassBytecodes[] classes) throws NotImplementedException {
    throw new NotImplementedException("redefine");
  }

  @Override
  public String varValue(String className, String name) {
    return "";
  }

  @Override
  public Object extensionCommand(String command, Object argument) throws NotImplementedException {
    throw new NotImplementedException(command);
  }

  @Override
  public void stop() {
    // An interrupt goes to the runner, not through JShell.
  }

  @Override
  public void close() {
    // The process ends instead.
  }
}
