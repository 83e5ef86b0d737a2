package sandcell.kernel;

import java.util.Arrays;

/**
 * Watches an interrupted thread. One that waits where no interrupt reaches it (for a monitor, in
 * CompletableFuture.join, in a read of a socket) is told from one that computes, by samples of its stack.
 */
final class StuckThread {
  static final long SAMPLE_MS = 50;
  private static final int SAMPLES = 6;

  private final Thread thread;
  private StackTraceElement[] last = {};
  private int same;

  StuckThread(Thread thread) {
    this.thread = thread;
  }

  /** To be asked every {@link #SAMPLE_MS}. */
  boolean isStuck() {
    Thread.State state = thread.getState();
    StackTraceElement[] stack = thread.getStackTrace();
    boolean waits = state != Thread.State.RUNNABLE || stack.length > 0 && stack[0].isNativeMethod();
    same = waits && Arrays.equals(stack, last) ? same + 1 : 0;
    last = stack;
    return same >= SAMPLES;
  }
}
