// Package notifytest is the other side of notifications, for tests: a push service with
// a browser behind it, which checks and decrypts what it gets.
package notifytest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Service is a push service, or any other place that takes posts, on the loopback.
type Service struct {
	// Place is its HOST:PORT, Roots what its certificate is checked against, PEM the
	// same in a file.
	Place string
	Roots *x509.CertPool
	PEM   []byte
	// Posts gets what comes, in order; it has room for many.
	Posts chan Post

	t      testing.TB
	mu     sync.Mutex
	answer func(*http.Request) Answer
}

// Post is what was sent to a service.
type Post struct {
	Path   string
	Header http.Header
	Body   []byte
}

// Answer is what a service says to a post.
type Answer struct {
	Status int
	Header map[string]string
	// Wait, if not nil, is waited for before the answer, unless the caller is gone first.
	Wait <-chan struct{}
}

// NewService starts a service, which answers 201 until Answer says otherwise.
func NewService(t testing.TB) *Service {
	t.Helper()
	s := &Service{t: t, Posts: make(chan Post, 10000)}
	s.Answer(func(*http.Request) Answer { return Answer{Status: http.StatusCreated} })
	server := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	s.Place, s.Roots = server.Listener.Addr().String(), x509.NewCertPool()
	s.Roots.AddCert(server.Certificate())
	s.PEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return s
}

// Answer has the service answer by f from now on.
func (s *Service) Answer(f func(*http.Request) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// URL returns an address of the service.
func (s *Service) URL(path string) string { return "https://" + s.Place + path }

// Next awaits the next post.
func (s *Service) Next() Post {
	s.t.Helper()
	select {
	case p := <-s.Posts:
		return p
	case <-time.After(30 * time.Second):
		s.t.Fatal("nothing was posted")
		return Post{}
	}
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	a := answer(r)
	s.Posts <- Post{r.URL.RequestURI(), r.Header, body}
	if a.Wait != nil {
		select {
		case <-a.Wait:
		case <-r.Context().Done():
			return
		}
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
}

// Browser is the other end of Web Push: it has the private key.
type Browser struct {
	private *ecdh.PrivateKey
	Auth    []byte
}

// NewBrowser returns a browser with new keys.
func NewBrowser() *Browser {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	auth := make([]byte, 16)
	rand.Read(auth)
	return &Browser{private, auth}
}

// ParseBrowser returns the browser with such keys.
func ParseBrowser(private, auth []byte) (*Browser, error) {
	key, err := ecdh.P256().NewPrivateKey(private)
	return &Browser{key, auth}, err
}

// PublicKey returns what browsers call p256dh.
func (b *Browser) PublicKey() []byte { return b.private.PublicKey().Bytes() }

// Decrypt is the receiver's side of RFC 8291, for messages of one record.
func (b *Browser) Decrypt(body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errors.New("the header is cut off")
	}
	salt, size, id := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])]
	record := body[21+len(id):]
	if int(size) < len(record) {
		return nil, fmt.Errorf("a record of %d bytes was announced, there are %d: more than one", size, len(record))
	}
	sender, err := ecdh.P256().NewPublicKey(id)
	if err != nil {
		return nil, err
	}
	shared, err := b.private.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := bytes.Join([][]byte{[]byte("WebPush: info\x00"), b.PublicKey(), id}, nil)
	ikm, err := hkdf.Key(sha256.New, shared, b.Auth, string(info), 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	text, err := gcm.Open(nil, nonce, record, nil)
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(text, 2) // the delimiter of the last record, before zeros
	if end < 0 || len(bytes.Trim(text[end+1:], "\x00")) > 0 {
		return nil, errors.New("the padding is not that of a last record")
	}
	return text[:end], nil
}

// Claims are what a VAPID token says.
type Claims struct {
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	Subject  string `json:"sub"`
}

// CheckVAPID verifies the Authorization header of a post (RFC 8292), and returns the
// claims and the public key that signed them.
func CheckVAPID(header string) (c Claims, public string, err error) {
	rest, ok := strings.CutPrefix(header, "vapid ")
	if !ok {
		return c, "", fmt.Errorf("the header is %q", header)
	}
	params := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		params[name] = value
	}
	parts := strings.Split(params["t"], ".")
	if len(parts) != 3 {
		return c, "", errors.New("the token has not three parts")
	}
	var decoded [3][]byte
	for i, part := range parts {
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return c, "", err
		}
	}
	point, err := base64.RawURLEncoding.DecodeString(params["k"])
	if err != nil {
		return c, "", err
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return c, "", err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(decoded[2]) != 64 || !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(decoded[2][:32]), new(big.Int).SetBytes(decoded[2][32:])) {
		return c, "", errors.New("the signature is wrong")
	}
	var head struct{ Alg string }
	if err := json.Unmarshal(decoded[0], &head); err != nil || head.Alg != "ES256" {
		return c, "", fmt.Errorf("the algorithm is %q (%v)", head.Alg, err)
	}
	return c, params["k"], json.Unmarshal(decoded[1], &c)
}

// CheckSignature verifies a post as Standard Webhooks say
// (https://www.standardwebhooks.com).
func CheckSignature(secret string, p Post) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || !strings.HasPrefix(secret, "whsec_") || len(key) < 24 {
		return fmt.Errorf("the secret is %q (%v)", secret, err)
	}
	seconds, err := strconv.ParseInt(p.Header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return fmt.Errorf("the timestamp is %q", p.Header.Get("Webhook-Timestamp"))
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", p.Header.Get("Webhook-Id"), seconds, p.Body)
	version, sum, _ := strings.Cut(p.Header.Get("Webhook-Signature"), ",")
	got, err := base64.StdEncoding.DecodeString(sum)
	if err != nil || version != "v1" || !hmac.Equal(got, mac.Sum(nil)) {
		return fmt.Errorf("the signature %q is wrong", p.Header.Get("Webhook-Signature"))
	}
	return nil
}
