package sandcell.kernel;

import java.lang.reflect.Array;

/** A value as text for people. */
final class Values {
  private static final int MAX_ELEMENTS = 1000;

  /** A longer text is cut: the server shows a few KiB of it anyway. */
  private static final int MAX_CHARACTERS = 1 << 20;

  /** Strings and characters as literals, arrays with their elements, anything else as its toString() says. */
  static String text(Object value) {
    if (value instanceof String) return quoted((String) value, '"');
    if (value instanceof Character) return quoted(value.toString(), '\'');
    if (value == null || !value.getClass().isArray()) return cut(Names.shown(plain(value)));
    StringBuilder out = new StringBuilder();
    writeArray(value, out, 0);
    return cut(out.toString());
  }

  private static String plain(Object value) {
    try {
      return String.valueOf(value);
    } catch (CellInterrupted stopped) {
      throw stopped;
    } catch (Throwable failure) {
      String name = Names.ofClass(value.getClass().getName());
      return "<object of " + name + "; its toString() threw " + Names.shown(failure.toString()) + ">";
    }
  }

  /** Nesting is bounded: an array may contain itself. */
  private static void writeArray(Object array, StringBuilder out, int depth) {
    int length = Array.getLength(array);
    out.append('[');
    for (int i = 0; i < length && out.length() < MAX_CHARACTERS; i++) {
      if (i > 0) out.append(", ");
      if (i == MAX_ELEMENTS) {
        out.append("… ").append(length - i).append(" more");
        break;
      }
      Object element = Array.get(array, i);
      if (element != null && element.getClass().isArray()) {
        if (depth < 16) writeArray(element, out, depth + 1);
        else out.append("[…]");
      } else {
        out.append(Names.shown(plain(element)));
      }
    }
    out.append(']');
  }

  private static String quoted(String value, char quote) {
    StringBuilder out = new StringBuilder().append(quote);
    for (int i = 0; i < value.length() && i < MAX_CHARACTERS; i++) {
      char c = value.charAt(i);
      int special = "\n\t\r\b\f\\".indexOf(c);
      if (special >= 0) out.append('\\').append("ntrbf\\".charAt(special));
      else if (c == quote) out.append('\\').append(c);
      else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    out.append(quote);
    int left = value.length() - MAX_CHARACTERS;
    return left > 0 ? out + "… (" + left + " characters more)" : out.toString();
  }

  private static String cut(String text) {
    int left = text.length() - MAX_CHARACTERS;
    return left > 0 ? text.substring(0, MAX_CHARACTERS) + "… (" + left + " characters more)" : text;
  }

  private Values() {}
}
