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

// Store keeps accounts, devices, rooms, their logs, and what there is to know of
// attachments but their bytes.
type Store interface {
	Accounts
	Devices
	Rooms
	Log
	Attachments

	// Ping reports whether the database answers.
	Ping(ctx context.Context) error
	// Close waits for running calls and closes the database.
	Close() error
}

// NewAccount is what [Accounts.CreateAccount] makes.
type NewAccount struct {
	Name         string
	Display      string // empty: as Name
	Role         plausch.Role
	Transient    bool
	PasswordHash string // empty for guests
	At           time.Time
	// Token is the hash of the account's first device, or zero for none.
	Token TokenHash
	// GuestsSeenBefore lets the new account have a name whose holder is a guest
	// that was last seen before this time and is not transient: the old account
	// loses the name but keeps its id, rooms and messages.
	GuestsSeenBefore time.Time
}

// Accounts keeps who there is. A name is held by at most one account at a time.
type Accounts interface {
	// CreateAccount makes an account, its device and, where allowed, frees the
	// name, in one transaction. It returns Taken if the name is held.
	CreateAccount(ctx context.Context, a NewAccount) (plausch.Account, error)
	// Account returns an account by id, released or not, or NotFound.
	Account(ctx context.Context, id plausch.AccountID) (plausch.Account, error)
	// AccountByName returns the account that holds name now, or NotFound.
	AccountByName(ctx context.Context, name string) (plausch.Account, error)
	// PasswordHash returns the hash of the account that holds name, empty for a
	// guest, or NotFound.
	PasswordHash(ctx context.Context, name string) (plausch.AccountID, string, error)
	// SetDisplay changes the display name of an account, or returns NotFound.
	SetDisplay(ctx context.Context, id plausch.AccountID, display string) error
	// ListAccounts returns accounts that hold a name, by id from the first after
	// the given one, at most limit; guests only if last seen at or after seen.
	ListAccounts(ctx context.Context, after plausch.AccountID, limit int, seen time.Time) ([]plausch.Account, error)
	// SeeAccounts sets LastSeen of the given accounts, never backwards.
	SeeAccounts(ctx context.Context, ids []plausch.AccountID, at time.Time) error
	// ReleaseName takes the name, and every device, from an account. The account
	// keeps its id and what it wrote. Releasing twice is no error.
	ReleaseName(ctx context.Context, id plausch.AccountID) error
	// ReleaseTransient does so for every transient account: nobody is connected
	// when a server starts.
	ReleaseTransient(ctx context.Context) error
}

// TokenHash is the SHA-256 of a device's token. Tokens themselves are not kept.
type TokenHash [32]byte

// Devices keeps sign-ins.
type Devices interface {
	// CreateDevice adds a device to an account.
	CreateDevice(ctx context.Context, account plausch.AccountID, token TokenHash, at time.Time) error
	// AccountByToken returns the account of a device, or NotFound.
	AccountByToken(ctx context.Context, token TokenHash) (plausch.Account, error)
	// DeleteDevice forgets a device; an unknown one is no error.
	DeleteDevice(ctx context.Context, token TokenHash) error
}

// Rooms keeps rooms and who is in them. Rooms are made, and memberships
// changed, only by events: see [Log.Append]. The room plausch.PublicRoom exists
// from the start with the name plausch.PublicRoomName and has no memberships.
type Rooms interface {
	// Room returns a room by id, or NotFound. Peer is not set.
	Room(ctx context.Context, id plausch.RoomID) (plausch.Room, error)
	// RoomByName returns a public or private room, or NotFound.
	RoomByName(ctx context.Context, name string) (plausch.Room, error)
	// DirectRoom returns the direct room of two accounts in any order, or
	// NotFound. Peer is not set.
	DirectRoom(ctx context.Context, a, b plausch.AccountID) (plausch.Room, error)
	// ListRooms returns the rooms that an account is a member of and, with
	// public, all public rooms too, by id from the first after the given one, at
	// most limit. PublicRoom is always among them. Peer is set.
	ListRooms(ctx context.Context, account plausch.AccountID, public bool, after plausch.RoomID, limit int) ([]plausch.Room, error)
	// MemberRooms returns the ids of all rooms that an account is a member of,
	// PublicRoom not among them.
	MemberRooms(ctx context.Context, account plausch.AccountID) ([]plausch.RoomID, error)
	// Members returns the members of a room by account id from the first after
	// the given one, at most limit; limit 0 means all.
	Members(ctx context.Context, room plausch.RoomID, after plausch.AccountID, limit int) ([]plausch.Member, error)
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

	Time     time.Time // whole milliseconds are kept
	Kind     plausch.EventKind
	Actor    plausch.AccountRef
	Member   plausch.AccountRef
	Text     string
	ClientID string
	// Attachments are the ids of files of the message, in their order. Each must
	// be one that Actor uploaded and has not sent yet.
	Attachments []string
}

// Appended is what became of a draft.
type Appended struct {
	// Events are what the draft added, in order, its own event last. If the same
	// actor has used the draft's client id before, it is that first event,
	// whatever else the draft says, and Repeated is set.
	Events   []plausch.Event
	Repeated bool
	// Err is Taken (Create), NotFound (Room), Invalid (Attachments) or nil. A
	// failed draft added nothing.
	Err error
}

// Page asks for a part of a room's log.
type Page struct {
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

// Log keeps what happened.
type Log interface {
	// Append commits drafts in order, in one transaction, and returns when they
	// are on disk. The results match the drafts. Each event gets its room's next
	// seq. A join adds its member, a leave removes it, and attachments become
	// those of their message, in the same transaction.
	// A draft that fails does not hinder the others; an error of Append itself
	// means that nothing was kept (but see ErrBroken).
	Append(ctx context.Context, drafts []Draft) ([]Appended, error)
	// Events returns a part of a room's log, ascending by seq, and whether there
	// is more within the bounds: newer events if Forward, otherwise older ones.
	// If there is, at least one event is returned. Names are the accounts' names now.
	// An unknown room has no events.
	Events(ctx context.Context, room plausch.RoomID, p Page) (events []plausch.Event, more bool, err error)
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
	Account  plausch.AccountID // who uploaded it
	Hash     ContentHash
	ClientID string // empty if the uploader gave none; need not be unique
	At       time.Time
	// Quota is how many bytes all files of the account may have together.
	Quota int64
}

// Attachment is a file that was uploaded.
type Attachment struct {
	plausch.Attachment
	Account plausch.AccountID // who uploaded it
	Room    plausch.RoomID    // where its message is; 0 until it is sent
	Hash    ContentHash
}

// Attachments keeps files, but for their bytes. A file is pending, and its
// uploader's alone, until a message carries it: see [Draft.Attachments].
type Attachments interface {
	// CreateAttachment adds a pending file. It returns TooLarge, and adds
	// nothing, if its account's files would have more than Quota bytes.
	CreateAttachment(ctx context.Context, a NewAttachment) error
	// Attachment returns a file by id, or NotFound.
	Attachment(ctx context.Context, id string) (Attachment, error)
	// AttachmentByClientID returns the newest file that account has uploaded
	// with a client id, or NotFound.
	AttachmentByClientID(ctx context.Context, account plausch.AccountID, clientID string) (Attachment, error)
	// AttachedBytes returns how many bytes the files of an account have
	// together, sent or not.
	AttachedBytes(ctx context.Context, account plausch.AccountID) (int64, error)
}
