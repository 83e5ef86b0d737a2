package sandcell.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The source of one cell, with offsets as places for people. */
final class CellText {
  private static final Pattern PACKAGE = Pattern.compile("\\A\\s*package\\s+[\\w.]+\\s*;");

  final int count;
  final String text;

  /** A package line is blanked: all cells share one package. */
  CellText(int count, String code) {
    this.count = count;
    String lines = code.replace("\r\n", "\n").replace('\r', '\n');
    Matcher declaration = PACKAGE.matcher(lines.substring(skipBlank(lines, 0)));
    if (declaration.find()) {
      int end = skipBlank(lines, 0) + declaration.end();
      lines = lines.substring(0, end).replaceAll("[^\\n]", " ") + lines.substring(end);
    }
    text = lines;
  }

  String fileName() {
    return "cell-" + count + ".java";
  }

  /** From 1. */
  int lineOf(int offset) {
    int line = 1;
    for (int i = Math.min(offset, text.length()) - 1; i >= 0; i--) if (text.charAt(i) == '\n') line++;
    return line;
  }

  /** From 1. */
  int columnOf(int offset) {
    return offset - text.lastIndexOf('\n', offset - 1);
  }

  /** The text of a line from 1, "" past the end. */
  String line(int number) {
    int start = 0;
    for (int line = 1; line < number; line++) {
      start = text.indexOf('\n', start) + 1;
      if (start == 0) return "";
    }
    int end = text.indexOf('\n', start);
    return text.substring(start, end < 0 ? text.length() : end);
  }

  /** The offset of the first thing from `at` on that is no white space or comment. */
  static int skipBlank(String text, int at) {
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) return at;
        at = end + 2;
      } else {
        return at;
      }
    }
    return at;
  }

  /** The end of the last thing in a part of a text that is no white space or comment. */
  static int endOfCode(String text, int start, int end) {
    int last = start;
    for (int at = skipBlank(text, start); at < end; at = skipBlank(text, at)) {
      at = Math.min(endOfToken(text, at), end);
      last = at;
    }
    return last;
  }

  /** A literal, whose slashes begin no comment, or one character. */
  static int endOfToken(String text, int at) {
    char quote = text.charAt(at);
    if (quote != '"' && quote != '\'') return at + 1;
    String end = text.startsWith("\"\"\"", at) ? "\"\"\"" : String.valueOf(quote);
    for (at += end.length(); at < text.length(); at++) {
      if (text.startsWith(end, at)) return at + end.length();
      if (text.charAt(at) == '\\') at++;
    }
    return text.length();
  }
}
