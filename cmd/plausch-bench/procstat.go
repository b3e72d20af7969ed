package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// errUnknown is why a process's figures are not there: it is not known, or this
// is no Linux.
var errUnknown = errors.New("not known")

// clockTick is the unit of CPU times in /proc, which is the same wherever Go
// runs on Linux.
const clockTick = 10 * time.Millisecond

// cpuOf returns the CPU time that a process has used, in user and system mode,
// in whole clock ticks.
func cpuOf(pid int) (time.Duration, error) {
	text, err := readProc(pid, "stat")
	if err != nil {
		return 0, err
	}
	return parseCPU(text)
}

// parseCPU reads /proc/PID/stat (proc_pid_stat(5)): utime and stime are fields 14
// and 15. Field 2 is the program's name in parentheses, which may hold anything.
func parseCPU(text []byte) (time.Duration, error) {
	i := bytes.LastIndexByte(text, ')')
	fields := bytes.Fields(text[i+1:])
	if i < 0 || len(fields) < 13 {
		return 0, fmt.Errorf("%q has no CPU times", text)
	}
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("CPU time: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}

// rssOf returns the bytes of memory that a process has resident.
func rssOf(pid int) (int64, error) {
	text, err := readProc(pid, "status")
	if err != nil {
		return 0, err
	}
	return parseRSS(text)
}

// parseRSS reads VmRSS of /proc/PID/status (proc_pid_status(5)), which is in KiB.
func parseRSS(text []byte) (int64, error) {
	for line := range bytes.Lines(text) {
		rest, ok := bytes.CutPrefix(line, []byte("VmRSS:"))
		if !ok {
			continue
		}
		rest, ok = bytes.CutSuffix(bytes.TrimSpace(rest), []byte(" kB"))
		n, err := strconv.ParseInt(string(rest), 10, 64)
		if !ok || err != nil {
			return 0, fmt.Errorf("%q is no size of memory", line)
		}
		return n << 10, nil
	}
	return 0, errors.New("there is no VmRSS")
}

func readProc(pid int, name string) ([]byte, error) {
	if pid == 0 {
		return nil, errUnknown
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errUnknown, err)
	}
	return text, nil
}
