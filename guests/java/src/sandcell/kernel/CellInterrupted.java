package sandcell.kernel;

/** Thrown in the code of a cell that is interrupted. An Error, so that `catch (Exception e)` lets it pass. */
final class CellInterrupted extends Error {
  /** What users know it as. */
  static final String NAME = "Interrupted";

  private static final long serialVersionUID = 1;

  CellInterrupted() {
    super("the cell was interrupted");
  }

  /** For a cell that was interrupted while none of its code ran. */
  static CellInterrupted outsideOfCode() {
    CellInterrupted interrupted = new CellInterrupted();
    interrupted.setStackTrace(new StackTraceElement[0]);
    return interrupted;
  }

  @Override
  public String toString() {
    return NAME + ": " + getMessage();
  }
}
