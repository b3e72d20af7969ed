// Package store is the contract between the core and its database: what must be
// kept, and what "kept" means. It holds no rules about who may do what; those
// are the core's. Every store passes the suite in storetest.
//
// A store may be used from many goroutines at once, and other processes may
// write to the same database (plausch user add beside a running server).
//
// Errors: [plausch.NotFound] and [plausch.Taken] where a method says so,
// [plausch.StorageFull] when the disk is full and nothing was changed, an error
// that wraps [ErrBroken] when the disk failed in a way that leaves unknown what
// is kept, the context's error, and anything else for a defect.
package store

import (
	"context"
	"errors"
	"time"

	"plausch"
)

// ErrBroken is wrapped by errors after which the process must end: a write or
// an fsync failed, and retrying it could acknowledge what was lost.
var ErrBroken = errors.New("the disk failed; what it holds is unknown until a restart")

// ErrUnmet is what becomes of a write of which a condition does not hold any more:
// nothing of it was kept. Who asked for it judges again.
var ErrUnmet = errors.New("what the write was allowed by has changed meanwhile")

// Store keeps accounts, devices, rooms, their logs, webhooks, subscriptions, and what there is to
// know of attachments but their bytes.
type Store interface {
	Accounts
	Devices
	Passkeys
	Invites
	Settings
	Rooms
	Markers
	Drafts
	Preferences
	Bans
	Log
	Personal
	Reports
	Blocks
	Schedules
	Attachments
	Uploads
	Contents
	Clearer
	Webhooks
	OutgoingWebhooks
	Pushes
	Searcher

	// Ping reports whether the database answers.
	Ping(ctx context.Context) error
	// Close waits for running calls and closes the database.
	Close() error
}

// Judged is an account as it was when the core allowed a write: the write is made
// only if it still is so, else it fails with ErrUnmet.
type Judged struct {
	// Account is active and holds its name; with Inactive it need not.
	Account  plausch.AccountID
	Inactive bool
	// Role, PasswordHash and Member are asked if they are not zero: that the
	// account has them, and is in the room.
	Role         plausch.Role
	PasswordHash string
	Member       plausch.RoomID
}

// Clearer sees to it that what was deleted is in none of the store's files.
type Clearer interface {
	// EraseMessages empties some of the messages of an account that was deleted with
	// EraseTexts: their texts, those of their edits, their details, reactions and files. It
	// goes on where the last call, or an earlier process, has stopped, holds up other
	// writes for milliseconds only, and reports whether it has to be called again. When
	// a room is done, an event of the kind delete is added to it with the account as
	// Member and no Target, at the given time.
	EraseMessages(ctx context.Context, at time.Time) (more bool, err error)
	// RetainedRooms returns the rooms that have a retention, by id.
	RetainedRooms(ctx context.Context) ([]plausch.RoomID, error)
	// ExpireEvents removes some of the oldest events of a room: those from its first on
	// that are older than its retention at a time, up to the first that is not. Nothing is
	// left of them, nor of their edits' texts, details, reactions and files. It holds up
	// other writers for milliseconds only. First is the room's new First, which may be one
	// more than its Head, or 0 if nothing was removed; more asks for another call.
	ExpireEvents(ctx context.Context, room plausch.RoomID, now time.Time) (first int64, more bool, err error)
	// ClearDeleted returns when no byte of what was deleted before the call is left in
	// the files of the store. It hinders writes for moments only, and waits for reads
	// that began before; with the context's error it has to be called again.
	ClearDeleted(ctx context.Context) error
}

// NewAccount is what [Accounts.CreateAccount] makes.
type NewAccount struct {
	Name         string
	Display      string // empty: as Name
	Role         plausch.Role
	Transient    bool
	Node         string // of a transient account, that which it is connected to
	Bot          bool
	PasswordHash string // empty for guests and bots
	At           time.Time
	// Token is the hash of the account's first device, or zero for none, and
	// Program what made it. The devices of bots are lasting.
	Token   TokenHash
	Program string
	// Invite, if not zero, is the hash of an invite of which a use is spent. Role
	// is then the invite's. If the invite is not good any more, there is no
	// account, and the error is NotFound.
	Invite TokenHash
	// Claim, if not zero, is the hash of a ticket of that purpose, which is spent
	// with all others of it, and the account is the first owner of a server that
	// is called ServerName from then on. If the ticket is not good or there is an
	// owner, the error is NotFound.
	Claim      TokenHash
	ServerName string
	// Audit, if not nil, is kept in the audit log, about the new account.
	Audit *plausch.Audit
	// If is by what the account was allowed: who made the invite may still.
	If []Judged
	// GuestsSeenBefore lets the new account have a name whose holder is a guest
	// that was last seen before this time and is not transient: the old account
	// loses the name but keeps its id, rooms and messages.
	GuestsSeenBefore time.Time
}

// Accounts keeps who there is. A name is held by at most one account at a time.
type Accounts interface {
	// CreateAccount makes an account, its device and, where allowed, frees the
	// name, in one transaction. It returns Taken if the name is held. Accounts whose
	// display name is read as the new name (names.ReadAsName) lose it; but for a guest
	// whom nobody has invited, and for a bot, the name is Taken then, unless all of
	// those are guests last seen before GuestsSeenBefore.
	CreateAccount(ctx context.Context, a NewAccount) (plausch.Account, error)
	// Account returns an account by id, released or not, or NotFound.
	Account(ctx context.Context, id plausch.AccountID) (plausch.Account, error)
	// AccountByName returns the account that holds name now, or NotFound.
	AccountByName(ctx context.Context, name string) (plausch.Account, error)
	// PasswordHash returns the hash of the account that holds name, empty for a
	// guest, or NotFound.
	PasswordHash(ctx context.Context, name string) (plausch.AccountID, string, error)
	// UpdateAccount changes an account, in one transaction, and returns it as it
	// is then. It returns NotFound if there is no such account, or it was deleted;
	// NotFound if the ticket of the change is not good; Taken if Display is read as
	// the name that another account holds; and Forbidden if the change
	// would leave a server that has an owner without an active one.
	UpdateAccount(ctx context.Context, c AccountUpdate) (plausch.Account, error)
	// HasOwner reports whether there is an active owner.
	HasOwner(ctx context.Context) (bool, error)
	// ListAccounts returns accounts that hold a name, by id from the first after
	// the given one, at most limit; guests who were not invited only if last seen
	// at or after seen.
	ListAccounts(ctx context.Context, after plausch.AccountID, limit int, seen time.Time) ([]plausch.Account, error)
	// SeeAccounts sets LastSeen of the given accounts, never backwards.
	SeeAccounts(ctx context.Context, ids []plausch.AccountID, at time.Time) error
	// ReleaseName takes the name, and every device, from an account. The account
	// keeps its id and what it wrote. Releasing twice is no error.
	ReleaseName(ctx context.Context, id plausch.AccountID) error
	// ReleaseTransient does so for every transient account of a node: nobody is
	// connected to it when it starts.
	ReleaseTransient(ctx context.Context, node string) error
	// RenewNode notes that a node is alive at a time, and releases the transient
	// accounts of all nodes that were last alive before deadline: they do not come
	// back to do it themselves. Those of a node that was never alive are, too.
	RenewNode(ctx context.Context, node string, at, deadline time.Time) error
}

// TokenHash is the SHA-256 of a device's token. Tokens themselves are not kept.
type TokenHash [32]byte

// AccountUpdate is what [Accounts.UpdateAccount] does. What is zero stays as it is.
type AccountUpdate struct {
	Account plausch.AccountID
	At      time.Time
	// If is by what the change was allowed.
	If []Judged
	// Ticket, if not zero, is the hash of a ticket to reset this account's
	// password, which is spent.
	Ticket       TokenHash
	Display      *string
	Role         plausch.Role
	PasswordHash string
	// Avatar is the hash of the account's picture, the zero hash for none.
	Avatar *ContentHash
	Status *plausch.Status
	Seen   *bool
	// State AccountDeleted also ends every device and releases the name; the
	// account is called plausch.DeletedName from then on, has no password, leaves
	// its rooms, by an event in each, but direct ones, and what it was known by is
	// forgotten.
	State plausch.AccountState
	// EraseTexts has the texts and files of all its messages emptied by and by: see
	// [Clearer].EraseMessages.
	EraseTexts bool
	// RevokeDevices ends every device but the one with the id KeepDevice.
	RevokeDevices bool
	// RevokeInvites ends the invites that the account has made. A change of Role,
	// State or PasswordHash ends the tickets to reset its password anyway: they were
	// made for the account as it was.
	RevokeInvites bool
	KeepDevice    plausch.DeviceID
	// Audit, if not nil, is kept in the audit log, about this account.
	Audit *plausch.Audit
}

// NewDevice is what [Devices.CreateDevice] makes.
type NewDevice struct {
	Account plausch.AccountID
	Token   TokenHash
	Program string
	Lasting bool
	At      time.Time
	// If is by what the sign-in was allowed: the account, with the password that
	// was verified. Passkey, if not nil, is one of the account's, by which it was.
	If      []Judged
	Passkey []byte
	// Audit, if not nil, is kept in the audit log, about the account.
	Audit *plausch.Audit
}

// Devices keeps sign-ins.
type Devices interface {
	// CreateDevice adds a device to an account, or returns Taken if there is one
	// with the token.
	CreateDevice(ctx context.Context, d NewDevice) (plausch.Device, error)
	// AccountByToken returns a device and its account, or NotFound.
	AccountByToken(ctx context.Context, token TokenHash) (plausch.Account, plausch.Device, error)
	// ListDevices returns the devices of an account by id.
	ListDevices(ctx context.Context, account plausch.AccountID) ([]plausch.Device, error)
	// UseDevices sets Used of the given devices, never backwards.
	UseDevices(ctx context.Context, ids []plausch.DeviceID, at time.Time) error
	// RevokeDevice forgets a device of an account; one that is not there is NotFound.
	RevokeDevice(ctx context.Context, account plausch.AccountID, id plausch.DeviceID) error
	// ExpireDevices forgets the devices, but lasting ones, that were made before
	// created or last used before used.
	ExpireDevices(ctx context.Context, created, used time.Time) error
}

// Passkey is a public key that signs in to an account.
type Passkey struct {
	ID            []byte
	Account       plausch.AccountID
	Name          string
	Key           []byte // what package auth wants kept
	Created, Used time.Time
}

// Passkeys keeps passkeys.
type Passkeys interface {
	// CreatePasskey keeps a new passkey, or returns Taken if its id is known.
	CreatePasskey(ctx context.Context, p Passkey, judged ...Judged) error
	// Passkey returns a passkey by id, or NotFound.
	Passkey(ctx context.Context, id []byte) (Passkey, error)
	// ListPasskeys returns the passkeys of an account, the oldest first.
	ListPasskeys(ctx context.Context, account plausch.AccountID) ([]Passkey, error)
	// UsePasskey sets the Key and Used of a passkey; an unknown one is no error.
	UsePasskey(ctx context.Context, id, key []byte, at time.Time) error
	// DeletePasskey forgets a passkey of an account, or returns NotFound.
	DeletePasskey(ctx context.Context, account plausch.AccountID, id []byte) error
}

// NewInvite is what [Invites.CreateInvite] makes. A zero Maker is the command line.
type NewInvite struct {
	Token       TokenHash
	Maker       plausch.AccountID
	Role        plausch.Role
	Uses        int
	Rooms       []plausch.RoomID
	At, Expires time.Time
	If          []Judged
}

// Invites keeps invites. One is good until it expires and while it has uses left.
type Invites interface {
	// CreateInvite makes an invite, and an entry of the audit log.
	CreateInvite(ctx context.Context, n NewInvite) (plausch.Invite, error)
	// InviteByToken returns an invite that is good at a time, or NotFound.
	InviteByToken(ctx context.Context, token TokenHash, at time.Time) (plausch.Invite, error)
	// ListInvites returns the invites that are good at a time, by id from the
	// first after the given one, at most limit, and only those of maker unless
	// that is 0.
	ListInvites(ctx context.Context, maker plausch.AccountID, at time.Time, after plausch.InviteID, limit int) ([]plausch.Invite, error)
	// RevokeInvite makes an invite that is good not good any more, and an entry of
	// the audit log; any other is NotFound.
	RevokeInvite(ctx context.Context, id plausch.InviteID, at time.Time, by plausch.AccountID, judged ...Judged) error
}

// Purpose says what a [Ticket] is good for.
type Purpose string

const (
	PurposeClaim Purpose = "claim" // to become the first owner
	PurposeReset Purpose = "reset" // to set a new password
)

// Ticket is a token that is good once.
type Ticket struct {
	Hash    TokenHash
	Purpose Purpose
	Account plausch.AccountID // of resets
	Expires time.Time
	If      []Judged
	// Audit, if not nil, is kept in the audit log, about Account.
	Audit *plausch.Audit
}

// Settings keeps what the server knows about itself, and what was done to it.
type Settings interface {
	// ServerName returns what the server is called, empty if nobody has said.
	ServerName(ctx context.Context) (string, error)
	// UpdateServer changes it. Audit, if not nil, is kept in the audit log.
	UpdateServer(ctx context.Context, name string, audit *plausch.Audit, judged ...Judged) error
	// Epoch returns the id of the state that is kept: a restored backup begins
	// another one.
	Epoch(ctx context.Context) (string, error)
	// CommonSeq returns the last seq of a room that the state of now and the last
	// one of an epoch have in common: 0 if none, [math.MaxInt64] if the epoch is
	// that of now. An epoch that is not known is taken for one that ended when that
	// of now began.
	CommonSeq(ctx context.Context, epoch string, room plausch.RoomID) (int64, error)
	// CreateTicket makes a ticket, in the place of those there were of the same
	// purpose and account. A claim is Forbidden while there is an owner.
	CreateTicket(ctx context.Context, t Ticket) error
	// Ticket returns a ticket that has not expired at a time, or NotFound.
	Ticket(ctx context.Context, hash TokenHash, purpose Purpose, at time.Time) (Ticket, error)
	// ClampTimes changes what was written while the clock was ahead, so that nothing
	// lasts longer than if it had been made now: what devices, accounts, invites,
	// files and nodes say of a time after now is now, invites keep their length, and tickets
	// expire after at most the life of their purpose.
	ClampTimes(ctx context.Context, now time.Time, lives map[Purpose]time.Duration) error
	// Used reports whether there is or was an account: an unused store is new.
	Used(ctx context.Context) (bool, error)
	// ListAudit returns entries of the audit log, the newest first, with ids below
	// before (0: all), at most limit.
	ListAudit(ctx context.Context, before int64, limit int) ([]plausch.Audit, error)
}

// JoinedRoom is a room as an account has it.
type JoinedRoom struct {
	plausch.Room
	Joined bool // the account is a member; of PublicRoom everybody is
	// Role is the account's in the room, empty if it is no member. In PublicRoom
	// everybody is RoomMember.
	Role plausch.RoomRole
	// Preference is what the account has chosen for the room.
	Preference plausch.RoomPreference
}

// Rooms keeps rooms and who is in them. Rooms are made, and memberships
// changed, only by events: see [Log.Append]. The room plausch.PublicRoom exists
// from the start with the name plausch.PublicRoomName and has no memberships.
type Rooms interface {
	// Room returns a room by id, or NotFound. Peer is not set.
	Room(ctx context.Context, id plausch.RoomID) (plausch.Room, error)
	// RoomFor returns a room by id, or NotFound, as an account has it: Peer is set,
	// and Joined says whether it is a member.
	RoomFor(ctx context.Context, id plausch.RoomID, account plausch.AccountID) (JoinedRoom, error)
	// RoomByName returns a public or private room, or NotFound.
	RoomByName(ctx context.Context, name string) (plausch.Room, error)
	// DirectRoom returns the direct room of two accounts in any order, or NotFound.
	// Peer is not set.
	DirectRoom(ctx context.Context, a, b plausch.AccountID) (plausch.Room, error)
	// ListRooms returns the rooms that an account is a member of and, with
	// public, all public rooms too, by id from the first after the given one, at
	// most limit, as RoomFor returns them. PublicRoom is always among them.
	ListRooms(ctx context.Context, account plausch.AccountID, public bool, after plausch.RoomID, limit int) ([]JoinedRoom, error)
	// MemberRooms returns the ids of all rooms that an account is a member of,
	// PublicRoom not among them.
	MemberRooms(ctx context.Context, account plausch.AccountID) ([]plausch.RoomID, error)
	// ListMembers returns the members of a room by account id from the first after
	// the given one, at most limit; limit 0 means all.
	ListMembers(ctx context.Context, room plausch.RoomID, after plausch.AccountID, limit int) ([]plausch.Member, error)
}

// NewMarker is where [Markers.SetMarkers] puts the marker of an account in a room.
type NewMarker struct {
	Account plausch.AccountID
	Room    plausch.RoomID
	Seq     int64 // of an event; behind the newest one is that one
	// Back lets the marker go back, too; else it only goes forward.
	Back bool
}

// MarkerSet is what became of a [NewMarker].
type MarkerSet struct {
	Member bool // the account is in the room; if not, nothing is set
	Moved  bool // the marker has another seq than before
}

// Markers keeps up to where accounts have read the rooms that they are in. At first
// that is their join or, of PublicRoom, what was there when the account was made.
type Markers interface {
	// SetMarkers sets markers in order, in one transaction, and returns for each what became
	// of it.
	SetMarkers(ctx context.Context, all []NewMarker) ([]MarkerSet, error)
	// ReadStates returns what an account has read of those of the rooms that it is in.
	ReadStates(ctx context.Context, account plausch.AccountID, rooms ...plausch.RoomID) (map[plausch.RoomID]plausch.ReadState, error)
	// Inbox returns the rooms in which an account has something unread, those with the
	// newest such messages first, in one state, and whether there are more.
	Inbox(ctx context.Context, account plausch.AccountID, q InboxQuery) (page []InboxEntry, more bool, err error)
}

// Drafts keeps what accounts have begun to write, until they leave the room or lose
// their name.
type Drafts interface {
	// SetDraft keeps d in the place of the account's draft in d.Room, and returns the number
	// of the edit, or NotFound if the account is not in the room.
	SetDraft(ctx context.Context, account plausch.AccountID, d plausch.Draft) (edit int64, err error)
	// ListDrafts returns the drafts of an account that are not empty, by room from the first
	// after the given one, at most limit.
	ListDrafts(ctx context.Context, account plausch.AccountID, after plausch.RoomID, limit int) ([]plausch.Draft, error)
}

// Preferences keeps what accounts have chosen for all their devices, until they lose
// their name, and for single rooms, until they leave them. What nobody has chosen is the
// zero value.
type Preferences interface {
	// Preferences returns what an account has chosen for all rooms.
	Preferences(ctx context.Context, account plausch.AccountID) (plausch.Preferences, error)
	// SetPreferences changes that, and returns it as it is then.
	SetPreferences(ctx context.Context, account plausch.AccountID, c plausch.PreferenceChange) (plausch.Preferences, error)
	// RoomPreference returns what an account has chosen for a room.
	RoomPreference(ctx context.Context, account plausch.AccountID, room plausch.RoomID) (plausch.RoomPreference, error)
	// SetRoomPreference changes that, and returns it as it is then, or NotFound if the
	// account is not in the room.
	SetRoomPreference(ctx context.Context, account plausch.AccountID, room plausch.RoomID, c plausch.RoomPreferenceChange) (plausch.RoomPreference, error)
}

// NewBan is a change of who is banned from a room, by somebody who runs it.
type NewBan struct {
	Room        plausch.RoomID
	Account, By plausch.AccountRef
	At          time.Time
}

// Bans keeps who may not be in a room, until they are deleted. Each change stands in the
// audit log. If By may not make it, as of Manage and, to ban, Outrank of [Conditions], the
// error is an [*Unmet].
type Bans interface {
	// AddBan bans an account: if it is in the room, a leave is added to the log, in the same
	// transaction. Joins of it are Forbidden from then on. So it is to ban an admin or owner
	// of the server. Again is no error.
	AddBan(ctx context.Context, n NewBan) error
	// RemoveBan ends a ban, or returns NotFound.
	RemoveBan(ctx context.Context, n NewBan) error
	// ListBans returns the bans of a room by account id from the first after the given one,
	// at most limit.
	ListBans(ctx context.Context, room plausch.RoomID, after plausch.AccountID, limit int) ([]plausch.Ban, error)
}

// InboxQuery asks for a part of the rooms in which an account has something unread.
type InboxQuery struct {
	// Before and BeforeRoom are of the last entry of the page before; zero for the first
	// page.
	Before     time.Time
	BeforeRoom plausch.RoomID
	Limit      int
}

// InboxEntry is a room with something unread.
type InboxEntry struct {
	JoinedRoom
	Read plausch.ReadState
	Last plausch.Quote // its newest unread message
	Time time.Time     // of Last
}

// Draft is an event that has no seq yet. Exactly one of Room, Create and Direct
// says where it belongs.
type Draft struct {
	// Room is an existing room.
	Room plausch.RoomID
	// Create makes a public or private room (Kind and Name are read), in which
	// the draft is the first event. The draft fails with Taken if the name is held.
	Create *plausch.Room
	// Direct is the direct room of two different accounts, which is made if it
	// does not exist yet: its first two events are then their joins.
	Direct [2]plausch.AccountRef

	// If is what must hold in the commit. If it does not, the draft fails with an
	// [*Unmet].
	If Conditions

	// Scheduled is the message that the draft sends, if its ID is not 0, with the Edit that
	// was read. It is removed with the commit; if it is not there like that, or has failed,
	// the draft is [Unmet].
	Scheduled ScheduledRef

	Time     time.Time // whole milliseconds are kept
	Kind     plausch.EventKind
	Actor    plausch.AccountRef
	Member   plausch.AccountRef
	Target   int64
	Text     string
	ClientID string
	Details  *plausch.Details // nil if it has none
	// Attachments are the ids of files of the message, in their order. Each must
	// be one that Actor uploaded and has not sent yet.
	Attachments []string
}

// ScheduledRef is a scheduled message as it was read.
type ScheduledRef struct{ ID, Edit int64 }

// Conditions are what the core has judged a draft by, for the commit to ask again.
// The zero value asks nothing.
type Conditions struct {
	// Active: Actor is active and holds its name. Who is to be a member, by a join
	// or in a direct room that is made, holds its name, too.
	Active bool
	// Role: Actor has this role.
	Role plausch.Role
	// Member: Actor is a member of the room.
	Member bool
	// Write: the room is not archived, and Actor, if it is a member and not a Webhook,
	// may write there: it is no reader, and runs the room if only those write who do.
	Write bool
	// Open: the room is not archived.
	Open bool
	// Manage: Actor runs the room, by its role there or on the server.
	Manage bool
	// Own: Actor is an owner of the room, or is in it as an admin or owner of the server.
	Own bool
	// Outrank: as of Own; or Actor runs the room, and Member is Actor or does not.
	Outrank bool
	// Author: Actor wrote the target.
	Author bool
	// Unblocked: in a direct room, and in one that is made, neither of the two has
	// blocked the other; and whom Actor makes a member has not blocked it.
	Unblocked bool
	// Webhook: there is this webhook, and it is not paused.
	Webhook int64
}

// Unmet is [ErrUnmet] of a draft, with what does not hold.
type Unmet struct {
	// They say which of the [Conditions] it was.
	// That a room is not Open is told by Write.
	Active, Role, Member, Write, Manage, Own, Outrank, Author, Webhook bool
	// Blocked is of Unblocked; with ByActor it is Actor who has blocked the other.
	Blocked, ByActor bool
	// Scheduled is of [Draft.Scheduled].
	Scheduled bool
	// Room is the draft's, if Member or Write is set and there is such a room;
	// without Head.
	Room plausch.Room
}

// Error implements error.
func (u *Unmet) Error() string { return ErrUnmet.Error() }

// Unwrap returns ErrUnmet.
func (u *Unmet) Unwrap() error { return ErrUnmet }

// Appended is what became of a draft.
type Appended struct {
	// Cursor is that of the commit, or 0 if the draft added nothing.
	Cursor int64
	// Events are what the draft added, in order, its own event last. If the same
	// actor has used the draft's client id before, it is that first event,
	// whatever else the draft says, and Repeated is set.
	Events   []plausch.Event
	Repeated bool
	// Unchanged is set, and there are no events, if all is already as the draft
	// would make it: the join of a member, a reaction that is there, a pin again.
	Unchanged bool
	// Err is Taken (Create), Forbidden (the last owner, a ban), NotFound (Room, Target), Invalid (Attachments, too many
	// different reactions), an [*Unmet] or nil.
	// A failed draft added nothing.
	Err error
}

// HistoryQuery asks for a part of a room's log.
type HistoryQuery struct {
	// After and Before bound the seqs, both exclusive; 0 means no bound.
	After, Before int64
	// Forward asks for the oldest events within the bounds, otherwise the newest
	// are returned.
	Forward bool
	// Limit is the most events to return, MaxBytes the most bytes that they may
	// add up to by Size; at least one event is returned if there is one.
	Limit    int
	MaxBytes int
	Size     func(*plausch.Event) int
}

// MessageQuery asks for a part of the messages of a room. At most one of Before,
// After, Around and Date is set; without any the newest are meant.
type MessageQuery struct {
	Before int64     // the newest below this seq
	After  *int64    // the oldest above this seq
	Around int64     // those on both sides of this seq
	Date   time.Time // those on both sides of the first event of this time or later
	// Limit and MaxBytes bound the page as in [HistoryQuery]. Around and Date give about as
	// many on either side.
	Limit    int
	MaxBytes int
	Size     func(*plausch.Message) int
}

// MessageState is a part of the messages of a room, in one state of it.
type MessageState struct {
	Messages     []plausch.Message // ascending by seq
	AsOf         int64             // the room's newest seq in this state
	First        int64             // as of a room
	Older, Newer bool              // there are more messages on that side
}

// Change is one thing that a commit changed: events of a room, or an account.
type Change struct {
	// Room has got the events from First to Last.
	Room        plausch.RoomID
	First, Last int64
	// Account, if not 0, has another state, role, name or other devices.
	Account plausch.AccountID
}

// Log keeps what happened. Beside the seqs of the rooms it has one cursor: each
// commit that changes rooms or accounts, by any process, has the next number.
type Log interface {
	// Append commits drafts in order, in one transaction, and returns when they
	// are on disk. The results match the drafts. Each event gets its room's next
	// seq. In the same transaction a join adds its member, the first of a room as
	// its owner and others as members, a leave removes it, a role and a change of the
	// room are kept, attachments become those of their message, and what an event
	// does to its target is done: see [Log.Messages]. A target must be a message of
	// the room; to be changed, it must not be deleted. Everybody is a member of
	// PublicRoom, whatever is appended to it.
	// A public or private room that somebody is in has an owner: who joins an empty one
	// is it, and before its last owner leaves, or is deleted, another member becomes it
	// by a role event: one who is active and no bot, an admin, who joined first, in this
	// order. To give the last owner another role is Forbidden.
	// A draft that fails does not hinder the others; an error of Append itself
	// means that nothing was kept (but see ErrBroken).
	Append(ctx context.Context, drafts []Draft) ([]Appended, error)
	// Events returns a part of a room's log, ascending by seq, and whether there
	// is more within the bounds: newer events if Forward, otherwise older ones.
	// If there is, at least one event is returned. Names are the accounts' names now.
	// An unknown room has no events, and there are none below the First of a room.
	Events(ctx context.Context, room plausch.RoomID, p HistoryQuery) (events []plausch.Event, more bool, err error)
	// Messages returns a part of the messages of a room as they are now, with what
	// account has to do with them. A deleted message has nothing but its seqs, time
	// and author: with its deletion its texts and those of its edits, its details,
	// files, reactions and pin are gone. An unknown room has none.
	Messages(ctx context.Context, room plausch.RoomID, account plausch.AccountID, p MessageQuery) (MessageState, error)
	// Versions returns the texts that the message seq of a room has had, the newest first:
	// the message as it was sent and its edits, with seqs below q.Before, at most q.Limit,
	// and whether there are more. If there is no such message, or it was deleted, it is
	// NotFound.
	Versions(ctx context.Context, room plausch.RoomID, seq int64, q HistoryQuery) (versions []plausch.Event, more bool, err error)
	// Cursor returns the number of the newest commit.
	Cursor(ctx context.Context) (int64, error)
	// Changes returns what the commits after a cursor have changed, in commit
	// order, of at most limit commits, and the number of the last of them, or after
	// if there is none. In the changes of one commit no room and no account stands
	// twice.
	Changes(ctx context.Context, after int64, limit int) (changes []Change, last int64, err error)
}

// PersonalChange is what [Personal.SetPersonal] changes; nil leaves it as it is.
type PersonalChange struct {
	Account plausch.AccountID
	Room    plausch.RoomID
	Seq     int64
	Hidden  *bool
	Saved   *bool
	// MaxHidden and MaxSaved are how many the account can have.
	MaxHidden, MaxSaved int
}

// PageQuery asks for a page that fits a frame.
type PageQuery[T any] struct {
	// Before is the id of the last entry of the page before: entries with smaller ids are
	// returned; 0 for the first page.
	Before int64
	// Limit is the most entries to return, MaxBytes the most bytes that they may add up
	// to by Size, which may be nil; at least one is returned if there is one.
	Limit    int
	MaxBytes int
	Size     func(*T) int
}

// Personal keeps what accounts do with messages for themselves, until the message is
// deleted or the account loses its name.
type Personal interface {
	// SetPersonal changes what an account has done with a message, and returns that. It
	// returns NotFound if the account is not in the room, or there is no such message, or
	// it was deleted, and Forbidden if the account has too many.
	SetPersonal(ctx context.Context, c PersonalChange) (plausch.Personal, error)
	// ListSaved returns the messages that an account has saved, of the rooms that it is in,
	// the last saved first, and whether there are more.
	ListSaved(ctx context.Context, account plausch.AccountID, q PageQuery[plausch.SavedMessage]) (saved []plausch.SavedMessage, more bool, err error)
	// ListHidden returns the messages that an account has hidden, by room and seq, from the
	// first after the given one, at most limit.
	ListHidden(ctx context.Context, account plausch.AccountID, after plausch.Personal, limit int) ([]plausch.Personal, error)
}

// NewReport is what [Reports.AddReport] makes.
type NewReport struct {
	Room    plausch.RoomID
	Seq     int64
	Account plausch.AccountID
	Reason  string
	At      time.Time
	// Max is how many open reports the account can have.
	Max int
}

// Reports keeps what accounts say of messages to those who moderate: those who run the
// room, and the admins and owners of the server.
type Reports interface {
	// AddReport makes a report, or opens the account's report of the message again, with
	// the new reason. It reports whether it did: the report may be there and open. It returns
	// NotFound if the account is not in the room, or there is no such message, or it was
	// deleted, and Forbidden if the account has too many.
	AddReport(ctx context.Context, n NewReport) (id int64, added bool, err error)
	// Report returns a report, or NotFound.
	Report(ctx context.Context, id int64) (plausch.Report, error)
	// ListReports returns the reports that are open, or closed, for an account to moderate,
	// the newest first, and whether there are more.
	ListReports(ctx context.Context, account plausch.AccountID, closed bool, q PageQuery[plausch.Report]) (reports []plausch.Report, more bool, err error)
	// CloseReport closes an open report, or returns NotFound if there is none that the
	// account moderates.
	CloseReport(ctx context.Context, account plausch.AccountID, id int64, at time.Time) error
	// Moderators returns the accounts that moderate a room, by id.
	Moderators(ctx context.Context, room plausch.RoomID) ([]plausch.AccountID, error)
}

// Blocks keeps whom accounts have blocked, until either is deleted or loses its name.
type Blocks interface {
	// AddBlock blocks another account. Again is no error. It returns Forbidden if the account
	// has blocked most already, and NotFound if the other has lost its name.
	AddBlock(ctx context.Context, account, blocked plausch.AccountID, most int) error
	// RemoveBlock ends that. One that is not there is no error.
	RemoveBlock(ctx context.Context, account, blocked plausch.AccountID) error
	// ListBlocks returns whom an account has blocked, by id from the first after the given
	// one, at most limit.
	ListBlocks(ctx context.Context, account, after plausch.AccountID, limit int) ([]plausch.AccountRef, error)
	// HasBlocked reports whether an account has blocked another.
	HasBlocked(ctx context.Context, account, blocked plausch.AccountID) (bool, error)
}

// NewReminder is what [Schedules.SetReminder] makes.
type NewReminder struct {
	Account plausch.AccountID
	Room    plausch.RoomID
	Seq     int64
	At      time.Time
	Max     int // how many the account can have
}

// Schedules keeps what is to be done later, until it is done or the account loses its
// name.
type Schedules interface {
	// CreateScheduledMessage keeps m, and returns it with its ID and Edit. If the account has
	// one with the ClientID, that is returned. It returns Forbidden if the account has most
	// already.
	CreateScheduledMessage(ctx context.Context, m plausch.ScheduledMessage, most int) (plausch.ScheduledMessage, error)
	// UpdateScheduledMessage changes At, Text and Details of the one that has m's ID, Account
	// and Edit, and ends its failure; it returns it, with another Edit. Else it returns NotFound.
	UpdateScheduledMessage(ctx context.Context, m plausch.ScheduledMessage) (plausch.ScheduledMessage, error)
	// DeleteScheduledMessage forgets one of an account, and returns it, or NotFound.
	DeleteScheduledMessage(ctx context.Context, account plausch.AccountID, id int64) (plausch.ScheduledMessage, error)
	// ScheduledMessage returns one of an account, or NotFound.
	ScheduledMessage(ctx context.Context, account plausch.AccountID, id int64) (plausch.ScheduledMessage, error)
	// ListScheduledMessages returns those of an account, the newest first, and whether there
	// are more.
	ListScheduledMessages(ctx context.Context, account plausch.AccountID, q PageQuery[plausch.ScheduledMessage]) (page []plausch.ScheduledMessage, more bool, err error)
	// ListDueMessages returns those whose time has come and that have not failed, the longest
	// due first, at most limit.
	ListDueMessages(ctx context.Context, now time.Time, limit int) ([]plausch.ScheduledMessage, error)
	// FailScheduledMessage keeps why one could not be sent. If it has another Edit, or is
	// gone, nothing happens, and failed is false.
	FailScheduledMessage(ctx context.Context, ref ScheduledRef, at time.Time, why string) (failed bool, err error)

	// SetReminder keeps a reminder of a message, in the place of the account's of that. It
	// returns NotFound if the account is not in the room, or there is no such message, or it
	// was deleted, and Forbidden if the account has too many.
	SetReminder(ctx context.Context, n NewReminder) (plausch.Reminder, error)
	// ListReminders returns those of an account of messages in rooms that it is in, the newest
	// first, and whether there are more.
	ListReminders(ctx context.Context, account plausch.AccountID, q PageQuery[plausch.Reminder]) (page []plausch.Reminder, more bool, err error)
	// DeleteReminder forgets one of an account, or returns NotFound.
	DeleteReminder(ctx context.Context, account plausch.AccountID, id int64) error
	// TakeDueReminders returns reminders whose time has come, at most limit, each once: they
	// are Due from then on. Those of rooms that their account is not in any more are forgotten.
	TakeDueReminders(ctx context.Context, now time.Time, limit int) ([]plausch.Reminder, error)

	// NextDue returns when the next message or reminder is due, zero if there is none.
	NextDue(ctx context.Context) (time.Time, error)
}

// NewWebhook is what [Webhooks.CreateWebhook] makes.
type NewWebhook struct {
	Room plausch.RoomID
	// Name and Display are those of the account that the webhook posts as.
	Name, Display string
	// Maker is who makes it, 0 for the command line. AnyMaker lets it post as an
	// account that was made for a webhook by somebody else, too.
	Maker    plausch.AccountID
	AnyMaker bool
	Token    TokenHash
	Secret   string // that signatures are made with, empty if none are wanted
	At       time.Time
	If       []Judged
	// GuestsSeenBefore is as in [NewAccount].
	GuestsSeenBefore time.Time
}

// Webhook is a webhook with what is not shown of it.
type Webhook struct {
	plausch.Webhook
	Secret string
}

// Webhooks keeps the addresses at which programs post. A webhook is paused unless
// its maker may make one of the room now: is active, in the room, no guest, and an
// admin or who made the room. Making and deleting stand in the audit log.
type Webhooks interface {
	// CreateWebhook makes a webhook and the account that it posts as, in one
	// transaction. If the name is held already, it returns Taken, unless it was
	// by a webhook, deleted or not, and its maker was the same.
	CreateWebhook(ctx context.Context, n NewWebhook) (plausch.Webhook, error)
	// WebhookByToken returns a webhook, or NotFound if there is none, or its
	// account has lost its name.
	WebhookByToken(ctx context.Context, token TokenHash) (Webhook, error)
	// Webhook returns a webhook by id, or NotFound.
	Webhook(ctx context.Context, id int64) (plausch.Webhook, error)
	// ListWebhooks returns the webhooks of a room, or of all rooms if room is 0,
	// by id.
	ListWebhooks(ctx context.Context, room plausch.RoomID) ([]plausch.Webhook, error)
	// DeleteWebhook forgets a webhook for ever, or returns NotFound. Its account
	// stays. By is 0 for the command line.
	DeleteWebhook(ctx context.Context, id int64, at time.Time, by plausch.AccountID, judged ...Judged) error
}

// NewOutgoingWebhook is what [OutgoingWebhooks.CreateOutgoingWebhook] makes.
type NewOutgoingWebhook struct {
	Room   plausch.RoomID
	URL    string
	Secret string
	Maker  plausch.AccountID // 0: the command line
	At     time.Time
	If     []Judged
}

// OutgoingWebhooks keeps the addresses to which rooms are posted. They are paused as
// [Webhooks] are. Making and deleting stand in the audit log, without the address.
type OutgoingWebhooks interface {
	// CreateOutgoingWebhook makes one, whose Cursor is the newest event of its room. If
	// the room has [plausch.MaxOutgoingWebhooks], it is Forbidden.
	CreateOutgoingWebhook(ctx context.Context, n NewOutgoingWebhook) (plausch.OutgoingWebhook, error)
	// OutgoingWebhook returns one by id, or NotFound.
	OutgoingWebhook(ctx context.Context, id int64) (plausch.OutgoingWebhook, error)
	// ListOutgoingWebhooks returns those of a room, or of all rooms if room is 0, by id.
	ListOutgoingWebhooks(ctx context.Context, room plausch.RoomID) ([]plausch.OutgoingWebhook, error)
	// UpdateOutgoingWebhook keeps the Cursor, which never goes back, LastError,
	// FailingSince and NextTry of one. One that is not there is no error.
	UpdateOutgoingWebhook(ctx context.Context, hook plausch.OutgoingWebhook) error
	// DeleteOutgoingWebhook forgets one, or returns NotFound. By is 0 for the command
	// line.
	DeleteOutgoingWebhook(ctx context.Context, id int64, at time.Time, by plausch.AccountID, judged ...Judged) error
}

// Pushes keeps where accounts are notified, and the key by which push services know
// this server. A subscription ends with its device, and with its account.
type Pushes interface {
	// SubscribePush keeps p, but for its ID, in the place of what its account has at
	// the endpoint; and, of plausch.PushWeb, of what anybody has there: a browser belongs
	// to who is signed in. It returns NotFound if Device is not one of the account's,
	// and Forbidden if the account has [plausch.MaxPushSubscriptions] others.
	SubscribePush(ctx context.Context, p plausch.PushSubscription, judged ...Judged) (plausch.PushSubscription, error)
	// ListPushSubscriptions returns the subscriptions of accounts, those of each by id;
	// none of an account that is not active or has lost its name.
	ListPushSubscriptions(ctx context.Context, accounts ...plausch.AccountID) ([]plausch.PushSubscription, error)
	// PushAccounts returns the members of a room, by id, that ListPushSubscriptions has
	// something of.
	PushAccounts(ctx context.Context, room plausch.RoomID) ([]plausch.AccountID, error)
	// UnsubscribePush forgets a subscription of an account, or returns NotFound.
	UnsubscribePush(ctx context.Context, account plausch.AccountID, id int64) error
	// DeletePush forgets a subscription. One that is not there is no error.
	DeletePush(ctx context.Context, id int64) error
	// UpdatePush keeps LastError and FailingSince of a subscription. One that is not
	// there is no error.
	UpdatePush(ctx context.Context, id int64, lastError string, failingSince time.Time) error
	// InitPushKey keeps key if there is none yet, and returns the one that is kept.
	InitPushKey(ctx context.Context, key []byte) ([]byte, error)
}

// Snapshotter is a store that can copy itself while it is used. Where the database
// is a server of its own, its own tools do that, and the store need not.
type Snapshotter interface {
	// Snapshot writes a copy of the whole database to a new file: all that was
	// committed before the call, nothing in part, and on disk when it returns.
	// Writers do not wait for it. It leaves no file if it fails.
	Snapshot(ctx context.Context, path string) error
}

// ContentHash is the SHA-256 of a file's bytes, by which they are kept elsewhere.
type ContentHash [32]byte

// NewAttachment is what [Attachments.CreateAttachment] makes.
type NewAttachment struct {
	plausch.Attachment
	Account plausch.AccountID // who uploaded it
	Hash    ContentHash
	// Thumbnail is of a small picture that its uploader sent along; zero if none.
	Thumbnail ContentHash
	ClientID  string // empty if the uploader gave none; need not be unique
	// Once refuses the file if its account has one of this ClientID already.
	Once bool
	At   time.Time
	// Quota is how many bytes all files of the account may have together.
	Quota int64
}

// Attachment is a file that was uploaded.
type Attachment struct {
	plausch.Attachment
	Account plausch.AccountID // who uploaded it
	Room    plausch.RoomID    // where its message is; 0 until it is sent
	Hash    ContentHash
	// Thumbnail is of a small picture that its uploader sent along; zero if none.
	Thumbnail ContentHash
}

// Attachments keeps files, but for their bytes. A file is pending, and its
// uploader's alone, until a message carries it: see [Draft.Attachments].
type Attachments interface {
	// CreateAttachment adds a pending file. It returns TooLarge, and adds
	// nothing, if its account's files would have more than Quota bytes, and Taken if
	// Once forbids it.
	CreateAttachment(ctx context.Context, a NewAttachment) error
	// Attachment returns a file by id, or NotFound.
	Attachment(ctx context.Context, id string) (Attachment, error)
	// AttachmentByClientID returns the newest file that account has uploaded
	// with a client id, or NotFound.
	AttachmentByClientID(ctx context.Context, account plausch.AccountID, clientID string) (Attachment, error)
	// AttachedBytes returns how many bytes the files of an account have
	// together, sent or not.
	AttachedBytes(ctx context.Context, account plausch.AccountID) (int64, error)
	// DeletePending forgets the files that were uploaded before a time and are
	// still pending, and returns how many they were. They count no more for what
	// their accounts have.
	DeletePending(ctx context.Context, before time.Time) (int, error)
	// NamesContent reports whether there is a file, its thumbnail, an avatar or a room's picture with a hash, and
	// whether there was one, since ForgetContent was last told of the hash.
	NamesContent(ctx context.Context, hash ContentHash) (now, before bool, err error)
	// ListReleased returns the hashes, from the first after the given one, at most limit,
	// of files and avatars that there were and are not any more, since ForgetContent was
	// last told of them.
	ListReleased(ctx context.Context, after ContentHash, limit int) ([]ContentHash, error)
	// ForgetContent forgets that there was a file or an avatar with a hash.
	ForgetContent(ctx context.Context, hash ContentHash) error
}
