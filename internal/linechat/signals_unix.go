//go:build unix

package linechat

import (
	"os"
	"os/signal"
	"syscall"
)

// watchSize draws the line anew when the terminal has another size.
func (s *terminalScreen) watchSize() {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	defer signal.Stop(changed)
	for {
		select {
		case <-changed:
			s.resized()
		case <-s.closed:
			return
		}
	}
}

// suspend does what Ctrl-Z does elsewhere, and goes on when the shell lets us.
func (s *terminalScreen) suspend() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	s.mu.Lock()
	on, hidden := s.on, s.hidden
	s.mu.Unlock()
	s.cooked()
	_ = syscall.Kill(0, syscall.SIGTSTP) // the whole job, as the terminal would
	<-continued
	if s.raw() == nil {
		s.show(on, hidden)
	}
}
