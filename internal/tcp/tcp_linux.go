package tcp

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout bounds how long what was sent may stay without an
// acknowledgement (RFC 5482). On Linux it bounds the probes of a quiet
// connection, too, whatever their number.
func setUserTimeout(c *net.TCPConn, timeout time.Duration) error {
	return control(c, func(fd int) error {
		return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(timeout.Milliseconds()))
	})
}

// DeliveryOf asks the system about c. It fails once c is closed, and with
// [errors.ErrUnsupported] where the system does not tell.
func DeliveryOf(c *net.TCPConn) (d Delivery, err error) {
	err = control(c, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return err
		}
		d = Delivery{
			Done:    info.Unacked == 0 && info.Notsent_bytes == 0,
			Resent:  info.Total_retrans,
			Timeout: time.Duration(info.Rto) * time.Microsecond,
		}
		return nil
	})
	return d, err
}

func control(c *net.TCPConn, f func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return err
	}
	return failed
}
