package authtest

import "github.com/descope/virtualwebauthn"

// NewPasskey returns a passkey of an authenticator in software. The library leaves out
// leading zeros of a coordinate, which one key in 128 has and which WebAuthn forbids
// (RFC 9053, 7.1.1): such keys are thrown away.
func NewPasskey() virtualwebauthn.Credential {
	const whole = 77 // bytes of a COSE key on P-256
	for {
		if key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(key.Key.AttestationData()) == whole {
			return key
		}
	}
}
