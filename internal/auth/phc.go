package auth

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// params are the costs of an argon2id hash.
type params struct {
	memory  uint32 // KiB
	time    uint32 // passes
	threads uint8
}

// current is what new hashes cost. Stored ones are checked with what they cost
// when they were made. Only [SetCost] changes it.
var current = params{memory: 64 << 10, time: 3, threads: 4}

const (
	saltBytes = 16
	keyBytes  = 32

	// Bounds of what is read from the database: somebody who can write there
	// must not be able to stop the server with one costly hash.
	maxMemory  = 256 << 10
	maxTime    = 16
	maxThreads = 16
	minSalt    = 8
	minKey     = 16
	maxBytes   = 64
)

var phcEncoding = base64.RawStdEncoding.Strict()

// encodePHC writes a hash in the PHC string format:
// $argon2id$v=19$m=MEMORY,t=TIME,p=THREADS$SALT$KEY.
func encodePHC(p params, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.memory, p.time, p.threads, phcEncoding.EncodeToString(salt), phcEncoding.EncodeToString(key))
}

// parsePHC reads what encodePHC wrote. Its errors never contain the hash.
func parsePHC(s string) (p params, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, nil, nil, errors.New("not an argon2id hash in the PHC string format")
	}
	if parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return p, nil, nil, fmt.Errorf("argon2 version %q, where only v=%d is known", parts[2], argon2.Version)
	}
	if p, err = parseParams(parts[3]); err != nil {
		return p, nil, nil, err
	}
	if salt, err = parseBytes(parts[4], minSalt); err != nil {
		return p, nil, nil, fmt.Errorf("salt: %w", err)
	}
	if key, err = parseBytes(parts[5], minKey); err != nil {
		return p, nil, nil, fmt.Errorf("key: %w", err)
	}
	return p, salt, key, nil
}

// parseParams reads "m=65536,t=3,p=4", in this order as the format has it.
func parseParams(s string) (params, error) {
	parts := strings.Split(s, ",")
	if len(parts) != 3 {
		return params{}, fmt.Errorf("%d parameters instead of m, t and p", len(parts))
	}
	var values [3]uint32
	for i, want := range []struct {
		name string
		most uint64
	}{{"m=", maxMemory}, {"t=", maxTime}, {"p=", maxThreads}} {
		digits, ok := strings.CutPrefix(parts[i], want.name)
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || n < 1 || n > want.most {
			return params{}, fmt.Errorf("parameter %d is not %s and a number from 1 to %d", i+1, want.name, want.most)
		}
		values[i] = uint32(n)
	}
	p := params{memory: values[0], time: values[1], threads: uint8(values[2])}
	if p.memory < 8*uint32(p.threads) {
		return params{}, errors.New("less than 8 KiB of memory for each thread") // RFC 9106, section 3.1
	}
	return p, nil
}

func parseBytes(s string, least int) ([]byte, error) {
	b, err := phcEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("not base64 without padding")
	}
	if len(b) < least || len(b) > maxBytes {
		return nil, fmt.Errorf("%d bytes instead of %d to %d", len(b), least, maxBytes)
	}
	return b, nil
}
