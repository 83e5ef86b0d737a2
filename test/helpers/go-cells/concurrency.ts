import { go, type GoSequence, panics } from './sequence.ts';

export const concurrency: readonly GoSequence[] = [
  {
    title: 'goes on with goroutines between cells',
    cells: [
      {
        code: go`
          in, out := make(chan int), make(chan int)
          go func() { for n := range in { out <- n * n }; close(out) }()
        `,
      },
      { code: 'in <- 7\n<-out', result: '49' },
      { code: 'in <- 8\nclose(in)\n<-out', result: '64' },
      { code: 'v, open := <-out\nv, open', result: '0, false' },
    ],
  },
  {
    title: 'lets a goroutine see what later cells assign',
    cells: [
      {
        code: go`
          import "sync/atomic"
          var limit atomic.Int64
          limit.Store(1)
          ask, answer := make(chan bool), make(chan int64)
          go func() { for range ask { answer <- limit.Load() } }()
        `,
      },
      { code: 'ask <- true\n<-answer', result: '1' },
      { code: 'limit.Store(5)\nask <- true\n<-answer', result: '5' },
    ],
  },
  {
    title: 'keeps buffered channels, and ranges over them when closed',
    cells: [
      { code: 'ch := make(chan string, 3)\nch <- "a"\nch <- "b"\nlen(ch), cap(ch)', result: '2, 3' },
      { code: 'ch <- "c"\nclose(ch)\nall := ""\nfor s := range ch { all += s }\nall', result: 'abc' },
      { code: 'ch <- "d"', error: panics('send on closed channel', 1) },
      { code: 's, ok := <-ch\ns == "", ok', result: 'true, false' },
    ],
  },
  {
    title: 'waits for groups, and collects what workers send',
    cells: [
      {
        code: go`
          import "sync"
          func work(jobs <-chan int, results chan<- int, group *sync.WaitGroup) {
            defer group.Done()
            for job := range jobs {
              results <- job * job
            }
          }
          jobs, results := make(chan int, 100), make(chan int, 100)
          var group sync.WaitGroup
          for range 4 {
            group.Add(1)
            go work(jobs, results, &group)
          }
        `,
      },
      {
        code: go`
          for i := range 100 { jobs <- i }
          close(jobs)
          group.Wait()
          close(results)
          len(results)
        `,
        result: '100',
      },
      { code: 'sum := 0\nfor r := range results { sum += r }\nsum', result: '328350' },
    ],
  },
  {
    title: 'selects among channels',
    cells: [
      { code: 'import "time"\na, b := make(chan int, 1), make(chan int, 1)\npicked := ""' },
      {
        code: go`
          b <- 2
          select {
          case <-a:
            picked = "a"
          case v := <-b:
            picked = "b"
            _ = v
          }
          picked
        `,
        result: 'b',
      },
      { code: 'select {\ncase <-a:\n  picked = "a"\ndefault:\n  picked = "none"\n}\npicked', result: 'none' },
      {
        code: go`
          select {
          case <-a:
            picked = "a"
          case <-time.After(time.Millisecond):
            picked = "late"
          }
          picked
        `,
        result: 'late',
      },
      { code: 'select {\ncase a <- 5:\n  picked = "sent"\ncase <-b:\n}\npicked, <-a', result: 'sent, 5' },
    ],
  },
  {
    title: 'cancels a goroutine of an earlier cell by its context',
    cells: [
      {
        code: go`
          import "context"
          ctx, cancel := context.WithCancel(context.WithValue(context.Background(), "k", 5))
          ended := make(chan error)
          go func() { <-ctx.Done(); ended <- ctx.Err() }()
        `,
      },
      { code: 'ctx.Err(), ctx.Value("k")', result: '<nil>, 5' },
      { code: 'cancel()\n<-ended', result: 'context canceled' },
      { code: 'ctx.Err() == context.Canceled', result: 'true' },
      {
        code: go`
          import "time"
          short, stop := context.WithTimeout(context.Background(), time.Millisecond)
          <-short.Done()
          stop()
          short.Err()
        `,
        result: 'context deadline exceeded',
      },
    ],
  },
  {
    title: 'does things once, in pools, and under read locks',
    cells: [
      { code: 'import "sync"\nvar once sync.Once\nn := 0\nonce.Do(func() { n++ })' },
      { code: 'once.Do(func() { n += 100 })\nn', result: '1' },
      {
        code: 'value := sync.OnceValue(func() int { n++; return n * 10 })\nvalue(), value()',
        result: '20, 20',
      },
      { code: 'var lock sync.RWMutex\nlock.RLock()\nlock.RLock()\nlock.TryLock()', result: 'false' },
      { code: 'lock.RUnlock()\nlock.RUnlock()\nlock.TryLock()', result: 'true' },
      {
        code: go`
          var shared sync.Map
          shared.Store("a", 1)
          v, loaded := shared.LoadOrStore("a", 2)
          v, loaded
        `,
        result: '1, true',
      },
    ],
  },
];
