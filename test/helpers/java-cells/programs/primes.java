import java.util.*;
import java.util.stream.*;

public class Primes {
  static BitSet sieve(int limit) {
    BitSet prime = new BitSet(limit + 1);
    prime.set(2, limit + 1);
    for (int p = prime.nextSetBit(0); p * p <= limit; p = prime.nextSetBit(p + 1))
      for (int multiple = p * p; multiple <= limit; multiple += p) prime.clear(multiple);
    return prime;
  }

  static List<Integer> factors(int n) {
    List<Integer> found = new ArrayList<>();
    for (int d = 2; n > 1; d++) {
      while (n % d == 0) {
        found.add(d);
        n /= d;
      }
    }
    return found;
  }

  public static void main(String[] args) throws Exception {
    BitSet primes = sieve(1000);
    System.out.println(primes.cardinality());
    // ---
    System.out.println(primes.stream().limit(10).boxed().collect(Collectors.toList()));
    // ---
    for (int n : new int[] {12, 97, 360}) System.out.println(n + " " + factors(n));
    // ---
    int gap = 0;
    for (int p = 2, q; (q = primes.nextSetBit(p + 1)) > 0; p = q) gap = Math.max(gap, q - p);
    System.out.println(gap);
  }
}
