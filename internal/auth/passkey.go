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
	// Keys are what [Ceremony.Register] returned of those there are.
	Keys [][]byte
}

// Ceremony is the making of a passkey, or a sign-in by one, that was begun (Web
// Authentication, level 3, section 7). It is good once, and for the account and
// origin that it was begun for.
type Ceremony struct {
	party   *webauthn.WebAuthn
	session webauthn.SessionData
	owner   PasskeyOwner // of a registration
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

// BeginPasskey begins to make a passkey. The options are JSON for the browser's
// PublicKeyCredential.parseCreationOptionsFromJSON.
func BeginPasskey(origin, server string, owner PasskeyOwner) (options []byte, c *Ceremony, err error) {
	party, err := newParty(origin, server)
	if err != nil {
		return nil, nil, err
	}
	u, err := newPasskeyUser(owner)
	if err != nil {
		return nil, nil, err
	}
	creation, session, err := party.BeginRegistration(u,
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired), // so that no name is needed
		webauthn.WithExclusions(webauthn.Credentials(u.keys).CredentialDescriptors()))
	if err != nil {
		return nil, nil, fmt.Errorf("begin a passkey: %w", err)
	}
	if options, err = json.Marshal(creation.Response); err != nil {
		return nil, nil, fmt.Errorf("begin a passkey: %w", err)
	}
	return options, &Ceremony{party, *session, owner}, nil
}

// Register ends what BeginPasskey began with the browser's answer, which is the
// JSON of a PublicKeyCredential, and returns the id of the passkey and what is to
// be kept of it. The error is Invalid if the answer is not good.
func (c *Ceremony) Register(response []byte) (id, key []byte, err error) {
	u, err := newPasskeyUser(c.owner)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err == nil {
		var made *webauthn.Credential
		if made, err = c.party.CreateCredential(u, c.session, parsed); err == nil {
			key, err = json.Marshal(made)
			return made.ID, key, err
		}
	}
	return nil, nil, &plausch.Error{Code: plausch.Invalid, Message: "the passkey was not made; try again", Err: err}
}

// BeginPasskeySignIn begins a sign-in by any passkey of the origin. The options
// are JSON for the browser's PublicKeyCredential.parseRequestOptionsFromJSON.
func BeginPasskeySignIn(origin, server string) (options []byte, c *Ceremony, err error) {
	party, err := newParty(origin, server)
	if err != nil {
		return nil, nil, err
	}
	assertion, session, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, nil, fmt.Errorf("begin a sign-in by passkey: %w", err)
	}
	if options, err = json.Marshal(assertion.Response); err != nil {
		return nil, nil, fmt.Errorf("begin a sign-in by passkey: %w", err)
	}
	return options, &Ceremony{party: party, session: *session}, nil
}

// SignIn ends what BeginPasskeySignIn began with the browser's answer, and
// returns whose passkey it was, its id, and what is to be kept of it from now on.
// Find returns whose passkeys there are beside the one with an id. The error is
// SignInFailed if the answer is not good.
func (c *Ceremony) SignIn(response []byte, find func(id []byte) (PasskeyOwner, error)) (owner PasskeyOwner, id, key []byte, err error) {
	failed := func(err error) error {
		return &plausch.Error{Code: plausch.SignInFailed, Message: "this passkey is not known here, or no longer", Err: err}
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
	key, err = json.Marshal(made)
	return owner, made.ID, key, err
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
