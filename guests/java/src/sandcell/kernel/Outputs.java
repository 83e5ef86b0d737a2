package sandcell.kernel;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** stdout and stderr of the kernel, whatever cells do to System.out and to the descriptors. */
final class Outputs {
  private final BufferedOutput[] buffers = {new BufferedOutput(1), new BufferedOutput(2)};
  private final CellPrintStream[] streams = new CellPrintStream[2];
  private final InputStream stdin = InputStream.nullInputStream();

  Outputs() {
    Traps.outputs = this;
    for (int i = 0; i < 2; i++) replace(i);
    System.setIn(stdin);
  }

  /** Undoes what the last cell did to the streams. Returns what to say of it. */
  List<String> restore() {
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      if (streams[i].isClosed()) {
        notes.add((i == 0 ? "stdout" : "stderr") + " had been closed by an earlier cell; it is open again");
      } else if ((i == 0 ? System.out : System.err) != streams[i]) {
        String name = i == 0 ? "System.out" : "System.err";
        notes.add(name + " had been replaced by an earlier cell; it is the cell's own output again");
      } else {
        continue;
      }
      replace(i);
    }
    if (System.in != stdin) System.setIn(stdin);
    return notes;
  }

  void flush() {
    for (BufferedOutput buffer : buffers) buffer.flush();
  }

  /** Ends the output of a cell. */
  void finish(String mark) {
    for (BufferedOutput buffer : buffers) buffer.writeThrough(mark.getBytes(StandardCharsets.US_ASCII));
  }

  private void replace(int i) {
    streams[i] = new CellPrintStream(buffers[i]);
    if (i == 0) System.setOut(streams[i]);
    else System.setErr(streams[i]);
  }

  /** A stream that can be closed without closing the descriptor: children go on writing to it. */
  private static final class CellPrintStream extends PrintStream {
    private volatile boolean closed;

    CellPrintStream(BufferedOutput buffer) {
      super(new Gate(buffer), false, StandardCharsets.UTF_8);
      ((Gate) out).stream = this;
    }

    @Override
    public void close() {
      flush();
      closed = true;
    }

    boolean isClosed() {
      return closed;
    }
  }

  /** Lets nothing through once its stream is closed. */
  private static final class Gate extends java.io.OutputStream {
    private final BufferedOutput buffer;
    private CellPrintStream stream;

    Gate(BufferedOutput buffer) {
      this.buffer = buffer;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      if (!stream.isClosed()) buffer.write(bytes, from, count);
    }

    @Override
    public void flush() {
      // PrintStream flushes at every line; the buffer knows better when.
    }
  }
}
