package protocol

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"plausch"
)

var update = flag.Bool("update", false, "write the golden vectors that the encoder makes")

// bodies are the types of params and of results by method.
var bodies = map[string]struct{ params, result Body }{
	MethodHello:              {&Hello{}, &Welcome{}},
	MethodPing:               {&Empty{}, &Empty{}},
	MethodSignIn:             {&SignIn{}, &SignedIn{}},
	MethodSignOut:            {&Empty{}, &Empty{}},
	MethodSubscribe:          {&Empty{}, &Empty{}},
	MethodAccountUpdate:      {&AccountUpdate{}, &OwnAccount{}},
	MethodAvatarSet:          {&AvatarSet{}, &Avatar{}},
	MethodAccountList:        {&AccountList{}, &Accounts{}},
	MethodAccountRole:        {&AccountRole{}, &Empty{}},
	MethodAccountDeactivate:  {&AccountName{}, &Empty{}},
	MethodAccountActivate:    {&AccountName{}, &Empty{}},
	MethodAccountDelete:      {&AccountDelete{}, &Empty{}},
	MethodPasswordChange:     {&PasswordChange{}, &Empty{}},
	MethodResetCreate:        {&ResetCreate{}, &ResetCreated{}},
	MethodResetRedeem:        {&ResetRedeem{}, &SignedIn{}},
	MethodDeviceList:         {&Empty{}, &Devices{}},
	MethodDeviceRevoke:       {&DeviceRevoke{}, &Empty{}},
	MethodDeviceLinkBegin:    {&DeviceLinkBegin{}, &DeviceLinkBegun{}},
	MethodDeviceLinkState:    {&DeviceLinkBegin{}, &DeviceLinkState{}},
	MethodDeviceLinkCheck:    {&DeviceLinkCode{}, &DeviceLink{}},
	MethodDeviceLink:         {&DeviceLinkCode{}, &DeviceLinked{}},
	MethodInviteCreate:       {&InviteCreate{}, &InviteCreated{}},
	MethodInviteList:         {&InviteList{}, &Invites{}},
	MethodInviteRevoke:       {&InviteRevoke{}, &Empty{}},
	MethodInviteRedeem:       {&InviteRedeem{}, &SignedIn{}},
	MethodClaim:              {&Claim{}, &SignedIn{}},
	MethodCodeCheck:          {&CodeCheck{}, &CodeChecked{}},
	MethodServerUpdate:       {&ServerUpdate{}, &ServerInfo{}},
	MethodBotCreate:          {&BotCreate{}, &BotCreated{}},
	MethodAuditList:          {&AuditList{}, &Audit{}},
	MethodPasskeyBegin:       {&Empty{}, &PasskeyBegun{}},
	MethodPasskeyAdd:         {&PasskeyAdd{}, &Empty{}},
	MethodPasskeyList:        {&Empty{}, &Passkeys{}},
	MethodPasskeyDelete:      {&PasskeyDelete{}, &Empty{}},
	MethodPasskeySignInBegin: {&Empty{}, &PasskeyBegun{}},
	MethodPasskeySignIn:      {&PasskeySignIn{}, &SignedIn{}},
	MethodRoomList:           {&RoomList{}, &Rooms{}},
	MethodRoomGet:            {&RoomRef{}, &Room{}},
	MethodRoomCreate:         {&RoomCreate{}, &Room{}},
	MethodRoomUpdate:         {&RoomUpdate{}, &RoomChanged{}},
	MethodRoomJoin:           {&RoomRef{}, &Room{}},
	MethodRoomLeave:          {&RoomRef{}, &Empty{}},
	MethodMemberList:         {&MemberList{}, &Members{}},
	MethodMemberAdd:          {&MemberChange{}, &Empty{}},
	MethodMemberRemove:       {&MemberChange{}, &Empty{}},
	MethodBanAdd:             {&MemberChange{}, &Empty{}},
	MethodBanRemove:          {&MemberChange{}, &Empty{}},
	MethodBanList:            {&BanList{}, &Bans{}},
	MethodMemberRole:         {&MemberRole{}, &RoomChanged{}},
	MethodMessageSend:        {&MessageSend{}, &MessageSent{}},
	MethodMessageEdit:        {&MessageEdit{}, &MessageSent{}},
	MethodMessageDelete:      {&MessageRef{}, &MessageSent{}},
	MethodMessageReact:       {&MessageReact{}, &MessageSent{}},
	MethodMessageUnreact:     {&MessageReact{}, &MessageSent{}},
	MethodMessagePin:         {&MessageRef{}, &MessageSent{}},
	MethodMessageUnpin:       {&MessageRef{}, &MessageSent{}},
	MethodMessageVersions:    {&MessageVersionsGet{}, &MessageVersions{}},
	MethodMessageHide:        {&MessageRef{}, &Personal{}},
	MethodMessageUnhide:      {&MessageRef{}, &Personal{}},
	MethodMessageSave:        {&MessageRef{}, &Personal{}},
	MethodMessageUnsave:      {&MessageRef{}, &Personal{}},
	MethodSavedList:          {&SavedList{}, &SavedMessages{}},
	MethodHiddenList:         {&HiddenList{}, &HiddenMessages{}},
	MethodReminderSet:        {&ReminderSet{}, &Reminder{}},
	MethodReminderList:       {&ReminderList{}, &Reminders{}},
	MethodReminderDelete:     {&ReminderRef{}, &Empty{}},
	MethodStatusSet:          {&Status{}, &Status{}},
	MethodSeenSet:            {&SeenSet{}, &Empty{}},
	MethodBlockAdd:           {&BlockName{}, &Block{}},
	MethodBlockRemove:        {&BlockName{}, &Block{}},
	MethodBlockList:          {&BlockList{}, &Blocks{}},
	MethodReportAdd:          {&ReportAdd{}, &ReportAdded{}},
	MethodReportList:         {&ReportList{}, &Reports{}},
	MethodReportClose:        {&ReportRef{}, &Empty{}},
	MethodMessages:           {&MessagesGet{}, &Messages{}},
	MethodHistory:            {&HistoryGet{}, &History{}},
	MethodMarkerSet:          {&MarkerSet{}, &Marker{}},
	MethodInbox:              {&InboxGet{}, &Inbox{}},
	MethodSearch:             {&SearchGet{}, &Hits{}},
	MethodDraftSet:           {&DraftSet{}, &DraftKept{}},
	MethodDraftList:          {&DraftList{}, &Drafts{}},
	MethodPreferenceGet:      {&Empty{}, &Preferences{}},
	MethodPreferenceSet:      {&PreferenceSet{}, &Preferences{}},
	MethodRoomPreferenceSet:  {&RoomPreferenceSet{}, &RoomPreference{}},
	MethodPresenceSet:        {&PresenceSet{}, &Empty{}},
	MethodTyping:             {&TypingSet{}, &Empty{}},
	MethodWebhookCreate:      {&WebhookCreate{}, &WebhookCreated{}},
	MethodWebhookList:        {&WebhookList{}, &Webhooks{}},
	MethodWebhookDelete:      {&WebhookRef{}, &Empty{}},
	MethodPresenceList:       {&PresenceList{}, &Presences{}},
	MethodPushKey:            {&Empty{}, &PushKey{}},
	MethodPushSubscribe:      {&PushSubscribe{}, &PushSubscribed{}},
	MethodPushList:           {&Empty{}, &PushSubscriptions{}},
	MethodPushUnsubscribe:    {&PushRef{}, &Empty{}},

	MethodScheduledMessageCreate: {&ScheduledMessageCreate{}, &ScheduledMessage{}},
	MethodScheduledMessageList:   {&ScheduledMessageList{}, &ScheduledMessages{}},
	MethodScheduledMessageUpdate: {&ScheduledMessageUpdate{}, &ScheduledMessage{}},
	MethodScheduledMessageDelete: {&ScheduledMessageRef{}, &Empty{}},

	MethodOutgoingWebhookCreate: {&OutgoingWebhookCreate{}, &OutgoingWebhookCreated{}},
	MethodOutgoingWebhookList:   {&OutgoingWebhookList{}, &OutgoingWebhooks{}},
	MethodOutgoingWebhookDelete: {&OutgoingWebhookRef{}, &Empty{}},
}

// fresh returns a new zero value of b's type.
func fresh(b Body) Body { return reflect.New(reflect.TypeOf(b).Elem()).Interface().(Body) }

// vector is a body in both codecs. The files of them are for other languages too.
type vector struct {
	Name    string `json:"name"`
	Method  string `json:"method,omitempty"` // of requests and replies
	JSON    string `json:"json"`
	Msgpack string `json:"msgpack"` // hexadecimal
}

func (v vector) body(t testing.TB, c Codec) []byte {
	t.Helper()
	if c == JSON {
		return []byte(v.JSON)
	}
	return unhex(t, v.Msgpack)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readFile(t testing.TB, name string, to any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// golden returns the vectors of a file, which -update makes of what name, method
// and encode say of the n messages.
func golden(t *testing.T, file string, n int, encode func(i int) (name, method string, body func(Codec) []byte)) []vector {
	t.Helper()
	var made []vector
	for i := range n {
		name, method, body := encode(i)
		made = append(made, vector{name, method, string(body(JSON)), hex.EncodeToString(body(Msgpack))})
	}
	if *update {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "\t")
		if err := e.Encode(made); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", file), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var read []vector
	readFile(t, file, &read)
	if len(read) != n {
		t.Fatalf("%s has %d vectors, want %d; does it need -update?", file, len(read), n)
	}
	for i, v := range read {
		if v != made[i] {
			t.Errorf("the encoder makes of %q\n%+v, want\n%+v", v.Name, made[i], v)
		}
	}
	return read
}

func TestRequests(t *testing.T) {
	seen := map[string]bool{}
	vectors := golden(t, "requests.json", len(requests), func(i int) (string, string, func(Codec) []byte) {
		r := requests[i]
		return r.name, r.method, func(c Codec) []byte { return c.AppendRequest(nil, r.id, r.method, r.params) }
	})
	for i, v := range vectors {
		for _, c := range []Codec{Msgpack, JSON} {
			t.Run(v.Name+"/"+c.String(), func(t *testing.T) {
				r, err := c.DecodeRequest(v.body(t, c))
				if err != nil {
					t.Fatal(err)
				}
				want := requests[i]
				if r.ID != want.id || r.Method != want.method {
					t.Errorf("it is %s with id %d", r.Method, r.ID)
				}
				wantBody(t, c, r.Params, want.params)
			})
		}
		seen[v.Method] = true
	}
	for _, m := range methodConstants(t) {
		if !seen[m] {
			t.Errorf("no vector has the method %s", m)
		}
		if bodies[m].params == nil {
			t.Errorf("the types of %s are not listed", m)
		}
	}
}

func wantBody(t *testing.T, c Codec, doc []byte, want Body) {
	t.Helper()
	got := fresh(want)
	if err := c.Decode(doc, got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func methodConstants(t *testing.T) []string {
	t.Helper()
	return constants(t, "protocol.go", func(v *ast.ValueSpec) bool { return strings.HasPrefix(v.Names[0].Name, "Method") })
}

// constants reads the values of the wanted string constants from the source.
func constants(t *testing.T, file string, want func(*ast.ValueSpec) bool) (values []string) {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(source, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && want(v) {
			values = append(values, strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`))
		}
		return true
	})
	if len(values) < 10 {
		t.Fatalf("%s has only the constants %q", file, values)
	}
	return values
}

func TestReplies(t *testing.T) {
	seen := map[string]bool{}
	vectors := golden(t, "replies.json", len(replies), func(i int) (string, string, func(Codec) []byte) {
		r := replies[i]
		return r.name, r.method, func(c Codec) []byte { return c.AppendReply(nil, r.id, r.result, r.err) }
	})
	for i, v := range vectors {
		for _, c := range []Codec{Msgpack, JSON} {
			t.Run(v.Name+"/"+c.String(), func(t *testing.T) {
				f, err := c.DecodeFrame(v.body(t, c))
				if err != nil {
					t.Fatal(err)
				}
				want := replies[i]
				if f.ID != want.id {
					t.Errorf("the id is %d", f.ID)
				}
				if want.err == nil {
					wantBody(t, c, f.Result, want.result)
				} else if f.Error == nil || !reflect.DeepEqual(f.Error.Error(), want.err) {
					t.Errorf("the error is %+v, want %+v", f.Error, want.err)
				}
			})
		}
		seen[v.Method] = true
	}
	for m := range bodies {
		if !seen[m] {
			t.Errorf("no vector is a reply to %s", m)
		}
	}
}

func TestPushes(t *testing.T) {
	vectors := golden(t, "pushes.json", len(pushes), func(i int) (string, string, func(Codec) []byte) {
		return pushes[i].name, "", func(c Codec) []byte { return c.AppendPush(nil, &pushes[i].frame) }
	})
	for i, v := range vectors {
		for _, c := range []Codec{Msgpack, JSON} {
			t.Run(v.Name+"/"+c.String(), func(t *testing.T) {
				f, err := c.DecodeFrame(v.body(t, c))
				if err != nil {
					t.Fatal(err)
				}
				if want := pushes[i].frame; !reflect.DeepEqual(f, want) {
					t.Errorf("got %+v, want %+v", f, want)
				}
			})
		}
	}
}

// part is text or hexadecimal bytes, Times over (0 means once).
type part struct {
	Text  string `json:"text,omitempty"`
	Hex   string `json:"hex,omitempty"`
	Times int    `json:"times,omitempty"`
}

// odd is a body that our encoder does not make.
type odd struct {
	Name  string `json:"name"`
	Codec string `json:"codec"`
	Kind  string `json:"kind"` // request or frame
	Body  []part `json:"body"`
	// Same, of what is accepted, is JSON text that means the same.
	Same string `json:"same,omitempty"`
	// Reason, of what is refused, says why.
	Reason string `json:"reason,omitempty"`
	// Level, of what is refused, is the first that refuses it: framing, document,
	// decode or method; see testdata/README.md.
	Level string `json:"level,omitempty"`
	// Answer, of refused requests, is bye or error; see docs/protocol.md.
	Answer string `json:"answer,omitempty"`
}

func (o odd) codec() Codec {
	if o.Codec == "json" {
		return JSON
	}
	return Msgpack
}

func (o odd) body(t testing.TB) []byte {
	t.Helper()
	var b []byte
	for _, p := range o.Body {
		piece := append([]byte(p.Text), unhex(t, p.Hex)...)
		b = append(b, bytes.Repeat(piece, max(1, p.Times))...)
	}
	return b
}

func TestAccepted(t *testing.T) {
	var all []odd
	readFile(t, "accepted.json", &all)
	for _, o := range all {
		t.Run(o.Codec+"/"+o.Name, func(t *testing.T) {
			got := outcomeOf(o.codec(), o.Kind, o.body(t))
			want := outcomeOf(JSON, o.Kind, []byte(o.Same))
			if got.code != "" || !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v, want\n%+v", got, want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	var all []odd
	readFile(t, "refused.json", &all)
	for _, o := range all {
		t.Run(o.Codec+"/"+o.Name, func(t *testing.T) {
			got := outcomeOf(o.codec(), o.Kind, o.body(t))
			if got.code == "" {
				t.Fatalf("it is accepted although %s: %+v", o.Reason, got)
			}
			if o.Kind == "request" && o.Answer != got.answer {
				t.Errorf("the answer is %s, want %s", got.answer, o.Answer)
			}
			if o.Reason == "" {
				t.Error("the vector has no reason")
			}
			if level := levelOf(o.codec(), o.Kind, o.body(t)); level != o.Level {
				t.Errorf("the level that refuses it is %s, want %s", level, o.Level)
			}
		})
	}
}

// levelOf returns the first level that refuses a body.
func levelOf(c Codec, kind string, body []byte) string {
	switch {
	case len(body) > MaxFrame:
		return "framing"
	case c.Check(body) != nil:
		return "document"
	}
	if kind == "request" {
		if _, err := c.DecodeRequest(body); err == nil {
			return "method"
		}
		return "decode"
	}
	if _, err := c.DecodeFrame(body); err == nil {
		return "method"
	}
	return "decode"
}

// outcome is what a codec makes of a body. Decoded values are JSON text: it has
// all that they say, and an absent list is an empty one.
type outcome struct {
	code    plausch.Code // empty if it is accepted
	answer  string       // to a refused request: bye, or error if it has an id
	id      int64
	method  string
	params  string
	pushes  []string // in the order of Frame's fields
	results []string // as the result of every method, or the code of the error
}

func outcomeOf(c Codec, kind string, body []byte) outcome {
	if kind == "request" {
		return requestOutcome(c, body)
	}
	f, err := c.DecodeFrame(body)
	if err != nil {
		return outcome{code: plausch.CodeOf(err)}
	}
	o := outcome{id: f.ID}
	for _, m := range methodsInOrder {
		result := fresh(bodies[m].result)
		if err := c.Decode(f.Result, result); err != nil {
			o.results = append(o.results, string(plausch.CodeOf(err)))
		} else {
			o.results = append(o.results, string(JSON.Encode(nil, result)))
		}
	}
	for _, push := range []any{f.Error, f.Event, f.Presence, f.Typing, f.Marker, f.Draft, f.Preferences, f.RoomPreference, f.First, f.Bye} {
		text := "none"
		if !reflect.ValueOf(push).IsNil() {
			b, _ := json.Marshal(push)
			text = string(b)
		}
		o.pushes = append(o.pushes, text)
	}
	return o
}

func requestOutcome(c Codec, body []byte) outcome {
	r, err := c.DecodeRequest(body)
	o := outcome{id: r.ID, method: r.Method}
	if b, known := bodies[r.Method]; err == nil && known {
		params := fresh(b.params)
		err = c.Decode(r.Params, params)
		o.params = string(JSON.Encode(nil, params))
	}
	switch {
	case err == nil:
		return o
	case r.ID == 0:
		return outcome{code: plausch.CodeOf(err), answer: "bye"}
	default:
		return outcome{code: plausch.CodeOf(err), answer: "error", id: r.ID}
	}
}
