import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;

public class Workers {
  static int collatz(long n) {
    int steps = 0;
    for (; n != 1; steps++) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return steps;
  }

  public static void main(String[] args) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Future<Integer>> futures = new ArrayList<>();
    for (int n = 1; n <= 20; n++) {
      int start = n;
      futures.add(pool.submit(() -> collatz(start)));
    }
    // ---
    int longest = 0;
    for (Future<Integer> future : futures) longest = Math.max(longest, future.get());
    System.out.println(longest);
    // ---
    AtomicInteger total = new AtomicInteger();
    CountDownLatch ready = new CountDownLatch(10);
    for (int i = 0; i < 10; i++) {
      pool.execute(() -> {
        total.addAndGet(3);
        ready.countDown();
      });
    }
    ready.await();
    System.out.println(total);
    // ---
    pool.shutdown();
    System.out.println(pool.awaitTermination(10, TimeUnit.SECONDS));
  }
}
