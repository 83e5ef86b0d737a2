import { go, type GoSequence } from './sequence.ts';

export const library: readonly GoSequence[] = [
  {
    title: 'serves and asks over HTTP with a server that lives over cells',
    cells: [
      {
        code: go`
          import (
            "fmt"
            "io"
            "net/http"
            "net/http/httptest"
          )
          hits := 0
          mux := http.NewServeMux()
          mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
            hits++
            w.Header().Set("X-Hits", fmt.Sprint(hits))
            fmt.Fprintf(w, "hello %s", r.PathValue("name"))
          })
          server := httptest.NewServer(mux)
          func get(path string) (int, string) {
            response, err := http.Get(server.URL + path)
            if err != nil {
              return 0, err.Error()
            }
            defer response.Body.Close()
            body, _ := io.ReadAll(response.Body)
            return response.StatusCode, string(body)
          }
        `,
      },
      { code: 'get("/hello/ann")', result: '200, hello ann' },
      { code: 'get("/nothing")', result: '404, 404 page not found\n' },
      {
        code: go`
          mux.HandleFunc("POST /add", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusTeapot) })
          response, err := http.Post(server.URL+"/add", "text/plain", nil)
          response.StatusCode, response.Status, err
        `,
        result: "418, 418 I'm a teapot, <nil>",
      },
      { code: 'get("/hello/bob")\nhits', result: '2' },
      { code: 'server.Close()\ncode, _ := get("/hello/x")\ncode', result: '0' },
    ],
  },
  {
    title: 'records a handler without a connection',
    cells: [
      {
        code: go`
          import (
            "net/http"
            "net/http/httptest"
          )
          type Greeter struct{ word string }
          func (g Greeter) ServeHTTP(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201); w.Write([]byte(g.word + r.URL.Path)) }
        `,
      },
      {
        code: go`
          recorder := httptest.NewRecorder()
          Greeter{"hi"}.ServeHTTP(recorder, httptest.NewRequest("GET", "/p?q=1", nil))
          recorder.Code, recorder.Body.String()
        `,
        result: '201, hi/p',
      },
    ],
  },
  {
    title: 'writes, reads and lists files',
    cells: [
      {
        code: go`
          import (
            "fmt"
            "os"
            "path/filepath"
          )
          os.MkdirAll("notes/deep", 0o755)
          os.WriteFile("notes/a.txt", []byte("one\n"), 0o644)
        `,
        result: '<nil>',
      },
      {
        code: go`
          f, err := os.OpenFile("notes/a.txt", os.O_APPEND|os.O_WRONLY, 0)
          n, err := fmt.Fprintln(f, "two")
          n, err
        `,
        result: '4, <nil>',
      },
      {
        code: 'f.Close()\ntext, err := os.ReadFile("notes/a.txt")\nstring(text), err',
        result: 'one\ntwo\n, <nil>',
      },
      {
        code: go`
          names, _ := filepath.Glob("notes/*")
          names, filepath.Ext(names[0]), filepath.Join("a", "../b")
        `,
        result: '[notes/a.txt notes/deep], .txt, b',
      },
      { code: 'os.RemoveAll("notes")\n_, err = os.Stat("notes")\nos.IsNotExist(err)', result: 'true' },
    ],
  },
  {
    title: 'runs commands',
    cells: [
      {
        code: go`
          import "os/exec"
          out, err := exec.Command("echo", "from a child").Output()
          string(out), err
        `,
        result: 'from a child\n, <nil>',
      },
      {
        code: go`
          command := exec.Command("sh", "-c", "exit 3")
          err = command.Run()
          err, command.ProcessState.ExitCode()
        `,
        result: 'exit status 3, 3',
      },
    ],
  },
];
