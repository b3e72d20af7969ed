// Package tcptest gives a test a network of its own, in which packets get lost.
package tcptest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// inside names the test that runs in a network of its own.
const inside = "PLAUSCH_TEST_NETWORK"

// Network is what the test can do to its network: a loopback device, on which
// packets are dropped on their way in by nftables.
type Network struct{ t *testing.T }

// Run runs f in a network of its own, which ends with it: a process of its own,
// so t must be no subtest. It needs ip, of iproute2, and nft, of nftables, and to
// be root or to be let make a user namespace.
func Run(t *testing.T, f func(*Network)) {
	t.Helper()
	if os.Getenv(inside) == t.Name() {
		n := &Network{t}
		// As on an Ethernet, a write of more than about 1400 bytes is several packets.
		n.run("", "ip", "link", "set", "lo", "up", "mtu", "1500", "gso_max_segs", "1")
		n.run("add table inet test; add chain inet test in { type filter hook input priority 0; }", "nft", "-f", "-")
		f(n)
		return
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("in a network of its own: %v\n%s", err, out)
	}
	t.Logf("in a network of its own:\n%s", out)
}

// Lose loses so many percent of all packets from now on, at random.
func (n *Network) Lose(percent int) {
	n.t.Helper()
	n.add(fmt.Sprintf("numgen random mod 100 < %d drop", percent))
}

// Cut loses all packets to and from a TCP port from now on.
func (n *Network) Cut(port int) {
	n.t.Helper()
	n.add(fmt.Sprintf("tcp sport %d drop", port))
	n.add(fmt.Sprintf("tcp dport %d drop", port))
}

// Mend ends all losses.
func (n *Network) Mend() {
	n.t.Helper()
	n.run("flush chain inet test in", "nft", "-f", "-")
}

func (n *Network) add(rule string) {
	n.t.Helper()
	n.run("add rule inet test in "+rule, "nft", "-f", "-")
}

func (n *Network) run(input, name string, args ...string) {
	n.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		n.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
