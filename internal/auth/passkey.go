package auth

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"plausch"
)

// PasskeyOwner is whose passkeys these are.
type PasskeyOwner struct {
	Account plausch.Account
	// Keys are what [Ceremonies.Register] returned of those there are.
	Keys [][]byte
}

// ceremony is the making of a passkey, or a sign-in by one, that was begun (Web
// Authentication, level 3, section 7). It succeeds once, and for the account and
// origin that it was begun for.
type ceremony struct {
	party     *webauthn.WebAuthn
	session   webauthn.SessionData
	challenge [32]byte // of the session
}

// newParty returns the relying party of an origin, such as
// https://chat.example.org: a passkey is good for its host alone.
func newParty(origin, server string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return nil, plausch.Errorf(plausch.Unsupported, "passkeys work in a web page only")
	}
	if server == "" {
		server = u.Hostname()
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: server, RPOrigins: []string{origin},
		// No cross-check of who made the device: any that the user trusts will do.
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil, &plausch.Error{Code: plausch.Unsupported, Message: "passkeys do not work at this address", Err: err}
	}
	return party, nil
}

// Begin begins to make a passkey of an owner for an origin. The options are JSON
// for the browser's PublicKeyCredential.parseCreationOptionsFromJSON.
func (cs *Ceremonies) Begin(origin, server string, owner PasskeyOwner) (id string, options []byte, err error) {
	party, err := newParty(origin, server)
	if err != nil {
		return "", nil, err
	}
	u, err := newPasskeyUser(owner)
	if err != nil {
		return "", nil, err
	}
	creation, session, err := party.BeginRegistration(u,
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired), // so that no name is needed
		webauthn.WithExclusions(webauthn.Credentials(u.keys).CredentialDescriptors()))
	if err != nil {
		return "", nil, fmt.Errorf("begin a passkey: %w", err)
	}
	if options, err = json.Marshal(creation.Response); err != nil {
		return "", nil, fmt.Errorf("begin a passkey: %w", err)
	}
	id, err = cs.id(session, owner.Account.ID, origin)
	return id, options, err
}

// Register ends what Begin began for an account with the browser's answer, which
// is the JSON of a PublicKeyCredential, and returns the id of the passkey and what
// is to be kept of it. The error is NotFound if nothing was begun or it took too
// long, and Invalid if the answer is not good.
func (cs *Ceremonies) Register(id string, account plausch.Account, response []byte) (passkey, key []byte, err error) {
	c, err := cs.find(id, account.ID)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err == nil {
		var made *webauthn.Credential
		if made, err = c.party.CreateCredential(&passkeyUser{account: account}, c.session, parsed); err == nil {
			if key, err = json.Marshal(made); err != nil {
				return nil, nil, fmt.Errorf("keep a passkey: %w", err)
			}
			return made.ID, key, cs.spend(c)
		}
	}
	return nil, nil, &plausch.Error{Code: plausch.Invalid, Message: "the passkey was not made; try again", Err: err}
}

// BeginSignIn begins a sign-in by any passkey of the origin. The options are JSON
// for the browser's PublicKeyCredential.parseRequestOptionsFromJSON.
func (cs *Ceremonies) BeginSignIn(origin, server string) (id string, options []byte, err error) {
	party, err := newParty(origin, server)
	if err != nil {
		return "", nil, err
	}
	assertion, session, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return "", nil, fmt.Errorf("begin a sign-in by passkey: %w", err)
	}
	if options, err = json.Marshal(assertion.Response); err != nil {
		return "", nil, fmt.Errorf("begin a sign-in by passkey: %w", err)
	}
	id, err = cs.id(session, 0, origin)
	return id, options, err
}

// SignIn ends what BeginSignIn began with the browser's answer, and returns whose
// passkey it was, its id, and what is to be kept of it from now on. Find returns
// whose passkeys there are beside the one with an id. The error is NotFound if
// nothing was begun or it took too long, and SignInFailed if the answer is not good.
func (cs *Ceremonies) SignIn(id string, response []byte, find func(passkey []byte) (PasskeyOwner, error)) (owner PasskeyOwner, passkey, key []byte, err error) {
	c, err := cs.find(id, 0)
	if err != nil {
		return owner, nil, nil, err
	}
	failed := func(err error) error {
		return &plausch.Error{Code: plausch.SignInFailed, Message: "this passkey does not work here, or no longer does", Err: err}
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return owner, nil, nil, failed(err)
	}
	var broken error // of find
	made, err := c.party.ValidateDiscoverableLogin(func(id, handle []byte) (webauthn.User, error) {
		if owner, broken = find(id); broken != nil {
			return nil, broken
		}
		u, err := newPasskeyUser(owner)
		if err == nil && string(handle) != string(u.WebAuthnID()) {
			err = fmt.Errorf("the passkey says that it is another account's")
		}
		return u, err
	}, c.session, parsed)
	switch {
	case broken != nil && plausch.CodeOf(broken) != plausch.NotFound:
		return owner, nil, nil, broken
	case err != nil:
		return owner, nil, nil, failed(err)
	case made.Authenticator.CloneWarning:
		return owner, nil, nil, failed(fmt.Errorf("the counter of the passkey went back: it may be a copy"))
	}
	if key, err = json.Marshal(made); err != nil {
		return owner, nil, nil, fmt.Errorf("keep a passkey: %w", err)
	}
	return owner, made.ID, key, cs.spend(c)
}

// passkeyUser is an owner as the library wants it.
type passkeyUser struct {
	account plausch.Account
	keys    []webauthn.Credential
}

func newPasskeyUser(owner PasskeyOwner) (*passkeyUser, error) {
	u := &passkeyUser{account: owner.Account}
	for _, key := range owner.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal(key, &c); err != nil {
			return nil, fmt.Errorf("a stored passkey cannot be read: %w", err)
		}
		u.keys = append(u.keys, c)
	}
	return u, nil
}

// WebAuthnID is the account's id: it says nothing about the person.
func (u *passkeyUser) WebAuthnID() []byte {
	return binary.BigEndian.AppendUint64([]byte("plausch"), uint64(u.account.ID))
}
func (u *passkeyUser) WebAuthnName() string                       { return u.account.Name }
func (u *passkeyUser) WebAuthnDisplayName() string                { return u.account.Ref().Shown() }
func (u *passkeyUser) WebAuthnCredentials() []webauthn.Credential { return u.keys }
