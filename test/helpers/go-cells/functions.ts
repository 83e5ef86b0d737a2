import { compileError, go, type GoSequence } from './sequence.ts';

export const functions: readonly GoSequence[] = [
  {
    title: 'binds callers to a function that is declared anew',
    cells: [
      { code: 'func rate() int { return 2 }\nfunc price(n int) int { return n * rate() }' },
      { code: 'price(10)', result: '20' },
      { code: 'func rate() int { return 3 }' },
      { code: 'price(10)', result: '30' },
      { code: 'func rate() int { return 4 }\nprice(10), rate()', result: '40, 4' },
    ],
  },
  {
    title: 'binds callers of callers over three cells',
    cells: [
      { code: 'func a() string { return "a1" }' },
      { code: 'func b() string { return a() + "b" }' },
      { code: 'func c() string { return b() + "c" }\nc()', result: 'a1bc' },
      { code: 'func a() string { return "a2" }\nc()', result: 'a2bc' },
      { code: 'func b() string { return a() + "B" }\nc()', result: 'a2Bc' },
      { code: 'func a() string { return "a3" }\nb(), c()', result: 'a3B, a3Bc' },
    ],
  },
  {
    title: 'lets a function read and change variables of earlier cells',
    cells: [
      { code: 'count := 0\nfunc add(n int) int { count += n; return count }' },
      { code: 'add(5)', result: '5' },
      { code: 'count = 100\nadd(1)', result: '101' },
      { code: 'count := 7\nadd(1), count', result: '8, 8' },
    ],
  },
  {
    title: 'binds a function anew to a variable of another type where it still compiles',
    cells: [
      {
        code: go`
          import "fmt"
          item := 5
          func show() string { return fmt.Sprint("<", item, ">") }
          show()
        `,
        result: '<5>',
      },
      { code: 'item := "text"\nshow()', result: '<text>' },
      { code: 'item := []int{1, 2}\nshow()', result: '<[1 2]>' },
    ],
  },
  {
    title: 'keeps a function on the earlier variable where the new type does not fit, and says so',
    cells: [
      { code: 'n := 5\nfunc double() int { return n * 2 }\ndouble()', result: '10' },
      { code: 'n := "text"', note: 'double' },
      { code: 'double(), n', result: '10, text' },
      { code: 'n := 50\ndouble()', result: '100' },
    ],
  },
  {
    title: 'lets functions of one cell call each other in any order',
    cells: [
      {
        code: go`
          func even(n int) bool {
            if n == 0 {
              return true
            }
            return odd(n - 1)
          }
          func odd(n int) bool {
            if n == 0 {
              return false
            }
            return even(n - 1)
          }
          even(10), odd(7)
        `,
        result: 'true, true',
      },
      { code: 'even(3)', result: 'false' },
      { code: 'func odd(n int) bool { return true }\neven(3), even(0)', result: 'true, true' },
    ],
  },
  {
    title: 'uses a function in the cell before its declaration stands there',
    cells: [
      { code: 'early := later()\nfunc later() int { return 11 }\nearly', result: '11' },
      { code: 'func uses() int { return base + 1 }\nbase := 4\nuses()', result: '5' },
    ],
  },
  {
    title: 'keeps recursive functions, and binds them to themselves',
    cells: [
      { code: 'func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }' },
      { code: 'fib(20)', result: '6765' },
      {
        code: go`
          func fib(n int) int { if n < 3 { return 1 }; return fib(n-1) + fib(n-2) }
          fib(20), fib(1), fib(0)
        `,
        result: '6765, 1, 1',
      },
      {
        code: go`
          func ack(m, n int) int { switch { case m == 0: return n + 1; case n == 0: return ack(m-1, 1) }; return ack(m-1, ack(m, n-1)) }
          ack(2, 3)
        `,
        result: '9',
      },
    ],
  },
  {
    title: 'changes the signature of a function; callers that do not fit keep the earlier one',
    cells: [
      {
        code: go`
          func area(side int) int { return side * side }
          func room() int { return area(3) }
          room()
        `,
        result: '9',
      },
      { code: 'func area(a, b int) int { return a * b }', note: 'room' },
      { code: 'area(2, 5), room()', result: '10, 9' },
      { code: 'func room() int { return area(3, 4) }\nroom()', result: '12' },
      {
        code: 'area(3)',
        error: compileError('not enough arguments in call to area\n\thave (number)\n\twant (int, int)', 1, 7),
      },
    ],
  },
  {
    title: 'takes variadic functions, several results and named results',
    cells: [
      { code: 'func sum(numbers ...int) (total int) { for _, n := range numbers { total += n }; return }' },
      { code: 'sum(), sum(1, 2), sum([]int{3, 4, 5}...)', result: '0, 3, 12' },
      {
        code: 'func divide(a, b int) (quotient, rest int) { return a / b, a % b }\ndivide(17, 5)',
        result: '3, 2',
      },
      { code: 'sum(divide(17, 5))', result: '5' },
      { code: 'q, r := divide(9, 4)\nq*10 + r', result: '21' },
    ],
  },
  {
    title: 'keeps functions as values; a value keeps the code that it was made with',
    cells: [
      { code: 'func greet() string { return "hello" }\nheld := greet\nlist := []func() string{greet}' },
      { code: 'func greet() string { return "goodbye" }' },
      { code: 'greet(), held(), list[0]()', result: 'goodbye, hello, hello' },
      { code: 'held = greet\nheld()', result: 'goodbye' },
    ],
  },
  {
    title: 'runs an unchanged declaration again as if nothing were new',
    cells: [
      { code: 'func step() int { return 1 }\nfunc walk() int { return step() * 10 }\nwalk()', result: '10' },
      { code: 'func step() int { return 1 }\nfunc walk() int { return step() * 10 }\nwalk()', result: '10' },
      { code: 'func step() int { return 2 }' },
      { code: 'func walk() int { return step() * 10 }\nwalk()', result: '20' },
    ],
  },
  {
    title: 'lets a name change between function, variable, type and constant',
    cells: [
      { code: 'func thing() int { return 1 }\nthing()', result: '1' },
      { code: 'thing := 2\nthing', result: '2' },
      { code: 'const thing = 3\nthing', result: '3' },
      { code: 'type thing struct{ N int }\nthing{4}', result: '{N:4}' },
      { code: 'func thing() int { return 5 }\nthing()', result: '5' },
    ],
  },
  {
    title: 'refuses a function that needs one of a later cell',
    cells: [
      { code: 'func first() int { return second() }', error: compileError('undefined: second', 1, 27) },
      { code: 'func second() int { return 2 }' },
      { code: 'func first() int { return second() }\nfirst()', result: '2' },
    ],
  },
  {
    title: 'keeps what functions of reflect.MakeFunc return while the collector runs',
    cells: [
      {
        code: go`
          import ("reflect"; "runtime")
          func pair(args []reflect.Value) []reflect.Value {
            return []reflect.Value{reflect.ValueOf([2]int{1, 2})}
          }
          func work() int {
            pairOf := reflect.MakeFunc(reflect.TypeOf((func() any)(nil)), pair).Interface().(func() any)
            ended := false
            go func() { for !ended { runtime.GC() } }()
            sums := make(chan int)
            for range 50 {
              go func() {
                sum := 0
                for range 5000 { v := pairOf().([2]int); sum += v[0] + v[1] }
                sums <- sum
              }()
            }
            total := 0
            for range 50 { total += <-sums }
            ended = true
            return total
          }
        `,
      },
      { code: 'work()', result: '750000' },
      { code: 'work()', result: '750000' },
    ],
  },
  {
    title: 'passes more words to functions of the library than there are registers',
    cells: [
      { code: 'import ("fmt"; "strings")\nfunc name(n int) string { return fmt.Sprint("<", n, ">") }' },
      { code: 'name(5) + name(6) + name(7) + name(8) + name(9)', result: '<5><6><7><8><9>' },
      {
        code: 'import ("net/http"; "text/template")\n_ = http.StatusOK\n_ = template.New\nname(1) + name(2) + name(3) + name(4) + strings.ToUpper("e")',
        result: '<1><2><3><4>E',
      },
    ],
  },
];
