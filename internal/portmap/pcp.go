package portmap

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// No kept library speaks PCP, and the one for NAT-PMP takes neither a context nor
// another port than 5351. Both are a few bytes at fixed places.

// firstWait is how long the first answer is waited for; each further wait is
// double (RFC 6886, section 3.1).
const firstWait = 250 * time.Millisecond

var errNoAnswer = errors.New("no answer")

// datagram asks a server on UDP.
type datagram struct {
	server   netip.AddrPort
	patience time.Duration // for all attempts together
}

// ask sends request until an answer comes that accept takes. What accept calls
// an error is the answer, unless that is errNoAnswer: then it is somebody else's.
func (d datagram) ask(ctx context.Context, request []byte, accept func([]byte) error) error {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(d.server))
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	end := time.Now().Add(d.patience)
	answer := make([]byte, 1100) // RFC 6887, section 7: no message is longer
	for wait := firstWait; ; wait *= 2 {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		until := time.Now().Add(wait)
		if until.After(end) {
			until = end
		}
		if err := conn.SetReadDeadline(until); err != nil {
			return err
		}
		for {
			if err := ctx.Err(); err != nil {
				return err // it may have ended before the deadline was set
			}
			n, err := conn.Read(answer)
			if err != nil {
				break // too late, or nobody listens there (yet)
			}
			if err := accept(answer[:n]); !errors.Is(err, errNoAnswer) {
				return err
			}
		}
		if err := pauseUntil(ctx, until); err != nil {
			return err
		}
		if !time.Now().Before(end) {
			return errNoAnswer
		}
	}
}

func pauseUntil(ctx context.Context, t time.Time) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(t)):
		return nil
	}
}

const (
	pcpVersion   = 2
	pcpMap       = 1    // opcode
	pcpResponse  = 0x80 // added to the opcode
	protocolTCP  = 6    // of IANA, in PCP
	pcpHeaderLen = 24
	pcpMapLen    = pcpHeaderLen + 36
)

// pcpErrors are result codes (RFC 6887, section 7.4) worth a text of their own.
var pcpErrors = map[byte]string{
	1:  "the router speaks another version",
	2:  "the router does not allow it",
	4:  "the router does not know how to map a port",
	7:  "the router has a failure of its network",
	8:  "the router has no port left",
	9:  "the router does not map TCP",
	10: "the router says that this machine has too many ports",
	11: "the router cannot give that outside address",
	12: "another router stands between us and it",
}

// pcp speaks RFC 6887.
type pcp struct {
	datagram
	local netip.Addr
	nonce [12]byte // shows that a mapping is ours
}

func newPCP(link datagram, local netip.Addr) *pcp {
	p := &pcp{datagram: link, local: local}
	_, _ = rand.Read(p.nonce[:]) // never fails
	return p
}

func (p *pcp) name() string { return "PCP" }

func (p *pcp) add(ctx context.Context, inside, outside uint16) (Mapping, error) {
	return p.request(ctx, inside, outside, lease)
}

func (p *pcp) remove(ctx context.Context, m Mapping) error {
	_, err := p.request(ctx, m.Inside, m.Outside.Port(), 0)
	return err
}

// address of PCP comes only with a mapping.
func (p *pcp) address(context.Context) (netip.Addr, error) {
	return netip.Addr{}, errors.New("it does not tell an address without mapping a port")
}

// request sends a MAP request (RFC 6887, sections 7.1 and 11.1):
//
//	0  version, opcode, 2 reserved, lifetime in seconds (4), our address (16)
//	24 nonce (12), protocol, 3 reserved, inside port, outside port, outside address (16)
func (p *pcp) request(ctx context.Context, inside, outside uint16, lifetime time.Duration) (Mapping, error) {
	b := make([]byte, pcpMapLen)
	b[0], b[1] = pcpVersion, pcpMap
	binary.BigEndian.PutUint32(b[4:], uint32(lifetime/time.Second))
	local, any4 := p.local.As16(), netip.AddrFrom4([4]byte{}).As16()
	copy(b[8:], local[:])
	copy(b[24:], p.nonce[:])
	b[36] = protocolTCP
	binary.BigEndian.PutUint16(b[40:], inside)
	binary.BigEndian.PutUint16(b[42:], outside)
	copy(b[44:], any4[:])
	var m Mapping
	err := p.ask(ctx, b, func(answer []byte) (err error) {
		m, err = p.answer(answer, inside)
		return err
	})
	return m, err
}

// answer reads a response: as the request, but from byte 3 on the result code,
// the granted lifetime (4) and the epoch (4).
func (p *pcp) answer(b []byte, inside uint16) (Mapping, error) {
	if len(b) >= 4 && b[0] != pcpVersion {
		return Mapping{}, errors.New(pcpErrors[1])
	}
	if len(b) < pcpMapLen || b[1] != pcpMap|pcpResponse || !bytes.Equal(b[24:36], p.nonce[:]) || binary.BigEndian.Uint16(b[40:]) != inside {
		return Mapping{}, errNoAnswer
	}
	if b[3] != 0 {
		if text, ok := pcpErrors[b[3]]; ok {
			return Mapping{}, errors.New(text)
		}
		return Mapping{}, fmt.Errorf("the router refuses with code %d", b[3])
	}
	return Mapping{
		Outside:  netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[44:60])).Unmap(), binary.BigEndian.Uint16(b[42:])),
		Inside:   inside,
		Protocol: p.name(),
		Lease:    time.Duration(binary.BigEndian.Uint32(b[4:])) * time.Second,
		epoch:    binary.BigEndian.Uint32(b[8:]),
	}, nil
}

// natpmp speaks RFC 6886.
type natpmp struct{ datagram }

const (
	natpmpAddress = 0 // opcodes
	natpmpMapTCP  = 2
)

// natpmpErrors are the result codes of RFC 6886, section 3.5.
var natpmpErrors = map[uint16]string{
	1: "the router speaks another version",
	2: "the router does not allow it",
	3: "the router has a failure of its network, such as no outside address yet",
	4: "the router has no port left",
	5: "the router does not know how to map a port",
}

func (n *natpmp) name() string { return "NAT-PMP" }

// add sends a mapping request: version, opcode, 2 reserved, inside port, outside
// port, lifetime (4). The response has a result code in bytes 2 and 3, then the
// epoch (4), and ends like the request.
func (n *natpmp) add(ctx context.Context, inside, outside uint16) (Mapping, error) {
	m := Mapping{Inside: inside, Protocol: n.name()}
	port, err := n.request(ctx, &m, outside, lease)
	if err != nil {
		return Mapping{}, err
	}
	addr, err := n.address(ctx)
	if err != nil {
		return Mapping{}, err
	}
	m.Outside = netip.AddrPortFrom(addr, port)
	return m, nil
}

func (n *natpmp) remove(ctx context.Context, m Mapping) error {
	_, err := n.request(ctx, &m, 0, 0)
	return err
}

func (n *natpmp) request(ctx context.Context, m *Mapping, outside uint16, lifetime time.Duration) (port uint16, err error) {
	b := make([]byte, 12)
	b[1] = natpmpMapTCP
	binary.BigEndian.PutUint16(b[4:], m.Inside)
	binary.BigEndian.PutUint16(b[6:], outside)
	binary.BigEndian.PutUint32(b[8:], uint32(lifetime/time.Second))
	err = n.ask(ctx, b, func(a []byte) error {
		if err := natpmpAnswer(a, natpmpMapTCP, 16); err != nil {
			return err
		}
		if binary.BigEndian.Uint16(a[8:]) != m.Inside {
			return errNoAnswer
		}
		m.epoch = binary.BigEndian.Uint32(a[4:])
		port = binary.BigEndian.Uint16(a[10:])
		m.Lease = time.Duration(binary.BigEndian.Uint32(a[12:])) * time.Second
		return nil
	})
	return port, err
}

func (n *natpmp) address(ctx context.Context) (netip.Addr, error) {
	var addr netip.Addr
	err := n.ask(ctx, []byte{0, natpmpAddress}, func(a []byte) error {
		if err := natpmpAnswer(a, natpmpAddress, 12); err != nil {
			return err
		}
		addr = netip.AddrFrom4([4]byte(a[8:12]))
		return nil
	})
	return addr, err
}

// natpmpAnswer checks the head of a response. A refusal may be short.
func natpmpAnswer(a []byte, opcode byte, size int) error {
	if len(a) < 4 || a[0] != 0 || a[1] != opcode|pcpResponse {
		return errNoAnswer
	}
	if code := binary.BigEndian.Uint16(a[2:]); code != 0 {
		if text, ok := natpmpErrors[code]; ok {
			return errors.New(text)
		}
		return fmt.Errorf("the router refuses with code %d", code)
	}
	if len(a) < size {
		return errNoAnswer
	}
	return nil
}
