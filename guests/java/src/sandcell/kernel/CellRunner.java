package sandcell.kernel;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** Runs code of cells, one piece at a time, in threads that can be interrupted. */
final class CellRunner {
  private static final long STACK_BYTES = 8L << 20;

  private final ThreadGroup group = new ThreadGroup("cells");
  private volatile ClassLoader loader = ClassLoader.getSystemClassLoader();

  private boolean running;
  private int count;
  private boolean interrupted;
  private int interrupts;
  private Thread thread;
  private Set<Thread> earlierThreads = Set.of();
  private final Set<Process> processes = ConcurrentHashMap.newKeySet();

  /** What became of a piece of code. `left`: it could not be stopped, and its thread was left behind. */
  static final class Outcome {
    volatile Object value;
    volatile Throwable failure;
    volatile boolean left;
    private volatile boolean ended;

    static Outcome failed(Throwable failure) {
      Outcome outcome = new Outcome();
      outcome.failure = failure;
      return outcome;
    }
  }

  /** The class loader that code of cells finds as that of its thread. */
  void setLoader(ClassLoader loader) {
    this.loader = loader;
  }

  synchronized void begin(int count) {
    this.count = count;
    interrupted = false;
    interrupts = 0;
    running = true;
    earlierThreads = liveThreads();
    processes.clear();
  }

  /** The running cell has started a process, which ends with the cell when that is interrupted. */
  void started(Process process) {
    processes.add(process);
  }

  synchronized void end() {
    running = false;
  }

  synchronized boolean isInterrupted() {
    return interrupted;
  }

  /** Runs one piece of the cell; an interrupted cell runs no further piece. */
  Outcome run(Callable<Object> piece) {
    Outcome outcome = new Outcome();
    Thread worker = new Thread(group, () -> execute(piece, outcome), "main", STACK_BYTES);
    worker.setContextClassLoader(loader);
    synchronized (this) {
      if (interrupted) return Outcome.failed(CellInterrupted.outsideOfCode());
      thread = worker;
    }
    worker.start();
    await(worker, outcome);
    return outcome;
  }

  /** Runs what is still to be done of a cell, also of one that was interrupted; a further interrupt ends it. */
  Outcome runLast(Callable<Object> piece) {
    synchronized (this) {
      interrupted = false;
    }
    return run(piece);
  }

  /** Interrupts the running cell if `lowByte` is that of its count, with the threads and processes it has started. */
  void interrupt(int lowByte) {
    synchronized (this) {
      if (!running || (count & 0xff) != lowByte) return;
      interrupted = true;
      Set<Thread> targets = liveThreads();
      targets.removeAll(earlierThreads);
      if (thread == null) return;
      targets.add(thread);
      targets.forEach(target -> stop(target, interrupts > 0));
      interrupts++;
      notifyAll();
    }
    processes.forEach(Process::destroyForcibly);
  }

  /** One that waits gets an exception where it waits, and no second one in its clean-up; unless it goes on. */
  private static void stop(Thread target, boolean isAgain) {
    Thread.State state = target.getState();
    boolean waits = state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    if (waits || isAgain) target.interrupt();
    if (!waits || isAgain) Interrupts.request(target);
  }

  private void execute(Callable<Object> piece, Outcome outcome) {
    try {
      outcome.value = piece.call();
    } catch (Throwable failure) {
      outcome.failure = failure;
    }
    synchronized (this) {
      outcome.ended = true;
      notifyAll();
    }
  }

  private void await(Thread worker, Outcome outcome) {
    StuckThread stuck = new StuckThread(worker);
    synchronized (this) {
      while (!outcome.ended) {
        try {
          wait(interrupted ? StuckThread.SAMPLE_MS : 0);
        } catch (InterruptedException byUserCode) {
          continue;
        }
        if (interrupted && !outcome.ended && stuck.isStuck()) {
          outcome.left = true;
          outcome.failure = new CellInterrupted();
          outcome.failure.setStackTrace(worker.getStackTrace());
          break;
        }
      }
      thread = null;
      // Caught by the cell, and with that done.
      if (outcome.failure == null) interrupted = false;
      if (outcome.left) Interrupts.request(worker);
      else Interrupts.withdraw(worker);
    }
  }

  private Set<Thread> liveThreads() {
    Thread[] threads = new Thread[group.activeCount() + 16];
    int found = group.enumerate(threads);
    return new HashSet<>(Arrays.asList(threads).subList(0, found));
  }
}
