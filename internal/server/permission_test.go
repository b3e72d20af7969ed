package server_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/config"
	"plausch/internal/front/web/rest"
	"plausch/protocol"
)

// fronts is the promise R21 for each front-end: what it refuses, over its own
// wire, to who has not signed in and to who is no member. A package of
// internal/front that is in neither map fails TestEveryFrontIsInTheMatrix.
var fronts = map[string]func(t *testing.T, address string){
	"native":   nil, // see TestTheNativeFrontsRefuse
	"web":      nil, // the same over a WebSocket
	"ktn":      ktnRefuses,
	"htl":      htlRefuses,
	"web/rest": restRefuses,
}

// noFronts are the packages there that nobody outside talks to, and what they do.
var noFronts = map[string]string{"port": "tells protocols apart", "gateway": "shared by ktn and htl",
	"web/hook": "reads what others' programs post", "web/page": "its own tests try its pages"}

func TestEveryFrontIsInTheMatrix(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir("../front", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		name, _ := filepath.Rel("../front", filepath.Dir(path))
		seen[filepath.ToSlash(name)] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range seen {
		if _, known := fronts[name]; !known && noFronts[name] == "" {
			t.Errorf("no test says what the front-end %s refuses to whom", name)
		}
	}
	for name := range fronts {
		if !seen[name] {
			t.Errorf("there is no front-end %s", name)
		}
	}
	for name, refuses := range fronts {
		if refuses == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			address, _ := start(t, t.TempDir(), many)
			refuses(t, address)
		})
	}
}

// forAnyone are the methods that need no sign-in, each with the code of a call
// without params.
var forAnyone = map[string]plausch.Code{
	protocol.MethodHello: plausch.Unsupported, protocol.MethodPing: "", protocol.MethodSignIn: plausch.Invalid,
	protocol.MethodClaim: plausch.NotFound, protocol.MethodCodeCheck: plausch.Invalid, protocol.MethodInviteRedeem: plausch.NotFound, protocol.MethodResetRedeem: plausch.NotFound,
	protocol.MethodPasskeySignInBegin: plausch.Unsupported, protocol.MethodPasskeySignIn: plausch.NotFound,
	protocol.MethodDeviceLinkBegin: plausch.Invalid, protocol.MethodDeviceLinkState: plausch.NotFound,
	api.MethodWebhookPost: plausch.Unsupported,
}

// ofRooms are the methods that say something about a room, or change it, with
// the params by which who is no member tries them on a room that is not theirs.
func ofRooms(den int64) map[string]protocol.Body {
	return map[string]protocol.Body{
		protocol.MethodRoomGet: &protocol.RoomRef{Room: den}, protocol.MethodRoomJoin: &protocol.RoomRef{Room: den},
		protocol.MethodRoomLeave: &protocol.RoomRef{Room: den}, protocol.MethodMemberList: &protocol.MemberList{Room: den},
		protocol.MethodMemberAdd:    &protocol.MemberChange{Room: den, Name: "stranger"},
		protocol.MethodMemberRole:   &protocol.MemberRole{Room: den, Name: "maker", Role: "reader"},
		protocol.MethodRoomUpdate:   &protocol.RoomUpdate{Room: den, Topic: new("mine")},
		protocol.MethodMemberRemove: &protocol.MemberChange{Room: den, Name: "maker"},
		protocol.MethodMessageSend:  &protocol.MessageSend{Room: den, Text: "let me in"},
		protocol.MethodHistory:      &protocol.HistoryGet{Room: den}, protocol.MethodTyping: &protocol.TypingSet{Room: den},
		protocol.MethodMarkerSet:         &protocol.MarkerSet{Room: den, Seq: 1},
		protocol.MethodDraftSet:          &protocol.DraftSet{Room: den, Text: "let me in"},
		protocol.MethodBanAdd:            &protocol.MemberChange{Room: den, Name: "maker"},
		protocol.MethodBanRemove:         &protocol.MemberChange{Room: den, Name: "maker"},
		protocol.MethodBanList:           &protocol.BanList{Room: den},
		protocol.MethodRoomPreferenceSet: &protocol.RoomPreferenceSet{Room: den, Favourite: new(true)},
		protocol.MethodMessages:          &protocol.MessagesGet{Room: den},
		protocol.MethodMessageEdit:       &protocol.MessageEdit{Room: den, Seq: 1, Text: "let me in"},
		protocol.MethodMessageDelete:     &protocol.MessageRef{Room: den, Seq: 1},
		protocol.MethodMessageReact:      &protocol.MessageReact{Room: den, Seq: 1, Emoji: "👍"},
		protocol.MethodMessageUnreact:    &protocol.MessageReact{Room: den, Seq: 1, Emoji: "👍"},
		protocol.MethodMessageVersions:   &protocol.MessageVersionsGet{Room: den, Seq: 1},
		protocol.MethodMessageHide:       &protocol.MessageRef{Room: den, Seq: 1}, protocol.MethodMessageUnhide: &protocol.MessageRef{Room: den, Seq: 1},
		protocol.MethodMessageSave: &protocol.MessageRef{Room: den, Seq: 1}, protocol.MethodMessageUnsave: &protocol.MessageRef{Room: den, Seq: 1},
		protocol.MethodReportAdd:  &protocol.ReportAdd{Room: den, Seq: 1, Reason: "let me in"},
		protocol.MethodMessagePin: &protocol.MessageRef{Room: den, Seq: 1}, protocol.MethodMessageUnpin: &protocol.MessageRef{Room: den, Seq: 1},
		protocol.MethodSearch:      &protocol.SearchGet{Query: "x", Room: den},
		protocol.MethodReminderSet: &protocol.ReminderSet{Room: den, Seq: 1, At: 1 << 50},
	}
}

// notOfRooms are the other methods that need a sign-in.
var notOfRooms = []string{
	protocol.MethodSignOut, protocol.MethodSubscribe, protocol.MethodRoomList, protocol.MethodRoomCreate,
	protocol.MethodPresenceList, protocol.MethodPresenceSet, protocol.MethodPasswordChange, protocol.MethodInbox, protocol.MethodDraftList,
	protocol.MethodSavedList, protocol.MethodHiddenList, protocol.MethodReportList, protocol.MethodReportClose, "block.", "scheduled_message.", protocol.MethodReminderList, protocol.MethodReminderDelete, protocol.MethodStatusSet, protocol.MethodSeenSet,
	api.MethodAttachmentUpload, api.MethodAttachmentGet, api.MethodRoomPicture,
	"account.", "avatar.", "reset.", "device.", "invite.", "passkey.", "bot.", "audit.", "webhook.", "outgoing_webhook.", "push.", "preference.", "server.", // all that begin so
}

// TestTheNativeFrontsRefuse calls every method in every format of the native
// protocol.
func TestTheNativeFrontsRefuse(t *testing.T) {
	address, _ := start(t, t.TempDir(), many)
	maker := dial(t, address, protocol.Format{})
	maker.enter("maker")
	var den protocol.Room
	maker.must(protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "den", Kind: "private"}, &den)
	rooms := ofRooms(den.ID)
	for _, m := range api.Methods() {
		_, anyone := forAnyone[m.Name]
		_, room := rooms[m.Name]
		other := slices.ContainsFunc(notOfRooms, func(listed string) bool {
			return m.Name == listed || strings.HasSuffix(listed, ".") && strings.HasPrefix(m.Name, listed)
		})
		if !anyone && !room && !other {
			t.Errorf("no list says what %s refuses to whom", m.Name)
		}
	}
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			for _, m := range api.Methods() {
				nobody := dial(t, address, format)
				if m.Name != protocol.MethodHello {
					nobody.must(protocol.MethodHello, &protocol.Hello{Version: 1}, &protocol.Welcome{})
				}
				want, anyone := forAnyone[m.Name]
				if !anyone {
					want = plausch.SignInNeeded
				}
				if code := codeOf(nobody.call(m.Name, &protocol.Empty{}, &protocol.Empty{})); code != want {
					t.Errorf("%s answers nobody %q, want %q", m.Name, code, want)
				}
				nobody.conn.Close()
			}
			stranger := dial(t, address, format)
			stranger.enter("stranger." + strings.ReplaceAll(name, " ", "."))
			for method, params := range rooms {
				if code := codeOf(stranger.call(method, params, &protocol.Empty{})); code != plausch.NotFound {
					t.Errorf("%s answers a stranger %q, want %q", method, code, plausch.NotFound)
				}
			}
		})
	}
}

func codeOf(err *plausch.Error) plausch.Code {
	if err == nil {
		return ""
	}
	return err.Code
}

// requestsOf returns the keys of a front-end's variable handlers: every request
// that it knows.
func requestsOf(t *testing.T, front string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../front/"+front+"/front.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "handlers" {
			return true
		}
		for _, e := range spec.Values[0].(*ast.CompositeLit).Elts {
			name, _ := strconv.Unquote(e.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
			names = append(names, name)
		}
		return false
	})
	if len(names) == 0 {
		t.Fatalf("%s has no requests", front)
	}
	return names
}

// ktnPeer is a connection in the KTN protocol.
type ktnPeer struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dialKTN(t *testing.T, address string) *ktnPeer {
	conn := connect(t, address)
	return &ktnPeer{t, conn, bufio.NewReader(conn)}
}

func connect(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

// ask sends a request and returns the next response of one of the given kinds:
// which it is, and what it says.
func (p *ktnPeer) ask(request, content string, kinds ...string) (kind, says string) {
	p.t.Helper()
	doc, _ := json.Marshal(map[string]string{"request": request, "content": content})
	if _, err := p.conn.Write(append(doc, '\n')); err != nil {
		p.t.Fatal(err)
	}
	return p.await(kinds...)
}

func (p *ktnPeer) await(kinds ...string) (kind, says string) {
	p.t.Helper()
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			p.t.Fatalf("awaiting %q: %v", kinds, err)
		}
		var r struct {
			Response string
			Content  json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			p.t.Fatal(err)
		}
		if slices.Contains(kinds, r.Response) {
			return r.Response, string(r.Content)
		}
	}
}

// ktnRefuses tries what the KTN protocol can express. It has no rooms, so who is
// no member can only try to read what two others have written to each other.
func ktnRefuses(t *testing.T, address string) {
	wants := map[string]string{ // of nobody
		"login": "Who are you?", "help": "", "logout": "Log in first", "msg": "Log in first",
		"message": "Log in first", "names": "Log in first", "history": "Log in first",
	}
	expectRequests(t, "ktn", wants)
	for request, want := range wants {
		nobody := dialKTN(t, address)
		kind, says := nobody.ask(request, "", "info", "error")
		if want == "" != (kind == "info") || !strings.Contains(says, want) {
			t.Errorf("%s answers nobody %s %s, want %q", request, kind, says, want)
		}
		nobody.conn.Close()
	}
	peers := map[string]*ktnPeer{}
	for _, who := range []string{"maker", "member", "stranger"} {
		peers[who] = dialKTN(t, address)
		if kind, says := peers[who].ask("login", who, "info", "error"); kind != "info" {
			t.Fatalf("%s cannot log in: %s", who, says)
		}
	}
	peers["maker"].ask("msg", "@member psst", "message", "info") // the message itself, or names
	if _, says := peers["member"].await("message"); !strings.Contains(says, "psst") {
		t.Errorf("the member hears %s", says)
	}
	for who, reads := range map[string]bool{"maker": true, "member": true, "stranger": false} {
		if _, says := peers[who].ask("history", "", "message", "info"); strings.Contains(says, "psst") != reads {
			t.Errorf("the history of %s is %s", who, says)
		}
	}
}

func expectRequests(t *testing.T, front string, wants map[string]string) {
	t.Helper()
	have := requestsOf(t, front)
	slices.Sort(have)
	if listed := slices.Sorted(maps.Keys(wants)); !slices.Equal(have, listed) {
		t.Errorf("%s has the requests %q, the matrix %q", front, have, listed)
	}
}

// htlPeer is a connection in the htl protocol.
type htlPeer struct {
	t    *testing.T
	conn net.Conn
}

func dialHTL(t *testing.T, address string) *htlPeer { return &htlPeer{t, connect(t, address)} }

func (p *htlPeer) send(kind string, keys map[string]any) {
	p.t.Helper()
	doc := map[string]any{"type": kind}
	maps.Copy(doc, keys)
	body, err := msgp.AppendMapStrIntf(nil, doc)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)); err != nil {
		p.t.Fatal(err)
	}
}

// next returns the next document.
func (p *htlPeer) next() any {
	p.t.Helper()
	var head [4]byte
	_, err := io.ReadFull(p.conn, head[:])
	body := make([]byte, binary.BigEndian.Uint32(head[:]))
	if err == nil {
		_, err = io.ReadFull(p.conn, body)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	doc, _, err := msgp.ReadIntfBytes(body)
	if err != nil {
		p.t.Fatal(err)
	}
	return doc
}

// await returns the next message of a kind, and all that came with it in JSON.
func (p *htlPeer) await(kind string) (found map[string]any, all string) {
	p.t.Helper()
	for {
		doc := p.next()
		text, _ := json.Marshal(doc)
		all += string(text)
		if m, ok := doc.(map[string]any); ok && m["type"] == kind {
			return m, all
		}
	}
}

// htlRefuses tries what the htl protocol can express: as KTN, and files.
func htlRefuses(t *testing.T, address string) {
	const first = "Say who you are first"
	wants := map[string]string{ // of nobody
		"auth": "auth needs the key user", "sslcheck": "", "sslcert": "", "close": "",
		"text": first, "image": first, "file": first, "getfile": first,
	}
	expectRequests(t, "htl", wants)
	for request, want := range wants {
		if want == "" {
			continue // they say whether there is TLS, or end the connection
		}
		nobody := dialHTL(t, address)
		nobody.send(request, nil)
		if m, _ := nobody.await("text"); !strings.Contains(strings.ToLower(m["content"].(string)), strings.ToLower(want)) {
			t.Errorf("%s answers nobody %v, want %q", request, m, want)
		}
		nobody.conn.Close()
	}
	peers := map[string]*htlPeer{}
	for _, who := range []string{"maker", "member", "stranger"} {
		peers[who] = dialHTL(t, address)
		peers[who].send("auth", map[string]any{"user": who})
		peers[who].await("users")
	}
	peers["maker"].send("text", map[string]any{"content": "psst", "recipient": "member"})
	peers["maker"].send("file", map[string]any{"filename": "secret.txt", "file": []byte("psst"), "fileid": "one", "recipient": "member"})
	told, _ := peers["member"].await("filetext")
	peers["member"].send("getfile", map[string]any{"fileid": told["fileid"]})
	if m, _ := peers["member"].await("file"); string(m["content"].([]byte)) != "psst" {
		t.Errorf("the member gets the file as %v", m)
	}
	peers["stranger"].send("getfile", map[string]any{"fileid": told["fileid"]})
	// All that the stranger was sent until its own message comes back.
	peers["stranger"].send("text", map[string]any{"content": "hello", "recipient": "all"})
	all := ""
	for !strings.Contains(all, "hello") {
		_, more := peers["stranger"].await("text")
		all += more
	}
	if strings.Contains(all, "psst") || strings.Contains(all, "secret") || !strings.Contains(all, "There is no such file") {
		t.Errorf("the stranger is told %s", all)
	}
}

func many(cfg *config.Config) {
	cfg.Limits.ConnectionsPrivate, cfg.Limits.ConnectionsPrivateBeforeSignIn, cfg.Limits.ConnectionsBeforeSignIn = 1000, 1000, 1000
}

// forAnyoneHTTP are the routes of the HTTP API that need no token.
var forAnyoneHTTP = []string{"GET /api/{$}", "GET /api/openapi.json", "POST /api/sign_in", "POST /api/hooks/{token}", "GET /api/files/{link}"}

// restRefuses tries every route of the HTTP API without a token, and those that
// read a room with the token of somebody who is not in it.
func restRefuses(t *testing.T, address string) {
	maker := dial(t, address, protocol.Format{})
	maker.enter("maker")
	var den protocol.Room
	maker.must(protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "den", Kind: "private"}, &den)
	stranger := dial(t, address, protocol.Format{}).enter("stranger").Token
	fill := strings.NewReplacer("{$}", "", "{room}", strconv.FormatInt(den.ID, 10), "{name}", "maker", "{id}", "1", "{token}", "x", "{link}", "x")
	for _, route := range rest.Routes() {
		name := route.Method + " " + route.Path
		open := slices.Contains(forAnyoneHTTP, name)
		status := askHTTP(t, address, "", route.Method, fill.Replace(route.Path), "").StatusCode
		if !open && status != http.StatusUnauthorized {
			t.Errorf("%s answers nobody %d", name, status)
		}
		if open != route.Open {
			t.Errorf("%s is open: %v", name, route.Open)
		}
		if !strings.Contains(route.Path, "{room}") || route.Method == http.MethodPost && !strings.HasSuffix(route.Path, "join") && !strings.HasSuffix(route.Path, "leave") {
			continue
		}
		if status := askHTTP(t, address, stranger, route.Method, fill.Replace(route.Path), "").StatusCode; status != http.StatusNotFound {
			t.Errorf("%s answers a stranger %d", name, status)
		}
	}
	if status := askHTTP(t, address, stranger, http.MethodPost, fill.Replace("/api/rooms/{room}/messages"), "hi").StatusCode; status != http.StatusNotFound {
		t.Errorf("a stranger's message is answered %d", status)
	}
}
