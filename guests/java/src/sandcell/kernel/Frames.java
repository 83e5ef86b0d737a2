package sandcell.kernel;

import java.util.LinkedHashMap;
import java.util.Map;

/** Makes frames: field names and values in turn. */
final class Frames {
  static Map<String, Object> of(Object... fields) {
    Map<String, Object> frame = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) frame.put((String) fields[i], fields[i + 1]);
    return frame;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> copy(Object frame) {
    return new LinkedHashMap<>((Map<String, Object>) frame);
  }

  private Frames() {}
}
