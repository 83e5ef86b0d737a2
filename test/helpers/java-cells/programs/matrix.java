import java.util.*;

public class Matrix {
  static long[][] multiply(long[][] a, long[][] b) {
    long[][] c = new long[a.length][b[0].length];
    for (int i = 0; i < a.length; i++)
      for (int j = 0; j < b[0].length; j++)
        for (int k = 0; k < b.length; k++) c[i][j] += a[i][k] * b[k][j];
    return c;
  }

  static long[][] power(long[][] base, int exponent) {
    if (exponent == 1) return base;
    long[][] half = power(base, exponent / 2);
    long[][] whole = multiply(half, half);
    return exponent % 2 == 0 ? whole : multiply(whole, base);
  }

  static long fibonacci(int n) {
    return power(new long[][] {{1, 1}, {1, 0}}, n)[0][1];
  }

  public static void main(String[] args) throws Exception {
    long[][] m = {{1, 2}, {3, 4}};
    System.out.println(Arrays.deepToString(multiply(m, m)));
    // ---
    System.out.println(Arrays.deepToString(power(m, 5)));
    // ---
    List<Long> numbers = new ArrayList<>();
    for (int n = 1; n <= 10; n++) numbers.add(fibonacci(n));
    System.out.println(numbers);
    // ---
    System.out.println(fibonacci(90));
  }
}
