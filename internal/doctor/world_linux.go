package doctor

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// fileSystems are those of statfs(2) whose name matters. Others are local disks.
var fileSystems = map[int64]struct {
	name            string
	remote, passing bool
}{
	0x6969:     {"NFS", true, false},
	0x517b:     {"SMB", true, false},
	0xfe534d42: {"SMB", true, false},
	0xff534d42: {"CIFS", true, false},
	0x01021997: {"9P", true, false},
	0x00c36400: {"Ceph", true, false},
	0x5346414f: {"AFS", true, false},
	0x01021994: {"tmpfs", false, true},
	0x858458f6: {"ramfs", false, true},
	0xef53:     {"ext4", false, false},
	0x58465342: {"XFS", false, false},
	0x9123683e: {"Btrfs", false, false},
	0xf2f52010: {"F2FS", false, false},
	0x2fc12fc1: {"ZFS", false, false},
	0x794c7630: {"overlay", false, false},
	// FUSE can be anything, from NTFS on a disk to a machine far away.
	0x65735546: {"", false, false},
}

func lookAtFolder(path string) (Folder, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Folder{}, err
	}
	f := Folder{Mode: info.Mode(), Owner: -1, Me: os.Geteuid()}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		f.Owner = int(stat.Uid)
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(path, &fs); err != nil {
		return f, err
	}
	f.Free, f.FreeKnown = fs.Bavail*uint64(fs.Bsize), true
	kind, known := fileSystems[int64(uint32(fs.Type))]
	if !known {
		kind.name = "0x" + strconv.FormatInt(int64(uint32(fs.Type)), 16)
	}
	f.Kind, f.Remote, f.Passing = kind.name, kind.remote, kind.passing
	return f, nil
}

func fileLimit() (hard uint64, known bool) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Max, err == nil
}

// availableMemory is the kernel's estimate, or what is left of the control
// group's limit if that is less.
func availableMemory() (uint64, bool) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[0] == "MemAvailable:" {
			kib, err := strconv.ParseUint(fields[1], 10, 64)
			return min(kib<<10, cgroupRoom()), err == nil
		}
	}
	return 0, false
}

func cgroupRoom() uint64 {
	read := func(name string) (uint64, bool) {
		text, err := os.ReadFile("/sys/fs/cgroup/" + name) // of a container, seen from inside
		if err != nil {
			return 0, false
		}
		n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
		return n, err == nil // "max" is no number
	}
	limit, limited := read("memory.max")
	used, known := read("memory.current")
	if !limited || !known {
		return 1<<64 - 1
	}
	return limit - min(used, limit)
}

// sameDisk reports whether two paths are on one file system, false if that cannot be
// seen.
func sameDisk(a, b string) bool {
	var one, two syscall.Stat_t
	return syscall.Stat(a, &one) == nil && syscall.Stat(b, &two) == nil && one.Dev == two.Dev
}
