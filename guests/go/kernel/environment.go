package main

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// takeVariable removes a variable of the server's from the environment, before user code can see it.
func takeVariable(name string) string {
	value := os.Getenv(name)
	os.Unsetenv(name)
	return value
}

// enter makes a started kernel the kernel of a context. The error's text is for people.
func enter(cwd string, env map[string]string) error {
	if err := os.MkdirAll(cwd, 0o777); err != nil {
		return cause(err)
	}
	if err := os.Chdir(cwd); err != nil {
		return cause(err)
	}
	for name, value := range env {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	if zone, ok := env["TZ"]; ok {
		if location, err := time.LoadLocation(zone); err == nil { // package time reads TZ only once
			time.Local = location
		}
	}
	return nil
}

// cause is the error without the path that the server knows already.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
