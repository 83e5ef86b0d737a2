import { go, type GoSequence, panics } from './sequence.ts';

export const containment: readonly GoSequence[] = [
  {
    title: 'contains the panic of a goroutine, and tells it on stderr',
    cells: [
      { code: 'kept := 5' },
      {
        code: go`
          import (
            "runtime"
            "strings"
          )
          func waitFor(name string) {
            stacks := make([]byte, 1<<20)
            for strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "."+name+"(") {
              runtime.Gosched()
            }
          }
        `,
      },
      {
        code: go`
          func boom(started chan bool) {
            close(started)
            panic("boom")
          }
          started := make(chan bool)
          go boom(started)
          <-started
          waitFor("boom")
          kept
        `,
        stderr: /boom/,
        result: '5',
      },
      { code: 'kept++\nkept', result: '6' },
      {
        code: go`
          func bang(started chan bool) {
            close(started)
            var m map[string]int
            m["a"]++
          }
          started = make(chan bool)
          go func() { bang(started) }()
          <-started
          waitFor("bang")
          kept
        `,
        stderr: /assignment to entry in nil map/,
        result: '6',
      },
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
            "strings"
            "time"
          )
          kept := 1
          fired := make(chan bool)
          func fire() {
            close(fired)
            panic("in timer")
          }
          time.AfterFunc(time.Millisecond, fire)
          <-fired
          stacks := make([]byte, 1<<20)
          for strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), ".fire(") {
            runtime.Gosched()
          }
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
