package sandcell.kernel;

import java.util.List;
import java.util.Map;

/**
 * The Java guest: holds one context's state and runs its cells (docs/kernel-protocol.md).
 *
 * <p>The kernel thread waits for a frame, compiles with JShell and answers; code of cells runs in threads of its own
 * ({@link CellRunner}), so that one that cannot be stopped can be left behind.
 */
public final class Kernel {
  /** javac recurses with the depth of what it compiles. */
  private static final long STACK_BYTES = 16L << 20;

  public static void main(String[] args) throws Exception {
    boolean training = args.length > 0 && args[0].equals("--train");
    Thread kernel = new Thread(null, training ? Kernel::train : Kernel::serve, "kernel", STACK_BYTES);
    kernel.start();
    kernel.join();
    System.exit(0);
  }

  /** What is done before a cell comes, without a server: loads what the archive of classes is to hold. */
  private static void train() {
    Outputs outputs = new Outputs();
    Session session = new Session(new CellRunner(), outputs);
    WarmUp.run(session);
    new Cell(session, "", 1, "int x = 1;\nthrow new IllegalStateException(\"\" + x);").run();
    new Cell(session, "", 2, "int y = nowhere;").run();
    Json.write(Json.parse("{\"a\":[1,null,true,\"\\n\"]}"));
  }

  private static void serve() {
    try {
      String address = Environment.take("SANDCELL_ADDRESS");
      String token = Environment.take("SANDCELL_TOKEN");
      Outputs outputs = new Outputs();
      CellRunner runner = new CellRunner();
      Connection connection = new Connection(address, token);
      Session session = new Session(runner, outputs);
      WarmUp.run(session);
      connection.onInterrupt(runner::interrupt);
      connection.send(ready());
      for (Map<String, Object> frame; (frame = connection.receive()) != null; ) {
        answer(frame, session, connection);
      }
    } catch (Throwable failure) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
    // Not exit(): hooks of the user's would hold the process of a server that is gone.
    Runtime.getRuntime().halt(0);
  }

  private static void answer(Map<String, Object> frame, Session session, Connection connection) {
    if (frame.get("type").equals("enter")) {
      connection.send(Environment.enter(frame));
      return;
    }
    String id = (String) frame.get("id");
    int count = ((Number) frame.get("count")).intValue();
    Cell cell = new Cell(session, id, count, (String) frame.get("code"));
    List<Map<String, Object>> frames = cell.run();
    session.outputs().finish((String) frame.get("mark"));
    frames.forEach(connection::send);
  }

  private static Map<String, Object> ready() {
    return Frames.of(
        "type", "ready",
        "protocol", 1,
        "language", "java",
        "version", System.getProperty("java.version"),
        "pid", ProcessHandle.current().pid());
  }

  private Kernel() {}
}
