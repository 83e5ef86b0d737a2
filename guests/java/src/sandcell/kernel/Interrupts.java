package sandcell.kernel;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stops threads in the code of cells: {@link ClassRewriter} has it call {@link #check} at every loop and method.
 * A request stops its thread once, so that code that catches the error can clean up.
 */
public final class Interrupts {
  private static volatile boolean pending;
  private static final Set<Thread> targets = ConcurrentHashMap.newKeySet();

  public static void check() {
    if (pending) stop();
  }

  static void request(Thread thread) {
    targets.add(thread);
    pending = true;
  }

  static void withdraw(Thread thread) {
    targets.remove(thread);
    pending = !targets.isEmpty();
  }

  private static void stop() {
    Thread current = Thread.currentThread();
    if (!targets.contains(current)) return;
    withdraw(current);
    Thread.interrupted();
    throw new CellInterrupted();
  }

  private Interrupts() {}
}
