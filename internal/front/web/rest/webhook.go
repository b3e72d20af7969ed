package rest

import (
	"errors"
	"net/http"
	"strconv"

	"plausch"
	"plausch/internal/front/web/hook"
	"plausch/protocol"
)

// maxHook is the largest body that a webhook takes, in bytes: a push of hundreds
// of commits. Its token is known before it is read.
const maxHook = 1 << 20

func (q *request) createWebhook() error {
	var in struct {
		Name   string `json:"name"`
		Signed bool   `json:"signed"`
	}
	if err := q.jsonBody(&in); err != nil {
		return err
	}
	room, err := q.room()
	if err != nil {
		return err
	}
	p := protocol.WebhookCreate{Room: room, Name: in.Name, Signed: in.Signed}
	made, err := ask[protocol.WebhookCreated](q, protocol.MethodWebhookCreate, p)
	if err != nil {
		return err
	}
	return q.json(http.StatusCreated, struct {
		protocol.WebhookCreated
		Path string `json:"path"` // of its address here
	}{made, "/api/hooks/" + made.Token})
}

func (q *request) listWebhooks() error {
	room, err := q.room()
	if err != nil {
		return err
	}
	hooks, err := ask[protocol.Webhooks](q, protocol.MethodWebhookList, protocol.WebhookList{Room: room})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Webhooks []protocol.Webhook `json:"webhooks"`
	}(hooks))
}

func (q *request) deleteWebhook() error {
	id, err := strconv.ParseInt(q.PathValue("id"), 10, 64)
	if err != nil {
		return plausch.Errorf(plausch.NotFound, "there is no webhook %q", q.PathValue("id"))
	}
	if _, err := ask[protocol.Empty](q, protocol.MethodWebhookDelete, protocol.WebhookRef{ID: id}); err != nil {
		return err
	}
	return q.none()
}

// postHook takes the post of a program that was made for Slack, and answers as Slack
// does: a word as text, "ok" if all is well. Some programs look at it.
func (q *request) postHook() error {
	if err := q.takeHook(); err != nil {
		if told := q.server.api.RecordPostFailure(q.caller.Remote, err); told != err {
			err = told
			q.w.Header().Set("Connection", "close") // so that the next post takes the place of a stranger
		}
		q.server.logInternal(q.Request, err)
		setErrorHeaders(q.w.Header(), err)
		q.w.Header().Del("WWW-Authenticate")
		return q.text(slackError(err))
	}
	return q.text(http.StatusOK, "ok")
}

// errSignature is returned for posts that are not signed with the webhook's secret.
var errSignature = plausch.Errorf(plausch.Forbidden, "the signature is missing or wrong")

func (q *request) takeHook() error {
	to, err := q.server.api.OpenWebhook(q.Context(), q.PathValue("token"))
	if err != nil {
		return err
	}
	body, err := q.body(maxHook)
	if err != nil {
		return err
	}
	if to.Signed && !hook.Signed(q.Header, body, to.Secret) {
		return errSignature
	}
	text, err := hook.Text(q.Header, body)
	if err != nil {
		return err
	}
	q.server.opts.Vouched(q.Request) // whoever has the address and posts what is wanted
	_, err = q.server.api.PostWebhook(q.Context(), to, text, q.hookKey())
	return err
}

// hookKey returns the sender's id of this delivery, which it may repeat.
func (q *request) hookKey() string {
	for _, name := range []string{"Idempotency-Key", "X-GitHub-Delivery"} {
		if key := q.Header.Get(name); key != "" && plausch.CheckClientID(key) == nil {
			return key
		}
	}
	return ""
}

// slackError returns the status and the word, for some errors with more for people
// behind it, by which Slack tells of an error
// (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors).
func slackError(err error) (status int, word string) {
	switch code := plausch.CodeOf(err); {
	case errors.Is(err, hook.ErrPayload):
		return http.StatusBadRequest, "invalid_payload: this is no JSON object, and no form with one in the field payload"
	case errors.Is(err, hook.ErrNoText):
		return http.StatusBadRequest, "no_text: none of these says anything: " + hook.LookedFor
	case code == plausch.NotFound:
		return http.StatusNotFound, "no_service"
	case errors.Is(err, errSignature):
		return http.StatusForbidden, "invalid_token"
	case code == plausch.Forbidden:
		return http.StatusForbidden, "action_prohibited: " + err.Error()
	case code == plausch.RateLimited:
		return http.StatusTooManyRequests, "rate_limited"
	case code == plausch.Invalid, code == plausch.TooLarge:
		return statuses[code], "invalid_payload"
	default:
		return statuses[code], "rollup_error"
	}
}
