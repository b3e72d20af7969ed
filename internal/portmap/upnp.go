package portmap

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/huin/goupnp"
	"github.com/huin/goupnp/dcps/internetgateway2"
	"github.com/huin/goupnp/soap"
)

const (
	igd = "urn:schemas-upnp-org:device:InternetGatewayDevice:"
	// maxXML bounds what a device can have us read.
	maxXML = 256 << 10
	// otherPorts is how many further ports are tried if one is taken.
	otherPorts = 8

	codeConflict       = 718 // UPnP IGD: WANIPConnection, section 2.4
	codeOnlyPermanent  = 725
	mappingDescription = "Plausch"
)

// wan is what all generations of the service have that maps ports.
type wan interface {
	AddPortMappingCtx(ctx context.Context, remoteHost string, outside uint16, protocol string,
		inside uint16, client string, enabled bool, description string, seconds uint32) error
	DeletePortMappingCtx(ctx context.Context, remoteHost string, outside uint16, protocol string) error
	GetExternalIPAddressCtx(ctx context.Context) (string, error)
}

// upnp speaks to an Internet Gateway Device. The search is ours, since goupnp's
// waits to the end although the answer is there, and logs to standard error; the
// device's description and SOAP are goupnp's.
type upnp struct {
	ssdp     netip.AddrPort
	local    netip.Addr
	patience time.Duration
	found    wan
}

func (u *upnp) name() string { return "UPnP" }

func (u *upnp) add(ctx context.Context, inside, outside uint16) (Mapping, error) {
	w, err := u.wan(ctx)
	if err != nil {
		return Mapping{}, err
	}
	port, granted, err := u.addAny(ctx, w, inside, outside)
	if err != nil {
		u.found = nil // its address may have changed
		return Mapping{}, err
	}
	addr, err := outsideAddress(ctx, w)
	if err != nil {
		return Mapping{}, err
	}
	return Mapping{Outside: netip.AddrPortFrom(addr, port), Inside: inside, Protocol: u.name(), Lease: granted}, nil
}

// addAny maps outside or, if another machine has it, one of the ports after it.
func (u *upnp) addAny(ctx context.Context, w wan, inside, outside uint16) (port uint16, granted time.Duration, err error) {
	granted = lease
	for port = outside; ; {
		err = w.AddPortMappingCtx(ctx, "", port, "TCP", inside, u.local.String(), true, mappingDescription, uint32(granted/time.Second))
		switch code := faultCode(err); {
		case code == codeOnlyPermanent && granted > 0:
			granted = 0
		case code == codeConflict && port < outside+otherPorts && port < 65535:
			port++
		default:
			return port, granted, faultText(err)
		}
	}
}

func (u *upnp) remove(ctx context.Context, m Mapping) error {
	w, err := u.wan(ctx)
	if err != nil {
		return err
	}
	return faultText(w.DeletePortMappingCtx(ctx, "", m.Outside.Port(), "TCP"))
}

func (u *upnp) address(ctx context.Context) (netip.Addr, error) {
	w, err := u.wan(ctx)
	if err != nil {
		return netip.Addr{}, err
	}
	return outsideAddress(ctx, w)
}

func outsideAddress(ctx context.Context, w wan) (netip.Addr, error) {
	text, err := w.GetExternalIPAddressCtx(ctx)
	if err != nil {
		return netip.Addr{}, faultText(err)
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("the router has no outside address: %w", err)
	}
	return addr, nil
}

func faultCode(err error) int {
	if fault, ok := errors.AsType[*soap.SOAPFaultError](err); ok {
		return fault.Detail.UPnPError.Errorcode
	}
	return 0
}

func faultText(err error) error {
	if fault, ok := errors.AsType[*soap.SOAPFaultError](err); ok {
		e := fault.Detail.UPnPError
		return fmt.Errorf("the router refuses with code %d: %q", e.Errorcode, e.ErrorDescription)
	}
	return err
}

// wan returns the service that maps ports, searching for it at first.
func (u *upnp) wan(ctx context.Context) (wan, error) {
	if u.found != nil {
		return u.found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*u.patience)
	defer cancel()
	why := errNoAnswer
	err := u.search(ctx, func(location *url.URL) bool {
		w, err := describe(ctx, location)
		if err != nil {
			why = err
			return false
		}
		u.found = w
		return true
	})
	if u.found == nil {
		return nil, errors.Join(err, why)
	}
	return u.found, nil
}

// search asks all devices which of them is a gateway (UPnP Device Architecture
// 1.1, section 1.3.2), until use takes one or nothing more comes.
func (u *upnp) search(ctx context.Context, use func(*url.URL) bool) error {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(u.local, 0)))
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if err := conn.SetReadDeadline(time.Now().Add(u.patience)); err != nil {
		return err
	}
	for range 2 { // one may get lost
		for _, version := range []string{"1", "2"} {
			question := "M-SEARCH * HTTP/1.1\r\nHOST: " + ssdpGroup.String() + "\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: " + igd + version + "\r\n\r\n"
			if _, err := conn.WriteToUDPAddrPort([]byte(question), u.ssdp); err != nil {
				return err
			}
		}
	}
	seen := map[string]bool{}
	b := make([]byte, 4<<10)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return nil // no more answers
		}
		location := deviceAt(b[:n], from.Addr().Unmap())
		if location == nil || seen[location.String()] {
			continue
		}
		seen[location.String()] = true
		if use(location) {
			return nil
		}
	}
}

// deviceAt returns where a gateway that answered has its description. It has to
// be on the machine that answered, lest anybody in the network could have us ask
// others.
func deviceAt(answer []byte, from netip.Addr) *url.URL {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil
	}
	location, err := resp.Location()
	if err != nil || location.Scheme != "http" || location.Hostname() != from.String() {
		return nil
	}
	return location
}

// describe reads a device's description and returns its service that maps ports.
func describe(ctx context.Context, location *url.URL) (wan, error) {
	client := http.Client{
		Transport:     boundedTransport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("a router does not send us elsewhere") },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, location.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	root := new(goupnp.RootDevice)
	d := xml.NewDecoder(resp.Body)
	d.DefaultSpace = goupnp.DeviceXMLNamespace
	if err := d.Decode(root); err != nil {
		return nil, fmt.Errorf("the router's description cannot be read: %w", err)
	}
	root.SetURLBase(location) // its own URLBase could name another machine
	return service(root, location, client)
}

func service(root *goupnp.RootDevice, location *url.URL, client http.Client) (wan, error) {
	ready := func(c goupnp.ServiceClient) bool {
		c.SOAPClient.HTTPClient = client
		return c.SOAPClient.EndpointURL.Host == location.Host
	}
	ip2, _ := internetgateway2.NewWANIPConnection2ClientsFromRootDevice(root, location)
	for _, c := range ip2 {
		if ready(c.ServiceClient) {
			return c, nil
		}
	}
	ip1, _ := internetgateway2.NewWANIPConnection1ClientsFromRootDevice(root, location)
	for _, c := range ip1 {
		if ready(c.ServiceClient) {
			return c, nil
		}
	}
	ppp, _ := internetgateway2.NewWANPPPConnection1ClientsFromRootDevice(root, location)
	for _, c := range ppp {
		if ready(c.ServiceClient) {
			return c, nil
		}
	}
	return nil, errors.New("the router's description names no service that maps ports")
}

// boundedTransport reads at most maxXML of an answer. It keeps no connection: some
// routers have few, and we come by every few minutes.
type boundedTransport struct{}

func (boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	t := &http.Transport{DisableKeepAlives: true, Proxy: nil}
	resp, err := t.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxXML), resp.Body}
	return resp, nil
}
