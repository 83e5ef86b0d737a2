import { go, type GoSequence } from './sequence.ts';

export const errorValues: readonly GoSequence[] = [
  {
    title: 'finds error values and types of earlier cells in a chain',
    cells: [
      {
        code: go`
          import (
            "errors"
            "fmt"
          )
          var ErrMissing = errors.New("missing")
          type CodeError struct{ Code int }
          func (e *CodeError) Error() string { return fmt.Sprint("code ", e.Code) }
          func fetch(id int) error {
            switch id {
            case 0:
              return fmt.Errorf("fetch %d: %w", id, ErrMissing)
            case 1:
              return fmt.Errorf("fetch %d: %w", id, &CodeError{503})
            }
            return nil
          }
        `,
      },
      { code: 'fetch(0)', result: 'fetch 0: missing' },
      {
        code: 'errors.Is(fetch(0), ErrMissing), errors.Is(fetch(1), ErrMissing), errors.Is(fetch(2), nil)',
        result: 'true, false, true',
      },
      {
        code: go`
          var code *CodeError
          errors.As(fetch(1), &code), code.Code, errors.As(fetch(0), &code)
        `,
        result: 'true, 503, false',
      },
      {
        code: go`
          var again *CodeError
          errors.As(fetch(1), &again), again == code, errors.Unwrap(fetch(1))
        `,
        result: 'true, false, code 503',
      },
    ],
  },
  {
    title: 'joins errors',
    cells: [
      { code: 'import (\n  "errors"\n  "io"\n  "os"\n)\nboth := errors.Join(io.EOF, os.ErrNotExist, nil)' },
      { code: 'both', result: 'EOF\nfile does not exist' },
      {
        code: 'errors.Is(both, io.EOF), errors.Is(both, os.ErrNotExist), errors.Is(both, io.ErrUnexpectedEOF)',
        result: 'true, true, false',
      },
    ],
  },
  {
    title: 'knows errors of the library over cells',
    cells: [
      {
        code: 'import (\n  "errors"\n  "io/fs"\n  "os"\n)\n_, err := os.Open("/nowhere/file")\nerr',
        result: 'open /nowhere/file: no such file or directory',
      },
      { code: 'errors.Is(err, fs.ErrNotExist), errors.Is(err, os.ErrPermission)', result: 'true, false' },
      {
        code: 'var path *fs.PathError\nerrors.As(err, &path), path.Op, path.Path',
        result: 'true, open, /nowhere/file',
      },
    ],
  },
  {
    title: 'adds Is and Unwrap to error types',
    cells: [
      {
        code: go`
          import "errors"
          type Kind struct{ name string }
          func (k Kind) Error() string { return k.name }
          func (k Kind) Is(target error) bool { t, ok := target.(Kind); return ok && (t.name == "any" || t == k) }
          type Layer struct{ inner error }
          func (l Layer) Error() string { return "layer(" + l.inner.Error() + ")" }
          func (l Layer) Unwrap() error { return l.inner }
        `,
      },
      { code: 'var err error = Layer{Layer{Kind{"disk"}}}\nerr', result: 'layer(layer(disk))' },
      {
        code: 'errors.Is(err, Kind{"any"}), errors.Is(err, Kind{"disk"}), errors.Is(err, Kind{"net"})',
        result: 'true, true, false',
      },
      { code: 'var kind Kind\nerrors.As(err, &kind), kind.name', result: 'true, disk' },
    ],
  },
];
