package sandcell.kernel;

/** Thrown in place of System.exit: ends the cell, not the kernel. */
final class CellExit extends Error {
  /** What users know it as. */
  static final String NAME = "SystemExit";

  private static final long serialVersionUID = 1;

  final int code;

  CellExit(int code) {
    super("System.exit(" + code + ")");
    this.code = code;
  }

  @Override
  public String toString() {
    return NAME + ": " + code;
  }
}
