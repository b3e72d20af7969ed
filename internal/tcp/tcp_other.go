//go:build !linux

package tcp

import (
	"errors"
	"net"
	"time"
)

// Elsewhere only the probes of a quiet connection find a peer that has vanished,
// and the system's own patience with what was sent.
func setUserTimeout(*net.TCPConn, time.Duration) error { return nil }

// DeliveryOf fails with [errors.ErrUnsupported].
func DeliveryOf(*net.TCPConn) (Delivery, error) { return Delivery{}, errors.ErrUnsupported }
