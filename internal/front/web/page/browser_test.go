package page_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"plausch"
)

// patience is how long a step in a browser may take: no measure, but an end for
// what would never come.
const patience = time.Minute

// window is a Chromium of its own, as on a machine of its own.
type window struct {
	*site
	ctx context.Context

	mu         sync.Mutex
	complaints []string // of the browser, about the page
}

func (s *site) window(before ...chromedp.Action) *window {
	s.t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile(s.t)),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"),
		chromedp.Flag("allow-pre-commit-input", true)) // or clicks on a page that was not painted yet are lost
	ctx, end := chromedp.NewExecAllocator(context.Background(), opts...)
	s.t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	s.t.Cleanup(end)
	if err := chromedp.Run(ctx); err != nil {
		s.t.Fatalf("chromium does not start; make deps installs it: %v", err)
	}
	w := &window{site: s, ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			w.complaints = append(w.complaints, e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if e.Entry.Source != log.SourceNetwork && e.Entry.Level != log.LevelVerbose { // not the status of an answer
				w.complaints = append(w.complaints, e.Entry.Text)
			}
		}
	})
	s.t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.complaints) > 0 {
			s.t.Errorf("the browser complains: %s", strings.Join(w.complaints, "; "))
		}
	})
	w.run(append(before, log.Enable())...)
	return w
}

// profile returns a folder for a Chromium of this test. t.TempDir would not do:
// processes of a Chromium that was killed may write for a moment longer, and its
// removal, tried once, fails the test.
func profile(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "plausch-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			if err := os.RemoveAll(folder); err == nil {
				return
			} else if time.Now().After(deadline) {
				t.Errorf("remove the profile of Chromium: %v", err)
				return
			}
		}
	})
	return folder
}

// url is by name: passkeys do not work with an address of digits.
func (w *window) url(path string) string {
	return strings.Replace(w.origin, "127.0.0.1", "localhost", 1) + path
}

func (w *window) run(actions ...chromedp.Action) {
	w.t.Helper()
	for _, action := range actions {
		err := w.try(action)
		for err != nil && strings.Contains(err.Error(), "Could not find node") {
			err = w.try(action) // it was found in the page before
		}
		if err == nil {
			continue
		}
		var where, body string
		_ = w.try(chromedp.Location(&where), chromedp.Text("body", &body))
		w.t.Fatalf("%v, at %s:\n%s", err, where, body)
	}
}

func (w *window) try(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

func (w *window) open(path string) { w.t.Helper(); w.run(chromedp.Navigate(w.url(path))) }

// sees waits for a page with a heading.
func (w *window) sees(heading string) {
	w.t.Helper()
	w.run(chromedp.WaitVisible(`//h1[normalize-space()="`+heading+`"]`, chromedp.BySearch))
}

// text waits for a text in the page.
func (w *window) text(text string) {
	w.t.Helper()
	w.run(chromedp.WaitVisible(`//main//*[contains(normalize-space(), "`+text+`")]`, chromedp.BySearch))
}

// spot is where something is that can be clicked on.
type spot struct {
	Ready   bool // it is there, shown, enabled, not covered, and its page is loaded
	X, Y    float64
	Page    float64 // begins another when this changes
	Clicked bool    // since it was looked for first in this page
}

// findSpot is the body of a function of an XPath. Focus tells of a click where the
// page runs no script, and so no listener.
const findSpot = `
	const node = document.evaluate(xpath, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
	const page = performance.timeOrigin;
	const clicked = Boolean(window.clickedOn === xpath || node && document.activeElement === node);
	if (!node || node.disabled || document.readyState !== 'complete') return { page, clicked };
	node.scrollIntoView({ block: 'center', behavior: 'instant' });
	const box = node.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
	if (!node.contains(document.elementFromPoint(x, y))) return { page, clicked };
	return { ready: true, x, y, page, clicked };
`

// watchClick has findSpot know whether a click has arrived.
const watchClick = `
	const node = document.evaluate(xpath, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
	document.activeElement?.blur();
	window.clickedOn = '';
	node?.addEventListener('click', () => { window.clickedOn = xpath; }, { capture: true, once: true });
`

// click clicks on what an XPath finds, once that is loaded and stands still, and
// sees to it that the click arrives: while a page is laid out, what is there moves.
func (w *window) click(xpath string) {
	w.t.Helper()
	call := func(body string, result any) error {
		return w.try(chromedp.Evaluate("((xpath) => {"+body+"})("+strconv.Quote(xpath)+")", result))
	}
	var last spot
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.run(chromedp.ActionFunc(func(context.Context) error { return fmt.Errorf("%s cannot be clicked on", xpath) }))
		}
		var now spot
		if err := call(findSpot, &now); err != nil || !now.Ready || now != last {
			last = now // the page may just be going
			continue
		}
		if call(watchClick, nil) != nil {
			continue
		}
		w.run(chromedp.MouseClickXY(now.X, now.Y))
		var after spot
		if call(findSpot, &after) != nil || after.Page != now.Page || after.Clicked {
			return
		}
	}
}

func (w *window) press(button string) {
	w.t.Helper()
	w.click(`//main//button[normalize-space()="` + button + `"]`)
}

// fill types into fields, in pairs.
func (w *window) fill(fields ...string) {
	w.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		w.run(chromedp.Focus("#"+fields[i], chromedp.ByID),
			input.DispatchKeyEvent(input.KeyRawDown).WithCommands([]string{"selectAll"}), chromedp.KeyEvent(fields[i+1]))
	}
}

func (w *window) value(id string) (value string) {
	w.t.Helper()
	w.run(chromedp.Value("#"+id, &value, chromedp.ByID))
	return value
}

// picture keeps what the window shows, in the widths of a phone and of a desk and
// in both schemes, if PLAUSCH_PICTURES names a folder.
func (w *window) picture(name string) {
	w.t.Helper()
	folder := os.Getenv("PLAUSCH_PICTURES")
	if folder == "" {
		return
	}
	for _, look := range []struct {
		name, scheme string
		width        int64
	}{{"phone", "light", 375}, {"phone-dark", "dark", 375}, {"desk", "light", 1200}} {
		var png []byte
		w.run(emulation.SetDeviceMetricsOverride(look.width, 800, 1, false),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}),
			chromedp.FullScreenshot(&png, 100))
		if err := os.WriteFile(filepath.Join(folder, name+"-"+look.name+".png"), png, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	w.run(emulation.ClearDeviceMetricsOverride())
}

// noSecret wants nothing of a code to be left in the address.
func (w *window) noSecret() {
	w.t.Helper()
	var where string
	w.run(chromedp.Location(&where))
	if strings.ContainsAny(where, "#?") {
		w.t.Errorf("the address is %s", where)
	}
}

// entersTheChat waits for the list of rooms in the web client.
func (w *window) entersTheChat() {
	w.t.Helper()
	w.run(chromedp.WaitVisible("nav.rooms a.room"))
}

// TestTheFirstHour goes the way of a new server and of those who are invited to
// it, by the links as they are printed and sent.
func TestTheFirstHour(t *testing.T) {
	s := newSite(t)
	owner := s.window()
	owner.open("/sign-in")
	owner.sees("Not set up yet")
	owner.picture("setup")
	code, err := s.admin.CreateClaim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner.open("/claim#" + code.Text())
	owner.run(chromedp.WaitReady("#server", chromedp.ByID))
	owner.noSecret()
	if got := owner.value("code"); got != code.Text() {
		t.Errorf("the code in the form is %q", got)
	}
	owner.picture("claim")
	owner.fill("server", "The Millers", "name", "Olga", "password", password)
	owner.press("Set up")
	owner.entersTheChat()
	owner.open("/welcome")
	owner.sees("You are in")
	owner.picture("welcome")

	owner.open("/admin/invites")
	owner.fill("uses", "2")
	owner.picture("invites")
	owner.press("Make an invite")
	owner.sees("An invite")
	link := owner.value("link")
	owner.picture("link")
	if !strings.HasPrefix(link, owner.url("/invite#")) {
		t.Errorf("the link is %s", link)
	}

	bob := s.window()
	bob.run(chromedp.Navigate(link))
	bob.sees("Join The Millers")
	bob.run(chromedp.WaitReady("#password", chromedp.ByID))
	bob.noSecret()
	bob.picture("invite")
	bob.fill("name", "bob", "password", "12345678")
	bob.press("Join")
	bob.text("This password is")
	bob.picture("invite-error")
	bob.fill("password", password)
	bob.press("Join")
	bob.entersTheChat()

	late := s.window() // one of the two uses is left
	if err := s.admin.RevokeInvite(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	late.run(chromedp.Navigate(link))
	late.text("This invite link does not work")
	late.noSecret()
	late.picture("invite-used")

	phone := s.window()
	phone.open("/account")
	phone.sees("Sign in")
	phone.picture("sign-in")
	phone.fill("name", "bob", "password", password)
	phone.press("Sign in")
	phone.entersTheChat()
	phone.open("/account")
	phone.sees("Your account")

	// What one signs out, the other sees at its next step.
	phone.click(`//li[not(contains(., "this browser"))]//button[normalize-space()="Sign out"]`)
	phone.click(`//main//button[normalize-space()="Yes"]`)
	phone.text("The device is signed out.")
	bob.open("/account")
	bob.sees("Sign in")

	owner.open("/admin/server")
	owner.fill("server", "The Miller Family")
	owner.press("Save")
	owner.text("The server has its new name.")
	owner.picture("server")
	owner.open("/webhooks")
	owner.fill("room", "public", "name", "grafana")
	owner.press("Make a webhook")
	owner.sees("A webhook")
	owner.picture("webhook")
	owner.open("/webhooks")
	owner.picture("webhooks")
	owner.press("Delete")
	owner.sees("Delete this webhook?")
	owner.press("Yes")
	owner.text("The webhook is deleted.")

	owner.open("/admin/accounts")
	owner.click(`//li[contains(., "bob")]//summary`)
	owner.picture("accounts")
	owner.click(`//li[contains(., "bob")]//button[normalize-space()="Deactivate"]`)
	owner.sees("Deactivate this account?")
	owner.picture("confirm")
	owner.press("Yes")
	owner.text("The account is deactivated")
	owner.open("/admin/audit")
	owner.picture("audit")
	phone.open("/account")
	phone.sees("Sign in")
}

func TestPasskeys(t *testing.T) {
	s := claimed(t)
	w := s.window()
	w.run(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	w.open("/sign-in")
	w.fill("name", "olga", "password", password)
	w.press("Sign in")
	w.entersTheChat()
	w.open("/account")
	w.fill("passkey-name", "Phone")
	w.press("Add a passkey")
	w.text("The passkey is added.")
	w.picture("account")
	w.press("Add a passkey") // once more, with the same device
	w.text("already has a passkey of your account")

	w.click(`//header//button`)
	w.text("You are signed out.")
	w.press("Sign in with a passkey")
	w.entersTheChat()
	w.open("/account")
	w.text("You are olga")

	w.click(`//button[normalize-space()="Delete"]`)
	w.click(`//main//button[normalize-space()="Yes"]`)
	w.text("The passkey is deleted.")
	w.click(`//header//button`)
	w.text("You are signed out.")
	w.press("Sign in with a passkey")
	w.text("This passkey does not work here")
}

// TestTheCookieIsNotForScript in a real browser.
func TestTheCookieIsNotForScript(t *testing.T) {
	s := claimed(t)
	w := s.window()
	w.open("/sign-in")
	w.fill("name", "olga", "password", password)
	w.press("Sign in")
	w.entersTheChat()
	var seen string
	var cookies []*network.Cookie
	w.run(chromedp.Evaluate("document.cookie", &seen), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		cookies, err = network.GetCookies().Do(ctx)
		return err
	}))
	if seen != "" || len(cookies) != 1 || !cookies[0].HTTPOnly || cookies[0].SameSite != network.CookieSameSiteStrict {
		t.Errorf("script sees %q; the browser has %+v", seen, cookies)
	}
}

// TestWithoutScript does the same by forms alone.
func TestWithoutScript(t *testing.T) {
	s := newSite(t)
	code, err := s.admin.CreateClaim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := s.window(emulation.SetScriptExecutionDisabled(true))
	w.open("/claim")
	w.picture("claim-no-script")
	w.fill("code", s.origin+"/claim#"+code.Text())
	w.press("Continue")
	w.run(chromedp.WaitReady("#server", chromedp.ByID))
	w.fill("server", "The Millers", "name", "olga", "password", password)
	w.press("Set up")
	w.text("The chat needs JavaScript")
	w.open("/account")
	w.picture("account-no-script")
	w.fill("display", "Olga M.")
	w.press("Save")
	w.text("Your name is changed.")
	w.click(`//header//button`)
	w.sees("Sign in")
	w.fill("name", "olga", "password", password)
	w.press("Sign in")
	w.text("The chat needs JavaScript")
	w.open("/admin/invites")
	w.press("Make an invite")
	w.sees("An invite")
}

// TestKeyboard signs in with keys alone.
func TestKeyboard(t *testing.T) {
	s := claimed(t)
	s.account("bob", plausch.RoleMember)
	w := s.window()
	w.open("/sign-in")
	w.run(chromedp.KeyEvent("\t"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\t")) // past the skip link and the name of the server
	w.run(chromedp.KeyEvent("bob"), chromedp.KeyEvent("\t"), chromedp.KeyEvent(password), chromedp.KeyEvent("\r"))
	w.entersTheChat()
	w.open("/account")
	w.text("You are bob")
}
