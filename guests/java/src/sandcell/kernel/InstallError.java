package sandcell.kernel;

/** A package could not be had. */
final class InstallError extends Exception {
  private static final long serialVersionUID = 1;
  static final String NAME = "InstallError";

  InstallError(String message) {
    super(message);
  }
}
