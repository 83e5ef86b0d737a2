package sandcell.kernel;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A descriptor written to at once while little is printed, and in large pieces, a moment late, while much is.
 * Uses a descriptor of its own, which a cell that closes fd 1 does not close.
 */
final class BufferedOutput {
  private static final int SIZE_BYTES = 1 << 16;
  private static final long DELAY_NANOS = 2_000_000;

  private final FileOutputStream out;
  private final byte[] buffer = new byte[SIZE_BYTES];
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private int size;

  /** When what is buffered must be written. */
  private long dueNanos;

  private long lastWriteNanos = System.nanoTime() - DELAY_NANOS;

  BufferedOutput(int fd) {
    out = open(fd);
    Thread flusher = new Thread(this::flushLate, fd == 1 ? "stdout" : "stderr");
    flusher.setDaemon(true);
    flusher.start();
  }

  void write(byte[] bytes, int from, int count) {
    lock.lock();
    try {
      if (count > SIZE_BYTES - size) drain();
      if (count > SIZE_BYTES) {
        writeOut(bytes, from, count);
        return;
      }
      if (count == 0) return;
      boolean wasEmpty = size == 0;
      System.arraycopy(bytes, from, buffer, size, count);
      size += count;
      long now = System.nanoTime();
      // A line comes in two pieces, its text and its end, and goes out as one.
      if (bytes[from + count - 1] == '\n' && now - lastWriteNanos >= DELAY_NANOS) {
        drain();
      } else if (wasEmpty) {
        dueNanos = now + DELAY_NANOS;
        filled.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void flush() {
    lock.lock();
    try {
      drain();
    } finally {
      lock.unlock();
    }
  }

  /** What is buffered, and then this. */
  void writeThrough(byte[] bytes) {
    lock.lock();
    try {
      drain();
      writeOut(bytes, 0, bytes.length);
    } finally {
      lock.unlock();
    }
  }

  private void flushLate() {
    for (;;) {
      lock.lock();
      try {
        while (size == 0) filled.awaitUninterruptibly();
        long waitNanos = dueNanos - System.nanoTime();
        if (waitNanos > 0) filled.await(waitNanos, TimeUnit.NANOSECONDS);
        else drain();
      } catch (InterruptedException byUserCode) {
        // Of no meaning here.
      } finally {
        lock.unlock();
      }
    }
  }

  private void drain() {
    int count = size;
    size = 0;
    if (count > 0) writeOut(buffer, 0, count);
  }

  private void writeOut(byte[] bytes, int from, int count) {
    try {
      out.write(bytes, from, count);
    } catch (IOException gone) {
      // The server is gone, and the kernel follows.
    }
    lastWriteNanos = System.nanoTime();
  }

  private static FileOutputStream open(int fd) {
    try {
      return new FileOutputStream("/proc/self/fd/" + fd, true);
    } catch (IOException refused) {
      // A socket or another user's file: the descriptor itself must do.
      return new FileOutputStream(fd == 1 ? FileDescriptor.out : FileDescriptor.err);
    }
  }
}
