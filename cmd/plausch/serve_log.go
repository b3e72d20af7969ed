package main

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

const (
	// logLines is how many lines of the log may wait for its reader.
	logLines = 1024
	// logFlush is how long the end of the server waits for the last of them.
	logFlush = time.Second
)

// logWriter writes a log in a goroutine of its own, so that a reader that has
// stopped, or gone, holds nobody up: lines that nobody reads are dropped, and
// counted in a line once the reader is back.
type logWriter struct {
	lines   chan []byte
	dropped atomic.Int64
	closing chan struct{}
	ended   chan struct{}
}

func newLogWriter(w io.Writer) *logWriter {
	l := &logWriter{lines: make(chan []byte, logLines), closing: make(chan struct{}), ended: make(chan struct{})}
	go l.run(w) // ends with close, or stays in a write that nobody reads
	return l
}

func (l *logWriter) run(w io.Writer) {
	defer close(l.ended)
	for {
		select {
		case line := <-l.lines:
			l.put(w, line)
			continue
		default:
		}
		select { // in this order: what waits is written before the end
		case line := <-l.lines:
			l.put(w, line)
		case <-l.closing:
			if len(l.lines) == 0 {
				return
			}
		}
	}
}

func (l *logWriter) put(w io.Writer, line []byte) {
	if n := l.dropped.Swap(0); n > 0 {
		_, _ = fmt.Fprintf(w, "plausch: %d lines of the log were dropped, since nobody read them\n", n)
	}
	_, _ = w.Write(line) // nobody could be told
}

// Write implements io.Writer. It never waits.
func (l *logWriter) Write(line []byte) (int, error) {
	select {
	case l.lines <- append([]byte(nil), line...):
	default:
		l.dropped.Add(1)
	}
	return len(line), nil
}

// close writes the queued lines, for at most logFlush. Later ones are dropped.
func (l *logWriter) close() {
	close(l.closing)
	select {
	case <-l.ended:
	case <-time.After(logFlush):
	}
}
