package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"plausch"
)

// sign sets the three headers of Standard Webhooks: webhook-id, the same each time a
// post is tried; webhook-timestamp, in seconds, of this try; webhook-signature, "v1,"
// and the HMAC-SHA256 in base64 of the id, a dot, the timestamp, a dot and the body. The
// key is what stands in base64 behind the "whsec_" of the secret.
func sign(h http.Header, secret, id string, now time.Time, body []byte) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		key = []byte(secret)
	}
	seconds := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, seconds, body)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", seconds)
	h.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// messageID is the webhook-id of what a webhook or subscription is sent about an event.
func messageID(receiver int64, room plausch.RoomID, seq int64) string {
	return fmt.Sprintf("msg_%d_%d_%d", receiver, room, seq)
}

// Path is where the page of a message is on this server.
func Path(room plausch.RoomID, seq int64) string { return fmt.Sprintf("/r/%d/%d", room, seq) }
