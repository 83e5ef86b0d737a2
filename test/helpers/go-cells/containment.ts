import { go, type GoSequence, panics } from './sequence.ts';

export const containment: readonly GoSequence[] = [
  {
    title: 'contains the panic of a goroutine, and tells it on stderr',
    cells: [
      {
        code: go`
          import (
            "runtime"
            "time"
          )
          kept := 5
          func alone(start func()) {
            before := runtime.NumGoroutine()
            start()
            for runtime.NumGoroutine() > before {
              time.Sleep(time.Millisecond)
            }
          }
        `,
      },
      { code: 'alone(func() { go func() { panic("boom") }() })\nkept', stderr: /boom/, result: '5' },
      {
        code: 'func fail(why string) { panic(why) }\nalone(func() { go fail("named") })\nkept',
        stderr: /named/,
        result: '5',
      },
      { code: 'kept++\nkept', result: '6' },
    ],
  },
  {
    title: 'contains a panic in a function that the library calls',
    needs: 'prelinked',
    cells: [
      {
        code: go`
          import (
            "runtime"
            "time"
          )
          kept := 1
          before := runtime.NumGoroutine()
          fired := make(chan bool)
          time.AfterFunc(time.Millisecond, func() { defer close(fired); panic("in timer") })
          <-fired
          for runtime.NumGoroutine() > before { time.Sleep(time.Millisecond) }
        `,
        stderr: /in timer/,
      },
      { code: 'kept', result: '1' },
    ],
  },
  {
    title: 'makes a panic of what ends other Go programs',
    needs: 'prelinked',
    cells: [
      { code: 'import "sync"\nvar lock sync.Mutex\nkept := 3' },
      { code: 'lock.Unlock()', error: panics(/unlock of unlocked mutex/, 1) },
      { code: 'func forever(n int) int { return forever(n+1) + 1 }' },
      { code: 'x := 1\nforever(x)', error: panics(/stack overflow/, 2) },
      { code: 'forever(2)', error: panics(/stack overflow/, 1) },
      { code: 'kept, x', result: '3, 1' },
    ],
  },
  {
    title: 'contains concurrent writes to a map',
    needs: 'prelinked',
    cells: [
      {
        code: go`
          import "sync"
          m := map[int]int{}
          var group sync.WaitGroup
          for range 4 {
            group.Add(1)
            go func() {
              defer group.Done()
              for range 3000000 {
                m[1]++
              }
            }()
          }
          group.Wait()
          "alive"
        `,
        stderr: /^$|concurrent map/,
        result: 'alive',
      },
      { code: 'len(m)', result: '1' },
    ],
  },
  {
    title: 'dies of a recursion without end, and says so',
    needs: 'stock',
    cells: [
      { code: 'func forever(n int) int { return forever(n+1) + 1 }\nkept := 1' },
      {
        code: 'forever(0)',
        dies: /after a fatal error of the Go runtime: stack overflow/,
        stderr: /stack overflow/,
      },
      { code: '1 + 1', result: '2', note: 'lost' },
      { code: 'kept', error: { name: 'CompileError', message: 'undefined: kept', line: 1, column: 1 } },
    ],
  },
  {
    title: 'dies of an unlocked mutex that is unlocked, and says so',
    needs: 'stock',
    cells: [
      {
        code: 'import "sync"\nvar lock sync.Mutex\nlock.Unlock()',
        dies: /after a fatal error of the Go runtime: sync: unlock of unlocked mutex/,
        stderr: /fatal error: sync: unlock of unlocked mutex/,
      },
      { code: '1 + 1', result: '2', note: 'lost' },
    ],
  },
];
