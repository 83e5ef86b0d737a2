package sandcell.kernel;

/** Thrown in the code of a cell that is interrupted. An Error, so that `catch (Exception e)` lets it pass. */
final class CellInterrupted extends Error {
  private static final long serialVersionUID = 1;

  CellInterrupted() {
    super("the cell was interrupted");
  }
}
