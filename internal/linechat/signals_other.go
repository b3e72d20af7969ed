//go:build !unix

package linechat

// watchSize has nothing to watch: the size is looked up at every drawing.
func (s *terminalScreen) watchSize() {}

func (s *terminalScreen) suspend() {}
