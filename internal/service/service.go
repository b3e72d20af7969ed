// Package service makes Plausch a service of systemd: it writes the unit, puts
// it in place, says how it stands, and speaks to systemd from inside the running
// service (systemd.exec(5), sd_notify(3), sd_listen_fds(3)).
//
// The unit is a pure function of [Options]. They stand in its first line, so that
// a later version can tell what it would write today for the same wishes.
package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	// Name is the service's name, that of its folder below /var/lib, too.
	Name = "plausch"
	// StateDir is where systemd keeps the data of a service without a folder of
	// its own.
	StateDir = "/var/lib/" + Name

	unitDir    = "/etc/systemd/system"
	mark       = "# plausch service install: "
	firstOpen  = 1024 // ports below need a capability
	readMe     = "# Written by plausch service install, which would overwrite changes made here.\n# Yours belong in plausch.service.d/local.conf: systemctl edit plausch\n"
	serviceEnd = Name + ".service"
	socketEnd  = Name + ".socket"
)

// Options say what the service is to be like.
type Options struct {
	Binary string   // absolute path of the program
	User   string   // runs it; empty: systemd makes up a user that exists only while it runs
	Socket bool     // systemd listens and hands the sockets over
	Args   []string // flags of plausch serve
	Data   string   // the data folder if it is not [StateDir]
	Listen []string // HOST:PORT, as plausch serve would listen with Args
	Backup string   `json:",omitempty"` // folder of the backups of every night, empty for none
	Keep   int      `json:",omitempty"` // how many of them are kept
}

// hiddenFolders are those that a service does not see.
var hiddenFolders = []string{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"}

// check reports what cannot become a service.
func (o Options) check() error {
	if !filepath.IsAbs(o.Binary) {
		return fmt.Errorf("the program's path %q does not begin with /; name it with --binary", o.Binary)
	}
	for _, hidden := range hiddenFolders {
		if strings.HasPrefix(o.Binary, hidden) {
			return fmt.Errorf("a service cannot see %s, because %s is hidden from it; "+
				"copy the program and install with the copy: install %s /usr/local/bin/plausch && /usr/local/bin/plausch service install",
				o.Binary, strings.TrimSuffix(hidden, "/"), o.Binary)
		}
		if strings.HasPrefix(o.Data+"/", hidden) {
			return fmt.Errorf("a service cannot see the data folder %s; move it to %s or another folder such as /srv/chat", o.Data, StateDir)
		}
	}
	if o.Data != "" && o.User == "" {
		return fmt.Errorf("the data folder %s belongs to nobody that systemd could make up; "+
			"name its owner with --user, or leave the data in %s", o.Data, StateDir)
	}
	if slices.ContainsFunc(append([]string{o.Binary, o.User, o.Data, o.Backup}, o.Args...), func(s string) bool { return strings.ContainsAny(s, "\n\r\x00") }) {
		return errors.New("a unit cannot hold line breaks; remove them from the flags")
	}
	if o.Socket {
		for _, address := range o.Listen {
			if _, err := listenStream(address); err != nil {
				return err
			}
		}
	}
	return o.checkBackup()
}

// lowPort reports whether the service itself has to open a port below 1024.
func (o Options) lowPort() bool {
	return !o.Socket && slices.ContainsFunc(o.Listen, func(address string) bool {
		_, port, _ := net.SplitHostPort(address)
		n, err := strconv.Atoi(port)
		return err == nil && n > 0 && n < firstOpen
	})
}

// units returns the names of the units, the one to start last.
func (o Options) units() []string {
	if o.Socket {
		return []string{socketEnd, serviceEnd}
	}
	return []string{serviceEnd}
}

// Unit returns the text of plausch.service.
func (o Options) Unit() string {
	var b strings.Builder
	wishes, err := json.Marshal(o)
	if err != nil {
		panic(err) // texts can be written
	}
	fmt.Fprintf(&b, "%s%s\n%s\n[Unit]\nDescription=Plausch, a chat\nWants=network-online.target\nAfter=network-online.target\n", mark, wishes, readMe)
	if o.Socket {
		fmt.Fprintf(&b, "Requires=%[1]s\nAfter=%[1]s\n", socketEnd)
	}
	if o.Data != "" {
		// On a disk that is not mounted yet, a new server would begin.
		fmt.Fprintf(&b, "RequiresMountsFor=%s\n", quote(o.Data))
	}
	fmt.Fprintf(&b, "\n[Service]\nType=notify\nExecStart=%s serve", quote(o.Binary))
	for _, arg := range o.Args {
		b.WriteString(" " + quote(arg))
	}
	b.WriteString("\nExecReload=/bin/kill -HUP $MAINPID\n" + running)
	if o.User == "" {
		b.WriteString("DynamicUser=yes\n")
	} else {
		fmt.Fprintf(&b, "User=%s\n", o.User)
	}
	if o.Data == "" {
		fmt.Fprintf(&b, "StateDirectory=%s\nStateDirectoryMode=0700\n", Name)
	} else {
		fmt.Fprintf(&b, "ReadWritePaths=%s\n", quote(o.Data))
	}
	b.WriteString(walls)
	if o.lowPort() {
		b.WriteString("CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n")
	} else {
		// In a user namespace of its own, a service may not open low ports.
		b.WriteString("CapabilityBoundingSet=\nAmbientCapabilities=\nPrivateUsers=yes\n")
	}
	b.WriteString("\n[Install]\nWantedBy=multi-user.target\n")
	return b.String()
}

// running is how the service starts and ends. Exit code 2 means wrong settings,
// which do not get better by trying again. Draining takes 8 seconds at most.
const running = `Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2
TimeoutStopSec=20
WatchdogSec=60
LimitNOFILE=65536
UMask=0077
`

// walls keep the service to what it needs: its data and the network. ProcSubset
// is not among them: Go asks /proc/sys how many connections may wait to be
// accepted, and would fall back to 128. AF_NETLINK is how Go lists the machine's
// addresses.
const walls = `NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
`

// SocketUnit returns the text of plausch.socket: while the service restarts,
// connections wait instead of being refused.
func (o Options) SocketUnit() string {
	var b strings.Builder
	b.WriteString(readMe + "\n[Unit]\nDescription=Plausch, the port\n\n[Socket]\n")
	for _, address := range o.Listen {
		stream, err := listenStream(address)
		if err != nil {
			panic(err) // checked before
		}
		fmt.Fprintf(&b, "ListenStream=%s\n", stream)
	}
	b.WriteString("Backlog=4096\n\n[Install]\nWantedBy=sockets.target\n")
	return b.String()
}

// listenStream writes HOST:PORT as systemd.socket(5) wants it: with an address
// for a host, and the port alone for all of them.
func listenStream(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	if port == "0" {
		return "", fmt.Errorf("systemd cannot listen on %s, because port 0 is none; choose a port with -- --listen HOST:PORT", address)
	}
	if host == "" {
		return port, nil
	}
	if _, err := netip.ParseAddr(host); err != nil {
		return "", fmt.Errorf("systemd listens on addresses, not on names such as %q; write its address with -- --listen ADDRESS:PORT", host)
	}
	return address, nil
}

// quote writes a word of a command line as systemd.service(5) reads it, where
// $ and % have a meaning of their own.
func quote(word string) string {
	word = strings.NewReplacer("%", "%%", "$", "$$").Replace(word)
	if word != "" && !strings.ContainsAny(word, " \t'\"\\;") {
		return word
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
}

// ParseOptions returns the options that a unit was written with; ok is false if
// it is not one of ours.
func ParseOptions(unit string) (o Options, ok bool) {
	line, _, _ := strings.Cut(unit, "\n")
	wishes, ok := strings.CutPrefix(line, mark)
	if !ok || json.Unmarshal([]byte(wishes), &o) != nil {
		return Options{}, false
	}
	return o, true
}
