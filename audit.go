package plausch

import "time"

// AuditAction is something that was done to an account or to the server.
type AuditAction string

const (
	AuditClaim      AuditAction = "claim"      // made the first owner
	AuditAdd        AuditAction = "add"        // made an account
	AuditRole       AuditAction = "role"       // gave another role
	AuditDeactivate AuditAction = "deactivate" // shut out
	AuditActivate   AuditAction = "activate"   // let in again
	AuditDelete     AuditAction = "delete"     // deleted
	AuditReset      AuditAction = "reset"      // made a link that sets a new password
	AuditPassword   AuditAction = "password"   // set a password, not by its owner's old one
	AuditInvite     AuditAction = "invite"     // made an invite
	AuditJoin       AuditAction = "join"       // made its own account by an invite
	AuditRevoke     AuditAction = "revoke"     // ended an invite
	AuditBot        AuditAction = "bot"        // made a bot, or a new token of one
	AuditRename     AuditAction = "rename"     // gave the server another name

	AuditBan           AuditAction = "ban"            // banned an account from a room
	AuditUnban         AuditAction = "unban"          // ended that
	AuditWebhook       AuditAction = "webhook"        // made a webhook
	AuditWebhookDelete AuditAction = "webhook_delete" // ended a webhook
)

// Audit is an entry of the audit log: what admins did.
type Audit struct {
	ID      int64 // from 1, growing
	Time    time.Time
	Actor   AccountRef // zero: on the command line
	Action  AuditAction
	Account AccountRef // whom it was done to; zero if nobody
	Detail  string     // such as the new role
}
