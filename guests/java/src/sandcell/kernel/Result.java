package sandcell.kernel;

/** Takes the value of a cell's last expression. */
public final class Result {
  /** Stands for no value: the expression was a call of a void method. */
  static final Object NONE = new Object();

  private static volatile Object value = NONE;

  /** A call that gives a value; chosen before {@link Action} where both fit. */
  public interface Expression {
    Object evaluate() throws Throwable;
  }

  /** A call of a void method. */
  public interface Action {
    void run() throws Throwable;
  }

  public static void set(Object result) {
    value = result;
  }

  public static void of(Expression expression) throws Throwable {
    value = expression.evaluate();
  }

  public static void of(Action action) throws Throwable {
    action.run();
    value = NONE;
  }

  /** The value, once. */
  static Object take() {
    Object result = value;
    value = NONE;
    return result;
  }

  private Result() {}
}
