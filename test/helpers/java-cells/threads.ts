import { java, type JavaSequence, throws } from './sequence.ts';

export const threads: readonly JavaSequence[] = [
  {
    title: 'keeps threads and pools that go on between cells',
    cells: [
      { code: 'var done = new CountDownLatch(1);\nvar go = new CountDownLatch(1);' },
      {
        code: 'new Thread(() -> {\n  try { go.await(); } catch (InterruptedException e) { return; }\n  done.countDown();\n}).start();',
      },
      { code: 'go.countDown();\ndone.await();\ndone.getCount()', result: '0' },
      { code: 'var pool = Executors.newFixedThreadPool(2);\npool.submit(() -> 6 * 7).get()', result: '42' },
      { code: 'pool.invokeAll(List.of(() -> 1, () -> 2)).size()', result: '2' },
      { code: 'pool.shutdown();\npool.awaitTermination(10, TimeUnit.SECONDS)', result: 'true' },
    ],
  },
  {
    title: 'tells on stderr of an exception that ends a thread',
    cells: [
      {
        code: 'Thread failing = new Thread(() -> {\n  throw new IllegalStateException("alone");\n}, "worker");\nfailing.start();\nfailing.join();',
        stderr:
          /^Exception in thread "worker" java\.lang\.IllegalStateException: alone\n\tat cell-\d+\.java:2\n$/,
      },
    ],
  },
  {
    title: 'runs parallel streams, completable futures and timers',
    cells: [
      { code: 'IntStream.rangeClosed(1, 1000).parallel().sum()', result: '500500' },
      { code: 'CompletableFuture.supplyAsync(() -> 20).thenApply(n -> n + 1).get()', result: '21' },
      {
        code: 'CompletableFuture.supplyAsync(() -> 1 / 0).join()',
        error: throws(
          'java.util.concurrent.CompletionException',
          'java.lang.ArithmeticException: / by zero',
          [1, 1],
          ['Caused by: java.lang.ArithmeticException: / by zero'],
        ),
      },
      {
        code: java`
          var ticks = new CountDownLatch(3);
          var timer = Executors.newSingleThreadScheduledExecutor();
          timer.scheduleAtFixedRate(ticks::countDown, 0, 1, TimeUnit.MILLISECONDS);
          ticks.await();
          timer.shutdownNow();
          ticks.getCount()
        `,
        result: '0',
      },
    ],
  },
  {
    title: 'runs virtual threads',
    since: 21,
    cells: [
      {
        code: java`
          var sum = new java.util.concurrent.atomic.AtomicInteger();
          try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) { int n = i; each.submit(() -> sum.addAndGet(n)); }
          }
          sum.get()
        `,
        result: '4950',
      },
    ],
  },
  {
    title: 'has the usual thread, and no traces of the kernel in the environment',
    cells: [
      { code: 'Thread.currentThread().getName()', result: '"main"' },
      {
        code: 'System.getenv().keySet().stream().filter(name -> name.startsWith("SANDCELL")).toList()',
        result: '[]',
      },
      {
        code: 'System.getProperty("user.dir") + " " + System.getenv("HOME")',
        result: '"/workspace /home/user"',
      },
      {
        code: 'new String(new ProcessBuilder("sh", "-c", "env | grep -c SANDCELL; pwd").start().getInputStream().readAllBytes())',
        result: '"0\\n/workspace\\n"',
      },
    ],
  },
];
