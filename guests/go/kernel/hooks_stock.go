//go:build !prelinked

package main

func containPanics() {}

func forceMethods([]string) {}

func reportUncaught(func(value any)) {}

func doubleTables() []doubleTable { return nil }
