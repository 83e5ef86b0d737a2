package sandcell.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.IntConsumer;

/** The two connections to the server: frames, and interrupts. Only the kernel thread uses the frames. */
final class Connection {
  private static final int MAX_FRAME_BYTES = 8 << 20;

  private final SocketChannel frames;
  private final SocketChannel interrupts;
  private final ByteBuffer received = ByteBuffer.allocate(1 << 16).flip();

  Connection(String address, String token) throws IOException {
    frames = connect(address, token, "frames");
    interrupts = connect(address, token, "interrupt");
  }

  /** Each byte is the low byte of the count of the cell to interrupt. The end of the connection ends the kernel. */
  void onInterrupt(IntConsumer interrupt) {
    Thread reader = new Thread(() -> readInterrupts(interrupt), "interrupts");
    reader.setDaemon(true);
    reader.setPriority(Thread.MAX_PRIORITY);
    reader.start();
  }

  void send(Map<String, Object> frame) {
    byte[] line = encode(frame);
    if (line.length > MAX_FRAME_BYTES && frame.containsKey("data")) {
      String dropped =
          String.format("%d bytes were dropped: over the limit of %d", line.length, MAX_FRAME_BYTES);
      frame.put("data", Map.of("text/plain", dropped));
      line = encode(frame);
    }
    try {
      for (ByteBuffer buffer = ByteBuffer.wrap(line); buffer.hasRemaining(); ) frames.write(buffer);
    } catch (IOException gone) {
      Runtime.getRuntime().halt(0);
    }
  }

  /** The next frame, or null when the server is gone. */
  @SuppressWarnings("unchecked")
  Map<String, Object> receive() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (;;) {
        while (received.hasRemaining()) {
          byte b = received.get();
          if (b == '\n') return (Map<String, Object>) Json.parse(line.toString(StandardCharsets.UTF_8));
          line.write(b);
        }
        received.clear();
        int count = frames.read(received);
        received.flip();
        if (count < 0) return null;
      }
    } catch (IOException gone) {
      return null;
    }
  }

  private void readInterrupts(IntConsumer interrupt) {
    ByteBuffer one = ByteBuffer.allocate(1);
    try {
      while (interrupts.read(one.clear()) > 0) interrupt.accept(one.get(0) & 0xff);
    } catch (IOException gone) {
      // As its end.
    }
    Runtime.getRuntime().halt(0);
  }

  private static byte[] encode(Map<String, Object> frame) {
    return (Json.write(frame) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static SocketChannel connect(String address, String token, String role) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(address));
    channel.write(ByteBuffer.wrap(encode(Frames.of("type", "hello", "role", role, "token", token))));
    return channel;
  }
}
