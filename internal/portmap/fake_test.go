package portmap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var outsideIP = netip.MustParseAddr("203.0.113.7")

// fakeRouter is a router on the loopback: PCP and NAT-PMP on one UDP port, UPnP
// by SSDP on another and HTTP. What it does not speak it leaves unanswered.
type fakeRouter struct {
	pcp, natpmp, upnp bool

	network Network
	changed chan struct{} // gets something after every change of ports

	mu      sync.Mutex
	refuse  int               // result or error code instead of a mapping
	taken   map[uint16]bool   // outside ports of others
	lease   uint32            // seconds granted; 0: as asked
	epoch   uint32            // seconds since the start
	ports   map[uint16]uint16 // outside to inside
	outside netip.Addr
	asked   int // mapping requests
	perm    bool
}

func newFakeRouter(t *testing.T, changes ...func(*fakeRouter)) *fakeRouter {
	t.Helper()
	t.Parallel() // the tests mostly wait for leases
	f := &fakeRouter{
		epoch: 1000, ports: map[uint16]uint16{}, taken: map[uint16]bool{}, outside: outsideIP, changed: make(chan struct{}, 1000),
	}
	for _, change := range changes {
		change(f)
	}
	udp := f.listen(t, f.answerUDP)
	web := httptest.NewServer(http.HandlerFunc(f.answerHTTP))
	t.Cleanup(web.Close)
	ssdp := f.listen(t, func(b []byte) []byte {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.upnp || !strings.Contains(string(b), "InternetGatewayDevice:1") {
			return nil
		}
		return []byte("HTTP/1.1 200 OK\r\nLOCATION: " + web.URL + "/root.xml\r\nST: " + igd + "1\r\nUSN: uuid:x::y\r\n\r\n")
	})
	f.network = Network{
		Gateway:  func() (netip.Addr, error) { return netip.MustParseAddr("127.0.0.1"), nil },
		PCPPort:  udp.Port(),
		SSDP:     ssdp,
		Patience: 600 * time.Millisecond,
	}
	return f
}

// listen answers every datagram with what answer returns, nil for nothing.
func (f *fakeRouter) listen(t *testing.T, answer func([]byte) []byte) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 2048)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(b)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if a := answer(b[:n]); a != nil {
				_, _ = conn.WriteToUDPAddrPort(a, from)
			}
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-ended
	})
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// set changes the router under its lock.
func (f *fakeRouter) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// mapped returns the inside port that outside leads to, 0 if nowhere.
func (f *fakeRouter) mapped(outside uint16) uint16 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ports[outside]
}

// await waits until done says so, asked after each change.
func (f *fakeRouter) await(t *testing.T, done func() bool) {
	t.Helper()
	end := time.After(20 * time.Second)
	for !done() {
		select {
		case <-f.changed:
		case <-end:
			t.Fatal("the router was not asked for that")
		}
	}
}

// bind maps a port, or with no seconds unmaps what leads to inside. It returns
// which port it took.
func (f *fakeRouter) bind(inside, outside uint16, seconds uint32) uint16 {
	defer func() { f.changed <- struct{}{} }()
	if seconds == 0 {
		for o, i := range f.ports {
			if i == inside {
				delete(f.ports, o)
			}
		}
		return 0
	}
	f.asked++
	for f.taken[outside] {
		outside += 100
	}
	f.ports[outside] = inside
	return outside
}

func (f *fakeRouter) answerUDP(b []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case b[0] == 2 && f.pcp:
		return f.answerPCP(b)
	case b[0] == 2 && f.natpmp: // RFC 6886, section 3.5
		return binary.BigEndian.AppendUint32([]byte{0, b[1] | 0x80, 0, 1}, f.epoch)
	case b[0] == 0 && f.natpmp:
		return f.answerNATPMP(b)
	}
	return nil
}

func (f *fakeRouter) answerPCP(b []byte) []byte {
	a := append([]byte(nil), b...)
	a[1] |= 0x80
	clear(a[8:24])
	binary.BigEndian.PutUint32(a[8:], f.epoch)
	if netip.AddrFrom16([16]byte(b[8:24])).Unmap() != netip.MustParseAddr("127.0.0.1") {
		a[3] = 12
		return a
	}
	if a[3] = byte(f.refuse); f.refuse != 0 {
		return a
	}
	seconds := binary.BigEndian.Uint32(b[4:])
	port := f.bind(binary.BigEndian.Uint16(b[40:]), binary.BigEndian.Uint16(b[42:]), seconds)
	binary.BigEndian.PutUint16(a[42:], port)
	outside := f.outside.As16()
	copy(a[44:], outside[:])
	if f.lease != 0 && seconds != 0 {
		binary.BigEndian.PutUint32(a[4:], f.lease)
	}
	return a
}

func (f *fakeRouter) answerNATPMP(b []byte) []byte {
	a := binary.BigEndian.AppendUint32([]byte{0, b[1] | 0x80, 0, byte(f.refuse)}, f.epoch)
	if f.refuse != 0 {
		return a
	}
	if b[1] == 0 {
		return append(a, f.outside.AsSlice()...)
	}
	seconds := binary.BigEndian.Uint32(b[8:])
	port := f.bind(binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]), seconds)
	if f.lease != 0 && seconds != 0 {
		seconds = f.lease
	}
	a = append(a, b[4:6]...)
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(a, port), seconds)
}

const rootXML = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><deviceList><device><deviceList><device><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/control</controlURL>
</service></serviceList></device></deviceList></device></deviceList></device></root>`

func (f *fakeRouter) answerHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/root.xml" {
		fmt.Fprint(w, rootXML)
		return
	}
	body, _ := io.ReadAll(r.Body)
	arg := func(name string) string {
		m := regexp.MustCompile("<" + name + ">(.*?)</" + name + ">").FindSubmatch(body)
		if m == nil {
			return ""
		}
		return string(m[1])
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(arg(name))
		return n
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_, action, _ := strings.Cut(strings.Trim(r.Header.Get("SOAPACTION"), `"`), "#")
	result, code := "", f.refuse
	outside := uint16(number("NewExternalPort"))
	switch {
	case code != 0:
	case action == "GetExternalIPAddress":
		result = "<NewExternalIPAddress>" + f.outside.String() + "</NewExternalIPAddress>"
	case action == "AddPortMapping" && f.perm && number("NewLeaseDuration") != 0:
		code = codeOnlyPermanent
	case action == "AddPortMapping" && f.taken[outside]:
		code = codeConflict
	case action == "AddPortMapping" && arg("NewInternalClient") == "127.0.0.1" && arg("NewProtocol") == "TCP":
		f.bind(uint16(number("NewInternalPort")), outside, 1)
	case action == "DeletePortMapping" && f.ports[outside] != 0:
		f.bind(f.ports[outside], outside, 0)
	default:
		code = 402
	}
	const envelope = `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>`
	if code != 0 {
		w.WriteHeader(http.StatusInternalServerError)
		result = fmt.Sprintf("<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"+
			`<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>%d</errorCode><errorDescription>no</errorDescription></UPnPError></detail></s:Fault>`, code)
	} else {
		result = fmt.Sprintf(`<u:%[1]sResponse xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1">%[2]s</u:%[1]sResponse>`, action, result)
	}
	fmt.Fprintf(w, envelope, result)
}
