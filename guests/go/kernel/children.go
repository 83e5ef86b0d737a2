package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// clockTicks is a time since boot in the unit of /proc/PID/stat: hundredths of a second.
type clockTicks uint64

func now() clockTicks {
	const clockBootTime = 7
	var time syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockBootTime, uintptr(unsafe.Pointer(&time)), 0)
	return clockTicks(time.Sec)*100 + clockTicks(time.Nsec/10_000_000)
}

// killChildren kills the processes that were started below this one since then, and gives their number.
func killChildren(since clockTicks) int {
	parents, starts := map[int]int{}, map[int]clockTicks{}
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			if parent, start, ok := readStat(pid); ok {
				parents[pid], starts[pid] = parent, start
			}
		}
	}
	killed := 0
	for pid, start := range starts {
		if start >= since && descends(pid, os.Getpid(), parents) && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

func descends(pid, ancestor int, parents map[int]int) bool {
	for steps := 0; steps <= len(parents); steps++ {
		pid = parents[pid]
		if pid == ancestor {
			return true
		}
	}
	return false
}

// readStat reads the fields after the process' name, which may hold anything.
func readStat(pid int) (parent int, start clockTicks, ok bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, false
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return 0, 0, false
	}
	parent, _ = strconv.Atoi(fields[1])
	ticks, _ := strconv.ParseUint(fields[19], 10, 64)
	return parent, clockTicks(ticks), true
}
